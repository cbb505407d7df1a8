"""The commune's side: its limits, answers to many visits at once, a month confirmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.activities.models import Activity, HostLimit
from kheo.activities.services.logs import post_day
from kheo.activities.services.plans import move_activity, recorded, write
from kheo.activities.services.rhythms import settle_again
from kheo.activities.workflow import (
    WORKFLOW,
    ActivityAction,
    ActivityState,
    Objection,
)
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import Conflict, DomainError, RuleBroken
from kheo.organisations.models import Organisation

HOST = Capability.HOST_ACTIVITIES


@transaction.atomic
def set_limit(
    organisation: Organisation,
    *,
    since: date,
    is_only: bool,
    most: int | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> HostLimit:
    """Say how many visits the commune takes from a month on, or in that month only.

    Said again for the same month it replaces what was said; without `most` any number
    is taken again. Visits already planned stay. Raises `RuleBroken` for a month that is
    over, and for a limit without the reason that units will read.
    """
    require(actor, HOST, organisation)
    month = since.replace(day=1)
    _check_month(month, at)
    if most is not None and not reason.strip():
        raise RuleBroken(_("Say why: units that plan will read it."), field="reason")
    limit, _made = HostLimit.objects.update_or_create(
        organisation=organisation,
        since=month,
        is_only=is_only,
        defaults={
            "most": most,
            "reason": reason.strip(),
            "set_by_id": actor.user_id,
            "set_at": at,
        },
    )
    _record_limit(limit, "host.limit", actor=actor, at=at)
    return limit


@transaction.atomic
def drop_limit(limit: HostLimit, *, actor: Actor, at: datetime) -> None:
    """Take back a rule whose first month is not over: the rule before it holds again."""
    require(actor, HOST, limit.organisation)
    _check_month(limit.since, at)
    _record_limit(limit, "host.limit_dropped", actor=actor, at=at)
    limit.delete()


def _check_month(month: date, at: datetime) -> None:
    if month < timezone.localdate(at).replace(day=1):
        raise RuleBroken(_("This month is over: its limit stays."), field="since")


def _record_limit(limit: HostLimit, verb: str, *, actor: Actor, at: datetime) -> None:
    data = {
        "since": str(limit.since),
        "only": limit.is_only,
        "most": limit.most,
        "reason": limit.reason,
    }
    record(
        limit.organisation,
        verb,
        actor=actor,
        at=at,
        data=data,
        organisation_id=limit.organisation_id,
    )


# Many at once


@dataclass(frozen=True, slots=True)
class Refused:
    """One visit that was left as it was, with the sentence that says why."""

    activity: Activity
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of several visits handled at once."""

    done: list[Activity] = field(default_factory=list)
    kept: list[Activity] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


REPLIES: Mapping[ActivityAction, ActivityState] = MappingProxyType(
    {
        ActivityAction.AGREE: ActivityState.AGREED,
        ActivityAction.COUNTER: ActivityState.COUNTERED,
        ActivityAction.DECLINE: ActivityState.DECLINED,
    }
)
"""What a commune may answer to several visits at once, and what then holds."""


def answer_all(
    activities: Iterable[Activity],
    action: ActivityAction,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    offered_on: date | None = None,
    seen: Mapping[int, str] = MappingProxyType({}),
) -> Outcome:
    """Answer each visit alike; one that cannot be answered does not stop the others.

    `seen` holds by visit the stamp of what the page showed of it.

    Sent twice, it is one answer. Raises `RuleBroken` before anything is written where
    an answer other than agreement has no reason, or another date no date.
    """
    if action is not ActivityAction.AGREE and not note.strip():
        raise RuleBroken(_("Say why."), field="note")
    if action is ActivityAction.COUNTER and offered_on is None:
        raise RuleBroken(_("Say which other day suits."), field="offered_on")
    outcome = Outcome()
    for activity in activities:
        day = offered_on if action is ActivityAction.COUNTER else None
        if (activity.state, activity.offered_on) == (REPLIES[action], day):
            outcome.kept.append(activity)
            continue
        said = _step(
            activity,
            action,
            actor=actor,
            at=at,
            note=note,
            offered_on=day,
            seen=seen.get(activity.pk, ""),
        )
        _try(activity, said, outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the commune says of one visit of the month."""

    activity: Activity
    took_place: bool
    objection: str = ""
    other_day: date | None = None
    remark: str = ""
    seen: str = ""


def confirm_month(
    verdicts: Sequence[Verdict], *, actor: Actor, at: datetime
) -> Outcome:
    """Confirm or question each visit; visits without a verdict stay as they are.

    Sent twice, the second time changes nothing. One refusal does not stop the others.
    """
    outcome = Outcome()
    for verdict in verdicts:
        if _is_said(verdict):
            outcome.kept.append(verdict.activity)
            continue
        action = ActivityAction.DISPUTE
        if verdict.took_place:
            action = ActivityAction.CONFIRM
        said = _step(
            verdict.activity,
            action,
            actor=actor,
            at=at,
            note=verdict.remark,
            offered_on=verdict.other_day,
            objection=verdict.objection,
            seen=verdict.seen,
        )
        _try(verdict.activity, said, outcome)
    return outcome


def _is_said(verdict: Verdict) -> bool:
    activity = verdict.activity
    if verdict.took_place:
        return activity.state == ActivityState.CONFIRMED
    return (
        activity.state == ActivityState.DISPUTED
        and activity.objection == verdict.objection
        and activity.offered_on == verdict.other_day
        and activity.note == verdict.remark
    )


def _step(
    activity: Activity,
    action: ActivityAction,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    offered_on: date | None = None,
    objection: str = "",
    seen: str = "",
) -> Callable[[], Activity]:
    return lambda: move_activity(
        activity,
        action,
        actor=actor,
        at=at,
        note=note,
        offered_on=offered_on,
        objection=objection,
        seen=seen,
    )


def _try(activity: Activity, change: Callable[[], Activity], outcome: Outcome) -> None:
    try:
        change()
    except DomainError as refusal:
        outcome.refused.append(Refused(activity, refusal.message))
    else:
        outcome.done.append(activity)


@transaction.atomic
def correct_day(activity: Activity, *, actor: Actor, at: datetime) -> Activity:
    """Take over the day on which the commune says the work took place.

    The log moves there in the ledger too, and waits for the confirmation again. Raises
    `Conflict` where the commune has named no other day.
    """
    before = ActivityState(activity.state)
    move = WORKFLOW.find(before, ActivityAction.LOG)
    require(actor, move.capability, activity.organisation)
    if activity.objection != Objection.OTHER_DAY or activity.offered_on is None:
        raise Conflict(_("The commune has named no other day."))
    old = activity.on
    write(
        activity,
        before,
        {"state": move.target, "on": activity.offered_on, "logged_at": at},
    )
    post_day(activity, at=at)
    settle_again(activity, at=at, on=old)
    settle_again(activity, at=at)
    recorded(activity, "activity.correct_day", actor=actor, at=at)
    return activity
