"""What taking a form over would change: the form as it was, as it is, and the report now."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kheo.reporting.queries.figures import Figure
from kheo.reporting.queries.typed import Typed
from kheo.reporting.rules import is_outlying, result_of
from kheo.reporting.workbooks.contents import (
    Contents,
    OpenRemark,
    Stamp,
    digest_of_text,
    typed_of,
)
from kheo.reporting.workbooks.layout import DECLARED, ESTIMATED, REASON, SAYS, TEXT
from kheo.reporting.workbooks.reading import Filled
from kheo.stationery.tables import CellError


class Fate(StrEnum):
    """What becomes of one row of the form."""

    SAME = "same"
    """The report says so already."""
    KEPT = "kept"
    """Nobody touched it in the form, somebody changed the report: the report stays."""
    CHANGE = "change"
    CONFLICT = "conflict"
    """Changed in the form and, since it was downloaded, in the report: a choice."""


def fate_of(*, is_equal: bool, is_edited: bool, is_moved: bool) -> Fate:
    """`is_equal`: form and report agree; `is_edited`: changed in the form; `is_moved`:
    changed in the report since.
    """
    if is_equal:
        return Fate.SAME
    if not is_edited:
        return Fate.KEPT
    return Fate.CONFLICT if is_moved else Fate.CHANGE


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs: where it stands, what the report and the form say."""

    column: str
    address: str
    here: object
    there: object


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that would change, or asks for a choice."""

    figure: Figure
    fate: Fate
    here: Typed
    there: Typed
    cells: tuple[CellChange, ...]
    logged_then: int | None = None

    @property
    def key(self) -> str:
        return f"cell-{self.figure.key}"

    @property
    def has_logged_more(self) -> bool:
        """Whether work was logged, or taken back, since the form was downloaded."""
        return self.figure.logged != self.logged_then

    @property
    def is_outlying(self) -> bool:
        """Whether the figure would be far from the period before."""
        value = result_of(self.figure.logged, self.there.declared)
        return is_outlying(value, self.figure.previous)


@dataclass(frozen=True, slots=True)
class WordChange:
    paragraph: str
    title: object
    fate: Fate
    here: str
    there: str
    address: str

    @property
    def key(self) -> str:
        return f"text-{self.paragraph}"


@dataclass(frozen=True, slots=True)
class AnswerChange:
    remark: OpenRemark
    there: str


@dataclass(slots=True)
class Plan:
    """Everything that taking the form over would do, and what stands against it."""

    figures: list[FigureChange] = field(default_factory=list)
    words: list[WordChange] = field(default_factory=list)
    answers: list[AnswerChange] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    errors: tuple[CellError, ...] = ()

    @property
    def rows(self) -> list[FigureChange | WordChange]:
        return [*self.figures, *self.words]

    @property
    def conflicts(self) -> list[FigureChange | WordChange]:
        return [one for one in self.rows if one.fate is Fate.CONFLICT]

    @property
    def kept(self) -> list[FigureChange | WordChange]:
        return [one for one in self.rows if one.fate is Fate.KEPT]

    @property
    def figure_changes(self) -> list[FigureChange]:
        return [one for one in self.figures if one.fate is Fate.CHANGE]

    @property
    def word_changes(self) -> list[WordChange]:
        return [one for one in self.words if one.fate is Fate.CHANGE]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written, whatever is chosen."""
        changes = (*self.figure_changes, *self.word_changes, *self.answers)
        return not changes and not self.conflicts

    def cells(self, taken: Collection[str]) -> dict[str, Typed]:
        """The figures to write; of conflicts those that were chosen from the form."""
        return {
            one.figure.key: one.there for one in self.figures if _is_written(one, taken)
        }

    def texts(self, taken: Collection[str]) -> dict[str, str]:
        return {
            one.paragraph: one.there for one in self.words if _is_written(one, taken)
        }

    def replies(self) -> dict[int, str]:
        return {one.remark.key: one.there for one in self.answers}


def plan_of(filled: Filled, contents: Contents, stamp: Stamp) -> Plan:
    """Compare row by row; rows with errors of their own are not in it."""
    open_ones = {one.key: one for one in contents.remarks}
    return Plan(
        figures=list(_figures(filled, contents, stamp)),
        words=list(_words(filled, contents, stamp)),
        answers=[
            AnswerChange(open_ones[key], text)
            for key, text in filled.answers.items()
            if key in open_ones
        ],
        closed=[text for key, text in filled.answers.items() if key not in open_ones],
        errors=tuple(dict.fromkeys(filled.errors)),
    )


def _is_written(one: FigureChange | WordChange, taken: Collection[str]) -> bool:
    return one.fate is Fate.CHANGE or (one.fate is Fate.CONFLICT and one.key in taken)


def _figures(
    filled: Filled, contents: Contents, stamp: Stamp
) -> Iterator[FigureChange]:
    for figure in contents.figures:
        there = filled.figures.get(figure.key)
        if there is None:
            continue
        here, known = typed_of(figure), stamp.figures.get(figure.key)
        base = known.typed if known else here
        fate = fate_of(
            is_equal=there == here, is_edited=there != base, is_moved=here != base
        )
        if fate is Fate.SAME:
            continue
        yield FigureChange(
            figure=figure,
            fate=fate,
            here=here,
            there=there,
            cells=tuple(_cells(here, there, filled.cells.get(figure.key, {}))),
            logged_then=known.logged if known else figure.logged,
        )


def _cells(here: Typed, there: Typed, at: Mapping[str, str]) -> Iterator[CellChange]:
    pairs = (
        (DECLARED, here.declared, there.declared),
        (SAYS, here.said, there.said),
        (ESTIMATED, here.is_estimated, there.is_estimated),
        (REASON, here.reason, there.reason),
    )
    for column, before, after in pairs:
        if before != after:
            yield CellChange(column, at.get(column, ""), before, after)


def _words(filled: Filled, contents: Contents, stamp: Stamp) -> Iterator[WordChange]:
    for rule in contents.paragraphs:
        there = filled.words.get(rule.key)
        if there is None:
            continue
        here, base = contents.text(rule.key), stamp.words.get(rule.key, "")
        fate = fate_of(
            is_equal=there == here,
            is_edited=digest_of_text(there) != base,
            is_moved=digest_of_text(here) != base,
        )
        if fate is not Fate.SAME:
            at = filled.cells.get(f"text-{rule.key}", {})
            yield WordChange(rule.key, rule.title, fate, here, there, at.get(TEXT, ""))
