"""What bodies said of a measure in a window, and for which time it speaks."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, Protocol

from kheo.core.lineage import DatedTree
from kheo.core.lineage.values import N
from kheo.core.periods import DAY, Interval
from kheo.ledger.rules.bearing import Bearing, bearing
from kheo.ledger.rules.totals import Law, Structure


class ClaimKind(StrEnum):
    """What a body said; nothing said is missing."""

    FIGURE = "figure"
    ZERO = "zero"
    NIL = "nil"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Claim(Generic[N]):
    body: N
    window: Interval
    kind: ClaimKind

    @property
    def speaks(self) -> bool:
        return self.kind is not ClaimKind.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many (body, window) pairs should have reported, and how many did."""

    expected: int
    reported: int

    @property
    def missing(self) -> int:
        return self.expected - self.reported


class Ground(Protocol[N]):
    """A dated tree as the arithmetic needs it, in memory or over the database."""

    def on(self, node: N, day: date, /) -> Bearing[N]:
        """Say who bears what was the node's on that day."""

    def last_day(self, node: N, day: date, /) -> date | None:
        """Give the last day up to `day` on which the node was in the tree."""


class TreeGround(Generic[N]):
    """The ground made of a tree in memory."""

    def __init__(self, tree: DatedTree[N]) -> None:
        self.tree = tree

    def on(self, node: N, day: date, /) -> Bearing[N]:
        return bearing(self.tree, node, day)

    def last_day(self, node: N, day: date, /) -> date | None:
        if self.tree.exists(node, day):
            return day
        end = self.tree.ends_on(node, day)
        return end - DAY if end else None


def dated_on(window: Interval, last_day: date | None) -> date:
    """Date a fact about a body and a window: its last day, or the body's if earlier.

    A body that was gone before the window began did not report within it; the pair
    keeps the window's last day and follows succession.
    """
    if last_day is None or last_day < window.start:
        return window.last
    return min(last_day, window.last)


def holds_until(window: Interval) -> date:
    """Give the end of the next window, of the same length: so long a stock holds.

    Windows that run by the calendar step by months, others by days.
    """
    months = _months_between(window.start, window.end)
    if months is None:
        return window.end + (window.end - window.start)
    return _shifted(window.end, months)


def held(window: Interval, *, next_window: Interval, is_said_next: bool) -> Interval:
    """Say how long a declared stock holds: until the end of the next window.

    A word of the next window, whichever, takes its place from that window's last day.
    """
    return Interval(window.last, next_window.last if is_said_next else next_window.end)


def heard_on(
    law: Law, claim: Claim[N], interval: Interval, ground: Ground[N]
) -> date | None:
    """Give the day on which the claim speaks in the interval; `None` if it does not.

    Of flows and subjects it speaks on the day it is dated; of a stock as long as a
    declared stock holds, on the day observed.
    """
    if law is Law.STOCK:
        observed = interval.last
        speaks = claim.window.last <= observed < holds_until(claim.window)
        return observed if speaks else None
    day = dated_on(claim.window, ground.last_day(claim.body, claim.window.last))
    return day if day in interval else None


def is_said(
    law: Law,
    claims: Iterable[Claim[N]],
    node: N | None,
    interval: Interval,
    *,
    structure: Structure,
    ground: Ground[N],
) -> bool:
    """Say whether any figure, zero or nil below `node` keeps the value from missing."""
    for claim in claims:
        heard = heard_on(law, claim, interval, ground) if claim.speaks else None
        if heard and is_below(claim.body, heard, node, structure, ground):
            return True
    return False


def completeness(
    claims: Iterable[Claim[N]],
    expected: Iterable[tuple[N, Interval]],
    node: N | None,
    interval: Interval,
    *,
    structure: Structure,
    ground: Ground[N],
) -> Completeness:
    """Count the pairs below `node` that are dated in the interval.

    Who reports unasked was expected too, so nothing exceeds 100 %; "not applicable"
    leaves what is expected.
    """
    told = list(claims)
    reported = {(c.body, c.window) for c in told if c.speaks}
    excused = {(c.body, c.window) for c in told if not c.speaks} - reported
    owed = (set(expected) - excused) | reported
    here = {
        pair for pair in owed if _is_dated_here(pair, node, interval, structure, ground)
    }
    return Completeness(expected=len(here), reported=len(here & reported))


def is_below(
    body: N, day: date, node: N | None, structure: Structure, ground: Ground[N]
) -> bool:
    seen_on = structure if isinstance(structure, date) else day
    return any(node in piece.chain for piece in ground.on(body, seen_on))


def _is_dated_here(
    pair: tuple[N, Interval],
    node: N | None,
    interval: Interval,
    structure: Structure,
    ground: Ground[N],
) -> bool:
    body, window = pair
    day = dated_on(window, ground.last_day(body, window.last))
    return day in interval and is_below(body, day, node, structure, ground)


def _months_between(start: date, end: date) -> int | None:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if months and end.day == start.day else None


def _shifted(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
