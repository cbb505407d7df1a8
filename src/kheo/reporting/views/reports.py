"""The list, one report with its steps, and what the receiver does with it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from kheo.core.access import Capability
from kheo.core.errors import Outdated
from kheo.core.forms import bring_back
from kheo.core.http import Request, errors_on, render_part, status_of
from kheo.core.periods import Frequency
from kheo.core.text import number_in
from kheo.organisations.queries import names_on
from kheo.reporting.forms import ExtendForm, NoteForm, ReturnForm, SettleForm
from kheo.reporting.models import Flag, Report, Summary
from kheo.reporting.pages import GIVES_BACK, detail_context, seen_by
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.lines import lines_of, own_bodies, to_do
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.queries.people import may
from kheo.reporting.queries.statements import table_of
from kheo.reporting.services.extensions import extend_report
from kheo.reporting.services.flags import settle_flag
from kheo.reporting.services.moves import move_report
from kheo.reporting.templatetags.reports import period, said
from kheo.reporting.views.review import after_review
from kheo.reporting.views.shared import about, report_or_404
from kheo.reporting.workflow import ReportAction, ReportState

PER_PAGE = 50
SUMMARIES_SHOWN = 6


def report_list(request: Request) -> HttpResponse:
    """What I still owe, and every report I may see, the newest window first."""
    today = timezone.localdate()
    reports = Report.objects.visible_to(request.actor)
    chosen = {
        name: request.GET.get(name, "") for name in ("state", "frequency", "year")
    }
    if chosen["state"] in ReportState.values:
        reports = reports.filter(state=chosen["state"])
    if chosen["frequency"] in list(Frequency):
        reports = reports.filter(frequency=chosen["frequency"])
    if number_in(chosen["year"]) is not None:
        reports = reports.filter(period__startswith=chosen["year"])
    # Numbers first: only the rows of this page are read whole.
    ordered = reports.order_by("-window_to", "-window_from", "organisation", "pk")
    numbers = Paginator(ordered.values_list("pk", flat=True), PER_PAGE)
    page = numbers.get_page(request.GET.get("page"))
    shown = ordered.filter(pk__in=list(page.object_list))
    listed = list(shown.with_bodies().with_extensions())
    names = names_on({report.organisation_id for report in listed}, today)
    context = {
        "to_do": to_do(request.actor, today),
        "page": page,
        "lines": lines_of(listed, names, today),
        "by_body": len(names) > 1,
        "chosen": chosen,
        "states": ReportState.choices,
        "frequencies": _frequencies(),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "reviews": request.actor.holds(Capability.REVIEW_REPORTS),
        "writes": bool(own_bodies(request.actor)),
        "summaries": _own_summaries(request),
    }
    return render(request, "reporting/list.html", context)


def _own_summaries(request: Request) -> list[Summary]:
    """The last reports upward of the person's own bodies."""
    seen = Summary.objects.visible_to(request.actor)
    own = seen.filter(organisation__in=own_bodies(request.actor))
    return list(own.order_by("-on", "pk")[:SUMMARIES_SHOWN])


def detail(request: Request, pk: int) -> HttpResponse:
    return _page(request, report_or_404(request, pk), NoteForm())


@require_POST
def move(request: Request, pk: int, action: ReportAction) -> HttpResponse:
    """Carry out one step: htmx gets the state panel back, a browser a redirect."""
    report = report_or_404(request, pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            try:
                move_report(
                    report,
                    action,
                    actor=request.actor,
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except Outdated as refusal:
                return _shown_again(request, report, refusal)
    if form.errors:
        return _page(request, report_or_404(request, pk), form)
    if request.htmx:
        return _page(request, report_or_404(request, pk), NoteForm())
    return redirect(report)


def _shown_again(request: Request, report: Report, refusal: Outdated) -> HttpResponse:
    """The whole page anew: what has changed stands outside the panel of the steps."""
    messages.error(request, refusal.message)
    return HttpResponseClientRefresh() if request.htmx else redirect(report)


def give_back(request: Request, pk: int, action: ReportAction) -> HttpResponse:
    """Return or reopen a report, with remarks beside its figures and words."""
    if action not in GIVES_BACK:
        raise Http404
    report = report_or_404(request, pk)
    today = timezone.localdate()
    if not may(request.actor, Capability.REVIEW_REPORTS, report, today):
        raise PermissionDenied
    seen = seen_by(report, request.actor, today)
    form = ReturnForm(
        request.POST or None,
        cells=[(one.key, str(said(one.name))) for one in seen.figures],  # type: ignore[arg-type]  # frozen texts are plain mappings
        paragraphs=[
            (word["key"], said(word["title"]), word["text"]) for word in seen.words
        ],
        initial={"seen": seen.stamp},
    )
    if form.is_valid():
        with errors_on(form):
            move_report(
                report,
                action,
                note=form.cleaned_data["note"],
                remarks=form.remarks(),
                seen=form.cleaned_data["seen"],
                actor=request.actor,
                at=timezone.now(),
            )
    if form.is_bound and form.errors:
        bring_back(form, "seen", seen.stamp)
    if form.is_bound and not form.errors:
        messages.success(request, _("The report was given back with your remarks."))
        is_review = request.GET.get("from") == "review"
        return after_review(request, report) if is_review else redirect(report)
    context = {
        **about(report),
        "action": action,
        "form": form,
        "cells": [(one, form[f"cell-{one.key}"]) for one in seen.figures],
        "words": [form[f"paragraph-{word['key']}"] for word in seen.words],
    }
    return render(request, "reporting/give_back.html", context, status=status_of(form))


def extend(request: Request, pk: int) -> HttpResponse:
    """Give more time for a report that was begun."""
    report = report_or_404(request, pk)
    if not may(request.actor, Capability.REVIEW_REPORTS, report, timezone.localdate()):
        raise PermissionDenied
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        with errors_on(form):
            extend_report(
                report,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("More time was given."))
        return redirect(report)
    head = about(report)
    context = {
        **head,
        "form": form,
        "back": report.get_absolute_url(),
        "back_name": f"{said(head['title'])}, {period(report.period)}",
    }
    return render(request, "reporting/extend.html", context, status=status_of(form))


def consolidation(request: Request, pk: int) -> HttpResponse:
    """The bodies below side by side; own, shared and unallocated make the sum true."""
    report = report_or_404(request, pk)
    seen = seen_by(report, request.actor, timezone.localdate())
    if not seen.is_open_to:
        raise PermissionDenied
    head, pack = about(report), rules_of(report)
    table = table_of(report, pack, figures_of(report, pack), label=head["name"])
    if table is None:
        raise Http404
    context = {**head, "table": table, "name": table.total.label}
    return render(request, "reporting/consolidation.html", context)


@require_POST
def settle(request: Request, pk: int, flag: int) -> HttpResponse:
    """Say what becomes of a figure that changed since it was approved."""
    report = report_or_404(request, pk)
    found = get_object_or_404(Flag, pk=flag, report=report)
    form = SettleForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            settle_flag(
                found, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.errors:
        refusals = [str(one) for errors in form.errors.values() for one in errors]
        messages.error(request, " ".join(refusals))
    return redirect(report)


def _page(request: Request, report: Report, form: NoteForm) -> HttpResponse:
    context: dict[str, Any] = detail_context(
        report, request.actor, form, timezone.localdate()
    )
    context["settle_form"] = SettleForm()
    return render_part(
        request, "reporting/detail.html", "status", context, status=status_of(form)
    )


def _frequencies() -> list[tuple[str, str]]:
    return [
        (Frequency.MONTH.value, _("month")),
        (Frequency.QUARTER.value, _("quarter")),
        (Frequency.HALF.value, _("six months")),
        (Frequency.YEAR.value, _("year")),
    ]
