"""Beginning a report and writing its draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.core.access import Capability
from kheo.core.errors import Conflict, DomainError
from kheo.core.forms import bring_back
from kheo.core.http import Request, errors_on, status_of
from kheo.core.text import numbers_in
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.reporting.forms import DraftForm
from kheo.reporting.models import Report
from kheo.reporting.queries.beside import estimated_parts
from kheo.reporting.queries.consolidation import excerpts_for, reports_below
from kheo.reporting.queries.figures import Figure, figures_of
from kheo.reporting.queries.lines import Titles
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.queries.people import is_own, may
from kheo.reporting.queries.remarks import open_remarks
from kheo.reporting.services.drafts import open_report, pull_paragraph, save_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.templatetags.reports import said
from kheo.reporting.views.shared import about, owed_or_404, report_or_404
from kheo.reporting.workflow import EDITABLE, ReportAction, ReportState


def begin(
    request: Request, programme: str, definition: str, body: str, period: str
) -> HttpResponse:
    """What is owed, until when and why; one button begins it."""
    owed = owed_or_404(programme, definition, body, period)
    today = timezone.localdate()
    if not is_own(request.actor, owed.organisation.pk, today):
        seen = Organisation.objects.visible_to(request.actor, Capability.VIEW_REPORTS)
        if not seen.filter(pk=owed.organisation.pk).exists():
            return render(request, "404.html", status=404)
        raise PermissionDenied
    if request.method == "POST":
        report = open_report(owed, actor=request.actor, at=timezone.now())
        return redirect("reporting:edit", report.pk)
    existing = Report.objects.visible_to(request.actor).filter(
        programme=programme,
        definition=definition,
        organisation=owed.organisation,
        window_from=owed.duty.window.start,
    )
    if found := existing.first():
        return redirect(found)
    context = {
        "owed": owed,
        "name": getattr(owed.organisation, "name", owed.organisation.code),
        "receiver_name": getattr(owed.receiver, "name", ""),
        "title": Titles().named(programme, definition, owed.duty.last_day),
    }
    return render(request, "reporting/begin.html", context)


def edit(request: Request, pk: int) -> HttpResponse:
    """The draft: every figure with what is logged, a field for what is not."""
    report = report_or_404(request, pk)
    today = timezone.localdate()
    if not may(request.actor, Capability.EDIT_REPORTS, report, today):
        raise PermissionDenied
    if ReportState(report.state) not in EDITABLE:
        if request.method == "POST":
            text = _("This report is no longer a draft: nothing was changed.")
            messages.info(request, text)
        return redirect(report)
    pack = rules_of(report)
    rule = pack.report(report.definition)
    figures = figures_of(report, pack, with_past=True)
    form = DraftForm(
        request.POST or None,
        figures=figures,
        paragraphs=pack.outline_of(rule).paragraphs,
        texts=dict(report.paragraphs.values_list("key", "text")),
        remarks=open_remarks(report),
        initial={"revision": report.revision},
    )
    if form.is_valid() and _saved(request, report, form):
        return _after_save(request, report)
    context = {
        **about(report),
        "form": form,
        "figures": figures,
        "parts": estimated_parts(report, figures),
        "excerpts": _excerpts(report, rule.consolidates),
        "last_round": report.rounds.order_by("-number").first(),
    }
    return render(request, "reporting/edit.html", context, status=status_of(form))


@require_POST
def pull(request: Request, pk: int, key: str) -> HttpResponse:
    """Take the words of the marked reports from below into one paragraph."""
    report = report_or_404(request, pk)
    rule = rules_of(report).report(report.definition)
    marked = set(numbers_in(request.POST.getlist("source")))
    excerpts = _excerpts(report, rule.consolidates).get(key, [])
    chosen = [one for one in excerpts if one.report.pk in marked]
    try:
        pull_paragraph(
            report,
            key,
            {one.report: f"{one.text} ({one.name})" for one in chosen},
            actor=request.actor,
            at=timezone.now(),
        )
    except Conflict as error:
        messages.error(request, error.message)
        return redirect(report)
    return redirect("reporting:edit", report.pk)


def _saved(request: Request, report: Report, form: DraftForm) -> bool:
    """Save; a refusal becomes an error of the form, and what was typed stays."""
    with errors_on(form):
        save_report(
            report,
            cells=form.cells(),
            paragraphs=form.texts(),
            answers=form.answers(),
            is_nil=form.cleaned_data["is_nil"],
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            at=timezone.now(),
        )
    if form.errors:
        # The next attempt is made knowingly, on top of what the other one saved.
        report.refresh_from_db(fields=["revision", "state"])
        bring_back(form, "revision", report.revision)
    return not form.errors


def _after_save(request: Request, report: Report) -> HttpResponse:
    if "submit" not in request.POST:
        messages.success(request, _("The draft was saved."))
        return redirect(report)
    missing = _missing(figures_of(report))
    if missing and "knowingly" not in request.POST:
        messages.warning(request, _missing_sentence(missing))
        return redirect("reporting:edit", report.pk)
    try:
        move_report(report, ReportAction.SUBMIT, actor=request.actor, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The report was submitted to the leader."))
    return redirect(report)


def _missing(figures: list[Figure]) -> list[Figure]:
    return [one for one in figures if one.cell.is_typed and one.is_missing]


def _missing_sentence(missing: list[Figure]) -> str:
    names = "; ".join(said(one.cell.name) for one in missing)
    text = _(
        "The draft is saved, not yet submitted. Nothing is said yet about: %(names)s. "
        "Fill in a figure, choose “0”, “nothing to report” or “does not apply”, or "
        "submit with these figures missing."
    )
    return text % {"names": names}


def _excerpts(report: Report, consolidates: tuple[str, ...]) -> dict[str, list[Any]]:
    if not consolidates:
        return {}
    below = reports_below(report, consolidates)
    bodies = set(below.values_list("organisation", flat=True))
    names = names_on(bodies, report.window.last)
    return dict(excerpts_for(report, consolidates, names))
