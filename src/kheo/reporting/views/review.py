"""Going through a desk: one report beside last period's, accept, next."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kheo.core.access import Capability
from kheo.core.errors import DomainError
from kheo.core.http import Request
from kheo.organisations.queries import names_on
from kheo.reporting.models import Report
from kheo.reporting.pages import GIVES_BACK, last_day_late, seen_by
from kheo.reporting.queries.beside import shown_windows
from kheo.reporting.queries.people import may
from kheo.reporting.queries.review import before_of, place_of, words_beside
from kheo.reporting.services.moves import move_report
from kheo.reporting.views.shared import about, report_or_404
from kheo.reporting.workflow import WORKFLOW, ReportAction, ReportState


def review(request: Request, pk: int) -> HttpResponse:
    """What was sent beside the period before; accepting leads to the next that waits."""
    report = report_or_404(request, pk)
    today = timezone.localdate()
    if not may(request.actor, Capability.REVIEW_REPORTS, report, today):
        raise PermissionDenied
    if request.method == "POST":
        return _accepted(request, report)
    seen = seen_by(report, request.actor, today)
    if seen.statement is None:
        return redirect(report)
    before = before_of(report, request.actor)
    moves = WORKFLOW.available(
        ReportState(report.state),
        lambda needed: may(request.actor, needed, report, today),
    )
    context = {
        **about(report),
        "seen": seen,
        "place": place_of(report, today),
        "before": before,
        "past": seen.statement.content.get("past") or shown_windows(report),
        "words": words_beside(seen.words, before),
        "gives_back": [one.action for one in moves if one.action in GIVES_BACK],
        "may_accept": any(one.action is ReportAction.ACCEPT for one in moves),
        "desk": desk_url(report),
        **last_day_late(report, today),
    }
    return render(request, "reporting/review.html", context)


def desk_url(report: Report) -> str:
    """The desk on which a report lies."""
    query = {
        "receiver": str(report.receiver_id or ""),
        "programme": report.programme,
        "year": str(report.last_day.year),
        "window": report.period,
    }
    return f"{reverse('reporting:desk')}?{urlencode(query)}"


def after_review(request: Request, report: Report) -> HttpResponse:
    """To the next report that waits; to the desk when none does."""
    place = place_of(report, timezone.localdate())
    if place is not None and place.next_waiting is not None:
        return redirect("reporting:review", place.next_waiting.pk)
    messages.info(request, _("No other report of this period waits for you."))
    return redirect(desk_url(report))


def _accepted(request: Request, report: Report) -> HttpResponse:
    names = names_on([report.organisation_id], report.window.last)
    name = names.get(report.organisation_id, report.organisation.code)
    try:
        move_report(
            report,
            ReportAction.ACCEPT,
            seen=request.POST.get("seen", ""),
            actor=request.actor,
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, f"{name}: {error.message}")
        return redirect("reporting:review", report.pk)
    messages.success(request, _("%(name)s: accepted.") % {"name": name})
    return after_review(request, report)
