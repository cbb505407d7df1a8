"""The statement, its print view, the Word and Excel files, the paper that came back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.accounts.queries import is_sample
from kheo.core.http import Request, errors_on, status_of
from kheo.documents.services import store_paper
from kheo.programmes.periods import period_name
from kheo.reporting.forms import IssueForm, NumberForm
from kheo.reporting.models import IssuedPaper, Report, Statement
from kheo.reporting.queries.papers import annex_of, body_sheet, paper_of, summary_sheet
from kheo.reporting.queries.people import is_own
from kheo.reporting.queries.statements import is_intact, statement_of, thawed_table
from kheo.reporting.services.papers import issue_report, number_report
from kheo.reporting.views.shared import EXCEL_TYPE, WORD_TYPE, about, report_or_404
from kheo.stationery.paper import Annex
from kheo.stationery.word import word
from kheo.stationery.workbook import Sheet, workbook


def statement(request: Request, pk: int, version: int | None = None) -> HttpResponse:
    """The frozen figures and words with their digest; every version is kept."""
    report, found = _statement(request, pk, version)
    context = {
        **about(report),
        "statement": found,
        "content": found.content,
        "is_intact": is_intact(found),
        "versions": report.statements.order_by("-version"),
        "paper": IssuedPaper.objects.filter(statement=found).first(),
    }
    return render(request, "reporting/statement.html", context)


def printed(request: Request, pk: int) -> HttpResponse:
    """The last statement, plain, for the printer."""
    report, found = _statement(request, pk, None)
    context = {**about(report), "statement": found, "content": found.content}
    return render(request, "reporting/print.html", context)


def word_file(request: Request, pk: int) -> HttpResponse:
    """The official paper as Word, made of the statement alone."""
    report, found = _statement(request, pk, None)
    issued = IssuedPaper.objects.filter(statement=found).first()
    content = word(paper_of(found, issued=issued, annexes=_annexes(found)))
    return _file(content, WORD_TYPE, f"{_name(report)}.docx")


def workbook_file(request: Request, pk: int) -> HttpResponse:
    """The same figures as Excel; a consolidated report brings its bodies along."""
    report, found = _statement(request, pk, None)
    sheets: list[Sheet] = [body_sheet(found), *_summary(found)]
    content = workbook(
        sheets, author="Khéo", on=timezone.localdate(), is_sample=is_sample()
    )
    return _file(content, EXCEL_TYPE, f"{_name(report)}.xlsx")


def issue(request: Request, pk: int) -> HttpResponse:
    """Number, date and signed file come back to the statement."""
    report = report_or_404(request, pk)
    _require_own(request, report)
    form = IssueForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data, now = form.cleaned_data, timezone.now()
        upload = data["file"]
        with errors_on(form):
            # Cleaning and reading the file happen before any transaction.
            stored = upload and store_paper(
                id=data["client_id"],
                content=upload.read(),
                name=upload.name,
                organisation=report.organisation,
                actor=request.actor,
                at=now,
                on=report.on,
            )
            issue_report(
                report,
                number=data["number"],
                issued_on=data["issued_on"],
                file=stored or None,
                actor=request.actor,
                at=now,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("Number, date and file were recorded."))
        return redirect(report)
    context = {**about(report), "form": form, "heading": _("Number and signed file")}
    return render(request, "reporting/issue.html", context, status=status_of(form))


def number(request: Request, pk: int) -> HttpResponse:
    """Take the next number, where the body numbers its papers here."""
    report = report_or_404(request, pk)
    _require_own(request, report)
    form = NumberForm(request.POST or None, initial={"on": timezone.localdate()})
    if form.is_valid():
        with errors_on(form):
            number_report(
                report, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The paper was numbered."))
        return redirect(report)
    context = {**about(report), "form": form, "heading": _("Take the next number")}
    return render(request, "reporting/issue.html", context, status=status_of(form))


def _statement(
    request: Request, pk: int, version: int | None
) -> tuple[Report, Statement]:
    report = report_or_404(request, pk)
    found = statement_of(report, version)
    if found is None:
        raise Http404
    return report, found


def _require_own(request: Request, report: Report) -> None:
    if not is_own(request.actor, report.organisation_id, timezone.localdate()):
        raise PermissionDenied


def _annexes(found: Statement) -> tuple[Annex, ...]:
    table = thawed_table(found.content)
    if table is None:
        return ()
    subject = f"Số liệu theo đơn vị, {period_name(found.content['period']).vi}"
    return (annex_of(table, subject=subject),)


def _summary(found: Statement) -> list[Sheet]:
    content = found.content
    table = thawed_table(content)
    if table is None:
        return []
    period = period_name(content["period"]).vi
    title = f"{content['programme_name']['vi']}, {period}"
    note = content["label"]["vi"] if content["label"] else ""
    return [summary_sheet(table, title=title, note=note)]


def _name(report: Report) -> str:
    return f"{report.organisation.code}-{report.definition}-{report.period}"


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
