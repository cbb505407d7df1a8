"""Reads for planning and logging: what may be chosen, who sees which lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kheo.activities.models import Activity, Party, PartyRole, Quantity
from kheo.activities.rules import TYPED, Done
from kheo.assignments.models import CommuneAssignment
from kheo.assignments.queries import communes_in_scope
from kheo.core.access import Actor, Capability
from kheo.core.errors import NotAllowed
from kheo.organisations.models import Kind, Organisation, OrganisationVersion
from kheo.organisations.queries import versions_on
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import versions_on as places_on
from kheo.programmes.pack import Measure, Pack
from kheo.programmes.queries import InForce, pack_on


def measures_of(activity: Activity) -> tuple[Measure, ...]:
    """The measures that the activity's programme counts on its day."""
    return pack_on(activity.programme, activity.on).measures


def typed_measures(pack: Pack) -> list[Measure]:
    """What a person types when logging a day, in the pack's order."""
    return [measure for measure in pack.measures if measure.origin in TYPED]


def weekdays_of(pack: Pack) -> set[int]:
    """The weekdays that the programme's rhythms name, as `date.weekday()` counts."""
    return {day.number for rhythm in pack.rhythms for day in rhythm.weekdays}


def is_in_charge(activity: Activity) -> bool:
    """Whether the lead was in charge of the commune on that day (else it is flagged)."""
    charges = charges_on([activity.organisation_id], activity.on)
    return charges.filter(place=activity.place_id).exists()


def done_of(activity: Activity) -> list[Done]:
    """What was logged, as the rules take it."""
    rows = activity.quantities.select_related("party").order_by("pk")
    return [
        Done(
            measure=row.measure,
            amount=row.amount,
            organisation=row.party.organisation_id if row.party else None,
            dimensions=row.dimensions,
            subject=row.subject,
        )
        for row in rows
    ]


def hosts_of(place: Place, day: date) -> list[Organisation]:
    """The Party committee of the commune on that day; none where it is not known."""
    committees = Organisation.objects.filter(
        versions__place=place, versions__kind=Kind.COMMUNE_COMMITTEE
    ).distinct()
    now = versions_on(committees.values_list("pk", flat=True), day)
    return [body for body in committees.order_by("pk") if body.pk in now]


def leads_for(actor: Actor) -> frozenset[int]:
    """The bodies for which the actor may plan and log."""
    return actor.bodies(Capability.EDIT_ACTIVITIES)


def charges_on(bodies: Iterable[int], day: date) -> QuerySet[CommuneAssignment]:
    """Which communes these bodies are in charge of on that day."""
    rows = CommuneAssignment.objects.filter(
        organisation__in=list(bodies), valid_from__lte=day, valid_to__gt=day
    )
    return rows.select_related("place", "organisation").order_by("place__code", "pk")


def communes_in_charge(bodies: Iterable[int], day: date) -> list[PlaceVersion]:
    """The communes of these bodies, as named on that day, in Vietnamese order."""
    places = charges_on(bodies, day).values("place")
    return list(places_on(day).filter(place__in=places).order_by("sort_name", "pk"))


def other_communes(
    programme: InForce, bodies: Iterable[int], day: date
) -> list[PlaceVersion]:
    """Communes in the programme's scope that others are in charge of."""
    own = {version.place_id for version in communes_in_charge(bodies, day)}
    scope = communes_in_scope(programme, day)
    return [version for version in scope if version.place_id not in own]


def partners_for(bodies: Iterable[int], day: date) -> list[OrganisationVersion]:
    """Bodies in charge of the same communes: the only ones offered as partners."""
    mine = frozenset(bodies)
    places = charges_on(mine, day).values("place")
    others = CommuneAssignment.objects.filter(
        place__in=places, valid_from__lte=day, valid_to__gt=day
    ).exclude(organisation__in=mine)
    named = versions_on(others.values_list("organisation_id", flat=True), day)
    return sorted(named.values(), key=lambda version: (version.sort_name, version.pk))


@dataclass(frozen=True, slots=True)
class PartyView:
    """A body that takes part, its name that day, and whether its lines are shown."""

    party: Party
    name: str
    sees_lines: bool
    is_mine: bool


def parties_for(activity: Activity, actor: Actor) -> list[PartyView]:
    """Everybody who takes part; partners see each other's names, not their lines."""
    parties = list(activity.parties.select_related("organisation").order_by("pk"))
    order = {PartyRole.LEAD: 0, PartyRole.PARTNER: 1, PartyRole.HOST: 2}
    parties.sort(key=lambda party: (order[PartyRole(party.role)], party.pk))
    names = versions_on([p.organisation_id for p in parties], activity.on)
    seen = Party.objects.visible_to(actor).filter(activity=activity)
    visible = set(seen.values_list("pk", flat=True))
    return [
        PartyView(
            party=party,
            name=_name(names, party),
            sees_lines=party.pk in visible,
            is_mine=actor.can(Capability.EDIT_ACTIVITIES, party.organisation),
        )
        for party in parties
    ]


def _name(names: dict[int, OrganisationVersion], party: Party) -> str:
    version = names.get(party.organisation_id)
    return version.name if version else party.organisation.code


def lines_for(activity: Activity, views: Iterable[PartyView]) -> list[Quantity]:
    """The joint lines, and the own lines of the bodies the actor may look into."""
    shown = {view.party.pk for view in views if view.sees_lines}
    rows = activity.quantities.order_by("pk")
    return [row for row in rows if row.party_id is None or row.party_id in shown]


@dataclass(frozen=True, slots=True)
class Described:
    """An activity with the names its lead and its commune bore on its day."""

    activity: Activity
    lead: str
    commune: str


def described(activities: Sequence[Activity]) -> list[Described]:
    """Names as they were on each day; two queries however many rows there are."""
    leads = OrganisationVersion.objects.filter(
        organisation__in={a.organisation_id for a in activities}
    )
    places = PlaceVersion.objects.filter(place__in={a.place_id for a in activities})
    lead_names = _dated(leads.values_list("organisation_id", "valid_from", "name"))
    place_names = _dated(places.values_list("place_id", "valid_from", "name"))
    return [
        Described(
            activity=activity,
            lead=_as_of(lead_names[activity.organisation_id], activity.on),
            commune=_as_of(place_names[activity.place_id], activity.on),
        )
        for activity in activities
    ]


Names = list[tuple[date, str]]


def _dated(rows: Iterable[tuple[int, date, str]]) -> dict[int, Names]:
    names: dict[int, Names] = defaultdict(list)
    for key, since, name in sorted(rows):
        names[key].append((since, name))
    return names


def _as_of(names: Names, day: date) -> str:
    held = [name for since, name in names if since <= day]
    return held[-1] if held else (names[0][1] if names else "")


def hosted_places(actor: Actor, day: date) -> list[tuple[Organisation, Place]]:
    """The communes for which the actor answers, with the body that does."""
    bodies = actor.bodies(Capability.HOST_ACTIVITIES)
    versions = OrganisationVersion.objects.in_force(day).filter(
        organisation__in=bodies, kind=Kind.COMMUNE_COMMITTEE, place__isnull=False
    )
    rows = versions.select_related("organisation", "place").order_by("sort_name", "pk")
    return [(row.organisation, row.place) for row in rows if row.place]


def own_party(activity: Activity, actor: Actor) -> Party:
    """The first party the actor writes for; raises `NotAllowed` where there is none."""
    for party in activity.parties.select_related("organisation").order_by("pk"):
        if actor.can(Capability.EDIT_ACTIVITIES, party.organisation):
            return party
    raise NotAllowed(_("Only bodies that take part may do this."))
