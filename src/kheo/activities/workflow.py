"""The life of a day in the village, from the plan to the commune's confirmation."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability
from kheo.core.workflow import Move, Workflow


class ActivityState(models.TextChoices):
    """Whose turn it is; silence is never a confirmation."""

    PROPOSED = "proposed", _("proposed to the commune")
    COUNTERED = "countered", _("another date proposed")
    AGREED = "agreed", _("agreed")
    DONE = "done", _("done, not yet confirmed")
    CONFIRMED = "confirmed", _("confirmed by the commune")
    DISPUTED = "disputed", _("questioned by the commune")
    DECLINED = "declined", _("declined by the commune")
    CANCELLED = "cancelled", _("cancelled")


class ActivityAction(models.TextChoices):
    AGREE = "agree", _("Agree")
    COUNTER = "counter", _("Propose another date")
    DECLINE = "decline", _("Decline")
    ACCEPT_DATE = "accept_date", _("Accept the new date")
    PROPOSE = "propose", _("Propose again")
    LOG = "log", _("Save what was done")
    CONFIRM = "confirm", _("Confirm that it took place")
    DISPUTE = "dispute", _("Question it")
    CANCEL = "cancel", _("Cancel")
    WITHDRAW = "withdraw", _("Withdraw the log")


class Side(models.TextChoices):
    """Who acts next."""

    UNIT = "unit", _("the unit's turn")
    COMMUNE = "commune", _("the commune's turn")


class Objection(models.TextChoices):
    """What the commune says against a log; empty where it only questions it."""

    NOT_HELD = "not_held", _("did not take place")
    OTHER_DAY = "other_day", _("took place on another day")


S, A = ActivityState, ActivityAction
EDIT, HOST = Capability.EDIT_ACTIVITIES, Capability.HOST_ACTIVITIES
COMING = (S.PROPOSED, S.COUNTERED, S.AGREED)
HAPPENED = (S.DONE, S.CONFIRMED, S.DISPUTED)

WORKFLOW = Workflow(
    Move(A.AGREE, (S.PROPOSED, S.COUNTERED), S.AGREED, HOST),
    Move(A.COUNTER, (S.PROPOSED, S.AGREED), S.COUNTERED, HOST, needs_note=True),
    Move(A.DECLINE, (S.PROPOSED, S.AGREED), S.DECLINED, HOST, needs_note=True),
    Move(A.ACCEPT_DATE, (S.COUNTERED,), S.AGREED, EDIT),
    Move(A.PROPOSE, (S.COUNTERED, S.DECLINED), S.PROPOSED, EDIT, needs_note=True),
    Move(A.LOG, (*COMING, *HAPPENED), S.DONE, EDIT),
    Move(A.CONFIRM, (S.DONE, S.DISPUTED), S.CONFIRMED, HOST),
    Move(A.DISPUTE, (S.DONE, S.CONFIRMED), S.DISPUTED, HOST, needs_note=True),
    Move(A.CANCEL, (*COMING, S.DECLINED), S.CANCELLED, EDIT, needs_note=True),
    Move(A.WITHDRAW, HAPPENED, S.CANCELLED, EDIT, needs_note=True),
)

TURNS: Mapping[ActivityState, Side] = MappingProxyType(
    {
        S.PROPOSED: Side.COMMUNE,
        S.COUNTERED: Side.UNIT,
        S.DECLINED: Side.UNIT,
        S.AGREED: Side.UNIT,
        S.DONE: Side.COMMUNE,
        S.DISPUTED: Side.UNIT,
    }
)
"""Who acts next; nobody once a visit is confirmed or cancelled."""
