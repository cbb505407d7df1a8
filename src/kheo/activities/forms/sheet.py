"""What every row of a month's slips shares: bodies, communes, columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kheo.activities.queries import (
    Slot,
    charges_on,
    communes_in_charge,
    other_communes,
    slots_of,
    used_slots,
    weekdays_of,
)
from kheo.core.language import said
from kheo.core.periods import Period
from kheo.core.text import fold
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import versions_on
from kheo.places.models import PlaceVersion
from kheo.places.queries import versions_on as places_on
from kheo.places.rules import PlaceKind, short_name
from kheo.programmes.queries import InForce

FEW_COMMUNES = 24
"""Of more communes the hamlets are not proposed: those of a province are a thousand."""

MOST_USED = 4
"""Kinds of work shown beside people, days and money, unless all are asked for."""


@dataclass(frozen=True)
class Sheet:
    """What every row of one month shares: bodies, communes, the columns of figures.

    `slots` are the columns by tier of the body: only the tier behind a body's own
    people differs, so that all lists are equally long.
    """

    month: Period
    programme: InForce
    units: Sequence[OrganisationVersion]
    communes: Sequence[PlaceVersion]
    own_communes: Mapping[int, Sequence[int]]
    slots: Mapping[str, Sequence[Slot]]
    hamlets: Sequence[PlaceVersion]

    @cached_property
    def bodies(self) -> frozenset[int]:
        return frozenset(unit.organisation_id for unit in self.units)

    @cached_property
    def unit_named(self) -> dict[str, list[OrganisationVersion]]:
        found: dict[str, list[OrganisationVersion]] = {}
        for unit in self.units:
            for name in {fold(unit.name), fold(unit.short_name)} - {""}:
                found.setdefault(name, []).append(unit)
        return found

    @cached_property
    def commune_named(self) -> dict[str, list[PlaceVersion]]:
        return by_name(self.communes)

    @cached_property
    def weekdays(self) -> set[int]:
        return weekdays_of(self.programme.pack)

    @cached_property
    def columns(self) -> Sequence[Slot]:
        return next(iter(self.slots.values()), ())

    @cached_property
    def works(self) -> list[tuple[str, str]]:
        return [(f.code, said(f.name)) for f in self.programme.pack.fields]


def make_sheet(
    bodies: frozenset[int],
    month: Period,
    programme: InForce,
    *,
    shows_all: bool,
    sent: frozenset[str] = frozenset(),
) -> Sheet:
    """The sheet of one month for bodies that are written for.

    Its columns are those whose inputs were `sent`, so that a sheet is read as it was
    shown; otherwise the usual ones, or all.
    """
    day = month.interval.last
    named = versions_on(bodies, day).values()
    units = sorted(named, key=lambda version: (version.sort_name, version.pk))
    communes = communes_in_charge(bodies, day)
    own: dict[int, list[int]] = defaultdict(list)
    for charge in charges_on(bodies, day):
        own[charge.organisation_id].append(charge.place_id)
    few = communes if len(communes) <= FEW_COMMUNES else ()
    hamlets = places_on(day).filter(parent__in=[c.place_id for c in few])
    return Sheet(
        month=month,
        programme=programme,
        units=units,
        communes=[*communes, *other_communes(programme, bodies, day)],
        own_communes=own,
        slots=_columns(units, programme, month, shows_all=shows_all, sent=sent),
        hamlets=list(hamlets.order_by("sort_name", "pk")),
    )


def _columns(
    units: Sequence[OrganisationVersion],
    programme: InForce,
    month: Period,
    *,
    shows_all: bool,
    sent: frozenset[str],
) -> dict[str, Sequence[Slot]]:
    """The same columns for each tier of body."""
    columns: dict[str, Sequence[Slot]] = {}
    for tier in sorted({unit.tier for unit in units}):
        slots = slots_of(programme.pack, tier)
        shown = [slot for slot in slots if slot.code in sent]
        if not (shown or shows_all):
            bodies = [unit.organisation_id for unit in units]
            shown = used_slots(slots, bodies, month.interval.last, most=MOST_USED)
        columns[tier] = shown or slots
    return columns


def by_name(versions: Sequence[PlaceVersion]) -> dict[str, list[PlaceVersion]]:
    """By whole name and by the name without the kind's word, marks left out."""
    found: dict[str, list[PlaceVersion]] = {}
    for version in versions:
        short = short_name(version.name, PlaceKind(version.kind))
        for name in {fold(version.name), fold(short)}:
            found.setdefault(name, []).append(version)
    return found
