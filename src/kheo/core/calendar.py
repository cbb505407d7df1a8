"""Working days in Viet Nam: weekends, public holidays, and days moved by decision.

Fixed days, Tết and the Hùng Kings' day come from the `holidays` library, with the rest
days that replace a holiday on a weekend and the working days that were moved. Which two
days are off on National Day, and which days are swapped, is decided year by year: up to
`KNOWN_UNTIL` these decisions are in, after it they are what the rules let expect.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

import holidays

from kheo.core.periods import DAY, Interval

KNOWN_FROM = 2021
"""The Labour Code 45/2019/QH14 gives two days on National Day from this year on."""

KNOWN_UNTIL = 2026
"""The last year whose decisions on moved days are in the data."""

SATURDAY, SUNDAY = 5, 6

_SWAPPED: Mapping[date, date] = MappingProxyType(
    # Government decision announced by the Ministry of Home Affairs on 25/12/2025.
    {date(2026, 1, 2): date(2026, 1, 10)}
)
_SUBSTITUTED = re.compile(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})")
_REST_DAY = re.compile("29 Tết|Mùng năm|Mùng sáu")


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """A day off other than a plain weekend, with its name in both languages."""

    day: date
    vi: str
    en: str
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class _Year:
    holidays: Mapping[date, Holiday]
    worked_weekends: frozenset[date]


class Calendar:
    """The calendar that deadlines ask; one value, `VIETNAM`, is used everywhere."""

    def holiday(self, day: date) -> Holiday | None:
        """The holiday on `day`, a weekend or not; None on any other day."""
        return _year(day.year).holidays.get(day)

    def is_weekend(self, day: date) -> bool:
        return day.weekday() in (SATURDAY, SUNDAY)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work: no holiday, no weekend but one worked in exchange."""
        if self.holiday(day):
            return False
        return not self.is_weekend(day) or day in _year(day.year).worked_weekends

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, when negative).

        Zero gives `day` itself, or the next working day where it is none.
        """
        step = DAY if count >= 0 else -DAY
        left = abs(count)
        while left or not self.is_working_day(day):
            day += step
            if left and self.is_working_day(day):
                left -= 1
        return day

    def next_saturday(self, day: date) -> date:
        """The first Saturday on or after `day`."""
        return day + DAY * ((SATURDAY - day.weekday()) % 7)

    def weekend_days(self, span: Interval) -> Iterator[date]:
        """Saturdays and Sundays in `span`, holidays and worked Saturdays among them."""
        day = span.start
        while day < span.end:
            if self.is_weekend(day):
                yield day
            day += DAY

    def holidays_of(self, year: int) -> list[Holiday]:
        return sorted(_year(year).holidays.values())

    def is_known(self, year: int) -> bool:
        """Whether the year's moved days are decided, and not only expected."""
        return KNOWN_FROM <= year <= KNOWN_UNTIL


VIETNAM = Calendar()


@cache
def _year(year: int) -> _Year:
    # One year at a time: asked for several at once the library keeps their moved days.
    vi = holidays.country_holidays("VN", years=year, language="vi", expand=False)
    en = holidays.country_holidays("VN", years=year, language="en_US", expand=False)
    days = {day: _holiday(day, vi[day], en[day]) for day in vi}
    worked = {day for day in vi.weekend_workdays if day.year == year}
    for off, made_up in _SWAPPED.items():
        if off.year == year:
            days[off] = _moved(off, made_up)
        if made_up.year == year:
            worked.add(made_up)
    return _Year(MappingProxyType(days), frozenset(worked))


def _holiday(day: date, vi: str, en: str) -> Holiday:
    if moved := _SUBSTITUTED.search(vi):
        day_of_month, month, year = map(int, moved.groups())
        return _moved(day, date(year, month, day_of_month))
    if _REST_DAY.search(vi):
        # The library numbers these rest days after a fixed count, which is one off
        # where the last lunar month has 29 days; they are simply days of the Tết rest.
        vi, en = "Nghỉ Tết Nguyên Đán", "Lunar New Year rest day"
    return Holiday(day, vi, en, is_expected=day.year > KNOWN_UNTIL)


def _moved(off: date, made_up: date) -> Holiday:
    return Holiday(
        off,
        f"Ngày nghỉ (làm bù ngày {made_up.day}/{made_up.month}/{made_up.year})",
        f"Day off (worked on {made_up.day}/{made_up.month}/{made_up.year} instead)",
    )


def is_working_day(day: date) -> bool:
    return VIETNAM.is_working_day(day)


def add_working_days(day: date, count: int) -> date:
    return VIETNAM.add_working_days(day, count)


def next_saturday(day: date) -> date:
    return VIETNAM.next_saturday(day)
