"""A measure month by month as pages show it: this year beside last, before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kheo.insight.pages import number_of
from kheo.insight.queries.boards import Cell
from kheo.insight.queries.frames import RECORDED_WORD, TODAY_WORD, Frame
from kheo.insight.queries.labels import name_of, unit_of
from kheo.insight.queries.progress import Estimate, counts_in, estimates
from kheo.insight.queries.series import Month, monthly, months_before
from kheo.insight.rules.charts import Point, Series, chart
from kheo.insight.wording import Scribe, Shown, scales
from kheo.ledger.models import Law, Measure
from kheo.organisations.queries import version_on
from kheo.programmes.queries import packs_of, predecessor_of
from kheo.stationery.paper import Cell as PaperCell
from kheo.stationery.paper import Column, Row

YEAR = 12


@dataclass(frozen=True, slots=True)
class Curve:
    """Two years of months in one structure; `name` says which structure."""

    name: str
    months: tuple[Month, ...]
    estimated: frozenset[int]
    """The numbers of the months that hold an estimated figure."""

    def is_estimated(self, number: int) -> bool:
        return number in self.estimated


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month: in each structure, last year's in each, what to know of it."""

    label: str
    cells: tuple[Shown, ...]
    year_ago: tuple[Shown, ...]
    note: str


def curves_of(frame: Frame, measure: Measure) -> list[Curve]:
    """As it was and, where something changed in these two years, as it is today.

    A structure that was asked for stands second in place of today's.
    """
    first = _curve(replace(frame, structure=RECORDED_WORD), measure, _("as it was"))
    other = frame.structure
    if other == RECORDED_WORD:
        if not any(month.break_on for month in first.months):
            return [first]
        other = TODAY_WORD
    restated = replace(frame, structure=other)
    is_there = version_on(frame.at, restated.day) is not None
    if not is_there or not restated.is_restatable:
        return [first]
    return [first, _curve(restated, measure, _name_of(restated))]


def _name_of(frame: Frame) -> str:
    if frame.structure == TODAY_WORD:
        return _("as it is today")
    day = date_format(frame.day, "SHORT_DATE_FORMAT")
    return _("as on %(day)s") % {"day": day}


def _curve(frame: Frame, measure: Measure, name: str) -> Curve:
    """Months of the programme, and before it began those of the one it carries on."""
    months = monthly(frame, measure)
    told = _estimates(frame, measure)
    earlier = predecessor_of(frame.programme) if frame.programme else None
    begun = packs_of(frame.programme or "")[0].valid.start if earlier else date.min
    if months and months[0].period.interval.start < begun:
        before = replace(frame, programme=earlier)
        told += _estimates(before, measure)
        past = monthly(before, measure)
        months = [
            old if old.period.interval.end <= begun else new
            for old, new in zip(past, months, strict=True)
        ]
    is_stock = measure.law == Law.STOCK
    marked = frozenset(
        number
        for number, month in enumerate(months)
        if any(counts_in(e, month.period.interval, is_stock=is_stock) for e in told)
    )
    return Curve(name, tuple(months), marked)


def _estimates(frame: Frame, measure: Measure) -> list[Estimate]:
    return estimates(frame, [measure], [months_before(frame.interval)])


# As pages and files show them


def month_rows(curves: Sequence[Curve], scribe: Scribe) -> list[MonthRow]:
    """The last twelve months, newest last, each beside the same one a year before."""

    def shown(curve: Curve, number: int) -> Shown:
        total = curve.months[number].row.total
        return scribe.shown(Cell(total, is_estimated=curve.is_estimated(number)))

    first = curves[0].months
    return [
        MonthRow(
            label=first[number].row.label,
            cells=tuple(shown(curve, number) for curve in curves),
            year_ago=tuple(shown(curve, number - YEAR) for curve in curves),
            note="; ".join(_notes(first, number)),
        )
        for number in range(len(first) - YEAR, len(first))
    ]


def _notes(months: Sequence[Month], number: int) -> Iterable[str]:
    for at in (number - YEAR, number):
        day = months[at].break_on
        if day is not None:
            words = _("bodies reorganised on %(day)s")
            yield words % {"day": date_format(day, "SHORT_DATE_FORMAT")}


def month_columns(curves: Sequence[Curve], measure: Measure) -> list[Column]:
    names = [curve.name for curve in curves]
    year_ago = [_("%(name)s, a year before") % {"name": name} for name in names]
    return [
        Column(name, width=18, decimals=measure.decimals)
        for name in (*names, *year_ago)
    ]


def month_lines(curves: Sequence[Curve]) -> list[Row]:
    """The same as rows of a file; the page's own mark for estimates goes in words."""
    scribe = Scribe()
    return [
        Row((row.label, *map(_number, (*row.cells, *row.year_ago)), row.note))
        for row in month_rows(curves, scribe)
    ]


def _number(shown: Shown) -> PaperCell:
    return number_of(shown.cell.total)


def drawn(
    frame: Frame, measure: Measure, curve: Curve, scribe: Scribe, *, key: str, mark: str
) -> SafeString:
    """This year's months with last year's line; `mark` as *dữ liệu mẫu* does."""
    months = curve.months[-YEAR:]
    past = curve.months[-2 * YEAR : -YEAR]
    offset = len(curve.months) - len(months)
    words = _(
        "%(name)s at %(body)s, %(structure)s, month by month beside the year before; "
        "the table below says the same."
    )
    series = Series(
        title=f"{name_of(measure)} ({unit_of(measure)})",
        description=words
        % {
            "name": name_of(measure),
            "body": frame.at_name,
            "structure": curve.name,
        },
        points=_points(months, measure, scribe, curve, offset),
        beside=_points(past, measure, scribe, curve, offset - YEAR),
        names=(_("these 12 months"), _("the 12 months before")),
        is_summed=measure.law == Law.FLOW,
        breaks={
            number: date_format(month.break_on, "SHORT_DATE_FORMAT")
            for number, month in enumerate(months)
            if month.break_on
        }
        | {
            number: _("last year: %(day)s")
            % {"day": date_format(month.break_on, "SHORT_DATE_FORMAT")}
            for number, month in enumerate(past)
            if month.break_on and not months[number].break_on
        },
        scales=scales(),
        writing=scribe.writing,
        key=key,
    )
    return mark_safe(chart(series, mark=mark))  # noqa: S308  texts are escaped where written


def _points(
    months: Sequence[Month],
    measure: Measure,
    scribe: Scribe,
    curve: Curve,
    offset: int,
) -> list[Point]:
    scale = 10**measure.decimals
    return [
        Point(
            label=f"{month.period.number}/{month.period.year % 100:02d}",
            value=None if month.row.value is None else month.row.value / scale,
            text=scribe.text(month.row.value, measure.decimals)
            + (f" ({_('est.')})" if curve.is_estimated(offset + number) else ""),
            is_estimated=curve.is_estimated(offset + number),
        )
        for number, month in enumerate(months)
    ]


def break_days(curves: Sequence[Curve]) -> list[date]:
    return sorted({m.break_on for m in curves[0].months if m.break_on})
