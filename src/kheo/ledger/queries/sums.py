"""Sums at nodes: from what is stored where it answers, else from the entries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from django.db.models import Q, QuerySet, Sum

from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.lines import Line, read_lines
from kheo.ledger.models import Credit, DayTotal, Law, Measure, Seen, Slice
from kheo.ledger.queries.answers import Kept, Scope, sum_of
from kheo.ledger.queries.entries import entries_of
from kheo.ledger.rules import NOTHING, Contribution

Sums: TypeAlias = dict[tuple[int, int | None], Contribution]
"""By measure and node; what is absent is nothing."""
ALL = "*"
WHOLE_TREE_FROM = 50


def sums_at(
    measures: Sequence[Measure], nodes: Collection[int | None], scope: Scope, kept: Kept
) -> Sums:
    """Add up what the entries contribute to each node, in a few queries for all."""
    found: Sums = defaultdict(lambda: NOTHING)
    for is_distinct in (False, True):
        some = [m for m in measures if (m.law == Law.DISTINCT) is is_distinct]
        if not some:
            continue
        if not kept.projections or (is_distinct and scope.dimensions):
            found.update(_from_entries(some, nodes, scope, kept))
        elif is_distinct:
            found.update(_from_seen(some, nodes, scope, kept))
        else:
            found.update(_from_totals(some, nodes, scope, kept))
    _add_declared(found, measures, nodes, scope, kept)
    return found


def day_totals(
    measures: Iterable[Measure], nodes: Iterable[int | None], scope: Scope, kept: Kept
) -> QuerySet[DayTotal]:
    """Give the stored rows of flows and stocks, up to the question's last day."""
    rows = DayTotal.objects.filter(
        projection__in=kept.projections,
        measure__in=[measure.pk for measure in measures],
        node__in=[node or 0 for node in nodes],
        day__lt=scope.interval.end,
    )
    slice_ids = scope.slice_ids()
    return rows if slice_ids is None else rows.filter(slice__in=slice_ids)


def in_time(measures: Iterable[Measure], scope: Scope) -> Q:
    """Say which days count: of a stock all before, of a flow those of the interval."""
    stocks = [measure.pk for measure in measures if measure.law == Law.STOCK]
    return Q(measure__in=stocks) | Q(day__gte=scope.interval.start)


def seen_rows(measures: Iterable[Measure], scope: Scope, kept: Kept) -> QuerySet[Seen]:
    """Give the stored sightings of the question's programme."""
    wanted = Slice.objects.filter(programme=scope.programme or ALL, dimensions=ALL)
    return Seen.objects.filter(
        projection__in=kept.projections,
        measure__in=[measure.pk for measure in measures],
        slice__in=wanted.values("pk")[:1],
    )


def seen_first(interval: Interval) -> Q:
    """Say when a subject counts: at its first sighting within the interval."""
    return Q(
        day__gte=interval.start, day__lt=interval.end, previous_day__lt=interval.start
    )


def lines_of(measure: Measure, scope: Scope) -> list[Line]:
    return [line for _, line in read_lines(entries_of([measure], scope))]


def ground_of(lines: Iterable[Line], tree_id: int | None) -> Bearings:
    nodes = {body for line in lines for body in line.bodies(tree_id)}
    return Bearings(tree_id, nodes, is_whole=len(nodes) > WHOLE_TREE_FROM)


def tally_of(
    law: str,
    lines: Iterable[Line],
    node: int | None,
    scope: Scope,
    ground: Bearings,
    tree_id: int | None,
) -> rules.Tally[int]:
    """Ask the pure rules about lines that were read."""
    facts = (
        rules.Fact(line.on, line.amount, line.bodies(tree_id), line.until, line.subject)
        for line in lines
    )
    return rules.tally(
        rules.Law(law),
        facts,
        node,
        scope.interval,
        structure=scope.structure,
        bear=ground.on,
    )


def _from_totals(
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    scope: Scope,
    kept: Kept,
) -> Sums:
    rows = day_totals(measures, nodes, scope, kept).filter(in_time(measures, scope))
    grouped = rows.values("measure_id", "node").annotate(
        amount=Sum("amount"),
        own=Sum("own"),
        unallocated=Sum("unallocated"),
        entries=Sum("entries"),
    )
    return {
        (row["measure_id"], row["node"] or None): sum_of(row)
        for row in grouped.order_by()
    }


def _from_seen(
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    scope: Scope,
    kept: Kept,
) -> Sums:
    # Naming every part lets the days after it in the key be sought, not read through.
    rows = seen_rows(measures, scope, kept).filter(
        seen_first(scope.interval),
        node__in=[node or 0 for node in nodes],
        part__in=Seen.Part.values,
    )
    is_part = {part: Q(part=part) for part in Seen.Part}
    grouped = rows.values("measure_id", "node").annotate(
        amount=Sum("subjects", filter=is_part[Seen.Part.WHOLE]),
        own=Sum("subjects", filter=is_part[Seen.Part.OWN]),
        unallocated=Sum("subjects", filter=is_part[Seen.Part.UNALLOCATED]),
        entries=Sum("subjects", filter=is_part[Seen.Part.WHOLE]),
    )
    return {
        (row["measure_id"], row["node"] or None): sum_of(row)
        for row in grouped.order_by()
    }


def _from_entries(
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    scope: Scope,
    kept: Kept,
) -> Sums:
    found: Sums = {}
    for measure in measures:
        lines = lines_of(measure, scope)
        ground = ground_of(lines, kept.tree_id)
        for node in nodes:
            tally = tally_of(measure.law, lines, node, scope, ground, kept.tree_id)
            found[measure.pk, node] = tally.whole
    return found


def _add_declared(
    found: Sums,
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    scope: Scope,
    kept: Kept,
) -> None:
    """Add the declared distinct counts, each to its own body and window alone."""
    distinct = [measure for measure in measures if measure.law == Law.DISTINCT]
    if not distinct:
        return
    if scope.dimensions or kept.tree_id is None:
        return
    declared = Credit.objects.filter(
        entry__measure__in=[measure.pk for measure in distinct],
        entry__subject="",
        entry__closed_at=None,
        entry__on=scope.interval.start,
        entry__until=scope.interval.end,
        organisation__in=[node for node in nodes if node is not None],
    )
    if scope.programme is not None:
        declared = declared.filter(entry__programme=scope.programme)
    columns = ("entry__measure_id", "organisation_id", "entry__amount")
    for measure_id, body, amount in declared.values_list(*columns):
        known = found.get((measure_id, body), NOTHING)
        found[measure_id, body] = known.plus(Contribution(amount, amount, 0, 1))
