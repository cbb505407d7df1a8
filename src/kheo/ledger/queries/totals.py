"""Totals: one, or many at once for a table."""

from collections.abc import Collection, Mapping, Sequence

from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.models import Measure
from kheo.ledger.queries.answers import Kept, Scope, Total, parts_of, total_of
from kheo.ledger.queries.claims import said_at
from kheo.ledger.queries.sums import Sums, sums_at
from kheo.ledger.rules import NOTHING, RECORDED, Structure


def total(
    measure: Measure,
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    structure: Structure = RECORDED,
) -> Total:
    """Give the total of a measure at a node (`None`: the virtual root) over an interval.

    The value is `None` if and only if no live entry contributes and nothing was
    reported: no figure, no zero, no nil. `tree` is a tree's code, or `PLACES`.
    """
    scope = Scope(tree, interval, programme, dimensions, structure)
    return table([measure], [node_id], scope)[measure.code, node_id]


def totals(
    measures: Sequence[Measure],
    node_ids: Collection[int | None],
    interval: Interval,
    *,
    tree: str,
    programme: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    structure: Structure = RECORDED,
) -> dict[tuple[str, int | None], Total]:
    """Give every measure at every node, by code and node, in a handful of queries."""
    scope = Scope(tree, interval, programme, dimensions, structure)
    return table(measures, node_ids, scope)


def table(
    measures: Sequence[Measure], nodes: Collection[int | None], scope: Scope
) -> dict[tuple[str, int | None], Total]:
    kept = Kept.of(scope)
    counted = {part.pk: part for measure in measures for part in parts_of(measure)}
    values = values_at(list(counted.values()), nodes, scope, kept)
    return {
        (measure.code, node): total_of(
            measure, [values[part.pk, node] for part in parts_of(measure)]
        )
        for measure in measures
        for node in nodes
    }


def values_at(
    measures: Sequence[Measure], nodes: Collection[int | None], scope: Scope, kept: Kept
) -> dict[tuple[int, int | None], int | None]:
    """Give values by measure and node, missing ones as `None`."""
    sums = sums_at(measures, nodes, scope, kept)
    said = said_of_silent(sums, measures, nodes, scope, kept)
    return {
        (measure.pk, node): rules.value_of(
            sums.get((measure.pk, node), NOTHING), is_said=(measure.pk, node) in said
        )
        for measure in measures
        for node in nodes
    }


def said_of_silent(
    sums: Sums,
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    scope: Scope,
    kept: Kept,
) -> set[tuple[int, int | None]]:
    """Ask for claims only where no entry contributes."""
    silent = {
        (measure.pk, node)
        for measure in measures
        for node in nodes
        if not sums.get((measure.pk, node), NOTHING).entries
    }
    asked = [m for m in measures if any((m.pk, node) in silent for node in nodes)]
    return said_at(asked, {node for _, node in silent}, scope, kept) & silent
