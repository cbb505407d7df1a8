"""Marking stated reports whose figures changed since, and settling the marks."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.core.access import Actor, Capability
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.ledger.rules import holds_until
from kheo.organisations.models import Reach
from kheo.programmes.pack import Law
from kheo.reporting.models import Flag, Report, Settlement
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.queries.people import may
from kheo.reporting.queries.statements import since_signed, statement_of
from kheo.reporting.services.drafts import recorded


def raise_above(cause: Report, *, at: datetime) -> None:
    """Compare the stated reports that hold this one's figures, and flag what differs.

    Those are the superiors' reports, and the body's own under other definitions, whose
    windows hold what this one declared. A figure that was missing and is 0 now has not
    changed. What no longer differs is settled by itself.
    """
    for report in affected_by(cause):
        statement = statement_of(report)
        if statement is None:
            continue
        changes = {
            one.key: one.change
            for one in since_signed(statement, figures_of(report))
            if (one.before or 0) != (one.after or 0)
        }
        if not changes:
            report.flags.filter(settled_at=None).update(
                settled_at=at, settlement=Settlement.GONE
            )
            continue
        Flag.objects.update_or_create(
            report=report,
            cause=cause,
            settled_at=None,
            defaults={"changes": changes, "raised_at": at},
        )


def affected_by(cause: Report) -> list[Report]:
    """The stated reports into whose figures this report's declared ones go.

    Flows count on the report's day; stocks as long as they hold. Declared distinct
    counts go nowhere.
    """
    declared = set(cause.cells.exclude(declared=None).values_list("measure", flat=True))
    laws = {rules_of(cause).measure(code).law for code in declared}
    in_time = Q()
    if Law.FLOW in laws:
        in_time |= Q(window_from__lte=cause.on, window_to__gt=cause.on)
    if Law.STOCK in laws:
        until = holds_until(cause.window)
        in_time |= Q(window_to__gt=cause.on, window_to__lte=until)
    if not in_time:
        return []
    above = Reach.objects.filter(
        inferior=cause.organisation_id, valid_from__lte=cause.on, valid_to__gt=cause.on
    )
    own_line = Q(organisation__in=above.values("superior"))
    return list(
        Report.objects.filter(in_time, own_line, programme=cause.programme)
        .stated()
        .exclude(pk=cause.pk)
        .exclude(
            organisation=cause.organisation_id,
            definition=cause.definition,
            window_from__gt=cause.window_from,
        )
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
