"""Dated trees in memory, and who bears what when the tree has changed since.

Nodes are any hashable keys: the same code serves organisations and places, numbers in
the database and names in a test. `carry` is the one function behind totals, rights,
obligations and public links (architecture, "Trees and time").
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

from kheo.core.periods import OPEN_END

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Placement(Generic[N]):
    """From `on` the node stands below `parent`; `parent=None` is a root of the tree.

    With `is_end` the node leaves the tree on that day.
    """

    node: N
    on: date
    parent: N | None = None
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Succession(Generic[N]):
    """On `on` all or a `share` of what was `predecessor` became `successor`."""

    predecessor: N
    successor: N
    on: date
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[N]):
    """What one existing node bears; `bearer=None` is the virtual root.

    `is_open` marks what no rule can allocate to one successor: it stands at the lowest
    common superior as its visible unallocated line.
    """

    bearer: N | None
    share: Fraction
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Reach(Generic[N]):
    """One row of the closure: in `[start, end)` `inferior` is `depth` below `superior`."""

    superior: N
    inferior: N
    start: date
    end: date
    depth: int


@dataclass(frozen=True, slots=True)
class _Span(Generic[N]):
    start: date
    end: date
    parent: N | None


WHOLE = Fraction(1)


class DatedTree(Generic[N]):
    """One tree over all its time: an immutable value, made from rows, asked by day."""

    def __init__(
        self,
        placements: Iterable[Placement[N]],
        successions: Iterable[Succession[N]] = (),
    ) -> None:
        """Raise `ValueError` for two placements of one node on one day, or a circle."""
        self._spans: dict[N, list[_Span[N]]] = _spans(placements)
        self._forward: dict[N, list[Succession[N]]] = defaultdict(list)
        self._backward: dict[N, list[Succession[N]]] = defaultdict(list)
        for event in sorted(successions, key=lambda e: e.on):
            self._forward[event.predecessor].append(event)
            self._backward[event.successor].append(event)
        self._check_circles()

    def __contains__(self, node: N) -> bool:
        return node in self._spans

    @property
    def nodes(self) -> Sequence[N]:
        return list(self._spans)

    def exists(self, node: N, day: date) -> bool:
        return self._span(node, day) is not None

    def parent(self, node: N, day: date) -> N | None:
        """The superior on that day; `None` for a root. Raises `KeyError` if absent."""
        span = self._span(node, day)
        if span is None:
            raise KeyError(node)
        return span.parent

    def superiors(self, node: N, day: date) -> Iterator[N]:
        """The node itself, its superior, and so on up to the root, on that day."""
        current: N | None = node if self.exists(node, day) else None
        while current is not None:
            yield current
            span = self._span(current, day)
            current = span.parent if span else None

    def children(self, node: N | None, day: date) -> list[N]:
        """What stands directly below; `None` asks for the roots."""
        return [
            n for n in self._spans if (s := self._span(n, day)) and s.parent == node
        ]

    def subtree(self, node: N | None, day: date) -> set[N]:
        """The node and all below it on that day; `None` (virtual root) is everything."""
        below: dict[N | None, list[N]] = defaultdict(list)
        for inferior in self._spans:
            if span := self._span(inferior, day):
                below[span.parent].append(inferior)
        found: set[N] = set()
        waiting = [node] if node is not None and self.exists(node, day) else below[node]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(below.get(current, ()))
        return found

    def ends_on(self, node: N, day: date) -> date | None:
        """The last end of the node at or before `day`; `None` where it had none."""
        ends = [s.end for s in self._spans.get(node, ()) if s.end <= day]
        return max(ends, default=None)

    def successors(self, node: N, on: date) -> list[Succession[N]]:
        return [e for e in self._forward.get(node, ()) if e.on == on]

    def carry(self, node: N, day: date) -> tuple[Part[N], ...]:
        """Who bears what was `node`'s, among the nodes that exist on `day`.

        The node itself where it exists; after its end its successors, before its start
        its predecessors, shares multiplied along the way. Several bearers without
        shares are open: all of it stands at their lowest common superior. Without
        successor its last superior bears it, open. Shares add up to one, always.
        """
        return _merged(self._carry(node, day, frozenset()))

    def closure(self) -> Iterator[Reach[N]]:
        """Every (superior, inferior) stretch of time, the node itself at depth 0."""
        for node in self._spans:
            cuts = sorted(self._changes(node))
            open_rows: dict[tuple[N, int], date] = {}
            for day in cuts:
                now = {(s, d) for d, s in enumerate(self.superiors(node, day))}
                for key in [k for k in open_rows if k not in now]:
                    yield Reach(key[0], node, open_rows.pop(key), day, key[1])
                for key in now:
                    open_rows.setdefault(key, day)
            for (superior, depth), start in open_rows.items():
                yield Reach(superior, node, start, OPEN_END, depth)

    def common_superior(self, nodes: Iterable[N], day: date) -> N | None:
        """The lowest node at or above all of `nodes`; `None` is the virtual root."""
        paths = [list(self.superiors(n, day)) for n in nodes]
        if not paths:
            return None
        shared = set(paths[0]).intersection(*map(set, paths[1:]))
        return next((n for n in paths[0] if n in shared), None)

    def _span(self, node: N, day: date) -> _Span[N] | None:
        for span in self._spans.get(node, ()):
            if span.start <= day < span.end:
                return span
        return None

    def _carry(self, node: N, day: date, seen: frozenset[N]) -> list[Part[N]]:
        if self.exists(node, day):
            return [Part(node, WHOLE)]
        if node in seen or node not in self._spans:
            return [Part(None, WHOLE, is_open=True)]
        seen |= {node}
        end = self.ends_on(node, day)
        if end is not None:
            return self._forwards(node, end, day, seen)
        return self._backwards(node, day, seen)

    def _forwards(
        self, node: N, end: date, day: date, seen: frozenset[N]
    ) -> list[Part[N]]:
        events = self.successors(node, end)
        if not events:
            last = next(s for s in self._spans[node] if s.end == end)
            return self._at_superior(last.parent, day, seen)
        if len(events) == 1 and events[0].share is None:
            return self._carry(events[0].successor, day, seen)
        parts = [
            Part(part.bearer, part.share * event.share, part.is_open)
            for event in events
            if event.share
            for part in self._carry(event.successor, day, seen)
        ]
        rest = WHOLE - sum((e.share or Fraction(0) for e in events), Fraction(0))
        if rest > 0:
            heirs = [e.successor for e in events]
            parts.append(self._open(heirs, day, rest, seen))
        return parts

    def _backwards(self, node: N, day: date, seen: frozenset[N]) -> list[Part[N]]:
        first = self._spans[node][0]
        events = [e for e in self._backward.get(node, ()) if e.on == first.start]
        if not events:
            return self._at_superior(first.parent, day, seen)
        if len(events) == 1:
            return self._carry(events[0].predecessor, day, seen)
        return [self._open([e.predecessor for e in events], day, WHOLE, seen)]

    def _at_superior(
        self, superior: N | None, day: date, seen: frozenset[N]
    ) -> list[Part[N]]:
        if superior is None:
            return [Part(None, WHOLE, is_open=True)]
        carried = self._carry(superior, day, seen)
        return [Part(p.bearer, p.share, is_open=True) for p in carried]

    def _open(
        self, heirs: list[N], day: date, share: Fraction, seen: frozenset[N]
    ) -> Part[N]:
        bearers = [p.bearer for heir in heirs for p in self._carry(heir, day, seen)]
        known = [b for b in bearers if b is not None]
        at_root = len(known) < len(bearers)
        bearer = None if at_root else self.common_superior(known, day)
        return Part(bearer, share, is_open=True)

    def _changes(self, node: N) -> set[date]:
        """Every day on which something at or above the node may change."""
        days: set[date] = set()
        seen: set[N] = set()
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for span in self._spans.get(current, ()):
                days.add(span.start)
                if span.end != OPEN_END:
                    days.add(span.end)
                if span.parent is not None:
                    waiting.append(span.parent)
        return days

    def _check_circles(self) -> None:
        for node in self._spans:
            for day in self._changes(node):
                path: set[N] = set()
                for superior in self.superiors(node, day):
                    if superior in path:
                        raise ValueError(f"{node!r} stands below itself on {day}")
                    path.add(superior)


def apportion(amount: int, parts: Sequence[Part[N]]) -> list[int]:
    """Split a whole amount by the shares so that the pieces add up to it exactly.

    Largest remainder; equal remainders go to the earlier part. Negative amounts split
    as their positive mirror does.
    """
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    exact = [part.share * size for part in parts]
    pieces = [int(value) for value in exact]
    by_remainder = sorted(
        range(len(parts)), key=lambda i: (pieces[i] - exact[i], i)
    )
    for index in by_remainder[: size - sum(pieces)]:
        pieces[index] += 1
    return [sign * piece for piece in pieces]


def _spans(placements: Iterable[Placement[N]]) -> dict[N, list[_Span[N]]]:
    by_node: dict[N, dict[date, Placement[N]]] = defaultdict(dict)
    for placement in placements:
        if placement.on in by_node[placement.node]:
            raise ValueError(f"{placement.node!r} is placed twice on {placement.on}")
        by_node[placement.node][placement.on] = placement
    return {node: _spans_of(days) for node, days in by_node.items()}


def _spans_of(days: Mapping[date, Placement[N]]) -> list[_Span[N]]:
    ordered = sorted(days)
    ends = [*ordered[1:], OPEN_END]
    return [
        _Span(start, end, days[start].parent)
        for start, end in zip(ordered, ends, strict=True)
        if not days[start].is_end
    ]


def _merged(parts: list[Part[N]]) -> tuple[Part[N], ...]:
    shares: dict[tuple[N | None, bool], Fraction] = {}
    for part in parts:
        key = (part.bearer, part.is_open)
        shares[key] = shares.get(key, Fraction(0)) + part.share
    return tuple(Part(b, share, is_open) for (b, is_open), share in shares.items())
