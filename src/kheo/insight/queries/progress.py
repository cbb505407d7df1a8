"""The figures of one window beside the last one, last year's, and the year so far."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.db.models import Q, Sum

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.queries.boards import EMPTY, Cell
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.windows import (
    Window,
    window_named,
    windows_of,
    windows_until,
)
from kheo.ledger import queries as ledger
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import (
    Claim,
    ClaimKind,
    Entry,
    Law,
    Measure,
    Seen,
    Standing,
)
from kheo.ledger.queries.answers import Kept, Scope, parts_of, total_of
from kheo.ledger.queries.sums import day_totals, seen_first, seen_rows
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


# Trends: many windows at once


def trends_of(
    frame: Frame, measures: Sequence[Measure], windows: Sequence[Interval]
) -> dict[str, tuple[int | None, ...]]:
    """Each measure over consecutive windows: the values that `ledger.total` gives.

    From kept sums, in a handful of queries for all; where the structure asked for has
    none, there is no trend (it would cost a question for every window and measure).
    """
    nothing: dict[str, tuple[int | None, ...]] = {one.code: () for one in measures}
    if not windows:
        return nothing
    span = Interval(windows[0].start, windows[-1].end)
    scope = Scope(PARTY, span, frame.programme, structure=frame.known_structure)
    kept = Kept.of(scope)
    if not kept.projections:
        return nothing
    parts = {part.pk: part for one in measures for part in parts_of(one)}
    values = _Trends(frame, list(parts.values()), windows, scope, kept).values()
    return {
        one.code: tuple(
            total_of(one, [values[part.pk][number] for part in parts_of(one)]).value
            for number in range(len(windows))
        )
        for one in measures
    }


class _Trends:
    """Sums of each window and whether anything was said, for many measures."""

    def __init__(
        self,
        frame: Frame,
        parts: Sequence[Measure],
        windows: Sequence[Interval],
        scope: Scope,
        kept: Kept,
    ) -> None:
        self.frame, self.parts, self.windows = frame, parts, windows
        self.scope, self.kept = scope, kept
        self._amounts: dict[tuple[int, int], int] = defaultdict(int)
        self._entries: dict[tuple[int, int], int] = defaultdict(int)
        self._said: set[tuple[int, int]] = set()

    def values(self) -> dict[int, list[int | None]]:
        self._add_sums()
        self._add_subjects()
        self._add_declared()
        self._hear_claims()
        return {
            part.pk: [self._value(part.pk, n) for n in range(len(self.windows))]
            for part in self.parts
        }

    def _value(self, part: int, number: int) -> int | None:
        key = (part, number)
        if self._entries[key]:
            return self._amounts[key]
        return 0 if key in self._said else None

    def _add(self, part: int, number: int, amount: int, entries: int) -> None:
        self._amounts[part, number] += amount
        self._entries[part, number] += entries

    def _add_sums(self) -> None:
        """Flows of the days of each window; stocks of all days up to its end."""
        for law in (Law.FLOW, Law.STOCK):
            some = [part for part in self.parts if part.law == law]
            if not some:
                continue
            rows = day_totals(some, [self.frame.at.pk], self.scope, self.kept)
            if law == Law.FLOW:
                rows = rows.filter(day__gte=self.scope.interval.start)
            conditions = [_in_window(window, law) for window in self.windows]
            sums = {
                f"{name}{number}": Sum(column, filter=condition, default=0)
                for number, condition in enumerate(conditions)
                for name, column in (("a", "amount"), ("e", "entries"))
            }
            grouped = rows.values_list("measure_id").annotate(**sums).order_by()
            for part, *numbers in grouped:
                for number in range(len(self.windows)):
                    amount, entries = numbers[2 * number : 2 * number + 2]
                    self._add(part, number, amount, entries)

    def _add_subjects(self) -> None:
        some = [part for part in self.parts if part.law == Law.DISTINCT]
        if not some:
            return
        rows = seen_rows(some, self.scope, self.kept).filter(
            node=self.frame.at.pk,
            part=Seen.Part.WHOLE,
            day__gte=self.scope.interval.start,
            day__lt=self.scope.interval.end,
        )
        sums = {
            f"a{number}": Sum("subjects", filter=seen_first(window), default=0)
            for number, window in enumerate(self.windows)
        }
        for part, *counts in rows.values_list("measure_id").annotate(**sums).order_by():
            for number, count in enumerate(counts):
                self._add(part, number, count, count)

    def _add_declared(self) -> None:
        """Declared distinct counts answer for their own body and window alone."""
        some = [part.pk for part in self.parts if part.law == Law.DISTINCT]
        numbers = {window: number for number, window in enumerate(self.windows)}
        rows = Entry.objects.filter(
            measure__in=some,
            subject="",
            closed_at=None,
            credits__organisation=self.frame.at,
            on__gte=self.scope.interval.start,
        )
        if self.frame.programme:
            rows = rows.filter(programme=self.frame.programme)
        for part, on, until, amount in rows.values_list(
            "measure_id", "on", "until", "amount"
        ):
            number = numbers.get(Interval(on, until)) if until else None
            if number is not None:
                self._add(part, number, amount, 1)

    def _hear_claims(self) -> None:
        """Windows of which a body below said something: then nothing is a zero."""
        silent = self._silent()
        if not silent:
            return
        laws = {part.pk: part.law for part in self.parts}
        waiting = [self.windows[n] for numbers in silent.values() for n in numbers]
        rows = Claim.objects.filter(
            measure__in=silent,
            closed_at=None,
            window_from__lt=max(window.end for window in waiting),
            holds_until__gt=min(window.start for window in waiting),
        ).exclude(kind=ClaimKind.NOT_APPLICABLE)
        if self.frame.programme:
            rows = rows.filter(programme=self.frame.programme)
        columns = (
            "measure_id",
            "organisation_id",
            "window_from",
            "window_to",
            "holds_until",
        )
        told = list(rows.values_list(*columns).distinct())
        ears = _Ears(self.frame, {body for _p, body, *_days in told}, self.kept)
        for part, body, start, end, until in told:
            for number in silent[part]:
                window = self.windows[number]
                if not _may_speak(laws[part], start, end, until, window):
                    continue
                claim = rules.Claim(body, Interval(start, end), rules.ClaimKind.FIGURE)
                if ears.hear(laws[part], claim, window):
                    self._said.add((part, number))

    def _silent(self) -> dict[int, list[int]]:
        """By measure, the windows in which no entry contributes."""
        found = {
            part.pk: [
                number
                for number in range(len(self.windows))
                if not self._entries[part.pk, number]
            ]
            for part in self.parts
        }
        return {part: numbers for part, numbers in found.items() if numbers}


def _in_window(window: Interval, law: str) -> Q:
    if law == Law.STOCK:
        return Q(day__lt=window.end)
    return Q(day__gte=window.start, day__lt=window.end)


def _may_speak(law: str, start: date, end: date, until: date, window: Interval) -> bool:
    """Whether a claim can be of this window at all; spares asking the rules."""
    if law == Law.STOCK:
        return start < window.end and until > window.start
    return start < window.end and end > window.start


class _Ears:
    """Whether a claim is heard at a body: at once for most, by succession for the few
    whose bodies are gone on the day that matters.
    """

    def __init__(self, frame: Frame, bodies: set[int], kept: Kept) -> None:
        self._at, self._fixed = frame.at.pk, frame.known_structure
        self._ground = Bearings(kept.tree_id, bodies, is_whole=len(bodies) > MANY)

    def hear(self, law: str, claim: "rules.Claim[int]", window: Interval) -> bool:
        day = rules.heard_on(rules.Law(law), claim, window, self._ground)
        if day is None:
            return False
        borne = self._fixed if isinstance(self._fixed, date) else day
        pieces = self._ground.on(claim.body, borne)
        return any(self._at in piece.chain for piece in pieces)


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
