"""What is to be done beside reporting: rhythms, targets, tasks, coverage, criteria."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from kheo.core.periods import Frequency
from kheo.places.rules import PlaceKind
from kheo.programmes.pack.messages import refuse
from kheo.programmes.pack.parts import Code, Part, Source, Text
from kheo.programmes.pack.regime import Due


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As `date.weekday()` counts."""
        return list(Weekday).index(self)


class Rhythm(Part):
    """So many days of activity in each window, on these days of the week, there."""

    code: Code
    name: Text
    group: Code
    at_least: Annotated[int, Field(ge=1, le=31)]
    per: Frequency
    weekdays: tuple[Weekday, ...] = ()
    place_kinds: tuple[PlaceKind, ...] = ()
    met: Code | None = None
    due: Code | None = None
    soft: bool = False
    source: Source


class Comparison(StrEnum):
    AT_LEAST = ">="
    AT_MOST = "<="
    EXACTLY = "="
    BETWEEN = "between"


class Target(Part):
    """A number to reach; without `measure` it is stated and not yet computed."""

    code: Code
    name: Text
    group: Code | None = None
    measure: Code | None = None
    op: Comparison
    value: Decimal
    upper: Decimal | None = None
    unit: Text
    per: Frequency | None = None
    soft: bool = False
    source: Source

    @model_validator(mode="after")
    def _upper_with_between(self) -> Self:
        is_range = self.op is Comparison.BETWEEN
        if is_range != (self.upper is not None):
            raise refuse("target_upper")
        if self.upper is not None and self.upper < self.value:
            raise refuse("target_upper")
        return self


class Task(Part):
    """Something to do, with who leads and who co-operates; once, or every so often."""

    code: Code
    name: Text
    lead: tuple[Code, ...] = ()
    partners: tuple[Code, ...] = Field(default=(), alias="with")
    every: Frequency | None = None
    due: Due | None = None
    evidence: Text | None = None
    soft: bool = False
    source: Source


class Milestone(Part):
    """A dated step of the whole programme."""

    code: Code
    name: Text
    who: tuple[Code, ...] = ()
    receiver: Code | None = None
    due: Due
    soft: bool = False
    source: Source


class Contradiction(Part):
    """Milestones that the text puts in an order that cannot work; shown, not solved."""

    code: Code
    between: Annotated[tuple[Code, ...], Field(min_length=2)]
    note: Text
    source: Source


class CoverageKind(StrEnum):
    """Kinds of rules that assignments know."""

    EACH_UNIT_HAS_PLACE = "each_unit_has_place"
    EACH_PLACE_HAS_UNIT = "each_place_has_unit"
    UNITS_PER_PLACE = "units_per_place"
    SPREAD_OVER_AREAS = "spread_over_areas"
    LARGE_UNITS_TO_NEEDY_PLACES = "large_units_to_needy_places"
    NEEDY_PLACES_FIRST = "needy_places_first"
    KEEP_LAST_YEARS_PAIRS = "keep_last_years_pairs"
    NEARER_IS_BETTER = "nearer_is_better"


class Coverage(Part):
    """One rule on which unit is in charge of which place."""

    code: Code
    name: Text
    kind: CoverageKind
    units: Code
    place_kinds: Annotated[tuple[PlaceKind, ...], Field(min_length=1)]
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=1)] | None = None
    without_exempt: bool = False
    soft: bool = False
    source: Source


class Subject(StrEnum):
    """What a set of criteria judges; never a resident."""

    BODY = "body"
    COLLECTIVE = "collective"
    INDIVIDUAL = "individual"
    INITIATIVE = "initiative"


class Criterion(Part):
    """One criterion; without points it is judged in words."""

    code: Code
    name: Text
    max_points: Annotated[Decimal, Field(ge=0)] | None = None
    measure: Code | None = None
    gate: bool = False
    evidence: Text | None = None
    soft: bool = False
    source: Source


class Band(Part):
    """A class reached from so many points on."""

    code: Code
    name: Text
    at_least: Decimal


class CriteriaSet(Part):
    """Criteria for one kind of subject; `localised` lets bodies add their own."""

    code: Code
    name: Text
    subject: Subject
    localised: bool = False
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    bands: tuple[Band, ...] = ()
    source: Source


class Rule(Part):
    """A rule that Khéo shows and does not enforce by computing."""

    code: Code
    name: Text
    says: Text
    soft: bool = False
    source: Source
