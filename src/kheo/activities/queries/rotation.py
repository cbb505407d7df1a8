"""Whose turn it is: teams of one's own body, communes and hamlets; never persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from kheo.activities.models import Activity, Party, PartyRole, Team, Turn
from kheo.activities.queries.choices import charges_on, hosted_places
from kheo.activities.rules import longest_waiting
from kheo.activities.workflow import COMING, HAPPENED
from kheo.core.access import Actor, Capability
from kheo.core.text import counted_key
from kheo.organisations.queries import versions_on
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import hamlets_on
from kheo.places.queries import versions_on as places_on

YEAR = timedelta(days=365)
"""How far back days are counted."""

VIEW = Capability.VIEW_ACTIVITIES


@dataclass(frozen=True, slots=True)
class TeamTurn:
    """A team, the last day it went, the day it is planned for, whether it is next."""

    team: Team
    last: date | None
    coming: date | None
    is_next: bool


def team_turns(bodies: Iterable[int], actor: Actor) -> dict[int, list[TeamTurn]]:
    """The teams of each body, as named, for those who may see its lists of people."""
    teams = list(
        Team.objects.visible_to(actor).filter(organisation__in=list(bodies)).in_turn()
    )
    turns = Turn.objects.filter(team__in=teams)
    last = _latest(turns.filter(party__activity__state__in=HAPPENED))
    coming = _latest(turns.filter(party__activity__state__in=COMING))
    by_body: dict[int, list[Team]] = {}
    for team in teams:
        by_body.setdefault(team.organisation_id, []).append(team)
    return {body: _in_order(members, last, coming) for body, members in by_body.items()}


def _latest(turns: Any) -> dict[int, date]:
    return dict(turns.values_list("team").annotate(Max("party__activity__on")))


def _in_order(
    teams: Sequence[Team], last: dict[int, date], coming: dict[int, date]
) -> list[TeamTurn]:
    waits = {team.pk: coming.get(team.pk) or last.get(team.pk) for team in teams}
    following = longest_waiting(waits)
    return [
        TeamTurn(
            team=team,
            last=last.get(team.pk),
            coming=coming.get(team.pk),
            is_next=team.pk == following,
        )
        for team in teams
    ]


def last_days(actor: Actor, hamlets: Iterable[int]) -> dict[int, date]:
    """When somebody was last in each hamlet, as far as the actor sees."""
    rows = Activity.objects.visible_to(actor).happened()
    been = rows.filter(hamlet__in=list(hamlets)).values_list("hamlet")
    return dict(been.annotate(Max("on")))


@dataclass(frozen=True, slots=True)
class Visits:
    """A commune or hamlet: when somebody was there last, and will be next."""

    place: PlaceVersion
    last: date | None
    coming: date | None
    days: int
    units: int
    is_next: bool


def visits_to_communes(actor: Actor, day: date) -> list[Visits]:
    """The communes of the actor's bodies, those nobody visited for longest first."""
    bodies = actor.bodies(VIEW)
    charged = charges_on(bodies, day).values_list("place_id", flat=True)
    hosted = [place.pk for _body, place in hosted_places(actor, day)]
    places = places_on(day).filter(place__in={*charged, *hosted})
    return _visits(list(places.order_by("sort_name", "pk")), "place", actor, day)


def visits_to_hamlets(commune: Place, actor: Actor, day: date) -> list[Visits]:
    """Its hamlets, those nobody visited for longest first."""
    hamlets = sorted(hamlets_on(commune, day), key=lambda one: counted_key(one.name))
    return _visits(hamlets, "hamlet", actor, day)


def _visits(
    places: list[PlaceVersion], field: str, actor: Actor, day: date
) -> list[Visits]:
    rows = Activity.objects.visible_to(actor).filter(
        **{f"{field}__in": [version.place_id for version in places]}
    )
    lately = Q(on__gt=day - YEAR)
    been = {
        row[field]: row
        for row in rows.filter(state__in=HAPPENED)
        .values(field)
        .annotate(
            last=Max("on"),
            days=Count("pk", filter=lately),
            units=Count("organisation", filter=lately, distinct=True),
        )
    }
    planned = rows.filter(state__in=COMING, on__gte=day)
    coming = dict(planned.values_list(field).annotate(Max("on")))
    waits = {
        version.place_id: coming.get(version.place_id)
        or been.get(version.place_id, {}).get("last")
        for version in places
    }
    following = longest_waiting(waits)
    found = [
        Visits(
            place=version,
            last=been.get(version.place_id, {}).get("last"),
            coming=coming.get(version.place_id),
            days=been.get(version.place_id, {}).get("days", 0),
            units=been.get(version.place_id, {}).get("units", 0),
            is_next=version.place_id == following,
        )
        for version in places
    ]
    return sorted(found, key=lambda one: waits[one.place.place_id] or date.min)


@dataclass(frozen=True, slots=True)
class UnitVisits:
    """How often and when last a body was in a commune; bodies, by name."""

    name: str
    days: int
    last: date | None


def units_in(commune: Place, actor: Actor, day: date) -> list[UnitVisits]:
    """The bodies the actor sees that are in charge of a commune or went there."""
    parties = Party.objects.visible_to(actor).filter(
        role__in=[PartyRole.LEAD, PartyRole.PARTNER],
        activity__place=commune,
        activity__state__in=HAPPENED,
    )
    rows = parties.values_list("organisation").annotate(
        days=Count("pk", filter=Q(activity__on__gt=day - YEAR)),
        last=Max("activity__on"),
    )
    been = {body: (days, last) for body, days, last in rows}
    charged = charges_on(actor.bodies(VIEW), day).filter(place=commune)
    bodies = {*been, *charged.values_list("organisation_id", flat=True)}
    named = sorted(versions_on(bodies, day).values(), key=lambda v: (v.sort_name, v.pk))
    return [UnitVisits(v.name, *been.get(v.organisation_id, (0, None))) for v in named]
