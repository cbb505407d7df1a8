"""More time after the lock, given by the receiver with a reason."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.reporting.models import Extension, Report
from kheo.reporting.queries.people import may
from kheo.reporting.services.drafts import recorded


@transaction.atomic
def extend_report(
    report: Report, *, until: date, reason: str, actor: Actor, at: datetime
) -> Extension:
    """Let a report be sent until `until`, last day included; twice is once.

    What comes within the extension is not late. Raises `Conflict` for a report that
    was already sent: its return asks for the correction.
    """
    today = localdate(at)
    if not may(actor, Capability.REVIEW_REPORTS, report, today):
        raise NotAllowed(_("Only the receiver of the report gives more time."))
    if report.sent_at is not None:
        raise Conflict(_("This report was already sent. Return it instead."))
    if until < max(today, report.last_day):
        raise RuleBroken(
            _("Choose a day that is still to come and after the last day."),
            field="until",
        )
    if not reason.strip():
        raise RuleBroken(_("Say why more time is given."), field="reason")
    extension, created = Extension.objects.get_or_create(
        report=report,
        until=until,
        defaults={
            "reason": reason.strip(),
            "granted_by_id": actor.user_id,
            "granted_at": at,
        },
    )
    if created:
        data = {"until": until.isoformat(), "reason": reason.strip()}
        recorded(report, "report.extend", actor=actor, at=at, data=data)
    return extension
