"""Fields of work, dimensions and measures: what is counted, and by which law."""

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from kheo.programmes.pack.messages import refuse
from kheo.programmes.pack.parts import Code, Law, Part, Source, Text


class WorkField(Part):
    """A field of work, such as the environment or rural roads."""

    code: Code
    name: Text
    source: Source


class Value(Part):
    """One value that a dimension may take."""

    code: Code
    name: Text


class Dimension(Part):
    """A breakdown with its allowed values; a quantity bears one of them, or none."""

    code: Code
    name: Text
    values: Annotated[tuple[Value, ...], Field(min_length=1)]


class Origin(StrEnum):
    """Where a measure's figures come from; whatever it is, a report may add to it."""

    SESSIONS = "sessions"
    CADRES = "cadres"
    RESIDENTS = "residents"
    WORK_DAYS = "work_days"
    WORK_ITEM = "work_item"
    MONEY = "money"
    HOUSEHOLDS = "households"
    HAMLETS = "hamlets"
    DAY_MET = "day_met"
    DAY_DUE = "day_due"
    COMMUNES_IN_CHARGE = "communes_in_charge"
    PARTS = "parts"
    DECLARED = "declared"

    @property
    def is_auto(self) -> bool:
        """Whether activities or assignments give the figure without being asked."""
        return self is not Origin.DECLARED


O, L = Origin, Law  # noqa: E741  the table below reads by columns
ORIGINS = MappingProxyType(
    {
        L.FLOW: (
            O.SESSIONS,
            O.CADRES,
            O.RESIDENTS,
            O.WORK_DAYS,
            O.WORK_ITEM,
            O.MONEY,
            O.DAY_MET,
            O.DAY_DUE,
            O.DECLARED,
        ),
        L.STOCK: (O.COMMUNES_IN_CHARGE, O.DECLARED),
        L.DISTINCT: (O.HOUSEHOLDS, O.HAMLETS, O.DECLARED),
        L.RATIO: (O.PARTS,),
    }
)
"""Which origins a law allows: a day's work flows, a commune in charge is a state."""


class Evidence(StrEnum):
    """Whether a quantity wants a photo or a paper beside it."""

    NONE = "none"
    WANTED = "wanted"
    REQUIRED = "required"


class Plausible(Part):
    """What one entry may hold, in the measure's unit; beyond it input is refused."""

    min: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    max: Decimal

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise refuse("range_backwards")
        return self


class Measure(Part):
    """What is counted. The code is the ledger's, shared by programmes on purpose."""

    code: Code
    name: Text
    law: Law
    unit: Text
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    origin: Origin
    numerator: Code | None = None
    denominator: Code | None = None
    field: Code | None = None
    dimensions: tuple[Code, ...] = ()
    plausible: Plausible | None = None
    evidence: Evidence = Evidence.NONE
    money: bool = False
    shown: bool = True
    soft: bool = False
    source: Source

    @property
    def is_auto(self) -> bool:
        return self.origin.is_auto

    @property
    def is_attachable(self) -> bool:
        """Whether a work item of an activity may carry a quantity of it."""
        return self.origin is Origin.WORK_ITEM
