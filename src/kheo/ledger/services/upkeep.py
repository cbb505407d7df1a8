"""The stored totals against the entries: built, checked, built anew."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

from django.db import connection, transaction

from kheo.ledger.bearings import Bearings
from kheo.ledger.lines import Line, by_subject, everyone, read_lines
from kheo.ledger.models import (
    DayTotal,
    Entry,
    EntryQuerySet,
    Law,
    Measure,
    Projection,
    Seen,
)
from kheo.ledger.projections import Projections, known_projections, trees_without
from kheo.ledger.services.locking import hold_trees, retried
from kheo.ledger.services.storing import (
    SEEN_COLUMNS,
    TOTAL_COLUMNS,
    Slices,
    Sums,
    begin_projections,
)

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""
Rows: TypeAlias = dict[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A stored row that is not what the entries give; an absent row counts as zeros."""

    table: str
    key: tuple[str, ...]
    stored: tuple[int, ...]
    expected: tuple[int, ...]


@retried
@transaction.atomic
def rebuild(progress: Progress | None = None) -> int:
    """Make all stored totals anew from the live entries and the trees as known today.

    Keeps everyone else from posting meanwhile. Returns the number of steps done.
    """
    hold_trees()
    begin_projections(trees_without(known_projections()))
    return _fill(list(known_projections()), progress)


def build(tree_ids: list[int | None]) -> None:
    """Give trees their first stored totals; the caller holds the trees."""
    begin_projections(tree_ids)
    if Entry.objects.filter(closed_at=None).exists():
        _fill(tree_ids, None)


def verify(progress: Progress | None = None) -> list[Discrepancy]:
    """Compute every stored total anew and list what differs; empty is right.

    Each measure is compared in one snapshot, so people may go on posting.
    """
    projections = known_projections()
    measures = _counted()
    steps = count(1)
    found = [
        Discrepancy("projection", (str(tree or "places"),), (0,), (1,))
        for tree in trees_without(projections)
        if Entry.objects.filter(closed_at=None).exists()
    ]
    grounds: dict[int | None, Bearings] = {}
    for measure in measures:
        with _without_collecting(), transaction.atomic():
            _freeze()
            lines = _lines_of(measure)
            for tree_id, kept in projections.items():
                _know(tree_id, grounds)
                found.extend(_differences(measure, lines, tree_id, kept, grounds))
                if progress:
                    progress(next(steps), len(projections) * len(measures))
    return found


def _freeze() -> None:
    """Read from one snapshot, where this transaction is the outermost."""
    if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _counted() -> list[Measure]:
    return list(Measure.objects.exclude(law=Law.RATIO).order_by("pk"))


def _fill(tree_ids: list[int | None], progress: Progress | None) -> int:
    projections = known_projections()
    measures = _counted()
    steps = count(1)
    grounds: dict[int | None, Bearings] = {}
    for measure in measures:
        with _without_collecting():
            lines = _lines_of(measure)
            for tree_id in tree_ids:
                _know(tree_id, grounds)
                _fill_one(measure, lines, tree_id, projections[tree_id], grounds)
                if progress:
                    progress(next(steps), len(tree_ids) * len(measures))
    return len(tree_ids) * len(measures)


def _fill_one(
    measure: Measure,
    lines: list[Line],
    tree_id: int | None,
    kept: Projections,
    grounds: dict[int | None, Bearings],
) -> None:
    for model in (DayTotal, Seen):
        rows = model._default_manager.filter(measure=measure)
        rows.filter(projection__in=[kept.recorded, kept.shift]).delete()
    _sums(measure, lines, tree_id, kept, grounds[tree_id]).write(is_fresh=True)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Spare the search for circles: millions of rows are made here, and none is one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _lines_of(measure: Measure) -> list[Line]:
    """Read a measure once for all trees."""
    entries: EntryQuerySet = Entry.objects.filter(measure=measure, closed_at=None)
    return [line for _, line in read_lines(entries)]


def _sums(
    measure: Measure,
    lines: list[Line],
    tree_id: int | None,
    kept: Projections,
    ground: Bearings,
) -> Sums:
    """Compute all stored rows of one measure over one tree."""
    sums = Sums({tree_id: kept}, Slices())
    if measure.law == Law.DISTINCT:
        for some in by_subject(lines):
            sums.add_subject(some, tree_id, ground, sign=1)
    else:
        for line in lines:
            sums.add(line, tree_id, ground, sign=1)
    return sums


def _differences(
    measure: Measure,
    lines: list[Line],
    tree_id: int | None,
    kept: Projections,
    grounds: dict[int | None, Bearings],
) -> list[Discrepancy]:
    """Compare one measure; look again with the trees of this moment before telling."""
    found = list(_compared(measure, lines, tree_id, kept, grounds[tree_id]))
    if found:
        grounds[tree_id] = _ground(tree_id)
        found = list(_compared(measure, lines, tree_id, kept, grounds[tree_id]))
    return found


def _know(tree_id: int | None, grounds: dict[int | None, Bearings]) -> None:
    if tree_id not in grounds:
        grounds[tree_id] = _ground(tree_id)


def _ground(tree_id: int | None) -> Bearings:
    return Bearings(tree_id, everyone(tree_id), is_whole=True)


def _compared(
    measure: Measure,
    lines: list[Line],
    tree_id: int | None,
    kept: Projections,
    ground: Bearings,
) -> Iterator[Discrepancy]:
    sums = _sums(measure, lines, tree_id, kept, ground)
    kinds = {kept.recorded: Projection.Kind.RECORDED, kept.shift: Projection.Kind.SHIFT}
    tree = str(tree_id or "places")
    totals: Rows = {key: tuple(change) for key, change in sums.totals.items()}
    seen: Rows = {key: (change,) for key, change in sums.seen.items()}
    for model, columns, length, expected in (
        (DayTotal, TOTAL_COLUMNS, 5, totals),
        (Seen, SEEN_COLUMNS, 7, seen),
    ):
        rows = model._default_manager.filter(measure=measure, projection__in=kinds)
        stored = {row[:length]: row[length:] for row in rows.values_list(*columns)}
        for key, was, should in _unequal(stored, expected):
            named = (tree, kinds[key[0]].value, measure.code, *map(str, key[2:]))
            yield Discrepancy(model._meta.model_name or "", named, was, should)


def _unequal(
    stored: Rows, expected: Rows
) -> Iterable[tuple[tuple[Any, ...], tuple[int, ...], tuple[int, ...]]]:
    for key in sorted(stored.keys() | expected.keys()):
        width = len(stored.get(key) or expected[key])
        was = stored.get(key, (0,) * width)
        should = expected.get(key, (0,) * width)
        if was != should:
            yield key, was, should
