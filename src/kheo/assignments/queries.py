"""Which communes have their unit, which units their commune, on a day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kheo.assignments.models import CommuneAssignment
from kheo.core.access import Actor
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import names_on, versions_on
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import subtree_on
from kheo.places.queries import versions_on as places_on
from kheo.programmes.queries import InForce, members


@dataclass(frozen=True, slots=True)
class Pair:
    """One charge with the names that hold on the day asked."""

    row: CommuneAssignment
    unit: str
    commune: str


def charges_on(programme: str, day: date) -> QuerySet[CommuneAssignment]:
    rows = CommuneAssignment.objects.filter(
        programme=programme, valid_from__lte=day, valid_to__gt=day
    )
    return rows.select_related("organisation", "place")


def pairs_on(programme: str, day: date, *, actor: Actor) -> list[Pair]:
    """The charges of the bodies the actor sees, by commune, then unit."""
    rows = list(charges_on(programme, day).visible_to(actor))  # type: ignore[attr-defined]  # our queryset
    units = versions_on([row.organisation_id for row in rows], day)
    names = names_on([row.organisation_id for row in rows], day)
    places = {
        version.place_id: version
        for version in places_on(day).filter(place__in={row.place_id for row in rows})
    }
    pairs = [
        Pair(row, names[row.organisation_id], _name(places, row.place)) for row in rows
    ]
    return sorted(pairs, key=lambda pair: _order(pair, units, places))


def pair_of(row: CommuneAssignment, day: date) -> Pair:
    """One charge with the names of the day; the caller has asked for the row."""
    name = names_on([row.organisation_id], day)[row.organisation_id]
    places = {v.place_id: v for v in places_on(day).filter(place=row.place_id)}
    return Pair(row, name, _name(places, row.place))


def _name(places: dict[int, PlaceVersion], place: Place) -> str:
    version = places.get(place.pk)
    return version.name if version else place.code


def _order(
    pair: Pair,
    units: dict[int, OrganisationVersion],
    places: dict[int, PlaceVersion],
) -> tuple[str, str, int]:
    place, unit = places.get(pair.row.place_id), units.get(pair.row.organisation_id)
    return (
        place.sort_name if place else "",
        unit.sort_name if unit else "",
        pair.row.pk,
    )


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the coverage rules of a programme still miss on a day."""

    communes_without_unit: list[PlaceVersion]
    units_without_commune: list[str]


def gaps_on(programme: InForce, day: date) -> Gaps:
    """Communes in scope without a unit, and units that should have one and have none.

    Which units and which kinds of commune the pack's coverage rules say.
    """
    code, pack = programme.programme.code, programme.pack
    by_place: dict[int, set[int]] = defaultdict(set)
    for row in charges_on(code, day):
        by_place[row.place_id].add(row.organisation_id)
    kinds = {kind for rule in pack.coverage for kind in rule.place_kinds}
    units = {
        body.pk: body
        for rule in pack.coverage
        for body in members(pack.group(rule.units), day, programme=programme.programme)
    }
    charged = {unit for held in by_place.values() for unit in held}
    names = names_on([pk for pk in units if pk not in charged], day)
    return Gaps(
        communes_without_unit=[
            version
            for version in communes_in_scope(programme, day)
            if version.kind in kinds and version.place_id not in by_place
        ],
        units_without_commune=sorted(names.values()),
    )


def communes_in_scope(programme: InForce, day: date) -> list[PlaceVersion]:
    """The communes below the place of the programme's home, of the kinds it covers."""
    home = programme.programme.home
    place = versions_on([home.pk], day)[home.pk].place if home else None
    if place is None:
        return []
    kinds = {kind for rule in programme.pack.coverage for kind in rule.place_kinds}
    below = subtree_on(place, day).filter(kind__in=kinds)
    return list(below.order_by("sort_name", "pk"))
