"""What a total is made of: children, months, values of a dimension."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from django.db.models import Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kheo.core.periods import Frequency, Interval, Period
from kheo.ledger import rules
from kheo.ledger.lines import Line
from kheo.ledger.models import Law, Measure, Seen
from kheo.ledger.queries.answers import Kept, Row, Scope, parts_of, sum_of, total_of
from kheo.ledger.queries.children import Child, children_of, names_of
from kheo.ledger.queries.claims import said_of_children
from kheo.ledger.queries.entries import borne_at, entries_of
from kheo.ledger.queries.sums import (
    day_totals,
    ground_of,
    in_time,
    lines_of,
    seen_first,
    seen_rows,
    sums_at,
    tally_of,
)
from kheo.ledger.queries.totals import values_at
from kheo.ledger.rules import NOTHING, RECORDED, Contribution, Structure

By: TypeAlias = Literal["child", "month"] | tuple[Literal["breakdown"], str]
OWN, SHARED, UNALLOCATED, NONE = "=own", "=shared", "=unallocated", "=none"
Values: TypeAlias = dict[str, int | None]
"""One measure's values by the keys of the rows."""


def breakdown(
    measure: Measure,
    *,
    by: By,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    structure: Structure = RECORDED,
) -> list[Row]:
    """Give the rows below a total; a ratio's rows carry their parts.

    By child: the nodes directly below on the entry's day, then `=own`, `=shared`,
    `=unallocated`; together they are the value. By breakdown: values of a dimension, and
    `=none` where it is not known; they add up for flows and stocks. By month: what each
    calendar month says for itself; only flows add up.
    """
    scope = Scope(tree, interval, programme, dimensions, structure)
    kept = Kept.of(scope)
    if by == "month":
        return monthly(
            measure,
            tree=tree,
            node_id=node_id,
            interval=interval,
            programme=programme,
            dimensions=dimensions,
            structure=structure,
        )
    if by == "child":
        children = children_of(measure, node_id, scope, kept)
        names = names_of({child.node for child in children}, scope)
        labels = {str(node): name for node, name in names.items()} | corrections()
        return _rows(
            measure,
            labels,
            lambda part: _by_child(part, node_id, children, scope, kept),
        )
    name = by[1]
    return _rows(
        measure,
        {NONE: _("not stated")},
        lambda part: _by_value(part, name, node_id, scope, kept),
    )


def monthly(
    measure: Measure,
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    structure: Structure = RECORDED,
) -> list[Row]:
    """Give the total of each calendar month, cut to the interval."""
    scope = Scope(tree, interval, programme, dimensions, structure)
    kept = Kept.of(scope)
    months = list(_months(interval))
    labels = {
        period.code: date_format(period.interval.start, "YEAR_MONTH_FORMAT")
        for period, _time in months
    }

    def values(part: Measure) -> Values:
        return {
            period.code: values_at([part], [node_id], scope.over(time), kept)[
                part.pk, node_id
            ]
            for period, time in months
        }

    return _rows(measure, labels, values)


def _rows(
    measure: Measure, labels: Mapping[str, str], values: Callable[[Measure], Values]
) -> list[Row]:
    by_part = [values(part) for part in parts_of(measure)]
    keys = {key for part in by_part for key in part}
    order = list(labels)
    return [
        Row(key, labels.get(key, key), total_of(measure, [v.get(key) for v in by_part]))
        for key in sorted(keys, key=lambda key: _place(key, order))
    ]


def _place(key: str, order: Sequence[str]) -> tuple[bool, int, str]:
    """Put the named keys in their order, others by themselves, corrections last."""
    return key.startswith("="), order.index(key) if key in order else 0, key


def corrections() -> dict[str, str]:
    """Name the rows that make the children add up."""
    return {
        OWN: _("its own"),
        SHARED: _("joint work counted once"),
        UNALLOCATED: _("unallocated"),
    }


def _months(interval: Interval) -> Iterable[tuple[Period, Interval]]:
    period = Period.containing(interval.start, Frequency.MONTH)
    while period.interval.start < interval.end:
        days = period.interval
        yield (
            period,
            Interval(max(days.start, interval.start), min(days.end, interval.end)),
        )
        period = period.next()


def _by_child(
    measure: Measure,
    node: int | None,
    children: Sequence[Child],
    scope: Scope,
    kept: Kept,
) -> Values:
    whole = sums_at([measure], [node], scope, kept).get((measure.pk, node), NOTHING)
    sums = _sums_of_children(measure, node, children, scope, kept)
    value = values_at([measure], [node], scope, kept)[measure.pk, node]
    nodes = list(dict.fromkeys(child.node for child in children))
    silent = [c for c in children if not sums.get(c.node, NOTHING).entries]
    said = said_of_children([measure], silent, scope, kept)
    values: Values = {
        str(child): rules.value_of(
            sums.get(child, NOTHING), is_said=(measure.pk, child) in said
        )
        for child in nodes
    }
    if value is None:
        return values | dict.fromkeys((OWN, SHARED, UNALLOCATED))
    tally = rules.Tally(whole, {n: s for n, s in sums.items() if n in nodes})
    return values | {
        OWN: whole.own,
        SHARED: tally.shared,
        UNALLOCATED: whole.unallocated,
    }


def _sums_of_children(
    measure: Measure,
    node: int | None,
    children: Sequence[Child],
    scope: Scope,
    kept: Kept,
) -> Mapping[int, Contribution]:
    """Sum up each child on the days on which it was one."""
    is_distinct = measure.law == Law.DISTINCT
    comes_back = len({child.node for child in children}) < len(children)
    if not kept.projections or (is_distinct and (scope.dimensions or comes_back)):
        lines = lines_of(measure, scope)
        ground = ground_of(lines, kept.tree_id)
        return tally_of(measure.law, lines, node, scope, ground, kept.tree_id).children
    if is_distinct:
        return _seen_in_children(measure, children, scope, kept)
    if measure.law == Law.STOCK:
        nodes = [child.node for child in children]
        found = sums_at([measure], nodes, scope, kept)
        return {n: found.get((measure.pk, n), NOTHING) for n in nodes}
    return _flows_in_children(measure, children, scope, kept)


def _flows_in_children(
    measure: Measure, children: Sequence[Child], scope: Scope, kept: Kept
) -> dict[int, Contribution]:
    rows = day_totals([measure], [child.node for child in children], scope, kept)
    grouped = rows.filter(
        _spans(children, scope, lambda time: Q(day__gte=time.start, day__lt=time.end))
    ).values("node")
    summed = grouped.annotate(amount=Sum("amount"), entries=Sum("entries")).order_by()
    return {row["node"]: sum_of(row) for row in summed}


def _seen_in_children(
    measure: Measure, children: Sequence[Child], scope: Scope, kept: Kept
) -> dict[int, Contribution]:
    rows = seen_rows([measure], scope, kept).filter(part=Seen.Part.WHOLE)
    grouped = rows.filter(_spans(children, scope, seen_first)).values("node")
    summed = grouped.annotate(
        amount=Sum("subjects"), entries=Sum("subjects")
    ).order_by()
    return {row["node"]: sum_of(row) for row in summed}


def _spans(
    children: Sequence[Child], scope: Scope, counts: Callable[[Interval], Q]
) -> Q:
    """Say which rows count: those of a child while it was one."""
    throughout = [c.node for c in children if c.days == scope.interval]
    found = Q(node__in=throughout) & counts(scope.interval)
    for child in children:
        if child.days != scope.interval:
            found |= Q(node=child.node) & counts(child.days)
    return found


def _by_value(
    measure: Measure, name: str, node: int | None, scope: Scope, kept: Kept
) -> Values:
    is_distinct = measure.law == Law.DISTINCT
    if kept.projections and not is_distinct:
        return _stored_by_value(measure, name, node, scope, kept)
    if is_distinct:
        return _seen_by_value(measure, name, node, scope, kept)
    lines = lines_of(measure, scope)
    ground = ground_of(lines, kept.tree_id)
    together: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        key = rules.dimensions_of(line.dimensions).get(name, NONE)
        together[key].append(line)
    values: Values = {}
    for key, some in together.items():
        tally = tally_of(measure.law, some, node, scope, ground, kept.tree_id)
        if tally.whole.entries:
            values[key] = tally.whole.amount
    return values


def _seen_by_value(
    measure: Measure, name: str, node: int | None, scope: Scope, kept: Kept
) -> Values:
    """Count each subject once for each value; the database gives the pairs."""
    borne = borne_at([measure], entries_of([measure], scope), kept.tree_id, node, scope)
    subjects: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, str] = {}
    pairs = borne.order_by().values_list("dimensions", "subject").distinct()
    for text, subject in pairs.iterator():
        key = keys.get(text)
        if key is None:
            key = keys[text] = rules.dimensions_of(text).get(name, NONE)
        subjects[key].add(subject)
    return {key: len(found) for key, found in subjects.items()}


def _stored_by_value(
    measure: Measure, name: str, node: int | None, scope: Scope, kept: Kept
) -> Values:
    rows = day_totals([measure], [node], scope, kept).filter(in_time([measure], scope))
    grouped = rows.values("slice__dimensions").annotate(
        amount=Sum("amount"), entries=Sum("entries")
    )
    sums: dict[str, Contribution] = {}
    for row in grouped.order_by():
        key = rules.dimensions_of(row["slice__dimensions"]).get(name, NONE)
        sums[key] = sums.get(key, NOTHING).plus(sum_of(row))
    return {key: found.amount for key, found in sums.items() if found.entries}
