"""One measure: by month with its chart, by child, by dimension; and the rows behind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.accounts.queries import is_sample
from kheo.core.http import Request
from kheo.insight.pages import days_of, label_of, number_of
from kheo.insight.queries.boards import EMPTY, Board, Cell, Line, board_of
from kheo.insight.queries.frames import Frame, path_to
from kheo.insight.queries.labels import name_of, said, unit_of
from kheo.insight.queries.questions import Question
from kheo.insight.queries.series import Month, monthly
from kheo.insight.rules.charts import Point, Series, chart
from kheo.insight.views.asking import (
    ask_again,
    days_form,
    frame_of,
    kept,
    measure_asked,
    require_figures,
)
from kheo.insight.views.files import file_of
from kheo.insight.wording import Scribe, Shown
from kheo.ledger.models import Law, Measure
from kheo.organisations.queries import names_on
from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet

PER_PAGE = 50


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
    months = monthly(frame, asked)
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
        "chart": _chart(frame, asked, months, scribe),
        "months": _months(months, scribe),
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
        "is_ratio": asked.law == Law.RATIO,
        "is_flow": asked.law == Law.FLOW,
    }
    return render(request, "insight/measure.html", context)


def measure_file(request: Request, kind: str) -> HttpResponse:
    """The measure by children, then by month, as Excel or CSV."""
    require_figures(request.actor)
    asked = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    frame = frame_of(request, form)
    board = board_of(frame, [asked])
    lines = [*board.children, *board.corrections]
    rows = [
        Row(
            (line.label, number_of(line.cells.get(asked.code, EMPTY).total)),
            RowKind.CORRECTION if line.is_correction else RowKind.BODY,
        )
        for line in lines
    ]
    whole = number_of(board.whole.cells[asked.code].total)
    rows.append(Row((_("Total"), whole), RowKind.TOTAL))
    rows.append(Row((_("By month"), None), RowKind.SECTION))
    rows.extend(
        Row((one.row.label, number_of(one.row.total))) for one in monthly(frame, asked)
    )
    sheet = Sheet(
        name=asked.code,
        columns=(
            Column(_("Body"), width=40),
            Column(
                f"{name_of(asked)} ({unit_of(asked)})",
                width=22,
                decimals=asked.decimals,
            ),
        ),
        rows=tuple(rows),
        title=(name_of(asked), frame.at_name, days_of(frame)),
    )
    return file_of(sheet, kind, f"{asked.code}-{frame.at.code}-{frame.interval.last}")


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


def _months(months: Iterable[Month], scribe: Scribe) -> list[Figure]:
    return [
        Figure(
            label=month.row.label,
            shown=scribe.shown(Cell(month.row.total)),
            note=_break_words(month.break_on) if month.break_on else "",
        )
        for month in months
    ]


def _break_words(day: date) -> str:
    words = _("bodies reorganised on %(day)s")
    return words % {"day": date_format(day, "SHORT_DATE_FORMAT")}


def _chart(
    frame: Frame, asked: Measure, months: Sequence[Month], scribe: Scribe
) -> SafeString:
    scale = 10**asked.decimals
    points = [
        Point(
            label=f"{month.period.number}/{month.period.year % 100:02d}",
            value=None if month.row.value is None else month.row.value / scale,
            text=scribe.text(month.row.value, asked.decimals),
        )
        for month in months
    ]
    words = _("%(name)s at %(body)s, month by month; the table below says the same.")
    series = Series(
        title=f"{name_of(asked)} ({unit_of(asked)})",
        description=words % {"name": name_of(asked), "body": frame.at_name},
        points=points,
        is_summed=asked.law == Law.FLOW,
        breaks={
            number: date_format(month.break_on, "SHORT_DATE_FORMAT")
            for number, month in enumerate(months)
            if month.break_on
        },
        scales=(
            (1e9, pgettext("on a chart's axis", "bn")),
            (1e6, pgettext("on a chart's axis", "m")),
        ),
        writing=scribe.writing,
    )
    drawn = chart(series, mark="dữ liệu mẫu" if is_sample() else "")
    return mark_safe(drawn)  # noqa: S308  every text in it is escaped where it is written


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
