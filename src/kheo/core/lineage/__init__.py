"""Dated trees in memory, and who bears what when the tree has changed since.

Nodes are any hashable keys: the same code serves organisations and places, numbers in
the database and names in a test. `carry` is the one function behind totals, rights,
obligations and public links (architecture, "Trees and time").
"""

from kheo.core.lineage.shares import apportion
from kheo.core.lineage.tree import DatedTree
from kheo.core.lineage.values import (
    WHOLE,
    CircleError,
    Dangling,
    Part,
    Placement,
    Reach,
    Succession,
)

__all__ = [
    "WHOLE",
    "CircleError",
    "Dangling",
    "DatedTree",
    "Part",
    "Placement",
    "Reach",
    "Succession",
    "apportion",
]
