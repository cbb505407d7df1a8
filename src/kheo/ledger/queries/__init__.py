"""Questions to the ledger: totals, their rows, and what is behind them."""

from kheo.ledger.queries.answers import PLACES, Row, Total, measure_of, measures_of
from kheo.ledger.queries.breakdowns import OWN, By, breakdown, corrections, monthly
from kheo.ledger.queries.completeness import Pairs, completeness, reported
from kheo.ledger.queries.entries import rows, rows_of
from kheo.ledger.queries.tables import children_of_many, children_of_slices
from kheo.ledger.queries.totals import total, totals
from kheo.ledger.rules import RECORDED, Structure

__all__ = [
    "OWN",
    "PLACES",
    "RECORDED",
    "By",
    "Pairs",
    "Row",
    "Structure",
    "Total",
    "breakdown",
    "children_of_many",
    "children_of_slices",
    "completeness",
    "corrections",
    "measure_of",
    "measures_of",
    "monthly",
    "reported",
    "rows",
    "rows_of",
    "total",
    "totals",
]
