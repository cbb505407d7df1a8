"""Many measures by child at once: the rows that `breakdown` gives one by one.

Flows and stocks that are kept as sums are read together, in a handful of queries for
the whole table; what is not kept, and distinct counts, are asked one by one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet

from kheo.core.periods import DAY, Interval
from kheo.ledger import rules
from kheo.ledger.models import Claim, ClaimKind, Law, Measure
from kheo.ledger.queries.answers import Kept, Row, Scope, Total, parts_of, total_of
from kheo.ledger.queries.breakdowns import OWN, SHARED, UNALLOCATED, Values, breakdown
from kheo.ledger.queries.children import Child, children_of
from kheo.ledger.queries.claims import children_said, said_at
from kheo.ledger.queries.sums import sums_at
from kheo.ledger.rules import NOTHING, RECORDED, Contribution, Structure
from kheo.organisations.models import Reach

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
                said = _Said(node, some, children, scope, kept)
                self._grounds.append((some, children, said))
        self._told = said_at(list(parts.values()), [node], scope, kept)

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
            sums = _sums(some, children, scope, self.kept) if some else {}
            for part in some:
                own = whole.get((part.pk, self.node), NOTHING)
                is_known = own.entries or (part.pk, self.node) in self._told
                values[part.pk] = _values(
                    own if is_known else None, sums[part.pk], children, said.below(part)
                )
        return {m.code: list(_rows(m, values)) for m in measures}


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
    whole: Contribution | None,
    sums: ByNode,
    children: Sequence[Child],
    said: Collection[int],
) -> Values:
    nodes = dict.fromkeys(child.node for child in children)
    values: Values = {
        str(n): rules.value_of(sums.get(n, NOTHING), is_said=n in said) for n in nodes
    }
    if whole is None:
        return values | dict.fromkeys((OWN, SHARED, UNALLOCATED))
    tally = rules.Tally(whole, {n: sums[n] for n in nodes if n in sums})
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


class _Said:
    """Below which children a figure, zero or nil was said: few queries for all measures.

    Where a body was gone on the day its claim is dated, succession decides, and the
    ledger is asked for that measure alone.
    """

    def __init__(
        self,
        node: int | None,
        parts: Sequence[Measure],
        children: Sequence[Child],
        scope: Scope,
        kept: Kept,
    ) -> None:
        self.node, self.scope, self.kept = node, scope, kept
        told = self._told(parts)
        bodies = {body for body, _day in told}
        presence = self._reach(bodies, None)
        above = self._reach(bodies, {child.node for child in children})
        is_fixed = isinstance(scope.structure, date)
        days = _days_of(children)
        self._unsure = self._straddling(parts)
        self._found: dict[int, set[int]] = defaultdict(set)
        for (body, day), measures in told.items():
            if not any(day in time for _, time in presence[body]):
                self._unsure |= measures
            for child, time in above[body]:
                was_child = is_fixed or any(day in stretch for stretch in days[child])
                if day in time and was_child:
                    for measure in measures:
                        self._found[measure].add(child)

    def below(self, part: Measure) -> Collection[int]:
        if part.pk in self._unsure:
            return children_said(part, self.node, self.scope, self.kept)
        return self._found[part.pk]

    def _told(self, parts: Sequence[Measure]) -> dict[tuple[int, date], set[int]]:
        """The measures that speak in time, by body and the day it is looked for on."""
        scope, observed = self.scope, self.scope.interval.last
        is_stock = parts[0].law == Law.STOCK
        holds = Q(window_to__lte=observed + DAY, holds_until__gt=observed)
        ended = Q(window_to__gt=scope.interval.start, window_to__lte=observed + DAY)
        claims = self._claims(parts).filter(holds if is_stock else ended)
        fixed = scope.structure if isinstance(scope.structure, date) else None
        told: dict[tuple[int, date], set[int]] = defaultdict(set)
        columns = ("measure_id", "organisation_id", "window_to")
        for measure, body, end in claims.values_list(*columns):
            told[body, fixed or (observed if is_stock else end - DAY)].add(measure)
        return told

    def _straddling(self, parts: Sequence[Measure]) -> set[int]:
        """Measures with a claim that ends after these days, of a body that did not."""
        if parts[0].law == Law.STOCK:
            return set()
        alive = Reach.objects.filter(
            tree=self.kept.tree_id,
            inferior=OuterRef("organisation"),
            depth=0,
            valid_from__lt=OuterRef("window_to"),
            valid_to__gte=OuterRef("window_to"),
        )
        claims = self._claims(parts).filter(
            ~Exists(alive),
            window_from__lt=self.scope.interval.end,
            window_to__gt=self.scope.interval.end,
        )
        return set(claims.values_list("measure_id", flat=True).distinct())

    def _claims(self, parts: Sequence[Measure]) -> QuerySet[Claim]:
        claims = Claim.objects.filter(measure__in=list(parts), closed_at=None)
        claims = claims.exclude(kind=ClaimKind.NOT_APPLICABLE)
        programme = self.scope.programme
        return claims if programme is None else claims.filter(programme=programme)

    def _reach(
        self, bodies: Collection[int], superiors: Collection[int] | None
    ) -> dict[int, list[tuple[int, Interval]]]:
        """Where the bodies stand below `superiors`; without them, where they stand."""
        rows = Reach.objects.filter(tree=self.kept.tree_id, inferior__in=bodies)
        if superiors is None:
            rows = rows.filter(depth=0)
        else:
            rows = rows.filter(superior__in=superiors)
        columns = ("inferior_id", "superior_id", "valid_from", "valid_to")
        found: dict[int, list[tuple[int, Interval]]] = defaultdict(list)
        for body, superior, since, until in rows.values_list(*columns):
            found[body].append((superior, Interval(since, until)))
        return found


def _days_of(children: Sequence[Child]) -> dict[int, list[Interval]]:
    days: dict[int, list[Interval]] = defaultdict(list)
    for child in children:
        days[child.node].append(child.days)
    return days
