"""What stood directly below a node, and when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kheo.core.periods import Interval
from kheo.core.remembering import remembered
from kheo.core.text import sort_key
from kheo.ledger.bearings import Source
from kheo.ledger.models import Law, Measure
from kheo.ledger.queries.answers import PLACES, Kept, Scope
from kheo.organisations.queries import names_on
from kheo.places.models import PlaceVersion


@dataclass(frozen=True, slots=True)
class Child:
    """A node and a stretch of days on which it counts as a child."""

    node: int
    days: Interval


def children_of(
    measure: Measure, node: int | None, scope: Scope, kept: Kept
) -> list[Child]:
    """Give the children of the days that the law and the structure look at.

    Of flows in the recorded structure a child counts while it was one; otherwise those
    of the one day looked at count for all.
    """
    fixed = scope.structure
    if not isinstance(fixed, date):
        if measure.law != Law.STOCK and not _is_of_stocks(measure):
            return list(_children(kept.tree_id, node, scope.interval))
        fixed = scope.interval.last
    there = _children(kept.tree_id, node, Interval.of_days(fixed, fixed))
    return [Child(child.node, scope.interval) for child in there]


@remembered
def _children(tree_id: int | None, node: int | None, time: Interval) -> list[Child]:
    return _joined(_stretches(Source(tree_id), node, time))


def names_of(nodes: Collection[int], scope: Scope) -> dict[int, str]:
    """Name the nodes as on the last day looked at, in the order of their names."""
    fixed = scope.structure
    day = fixed if isinstance(fixed, date) else scope.interval.last
    if scope.tree != PLACES:
        return _in_order(names_on(nodes, day))
    names: dict[int, str] = {}
    versions = PlaceVersion.objects.filter(place__in=nodes).order_by("valid_from")
    for place, since, name in versions.values_list("place", "valid_from", "name"):
        if place not in names or since <= day:
            names[place] = name
    return _in_order(names)


def _in_order(names: dict[int, str]) -> dict[int, str]:
    return dict(sorted(names.items(), key=lambda pair: (sort_key(pair[1]), pair[0])))


def _is_of_stocks(measure: Measure) -> bool:
    return measure.numerator is not None and measure.numerator.law == Law.STOCK


def _stretches(
    source: Source, node: int | None, time: Interval
) -> Iterator[tuple[int, Interval]]:
    near = source.reach().filter(valid_from__lt=time.end, valid_to__gt=time.start)
    columns = ("inferior_id", "valid_from", "valid_to")
    if node is not None:
        below = near.filter(superior=node, depth=1)
        for child, since, until in below.values_list(*columns):
            yield child, _cut(since, until, time)
        return
    above: dict[int, list[Interval]] = defaultdict(list)
    for child, since, until in near.filter(depth=1).values_list(*columns):
        above[child].append(_cut(since, until, time))
    for child, since, until in near.filter(depth=0).values_list(*columns):
        for free in _without(_cut(since, until, time), above[child]):
            yield child, free


def _cut(since: date, until: date, time: Interval) -> Interval:
    return Interval(max(since, time.start), min(until, time.end))


def _without(days: Interval, taken: Iterable[Interval]) -> Iterator[Interval]:
    reached = days.start
    for other in sorted(taken):
        if reached < other.start:
            yield Interval(reached, min(other.start, days.end))
        reached = max(reached, other.end)
    if reached < days.end:
        yield Interval(reached, days.end)


def _joined(stretches: Iterable[tuple[int, Interval]]) -> list[Child]:
    """Join stretches that follow each other without a gap."""
    found: list[Child] = []
    for node, days in sorted(stretches):
        if found and found[-1].node == node and found[-1].days.end >= days.start:
            found[-1] = Child(node, Interval(found[-1].days.start, days.end))
        else:
            found.append(Child(node, days))
    return found
