"""The period of a desk as files: Excel, and the receiver's own report as Word."""

from django.http import Http404, HttpResponse
from django.utils import timezone

from kheo.accounts.queries import is_sample
from kheo.core.http import Request
from kheo.reporting.queries.summaries import Ground, summary_content, summary_of
from kheo.reporting.queries.window_books import window_sheets
from kheo.reporting.queries.window_papers import window_paper
from kheo.reporting.views.frames import Desk, desk_of
from kheo.reporting.views.shared import EXCEL_TYPE, WORD_TYPE
from kheo.stationery.word import word
from kheo.stationery.workbook import workbook


def desk_workbook(request: Request) -> HttpResponse:
    """The window as Excel: a summary that adds up, a sheet for each committee."""
    today = timezone.localdate()
    found = _desk_or_404(request)
    ground = Ground.of(found.receiver, found.programme, found.window, today)
    summary = summary_of(ground, request.actor)
    sheets = window_sheets(ground, summary_content(ground, {}), approved=summary)
    content = workbook(sheets, author="Khéo", on=today, is_sample=is_sample())
    return _file(found, content, EXCEL_TYPE, "xlsx")


def desk_paper(request: Request) -> HttpResponse:
    """The receiver's own report as Word: as approved, else as it would be today."""
    today = timezone.localdate()
    found = _desk_or_404(request)
    ground = Ground.of(found.receiver, found.programme, found.window, today)
    summary = summary_of(ground, request.actor)
    content = summary.content if summary and summary.content else None
    if content is None:
        content = summary_content(ground, summary.words if summary else {})
    paper = window_paper(found.receiver, content, summary=summary, on=today)
    return _file(found, word(paper), WORD_TYPE, "docx")


def _desk_or_404(request: Request) -> Desk:
    """The desk asked for and no other: a file of another window would pass unseen."""
    found = desk_of(request, timezone.localdate(), is_own=True)
    if found is None or request.GET.get("window", found.window.code) != (
        found.window.code
    ):
        raise Http404
    return found


def _file(found: Desk, content: bytes, media_type: str, kind: str) -> HttpResponse:
    name = f"{found.programme.code}-{found.window.code}-{found.receiver.code}.{kind}"
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
