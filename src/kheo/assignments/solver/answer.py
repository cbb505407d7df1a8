"""What a run answers, as values and as the file format says it."""

from dataclasses import dataclass, field
from typing import Any

from kheo.assignments.solver.costing import Breach, Pair
from kheo.assignments.solver.rulebook import Conflict

STATUSES = ("optimal", "feasible", "infeasible", "unknown")


@dataclass(frozen=True)
class Answer:
    """The best assignment found, with what was proven about it, or why there is none."""

    status: str
    pairs: tuple[Pair, ...] = ()
    cost: float | None = None
    bound: float | None = None
    gap: float | None = None
    terms: dict[str, float] = field(default_factory=dict)
    conflict: Conflict | None = None
    excess: tuple[Breach, ...] = ()
    seconds: float = 0.0
    is_stopped: bool = False
    ignored_start: int = 0

    @property
    def is_found(self) -> bool:
        return self.status in ("optimal", "feasible")


def gap_of(cost: float, bound: float) -> float:
    """How far the bound is below the cost, relative to the cost; 0 when they meet."""
    if cost - bound <= 1e-9 * max(abs(cost), 1e-3):
        return 0.0
    return (cost - bound) / abs(cost)


def figures(answer: Answer) -> dict[str, Any]:
    """The part of the answer file that has no sentences in it."""
    return {
        "status": answer.status,
        "cost": answer.cost,
        "bound": answer.bound,
        "gap": answer.gap,
        "terms": answer.terms or None,
        "seconds": round(answer.seconds, 3),
    }
