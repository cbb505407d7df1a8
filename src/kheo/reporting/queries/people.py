"""Whose hands a report is in today: its body's own people, and its receiver's."""

from datetime import date, datetime

from django.utils.timezone import localdate

from kheo.accounts.models import Grant
from kheo.core.access import ROLE_CAPABILITIES, Actor, Capability
from kheo.organisations.queries import hands_of
from kheo.reporting.models import Report

OWN = (Capability.EDIT_REPORTS, Capability.APPROVE_REPORTS)
APPROVING = [
    role
    for role, capabilities in ROLE_CAPABILITIES.items()
    if Capability.APPROVE_REPORTS in capabilities
]


def is_carried_on(report: Report, day: date) -> bool:
    """Whether the body ended and its successors finish the report."""
    return report.organisation_id not in hands_of(report.organisation_id, day)


def is_own(actor: Actor, body: int, day: date) -> bool:
    """Whether the actor writes or approves for the body, not merely reads or reviews.

    Only these see a draft's figures and words.
    """
    if actor.is_system:
        return True
    hands = hands_of(body, day)
    return any(hands & actor.bodies(capability) for capability in OWN)


def may(actor: Actor, capability: Capability, report: Report, day: date) -> bool:
    """Whether the actor may take a step that needs the capability on this report.

    Editing and approving are asked at the reporting body, reviewing at the receiving
    one; each by succession.
    """
    is_review = capability is Capability.REVIEW_REPORTS
    body = report.receiver_id if is_review else report.organisation_id
    return may_at(actor, capability, body, day)


def may_at(actor: Actor, capability: Capability, body: int | None, day: date) -> bool:
    """The same for a body: there, or where it went since it ended."""
    if actor.is_system:
        return True
    return body is not None and bool(hands_of(body, day) & actor.bodies(capability))


def has_other_approver(report: Report, person: int | None, at: datetime) -> bool:
    """Whether somebody else at the body could approve its figures."""
    day = localdate(at)
    bodies = hands_of(report.organisation_id, day) | {report.organisation_id}
    grants = Grant.objects.filter(
        organisation__in=bodies,
        role__in=APPROVING,
        valid_from__lte=day,
        valid_to__gt=day,
        user__is_active=True,
    )
    return grants.exclude(user=person).exists()
