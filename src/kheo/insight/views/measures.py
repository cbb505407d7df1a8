"""One measure: by month with its chart, by child, by dimension; and the rows behind."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kheo.accounts.queries import is_sample
from kheo.core.http import Request
from kheo.insight.curves import (
    Curve,
    break_days,
    curves_of,
    drawn,
    month_columns,
    month_lines,
    month_rows,
)
from kheo.insight.pages import days_of, label_of, number_of, why_unallocated
from kheo.insight.queries.boards import EMPTY, Board, Cell, Line, board_of
from kheo.insight.queries.frames import RECORDED_WORD, Frame, path_to
from kheo.insight.queries.labels import name_of, said, unit_of
from kheo.insight.queries.questions import Question
from kheo.insight.views.asking import (
    ask_again,
    days_form,
    frame_of,
    kept,
    measure_asked,
    require_figures,
)
from kheo.insight.views.files import file_of
from kheo.insight.wording import Scribe, Shown, listed_days
from kheo.ledger.labels import HOW_IT_ADDS_UP
from kheo.ledger.models import Law, Measure
from kheo.organisations.queries import names_on
from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a small table: what, how much, where it opens."""

    label: str
    shown: Shown
    href: str = ""
    is_correction: bool = False
    note: str = ""


def measure(request: Request) -> HttpResponse:
    """The figure, its months as a chart and in words, its parts by body and kind."""
    require_figures(request.actor)
    asked = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        return ask_again(request, form, name_of(asked))
    frame = frame_of(request, form)
    scribe = Scribe()
    board = board_of(frame, [asked])
    curves = curves_of(frame, asked)
    shown_curve = curves[-1] if frame.structure != RECORDED_WORD else curves[0]
    mark = "dữ liệu mẫu" if is_sample() else ""
    context = {
        "form": form,
        "kept": kept(request.GET),
        "frame": frame,
        "days": days_of(frame),
        "measure": asked,
        "name": name_of(asked),
        "unit": unit_of(asked),
        "label": label_of(frame),
        "total": scribe.shown(board.whole.cells[asked.code]),
        "whole": board.whole,
        "said": Question(
            asked,
            frame.at,
            frame.interval,
            programme=frame.programme,
            structure=frame.known_structure,
        ).completeness(),
        "path": _path(frame, asked),
        "charts": [
            (
                one.name,
                drawn(frame, asked, one, scribe, key=f"chart-{number}", mark=mark),
            )
            for number, one in enumerate(curves)
        ],
        "curves": curves,
        "month_rows": month_rows(curves, scribe),
        "months": _months(shown_curve, scribe),
        "law": HOW_IT_ADDS_UP[asked.law],
        "reorganised": listed_days(break_days(curves)),
        "unallocated": why_unallocated() if _has_unallocated(board, asked) else "",
        "homes": [],
        "children": _children(frame, asked, board, scribe),
        "dimensions": _dimensions(frame, asked, scribe),
        "rows_href": _rows_href(frame, asked),
        "downloads": [
            (
                kind,
                f"{reverse('insight:measure_file', args=[kind])}?{_query(frame, asked)}",
            )
            for kind in ("xlsx", "csv")
        ],
        "months_csv": f"{reverse('insight:measure_file', args=['csv'])}"
        f"?{_query(frame, asked, table='months')}",
        "is_ratio": asked.law == Law.RATIO,
        "is_flow": asked.law == Law.FLOW,
    }
    return render(request, "insight/measure.html", context)


def measure_file(request: Request, kind: str) -> HttpResponse:
    """What the page shows: by children, by dimension, by month, each its own table."""
    require_figures(request.actor)
    asked = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    frame = frame_of(request, form)
    tables = {
        "children": _children_sheet(frame, asked),
        "months": _months_sheet(frame, asked),
        **_dimension_sheets(frame, asked),
    }
    table = request.GET.get("table", "")
    chosen = [tables[table]] if table in tables else list(tables.values())
    name = f"{asked.code}-{frame.at.code}-{frame.interval.last}"
    return file_of(chosen, kind, f"{name}-{table}" if table in tables else name)


def _title(frame: Frame, asked: Measure) -> tuple[str, ...]:
    words = (name_of(asked), frame.at_name, days_of(frame), label_of(frame))
    return tuple(word for word in words if word)


def _children_sheet(frame: Frame, asked: Measure) -> Sheet:
    board = board_of(frame, [asked])
    lines = [*board.children]
    if asked.law != Law.RATIO:
        lines += board.corrections
    rows = [
        Row(
            (
                line.label,
                number_of(line.cells.get(asked.code, EMPTY).total),
                line.sent if line.owed else None,
                line.owed or None,
            ),
            RowKind.CORRECTION if line.is_correction else RowKind.BODY,
        )
        for line in lines
    ]
    whole = number_of(board.whole.cells[asked.code].total)
    counts = (board.whole.sent, board.whole.owed) if board.whole.owed else (None, None)
    rows.append(Row((_("Total"), whole, *counts), RowKind.TOTAL))
    return Sheet(
        name=_("By body"),
        columns=(
            Column(_("Body"), width=40),
            Column(
                f"{name_of(asked)} ({unit_of(asked)})",
                width=22,
                decimals=asked.decimals,
            ),
            Column(_("Sent"), width=9),
            Column(_("Owed"), width=9),
        ),
        rows=tuple(rows),
        title=_title(frame, asked),
    )


def _months_sheet(frame: Frame, asked: Measure) -> Sheet:
    curves = curves_of(frame, asked)
    return Sheet(
        name=_("By month"),
        columns=(
            Column(_("Month"), width=20),
            *month_columns(curves, asked),
            Column(_("Notes"), width=40),
        ),
        rows=tuple(month_lines(curves)),
        title=_title(frame, asked),
        is_landscape=True,
    )


def _dimension_sheets(frame: Frame, asked: Measure) -> dict[str, Sheet]:
    return {
        f"by-{number}": Sheet(
            name=title,
            columns=(
                Column(_("Value"), width=34),
                Column(unit_of(asked), width=20, decimals=asked.decimals),
            ),
            rows=tuple(
                Row((one.label, number_of(one.shown.cell.total))) for one in figures
            ),
            title=_title(frame, asked),
        )
        for number, (title, figures) in enumerate(_dimensions(frame, asked, Scribe()))
    }


def _has_unallocated(board: Board, asked: Measure) -> bool:
    return any(
        line.key == "=unallocated" and line.cells.get(asked.code, EMPTY).total.value
        for line in board.corrections
    )


def _query(frame: Frame, asked: Measure, **others: str) -> str:
    return frame.query(measure=asked.code, **others)


def _rows_href(frame: Frame, asked: Measure, **others: str) -> str:
    return f"{reverse('insight:rows')}?{_query(frame, asked, **others)}"


def _path(frame: Frame, asked: Measure) -> list[tuple[str, str]]:
    bodies = path_to(frame)[:-1]
    names = names_on([body.pk for body in bodies], frame.day)
    return [
        (f"?{_query(frame, asked, at=body.code)}", names.get(body.pk, body.code))
        for body in bodies
    ]


def _months(curve: Curve, scribe: Scribe) -> list[Figure]:
    return [
        Figure(label=month.row.label, shown=scribe.shown(Cell(month.row.total)))
        for month in curve.months
    ]


def _children(
    frame: Frame, asked: Measure, board: Board, scribe: Scribe
) -> list[Figure]:
    lines: list[Line] = [*board.children]
    if asked.law != Law.RATIO:
        lines += board.corrections
    return [
        Figure(
            label=line.label,
            shown=scribe.shown(line.cells.get(asked.code, EMPTY)),
            href=f"?{_query(frame, asked, at=line.body.code)}" if line.body else "",
            is_correction=line.is_correction,
            note=f"{line.sent}/{line.owed}" if line.owed else "",
        )
        for line in lines
    ]


def _dimensions(
    frame: Frame, asked: Measure, scribe: Scribe
) -> list[tuple[str, list[Figure]]]:
    """One small table for each dimension that the programme gives the measure."""
    if frame.pack is None:
        return []
    known = [one for one in frame.pack.measures if one.code == asked.code]
    names = {one.code: said(one.name) for one in frame.pack.dimensions}
    question = Question(
        asked,
        frame.at,
        frame.interval,
        programme=frame.programme,
        structure=frame.known_structure,
    )
    return [
        (
            names[code],
            [
                Figure(
                    label=row.label,
                    shown=scribe.shown(Cell(row.total)),
                    href=""
                    if row.key.startswith("=")
                    else _rows_href(frame, asked, where=f"{code}={row.key}"),
                )
                for row in question.rows(("breakdown", code))
            ],
        )
        for code in (known[0].dimensions if known else ())
    ]
