"""The closure of the trees: the only code that writes `Reach`."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from kheo.core.lineage import DatedTree
from kheo.organisations.models import Reach, Tree
from kheo.organisations.queries import dated_tree

PIECEMEAL = 500
"""Up to so many bodies are refreshed one by one; above, the tree is made anew."""
ROWS_AT_ONCE = 2000


@transaction.atomic
def rebuild_reach(tree: str | None = None) -> int:
    """Make the closure of one tree, or of all, anew; return how many rows it has.

    Whoever writes placements or lineage without these services (a bulk loader) calls
    this afterwards.
    """
    trees = Tree.objects.filter(code=tree) if tree else Tree.objects.all()
    return sum(_rebuild(found, dated_tree(found.code)) for found in trees)


def refresh_reach(tree: Tree, changed: Iterable[int]) -> None:
    """Bring up to date the rows of the changed bodies and of all ever below them."""
    dated = dated_tree(tree.code)
    bodies = set(changed)
    bodies |= dated.ever_below(bodies)
    if len(bodies) > PIECEMEAL:
        _rebuild(tree, dated)
        return
    Reach.objects.filter(tree=tree, inferior__in=bodies).delete()
    _write(tree, dated, bodies)
    _restamp(tree)


def restamp_all() -> None:
    """Say that what was computed from any tree is no longer true."""
    for tree in Tree.objects.order_by("pk"):
        _restamp(tree)


def _rebuild(tree: Tree, dated: DatedTree[int]) -> int:
    Reach.objects.filter(tree=tree).delete()
    count = _write(tree, dated, None)
    _restamp(tree)
    return count


def _write(tree: Tree, dated: DatedTree[int], bodies: set[int] | None) -> int:
    rows = [
        Reach(
            tree=tree,
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in dated.closure(bodies)
    ]
    Reach.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    return len(rows)


def _restamp(tree: Tree) -> None:
    Tree.objects.filter(pk=tree.pk).update(stamp=uuid.uuid4())
