"""The whole search: prices, dives, local descent, and exact recombination."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kheo.assignments.solver.engine.budget import Budget
from kheo.assignments.solver.engine.instance import Instance, Ints
from kheo.assignments.solver.engine.local import Arena, State, arenas, migrate
from kheo.assignments.solver.engine.market import Market
from kheo.assignments.solver.engine.recombining import Proof, Recombining
from kheo.assignments.solver.engine.relaxation import first_prices, plainly
from kheo.assignments.solver.engine.repair import repaired

CLOSED = 1e-9
"""Relative gap below which cost and bound are the same number."""
MIGRATIONS = 100
"""How often at most one placement is improved across arenas and then inside them."""
PLAIN_PAIRS = 1_500
PLAIN_NODES = 5_000


@dataclass(frozen=True)
class Progress:
    """Where the search stands."""

    seconds: float
    cost: float
    bound: float


class Search:
    """One run; `best` is always a complete placement, `bound` always proven."""

    def __init__(
        self, instance: Instance, budget: Budget, report: Callable[[Progress], None]
    ) -> None:
        self.instance, self.budget, self.report = instance, budget, report
        self.random = np.random.default_rng(instance.problem.seed)
        self.state = State(instance)
        self.arenas: list[Arena] = arenas(instance)
        self.best = self.state.place
        self.cost = np.inf
        self.bound = 0.0
        self.is_feasible = False
        self.nodes = PLAIN_NODES

    def gap(self) -> float:
        return max(0.0, self.cost - self.bound)

    def closed(self) -> bool:
        return self.is_feasible and self.gap() <= CLOSED * max(abs(self.cost), 1e-3)

    def over(self) -> bool:
        return self.closed() or self.budget.over()

    def take(self, place: Ints, among: Ints | None = None) -> bool:
        """Descend from a placement and keep it when it is the best so far.

        With `among` only the arenas that have one of these communes are searched.
        """
        state = self.state
        state.settle(place)
        interrupted = self.budget.interrupted
        mine = self.arenas
        if among is not None:
            mine = [a for a in mine if (a.column[among] >= 0).any()]
        for arena in mine:
            arena.descend(state, interrupted)
        if len(self.arenas) > 1 and (self.instance.bound_to[state.slots] < 0).any():
            for _ in range(MIGRATIONS):
                if not migrate(self.instance, state, interrupted) or interrupted():
                    break
                for arena in self.arenas:
                    arena.descend(state, interrupted)
        return self.keep()

    def keep(self) -> bool:
        """Remember the present state if it is better than the best."""
        state = self.state
        state.settle(state.place)
        cost, broken = state.cost(), state.broken()
        if cost >= self.cost - 1e-13:
            return False
        self.best, self.cost = state.place.copy(), cost
        self.is_feasible = not broken
        self.tell()
        return True

    def raise_bound(self, bound: float) -> None:
        """Take over what has been proven; it never passes the best cost."""
        if bound > self.bound:
            self.bound = min(bound, self.cost)
            self.tell()

    def tell(self) -> None:
        if self.is_feasible:
            self.report(Progress(self.budget.elapsed, self.cost, self.bound))

    def begin(self, start: Ints | None) -> None:
        """A first placement: greedy, and the caller's own when there is one."""
        nothing = np.zeros(0, dtype=np.int64)
        self.take(repaired(self.instance, self.state, nothing, nothing))
        if start is not None:
            self.take(start)
        if not len(self.state.slots) and self.is_feasible:
            self.raise_bound(self.cost)

    def run(self) -> None:
        """Improve cost and bound until they meet or the budget ends."""
        if self.over():
            return
        prices = first_prices(self.instance, max(1.0, self.budget.left() / 4))
        self.budget.spend(20)
        market = Market(self, prices)
        recombining, proof = Recombining(self, market), Proof(self, market)
        while not self.over():
            market.round()
            proof.attempt()
            self.plain_round()
            recombining.round()

    def plain_round(self) -> None:
        """Let HiGHS try a small instance as it is, longer every time."""
        instance = self.instance
        if (
            self.over()
            or int(instance.left.sum()) * len(instance.communes) > PLAIN_PAIRS
        ):
            return
        self.nodes *= 4
        self.budget.spend(10)
        plain = plainly(instance, self.budget.left(), self.nodes)
        if len(plain.units):
            self.take(repaired(instance, self.state, plain.units, plain.communes))
        self.raise_bound(plain.bound)
