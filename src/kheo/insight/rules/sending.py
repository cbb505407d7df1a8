"""Reports on time, late, missing, on paper: what a duty is worth, what a cell says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Mark(StrEnum):
    """What became of one report that is owed."""

    IN_TIME = "in_time"
    LATE = "late"
    MISSING = "missing"
    NOT_DUE = "not_due"
    ON_PAPER = "on_paper"


class Shade(StrEnum):
    """How a cell of the table looks; its numbers say the same."""

    GOOD = "good"
    LATE = "late"
    PARTLY = "partly"
    NONE = "none"
    NOT_DUE = "not_due"
    ON_PAPER = "on_paper"
    NOT_EXPECTED = "not_expected"


def mark_of(
    sent_on: date | None, *, last_day: date, today: date, is_on_paper: bool = False
) -> Mark:
    """Judge one duty: its last day still counts as in time.

    `is_on_paper` says that reports were not kept here then and none was begun.
    """
    if is_on_paper:
        return Mark.ON_PAPER
    if sent_on is not None:
        return Mark.IN_TIME if sent_on <= last_day else Mark.LATE
    return Mark.MISSING if today > last_day else Mark.NOT_DUE


@dataclass(frozen=True, slots=True)
class Sendings:
    """Many duties counted; they add up. What was kept on paper is not expected."""

    in_time: int = 0
    late: int = 0
    missing: int = 0
    not_due: int = 0
    on_paper: int = 0

    @classmethod
    def of(cls, marks: Iterable[Mark]) -> "Sendings":
        listed = list(marks)
        return cls(*(listed.count(mark) for mark in Mark))

    def __add__(self, other: "Sendings") -> "Sendings":
        return Sendings(
            self.in_time + other.in_time,
            self.late + other.late,
            self.missing + other.missing,
            self.not_due + other.not_due,
            self.on_paper + other.on_paper,
        )

    @property
    def expected(self) -> int:
        return self.in_time + self.late + self.missing + self.not_due

    @property
    def owed(self) -> int:
        """All that was owed, here or on paper."""
        return self.expected + self.on_paper

    @property
    def sent(self) -> int:
        return self.in_time + self.late

    @property
    def shade(self) -> Shade:
        """Missing weighs more than late; what is not yet due weighs nothing."""
        if not self.expected:
            return Shade.ON_PAPER if self.on_paper else Shade.NOT_EXPECTED
        if self.missing:
            return Shade.PARTLY if self.sent else Shade.NONE
        if self.late:
            return Shade.LATE
        return Shade.NOT_DUE if self.not_due else Shade.GOOD


NOTHING_OWED = Sendings()
