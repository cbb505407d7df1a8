"""Planning a day with the commune, and every step of its life but the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.activities.models import LONGEST_FOLDED, Activity, Party, PartyRole, Team
from kheo.activities.queries import hosts_of, weekdays_of
from kheo.activities.queries.behalf import (
    is_on_behalf,
    may_undo,
    may_write,
    takes_step,
    writing_parties,
)
from kheo.activities.queries.hosting import is_own_visit
from kheo.activities.queries.stamps import plan_stamp, state_stamp
from kheo.activities.services.places import claim_place
from kheo.activities.services.rhythms import settle_again
from kheo.activities.services.turns import send_teams
from kheo.activities.workflow import (
    HAPPENED,
    WORKFLOW,
    ActivityAction,
    ActivityState,
    Objection,
)
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import Conflict, NotAllowed, Outdated, RuleBroken
from kheo.core.text import fold
from kheo.core.workflow import Move
from kheo.ledger import services as ledger
from kheo.organisations.models import Organisation
from kheo.organisations.queries import explain_absence
from kheo.places.models import Place
from kheo.programmes.queries import pack_on


@dataclass(frozen=True, slots=True)
class Where:
    """The commune, and the hamlet where it is known."""

    place: Place
    hamlet: Place | None = None


@transaction.atomic
def plan_activity(
    *,
    client_id: UUID,
    programme: str,
    organisation: Organisation,
    partners: Sequence[Organisation],
    where: Where,
    on: date,
    title: str,
    actor: Actor,
    at: datetime,
    field: str = "",
    starts_at: time | None = None,
    means: str = "",
    safety: str = "",
    reason: str = "",
    beyond: str = "",
    has_happened: bool = False,
    teams: Iterable[Team] = (),
) -> Activity:
    """Propose a day to the commune; the same `client_id` again is the same activity.

    Raises `NotAllowed` for a body that is not the actor's, `RuleBroken` for a day that
    the programme does not know, on which a body was not there, that is none of the
    programme's weekdays and has no `reason`, or in a month for which the commune takes
    no further visit and `beyond` does not say why it is asked all the same. What has
    happened needs no place.
    """
    existing = Activity.objects.filter(client_id=client_id).first()
    if existing:
        require_writing(actor, existing.organisation)
        return existing
    require_writing(actor, organisation)
    _check_day(programme, on, reason)
    _check_bodies([organisation, *partners], on)
    if not has_happened:
        beyond = claim_place(where.place, on, beyond=beyond, at=at)
    activity = Activity.objects.create(
        client_id=client_id,
        programme=programme,
        organisation=organisation,
        on=on,
        starts_at=starts_at,
        place=where.place,
        hamlet=where.hamlet,
        field=field,
        title=title,
        folded=fold(title)[:LONGEST_FOLDED],
        means=means,
        safety=safety,
        note=reason,
        beyond=beyond,
        created_by_id=actor.user_id,
        created_at=at,
    )
    _set_parties(activity, partners)
    _send(activity, teams)
    spoken = _spoken(actor, [organisation])
    recorded(activity, "activity.plan", actor=actor, at=at, spoken=spoken)
    return activity


@transaction.atomic
def change_plan(
    activity: Activity,
    *,
    partners: Sequence[Organisation],
    where: Where,
    on: date,
    title: str,
    actor: Actor,
    at: datetime,
    field: str = "",
    starts_at: time | None = None,
    means: str = "",
    safety: str = "",
    reason: str = "",
    beyond: str = "",
    teams: Iterable[Team] | None = None,
    seen: str | None = None,
) -> Activity:
    """Change a plan that has not happened; another day or commune needs a new yes.

    `seen` is the stamp of what the form showed: where somebody changed something else
    in between, or the commune answered, `Outdated` is raised and nothing has changed.

    Another month or commune also needs a place there, as a new plan does.
    """
    require_writing(actor, activity.organisation)
    if ActivityState(activity.state) in HAPPENED:
        raise Conflict(_("This day is over: correct its log instead."))
    _check_day(activity.programme, on, reason)
    _check_bodies([activity.organisation, *partners], on)
    before = plan_stamp(Activity.objects.select_for_update().get(pk=activity.pk))
    asks_again = (on, where.place.pk) != (activity.on, activity.place_id)
    changes = {
        "on": on,
        "starts_at": starts_at,
        "place": where.place,
        "hamlet": where.hamlet,
        "field": field,
        "title": title,
        "folded": fold(title)[:LONGEST_FOLDED],
        "means": means,
        "safety": safety,
        "note": reason,
    }
    if asks_again:
        changes |= {
            "state": ActivityState.PROPOSED,
            "beyond": claim_place(where.place, on, beyond=beyond, at=at, but=activity),
        }
    write(activity, ActivityState(activity.state), changes)
    _set_parties(activity, partners)
    if teams is not None:
        _send(activity, teams)
    if plan_stamp(activity) == before:
        return activity
    if seen not in {None, before}:
        raise Outdated(changed_meanwhile())
    spoken = _spoken(actor, [activity.organisation])
    recorded(activity, "activity.change", actor=actor, at=at, spoken=spoken)
    return activity


@transaction.atomic
def move_activity(
    activity: Activity,
    action: ActivityAction,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    offered_on: date | None = None,
    objection: str = "",
    seen: str = "",
) -> Activity:
    """Carry out one step of the lifecycle, except logging, which brings figures.

    An `objection` says by itself why a log is disputed. `seen` is the stamp of the
    state that the page showed: where somebody took a step since, `Outdated` is raised.
    Raises `NotAllowed`,
    `RuleBroken` or `Conflict`; nothing has then changed.
    """
    if action is ActivityAction.LOG:
        raise RuleBroken(_("Say what was done."))
    before = ActivityState(activity.state)
    move = WORKFLOW.find(before, action)
    spoken = _ask(activity, move, actor)
    if move.needs_note and not (note.strip() or objection):
        raise RuleBroken(_("Say why."), field="note")
    _check_seen(activity, seen)
    changes: dict[str, object] = {"state": move.target, "note": note}
    if action is ActivityAction.COUNTER or objection == Objection.OTHER_DAY:
        if offered_on is None:
            raise RuleBroken(_("Say which other day suits."), field="offered_on")
        changes["offered_on"] = offered_on
    if action is ActivityAction.DISPUTE:
        changes["objection"] = objection
    if action is ActivityAction.ACCEPT_DATE:
        changes["on"] = activity.offered_on
    if action is ActivityAction.PROPOSE:
        day = offered_on or activity.on
        but = claim_place(activity.place, day, beyond=note, at=at, but=activity)
        changes |= {"on": day, "beyond": but}
    if action is ActivityAction.CONFIRM:
        _check_not_own(activity, actor)
        changes["confirmed_at"] = at
    write(activity, before, changes)
    if action is ActivityAction.WITHDRAW:
        ledger.withdraw(source_of(activity), at=at)
        settle_again(activity, at=at)
    recorded(
        activity, f"activity.{action}", actor=actor, at=at, note=note, spoken=spoken
    )
    return activity


def changed_meanwhile() -> str:
    return _(
        "Somebody else changed this day meanwhile. What you typed is still here, and "
        "what is saved now stands beside it: compare, then save again."
    )


def _check_seen(activity: Activity, seen: str) -> None:
    if seen and seen != state_stamp(activity):
        raise Outdated(
            _("This day has changed since the page showed it: look, then decide.")
        )


def source_of(activity: Activity) -> str:
    """The ledger's name for one activity."""
    return f"activity:{activity.client_id}"


def _check_day(programme: str, on: date, reason: str) -> None:
    weekdays = weekdays_of(pack_on(programme, on))
    if weekdays and on.weekday() not in weekdays and not reason.strip():
        message = _(
            "The programme's days are Saturday and Sunday: say why another day."
        )
        raise RuleBroken(message, field="reason")


def _check_not_own(activity: Activity, actor: Actor) -> None:
    if is_own_visit(activity, actor):
        message = _(
            "Nobody confirms their own visit: the superior's check of the report counts."
        )
        raise NotAllowed(message)


def _check_bodies(bodies: Iterable[Organisation], on: date) -> None:
    for body in bodies:
        if absence := explain_absence(body, on):
            raise RuleBroken(absence, field="on")


def _set_parties(activity: Activity, partners: Iterable[Organisation]) -> None:
    roles: dict[int, PartyRole] = {
        host.pk: PartyRole.HOST for host in hosts_of(activity.place, activity.on)
    }
    roles |= {partner.pk: PartyRole.PARTNER for partner in partners}
    roles[activity.organisation_id] = PartyRole.LEAD
    kept = {party.organisation_id: party for party in activity.parties.all()}
    activity.parties.exclude(organisation__in=roles).delete()
    for body, role in roles.items():
        if body not in kept:
            Party.objects.create(activity=activity, organisation_id=body, role=role)
        elif kept[body].role != role:
            activity.parties.filter(organisation=body).update(role=role)


def _send(activity: Activity, teams: Iterable[Team]) -> None:
    """The leading body's own teams that go along."""
    send_teams(activity.parties.get(role=PartyRole.LEAD), teams)


def parties_of(activity: Activity, capability: Capability, actor: Actor) -> list[Party]:
    parties = activity.parties.select_related("organisation").order_by("pk")
    mine = [p for p in parties if actor.can(capability, p.organisation)]
    if not mine:
        require(
            actor,
            capability,
            activity.organisation,
            message=_("Only bodies that take part may do this."),
        )
    return mine


def _ask(
    activity: Activity, move: Move[ActivityState, ActivityAction], actor: Actor
) -> dict[str, object]:
    """Let pass the side whose step it is, or who takes back what was typed on behalf."""
    if may_undo(activity, move.action, actor):
        return _spoken(actor, [activity.organisation])
    if not takes_step(activity, move, actor):
        parties_of(activity, move.capability, actor)
        raise NotAllowed(
            _("The leading unit does this.")
            if move.capability is Capability.EDIT_ACTIVITIES
            else _("The commune does this.")
        )
    return {}


def parties_written(activity: Activity, actor: Actor) -> list[Party]:
    """The parties for which the actor logs; raises `NotAllowed` or `Conflict` for none."""
    if mine := writing_parties(activity, actor):
        return mine
    if not Activity.objects.written_by(actor).filter(pk=activity.pk).exists():
        raise NotAllowed(_("Only bodies that take part may do this."))
    raise Conflict(
        _("The unit has logged this day itself: only the unit corrects what it wrote.")
    )


def require_writing(actor: Actor, organisation: Organisation) -> None:
    """Let pass who plans and logs for the body, as its own or on its behalf."""
    if not may_write(actor, organisation):
        raise NotAllowed("")


def write(
    activity: Activity, before: ActivityState, changes: Mapping[str, object]
) -> None:
    """Compare and set; a new state forgets what was offered or objected in the old."""
    forgotten = {"offered_on": None, "objection": ""} if "state" in changes else {}
    rows = Activity.objects.filter(pk=activity.pk, state=before)
    if not rows.update(**{**forgotten, **changes}):
        raise Conflict(_("Somebody else has just changed this activity."))
    activity.refresh_from_db()


def spoken_for(actor: Actor, parties: Iterable[Party]) -> dict[str, object]:
    """What the trail keeps of a log: for whom it speaks, and if others typed it."""
    return _spoken(actor, [party.organisation for party in parties])


def _spoken(actor: Actor, bodies: Sequence[Organisation]) -> dict[str, object]:
    said: dict[str, object] = {"of": [body.code for body in bodies]}
    return said | ({"behalf": True} if is_on_behalf(actor, bodies) else {})


def recorded(
    activity: Activity,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    spoken: Mapping[str, object] | None = None,
) -> None:
    data = {"state": activity.state, "on": str(activity.on), "note": note}
    record(
        activity,
        verb,
        actor=actor,
        at=at,
        data=data | dict(spoken or {}),
        organisation_id=activity.organisation_id,
    )
