"""Duties: the days as the documents state them, windows without gap, and the reasons."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.core.calendar import VIETNAM
from kheo.core.periods import Interval
from kheo.programmes.pack import Frequency, Text, load_pack
from kheo.programmes.regime import (
    duties,
    duties_through,
    is_on_paper,
    last_day_of,
    late_days,
    with_earlier_day,
    with_paper,
)
from kheo.programmes.shipped import shipped_pack, shipped_packs

from .make import read_pack, small

SAMPLES = [
    # year, report, last day in time, first and last day of its window
    (2021, "2021-10", date(2021, 10, 24), date(2021, 10, 1), date(2021, 10, 24)),
    (2021, "2021-Q4", date(2021, 12, 24), date(2021, 10, 1), date(2021, 12, 24)),
    (2021, "2021", date(2021, 12, 14), date(2021, 10, 1), date(2021, 12, 14)),
    (2022, "2022-01", date(2022, 1, 24), date(2021, 12, 25), date(2022, 1, 24)),
    (2022, "2022-H1", date(2022, 6, 14), date(2021, 12, 15), date(2022, 6, 14)),
    (2024, "2024-02", date(2024, 2, 24), date(2024, 1, 25), date(2024, 2, 24)),
    (2024, "2024-Q1", date(2024, 3, 24), date(2023, 12, 25), date(2024, 3, 24)),
    (2024, "2024-H1", date(2024, 6, 14), date(2023, 12, 15), date(2024, 6, 14)),
    (2024, "2024", date(2024, 12, 14), date(2023, 12, 15), date(2024, 12, 14)),
    (2025, "2025-07", date(2025, 7, 24), date(2025, 6, 25), date(2025, 7, 24)),
    (2025, "2025-Q3", date(2025, 9, 24), date(2025, 6, 25), date(2025, 9, 24)),
    (2025, "2025-12", date(2025, 12, 24), date(2025, 11, 25), date(2025, 12, 24)),
    (2026, "2026-01", date(2026, 1, 24), date(2026, 1, 1), date(2026, 1, 24)),
    (2030, "2030-H1", date(2030, 6, 14), date(2029, 12, 15), date(2030, 6, 14)),
    (2030, "2030", date(2030, 12, 14), date(2029, 12, 15), date(2030, 12, 14)),
]


def of_committees(year):
    """What the committees owe in a year, over S0 and its continuation."""
    found = duties_through(shipped_packs("s0"), year)
    found += duties(shipped_pack("s0-continued"), year)
    return {duty.code: duty for duty in found if duty.report.startswith("committee")}


@pytest.mark.parametrize(("year", "code", "last_day", "first", "last"), SAMPLES)
def test_committees_of_s0_owe_their_reports_by_these_days(
    year, code, last_day, first, last
):
    duty = of_committees(year)[code]

    assert duty.last_day == last_day
    assert duty.due_on == last_day + timedelta(1)
    assert (duty.window.start, duty.window.last) == (first, last)


@pytest.mark.parametrize("year", range(2022, 2031))
def test_every_full_year_asks_for_the_same_eighteen_reports(year):
    found = of_committees(year)

    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    quarters = [f"{year}-Q{quarter}" for quarter in range(1, 5)]
    assert sorted(found) == sorted([*months, *quarters, f"{year}-H1", f"{year}"])
    for code in [*months, *quarters]:
        assert (found[code].due_on.day, found[code].last_day.day) == (25, 24)
    assert found[f"{year}-H1"].due_on == date(year, 6, 15)
    assert found[f"{year}"].due_on == date(year, 12, 15)


def test_2021_asks_only_for_what_has_begun():
    assert sorted(of_committees(2021)) == [
        "2021",
        "2021-10",
        "2021-11",
        "2021-12",
        "2021-Q4",
    ]


def test_the_order_ends_with_2025_and_only_the_continuation_goes_on():
    assert duties_through(shipped_packs("s0"), 2026) == []
    assert duties(shipped_pack("s0-continued"), 2025) == []


def test_the_half_years_report_is_owed_for_the_first_half_alone():
    halves = [d for d in of_committees(2024).values() if d.frequency is Frequency.HALF]

    assert [duty.code for duty in halves] == ["2024-H1"]


def test_after_the_first_of_july_2025_communes_report_to_the_board():
    before = {d.report: d.receiver for d in duties(shipped_packs("s0")[0], 2025)}
    after = {d.report: d.receiver for d in duties(shipped_packs("s0")[1], 2025)}

    assert before["commune-month"] == "district-committees"
    assert after["commune-month"] == "board"


@pytest.mark.parametrize("report", ["committee", "unit", "commune"])
@pytest.mark.parametrize("frequency", ["month", "quarter", "year"])
def test_windows_leave_no_day_out_and_take_none_twice(report, frequency):
    span = Interval(date(2021, 1, 1), date(2026, 1, 1))
    found = duties_through(shipped_packs("s0"), span)
    windows = [d.window for d in found if d.report == f"{report}-{frequency}"]

    assert windows[0].start == date(2021, 10, 1)
    for earlier, later in pairwise(windows):
        assert earlier.end == later.start


@given(
    st.sampled_from(["month", "quarter", "year"]),
    st.integers(1, 28),
    st.integers(1, 28),
    st.dates(date(2010, 1, 1), date(2020, 12, 31)),
)
@settings(max_examples=80, deadline=None)
def test_windows_are_gapless_even_when_a_version_moves_the_cut_off(
    frequency, before, after, change
):
    def version(day, valid):
        return load_pack(
            small(
                ("frequency: month", f"frequency: {frequency}"),
                ("before: {day: 25}", f"by: {{day: {day}}}"),
                ("valid: {from: 2024-01-01}", f"valid: {{{valid}}}"),
            )
        )

    old = version(before, f"from: 2005-01-01, until: {change}")
    new = version(after, f"from: {change}")

    found = duties_through([new, old], Interval(date(2006, 1, 1), date(2026, 1, 1)))

    assert len(found) > 15
    for earlier, later in pairwise(found):
        assert earlier.window.end == later.window.start
        assert earlier.window.start < earlier.window.end
    for duty in found:
        assert duty.window.last == duty.last_day


@given(st.integers(1, 12), st.integers(1, 28), st.integers(1, 28))
@settings(max_examples=60, deadline=None)
def test_half_year_windows_with_fixed_days_are_gapless(month, first_day, second_day):
    first, second = sorted({month, (month + 5) % 12 + 1})
    dates = (
        f"{{dates: [{{period: 1, month: {first}, day: {first_day}}}, "
        f"{{period: 2, month: {second}, day: {second_day}}}]}}"
    )
    pack = load_pack(
        small(("frequency: month", "frequency: half"), ("{day: 25}", dates))
    )

    found = duties(pack, Interval(date(2024, 1, 1), date(2030, 1, 1)))

    assert len(found) >= 11
    for earlier, later in pairwise(found):
        assert earlier.window.end == later.window.start


def test_strictly_before_and_at_the_latest_differ_by_a_day():
    strict = load_pack(small())
    latest = load_pack(small(("before: {day", "by: {day")))

    assert {d.last_day.day for d in duties(strict, 2024)} == {24}
    assert {d.last_day.day for d in duties(latest, 2024)} == {25}
    assert {d.due_on.day for d in duties(strict, 2024)} == {25}


MOVED = (
    "{day: 25}\n      moved: {off: [%s], to: %s, "
    "source: {document: paper, clause: III}}"
)


def moved(off, to):
    text = small(("before: {day: 25}", "by: " + MOVED % (off, to)))
    return {d.code: d.last_day for d in duties(load_pack(text), 2026)}


def test_a_day_off_moves_the_last_day_only_where_the_pack_says_so():
    stays = load_pack(small(("before: {day", "by: {day")))

    plain = {d.code: d.last_day for d in duties(stays, 2026)}

    # 25/1/2026 is a Sunday, 25/4 a Saturday before the Hùng Kings' day and its rest.
    assert plain["2026-01"] == date(2026, 1, 25)
    assert moved("weekend", "next")["2026-01"] == date(2026, 1, 26)
    assert moved("weekend", "previous")["2026-01"] == date(2026, 1, 23)
    assert moved("holiday", "next")["2026-01"] == date(2026, 1, 25)
    assert moved("weekend, holiday", "next")["2026-04"] == date(2026, 4, 28)
    assert moved("weekend", "next")["2026-03"] == date(2026, 3, 25)


def test_a_holiday_on_a_working_day_moves_only_where_holidays_do():
    def april(off):
        text = small(
            ("before: {day: 25}", "by: " + MOVED.replace("25", "18") % (off, "next"))
        )
        return {d.code: d.last_day for d in duties(load_pack(text), 2024)}["2024-04"]

    # 18/4/2024, a Thursday, was the Hùng Kings' day.
    assert april("weekend") == date(2024, 4, 18)
    assert april("holiday") == date(2024, 4, 19)


def test_moving_the_last_day_moves_no_window():
    text = small(
        ("before: {day: 25}", "by: " + MOVED % ("weekend", "next")),
    )

    found = {d.code: d for d in duties(load_pack(text), 2026)}

    assert found["2026-01"].window.last == date(2026, 1, 25)


def test_the_lock_comes_after_the_late_days():
    pack = shipped_pack("s0")
    duty = next(d for d in duties(pack, 2024) if d.report == "committee-month")

    assert late_days(pack, "committee-month") == 10
    assert duty.lock_on == duty.last_day + timedelta(11)
    assert duties(load_pack(small()), 2024)[0].lock_on is None


# Earlier days


FOCAL = Text(vi="Đầu mối", en="The focal point")


def unit_duty(code):
    found = duties(shipped_pack("s0"), 2024)
    return next(d for d in found if d.report.startswith("unit-") and d.code == code)


@pytest.mark.parametrize(
    ("code", "last_day"),
    [
        ("2024-02", date(2024, 2, 20)),
        ("2024-Q1", date(2024, 3, 20)),
    ],
)
def test_a_focal_points_day_counts_in_the_month_of_the_stated_day(code, last_day):
    duty = with_earlier_day(unit_duty(code), 20, lock_days=10, who=FOCAL)

    assert duty.last_day == last_day
    assert duty.lock_on == last_day + timedelta(11)
    assert duty.window == unit_duty(code).window
    assert duty.why[-1].en.startswith("The focal point set an earlier day")


def test_a_day_that_is_not_earlier_changes_nothing():
    duty = unit_duty("2024-02")

    assert with_earlier_day(duty, 24, lock_days=10, who=FOCAL) == duty
    assert with_earlier_day(duty, 28, lock_days=10, who=FOCAL) == duty


# Why this date


def test_every_duty_says_why_in_both_languages():
    for duty in duties(shipped_pack("s0"), 2024):
        assert len(duty.why) >= 3
        assert all(reason.vi and reason.en for reason in duty.why)


def test_the_reasons_name_clause_assumption_and_weekend():
    duty = of_committees(2021)["2021-10"]

    said = " ".join(reason.en for reason in duty.why)

    assert "“before 25 October 2021”" in said
    assert "(02-HD/BDVTU, IV.2)" in said
    assert "24 October 2021 is Sunday; no rule moves the day" in said
    assert "assumed by the developers of Khéo" in said
    assert "The first window begins with the work itself on 1 October 2021" in said


def test_the_reasons_name_the_holiday_and_the_move():
    text = small(
        ("before: {day: 25}", "by: " + MOVED.replace("25", "18") % ("holiday", "next"))
    )
    duty = {d.code: d for d in duties(load_pack(text), 2024)}["2024-04"]

    said = [reason.vi for reason in duty.why]

    assert said[1] == (
        "18/4/2024 là ngày nghỉ lễ (Ngày Giỗ Tổ Hùng Vương), "
        "nên hạn dời sang 19/4/2024 (01-HD/X, III)."
    )


# The other directives


def test_s1_keeps_members_and_bodies_apart():
    pack = read_pack("s1")

    found = [(d.report, d.due_on, d.last_day) for d in duties(pack, 2024)]

    assert found == [
        ("half", date(2024, 6, 15), date(2024, 6, 14)),
        ("half-member", date(2024, 6, 15), date(2024, 6, 14)),
        ("year-member", date(2024, 12, 15), date(2024, 12, 14)),
        ("year", date(2024, 12, 20), date(2024, 12, 19)),
    ]
    assert duties(pack, 2025) == []
    assert last_day_of(pack.milestones[0]) == date(2024, 3, 31)


def test_s2_asks_for_a_report_before_15_december_every_year():
    pack = read_pack("s2")

    assert [d.last_day for year in (2014, 2020) for d in duties(pack, year)] == [
        date(2014, 12, 14),
        date(2020, 12, 14),
    ]
    assert pack.targets[3].upper == 100


def test_s3_and_s4_state_no_day_and_no_duty_is_made_up():
    assert duties(read_pack("s3"), 2023) == []
    assert duties(read_pack("s4"), 2023) == []
    assert last_day_of(read_pack("s3").milestones[0]) == date(2025, 10, 15)


def test_milestones_of_s0_are_strict():
    assert [last_day_of(m) for m in shipped_pack("s0").milestones] == [
        date(2021, 9, 19),
        date(2021, 9, 24),
        date(2021, 9, 29),
    ]


def test_a_stage_report_covers_the_stage():
    text = small(
        (
            "valid: {from: 2024-01-01}",
            "valid: {from: 2024-01-01}\nstage: {from: 2024-01-01, until: 2026-01-01, name: {vi: a, en: b}, source: {document: paper, clause: I}}",
        ),
        ("frequency: month", "frequency: stage"),
        ("before: {day: 25}", "by: {date: 2025-11-30}"),
    )

    (duty,) = duties(load_pack(text), 2025, VIETNAM)

    assert (duty.code, duty.period) == ("stage", None)
    assert duty.window == Interval(date(2024, 1, 1), date(2026, 1, 1))
    assert duty.last_day == date(2025, 11, 30)


# Kept on paper


def test_a_window_that_ended_before_the_day_was_kept_on_paper():
    since = {"units": date(2024, 3, 24)}
    february, march = unit_duty("2024-02"), unit_duty("2024-03")

    assert march.window.last == date(2024, 3, 24)
    assert is_on_paper(february, since)
    assert not is_on_paper(march, since)
    assert is_on_paper(march, {"units": date(2024, 3, 25)})
    assert not is_on_paper(february, {"committees": date(2030, 1, 1)})
    assert not is_on_paper(february, {})


def test_paper_is_a_reason_in_both_languages():
    since = {"units": date(2024, 3, 1)}
    february, march = unit_duty("2024-02"), unit_duty("2024-03")

    told = with_paper(february, since).why[-1]

    assert "1/3/2024" in told.vi
    assert "1 March 2024" in told.en
    assert with_paper(march, since) == march
