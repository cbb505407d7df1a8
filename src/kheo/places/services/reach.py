"""The closure of the place tree, kept in step with its versions."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from kheo.core.errors import RuleBroken
from kheo.core.lineage import CircleError, DatedTree
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
    tree = _sound_tree(affected)
    rows = [
        PlaceReach(
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in tree.closure(affected)
    ]
    stale = PlaceReach.objects.all()
    if affected is not None:
        stale = stale.filter(inferior__in=affected)
    stale.delete()
    PlaceReach.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _sound_tree(affected: set[int] | None) -> DatedTree[int]:
    try:
        tree = place_tree(None if affected is None else _with_superiors(affected))
    except CircleError as circle:
        raise RuleBroken(_("A place would stand below itself.")) from circle
    orphans = {gap.node for gap in tree.dangling()}
    if orphans:
        codes = Place.objects.filter(pk__in=orphans).order_by("code")
        listed = ", ".join(codes.values_list("code", flat=True)[:10])
        message = _("These places would stand below one that has ended: %(codes)s.")
        raise RuleBroken(message % {"codes": listed})
    return tree


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
