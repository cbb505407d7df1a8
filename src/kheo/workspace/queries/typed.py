"""Days that others typed in for one's own body: this month's and last month's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kheo.activities.queries import described
from kheo.activities.queries.behalf import ForUs, typed_for
from kheo.core.access import Actor
from kheo.core.periods import Frequency, Interval, Period

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Typed:
    """One day with the names of then, who typed it in, and when."""

    day: ForUs
    lead: str
    commune: str

    @property
    def by(self) -> str:
        return self.day.by

    @property
    def at(self) -> datetime:
        return self.day.at


@dataclass(frozen=True, slots=True)
class TypedForUs:
    """The first of these days, and how many more there are."""

    rows: list[Typed]
    more: int


def typed_for_us(actor: Actor, on: date) -> TypedForUs:
    """What a clerk looks at: whether it is as it was; the queries do not grow."""
    month = Period.containing(on, Frequency.MONTH)
    span = Interval(month.previous().interval.start, month.interval.end)
    found = typed_for(actor, span)
    return TypedForUs(_named(found[:SHOWN]), max(0, len(found) - SHOWN))


def _named(days: Sequence[ForUs]) -> list[Typed]:
    if not days:
        return []
    names = described([day.activity for day in days])
    return [
        Typed(day, one.lead, one.commune) for day, one in zip(days, names, strict=True)
    ]
