"""Which trees have stored totals, and under which numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from kheo.ledger.models import Projection
from kheo.organisations.models import Tree

EVERY_TREE = """
    SELECT t.id, p.id, p.kind FROM organisations_tree t
    LEFT JOIN ledger_projection p ON p.tree_id = t.id
    UNION ALL SELECT NULL, p.id, p.kind FROM ledger_projection p WHERE p.tree_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Projections:
    """The numbers of the two sums that are kept over one tree."""

    recorded: int
    shift: int


def known_projections() -> dict[int | None, Projections]:
    """Give the trees that have stored totals, the places under `None`."""
    rows = Projection.objects.values_list("tree", "pk", "kind")
    return _by_tree(rows)


def projections_of_all() -> dict[int | None, Projections] | None:
    """Give the projections of every tree in one question; `None` if one has none yet."""
    with connection.cursor() as cursor:
        cursor.execute(EVERY_TREE)
        rows: list[tuple[int | None, int | None, str]] = cursor.fetchall()
    kept = [(tree_id, pk, kind) for tree_id, pk, kind in rows if pk is not None]
    found = _by_tree(kept)
    trees = {None, *(tree_id for tree_id, _, _ in rows)}
    return found if trees == found.keys() else None


def _by_tree(
    rows: Iterable[tuple[int | None, int, str]],
) -> dict[int | None, Projections]:
    numbers: dict[int | None, dict[str, int]] = defaultdict(dict)
    for tree_id, number, kind in rows:
        numbers[tree_id][kind] = number
    return {
        tree_id: Projections(
            kinds[Projection.Kind.RECORDED], kinds[Projection.Kind.SHIFT]
        )
        for tree_id, kinds in numbers.items()
    }


def trees_without(projections: dict[int | None, Projections]) -> list[int | None]:
    trees: list[int | None] = [
        None,
        *Tree.objects.order_by("pk").values_list("pk", flat=True),
    ]
    return [tree for tree in trees if tree not in projections]
