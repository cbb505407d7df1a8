"""Who said something, of those who should have."""

from collections.abc import Iterable
from typing import TypeAlias

from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import Measure
from kheo.ledger.queries.answers import Kept, Scope, parts_of
from kheo.ledger.queries.claims import claim_of, live_claims
from kheo.ledger.rules import RECORDED, Completeness, Structure

Pairs: TypeAlias = Iterable[tuple[int, Interval]]
"""Bodies and windows; who owes what is known above the ledger."""


def completeness(
    measure: Measure,
    expected: Pairs,
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    structure: Structure = RECORDED,
) -> Completeness:
    """Count the (body, window) pairs below a node, dated in the interval.

    Who reported unasked was expected too; "not applicable" leaves what is expected. A
    ratio is reported when both of its parts are.
    """
    scope = Scope(tree, interval, programme, structure=structure)
    tree_id = Kept.of(scope).tree_id
    if tree_id is None:
        return Completeness(0, 0)
    claims = _told(measure, scope)
    owed = list(expected)
    bodies = {body for body, _ in owed} | {claim.body for claim in claims}
    return rules.completeness(
        claims,
        owed,
        node_id,
        interval,
        structure=structure,
        ground=Bearings(tree_id, bodies, is_whole=len(bodies) > 50),
    )


def reported(
    measure: Measure,
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    structure: Structure = RECORDED,
) -> int:
    """Count the (body, window) pairs with a figure, a zero or a nil."""
    counted = completeness(
        measure,
        (),
        tree=tree,
        node_id=node_id,
        interval=interval,
        programme=programme,
        structure=structure,
    )
    return counted.reported


def _told(measure: Measure, scope: Scope) -> list[rules.Claim[int]]:
    """Read the claims near the interval; of a ratio what both parts have in common."""
    parts = parts_of(measure)
    told = [
        {
            claim_of(*row)
            for row in live_claims([part], scope)
            .filter(
                window_from__lt=scope.interval.end, window_to__gt=scope.interval.start
            )
            .values_list("organisation_id", "window_from", "window_to", "kind")
        }
        for part in parts
    ]
    speaking = [{(c.body, c.window) for c in claims if c.speaks} for claims in told]
    excused = [{(c.body, c.window) for c in claims if not c.speaks} for claims in told]
    common = set.intersection(*speaking)
    figure, excuse = rules.ClaimKind.FIGURE, rules.ClaimKind.NOT_APPLICABLE
    return [
        *(rules.Claim(body, window, figure) for body, window in common),
        *(
            rules.Claim(body, window, excuse)
            for body, window in set.union(*excused) - common
        ),
    ]
