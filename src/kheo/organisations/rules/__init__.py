"""Plans of reorganisation: what they say, whether they can be, what follows from them.

A plan holds on one day. Its steps are no sequence: all of them happen at once, so their
order in the file does not matter.
"""

from kheo.organisations.rules.outcome import (
    Bond,
    Ground,
    Life,
    Outcome,
    Problem,
    TransferKind,
    Trouble,
)
from kheo.organisations.rules.table import COLUMNS, Row, read_table
from kheo.organisations.rules.text import (
    Amend,
    Create,
    Details,
    End,
    Extract,
    Flaw,
    Heir,
    Merge,
    Move,
    PlanText,
    Split,
    Step,
    UnreadableError,
    flaws_of,
    read_plan,
)
from kheo.organisations.rules.working import work_out

__all__ = [
    "COLUMNS",
    "Amend",
    "Bond",
    "Create",
    "Details",
    "End",
    "Extract",
    "Flaw",
    "Ground",
    "Heir",
    "Life",
    "Merge",
    "Move",
    "Outcome",
    "PlanText",
    "Problem",
    "Row",
    "Split",
    "Step",
    "TransferKind",
    "Trouble",
    "UnreadableError",
    "flaws_of",
    "read_plan",
    "read_table",
    "work_out",
]
