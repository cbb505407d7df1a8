"""Who is not there: of those the closure alone does not answer."""

from datetime import date

from kheo.core.periods import Interval
from kheo.core.remembering import remembered
from kheo.ledger.bearings import Source
from kheo.organisations.models import Organisation


@remembered
def absent_through(tree_id: int, time: Interval) -> frozenset[int]:
    """Give the bodies that do not stand in the tree through all of the time."""
    return frozenset(
        body
        for body, stays in _stays(tree_id).items()
        if not any(since <= time.start and until >= time.end for since, until in stays)
    )


@remembered
def _stays(tree_id: int) -> dict[int, list[tuple[date, date]]]:
    """When each body there is, the unplaced included, stands in the tree."""
    stays: dict[int, list[tuple[date, date]]] = {
        body: [] for body in Organisation.objects.values_list("pk", flat=True)
    }
    standing = Source(tree_id).reach().filter(depth=0)
    for body, *days in standing.values_list("inferior_id", "valid_from", "valid_to"):
        stays[body].append((days[0], days[1]))
    return stays
