"""A measure over many windows at once: what `ledger.total` says of each, in few questions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q, Sum

from kheo.core.periods import Interval
from kheo.insight.queries.frames import Frame
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import Claim, ClaimKind, Entry, Law, Measure, Seen
from kheo.ledger.queries import Total
from kheo.ledger.queries.answers import Kept, Scope, parts_of, total_of
from kheo.ledger.queries.claims import heard_from
from kheo.ledger.queries.presence import absent_through
from kheo.ledger.queries.sums import day_totals, seen_first, seen_rows
from kheo.organisations.models import Reach
from kheo.organisations.queries import PARTY

MANY = 50
"""Of more bodies than this the whole tree is read at once, if any is gone."""


def trends_of(
    frame: Frame, measures: Sequence[Measure], windows: Sequence[Interval]
) -> dict[str, tuple[int | None, ...]]:
    """The values of each measure over consecutive windows.

    Where the structure asked for has no kept sums there is no trend: it would cost a
    question for every window and measure.
    """
    found = totals_in(frame, measures, windows)
    if found is None:
        return {one.code: () for one in measures}
    return {code: tuple(one.value for one in some) for code, some in found.items()}


def totals_in(
    frame: Frame, measures: Sequence[Measure], windows: Sequence[Interval]
) -> dict[str, list[Total]] | None:
    """Each measure's total in each of consecutive windows, from kept sums.

    `None` where the structure asked for has none: then every total is asked alone.
    """
    if not windows:
        return {one.code: [] for one in measures}
    span = Interval(windows[0].start, windows[-1].end)
    scope = Scope(PARTY, span, frame.programme, structure=frame.known_structure)
    kept = Kept.of(scope)
    if not kept.projections:
        return None
    parts = {part.pk: part for one in measures for part in parts_of(one)}
    values = _Trends(frame, list(parts.values()), windows, scope, kept).values()
    return {
        one.code: [
            total_of(one, [values[part.pk][number] for part in parts_of(one)])
            for number in range(len(windows))
        ]
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
        rows = rows.filter(organisation__in=self._audible(waiting))
        columns = (
            "measure_id",
            "organisation_id",
            "window_from",
            "window_to",
            "holds_until",
        )
        told = list(rows.values_list(*columns).distinct())
        if not told:
            return
        ears = _Ears(self.frame, {body for _p, body, *_days in told}, self.kept)
        whole = Interval(min(row[2] for row in told), max(row[3] for row in told))
        gone = absent_through(self.kept.tree_id or 0, whole)
        alike: dict[tuple[int, date, date, date, bool], list[int]] = defaultdict(list)
        for part, body, start, end, until in told:
            alike[part, start, end, until, body in gone].append(body)
        for (part, start, end, until, is_gone), bodies in alike.items():
            law = laws[part]
            for number in silent[part]:
                window = self.windows[number]
                if (part, number) not in self._said and _may_speak(
                    law, start, end, until, window, is_gone=is_gone
                ):
                    said = Interval(start, end)
                    if any(ears.hear(law, body, said, window) for body in bodies):
                        self._said.add((part, number))

    def _audible(self, windows: Sequence[Interval]) -> set[int]:
        """Whose word may be heard: of those gone on some day, also by succession."""
        tree = self.kept.tree_id or 0
        start = min(window.start for window in windows)
        unsure = absent_through(tree, Interval(start, max(w.end for w in windows)))
        fixed = self.frame.known_structure
        if isinstance(fixed, date):
            unsure |= absent_through(tree, Interval.of_days(fixed, fixed))
        below = Reach.objects.filter(tree=tree, superior=self.frame.at)
        near = set(below.values_list("inferior_id", flat=True))
        return near | (unsure & heard_from([self.frame.at.pk], tree))

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


def _may_speak(
    law: str,
    start: date,
    end: date,
    until: date,
    window: Interval,
    *,
    is_gone: bool,
) -> bool:
    """Whether a claim can be of this window at all; spares asking the rules.

    It speaks on its last day, or on that of a body that was gone before.
    """
    if law == Law.STOCK:
        return end <= window.end and until > window.start
    if is_gone:
        return start < window.end and end > window.start
    return window.start < end <= window.end


class _Ears:
    """Whether a claim is heard at a body: at once for most, by succession for the few
    whose bodies are gone on the day that matters.
    """

    def __init__(self, frame: Frame, bodies: set[int], kept: Kept) -> None:
        self._at, self._fixed = frame.at.pk, frame.known_structure
        self._ground = Bearings(kept.tree_id, bodies, is_whole=len(bodies) > MANY)

    def hear(self, law: str, body: int, said: Interval, window: Interval) -> bool:
        claim = rules.Claim(body, said, rules.ClaimKind.FIGURE)
        day = rules.heard_on(rules.Law(law), claim, window, self._ground)
        if day is None:
            return False
        borne = self._fixed if isinstance(self._fixed, date) else day
        pieces = self._ground.on(body, borne)
        return any(self._at in piece.chain for piece in pieces)
