"""What is seen, as a file: Excel with real numbers, CSV for other programs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override

from kheo.accounts.queries import is_sample
from kheo.core.http import Request
from kheo.insight.queries.exports import EXPORTS
from kheo.insight.views.asking import require_figures
from kheo.stationery.paper import Cell, Column, Row
from kheo.stationery.workbook import MEDIA_TYPE, Sheet, workbook

BOM = "\ufeff"
SAMPLE = "du-lieu-mau-"
Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)
STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def file_of(sheets: Sheet | Sequence[Sheet], kind: str, name: str) -> HttpResponse:
    """Tables as a download: Excel of all, CSV of the first. A sample says so in both."""
    sample = is_sample()
    listed = [sheets] if isinstance(sheets, Sheet) else list(sheets)
    if kind == "xlsx":
        content = workbook(
            listed, author="Khéo", on=timezone.localdate(), is_sample=sample
        )
        return _download(content, MEDIA_TYPE, f"{name}.xlsx", is_sample=sample)
    if kind != "csv":
        raise Http404
    sheet = listed[0]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if sample:
        writer.writerow(["dữ liệu mẫu"])
    writer.writerow(column.heading for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow([_plain(cell) for cell in row.cells])
    content = (BOM + text.getvalue()).encode()
    return _download(
        content, "text/csv; charset=utf-8", f"{name}.csv", is_sample=sample
    )


def stream_of(
    columns: Sequence[Column], rows: Iterable[Row], name: str
) -> StreamingHttpResponse:
    """A table of any length as CSV, written while it travels, in the page's language."""
    headings = [column.heading for column in columns]
    marks = [["dữ liệu mẫu"]] if is_sample() else []
    lines = chain([*marks, headings], ([_plain(c) for c in row.cells] for row in rows))
    response = StreamingHttpResponse(
        _in_language(get_language() or "vi", lines),
        content_type="text/csv; charset=utf-8",
    )
    return _named(response, f"{name}.csv", is_sample=bool(marks))


def _in_language(language: str, lines: Iterable[Sequence[object]]) -> Iterator[str]:
    yield BOM
    with override(language):
        for line in lines:
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerow(line)
            yield text.getvalue()


def table_file(request: Request, table: str) -> StreamingHttpResponse:
    """One of the recomputable tables, of what the actor may see, as a stream."""
    require_figures(request.actor)
    export = EXPORTS.get(table)
    if export is None:
        raise Http404
    response = StreamingHttpResponse(
        _lines([export.columns], export.rows(request.actor)),
        content_type="text/csv; charset=utf-8",
    )
    return _named(response, f"{table}.csv", is_sample=is_sample())


def _lines(*tables: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for rows in tables:
        for row in rows:
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(row)
            yield line.getvalue()


def _plain(cell: Cell) -> str:
    """Text that no table program takes for a formula; numbers keep their point."""
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, str) and text.startswith(STARTS_OF_FORMULAS):
        return f"'{text}"
    return text


def _download(
    content: bytes, media_type: str, name: str, *, is_sample: bool
) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    return _named(response, name, is_sample=is_sample)


def _named(response: Answer, name: str, *, is_sample: bool) -> Answer:
    marked = f"{SAMPLE}{name}" if is_sample else name
    response["Content-Disposition"] = f'attachment; filename="{marked}"'
    return response
