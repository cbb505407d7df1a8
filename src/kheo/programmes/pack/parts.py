"""What every part of a pack is made of: bilingual text, codes, sources, days."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from kheo.programmes.pack.messages import refuse

Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=60)
]
"""Lower-case ASCII words joined by `-` or `_`; never changes, never translated."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A piece of a pack: unknown keys are refused, nothing is converted by guess."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Text(Part):
    """One thing said in both languages."""

    vi: Line
    en: Line


IN_BOTH, IN_ONE = "<in both>", "<in one>"
"""How a text was said; no key of a pack can be called so."""


def _how_said(value: Any) -> str:
    return IN_BOTH if isinstance(value, dict | Text) else IN_ONE


Name = Annotated[
    Annotated[Text, Tag(IN_BOTH)] | Annotated[Line, Tag(IN_ONE)],
    Discriminator(_how_said),
]
"""A name in both languages, or in one that serves for both."""


class Law(StrEnum):
    """How a measure adds up (architecture, "Totals"); the ledger has the same four."""

    FLOW = "flow"
    STOCK = "stock"
    DISTINCT = "distinct"
    RATIO = "ratio"


class Source(Part):
    """Where a rule stands: a clause of a document, or an assumption with its owner.

    An assumption is shown as such wherever the rule is shown. The `owner` is a name in
    both languages, or in one that serves for both.
    """

    document: Code | None = None
    clause: Line | None = None
    assumption: bool = False
    owner: Name | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        cited = (self.document, self.clause)
        assumed = (self.owner, self.reason)
        if self.assumption:
            if None in assumed or cited != (None, None):
                raise refuse("source_assumption")
        elif None in cited or assumed != (None, None):
            raise refuse("source_clause")
        return self


class Span(Part):
    """Days from `from` up to, not including, `until`; an empty `until` is open."""

    start: date = Field(alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.until and self.until <= self.start:
            raise refuse("span_backwards")
        return self

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)


class Document(Part):
    """A paper the pack rests on, with number and symbol as printed."""

    code: Code
    number: Line
    issued_on: date | None = None
    issuer: Text
    title: Text | None = None


class FixedDay(Part):
    """A day of the year for one period: `period` 1 is the first half, quarter, …"""

    period: Annotated[int, Field(ge=1, le=12)] = 1
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    next_year: bool = False

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.day > LONGEST[self.month - 1]:
            raise refuse("no_such_day", day=self.day, month=self.month)
        return self


LONGEST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""February has 28: a rule must hold every year."""


class DayRule(Part):
    """One day for each period, said in one of three ways.

    `day` (28 at most, or 29 to 31 where every month concerned has it) of the `month`-th
    month of the period, its last when not given, a month after it when greater;
    `dates`, fixed days of the year by period; or `date`, once.
    """

    day: Annotated[int, Field(ge=1, le=31)] | None = None
    month: Annotated[int, Field(ge=1, le=24)] | None = None
    dates: tuple[FixedDay, ...] = ()
    date_: date | None = Field(default=None, alias="date")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.day is not None, bool(self.dates), self.date_ is not None]
        if sum(ways) != 1 or (self.month is not None and self.day is None):
            raise refuse("day_rule_ways")
        numbers = [fixed.period for fixed in self.dates]
        if len(set(numbers)) < len(numbers):
            raise refuse("day_rule_twice")
        return self
