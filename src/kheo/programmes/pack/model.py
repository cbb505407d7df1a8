"""The pack itself: one programme as one or several directives order it, for a time."""

from typing import Literal, Protocol, TypeVar

from pydantic import Field

from kheo.programmes.pack.groups import Group
from kheo.programmes.pack.measures import Dimension, Measure, WorkField
from kheo.programmes.pack.parts import Code, Document, Part, Source, Span, Text
from kheo.programmes.pack.regime import Form, Outline, Report, Window
from kheo.programmes.pack.work import (
    Contradiction,
    Coverage,
    CriteriaSet,
    Milestone,
    Rhythm,
    Rule,
    Target,
    Task,
)


class Stage(Span):
    """The days whose work the programme counts; windows are cut to them."""

    name: Text
    source: Source


class Pack(Part):
    """A programme's rules in force from `valid.start` up to `valid.until`.

    `label` is a mark shown with the name everywhere, such as "assumed, no document
    yet". `continues` names the programme that this one carries on: the period before
    its first and the same period a year ago are then found there. Values are frozen,
    compare by content and have no order of their own.
    """

    schema_version: Literal[1] = Field(alias="pack")
    code: Code
    name: Text
    label: Text | None = None
    continues: Code | None = None
    summary: Text | None = None
    valid: Span
    stage: Stage | None = None
    documents: tuple[Document, ...] = ()
    fields: tuple[WorkField, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    groups: tuple[Group, ...] = ()
    windows: tuple[Window, ...] = ()
    outlines: tuple[Outline, ...] = ()
    forms: tuple[Form, ...] = ()
    reports: tuple[Report, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    criteria: tuple[CriteriaSet, ...] = ()
    rules: tuple[Rule, ...] = ()

    def measure(self, code: str) -> Measure:
        """The measure of that code; raises `KeyError` where there is none."""
        return _by_code(self.measures, code)

    def dimension(self, code: str) -> Dimension:
        return _by_code(self.dimensions, code)

    def group(self, code: str) -> Group:
        return _by_code(self.groups, code)

    def report(self, code: str) -> Report:
        return _by_code(self.reports, code)

    def document(self, code: str) -> Document:
        return _by_code(self.documents, code)

    def outline_of(self, report: Report) -> Outline:
        return _by_code(self.outlines, report.outline)

    def forms_of(self, report: Report) -> tuple[Form, ...]:
        return tuple(_by_code(self.forms, code) for code in report.forms)

    def attachable(self) -> tuple[Measure, ...]:
        """The measures of which a work item of an activity may carry quantities."""
        return tuple(one for one in self.measures if one.is_attachable)


class Coded(Protocol):
    """A part that others of the pack name by its code."""

    @property
    def code(self) -> str: ...


P = TypeVar("P", bound=Coded)


def _by_code(parts: tuple[P, ...], code: str) -> P:
    for part in parts:
        if part.code == code:
            return part
    raise KeyError(code)
