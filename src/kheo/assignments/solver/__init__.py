"""Every unit its commune, every commune its unit, and why. No Django.

`read_problem` turns a decoded file into a `Problem`, `solve` answers it, `check`
recomputes an answer with code of its own, `Explainer` says why and what a move changes.
"""

from kheo.assignments.solver.answer import Answer
from kheo.assignments.solver.checking import Verdict, check
from kheo.assignments.solver.explaining import Explainer
from kheo.assignments.solver.problem import (
    BadInput,
    Commune,
    Problem,
    Rules,
    Unit,
    Weights,
    as_data,
    read_pairs,
    read_problem,
)
from kheo.assignments.solver.rulebook import Conflict, Member, Relief
from kheo.assignments.solver.solving import solve
from kheo.assignments.solver.wording import answer_data, conflict_data, explained_data

__all__ = [
    "Answer",
    "BadInput",
    "Commune",
    "Conflict",
    "Explainer",
    "Member",
    "Problem",
    "Relief",
    "Rules",
    "Unit",
    "Verdict",
    "Weights",
    "answer_data",
    "as_data",
    "check",
    "conflict_data",
    "explained_data",
    "read_pairs",
    "read_problem",
    "solve",
]
