"""Calendar files, read back by a parser that is not ours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from kheo.core.ical import OCTETS, Event, calendar_text, escape, fold

CHANGED = datetime(2024, 3, 31, 5, 0, tzinfo=UTC)


def event(**said):
    defaults = {
        "uid": "1@kheo",
        "on": date(2024, 3, 30),
        "summary": "Đổ bê tông",
        "changed_at": CHANGED,
    }
    return Event(**(defaults | said))


def read(*events, name="Chi bộ A"):
    calendar = Calendar.from_ical(calendar_text(name, events).encode())
    return calendar, list(calendar.walk("VEVENT"))


@pytest.mark.parametrize(
    "text",
    [
        "Đổ bê tông; dọn vệ sinh, trồng cây",
        "a\\nb \\ c",
        "dòng một\ndòng hai",
        "Phát quang đường làng, ngõ xóm; " * 12,
        "🌱" * 60,
        "BEGIN:VEVENT",
    ],
)
def test_text_comes_back_as_it_was(text):
    calendar, found = read(event(summary=text, location=text), name=text)

    assert (found[0]["SUMMARY"], found[0]["LOCATION"]) == (text, text)
    assert calendar["X-WR-CALNAME"] == escape(text)
    assert len(found) == 1


@given(st.text(max_size=300))
def test_no_line_is_longer_than_75_octets_and_none_breaks_a_letter(text):
    lines = calendar_text("x", [event(summary=text)]).split("\r\n")

    assert all(len(line.encode()) <= OCTETS for line in lines)
    assert not any(c in line for line in lines for c in "\n\r")
    assert "".join(p if i == 0 else p[1:] for i, p in enumerate(fold(text))) == text
    assert len(read(event(summary=text))[1]) == 1


def test_a_day_is_a_day_and_an_hour_is_vietnams():
    _calendar, (whole, timed) = read(
        event(), event(uid="2@kheo", starts_at=time(7, 30))
    )

    assert whole["DTSTART"].dt == date(2024, 3, 30)
    assert whole["DTEND"].dt == date(2024, 3, 31)
    assert timed["DTSTART"].dt.utcoffset() == timedelta(hours=7)
    assert timed["DTSTART"].dt.astimezone(UTC) == datetime(
        2024, 3, 30, 0, 30, tzinfo=UTC
    )
    assert timed["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"


def test_each_change_is_told():
    _calendar, (found,) = read(event(sequence=4, is_settled=False, url="https://x/1/"))

    assert found["SEQUENCE"] == 4
    assert found["LAST-MODIFIED"].dt == found["DTSTAMP"].dt == CHANGED
    assert (found["UID"], found["STATUS"], found["URL"]) == (
        "1@kheo",
        "TENTATIVE",
        "https://x/1/",
    )


def test_an_empty_calendar_is_one_too():
    calendar, found = read()

    assert found == []
    assert calendar["VERSION"] == "2.0"
    assert calendar.walk("VTIMEZONE")[0]["TZID"] == "Asia/Ho_Chi_Minh"
