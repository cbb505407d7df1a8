"""Every change of the ledger: one public function per thing."""

from kheo.ledger.services.claiming import claim, withdraw_claims
from kheo.ledger.services.locking import Busy, retried
from kheo.ledger.services.measures import define_measure
from kheo.ledger.services.posting import Posted, Posting, post, withdraw
from kheo.ledger.services.reorganising import (
    rebearing,
    reorganise,
    undo_reorganisation,
)
from kheo.ledger.services.upkeep import Discrepancy, rebuild, verify

__all__ = [
    "Busy",
    "Discrepancy",
    "Posted",
    "Posting",
    "claim",
    "define_measure",
    "post",
    "rebearing",
    "rebuild",
    "reorganise",
    "retried",
    "undo_reorganisation",
    "verify",
    "withdraw",
    "withdraw_claims",
]
