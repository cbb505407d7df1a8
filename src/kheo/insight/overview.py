"""The first page as values: who sent over the year, the figures and how they move."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.pages import number_of
from kheo.insight.queries.boards import Cell
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.heat import Heat, HeatRow
from kheo.insight.queries.labels import name_of, said, unit_of
from kheo.insight.queries.progress import Progress, Spans
from kheo.insight.queries.windows import Window
from kheo.insight.rules.sending import Sendings, Shade
from kheo.insight.rules.sparks import spark
from kheo.insight.wording import Scribe, Shown, listed_days
from kheo.ledger.models import Measure
from kheo.ledger.queries import Total
from kheo.programmes.periods import quarter_of_year, short_month
from kheo.programmes.queries import packs_of
from kheo.stationery.paper import Cell as PaperCell
from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet

GROUPED_FROM = 1000

# Who sent


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: the count, how it looks and what it opens."""

    counted: Sendings
    shade: Shade
    html: SafeString
    href: str


@dataclass(frozen=True, slots=True)
class HeatLine:
    label: str
    cells: tuple[HeatCell, ...]
    total: HeatCell
    href: str = ""


@dataclass(frozen=True, slots=True)
class HeatPage:
    headings: tuple[tuple[str, str], ...]
    lines: tuple[HeatLine, ...]
    whole: HeatLine

    @property
    def has_paper(self) -> bool:
        return self.whole.total.counted.on_paper > 0


def heat_page(
    frame: Frame, heat: Heat, kinds: Mapping[str, str], *, definition: str = ""
) -> HeatPage:
    """The table with its links: a cell to who sent, a kind to its own bodies.

    `kinds` are the addresses that open the rows of many bodies of one kind.
    """
    words = {"programme": frame.programme or "", "report": definition}
    base = reverse("insight:sent")
    times = {
        window: _query({**words, **_address_of(window)}) for window in heat.windows
    }
    drawn: dict[Sendings, tuple[SafeString, SafeString]] = {}

    def cell(counted: Sendings, href: str) -> HeatCell:
        # A province has two thousand cells on one page, and few that differ.
        if counted not in drawn:
            drawn[counted] = _count_of(counted), _notes_of(counted)
        number, notes = drawn[counted]
        if href and counted.owed:
            number = format_html('<a href="{}">{}</a>', href, number)
        return HeatCell(counted, counted.shade, number + notes, href)

    def line(row: HeatRow) -> HeatLine:
        whose = _query(_whose(frame, row))
        cells = tuple(
            cell(counted, f"{base}?{times[window]}&{whose}")
            for counted, window in zip(row.cells, heat.windows, strict=True)
        )
        return HeatLine(row.label, cells, cell(row.total, ""), kinds.get(row.kind, ""))

    return HeatPage(
        headings=tuple((short_name(w.period), _days(w)) for w in heat.windows),
        lines=tuple(line(row) for row in heat.rows),
        whole=line(heat.whole),
    )


def _count_of(counted: Sendings) -> SafeString:
    """How many of how many, and for someone who hears it all of it in a sentence."""
    words = sentence_of(counted)
    said = format_html('<span class="visually-hidden">{}</span>', words)
    if not counted.expected:
        sign = "–" if counted.on_paper else "·"
        return format_html('<span aria-hidden="true">{}</span>{}', sign, said)
    count = f"{grouped(counted.sent)}/{grouped(counted.expected)}"
    return format_html('<span aria-hidden="true">{}</span>{}', count, said)


def _notes_of(counted: Sendings) -> SafeString:
    noted = '<span class="heat-note" aria-hidden="true">{}</span>'
    return format_html_join("", noted, ((note,) for note in note_of(counted)))


def _whose(frame: Frame, row: HeatRow) -> dict[str, str]:
    if row.kind:
        return {"at": frame.at.code, "kind": row.kind}
    if row.body is not None and row.body != frame.at:
        return {"at": row.body.code}
    own = {"kind": "=own"} if row.body is not None else {}
    return {"at": frame.at.code, **own}


def _address_of(window: Window) -> dict[str, str]:
    return {"year": str(window.period.year), "period": window.code}


def _query(words: dict[str, str]) -> str:
    return urlencode({name: word for name, word in words.items() if word})


def _days(window: Window) -> str:
    first, last = window.interval.start, window.interval.last
    return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"


def short_name(period: Period) -> str:
    """A period over a narrow column: `T3` or `Mar`, `Quý I`, `6 tháng đầu`, `2024`."""
    match period.frequency:
        case Frequency.MONTH:
            return said(short_month(period.number))
        case Frequency.QUARTER:
            return said(quarter_of_year(period.number))
        case Frequency.HALF:
            return _("First half") if period.number == 1 else _("Second half")
        case _year:
            return str(period.year)


def grouped(count: int) -> str:
    return (
        number_format(count, force_grouping=True)
        if count >= GROUPED_FROM
        else f"{count}"
    )


def note_of(counted: Sendings) -> tuple[str, ...]:
    """What is not as it should be, in a few signs under the count."""
    parts = []
    if counted.missing:
        parts.append(_("%(number)s missing") % {"number": grouped(counted.missing)})
    if counted.late:
        parts.append(_("%(number)s late") % {"number": grouped(counted.late)})
    if counted.not_due and not counted.missing:
        parts.append(_("not yet due"))
    if counted.on_paper:
        parts.append(_("%(number)s on paper") % {"number": grouped(counted.on_paper)})
    return tuple(parts)


def sentence_of(counted: Sendings) -> str:
    """The cell for someone who hears it."""
    paper = _("kept on paper then, not here: %(number)d")
    on_paper = paper % {"number": counted.on_paper} if counted.on_paper else ""
    if not counted.expected:
        return on_paper or _("no report expected")
    words = _(
        "expected %(expected)d, in time %(in_time)d, late %(late)d, "
        "missing %(missing)d, not yet due %(not_due)d"
    )
    told = words % {
        "expected": counted.expected,
        "in_time": counted.in_time,
        "late": counted.late,
        "missing": counted.missing,
        "not_due": counted.not_due,
    }
    return f"{told}; {on_paper}" if on_paper else told


def heat_sheet(heat: Heat, title: Sequence[str]) -> Sheet:
    """Six numbers for each window, so that anyone can add them up again."""
    kinds = (
        _("expected"),
        _("in time"),
        _("late"),
        pgettext("report", "missing"),
        _("not yet due"),
        _("on paper"),
    )
    columns = [Column(_("Body"), width=34)]
    for window in heat.windows:
        name = short_name(window.period)
        columns += [Column(f"{name} {kind}", width=10) for kind in kinds]

    def row(one: HeatRow, kind: RowKind) -> Row:
        numbers: list[PaperCell] = [capfirst(one.label) if one.kind else one.label]
        for c in one.cells:
            numbers += [c.expected, c.in_time, c.late, c.missing, c.not_due]
            numbers.append(c.on_paper)
        return Row(tuple(numbers), kind)

    rows = [row(one, RowKind.BODY) for one in heat.rows]
    return Sheet(
        name=_("Reports sent"),
        columns=tuple(columns),
        rows=(*rows, row(heat.whole, RowKind.TOTAL)),
        title=tuple(title),
        notes=(_("Counted as bodies stood in each window."),),
        is_landscape=True,
    )


# The figures


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A measure over the compared days; each number opens what it is made of."""

    name: str
    unit: str
    cells: tuple[Shown, ...]
    trend: SafeString


@dataclass(frozen=True, slots=True)
class FieldGroup:
    name: str
    lines: tuple[FigureLine, ...]


def headings_of(spans: Spans) -> list[tuple[str, Interval]]:
    """The columns there are: some windows have no year so far, some no year before."""
    before = {
        Frequency.MONTH: _("Last month"),
        Frequency.QUARTER: _("Last quarter"),
        Frequency.HALF: _("Last half-year"),
    }.get(spans.now.period.frequency, "")
    names = (
        _("This period"),
        before,
        _("Same period last year"),
        _("Year to date"),
    )
    pairs = zip(names, spans.columns, strict=True)
    return [(name, window.interval) for name, window in pairs if window is not None]


def figure_groups(
    frame: Frame, rows: Sequence[Progress], spans: Spans, breaks: dict[int, date]
) -> list[FieldGroup]:
    """Measures by field of work, those of all fields first; in the programme's order."""
    scribe = Scribe()
    names = fields_of(frame)
    order = ["", *names]
    fields = field_codes(frame)

    def place(row: Progress) -> int:
        code = fields.get(row.measure.code, "")
        return order.index(code) if code in order else 0

    ordered = sorted(rows, key=place)
    return [
        FieldGroup(
            names.get(order[number], _("All fields of work")),
            tuple(_figure_line(frame, row, spans, breaks, scribe) for row in some),
        )
        for number, some in groupby(ordered, key=place)
    ]


def fields_of(frame: Frame) -> dict[str, str]:
    found = frame.pack.fields if frame.pack else ()
    return {one.code: said(one.name) for one in found}


def field_codes(frame: Frame) -> dict[str, str]:
    found = frame.pack.measures if frame.pack else ()
    return {one.code: one.field or "" for one in found}


def cells_and_spans(row: Progress, spans: Spans) -> Iterator[tuple[Cell, Window]]:
    cells = (row.now, row.before, row.year_ago, row.to_date)
    for cell, window in zip(cells, spans.columns, strict=True):
        if cell is not None and window is not None:
            yield cell, window


def _figure_line(
    frame: Frame,
    row: Progress,
    spans: Spans,
    breaks: dict[int, date],
    scribe: Scribe,
) -> FigureLine:
    cells = tuple(
        scribe.shown(cell, measure_href(frame, row.measure, window))
        for cell, window in cells_and_spans(row, spans)
    )
    return FigureLine(
        name_of(row.measure),
        unit_of(row.measure),
        cells,
        _spark(row, breaks, scribe),
    )


def measure_href(frame: Frame, measure: Measure, window: Window) -> str:
    words = {
        "from": window.interval.start.isoformat(),
        "to": window.interval.last.isoformat(),
        "programme": window.programme,
    }
    query = frame.query(measure=measure.code, **words)
    return f"{reverse('insight:measure')}?{query}"


def _spark(row: Progress, breaks: dict[int, date], scribe: Scribe) -> SafeString:
    known = [value for value in row.trend if value is not None]
    if len(row.trend) < 2 or not known:
        return SafeString("")
    decimals = row.measure.decimals
    words = _("%(count)d periods, lowest %(low)s, highest %(high)s, last %(last)s")
    drawn = spark(
        row.trend,
        words
        % {
            "count": len(row.trend),
            "low": scribe.text(min(known), decimals),
            "high": scribe.text(max(known), decimals),
            "last": scribe.text(row.trend[-1], decimals),
        },
        breaks=frozenset(breaks),
    )
    return mark_safe(drawn)  # noqa: S308  numbers, and words escaped where written


def figures_sheet(
    frame: Frame,
    rows: Sequence[Progress],
    spans: Spans,
    title: Sequence[str],
) -> Sheet:
    """The same table with real numbers, and the trend as numbers behind it."""
    headings = headings_of(spans)
    names, fields = fields_of(frame), field_codes(frame)
    columns = [
        Column(_("Field of work"), width=24),
        Column(_("Measure"), width=36),
        Column(_("Unit of measure"), width=12),
        *(Column(name, width=14) for name, _span in headings),
        Column(_("Holds estimated figures"), width=12),
        *(Column(_trend_name(one), width=10) for one in spans.trend),
    ]
    lines = [
        Row(
            (
                names.get(fields.get(row.measure.code, ""), _("All fields of work")),
                name_of(row.measure),
                unit_of(row.measure),
                *(_number(cell) for cell, _window in cells_and_spans(row, spans)),
                _("yes") if row.now.is_estimated else "",
                *(_value(row.measure, value) for value in row.trend),
            ),
            decimals=row.measure.decimals,
        )
        for row in rows
    ]
    missing = _("An empty cell is missing, not zero.")
    return Sheet(
        name=_("Figures"),
        columns=tuple(columns),
        rows=tuple(lines),
        title=tuple(title),
        notes=(missing,),
        is_landscape=True,
    )


def _number(cell: Cell | None) -> PaperCell:
    return number_of(cell.total) if cell else None


def _value(measure: Measure, value: int | None) -> PaperCell:
    return number_of(Total(value, measure.decimals))


def _trend_name(window: Window) -> str:
    if window.period.frequency is Frequency.YEAR:
        return str(window.period.year)
    return f"{short_name(window.period)}/{window.period.year}"


def break_sentence(days: Sequence[date]) -> str:
    """What the dashed lines of the trends mean; nothing where there is none."""
    words = _(
        "Dashed: bodies were reorganised on %(days)s. Figures before and after do "
        "not compare one to one; choose “as it is today” to add the past up for "
        "today's bodies."
    )
    return words % {"days": listed_days(days)} if days else ""


def carried_sentence(codes: Sequence[str]) -> str:
    """Where the figures of before this programme come from."""
    names = [said(packs[-1].name) for code in codes if (packs := packs_of(code))]
    words = _("Before this programme began, the figures are those of: %(names)s.")
    return words % {"names": ", ".join(names)} if names else ""
