"""The form as a workbook: take it away, bring it back, see what it changes, take it over."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.accounts.queries import is_sample
from kheo.core.errors import Conflict, DomainError, RuleBroken
from kheo.core.http import Request, status_of
from kheo.documents.models import PassingFile
from kheo.documents.passing import drop_passing
from kheo.reporting.forms import FormChoices, FormUpload
from kheo.reporting.models import Report
from kheo.reporting.queries.workbooks import form_of, plan_for
from kheo.reporting.services.workbooks import (
    check_fillable,
    keep_form,
    kept_form,
    take_form_over,
)
from kheo.reporting.views.shared import EXCEL_TYPE, about, report_or_404
from kheo.stationery.marking import mark_errors
from kheo.stationery.packages import FORM
from kheo.stationery.wording import SAMPLE_MARK


def fill_file(request: Request, pk: int) -> HttpResponse:
    """The form to fill in, with what is known already."""
    report = _fillable(request, pk)
    name = f"bieu-{report.organisation.code}-{report.definition}-{report.period}.xlsx"
    return _file(form_of(report, at=timezone.now()), name)


def fill(request: Request, pk: int) -> HttpResponse:
    """Take the form away, and bring it back filled in."""
    report = _fillable(request, pk)
    form = FormUpload(request.POST or None, request.FILES or None)
    status = None
    if form.is_valid():
        try:
            kept = keep_form(
                report,
                id=form.cleaned_data["client_id"],
                content=form.cleaned_data["file"].read(),
                actor=request.actor,
                at=timezone.now(),
            )
        except (Conflict, RuleBroken) as error:
            form.add_error("file", error.message)
            status = error.status
        else:
            return redirect("reporting:fill_check", report.pk, kept.pk)
    if form.errors:
        # The next file is another thing to keep, whatever became of this one.
        form.data = {**request.POST.dict(), "client_id": str(uuid4())}
    context = about(report) | {"form": form}
    status = status or status_of(form)
    return render(request, "reporting/fill.html", context, status=status)


def fill_check(request: Request, pk: int, upload: UUID) -> HttpResponse:
    """What the form would change, cell by cell; then take it over, or drop it."""
    report = _fillable(request, pk)
    kept = kept_form(report, upload, actor=request.actor, at=timezone.now())
    if kept is None or kept.taken_at is not None:
        return _gone(request, report, kept)
    if "drop" in request.POST:
        drop_passing(kept)
        messages.info(request, _("The file was dropped; nothing changed."))
        return redirect("reporting:fill", report.pk)
    try:
        plan = plan_for(report, bytes(kept.content))
    except Conflict as error:
        # Given back, or the programme changed, since the file was sent.
        drop_passing(kept)
        messages.error(request, error.message)
        return redirect("reporting:fill", report.pk)
    form = FormChoices(
        request.POST or None, plan=plan, initial={"revision": report.revision}
    )
    context = about(report) | {"form": form, "plan": plan, "kept": kept}
    if not form.is_valid():
        status = status_of(form)
        return render(request, "reporting/fill_check.html", context, status=status)
    try:
        _take_over(request, report, kept, form)
    except DomainError as error:
        return _again(request, report, kept, error)
    return redirect(report)


def fill_marked(request: Request, pk: int, upload: UUID) -> HttpResponse:
    """The file as it was sent, with every error marked in its own cell."""
    report = _fillable(request, pk)
    kept = kept_form(report, upload, actor=request.actor, at=timezone.now())
    if kept is None or kept.taken_at is not None:
        return _gone(request, report, kept)
    content = bytes(kept.content)
    marked = mark_errors(
        content,
        plan_for(report, content).errors,
        limits=FORM,
        note=SAMPLE_MARK if is_sample() else "",
    )
    name = f"bieu-{report.organisation.code}-{report.period}-danh-dau-loi.xlsx"
    return _file(marked, name)


def _fillable(request: Request, pk: int) -> Report:
    """A report that this person may see, and may write now."""
    report = report_or_404(request, pk)
    check_fillable(report, actor=request.actor, at=timezone.now())
    return report


def _gone(request: Request, report: Report, kept: PassingFile | None) -> HttpResponse:
    """Where a file went: taken over, or, as far as this person can know, never sent."""
    if kept is not None:
        text = _("This file was taken over already; nothing was changed.")
        messages.info(request, text)
        return redirect(report)
    text = _("This file is not kept any more: a day at most. Send it again.")
    messages.info(request, text)
    return redirect("reporting:fill", report.pk)


def _take_over(
    request: Request, report: Report, kept: PassingFile, form: FormChoices
) -> None:
    plan = take_form_over(
        kept,
        report,
        revision=form.cleaned_data["revision"],
        taken=form.taken(),
        left=form.left(),
        only_right="only_right" in request.POST,
        actor=request.actor,
        at=timezone.now(),
    )
    written = plan.cells(form.taken()), plan.texts(form.taken()), plan.answers
    messages.success(request, _written(*(len(one) for one in written)))
    if plan.errors:
        text = ngettext(
            "%(count)d wrong cell was left out: correct it in the file, or here.",
            "%(count)d wrong cells were left out: correct them in the file, or here.",
            len(plan.errors),
        )
        messages.warning(request, text % {"count": len(plan.errors)})


def _written(figures: int, words: int, answers: int) -> str:
    said = {"figures": figures, "words": words, "answers": answers}
    if answers:
        text = _(
            "Written into the draft: %(figures)d figures, %(words)d paragraphs, "
            "%(answers)d answers to remarks. It is not yet submitted."
        )
    else:
        text = _(
            "Written into the draft: %(figures)d figures, %(words)d paragraphs. It is "
            "not yet submitted."
        )
    return text % said


def _again(
    request: Request, report: Report, kept: PassingFile, error: DomainError
) -> HttpResponse:
    """Show anew what the file would change, as the report stands now."""
    report = report_or_404(request, report.pk)
    plan = plan_for(report, bytes(kept.content))
    form = FormChoices(plan=plan, initial={"revision": report.revision})
    context = about(report) | {"form": form, "plan": plan, "kept": kept}
    context["refused"] = error.message
    return render(request, "reporting/fill_check.html", context, status=error.status)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
