"""Who bears what, read from the stored trees: the ground under totals.

What exists on the asked day is answered from the closure in one query. For what does
not, the neighbourhood that `carry` can touch is loaded: superiors, successors and
predecessors, and theirs.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from django.db import connection
from django.db.models import Model, Q, QuerySet

from kheo.core.lineage import DatedTree, Part, Placement, Succession
from kheo.core.periods import DAY, OPEN_END, Interval
from kheo.ledger import rules
from kheo.organisations.models import Lineage, Reach
from kheo.organisations.models import Placement as BodyPlacement
from kheo.places.models import PlaceLineage, PlaceReach, PlaceVersion

FOR_EVER = OPEN_END - DAY
"""The day on which the structure is what everything known so far leads to."""
CHUNK = 5000
MILLION = 1_000_000

Bearing: TypeAlias = rules.Bearing[int]
Units: TypeAlias = dict[int | None, rules.Contribution]
Transfer: TypeAlias = tuple[date, int, int, int, int | None]
Way: TypeAlias = tuple[int, int, int, date, date]
"""Inferior, superior, depth, and the days from and until."""


@dataclass(frozen=True, slots=True)
class Source:
    """One tree in the database: a tree of bodies, or without `tree_id` the places."""

    tree_id: int | None

    def reach(self) -> QuerySet[Model]:
        if self.tree_id is None:
            return PlaceReach.objects.all()
        return Reach.objects.filter(tree=self.tree_id)

    def ways_up(self, nodes: Collection[int]) -> Iterable[Way]:
        """Give the closure above `nodes`."""
        if self.tree_id is not None:
            return ways_above(nodes)[self.tree_id]
        return _rows_above("0", "places_placereach", nodes)[0]

    def placements(self, nodes: Collection[int] | None) -> Iterator[Placement[int]]:
        if self.tree_id is None:
            rows: QuerySet[Model] = PlaceVersion.objects.all()
            node = "place"
        else:
            rows = BodyPlacement.objects.filter(tree=self.tree_id)
            node = "organisation"
        if nodes is not None:
            rows = rows.filter(**{f"{node}__in": nodes})
        columns = (f"{node}_id", "valid_from", "parent_id", "is_end")
        for values in rows.order_by("pk").values_list(*columns):
            yield Placement(*values)

    def transfers(self, nodes: Collection[int] | None) -> Iterator[Transfer]:
        """Succession as `(on, id, predecessor, successor, share)`; no doubtful ones."""
        rows: QuerySet[Model] = Lineage.objects.all()
        if self.tree_id is None:
            rows = PlaceLineage.objects.filter(is_doubtful=False)
        if nodes is not None:
            rows = rows.filter(Q(predecessor__in=nodes) | Q(successor__in=nodes))
        columns = ("on", "pk", "predecessor_id", "successor_id", "share_ppm")
        yield from rows.values_list(*columns)


def ways_above(bodies: Collection[int]) -> dict[int, list[Way]]:
    """Give the closure above bodies in every tree; a tree without them gives nothing.

    They stand in few trees; asked for one tree as well, SQLite would read all of that
    tree instead of the few rows of these bodies.
    """
    return _rows_above("tree_id", "organisations_reach", bodies)


def _rows_above(tree: str, table: str, nodes: Collection[int]) -> dict[int, list[Way]]:
    """Read a closure with a fixed statement: every posting and many totals ask for it."""
    found: dict[int, list[Way]] = defaultdict(list)
    ordered = sorted(nodes)
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        # Only the names of the two closures come from outside this statement.
        statement = (
            f"SELECT {tree}, inferior_id, superior_id, depth, valid_from, valid_to"  # noqa: S608
            f" FROM {table} WHERE inferior_id IN ({', '.join(['%s'] * len(some))})"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, some)
            for tree_id, *way in cursor.fetchall():
                found[tree_id].append(tuple(way))
    return found


class Neighbourhood:
    """The part of a tree that was loaded, closed under all that `carry` follows."""

    def __init__(self, source: Source, *, is_whole: bool) -> None:
        self.source = source
        self.is_whole = is_whole
        self._known: set[int] = set()
        self._placements: list[Placement[int]] = []
        self._transfers: set[Transfer] = set()
        self._is_loaded = False
        self._tree: DatedTree[int] = DatedTree([])

    def load_all(self) -> None:
        """Read everything now, to answer the same after the stored tree has changed."""
        self._placements = list(self.source.placements(None))
        self._transfers = set(self.source.transfers(None))
        self._is_loaded = True
        self._grow_tree()

    def around(self, node: int) -> DatedTree[int]:
        """Give a tree in which everything about `node` is as in the whole one."""
        if self.is_whole and not self._is_loaded:
            self.load_all()
        waiting = set() if self._is_loaded else {node} - self._known
        grown = bool(waiting)
        while waiting:
            self._known |= waiting
            found = self._load(waiting)
            waiting = found - self._known
        if grown:
            self._grow_tree()
        return self._tree

    def changes(self) -> set[date]:
        """Every day on which something loaded so far changes."""
        days = {placement.on for placement in self._placements}
        return days | {transfer[0] for transfer in self._transfers}

    def _load(self, nodes: set[int]) -> set[int]:
        near: set[int] = set()
        for placement in self.source.placements(nodes):
            self._placements.append(placement)
            if placement.parent is not None:
                near.add(placement.parent)
        for transfer in self.source.transfers(nodes):
            self._transfers.add(transfer)
            near |= {transfer[2], transfer[3]}
        return near

    def _grow_tree(self) -> None:
        successions = [
            Succession(old, new, on, Fraction(share, MILLION) if share else None)
            for on, _, old, new, share in sorted(self._transfers, key=lambda t: t[:2])
        ]
        self._tree = DatedTree(self._placements, successions)


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: date
    end: date
    bearing: Bearing


class Bearings:
    """The bearings of some nodes of one tree on every day: a `rules.Ground`."""

    def __init__(
        self,
        tree_id: int | None,
        nodes: Iterable[int],
        *,
        is_whole: bool = False,
        ways: Iterable[Way] | None = None,
    ) -> None:
        """Read the closure of `nodes`; with `is_whole` what lies beyond comes at once.

        That is for many nodes; for a few, only their neighbourhoods are read. `ways` is
        their closure where it was already read.
        """
        self._neighbourhood = Neighbourhood(Source(tree_id), is_whole=is_whole)
        self._stretches: dict[int, list[_Stretch]] = {}
        self._carried: dict[tuple[int, date], Bearing] = {}
        self._lasting: dict[int, _Stretch] = {}
        self._units: dict[int, Units] = {}
        self.nodes = frozenset(nodes)
        source = self._neighbourhood.source
        self._order(source.ways_up(self.nodes) if ways is None else ways)

    def settle(self) -> None:
        """Read all that could be asked, before the stored tree changes."""
        self._neighbourhood.load_all()

    def on(self, node: int, day: date, /) -> Bearing:
        stretch = self._stretch(node, day)
        if stretch is not None:
            return stretch.bearing
        known = self._carried.get((node, day))
        if known is None:
            tree = self._neighbourhood.around(node)
            known = self._carried[node, day] = rules.bearing(tree, node, day)
        return known

    def lasting(self, nodes: tuple[int, ...], day: date) -> Units | None:
        """Give what an amount of one adds, if nothing about it changes after `day`.

        Each node then has one bearer, itself, so that an amount of n adds n times as
        much; `None` sends the caller the long way.
        """
        for node in nodes:
            stretch = self._lasting.get(node)
            if stretch is None or day < stretch.start:
                return None
        if len(nodes) > 1:
            return rules.contributions(1, [self._lasting[n].bearing for n in nodes])
        node = nodes[0]
        units = self._units.get(node)
        if units is None:
            found = rules.contributions(1, [self._lasting[node].bearing])
            units = self._units[node] = found
        return units

    def last_day(self, node: int, day: date, /) -> date | None:
        past = [s for s in self._stretches.get(node, ()) if s.start <= day]
        return min(past[-1].end - DAY, day) if past else None

    def cuts(self, node: int, start: date, end: date) -> set[date]:
        """Days after `start` and before `end` on which the bearing may change."""
        stretches = self._stretches.get(node, [])
        days = {s.start for s in stretches} | {s.end for s in stretches}
        if not self._spans(stretches, start, end):
            self._neighbourhood.around(node)
            days |= self._neighbourhood.changes()
        return {day for day in days if start < day < end}

    def changed_since(self, before: "Bearings") -> set[int]:
        """Nodes that are borne otherwise, on any day, than they were `before`."""
        days = self._neighbourhood.changes() | before._neighbourhood.changes()
        ordered = sorted({date.min, FOR_EVER, *days})
        return {
            node
            for node in self.nodes
            if any(self.on(node, day) != before.on(node, day) for day in ordered)
        }

    def _stretch(self, node: int, day: date) -> _Stretch | None:
        stretches = self._stretches.get(node)
        if not stretches:
            return None
        place = bisect_right(stretches, day, key=lambda stretch: stretch.start) - 1
        found = stretches[place] if place >= 0 else None
        return found if found and day < found.end else None

    @staticmethod
    def _spans(stretches: list[_Stretch], start: date, end: date) -> bool:
        reached = start
        for stretch in stretches:
            if stretch.start <= reached < stretch.end:
                reached = stretch.end
        return reached >= end

    def _order(self, found: Iterable[Way]) -> None:
        rows: dict[int, list[tuple[int, int, Interval]]] = defaultdict(list)
        for inferior, superior, depth, since, until in found:
            rows[inferior].append((depth, superior, Interval(since, until)))
        for node, ways in rows.items():
            stretches = self._stretches[node] = list(_stretches_of(node, ways))
            if stretches and stretches[-1].end > FOR_EVER:
                self._lasting[node] = stretches[-1]


def _stretches_of(
    node: int, ways: list[tuple[int, int, Interval]]
) -> Iterator[_Stretch]:
    ways.sort(key=lambda way: way[0])
    days = sorted({d for _, _, time in ways for d in (time.start, time.end)})
    for start, end in pairwise(days):
        chain = tuple(superior for _, superior, time in ways if start in time)
        if chain:
            whole = Part(node, Fraction(1))
            yield _Stretch(start, end, (rules.Piece(whole, (*chain, None)),))
