"""`solve`: the door to the search. Loads numpy and scipy only when it is called."""

import importlib
import time
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any

from kheo.assignments.solver.answer import Answer, gap_of
from kheo.assignments.solver.costing import Account, Pair
from kheo.assignments.solver.problem import Problem

DEFAULT_SECONDS = 60.0
_HEAVY = {
    "run": "kheo.assignments.solver.engine.run",
    "budget": "kheo.assignments.solver.engine.budget",
}


def _load(name: str) -> ModuleType:
    return importlib.import_module(_HEAVY[name])


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    work: int | None = None,
    start: Collection[Pair] = (),
    report: Callable[[Any], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Answer:
    """The best assignment that can be found within a time or an amount of work.

    With `work` the same input gives the same answer everywhere. `stopped` is asked
    between steps; when it says yes, the best so far is returned. `report` receives
    objects with `seconds`, `cost` and `bound` whenever one of them improves.
    """
    if seconds is None and work is None:
        seconds = DEFAULT_SECONDS
    budget = _load("budget").Budget(clock, seconds=seconds, work=work, stopped=stopped)
    found = _load("run").run(problem, budget, start=start, report=report)
    if found.status not in ("optimal", "feasible"):
        return Answer(
            found.status,
            conflict=found.conflict,
            seconds=budget.elapsed,
            is_stopped=stopped(),
        )
    account = Account(problem, found.pairs)
    terms = account.terms()
    cost = sum(terms.values())
    bound = min(found.bound, cost)
    return Answer(
        found.status,
        found.pairs,
        cost,
        bound,
        0.0 if found.status == "optimal" else gap_of(cost, bound),
        terms,
        excess=tuple(account.excess()),
        seconds=budget.elapsed,
        is_stopped=stopped(),
        ignored_start=found.ignored_start,
    )
