"""Exact recombination of a few communes at a time, and of all of them as a proof."""

from typing import TYPE_CHECKING

import numpy as np

from kheo.assignments.solver.engine.choosing import choose, joined, worthwhile
from kheo.assignments.solver.engine.instance import Floats, Ints
from kheo.assignments.solver.engine.listing import Lister, all_listed
from kheo.assignments.solver.engine.market import Market, Stall
from kheo.assignments.solver.engine.pieces import Patterns
from kheo.assignments.solver.engine.redeal import Effort, redealt

if TYPE_CHECKING:
    from kheo.assignments.solver.engine.search import Search

FIELD_FAILURES = 20
FIELD_SLOTS = 60
FIELD_MOST = 200
FIELD_PATTERNS = 300
MIXED, EVERYWHERE = 0.6, 0.3
"""How often a field has communes of two groups or more, and of all."""
FIELD_NODES = 200
PROOF_STAGES = ((0.05, 2_000), (0.2, 2_000), (1.0, 30_000), (0.4, 30_000))
"""Share of the gap within which patterns are listed, and the most that are dealt with."""
PROOF_COMMUNES = 400


class Recombining:
    """A large neighbourhood search whose moves are small instances solved exactly."""

    def __init__(self, search: "Search", market: Market) -> None:
        self.search, self.market = search, market
        self.slots = FIELD_SLOTS

    def round(self) -> None:
        search = self.search
        if not search.is_feasible:
            return
        excess = self._excess()
        failures = 0
        while failures < FIELD_FAILURES and not search.over():
            communes = self._neighbours(excess)
            search.budget.spend(10)
            if self.recombine(communes):
                failures = 0
                excess = self._excess()
            else:
                failures += 1
                excess[communes] *= 0.7
        if failures >= FIELD_FAILURES:
            self.slots = min(FIELD_MOST, int(self.slots * 1.4))

    def _excess(self) -> Floats:
        """By how much each commune's present pattern is dearer than its cheapest."""
        search = self.search
        search.state.settle(search.best)
        found = np.zeros(len(search.instance.communes))
        for stall in self.market.stalls:
            known = stall.piece.current(search.state)
            at = stall.piece.communes[known.commune]
            found[at] = charged(stall, known) - stall.worth[known.commune]
        return np.maximum(0.0, found) + 1e-9

    def _neighbours(self, excess: Floats) -> Ints:
        """A few communes whose units might be dealt better: of one group, two or all."""
        search = self.search
        instance, state = search.instance, search.state
        size = len(instance.communes)
        first = int(search.random.choice(size, p=excess / excess.sum()))
        near = excess**0.5 * (0.1 + search.random.random(size))
        same = instance.group_of == instance.group_of[first]
        if (instance.bound_to < 0).any():
            kind = search.random.random()
            other = search.random.choice(instance.group_of)
            same |= (kind < MIXED) & (instance.group_of == other)
            same |= kind < EVERYWHERE
        near[~same] = 0.0
        near[first] = np.inf
        order = np.argsort(-near, kind="stable")[: int((near > 0).sum())]
        slots = np.cumsum(state.count[order])
        number = max(2, int(np.searchsorted(slots, self.slots)))
        return np.sort(order[:number])

    def recombine(self, communes: Ints) -> bool:
        """Deal the units of a few communes anew, as well as the listed patterns allow."""
        search = self.search
        search.state.settle(search.best)
        effort = Effort(min(10.0, search.budget.left()), FIELD_NODES, FIELD_PATTERNS)
        place = redealt(
            search.instance, search.state, communes,
            self.market.prices_at(communes), effort, search.budget.interrupted,
        )  # fmt: skip
        if place is None:
            return False
        search.state.settle(place)
        improved = search.keep()
        search.state.settle(search.best)
        return improved


def charged(stall: Stall, patterns: Patterns) -> Floats:
    """What patterns cost at a stall's prices: reduced costs."""
    piece, prices = stall.piece, stall.prices
    at = piece.communes[patterns.commune]
    count = patterns.members.sum(axis=1, dtype=np.int64)
    provincial = patterns.members[:, piece.local :].sum(axis=1, dtype=np.int64)
    extra = prices.share[piece.group[patterns.commune]]
    if not piece.layers:
        extra = extra + prices.provincial[at]
    tolls = count * (prices.total[at] - prices.minimum[at]) + provincial * extra
    found: Floats = patterns.cost - patterns.members @ prices.units[piece.units] + tolls
    return found


class Proof:
    """Tries to close the gap by listing every pattern that could still matter."""

    def __init__(self, search: "Search", market: Market) -> None:
        self.search, self.market = search, market

    def attempt(self) -> None:
        search = self.search
        if not search.is_feasible:
            return
        self.market.count()
        for stall in self.market.stalls:
            if search.over():
                return
            few = len(stall.piece.communes) <= PROOF_COMMUNES
            if few and np.isfinite(stall.cost):
                self._attempt(stall)

    def _attempt(self, stall: Stall) -> None:
        search = self.search
        lister = Lister(stall.piece, stall.prices)
        proven = lister.best.bound
        for share, most in PROOF_STAGES:
            spread = (stall.cost - proven) * share * (1 + 1e-9) + 1e-12
            if search.over() or stall.gap() <= 1e-9 * stall.cost:
                return
            search.budget.spend(10)
            patterns = all_listed(lister, spread, most)
            if patterns is None:
                continue
            self._deal(stall, patterns, proven + spread)

    def _deal(self, stall: Stall, patterns: list[Patterns], limit: float) -> None:
        """Choose among the patterns; nothing else can be below `limit`."""
        search, state, piece = self.search, self.search.state, stall.piece
        state.settle(search.best)
        present = piece.current(state)
        known = worthwhile(piece, joined([present, *patterns]), stall.cost)
        dealt = choose(piece, known, seconds=search.budget.left(), nodes=20_000)
        if dealt.members is not None and dealt.cost < stall.cost - 1e-13:
            state.settle(piece.placed(state, dealt.members))
            search.keep()
            self.market.count()
        self.market.prove(stall, min(dealt.bound, limit))
