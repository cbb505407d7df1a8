"""The period of a desk as files: Excel, and a Word draft."""

from django.http import Http404, HttpResponse
from django.utils import timezone

from kheo.accounts.queries import is_sample
from kheo.core.http import Request
from kheo.core.text import fold
from kheo.organisations.queries import names_on
from kheo.programmes.pack import Pack
from kheo.programmes.queries import pack_on
from kheo.reporting.models import Statement
from kheo.reporting.queries.consolidation import (
    Consolidation,
    Question,
    consolidation_of,
)
from kheo.reporting.queries.desk import Row, node_of, rows_of, tally_of
from kheo.reporting.queries.obligations import cells_of
from kheo.reporting.queries.papers import body_sheet, summary_sheet
from kheo.reporting.queries.window_papers import window_paper
from kheo.reporting.rules import period_name
from kheo.reporting.views.frames import Desk, desk_of
from kheo.reporting.views.shared import EXCEL_TYPE, WORD_TYPE
from kheo.reporting.workflow import STATED
from kheo.stationery.word import word
from kheo.stationery.workbook import workbook


def desk_workbook(request: Request) -> HttpResponse:
    """The window as Excel: a summary that adds up, a sheet for each body that sent."""
    today = timezone.localdate()
    found = desk_of(request, today)
    if found is None:
        raise Http404
    rows = rows_of(found.receiver, found.programme, found.window, today)
    pack = pack_on(found.programme.code, found.window.last_day)
    table, title = _summary(found, pack)
    sheets = [
        summary_sheet(table, title=title, note=pack.label.vi if pack.label else ""),
        *(body_sheet(statement) for statement in _statements(rows)),
    ]
    content = workbook(sheets, author="Khéo", on=today, is_sample=is_sample())
    name = f"{found.programme.code}-{found.window.code}-{found.receiver.code}.xlsx"
    response = HttpResponse(content, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def desk_paper(request: Request) -> HttpResponse:
    """The draft of the receiver's own report on the window, as Word."""
    today = timezone.localdate()
    found = desk_of(request, today)
    if found is None:
        raise Http404
    rows = rows_of(found.receiver, found.programme, found.window, today)
    pack = pack_on(found.programme.code, found.window.last_day)
    table, _title = _summary(found, pack)
    paper = window_paper(
        found.receiver,
        found.window,
        table,
        tally_of(row.line for row in rows),
        programme=pack.name.vi,
        label=pack.label.vi if pack.label else "",
        on=today,
        is_sample=is_sample(),
    )
    name = f"{found.programme.code}-{found.window.code}-{found.receiver.code}.docx"
    response = HttpResponse(word(paper), content_type=WORD_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _summary(found: Desk, pack: Pack) -> tuple[Consolidation, str]:
    cells = cells_of(pack, found.window.duties[0].report)
    node = node_of(found.receiver, found.programme, found.window)
    names = names_on([node.pk], found.window.interval.last)
    question = Question(found.programme.code, node.pk, found.window.interval)
    name = names.get(node.pk, node.code)
    table = consolidation_of(question, cells, label=name)
    return table, f"{pack.name.vi}, {period_name(found.window.code).vi} – {name}"


def _statements(rows: list[Row]) -> list[Statement]:
    reports = [row.report for row in rows if row.report and row.report.state in STATED]
    versions = {report.pk: report.version for report in reports}
    statements = Statement.objects.filter(report__in=versions).order_by("pk")
    found = {
        one.report_id: one
        for one in statements
        if one.version == versions[one.report_id]
    }
    ordered = sorted(reports, key=lambda report: fold(str(report.organisation)))
    return [found[report.pk] for report in ordered if report.pk in found]
