"""The closure of the place tree, kept in step with its versions."""

from collections import defaultdict
from collections.abc import Collection

from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.core.lineage import DatedTree, Reach
from kheo.core.periods import Interval
from kheo.places.models import Place, PlaceReach, PlaceVersion
from kheo.places.queries import place_tree

BATCH = 2000


def rebuild_reach(touched: Collection[int] | None = None) -> int:
    """Rewrite the closure of `touched` places and all below them, or of every place.

    Returns the number of rows written. Raises `RuleBroken` where a place would stand
    below itself, or below one that does not exist in that time; the caller's
    transaction then undoes everything.
    """
    affected = None if touched is None else _with_inferiors(touched)
    rows = _sound(_tree(affected))
    written = [
        PlaceReach(
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in rows
        if affected is None or row.inferior in affected
    ]
    stale = PlaceReach.objects.all()
    if affected is not None:
        stale = stale.filter(inferior__in=affected)
    stale.delete()
    PlaceReach.objects.bulk_create(written, batch_size=BATCH)
    return len(written)


def _tree(affected: Collection[int] | None) -> DatedTree[int]:
    try:
        return place_tree(None if affected is None else _with_superiors(affected))
    except ValueError as circle:
        raise RuleBroken(_("A place would stand below itself.")) from circle


def _with_inferiors(places: Collection[int]) -> set[int]:
    below = PlaceReach.objects.filter(superior__in=places)
    return {*places, *below.values_list("inferior", flat=True)}


def _with_superiors(places: Collection[int]) -> set[int]:
    found: set[int] = set()
    waiting = set(places)
    while waiting:
        found |= waiting
        above = PlaceVersion.objects.filter(place__in=waiting).exclude(parent=None)
        waiting = set(above.values_list("parent", flat=True)) - found
    return found


def _sound(tree: DatedTree[int]) -> list[Reach[int]]:
    """Give the closure if every superior exists as long as it has inferiors."""
    rows = list(tree.closure())
    lives: dict[int, list[Interval]] = defaultdict(list)
    for row in rows:
        if row.depth == 0:
            lives[row.superior].append(Interval(row.start, row.end))
    orphans = {
        row.inferior
        for row in rows
        if not any(i.covers(Interval(row.start, row.end)) for i in lives[row.superior])
    }
    if orphans:
        codes = Place.objects.filter(pk__in=orphans).order_by("code")
        listed = ", ".join(codes.values_list("code", flat=True)[:10])
        message = _("These places would stand below one that has ended: %(codes)s.")
        raise RuleBroken(message % {"codes": listed})
    return rows
