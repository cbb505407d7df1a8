"""Half-open intervals, and the calendar's months, quarters, halves and years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kheo.core.periods import OPEN_END, Frequency, Interval, Period, periods_of

CALENDAR = [Frequency.MONTH, Frequency.QUARTER, Frequency.HALF, Frequency.YEAR]
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
frequencies = st.sampled_from(CALENDAR)


def interval(first, second):
    return Interval(min(first, second), max(first, second))


def test_an_interval_holds_its_first_day_and_not_its_end():
    july = Interval.of_days(date(2025, 7, 1), date(2025, 7, 31))

    assert date(2025, 7, 1) in july
    assert date(2025, 7, 31) in july
    assert date(2025, 8, 1) not in july
    assert july.end == date(2025, 8, 1)
    assert july.last == date(2025, 7, 31)


def test_an_interval_does_not_run_backwards():
    with pytest.raises(ValueError, match="runs backwards"):
        Interval(date(2025, 7, 2), date(2025, 7, 1))


def test_what_only_touches_does_not_overlap():
    june = Interval(date(2025, 6, 1), date(2025, 7, 1))
    since_july = Interval(date(2025, 7, 1), OPEN_END)

    assert not june.overlaps(since_july)
    assert not since_july.overlaps(june)


@given(days, days, days, days)
def test_overlap_and_cover_say_what_the_days_say(a, b, c, d):
    one, other = interval(a, b), interval(c, d)
    shared = max(one.start, other.start) < min(one.end, other.end)

    empty = one.start == one.end or other.start == other.end
    assert one.overlaps(other) == other.overlaps(one)
    if not empty:
        assert one.overlaps(other) == shared
        outside = min(one.start, other.start) < one.start or other.end > one.end
        assert one.covers(other) == (not outside)


@given(days, frequencies)
def test_a_period_contains_the_day_it_was_made_from(day, frequency):
    assert day in Period.containing(day, frequency).interval


@given(days, frequencies)
def test_periods_follow_each_other_without_gap(day, frequency):
    period = Period.containing(day, frequency)

    assert period.next().interval.start == period.interval.end
    assert period.next().previous() == period
    assert period.previous().next() == period
    assert period < period.next()


@pytest.mark.parametrize("frequency", CALENDAR)
def test_the_periods_of_a_year_fill_it(frequency):
    found = list(periods_of(2024, frequency))

    assert found[0].interval.start == date(2024, 1, 1)
    assert found[-1].interval.end == date(2025, 1, 1)
    total = sum((p.interval.end - p.interval.start for p in found), timedelta())
    assert total.days == 366


@pytest.mark.parametrize(
    ("frequency", "number", "code", "last"),
    [
        (Frequency.MONTH, 3, "2024-03", date(2024, 3, 31)),
        (Frequency.QUARTER, 1, "2024-Q1", date(2024, 3, 31)),
        (Frequency.HALF, 2, "2024-H2", date(2024, 12, 31)),
        (Frequency.YEAR, 1, "2024", date(2024, 12, 31)),
    ],
)
def test_periods_have_codes_and_last_days(frequency, number, code, last):
    period = Period(2024, frequency, number)

    assert period.code == code
    assert period.interval.last == last


@pytest.mark.parametrize("number", [0, 5])
def test_a_year_has_four_quarters(number):
    with pytest.raises(ValueError, match="no quarter"):
        Period(2024, Frequency.QUARTER, number)
