"""Days and stretches of days: half-open intervals, months, quarters, halves, years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OPEN_END = date.max
"""The stored end of what has no end yet; files show it empty."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.start} to {self.end} runs backwards")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @classmethod
    def of_days(cls, first: date, last: date) -> "Interval":
        """Both days included, as people and documents say it."""
        return cls(first, last + DAY)

    @property
    def last(self) -> date:
        return self.end - DAY

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        return self.start <= other.start and other.end <= self.end


class Frequency(StrEnum):
    """How often something is owed, by the calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    STAGE = "stage"


MONTHS_IN = {
    Frequency.MONTH: 1,
    Frequency.QUARTER: 3,
    Frequency.HALF: 6,
    Frequency.YEAR: 12,
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One month, quarter, half or year of the calendar; `number` counts from 1.

    The window of a report bears a period's name, and may start and end on other days.
    """

    year: int
    frequency: Frequency
    number: int

    def __post_init__(self) -> None:
        months = MONTHS_IN.get(self.frequency)
        if months is None or not 1 <= self.number <= 12 // months:
            raise ValueError(f"a year has no {self.frequency} {self.number}")

    @classmethod
    def containing(cls, day: date, frequency: Frequency) -> "Period":
        return cls(day.year, frequency, (day.month - 1) // MONTHS_IN[frequency] + 1)

    @property
    def first_month(self) -> int:
        return (self.number - 1) * MONTHS_IN[self.frequency] + 1

    @property
    def last_month(self) -> int:
        return self.number * MONTHS_IN[self.frequency]

    @property
    def interval(self) -> Interval:
        """The calendar's own days of this period."""
        following = self.next()
        return Interval(
            date(self.year, self.first_month, 1),
            date(following.year, following.first_month, 1),
        )

    @property
    def code(self) -> str:
        """`2024-03`, `2024-Q1`, `2024-H1` or `2024`."""
        if self.frequency is Frequency.MONTH:
            return f"{self.year}-{self.number:02d}"
        letter = {Frequency.QUARTER: "Q", Frequency.HALF: "H"}.get(self.frequency)
        return f"{self.year}-{letter}{self.number}" if letter else f"{self.year}"

    def next(self) -> "Period":
        if self.number < 12 // MONTHS_IN[self.frequency]:
            return Period(self.year, self.frequency, self.number + 1)
        return Period(self.year + 1, self.frequency, 1)

    def a_year_on(self) -> "Period":
        return Period(self.year + 1, self.frequency, self.number)

    def previous(self) -> "Period":
        if self.number > 1:
            return Period(self.year, self.frequency, self.number - 1)
        return Period(self.year - 1, self.frequency, 12 // MONTHS_IN[self.frequency])


def periods_of(year: int, frequency: Frequency) -> Iterator[Period]:
    """Every period of one frequency in one calendar year, in order."""
    for number in range(1, 12 // MONTHS_IN[frequency] + 1):
        yield Period(year, frequency, number)
