"""One run from the instance to what was found; the only module that `solve` loads."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from kheo.assignments.solver.costing import Pair
from kheo.assignments.solver.engine.budget import Budget
from kheo.assignments.solver.engine.conflict import ConflictFinder
from kheo.assignments.solver.engine.feasible import Model, Restrictions
from kheo.assignments.solver.engine.instance import BARRED, Instance, Ints
from kheo.assignments.solver.engine.repair import repaired
from kheo.assignments.solver.engine.search import Progress, Search
from kheo.assignments.solver.problem import Problem
from kheo.assignments.solver.rulebook import Conflict

CONFLICT_SECONDS = 25.0
PRICING_WORK = 40


@dataclass(frozen=True)
class Found:
    """What a run found: `pairs` with a proven `bound`, or a conflict, or neither."""

    status: str
    pairs: tuple[Pair, ...] = ()
    bound: float = 0.0
    conflict: Conflict | None = None
    ignored_start: int = 0


def run(
    problem: Problem,
    budget: Budget,
    *,
    start: Collection[Pair] = (),
    report: Callable[[Progress], None],
) -> Found:
    """Search until proven optimal or until the budget is used up."""
    instance = Instance(problem)
    search = Search(instance, budget, report)
    if (instance.left < 0).any():
        return _no_answer(problem, budget) or Found("unknown")
    warm, ignored = _warm(instance, search, start)
    search.begin(warm)
    if not search.is_feasible:
        refused = _make_feasible(problem, instance, search, budget)
        if refused is not None:
            return refused
    search.run()
    if not search.is_feasible:
        return Found("unknown", ignored_start=ignored)
    pairs = instance.pairs(search.state.slots, search.best)
    status = "optimal" if search.closed() else "feasible"
    return Found(status, tuple(pairs), search.bound, ignored_start=ignored)


def _warm(
    instance: Instance, search: Search, start: Collection[Pair]
) -> tuple[Ints | None, int]:
    """The caller's pairs as a placement; those that are not allowed are left out."""
    if not start:
        return None, 0
    unit_at = {unit.id: i for i, unit in enumerate(instance.units)}
    known = [(unit_at[u], instance.commune_at[c]) for u, c in start if u in unit_at]
    units = np.array([u for u, _ in known], dtype=np.int64)
    communes = np.array([c for _, c in known], dtype=np.int64)
    allowed = instance.paid(units, communes) < BARRED / 2
    locked = np.array([c in instance.locked[u] for u, c in known], dtype=bool)
    place = repaired(instance, search.state, units[allowed], communes[allowed])
    return place, len(start) - int((allowed | locked).sum())


def _make_feasible(
    problem: Problem, instance: Instance, search: Search, budget: Budget
) -> Found | None:
    """Find any answer exactly, or the reason why there is none."""
    restrictions = Restrictions(problem)
    model = Model(restrictions, restrictions.everything())
    outcome = model.solve(min(120.0, max(5.0, budget.left())))
    budget.spend(20)
    if outcome is None:
        return None
    if not outcome.feasible:
        return _no_answer(problem, budget) or Found("unknown")
    unit_at = {unit.id: i for i, unit in enumerate(instance.units)}
    pairs = [
        (unit_at[problem.units[u].id], c)
        for u, c in outcome.pairs
        if not problem.units[u].exempt
    ]
    free = [(u, c) for u, c in pairs if c not in instance.locked[u]]
    units = np.array([u for u, _ in free], dtype=np.int64)
    communes = np.array([c for _, c in free], dtype=np.int64)
    search.take(repaired(instance, search.state, units, communes))
    return None


def _no_answer(problem: Problem, budget: Budget) -> Found | None:
    """The conflict with what would help; `None` when none could be proven in time."""
    began = budget.clock()

    def over() -> bool:
        late = budget.work is None and budget.clock() - began > CONFLICT_SECONDS
        return late or budget.stopped()

    finder = ConflictFinder(problem, over)
    members = finder.find()
    if members is None:
        return None
    conflict = finder.counted(members)
    reliefs = finder.reliefs(members, lambda eased: _priced(eased, budget))
    whole = Conflict(
        members, reliefs, conflict.need, conflict.room, conflict.supply_units
    )
    return Found("infeasible", conflict=whole)


def _priced(problem: Problem, budget: Budget) -> float | None:
    """What a quick search costs on an eased instance; `None` if it finds nothing."""
    instance = Instance(problem)
    if (instance.left < 0).any():
        return None
    short = Budget(
        budget.clock, seconds=None, work=PRICING_WORK, stopped=budget.stopped
    )
    search = Search(instance, short, lambda _: None)
    search.begin(None)
    search.run()
    return search.cost if search.is_feasible else None
