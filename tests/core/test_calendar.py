"""Working days: facts of the years 2021 to 2026, and the promises of the functions."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kheo.core.calendar import (
    VIETNAM,
    add_working_days,
    is_working_day,
    next_saturday,
)
from kheo.core.periods import Interval

days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        # The rest of civil servants at Tết, weekends included, as announced each year.
        (date(2022, 1, 29), date(2022, 2, 6)),
        (date(2023, 1, 20), date(2023, 1, 26)),
        (date(2024, 2, 8), date(2024, 2, 14)),
        (date(2025, 1, 25), date(2025, 2, 2)),
        (date(2026, 2, 14), date(2026, 2, 22)),
    ],
)
def test_nobody_works_at_tet_and_everybody_does_around_it(first, last):
    rest = [first + timedelta(n) for n in range((last - first).days + 1)]

    assert not any(is_working_day(day) for day in rest)
    assert is_working_day(first - timedelta(1))
    assert is_working_day(last + timedelta(1))


@pytest.mark.parametrize(
    ("new_year", "name"),
    [
        (date(2021, 2, 12), "Tết Nguyên Đán"),
        (date(2022, 2, 1), "Tết Nguyên Đán"),
        (date(2023, 1, 22), "Tết Nguyên Đán"),
        (date(2024, 2, 10), "Tết Nguyên Đán"),
        (date(2025, 1, 29), "Tết Nguyên Đán"),
        (date(2026, 2, 17), "Tết Nguyên Đán"),
        (date(2021, 4, 21), "Ngày Giỗ Tổ Hùng Vương"),
        (date(2024, 4, 18), "Ngày Giỗ Tổ Hùng Vương"),
        (date(2026, 4, 26), "Ngày Giỗ Tổ Hùng Vương"),
    ],
)
def test_days_of_the_lunar_calendar(new_year, name):
    assert VIETNAM.holiday(new_year).vi == name


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    ],
)
def test_a_moved_day_is_off_and_its_saturday_is_worked(off, worked):
    holiday = VIETNAM.holiday(off)

    assert not is_working_day(off)
    assert is_working_day(worked)
    assert VIETNAM.is_weekend(worked)
    assert f"{worked.day}/{worked.month}/{worked.year}" in holiday.vi
    assert f"{worked.day}/{worked.month}/{worked.year}" in holiday.en


@pytest.mark.parametrize(
    ("year", "days_off"),
    [
        (2021, {2, 3}),
        (2022, {1, 2}),
        (2023, {1, 2, 4}),
        (2024, {2, 3}),
        (2025, {1, 2}),
        (2026, {1, 2}),
    ],
)
def test_national_day_has_two_days_and_a_rest_day_for_a_weekend(year, days_off):
    september = {h.day.day for h in VIETNAM.holidays_of(year) if h.day.month == 9}

    assert september == days_off


def test_rest_days_of_tet_are_not_numbered_wrongly():
    # 27/1/2025 is the 28th of the last lunar month, which had 29 days.
    holiday = VIETNAM.holiday(date(2025, 1, 27))

    assert (holiday.vi, holiday.en) == (
        "Nghỉ Tết Nguyên Đán",
        "Lunar New Year rest day",
    )


def test_years_whose_decisions_are_not_in_are_only_expected():
    assert [VIETNAM.is_known(year) for year in (2020, 2021, 2026, 2027)] == [
        False,
        True,
        True,
        False,
    ]
    assert not VIETNAM.holiday(date(2026, 9, 2)).is_expected
    assert VIETNAM.holiday(date(2027, 9, 2)).is_expected


def test_working_days_step_over_weekends_and_holidays():
    before_rest = date(2024, 4, 26)  # a Friday; then 27-30/4 and 1/5 are off

    assert add_working_days(before_rest, 1) == date(2024, 5, 2)
    assert add_working_days(date(2024, 5, 2), -1) == before_rest
    assert add_working_days(before_rest, 0) == before_rest
    assert add_working_days(date(2024, 4, 27), 0) == date(2024, 5, 2)


@given(days, st.integers(1, 15))
def test_adding_counts_exactly_the_working_days_passed(day, count):
    end = add_working_days(day, count)

    passed = [day + timedelta(n) for n in range(1, (end - day).days + 1)]
    assert sum(map(is_working_day, passed)) == count
    assert is_working_day(end)


@given(days)
def test_the_next_saturday_is_within_a_week_and_never_before(day):
    saturday = next_saturday(day)

    assert saturday.weekday() == 5
    assert 0 <= (saturday - day).days < 7


@given(days, st.integers(0, 60))
def test_weekend_days_are_all_saturdays_and_sundays_of_the_span(day, length):
    span = Interval(day, day + timedelta(length))

    found = list(VIETNAM.weekend_days(span))

    every = [day + timedelta(n) for n in range(length)]
    assert found == [one for one in every if one.weekday() in (5, 6)]
