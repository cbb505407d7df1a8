"""The figures of one window beside the last one, last year's, and the year so far."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.queries.boards import EMPTY, Cell
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.trends import trends_of
from kheo.insight.queries.windows import (
    Window,
    window_named,
    windows_of,
    windows_until,
)
from kheo.ledger import queries as ledger
from kheo.ledger.models import (
    Entry,
    Law,
    Measure,
    Standing,
)
from kheo.ledger.queries.answers import parts_of
from kheo.organisations.models import Reach
from kheo.organisations.queries import PARTY

TREND = {Frequency.MONTH: 24, Frequency.QUARTER: 8, Frequency.HALF: 6}
"""How many windows a trend shows; long enough to hold the reform of July 2025."""
YEARS = 5
MANY = 50
"""Of more bodies than this the whole tree is read at once, if any is gone."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The days that are compared; `None` where the programme had no such window."""

    now: Window
    before: Window | None
    year_ago: Window | None
    to_date: Window | None
    trend: tuple[Window, ...]

    @property
    def columns(self) -> tuple[Window | None, ...]:
        return (self.now, self.before, self.year_ago, self.to_date)

    @property
    def carried_on(self) -> tuple[str, ...]:
        """Earlier programmes from which some of the figures come."""
        shown = [one for one in (*self.columns, *self.trend) if one]
        codes = dict.fromkeys(one.programme for one in shown)
        return tuple(code for code in codes if code != self.now.programme)


@dataclass(frozen=True, slots=True)
class Progress:
    """One measure over the compared days; the trend in smallest units, gaps as `None`."""

    measure: Measure
    now: Cell
    before: Cell | None
    year_ago: Cell | None
    to_date: Cell | None
    trend: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated entry that counts at or below a body, by its measure and days."""

    measure: int
    on: date
    until: date | None


def spans_of(window: Window) -> Spans:
    """The window before, the same one of last year, and the year up to this one."""
    period = window.period
    is_year = period.frequency is Frequency.YEAR
    same = Period(period.year - 1, period.frequency, period.number)
    return Spans(
        now=window,
        before=None if is_year else window_named(window.programme, period.previous()),
        year_ago=window_named(window.programme, same),
        to_date=None if is_year else _to_date(window),
        trend=tuple(windows_until(window, TREND.get(period.frequency, YEARS))),
    )


def _to_date(window: Window) -> Window:
    """From the first window of the year, of the same frequency, to this one's end."""
    windows = windows_of(window.programme, window.period.year)
    starts = [
        one.interval.start
        for one in windows
        if one.period.frequency is window.period.frequency
    ]
    first = min(*starts, window.interval.start)
    return replace(window, interval=Interval(first, window.interval.end))


def progress_of(frame: Frame, spans: Spans) -> list[Progress]:
    """Every shown measure at the frame's body, in a number of queries that is fixed."""
    measures = frame.measures
    told = _told_as_estimates(frame, measures, spans)
    answers = [_cells(frame, measures, w, told) if w else {} for w in spans.columns]
    trends = _trends_through(frame, measures, spans.trend)
    found = []
    for one in measures:
        now, before, year_ago, to_date = (c.get(one.code) for c in answers)
        trend = trends[one.code]
        found.append(Progress(one, now or EMPTY, before, year_ago, to_date, trend))
    return found


def _trends_through(
    frame: Frame, measures: Sequence[Measure], windows: Sequence[Window]
) -> dict[str, tuple[int | None, ...]]:
    """Trends that go on through the programme carried on, each part from its own."""
    found: dict[str, tuple[int | None, ...]] = {one.code: () for one in measures}
    for programme, some in groupby(windows, key=lambda window: window.programme):
        there = replace(frame, programme=programme)
        spans = [window.interval for window in some]
        part = trends_of(there, measures, spans)
        gap = (None,) * len(spans)
        found = {code: (*seen, *(part[code] or gap)) for code, seen in found.items()}
    return found


def _cells(
    frame: Frame,
    measures: Sequence[Measure],
    window: Window,
    told: Mapping[str, Sequence[Estimate]],
) -> dict[str, Cell]:
    totals = ledger.totals(
        measures,
        [frame.at.pk],
        window.interval,
        tree=PARTY,
        programme=window.programme,
        structure=frame.known_structure,
    )
    stocks = {p.pk for one in measures for p in parts_of(one) if p.law == Law.STOCK}
    estimated = {
        one.measure
        for one in told[window.programme]
        if counts_in(one, window.interval, is_stock=one.measure in stocks)
    }
    return {
        one.code: Cell(
            totals[one.code, frame.at.pk],
            is_estimated=any(part.pk in estimated for part in parts_of(one)),
        )
        for one in measures
    }


def _told_as_estimates(
    frame: Frame, measures: Sequence[Measure], spans: Spans
) -> dict[str, list[Estimate]]:
    """By programme; asked once for all columns, for it is a costly question."""
    days: dict[str, list[Interval]] = defaultdict(list)
    for window in spans.columns:
        if window is not None:
            days[window.programme].append(window.interval)
    return {
        programme: estimates(replace(frame, programme=programme), measures, some)
        for programme, some in days.items()
    }


def counts_in(estimate: Estimate, days: Interval, *, is_stock: bool) -> bool:
    """Whether it is part of the figure of these days: a stock's is that of the last."""
    if not is_stock:
        return estimate.on in days
    has_begun = estimate.on <= days.last
    return has_begun and (estimate.until is None or estimate.until > days.last)


def estimates(
    frame: Frame, measures: Sequence[Measure], days: Sequence[Interval]
) -> list[Estimate]:
    """The estimated entries of some days, of stocks all before, at or below the body."""
    parts = {part.pk: part.law for one in measures for part in parts_of(one)}
    stocks = [part for part, law in parts.items() if law == Law.STOCK]
    others = [part for part, law in parts.items() if law != Law.STOCK]
    live = Entry.objects.filter(closed_at=None, standing=Standing.ESTIMATED)
    if frame.programme:
        live = live.filter(programme=frame.programme)
    end = max(span.end for span in days)
    # Apart, so that each finds the index of live entries by measure and day.
    asked = [live.filter(measure__in=stocks, on__lt=end)] if stocks else []
    asked += [
        live.filter(measure__in=others, on__gte=span.start, on__lt=span.end)
        for span in _joined(days)
    ]
    columns = ("measure_id", "on", "until", "credits__organisation_id")
    found = [row for rows in asked for row in rows.values_list(*columns)]
    inside = _below(frame, {body for _part, _on, _until, body in found})
    fixed = frame.known_structure
    return [
        Estimate(part, on, until)
        for part, on, until, body in found
        if any((fixed if isinstance(fixed, date) else on) in d for d in inside[body])
    ]


def _joined(days: Sequence[Interval]) -> list[Interval]:
    """The same days without overlap, in order."""
    found: list[Interval] = []
    for span in sorted(days):
        if found and span.start <= found[-1].end:
            end = max(found[-1].end, span.end)
            found[-1] = Interval(found[-1].start, end)
        else:
            found.append(span)
    return found


def _below(frame: Frame, bodies: set[int]) -> Mapping[int, list[Interval]]:
    """When each of the bodies stood at or below the frame's."""
    found: dict[int, list[Interval]] = defaultdict(list)
    if not bodies:
        return found
    rows = Reach.objects.filter(
        tree__code=PARTY, superior=frame.at, inferior__in=bodies
    )
    for body, since, until in rows.values_list("inferior", "valid_from", "valid_to"):
        found[body].append(Interval(since, until))
    return found


def breaks_in(windows: Sequence[Window], days: Sequence[date]) -> dict[int, date]:
    """The windows of a trend, but the first, in which something was reorganised.

    The window that holds the day belongs to the time after.
    """
    return {
        number: day
        for number, window in enumerate(windows)
        for day in reversed(days)
        if number and day in window.interval
    }
