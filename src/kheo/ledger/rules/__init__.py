"""The arithmetic of the ledger on plain values: no database, no clock.

`docs/explanation/roll-up.md` tells it on worked examples.
"""

from kheo.ledger.rules.bearing import (
    NOTHING,
    Bearing,
    Contribution,
    Piece,
    bearing,
    contributions,
    presence,
)
from kheo.ledger.rules.claims import (
    Claim,
    ClaimKind,
    Completeness,
    Ground,
    TreeGround,
    completeness,
    dated_on,
    heard_on,
    held,
    holds_until,
    is_said,
)
from kheo.ledger.rules.numbers import (
    canonical,
    dimensions_of,
    formatted,
    key_of,
    percent,
)
from kheo.ledger.rules.stored import Deltas, flow_deltas, seen_pairs, stock_deltas
from kheo.ledger.rules.totals import (
    RECORDED,
    Fact,
    Law,
    Recorded,
    Structure,
    Tally,
    borne_on,
    children_in,
    counts,
    tally,
    value_of,
)

__all__ = [
    "NOTHING",
    "RECORDED",
    "Bearing",
    "Claim",
    "ClaimKind",
    "Completeness",
    "Contribution",
    "Deltas",
    "Fact",
    "Ground",
    "Law",
    "Piece",
    "Recorded",
    "Structure",
    "Tally",
    "TreeGround",
    "bearing",
    "borne_on",
    "canonical",
    "children_in",
    "completeness",
    "contributions",
    "counts",
    "dated_on",
    "dimensions_of",
    "flow_deltas",
    "formatted",
    "heard_on",
    "held",
    "holds_until",
    "is_said",
    "key_of",
    "percent",
    "presence",
    "seen_pairs",
    "stock_deltas",
    "tally",
    "value_of",
]
