"""The receiving desk: who sent, who is late, who is missing."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.accounts.queries.units import lacking_among
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.core.periods import Frequency
from kheo.core.text import numbers_in
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.reporting.forms import ExtendForm, MarkedForm
from kheo.reporting.models import Report
from kheo.reporting.queries.desk import (
    LATE,
    Standing,
    Tally,
    rows_of,
    shown,
    tally_of,
)
from kheo.reporting.queries.lines import Titles
from kheo.reporting.queries.people import is_own, may_at
from kheo.reporting.queries.upward import own_report_of
from kheo.reporting.services.drafts import open_report
from kheo.reporting.services.extensions import extend_report
from kheo.reporting.services.moves import move_reports
from kheo.reporting.views.frames import Desk, desk_of, name_of
from kheo.reporting.views.shared import owed_or_404
from kheo.reporting.workflow import ReportAction, ReportState


def desk(request: Request) -> HttpResponse:
    """Every body that owes a report for the window, on one screen."""
    today = timezone.localdate()
    found = desk_of(request, today)
    if found is None:
        return render(request, "reporting/desk_empty.html")
    show, name = request.GET.get("show", ""), request.GET.get("name", "")
    rows = rows_of(found.receiver, found.programme, found.window, today)
    on_screen = shown(rows, show, name)
    tally = tally_of(row.line for row in rows)
    context = {
        "desk": found,
        "rows": on_screen,
        "tally": tally,
        "standings": _standings(tally),
        "show": show,
        "name": name,
        "names": {one.pk: name_of(one) for one in found.programmes},
        "titles": len({row.line.title for row in rows}),
        "acceptable": [row for row in on_screen if row.line.state == ReportState.SENT],
        "all_marked": request.GET.get("mark") == "all",
        "years": range(found.year - 1, found.year + 2),
        "may_review": may_at(
            request.actor, Capability.REVIEW_REPORTS, found.receiver.pk, today
        ),
        "upward": own_report_of(
            request.actor, found.receiver, found.programme, found.window, today
        ),
        "has_own_report": is_own(request.actor, found.receiver.pk, today),
        "earlier": _earlier_days(found, today),
        "slips": _slips(request, found),
        "silent": lacking_among(
            request.actor,
            {row.line.organisation_id for row in on_screen if row.line.is_open},
            today,
        ),
    }
    return render(request, "reporting/desk.html", context)


@require_POST
def desk_accept(request: Request) -> HttpResponse:
    """Accept the marked reports; those that cannot be are named with the reason."""
    today = timezone.localdate()
    back = f"{reverse('reporting:desk')}?{request.GET.urlencode()}"
    asked = numbers_in(request.POST.getlist("report"))
    reports = Report.objects.visible_to(request.actor).filter(pk__in=asked)
    found = list(reports.with_bodies().order_by("pk"))
    form = MarkedForm(request.POST, choices=[report.pk for report in found])
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["report"])))
        return redirect(back)
    # Sending the same marks again is harmless: what is accepted stays so.
    marked = [report for report in found if report.state != ReportState.ACCEPTED]
    refused = move_reports(
        marked,
        ReportAction.ACCEPT,
        seen={one.pk: request.POST.get(f"seen-{one.pk}", "") for one in marked},
        actor=request.actor,
        at=timezone.now(),
    )
    names = names_on({report.organisation_id for report, _why in refused}, today)
    for report, why in refused:
        messages.error(request, f"{names[report.organisation_id]}: {why}")
    accepted = len(marked) - len(refused)
    if accepted:
        text = ngettext(
            "%(count)d report was accepted.",
            "%(count)d reports were accepted.",
            accepted,
        )
        messages.success(request, text % {"count": accepted})
    return redirect(back)


def desk_extend(
    request: Request, programme: str, definition: str, body: str, period: str
) -> HttpResponse:
    """Give more time for a report that nobody has begun yet."""
    owed = owed_or_404(programme, definition, body, period)
    review, today = Capability.REVIEW_REPORTS, timezone.localdate()
    to = owed.receiver.pk if owed.receiver else None
    if not may_at(request.actor, review, to, today):
        seen = Organisation.objects.visible_to(request.actor)
        if not seen.filter(pk=owed.organisation.pk).exists():
            raise Http404
        raise PermissionDenied
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        now = timezone.now()
        with errors_on(form):
            report = open_report(owed, actor=request.actor, at=now)
            extend_report(report, actor=request.actor, at=now, **form.cleaned_data)
    if form.is_bound and not form.errors:
        messages.success(request, _("More time was given."))
        return redirect("reporting:desk")
    title = Titles().named(programme, definition, owed.duty.last_day)
    context = {
        "form": form,
        "title": title,
        "period": period,
        "name": names_on([owed.organisation.pk], today)[owed.organisation.pk],
        "back": reverse("reporting:desk"),
        "back_name": _("Receiving desk"),
    }
    return render(request, "reporting/extend.html", context, status=status_of(form))


def _standings(tally: Tally) -> list[tuple[str, str, int]]:
    """The counts on top, each leading to its rows: value, words, how many."""
    kept = (Standing.ON_PAPER, _("on paper"), tally.on_paper)
    on_paper = [kept] if tally.on_paper else []
    return [
        ("", _("all"), tally.rows),
        (Standing.WAITING, _("waiting for me"), tally.waiting),
        (Standing.ACCEPTED, _("accepted"), tally.accepted),
        (Standing.RETURNED, _("returned, being corrected"), tally.returned),
        (Standing.MISSING, _("not sent"), tally.missing),
        (LATE, _("late"), tally.late + tally.overdue),
        *on_paper,
    ]


def _slips(request: Request, found: Desk) -> dict[str, object]:
    """The month whose slips this person may type in, and on behalf of which bodies."""
    if found.window.frequency is not Frequency.MONTH:
        return {}
    bodies = request.actor.bodies(Capability.TYPE_ACTIVITIES)
    return {"month": found.window.code, "bodies": bodies}


def _earlier_days(found: Desk, today: date) -> bool:
    """Whether the desk's reports may have an earlier day that can still be set."""
    return found.window.last_day >= today or any(
        duty.last_day >= today for one in found.windows for duty in one.duties
    )
