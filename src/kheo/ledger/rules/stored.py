"""What an entry adds to the totals that are kept, by node and day.

Two sums are kept for each node. `recorded` takes every entry among the superiors of
its day; a stock moves when its bearers do. `shift` is what has to be added to it for
the structure as it is now, so entries that no reorganisation touched need nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from kheo.core.lineage.values import N
from kheo.ledger.rules.bearing import NOTHING, Contribution

Deltas: TypeAlias = dict[tuple[date, N | None], Contribution]
ByNode: TypeAlias = Mapping[N | None, Contribution]
NEVER = date.min
"""The previous day of a subject that was not seen before."""


def flow_deltas(on: date, found: ByNode[N]) -> Deltas[N]:
    return {(on, node): contribution for node, contribution in found.items()}


def stock_deltas(
    on: date,
    until: date | None,
    cuts: Iterable[date],
    found_on: Callable[[date], ByNode[N]],
) -> Deltas[N]:
    """Give plus on the first day, minus at the end, and the moves at `cuts` between."""
    deltas: Deltas[N] = {}
    days = [on, *sorted(day for day in cuts if day > on and (not until or day < until))]
    states: list[tuple[date, ByNode[N]]] = [(on, {})]
    states.extend((day, found_on(day)) for day in days)
    if until is not None:
        states.append((until, {}))
    for (_, before), (day, after) in pairwise(states):
        for node, delta in _differences(before, after):
            deltas[day, node] = deltas.get((day, node), NOTHING).plus(delta)
    return {key: delta for key, delta in deltas.items() if delta != NOTHING}


def seen_pairs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Pair each day a subject was seen with the day it was seen before.

    Subjects in `[a, b)` are then the pairs with a day in it and a previous day before.
    """
    ordered = sorted(set(days))
    return [(day, before) for before, day in pairwise([NEVER, *ordered])]


def _differences(
    before: ByNode[N], after: ByNode[N]
) -> Iterator[tuple[N | None, Contribution]]:
    for node in {**before, **after}:
        delta = after.get(node, NOTHING).minus(before.get(node, NOTHING))
        if delta != NOTHING:
            yield node, delta
