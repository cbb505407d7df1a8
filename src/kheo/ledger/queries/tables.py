"""Many measures by child at once: the rows that `breakdown` gives one by one.

Flows and stocks that are kept as sums are read together, in a handful of queries for
the whole table; what is not kept, and distinct counts, are asked one by one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.models import Law, Measure
from kheo.ledger.queries.answers import Kept, Row, Scope, Total, parts_of, total_of
from kheo.ledger.queries.breakdowns import OWN, SHARED, UNALLOCATED, Values, breakdown
from kheo.ledger.queries.children import Child, children_of
from kheo.ledger.queries.claims import Said, said_at, said_of_children
from kheo.ledger.queries.sums import Sums, sums_at
from kheo.ledger.rules import NOTHING, RECORDED, Contribution, Structure

ByNode: TypeAlias = Mapping[int, Contribution]


def children_of_many(
    measures: Sequence[Measure],
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    structure: Structure = RECORDED,
) -> dict[str, list[Row]]:
    """Give what `breakdown` by child gives, by measure; labels are left to the caller.

    The keys of the rows are ids of bodies and the corrections; a label repeats its key.
    """
    scope = Scope(tree, interval, programme, structure=structure)
    asked = rules.canonical(dimensions or {})
    return _tables(node_id, {asked: measures}, scope)[asked]


def children_of_slices(
    slices: Mapping[str, Sequence[Measure]],
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
) -> dict[str, dict[str, list[Row]]]:
    """Give `children_of_many` for several slices at once, by canonical dimensions.

    A report says of a measure, not of its slices, that there was nothing: what was said
    is asked once for all.
    """
    return _tables(node_id, slices, Scope(tree, interval, programme))


def _tables(
    node: int | None, slices: Mapping[str, Sequence[Measure]], scope: Scope
) -> dict[str, dict[str, list[Row]]]:
    kept = Kept.of(scope)
    together = {
        dimensions: [m for m in some if kept.projections and not _is_distinct(m)]
        for dimensions, some in slices.items()
    }
    table = _Table(node, [m for some in together.values() for m in some], scope, kept)
    found = {}
    for dimensions, measures in slices.items():
        where = rules.dimensions_of(dimensions) or None
        rows = table.rows(together[dimensions], where)
        for measure in measures:
            if measure.code not in rows:
                alone = breakdown(
                    measure,
                    by="child",
                    tree=scope.tree,
                    node_id=node,
                    interval=scope.interval,
                    programme=scope.programme,
                    dimensions=where,
                    structure=scope.structure,
                )
                rows[measure.code] = [Row(r.key, r.key, r.total) for r in alone]
        found[dimensions] = rows
    return found


def _is_distinct(measure: Measure) -> bool:
    return any(part.law == Law.DISTINCT for part in parts_of(measure))


class _Table:
    """The children of a node: for one slice after the other what each adds."""

    def __init__(
        self, node: int | None, measures: Sequence[Measure], scope: Scope, kept: Kept
    ) -> None:
        self.node, self.scope, self.kept = node, scope, kept
        parts = {part.pk: part for m in measures for part in parts_of(m)}
        self._grounds = []
        for is_stock in (False, True):
            some = [p for p in parts.values() if (p.law == Law.STOCK) is is_stock]
            if some:
                children = children_of(some[0], node, scope, kept)
                self._grounds.append((some, children, _Said(node, scope, kept)))

    def rows(
        self, measures: Sequence[Measure], dimensions: Mapping[str, str] | None
    ) -> dict[str, list[Row]]:
        scope = replace(self.scope, dimensions=dimensions)
        wanted = {part.pk: part for m in measures for part in parts_of(m)}
        if not wanted:
            return {}
        whole = sums_at(list(wanted.values()), [self.node], scope, self.kept)
        values: dict[int, Values] = {}
        for parts, children, said in self._grounds:
            some = [part for part in parts if part.pk in wanted]
            if not some:
                continue
            sums = _sums(some, children, scope, self.kept)
            said.ask(some, children, whole, sums)
            for part in some:
                own = whole.get((part.pk, self.node), NOTHING)
                is_known = own.entries or said.knows(part, self.node)
                values[part.pk] = _values(
                    own if is_known else None,
                    sums[part.pk],
                    {c.node: said.knows(part, c.node) for c in children},
                )
        return {m.code: list(_rows(m, values)) for m in measures}


class _Said:
    """Of what something was said: asked where nothing was entered, once for all slices."""

    def __init__(self, node: int | None, scope: Scope, kept: Kept) -> None:
        self.node, self.scope, self.kept = node, scope, kept
        self._found: Said = set()
        self._asked: set[tuple[int, Child | None]] = set()

    def ask(
        self,
        parts: Sequence[Measure],
        children: Sequence[Child],
        whole: Sums,
        sums: Mapping[int, ByNode],
    ) -> None:
        """Ask of the parts and children that have no entry and were not asked of yet."""
        silent = [p for p in parts if not whole.get((p.pk, self.node), NOTHING).entries]
        new = [part for part in silent if (part.pk, None) not in self._asked]
        self._asked |= {(part.pk, None) for part in new}
        self._found |= said_at(new, [self.node], self.scope, self.kept)
        pairs = {
            (part.pk, child)
            for part in parts
            for child in children
            if not sums[part.pk].get(child.node, NOTHING).entries
        } - self._asked
        self._asked |= pairs
        mute = {child for _, child in pairs}
        some = [part for part in parts if any(part.pk == pk for pk, _ in pairs)]
        quiet = [child for child in children if child in mute]
        self._found |= said_of_children(some, quiet, self.scope, self.kept)

    def knows(self, part: Measure, node: int | None) -> bool:
        return (part.pk, node) in self._found


def _sums(
    parts: Sequence[Measure], children: Sequence[Child], scope: Scope, kept: Kept
) -> dict[int, dict[int, Contribution]]:
    """What each child adds while it was one: children of the same days together."""
    by_days: dict[Interval, list[int]] = defaultdict(list)
    for child in children:
        by_days[child.days].append(child.node)
    found: dict[int, dict[int, Contribution]] = {part.pk: {} for part in parts}
    for days, nodes in by_days.items():
        for (part, node), sum_ in sums_at(parts, nodes, scope.over(days), kept).items():
            if node is not None:
                before = found[part].get(node, NOTHING)
                found[part][node] = before.plus(sum_)
    return found


def _values(
    whole: Contribution | None, sums: ByNode, said: Mapping[int, bool]
) -> Values:
    """One measure's values: the nodes of `said` are its children."""
    values: Values = {
        str(node): rules.value_of(sums.get(node, NOTHING), is_said=is_said)
        for node, is_said in said.items()
    }
    if whole is None:
        return values | dict.fromkeys((OWN, SHARED, UNALLOCATED))
    tally = rules.Tally(whole, {n: sums[n] for n in said if n in sums})
    return values | {
        OWN: whole.own,
        SHARED: tally.shared,
        UNALLOCATED: whole.unallocated,
    }


def _rows(measure: Measure, values: Mapping[int, Values]) -> Iterator[Row]:
    by_part = [values[part.pk] for part in parts_of(measure)]
    for key in dict.fromkeys(key for part in by_part for key in part):
        total: Total = total_of(measure, [part.get(key) for part in by_part])
        yield Row(key, key, total)
