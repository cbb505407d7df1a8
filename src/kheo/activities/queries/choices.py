"""What may be chosen when a day is planned: bodies, communes, partners, measures."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from kheo.activities.models import Activity
from kheo.activities.rules import TYPED
from kheo.assignments.models import CommuneAssignment
from kheo.assignments.queries import communes_in_scope
from kheo.core.access import Actor, Capability
from kheo.core.remembering import remembered
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


@remembered
def hosts_of(place: Place, day: date) -> list[Organisation]:
    """The Party committee of the commune on that day; none where it is not known."""
    committees = Organisation.objects.filter(
        versions__place=place, versions__kind=Kind.COMMUNE_COMMITTEE
    ).distinct()
    now = versions_on(committees.values_list("pk", flat=True), day)
    return [body for body in committees.order_by("pk") if body.pk in now]


def leads_for(actor: Actor) -> frozenset[int]:
    """The bodies for which the actor plans and logs: the own ones, and those typed for."""
    own = actor.bodies(Capability.EDIT_ACTIVITIES)
    return own | actor.bodies(Capability.TYPE_ACTIVITIES)


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


def commune_of(bodies: Iterable[int], day: date) -> int | None:
    """The commune of the first of these bodies that is a commune's committee."""
    seats = OrganisationVersion.objects.in_force(day).filter(
        organisation__in=bodies, kind=Kind.COMMUNE_COMMITTEE, place__isnull=False
    )
    found = seats.order_by("sort_name", "pk").values_list("place", flat=True)
    return found.first()


def hosted_places(actor: Actor, day: date) -> list[tuple[Organisation, Place]]:
    """The communes for which the actor answers, with the body that does."""
    bodies = actor.bodies(Capability.HOST_ACTIVITIES)
    versions = OrganisationVersion.objects.in_force(day).filter(
        organisation__in=bodies, kind=Kind.COMMUNE_COMMITTEE, place__isnull=False
    )
    rows = versions.select_related("organisation", "place").order_by("sort_name", "pk")
    return [(row.organisation, row.place) for row in rows if row.place]
