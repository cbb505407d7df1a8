"""Which trees have stored totals, and under which numbers."""

from collections import defaultdict
from dataclasses import dataclass

from kheo.ledger.models import Projection
from kheo.organisations.models import Tree


@dataclass(frozen=True, slots=True)
class Projections:
    """The numbers of the two sums that are kept over one tree."""

    recorded: int
    shift: int


def known_projections() -> dict[int | None, Projections]:
    """Give the trees that have stored totals, the places under `None`."""
    numbers: dict[int | None, dict[str, int]] = defaultdict(dict)
    for number, tree_id, kind in Projection.objects.values_list("pk", "tree", "kind"):
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
