"""What a plan starts with: the next Saturday, whose turn it is, a day like before."""

from datetime import date, timedelta

from kheo.activities.models import Activity, PartyRole
from kheo.activities.queries.choices import commune_of, communes_in_charge, leads_for
from kheo.activities.queries.rotation import team_turns, visits_to_communes
from kheo.activities.workflow import ActivityState
from kheo.core.access import Actor

SATURDAY = 5
OFFERED = 3
"""Days like before that are offered to copy."""


def next_saturday(day: date) -> date:
    """The Saturday after `day`; on a Saturday the one a week later."""
    return day + timedelta(days=(SATURDAY - day.weekday() - 1) % 7 + 1)


def recent_days(actor: Actor, bodies: frozenset[int] = frozenset()) -> list[Activity]:
    """The last days of these or the own bodies with different work, newest first."""
    rows = Activity.objects.visible_to(actor).written_by(actor)
    led = rows.led_by(bodies or leads_for(actor)).exclude(state=ActivityState.CANCELLED)
    found: dict[tuple[str, int], Activity] = {}
    for activity in led.order_by("-on", "-pk")[: OFFERED * 5]:
        found.setdefault((activity.title, activity.place_id), activity)
    return list(found.values())[:OFFERED]


def as_planned(activity: Activity) -> dict[str, object]:
    """Everything that a plan says, as its form takes it."""
    partners = activity.parties.filter(role=PartyRole.PARTNER)
    turns = activity.parties.filter(role=PartyRole.LEAD).exclude(turns=None)
    return {
        "client_id": activity.client_id,
        "organisation": activity.organisation_id,
        "place": activity.place_id,
        "hamlet": activity.hamlet_id,
        "on": activity.on,
        "starts_at": activity.starts_at,
        "field": activity.field,
        "title": activity.title,
        "partners": list(partners.values_list("organisation_id", flat=True)),
        "teams": list(turns.values_list("turns__team", flat=True)),
        "means": activity.means,
        "safety": activity.safety,
        "reason": activity.note,
        "beyond": activity.beyond,
    }


def copied(activity: Activity) -> dict[str, object]:
    """A day like before: its work, commune, partners, means; not its date or people."""
    left = {"client_id", "on", "teams", "reason", "beyond"}
    return {k: v for k, v in as_planned(activity).items() if k not in left}


def proposed(
    actor: Actor, day: date, bodies: frozenset[int] = frozenset()
) -> dict[str, object]:
    """The next Saturday, the commune whose turn it is, each own body's next team.

    For the bodies given, else for those the actor leads. A commune's own committee
    starts with its own commune.
    """
    bodies = bodies or leads_for(actor)
    turns = team_turns(bodies, actor)
    own = {version.place_id for version in communes_in_charge(bodies, day)}
    waiting = [
        one for one in visits_to_communes(actor, day) if one.place.place_id in own
    ]
    found: dict[str, object] = {"on": next_saturday(day)}
    if waiting:
        found["place"] = waiting[0].place.place_id
    elif home := commune_of(bodies, day):
        found["place"] = home
    if len(bodies) == 1:
        found["teams"] = [
            one.team.pk for body in turns.values() for one in body if one.is_next
        ]
    return found
