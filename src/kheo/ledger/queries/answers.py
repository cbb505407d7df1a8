"""What is asked, and what is answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import Max
from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.core.remembering import remembered
from kheo.ledger import rules
from kheo.ledger.models import Law, Measure, Projection, Slice
from kheo.ledger.rules import RECORDED, Contribution, Structure
from kheo.organisations.models import Lineage, Placement, Tree
from kheo.places.models import PlaceLineage, PlaceVersion

PLACES = "places"
"""Asks the tree of places: what was done there, whoever did it."""


@dataclass(frozen=True, slots=True)
class Total:
    """A value in whole smallest units, `None` when missing; a ratio with its parts."""

    value: int | None
    decimals: int = 0
    numerator: int | None = None
    denominator: int | None = None

    @property
    def text(self) -> str | None:
        """The value with exactly the measure's decimals; a ratio in %."""
        return rules.formatted(self.value, self.decimals)


@dataclass(frozen=True, slots=True)
class Row:
    """One line below a total; keys that begin with `=` are not nodes but corrections."""

    key: str
    label: str
    total: Total

    @property
    def value(self) -> int | None:
        return self.total.value


@dataclass(frozen=True, slots=True)
class Scope:
    """The frame of a question: which tree, which days, whose structure, what of it."""

    tree: str
    interval: Interval
    programme: str | None = None
    dimensions: Mapping[str, str] | None = None
    structure: Structure = RECORDED

    def __post_init__(self) -> None:
        if self.interval.start == self.interval.end:
            raise RuleBroken(_("The interval has no day."), field="interval")

    def over(self, interval: Interval) -> "Scope":
        return Scope(
            self.tree, interval, self.programme, self.dimensions, self.structure
        )

    def only(self, name: str, value: str) -> "Scope":
        dimensions = {**(self.dimensions or {}), name: value}
        return Scope(
            self.tree, self.interval, self.programme, dimensions, self.structure
        )

    def slice_ids(self) -> list[int] | None:
        """Give the slices that belong to the question; `None` if all do."""
        if self.programme is None and not self.dimensions:
            return None
        wanted = (self.dimensions or {}).items()
        return [
            number
            for number, text in _slices(self.programme)
            if wanted <= rules.dimensions_of(text).items()
        ]


@remembered
def _slices(programme: str | None) -> list[tuple[int, str]]:
    rows = Slice.objects.all()
    if programme is not None:
        rows = rows.filter(programme=programme)
    return list(rows.values_list("pk", "dimensions"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A tree, and which of its stored sums answer a question; none: the entries do."""

    tree_id: int | None
    projections: tuple[int, ...]

    @classmethod
    def of(cls, scope: Scope) -> Self:
        numbers = _projections(scope.tree)
        if not numbers:
            return cls(_tree_id(scope.tree), ())
        recorded, tree_id = numbers[Projection.Kind.RECORDED]
        shift = numbers[Projection.Kind.SHIFT][0]
        if not isinstance(scope.structure, date):
            return cls(tree_id, (recorded,))
        is_current = scope.structure >= _last_change(tree_id)
        return cls(tree_id, (recorded, shift) if is_current else ())


@remembered
def _projections(tree: str) -> dict[str, tuple[int, int | None]]:
    """The numbers of a tree's projections, with that of the tree, by kind."""
    rows = Projection.objects.filter(tree__code=tree)
    if tree == PLACES:
        rows = Projection.objects.filter(tree=None)
    return {
        kind: (pk, tree_id)
        for pk, tree_id, kind in rows.values_list("pk", "tree", "kind")
    }


@remembered
def measure_of(code: str) -> Measure:
    """Find a measure with its parts; raises `Measure.DoesNotExist`."""
    return Measure.objects.select_related("numerator", "denominator").get(code=code)


def measures_of(codes: Iterable[str]) -> list[Measure]:
    """Find measures with their parts, in the order of `codes`; unknown ones are left out."""
    return list(_measures_of(tuple(codes)))


@remembered
def _measures_of(codes: tuple[str, ...]) -> list[Measure]:
    rows = Measure.objects.select_related("numerator", "denominator")
    found = {measure.code: measure for measure in rows.filter(code__in=codes)}
    return [found[code] for code in codes if code in found]


def parts_of(measure: Measure) -> tuple[Measure, ...]:
    """Give what is counted: a ratio's numerator and denominator, or the measure."""
    if measure.numerator is None or measure.denominator is None:
        return (measure,)
    return measure.numerator, measure.denominator


def total_of(measure: Measure, values: Iterable[int | None]) -> Total:
    """Make the answer from the values of the parts."""
    if measure.law != Law.RATIO:
        (value,) = values
        return Total(value, measure.decimals)
    numerator, denominator = values
    top, bottom = parts_of(measure)
    value = rules.percent(
        numerator,
        denominator,
        decimals=measure.decimals,
        scale=top.decimals - bottom.decimals,
    )
    return Total(value, measure.decimals, numerator, denominator)


def sum_of(row: Mapping[str, object]) -> Contribution:
    """Read an aggregate; sums over nothing, and sums not asked for, are zeros."""
    names = ("amount", "own", "unallocated", "entries")
    found = (row.get(name) for name in names)
    return Contribution(*(n if isinstance(n, int) else 0 for n in found))


@remembered
def _tree_id(code: str) -> int | None:
    return None if code == PLACES else Tree.objects.get(code=code).pk


@remembered
def _last_change(tree_id: int | None) -> date:
    """Give the day since which the structure is what it is now."""
    if tree_id is None:
        moved = PlaceVersion.objects.aggregate(day=Max("valid_from"))["day"]
        followed = PlaceLineage.objects.aggregate(day=Max("on"))["day"]
    else:
        placements = Placement.objects.filter(tree=tree_id)
        moved = placements.aggregate(day=Max("valid_from"))["day"]
        followed = Lineage.objects.aggregate(day=Max("on"))["day"]
    return max((day for day in (moved, followed) if day), default=date.min)
