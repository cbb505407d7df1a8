"""The whole search: prices, repaired choices, local descent, and exact recombination."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kheo.assignments.solver.engine.budget import Budget
from kheo.assignments.solver.engine.instance import Floats, Instance, Ints
from kheo.assignments.solver.engine.local import Arena, State, arenas, migrate, repaired
from kheo.assignments.solver.engine.partition import (
    Lister,
    Patterns,
    all_listed,
    choose,
    field_of,
    joined,
    listed,
    worthwhile,
)
from kheo.assignments.solver.engine.patterns import Bound, Choice
from kheo.assignments.solver.engine.relaxation import first_prices, plainly

CLOSED = 1e-9
"""Relative gap below which cost and bound are the same number."""
PRICE_STEPS = 150
FIELD_FAILURES = 20
FIELD_SLOTS = 48
FIELD_PATTERNS = 400
PROOF_STAGES = ((0.05, 2_000), (0.2, 2_000), (1.0, 30_000), (0.4, 30_000))
"""Share of the gap within which patterns are listed, and the most that are dealt with."""
PROOF_COMMUNES = 400
REPAIR_EVERY = 10
RARELY = 25
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
        self.repair_every = REPAIR_EVERY if len(self.arenas) == 1 else RARELY

    def gap(self) -> float:
        return max(0.0, self.cost - self.bound)

    def closed(self) -> bool:
        return self.is_feasible and self.gap() <= CLOSED * max(abs(self.cost), 1e-3)

    def over(self) -> bool:
        return self.closed() or self.budget.over()

    def take(self, place: Ints) -> bool:
        """Descend from a placement and keep it when it is the best so far."""
        state = self.state
        state.settle(place)
        interrupted = self.budget.interrupted
        for arena in self.arenas:
            arena.descend(state, interrupted)
        if len(self.arenas) > 1:
            while migrate(self.instance, state, interrupted) and not interrupted():
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
        self.prices = Bound(self.instance, prices)
        proof = _Proof(self)
        while not self.over():
            self.price_round()
            self.plain_round()
            proof.attempt()
            self.recombine_round()

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

    def price_round(self) -> None:
        prices = self.prices
        for step in range(PRICE_STEPS):
            if self.over() or prices.step < 1e-3:
                return
            choice = prices.advance(self._goal())
            self.budget.spend(1)
            self.raise_bound(prices.value)
            if step % self.repair_every == 0:
                self.repair(choice)

    def _goal(self) -> float:
        if self.is_feasible:
            return self.cost
        return max(self.prices.value, 0.0) * 1.05 + 1e-3

    def repair(self, choice: Choice) -> None:
        place = repaired(self.instance, self.state, choice.units, choice.communes)
        self.take(place)
        self.budget.spend(5)

    def recombine_round(self) -> None:
        if not self.is_feasible:
            return
        self.state.settle(self.best)
        excess = self._excess()
        failures = 0
        while failures < FIELD_FAILURES and not self.over():
            communes = self._neighbours(excess)
            self.budget.spend(10)
            if self.recombine(communes):
                failures = 0
                excess = self._excess()
            else:
                failures += 1
                excess[communes] *= 0.7

    def _excess(self) -> Floats:
        """By how much each commune's present pattern is dearer than its cheapest."""
        instance, state, prices = self.instance, self.state, self.prices
        bought = prices.best_prices
        unit = prices.kinds[state.slots]
        paid = instance.paid(state.slots, state.place) - bought.units[unit]
        paid += bought.total[state.place] - bought.minimum[state.place]
        dear = bought.provincial[state.place]
        dear = dear + bought.share[instance.group_of[state.place]]
        paid += np.where(state.provincial, dear, 0.0)
        size = len(instance.communes)
        own = np.bincount(state.place, paid, size).astype(float)
        own += instance.fit_price * np.abs(state.load - instance.target)
        least = np.zeros(size)
        for block in prices.blocks:
            chosen = block.choose(block.reduced(bought, prices.kinds))
            least[block.communes] = chosen.value
        return np.maximum(0.0, own - least) + 1e-9

    def _neighbours(self, excess: Floats) -> Ints:
        """A few communes whose units might be dealt better, most of them of one group."""
        instance, state = self.instance, self.state
        size = len(instance.communes)
        first = int(self.random.choice(size, p=excess / excess.sum()))
        near = excess**0.5 * (0.1 + self.random.random(size))
        same = instance.group_of == instance.group_of[first]
        mixed = self.random.random() < 0.3 and bool((instance.bound_to < 0).any())
        if mixed:
            other = self.random.choice(instance.group_of)
            same = same | (instance.group_of == other)
        near[~same] = 0.0
        near[first] = np.inf
        order = np.argsort(-near, kind="stable")[: int((near > 0).sum())]
        slots = np.cumsum(state.count[order])
        number = max(2, int(np.searchsorted(slots, FIELD_SLOTS)))
        return np.sort(order[:number])

    def recombine(self, communes: Ints) -> bool:
        """Deal the units of a few communes anew, as well as the listed patterns allow."""
        instance, state = self.instance, self.state
        kinds, prices = self.prices.kinds, self.prices.best_prices
        field = field_of(instance, state, kinds, communes)
        lister = Lister(instance, field, kinds, prices)
        present = lister.current(state)
        now = float(present.cost.sum())
        spread = max(1e-9, now - lister.kept_apart - float(lister.minima().sum()))
        patterns = joined([present, *listed(lister, spread, FIELD_PATTERNS)])
        dealt = choose(
            lister, patterns, seconds=min(10.0, self.budget.left()), nodes=500
        )
        if dealt.members is None or dealt.cost >= now - 1e-12:
            return False
        state.settle(lister.placed(state, dealt.members))
        improved = self.keep()
        state.settle(self.best)
        return improved


class _Proof:
    """Tries to close the gap by listing every pattern that could still matter."""

    def __init__(self, search: Search) -> None:
        self.search = search

    def attempt(self) -> None:
        search = self.search
        size = len(search.instance.communes)
        if search.over() or not search.is_feasible or size > PROOF_COMMUNES:
            return
        instance, state = search.instance, search.state
        state.settle(search.best)
        everywhere = np.arange(len(instance.communes))
        field = field_of(instance, state, search.prices.kinds, everywhere)
        lister = Lister(instance, field, search.prices.kinds, search.prices.best_prices)
        proven = float(lister.minima().sum()) + lister.kept_apart + instance.fixed_cost
        for share, most in PROOF_STAGES:
            spread = (search.cost - proven) * share * (1 + 1e-9) + 1e-12
            if search.over() or spread <= 0:
                return
            search.budget.spend(10)
            patterns = all_listed(lister, spread, most)
            if patterns is None:
                continue
            self._deal(lister, patterns, proven + spread)

    def _deal(self, lister: Lister, patterns: list[Patterns], limit: float) -> None:
        """Choose among the patterns; nothing else can be below `limit`."""
        search, state = self.search, self.search.state
        fixed = search.instance.fixed_cost
        state.settle(search.best)
        cutoff = search.cost - fixed
        known = worthwhile(lister, joined([lister.current(state), *patterns]), cutoff)
        dealt = choose(lister, known, seconds=search.budget.left(), nodes=20_000)
        if dealt.members is not None:
            state.settle(lister.placed(state, dealt.members))
            search.keep()
        search.raise_bound(min(dealt.bound + fixed, limit))
