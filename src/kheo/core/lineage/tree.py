"""One tree over all its time, asked by day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Generic

from kheo.core.lineage.shares import check_shares, merged, scaled
from kheo.core.lineage.spans import Span, inferiors_of, present, spans_of, stretches_of
from kheo.core.lineage.values import (
    WHOLE,
    CircleError,
    Dangling,
    N,
    Part,
    Placement,
    Reach,
    Succession,
)
from kheo.core.periods import OPEN_END, Interval

_Parts = tuple[Part[N], ...]


class DatedTree(Generic[N]):
    """One tree over all its time: an immutable value, made from rows, asked by day.

    While the parent of a node is not in the tree, the node stands at the virtual root:
    nothing falls out of the grand total. `dangling` names such stretches.
    """

    def __init__(
        self,
        placements: Iterable[Placement[N]],
        successions: Iterable[Succession[N]] = (),
    ) -> None:
        """Refuse what cannot be true: raise `ValueError`, `CircleError` for circles.

        Refused are two placements of one node on one day, a share that is not above 0,
        and shares of one node on one day that exceed the whole.
        """
        placed = spans_of(placements)
        self._life = {node: stretches_of(spans) for node, spans in placed.items()}
        self._spans = {
            node: list(present(spans, self._life)) for node, spans in placed.items()
        }
        self._below = inferiors_of(self._spans)
        self._forward: dict[N, list[Succession[N]]] = defaultdict(list)
        self._backward: dict[N, list[Succession[N]]] = defaultdict(list)
        for event in sorted(successions, key=lambda e: e.on):
            self._forward[event.predecessor].append(event)
            self._backward[event.successor].append(event)
        check_shares(self._forward)
        self._check_circles()

    def __contains__(self, node: N) -> bool:
        return node in self._spans

    @property
    def nodes(self) -> Sequence[N]:
        return list(self._spans)

    def exists(self, node: N, day: date) -> bool:
        return any(s.start <= day < s.end for s in self._life.get(node, ()))

    def parent(self, node: N, day: date) -> N | None:
        """The superior on that day; `None` for a root. Raises `KeyError` if absent."""
        span = self._span(node, day)
        if span is None:
            raise KeyError(node)
        return span.parent

    def superiors(self, node: N, day: date) -> Iterator[N]:
        """The node itself, its superior, and so on up to the root, on that day."""
        current: N | None = node
        while current is not None and (span := self._span(current, day)):
            yield current
            current = span.parent

    def children(self, node: N | None, day: date) -> list[N]:
        """What stands directly below; `None` asks for the roots."""
        return [
            inferior
            for inferior in self._below.get(node, ())
            if (span := self._span(inferior, day)) and span.parent == node
        ]

    def subtree(self, node: N | None, day: date) -> set[N]:
        """The node and all below it on that day; `None` (virtual root) is everything."""
        if node is None:
            return {n for n in self._spans if self.exists(n, day)}
        if not self.exists(node, day):
            return set()
        found = {node}
        waiting = [node]
        while waiting:
            below = self.children(waiting.pop(), day)
            found.update(below)
            waiting.extend(below)
        return found

    def ever_below(self, nodes: Iterable[N]) -> set[N]:
        """The nodes with all that stand below them on any day: what a change reaches."""
        found = {node for node in nodes if node in self._spans}
        waiting = list(found)
        while waiting:
            fresh = set(self._below.get(waiting.pop(), ())) - found
            found |= fresh
            waiting.extend(fresh)
        return found

    def life(self, node: N) -> list[Interval]:
        """The stretches of time in which the node is in the tree, in order."""
        return list(self._life.get(node, ()))

    def ends_on(self, node: N, day: date) -> date | None:
        """The last end of the node at or before `day`; `None` where it had none."""
        ends = [stretch.end for stretch in self._life.get(node, ())]
        return max((end for end in ends if end <= day), default=None)

    def successors(self, node: N, on: date) -> list[Succession[N]]:
        """What took over from the node on exactly that day."""
        return [e for e in self._forward.get(node, ()) if e.on == on]

    def dangling(self) -> Iterator[Dangling[N]]:
        """Where a placement names a parent that is not in the tree at that time."""
        for node, spans in self._spans.items():
            for span in spans:
                if span.named is not None and span.parent is None:
                    yield Dangling(node, span.named, span.start, span.end)

    def carry(self, node: N, day: date) -> tuple[Part[N], ...]:
        """Who bears what was `node`'s, among the nodes that exist on `day`.

        The node itself where it exists; after its end its successors, before its start
        its predecessors, shares multiplied along the way. One successor without a share
        takes what the others leave; several are open, and all of it stands at their
        lowest common superior, unless all roads lead to the same bearers. Without
        successor its last superior bears it, open. Shares add up to one, always.
        """
        return self._carry(node, day, {})

    def heirs(self, node: N, day: date) -> frozenset[N]:
        """The node, or every existing node that took over from it since it ended.

        Unlike `carry` this never climbs to a superior: it is what a grant follows.
        """
        found: set[N] = set()
        seen = {node}
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if self.exists(current, day):
                found.add(current)
                continue
            fresh = {e.successor for e in self._takeover(current, day)} - seen
            seen |= fresh
            waiting.extend(fresh)
        return frozenset(found)

    def carried_to(self, nodes: Collection[N], day: date) -> set[N]:
        """The nodes that do not exist on `day` and are borne or inherited by `nodes`."""
        return {
            absent
            for absent in self._spans
            if not self.exists(absent, day)
            and (
                any(part.bearer in nodes for part in self.carry(absent, day))
                or any(heir in nodes for heir in self.heirs(absent, day))
            )
        }

    def closure(self, nodes: Iterable[N] | None = None) -> Iterator[Reach[N]]:
        """Every (superior, inferior) stretch of time, the node itself at depth 0.

        With `nodes` only the rows in which one of them is the inferior.
        """
        for node in self._spans if nodes is None else nodes:
            since: dict[tuple[N, int], date] = {}
            until = date.min
            for start, end, path in self._paths(node, date.min, OPEN_END, ()):
                now = {(superior, depth) for depth, superior in enumerate(path)}
                kept = now if start == until else set()
                for key in [key for key in since if key not in kept]:
                    yield Reach(key[0], node, since.pop(key), until, key[1])
                for key in now:
                    since.setdefault(key, start)
                until = end
            for (superior, depth), start in since.items():
                yield Reach(superior, node, start, until, depth)

    def common_superior(self, nodes: Iterable[N], day: date) -> N | None:
        """The lowest node at or above all of `nodes`; `None` is the virtual root."""
        paths = [list(self.superiors(n, day)) for n in nodes]
        if not paths:
            return None
        shared = set(paths[0]).intersection(*map(set, paths[1:]))
        return next((n for n in paths[0] if n in shared), None)

    def _span(self, node: N, day: date) -> Span[N] | None:
        for span in self._spans.get(node, ()):
            if span.start <= day < span.end:
                return span
        return None

    def _carry(self, node: N, day: date, known: dict[N, _Parts[N]]) -> _Parts[N]:
        if self.exists(node, day):
            return (Part(node, WHOLE),)
        if node in known:
            return known[node]
        # Whoever comes back here on the way goes in a circle: the virtual root bears it.
        known[node] = (Part(None, WHOLE, is_open=True),)
        if self.ends_on(node, day) is not None:
            known[node] = merged(self._forwards(node, day, known))
        elif node in self._spans:
            known[node] = merged(self._backwards(node, day, known))
        return known[node]

    def _forwards(
        self, node: N, day: date, known: dict[N, _Parts[N]]
    ) -> Iterator[Part[N]]:
        events = self._takeover(node, day)
        rest = WHOLE
        for event in events:
            if event.share is not None:
                rest -= event.share
                carried = self._carry(event.successor, day, known)
                yield from scaled(carried, event.share)
        heirs = [event.successor for event in events if event.share is None]
        if rest and heirs:
            yield from scaled(self._undivided(heirs, day, known), rest)
        elif rest:
            superior = self._last_superior(node, day)
            yield from scaled(self._opened(superior, day, known), rest)

    def _backwards(
        self, node: N, day: date, known: dict[N, _Parts[N]]
    ) -> Iterator[Part[N]]:
        origins = [event.predecessor for event in self._origins(node, day)]
        if origins:
            yield from self._undivided(origins, day, known)
        else:
            yield from self._opened(self._spans[node][0].named, day, known)

    def _takeover(self, node: N, day: date) -> list[Succession[N]]:
        """The first events since the node last left the tree, at most until `day`."""
        end = self.ends_on(node, day)
        if end is None:
            return []
        events = [e for e in self._forward.get(node, ()) if end <= e.on <= day]
        return [e for e in events if e.on == events[0].on]

    def _origins(self, node: N, day: date) -> list[Succession[N]]:
        """The last events after `day` that led to the node's first appearance."""
        start = self._spans[node][0].start
        events = [e for e in self._backward.get(node, ()) if day < e.on <= start]
        return [e for e in events if e.on == events[-1].on]

    def _last_superior(self, node: N, day: date) -> N | None:
        end = self.ends_on(node, day)
        return next(s.named for s in reversed(self._spans[node]) if s.end == end)

    def _opened(
        self, superior: N | None, day: date, known: dict[N, _Parts[N]]
    ) -> _Parts[N]:
        if superior is None:
            return (Part(None, WHOLE, is_open=True),)
        carried = self._carry(superior, day, known)
        return tuple(Part(part.bearer, part.share, is_open=True) for part in carried)

    def _undivided(
        self, nodes: Sequence[N], day: date, known: dict[N, _Parts[N]]
    ) -> _Parts[N]:
        """One whole that came to, or from, all of `nodes` in unknown proportion."""
        ways = [self._carry(node, day, known) for node in nodes]
        if all(set(way) == set(ways[0]) for way in ways):
            return ways[0]
        bearers = [part.bearer for way in ways for part in way]
        known_bearers = [bearer for bearer in bearers if bearer is not None]
        at_root = len(known_bearers) < len(bearers)
        common = None if at_root else self.common_superior(known_bearers, day)
        return (Part(common, WHOLE, is_open=True),)

    def _paths(
        self, node: N, start: date, end: date, below: tuple[N, ...]
    ) -> Iterator[tuple[date, date, tuple[N, ...]]]:
        """The ways up from the node, by stretch of time, in order."""
        for span in self._spans.get(node, ()):
            since, until = max(span.start, start), min(span.end, end)
            if since >= until:
                continue
            if span.parent is None:
                yield since, until, (node,)
                continue
            if span.parent == node or span.parent in below:
                raise CircleError(span.parent, since)
            ways = self._paths(span.parent, since, until, (*below, node))
            for way_start, way_end, path in ways:
                yield way_start, way_end, (node, *path)

    def _check_circles(self) -> None:
        """Only what is above itself over all time together can be so on one day."""
        above = {
            node: len({s.parent for s in spans if s.parent is not None})
            for node, spans in self._spans.items()
        }
        clear = [node for node, count in above.items() if not count]
        while clear:
            node = clear.pop()
            del above[node]
            for inferior in self._below.get(node, ()):
                above[inferior] -= 1
                if not above[inferior]:
                    clear.append(inferior)
        for node in above:
            for _ in self._paths(node, date.min, OPEN_END, ()):
                pass
