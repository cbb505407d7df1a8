"""The reporting regime: reports with the ten attributes of Decree 09/2019, article 7.

Name, content, who reports, who receives, channel, due, frequency, window with cut-off,
outline, data forms. The decree binds state bodies; for Party reports they are borrowed.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from kheo.core.periods import Frequency
from kheo.programmes.pack.messages import refuse
from kheo.programmes.pack.parts import Code, DayRule, Part, Source, Text


class DayOff(StrEnum):
    """What may keep a last day from being a day to work on."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Direction(StrEnum):
    NEXT = "next"
    PREVIOUS = "previous"


class Moved(Part):
    """A last day that falls on a day off goes to the next or previous working day."""

    off: Annotated[tuple[DayOff, ...], Field(min_length=1)]
    to: Direction
    source: Source


class Earlier(Part):
    """The receiving body's focal point may set an earlier day for those below it."""

    source: Source


class Due(Part):
    """Until when: `before` a day (the last day is the day before), or `by` a day."""

    before: DayRule | None = None
    by: DayRule | None = None
    moved: Moved | None = None
    earlier: Earlier | None = None
    source: Source

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.before is None) == (self.by is None):
            raise refuse("due_ways")
        return self

    @property
    def is_strict(self) -> bool:
        return self.before is not None

    @property
    def rule(self) -> DayRule:
        rule = self.before or self.by
        assert rule is not None  # the validator saw to it
        return rule


class CutOff(Part):
    """The last day that counts, itself included."""

    cut_off: DayRule
    source: Source


class Window(CutOff):
    """The windows of one frequency: after the previous cut-off, up to this one."""

    frequency: Frequency


class Lock(Part):
    """For `late_days` after the last day a report is accepted as late, then locked."""

    late_days: Annotated[int, Field(ge=0, le=366)]
    source: Source


class Paragraph(Part):
    """One paragraph of an outline; `key` stays the same through all versions."""

    key: Code
    title: Text
    level: Annotated[int, Field(ge=1, le=3)] = 1
    hint: Text | None = None
    measures: tuple[Code, ...] = ()


class Outline(Part):
    """What a report says in words, in order."""

    code: Code
    name: Text
    paragraphs: Annotated[tuple[Paragraph, ...], Field(min_length=1)]
    source: Source


class Choice(Part):
    """One value of one dimension."""

    dimension: Code
    value: Code


class Cell(Part):
    """One figure of a form; `key` stays the same through all versions."""

    key: Code
    measure: Code
    where: tuple[Choice, ...] = ()
    name: Text | None = None


class Form(Part):
    """A table of figures."""

    code: Code
    name: Text
    cells: Annotated[tuple[Cell, ...], Field(min_length=1)]
    source: Source


class Report(Part):
    """One report of the regime. Without `due` the text gives no day: no duty follows.

    `consolidates` names the reports of those below that it is made from.
    """

    code: Code
    name: Text
    content: Text
    reporter: Code
    receiver: Code
    via: Text | None = None
    channel: Text
    frequency: Frequency
    due: Due | None = None
    window: CutOff | None = None
    lock: Lock | None = None
    outline: Code
    forms: tuple[Code, ...] = ()
    consolidates: tuple[Code, ...] = ()
    soft: bool = False
    source: Source
