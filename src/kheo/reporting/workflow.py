"""The life of a report, from the draft to the accepted figures, as one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability
from kheo.core.workflow import Move, Workflow


class ReportState(models.TextChoices):
    """Whose turn it is; late, estimated or flagged are computed beside it."""

    DRAFT = "draft", _("draft")
    AWAITING = "awaiting", _("awaiting approval of the figures")
    SENT = "sent", _("sent")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")


class ReportAction(models.TextChoices):
    """What a person can do; a click approves figures, it never signs a paper."""

    SUBMIT = "submit", _("Submit to the leader")
    TAKE_BACK = "take_back", _("Take back")
    HAND_BACK = "hand_back", _("Hand back to the clerk")
    APPROVE = "approve", _("Approve the figures")
    RETURN = "return", _("Return")
    ACCEPT = "accept", _("Accept")
    REOPEN = "reopen", _("Reopen")


S, A = ReportState, ReportAction
EDIT, APPROVE = Capability.EDIT_REPORTS, Capability.APPROVE_REPORTS
REVIEW = Capability.REVIEW_REPORTS

EDITABLE = (S.DRAFT, S.RETURNED)
OPEN = (S.DRAFT, S.AWAITING, S.RETURNED)
"""Not with the receiver: the reporting body still has something to do."""

STATED = (S.SENT, S.ACCEPTED)
"""A frozen statement stands, its declared figures and claims are in the ledger."""

WORKFLOW = Workflow(
    Move(A.SUBMIT, EDITABLE, S.AWAITING, EDIT),
    Move(A.APPROVE, (S.AWAITING,), S.SENT, APPROVE),
    Move(A.HAND_BACK, (S.AWAITING,), S.DRAFT, APPROVE, needs_note=True),
    Move(A.TAKE_BACK, (S.AWAITING,), S.DRAFT, EDIT),
    Move(A.RETURN, (S.SENT,), S.RETURNED, REVIEW, needs_note=True),
    Move(A.ACCEPT, (S.SENT,), S.ACCEPTED, REVIEW),
    Move(A.REOPEN, (S.ACCEPTED,), S.RETURNED, REVIEW, needs_note=True),
)


class SummaryState(models.TextChoices):
    """A receiver's own report upward, which no directive asks of it on a day."""

    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")


class SummaryAction(models.TextChoices):
    APPROVE = "approve", _("Approve the figures")
    REOPEN = "reopen", _("Reopen")


SUMMARY_WORKFLOW = Workflow(
    Move(SummaryAction.APPROVE, (SummaryState.DRAFT,), SummaryState.APPROVED, APPROVE),
    Move(
        SummaryAction.REOPEN,
        (SummaryState.APPROVED,),
        SummaryState.DRAFT,
        APPROVE,
        needs_note=True,
    ),
)
