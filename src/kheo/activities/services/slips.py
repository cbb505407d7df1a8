"""Typing in a slip from paper: a plan that took place, or a day never planned here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.queries import done_of
from kheo.activities.queries.behalf import last_logged_by
from kheo.activities.rules import Done
from kheo.activities.services.logs import log_activity, log_unplanned
from kheo.activities.services.plans import (
    Where,
    change_plan,
    parties_written,
    require_writing,
)
from kheo.activities.workflow import HAPPENED, ActivityState
from kheo.core.access import Actor
from kheo.core.errors import Conflict, RuleBroken
from kheo.core.text import fold
from kheo.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class TypedSlip:
    """What one slip says; `asked` are the measures and values that it had room for."""

    client_id: UUID
    programme: str
    organisation: Organisation
    on: date
    where: Where
    title: str
    done: Sequence[Done]
    asked: frozenset[tuple[str, str]]
    field: str = ""
    reason: str = ""


@transaction.atomic
def enter_slip(slip: TypedSlip, *, actor: Actor, at: datetime) -> bool:
    """Log what a slip says; the same slip again changes nothing. Says if it changed.

    Figures that the slip had no room for stay as they are. A partner's slip writes its
    own people alone. Raises `RuleBroken` for a day that is logged already under
    another slip, `Conflict` where the slip was saved for another day or commune, or
    where somebody else logged other figures for the unit meanwhile.
    """
    require_writing(actor, slip.organisation)
    activity = Activity.objects.filter(client_id=slip.client_id).first()
    if activity is None:
        _check_twin(slip)
        _log_new(slip, actor=actor, at=at)
        return True
    mine = parties_written(activity, actor)
    leads = any(party.role == PartyRole.LEAD for party in mine)
    _check_same(activity, slip, mine)
    known = [one for one in done_of(activity) if _is_written(one, mine, leads=leads)]
    done = [one for one in known if not _is_asked(one, slip)]
    done += [one for one in slip.done if one.amount]
    moves = leads and slip.where.hamlet != activity.hamlet
    retold = leads and slip.title != activity.title
    has_happened = ActivityState(activity.state) in HAPPENED
    if has_happened and set(done) == set(known) and not (moves or retold):
        return False
    if any(_is_asked(one, slip) for one in known):
        _check_own(activity, slip, actor)
    if moves:
        _move(activity, slip, actor=actor, at=at)
    title = slip.title if leads else None
    log_activity(activity, done=done, title=title, actor=actor, at=at)
    return True


def _log_new(slip: TypedSlip, *, actor: Actor, at: datetime) -> None:
    log_unplanned(
        client_id=slip.client_id,
        programme=slip.programme,
        organisation=slip.organisation,
        partners=(),
        where=slip.where,
        on=slip.on,
        title=slip.title,
        field=slip.field,
        reason=slip.reason,
        done=slip.done,
        actor=actor,
        at=at,
    )


def _move(activity: Activity, slip: TypedSlip, *, actor: Actor, at: datetime) -> None:
    """The slip names the hamlet that the plan left open, or another one."""
    partners = activity.parties.filter(role=PartyRole.PARTNER)
    change_plan(
        activity,
        partners=[party.organisation for party in partners],
        where=slip.where,
        on=activity.on,
        title=activity.title,
        field=activity.field,
        starts_at=activity.starts_at,
        means=activity.means,
        safety=activity.safety,
        reason=activity.note,
        actor=actor,
        at=at,
    )


def _is_written(one: Done, mine: list[Party], *, leads: bool) -> bool:
    """Whether this person writes the line: their bodies' own, or the joint ones."""
    if one.organisation is None:
        return leads
    return one.organisation in {party.organisation_id for party in mine}


def _is_asked(one: Done, slip: TypedSlip) -> bool:
    of_the_slip = one.organisation in {None, slip.organisation.pk}
    return (
        of_the_slip and not one.subject and (one.measure, one.dimensions) in slip.asked
    )


def _check_twin(slip: TypedSlip) -> None:
    rows = Activity.objects.filter(
        organisation=slip.organisation,
        on=slip.on,
        place=slip.where.place,
        hamlet=slip.where.hamlet,
    ).exclude(state=ActivityState.CANCELLED)
    twins = [row for row in rows if fold(row.title) == fold(slip.title)]
    if twins:
        text = _("This day is entered already as slip %(code)s: correct it there.")
        raise RuleBroken(text % {"code": twins[0].code}, field="title")


def _check_own(activity: Activity, slip: TypedSlip, actor: Actor) -> None:
    """A sheet has no room to show what a colleague wrote: the day's page has."""
    last = last_logged_by(activity, slip.organisation.code)
    if last is None or last.actor_id == actor.user_id:
        return
    text = _(
        "%(name)s logged this day meanwhile, with other figures, as slip %(code)s:"
        " correct it there."
    )
    name = last.actor.name if last.actor else "Khéo"
    raise Conflict(text % {"name": name, "code": activity.code})


def _check_same(activity: Activity, slip: TypedSlip, mine: list[Party]) -> None:
    said = (slip.on, slip.where.place.pk)
    units = {party.organisation_id for party in mine}
    if said != (activity.on, activity.place_id) or slip.organisation.pk not in units:
        text = _(
            "This row is saved for another day, commune or unit as slip %(code)s: "
            "withdraw that one on its page, then type a new row."
        )
        raise Conflict(text % {"code": activity.code})
