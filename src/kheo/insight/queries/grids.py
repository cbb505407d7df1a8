"""The measures of a page by child, as the ledger gives them together."""

from collections.abc import Sequence

from kheo.insight.queries.frames import Frame
from kheo.ledger.models import Measure
from kheo.ledger.queries import Row, children_of_many
from kheo.organisations.queries import PARTY


def tables_of(frame: Frame, measures: Sequence[Measure]) -> dict[str, list[Row]]:
    """The rows by child of each measure; keys are ids, labels are left to the page."""
    return children_of_many(
        measures,
        tree=PARTY,
        node_id=frame.at.pk,
        interval=frame.interval,
        programme=frame.programme,
        structure=frame.known_structure,
    )
