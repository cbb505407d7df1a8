"""Each number that a person may type about a day: a measure and one of its values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from kheo.activities.models import Quantity
from kheo.activities.queries.choices import typed_measures
from kheo.activities.rules import OWN_PEOPLE
from kheo.core.language import said
from kheo.programmes.pack import Measure, Origin, Pack

OF_THE_BODY = "tier"
"""The dimension that a body's own version answers."""

LATELY = timedelta(days=400)
"""How far back it is looked which quantities a body uses."""

ALWAYS = frozenset({Origin.CADRES, Origin.RESIDENTS, Origin.WORK_DAYS})
"""Asked on every slip, whatever was used before."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one number; `is_own` where each body counts its own people."""

    measure: Measure
    value: str
    dimensions: str

    @property
    def is_own(self) -> bool:
        return self.measure.origin in OWN_PEOPLE

    @property
    def name(self) -> str:
        name = said(self.measure.name)
        return f"{name}: {self.value}" if self.value else name

    @property
    def unit(self) -> str:
        return said(self.measure.unit)

    @property
    def code(self) -> str:
        """The slot's name among inputs, the same whatever stands beside it."""
        value = self.dimensions.partition("=")[2] if self.value else ""
        return f"{self.measure.code}.{value}" if value else self.measure.code

    @property
    def key(self) -> tuple[str, str]:
        return (self.measure.code, self.dimensions)


def values_of(
    pack: Pack, measure: Measure, tier: str | None = None
) -> list[tuple[str, str]]:
    """Each value of the measure's first dimension, as said and as stored.

    The dimension of the body's tier is answered by `tier` and not asked.
    """
    if not measure.dimensions:
        return [("", "")]
    dimension = pack.dimension(measure.dimensions[0])
    if dimension.code == OF_THE_BODY and tier is not None:
        return [("", f"{OF_THE_BODY}={tier}")]
    return [(said(v.name), f"{dimension.code}={v.code}") for v in dimension.values]


def slots_of(pack: Pack, tier: str) -> list[Slot]:
    """Everything a body of that tier may type about a day, in the pack's order."""
    return [
        Slot(measure, value, dimensions)
        for measure in typed_measures(pack)
        for value, dimensions in values_of(pack, measure, tier)
    ]


def used_slots(
    slots: Sequence[Slot], bodies: Iterable[int], day: date, *, most: int
) -> list[Slot]:
    """People and days always, the works used most lately, the usual source of money."""
    rows = Quantity.objects.filter(
        activity__organisation__in=list(bodies), activity__on__gt=day - LATELY
    )
    counted = rows.values_list("measure", "dimensions").annotate(Count("pk"))
    used = Counter({(code, dims): number for code, dims, number in counted})
    ranked = sorted(slots, key=lambda slot: -used[slot.key])
    items = [slot for slot in ranked if slot.measure.origin is Origin.WORK_ITEM]
    money = [slot for slot in ranked if slot.measure.origin is Origin.MONEY]
    shown = {slot.key for slot in (*items[:most], *money[:1])}
    return [
        slot for slot in slots if slot.measure.origin in ALWAYS or slot.key in shown
    ]
