"""Marking stated reports whose figures changed since, and settling the marks."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.core.access import Actor, Capability
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.organisations.models import Reach
from kheo.reporting.models import Flag, Report, Settlement
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.people import may
from kheo.reporting.queries.statements import since_signed, statement_of
from kheo.reporting.services.drafts import recorded


def raise_above(cause: Report, *, at: datetime) -> None:
    """Compare every stated report that holds this one's figures, and flag what differs.

    Those are the superiors' reports whose window meets this one's, and the body's own
    for longer windows. What no longer differs is settled by itself.
    """
    for report in affected_by(cause):
        statement = statement_of(report)
        if statement is None:
            continue
        changes = {
            one.key: one.change for one in since_signed(statement, figures_of(report))
        }
        open_flags = report.flags.filter(settled_at=None)
        if not changes:
            open_flags.update(settled_at=at, settlement=Settlement.GONE)
            continue
        Flag.objects.update_or_create(
            report=report,
            cause=cause,
            settled_at=None,
            defaults={"changes": changes, "raised_at": at},
        )


def affected_by(cause: Report) -> list[Report]:
    """The stated reports into whose totals this report's figures go."""
    above = Reach.objects.filter(
        inferior=cause.organisation_id, valid_from__lte=cause.on, valid_to__gt=cause.on
    )
    return list(
        Report.objects.filter(programme=cause.programme)
        .stated()
        .overlapping(cause.window)
        .filter(
            Q(organisation__in=above.values("superior"))
            | Q(organisation=cause.organisation_id)
        )
        .exclude(pk=cause.pk)
        .with_bodies()
        .order_by("window_to", "pk")
    )


@transaction.atomic
def settle_flag(
    flag: Flag, settlement: Settlement, *, actor: Actor, at: datetime, note: str = ""
) -> Flag:
    """Say what becomes of a difference: carried over to the next report, or restated.

    Restating itself is a new version: the receiver reopens the report for it.
    """
    if not may(actor, Capability.EDIT_REPORTS, flag.report, localdate(at)):
        raise NotAllowed(_("Only the body's own clerk does this."))
    if settlement is Settlement.GONE:
        raise RuleBroken(_("Choose: restated, or carried over."))
    changed = Flag.objects.filter(pk=flag.pk, settled_at=None).update(
        settled_at=at, settlement=settlement, note=note
    )
    flag.refresh_from_db()
    if changed:
        data = {"flag": flag.pk, "settlement": str(settlement)}
        recorded(flag.report, "report.settle", actor=actor, at=at, data=data)
    return flag


def open_flags(reports: list[Report]) -> Iterator[Flag]:
    rows = Flag.objects.filter(report__in=reports, settled_at=None)
    yield from rows.select_related("cause__organisation").order_by("raised_at", "pk")
