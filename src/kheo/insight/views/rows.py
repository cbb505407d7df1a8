"""The live entries behind a figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.core.access import Actor
from kheo.core.http import Request
from kheo.insight.forms import DaysForm
from kheo.insight.pages import days_of, label_of
from kheo.insight.queries.entries import Line, described, entries_behind
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.labels import every_pack, name_of, said, unit_of
from kheo.insight.views.asking import (
    ask_again,
    days_form,
    frame_of,
    kept,
    measure_asked,
    require_figures,
)
from kheo.insight.views.files import file_of, stream_of
from kheo.insight.wording import Scribe
from kheo.ledger.models import Entry, Measure
from kheo.ledger.rules import dimensions_of
from kheo.programmes.periods import period_name
from kheo.reporting.models import Report
from kheo.stationery.paper import Column, Row
from kheo.stationery.workbook import Sheet

PER_PAGE = 50
ROWS_AT_MOST = 100_000
"""Rows of an Excel file; the CSV has all there are."""
CHUNK = 2_000

Labels = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The figure whose rows are asked for."""

    measure: Measure
    form: DaysForm
    frame: Frame
    where: dict[str, str]

    @property
    def entries(self) -> QuerySet[Entry]:
        found = entries_behind(self.frame, self.measure, dimensions=self.where)
        return found.order_by("-on", "-pk")


def entry_rows(request: Request) -> HttpResponse:
    """The live entries behind a figure, as far as the actor may see them."""
    require_figures(request.actor)
    measure = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        return ask_again(request, form, name_of(measure))
    return render(request, "insight/rows.html", _context(request, measure, form))


def rows_file(request: Request, kind: str) -> HttpResponseBase:
    """All the rows, not only the page on screen, as Excel or CSV."""
    require_figures(request.actor)
    measure = measure_asked(request.GET)
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    asked = Asked(measure, form, frame_of(request, form), _where(request))
    labels = _value_names()
    name = f"{measure.code}-{asked.frame.at.code}-{asked.frame.interval.last}-rows"
    if kind == "csv":
        rows = _every_row(asked, request.actor, labels)
        return stream_of(_columns(measure), rows, name)
    entries = list(asked.entries[:ROWS_AT_MOST])
    sheet = Sheet(
        name=measure.code,
        columns=_columns(measure),
        rows=tuple(_row_of(line, labels) for line in described(entries, request.actor)),
        title=_title(asked, labels),
        notes=tuple(_left_out(asked.entries.count())),
        is_landscape=True,
    )
    return file_of(sheet, kind, name)


def _columns(measure: Measure) -> tuple[Column, ...]:
    return (
        Column(_("Day"), width=12),
        Column(pgettext("source", "From"), width=34),
        Column(_("Bodies"), width=34),
        Column(_("Place"), width=22),
        Column(_("Breakdown"), width=20),
        Column(unit_of(measure), width=14, decimals=measure.decimals),
        Column(_("Holds estimated figures"), width=12),
    )


def _every_row(asked: Asked, actor: Actor, labels: Labels) -> Iterator[Row]:
    """All rows, read and named some at a time."""
    entries = asked.entries.iterator(chunk_size=CHUNK)
    while some := list(islice(entries, CHUNK)):
        yield from (_row_of(line, labels) for line in described(some, actor))


def _left_out(count: int) -> Iterator[str]:
    """What an Excel file must say of itself where it does not hold every row."""
    if count > ROWS_AT_MOST:
        text = _("The newest %(most)s of %(count)s rows. The CSV file holds them all.")
        yield text % {
            "most": number_format(ROWS_AT_MOST, force_grouping=True),
            "count": number_format(count, force_grouping=True),
        }


def _row_of(line: Line, labels: Labels) -> Row:
    entry = line.entry
    return Row(
        (
            entry.on,
            _source_of(line),
            "; ".join(line.bodies),
            line.place,
            _kinds_of(line, labels),
            # A share's rows are those of its two parts, each with its own decimals.
            Decimal(entry.amount).scaleb(-entry.measure.decimals),
            _("yes") if line.is_estimated else "",
        ),
        decimals=entry.measure.decimals,
    )


def _kinds_of(line: Line, labels: Labels) -> str:
    return ", ".join(labels.get(pair, pair[1]) for pair in line.dimensions.items())


def _source_of(line: Line) -> str:
    if line.origin is None:
        return _("Declared in a report") if line.is_declared else _("Logged")
    if isinstance(line.origin, Report):
        return f"{_('Report')}, {said(period_name(line.origin.period))}"
    return str(line.origin)


def _title(asked: Asked, labels: Labels) -> tuple[str, ...]:
    frame = asked.frame
    words = (
        name_of(asked.measure),
        frame.at_name,
        days_of(frame),
        _where_words(asked, labels),
        label_of(frame),
    )
    return tuple(word for word in words if word)


def _context(request: Request, measure: Measure, form: DaysForm) -> dict[str, object]:
    asked = Asked(measure, form, frame_of(request, form), _where(request))
    frame = asked.frame
    pages = Paginator(asked.entries, PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    scribe = Scribe()
    words = request.GET.copy()
    words.pop("page", None)
    labels = _value_names()
    lines = [
        (
            line,
            scribe.text(line.entry.amount, line.entry.measure.decimals),
            _kinds_of(line, labels),
        )
        for line in described(list(page.object_list), request.actor)
    ]
    return {
        "form": form,
        "kept": kept(request.GET),
        "frame": frame,
        "days": days_of(frame),
        "measure": measure,
        "name": name_of(measure),
        "unit": unit_of(measure),
        "label": label_of(frame),
        "where": _where_words(asked, labels),
        "page": page,
        "query": words.urlencode(),
        "count": pages.count,
        "left_out": list(_left_out(pages.count)),
        "lines": lines,
        "has_kinds": any(kinds for _line, _amount, kinds in lines),
        "measure_href": f"{reverse('insight:measure')}?{frame.query(measure=measure.code)}",
    }


def _where_words(asked: Asked, labels: Labels) -> str:
    return ", ".join(labels.get(pair, pair[1]) for pair in asked.where.items())


def _where(request: Request) -> dict[str, str]:
    return dimensions_of(request.GET.get("where", ""))


def _value_names() -> dict[tuple[str, str], str]:
    return {
        (dimension.code, value.code): said(value.name)
        for pack in every_pack()
        for dimension in pack.dimensions
        for value in dimension.values
    }
