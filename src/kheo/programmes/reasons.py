"""The sentences of “why this date?”, in both languages side by side.

Made here and not by gettext: they are part of what `kheo due` answers, in both
languages at once, and come without Django.
"""

import re
from datetime import date

from kheo.core.calendar import Calendar
from kheo.core.periods import Interval
from kheo.programmes.pack import Pack, Source, Text
from kheo.programmes.periods import MONTHS_EN

_WEEKDAYS_VI = (
    "thứ Hai",
    "thứ Ba",
    "thứ Tư",
    "thứ Năm",
    "thứ Sáu",
    "thứ Bảy",
    "Chủ nhật",
)
_WEEKDAYS_EN = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)


def vi(day: date) -> str:
    """`24/10/2021`, as Vietnamese papers write it."""
    return f"{day.day}/{day.month}/{day.year}"


def en(day: date) -> str:
    """`24 October 2021`, which nobody reads the other way round."""
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


_OURS = {"Nhóm phát triển Khéo": "the developers of Khéo"}
"""Packs that were loaded before names came in both languages never change."""

_PARTS_OF_PAPERS = {
    "chương": "chapter",
    "phần": "part",
    "mục": "section",
    "điều": "article",
    "khoản": "clause",
    "điểm": "point",
    "bước": "step",
    "đoạn": "paragraph",
    "phụ lục": "annex",
    "biểu": "table",
}
_PART = re.compile(rf"\b({'|'.join(_PARTS_OF_PAPERS)})\b", re.IGNORECASE)


def owner(of: Source) -> Text:
    """Whose assumption it is."""
    name = of.owner or ""
    if isinstance(name, Text):
        return name
    return Text(vi=name, en=_OURS.get(name, name))


def clause(text: str) -> Text:
    """Where in a paper: its parts by their English names, numbers as printed."""
    en = _PART.sub(lambda found: _PARTS_OF_PAPERS[found[0].casefold()], text)
    return Text(vi=text, en=en)


def source(pack: Pack, of: Source) -> Text:
    """The paper and its clause, or whose assumption and why."""
    if of.document is not None:
        number, at = pack.document(of.document).number, clause(of.clause or "")
        return Text(vi=f"{number}, {at.vi}", en=f"{number}, {at.en}")
    assert of.reason is not None  # a source is one or the other
    who = owner(of)
    return Text(
        vi=f"giả định của {who.vi}: {of.reason.vi.rstrip('.')}",
        en=f"assumed by {who.en}: {of.reason.en.rstrip('.')}",
    )


def strictly_before(due_on: date, last_day: date, said: Text) -> Text:
    return Text(
        vi=f"Hạn ghi “trước ngày {vi(due_on)}”, nên ngày cuối cùng là {vi(last_day)} ({said.vi}).",
        en=f"The rule says “before {en(due_on)}”, so the last day is {en(last_day)} ({said.en}).",
    )


def at_the_latest(due_on: date, said: Text) -> Text:
    return Text(
        vi=f"Chậm nhất là ngày {vi(due_on)} ({said.vi}).",
        en=f"By {en(due_on)} at the latest ({said.en}).",
    )


def day_off(day: date, calendar: Calendar) -> Text:
    """What makes `day` a day off: its holiday, or the day of the week."""
    holiday = calendar.holiday(day)
    if holiday is None:
        number = day.weekday()
        return Text(vi=_WEEKDAYS_VI[number], en=_WEEKDAYS_EN[number])
    return Text(vi=f"ngày nghỉ lễ ({holiday.vi})", en=f"a holiday ({holiday.en})")


def moved(stated: date, last_day: date, name: Text, said: Text) -> Text:
    return Text(
        vi=f"{vi(stated)} là {name.vi}, nên hạn dời sang {vi(last_day)} ({said.vi}).",
        en=f"{en(stated)} is {name.en}, so the day moves to {en(last_day)} ({said.en}).",
    )


def not_moved(stated: date, name: Text) -> Text:
    return Text(
        vi=f"{vi(stated)} là {name.vi}; văn bản không cho dời hạn, nên ngày giữ nguyên.",
        en=f"{en(stated)} is {name.en}; no rule moves the day, so it stays.",
    )


def window(days: Interval, said: Text) -> Text:
    return Text(
        vi=f"Số liệu từ {vi(days.start)} đến hết {vi(days.last)} ({said.vi}).",
        en=f"Figures from {en(days.start)} to the end of {en(days.last)} ({said.en}).",
    )


def window_from_due(days: Interval) -> Text:
    return Text(
        vi=f"Số liệu từ {vi(days.start)} đến hết {vi(days.last)}: không nêu ngày chốt, nên lấy ngày gửi cuối cùng.",
        en=f"Figures from {en(days.start)} to the end of {en(days.last)}: no cut-off is stated, so it is the last day for sending.",
    )


def from_stage(day: date, said: Text) -> Text:
    return Text(
        vi=f"Kỳ đầu tính từ ngày bắt đầu thực hiện {vi(day)} ({said.vi}).",
        en=f"The first window begins with the work itself on {en(day)} ({said.en}).",
    )


def may_be_earlier(said: Text) -> Text:
    return Text(
        vi=f"Đầu mối của nơi nhận có thể đặt ngày sớm hơn ({said.vi}).",
        en=f"The receiving body's focal point may set an earlier day ({said.en}).",
    )


def set_earlier(day: date, who: Text) -> Text:
    return Text(
        vi=f"{who.vi} đặt ngày sớm hơn: {vi(day)}.",
        en=f"{who.en} set an earlier day: {en(day)}.",
    )


def on_paper(since: date) -> Text:
    return Text(
        vi=f"Kỳ này báo cáo còn lập trên giấy: báo cáo lưu trong Khéo từ ngày {vi(since)}; không tính muộn, không tính thiếu.",
        en=f"Reports of this period were kept on paper: they are kept here since {en(since)}; none is late or missing.",
    )


def lock(days: int, said: Text) -> Text:
    return Text(
        vi=f"Sau ngày cuối cùng còn nhận muộn {days} ngày, rồi khóa ({said.vi}).",
        en=f"For {days} days after the last day it is taken as late, then locked ({said.en}).",
    )
