"""The pieces of the instance, their prices, and the answers made out of them."""

from typing import TYPE_CHECKING

import numpy as np

from kheo.assignments.solver.engine.columns import MOST_ROWS, Generation
from kheo.assignments.solver.engine.dive import Dive
from kheo.assignments.solver.engine.instance import Ints
from kheo.assignments.solver.engine.pieces import Piece, apart
from kheo.assignments.solver.engine.pricing import Ascent, Prices, evaluate
from kheo.assignments.solver.engine.redeal import Effort, redealt
from kheo.assignments.solver.engine.repair import repaired

if TYPE_CHECKING:
    from kheo.assignments.solver.engine.search import Search

ROUND_STEPS = 400
ASCENT_STEPS = 150
REPAIR_EVERY = 25
LEFT_OPEN = 0.15
"""Share of the communes that a dive leaves to an exact choice."""
OPEN_SECONDS, OPEN_NODES, OPEN_PATTERNS = 30.0, 600, 300
HASTE = 0.4
"""Share of the budget after which a dive no longer waits for the prices to settle."""


class Stall:
    """One piece with its prices and what they prove."""

    def __init__(self, piece: Piece, prices: Prices) -> None:
        self.piece, self.prices = piece, prices
        choice = evaluate(piece, prices)
        self.value, self.worth = choice.bound, choice.value
        self.bargain: Generation | Ascent | None = None
        self.cost = np.inf
        self.dived = False

    @property
    def done(self) -> bool:
        return self.bargain is not None and self.bargain.done

    def gap(self) -> float:
        return max(0.0, self.cost - self.value)


class Market:
    """All stalls; what all have proven is the bound of the instance."""

    def __init__(self, search: "Search", prices: Prices) -> None:
        self.search = search
        self.stalls = [Stall(piece, prices) for piece in apart(search.instance)]
        self.steps = 0
        self._prove()

    def _prove(self) -> None:
        fixed = self.search.instance.fixed_cost
        self.search.raise_bound(sum(stall.value for stall in self.stalls) + fixed)

    def prove(self, stall: Stall, bound: float) -> None:
        """Take over what has been proven of a piece otherwise than by its prices."""
        if bound > stall.value:
            stall.value = min(bound, stall.cost)
            self._prove()

    def prices_at(self, communes: Ints) -> Prices:
        """The prices of the stall to which some communes belong."""
        first = communes[0]
        mine = (stall.prices for stall in self.stalls if first in stall.piece.communes)
        return next(mine)

    def round(self) -> None:
        """Better prices for every stall, then dives, the widest gap first."""
        over = self.search.over
        self.count()
        for stall in sorted(self.stalls, key=lambda s: -s.gap()):
            if not stall.done and not over():
                self._bargain(stall)
        for stall in sorted(self.stalls, key=lambda s: -s.gap()):
            if not stall.dived and not over():
                self._dive(stall)

    def count(self) -> None:
        """What each stall costs in the best placement."""
        search = self.search
        search.state.settle(search.best)
        for stall in self.stalls:
            known = stall.piece.current(search.state)
            whole = len(known.cost) == len(stall.piece.communes)
            stall.cost = float(known.cost.sum()) if whole else np.inf

    def _bargain(self, stall: Stall) -> None:
        search, piece = self.search, stall.piece
        if stall.bargain is None:
            search.state.settle(search.best)
            rows = len(piece.items) + len(piece.communes)
            known = piece.current(search.state)
            stall.bargain = (
                Generation(piece, stall.prices, known)
                if rows <= MOST_ROWS
                else Ascent(piece, stall.prices)
            )
        bargain = stall.bargain
        large = isinstance(bargain, Ascent)
        for _ in range(ASCENT_STEPS if large else ROUND_STEPS):
            if search.over() or bargain.done or self._is_late(stall):
                return
            choice = (
                bargain.advance(self._goal(stall))
                if isinstance(bargain, Ascent)
                else bargain.advance()
            )
            search.budget.spend(1)
            self._learn(stall, bargain)
            self.steps += 1
            if self.steps % REPAIR_EVERY == 0 and (large or not stall.dived):
                place = self.repaired(piece, choice.columns, choice.items)
                search.take(place, piece.communes)

    def _is_late(self, stall: Stall) -> bool:
        alone = len(self.stalls) == 1
        return alone and not stall.dived and self.search.budget.used() > HASTE

    def _goal(self, stall: Stall) -> float:
        if np.isfinite(stall.cost):
            return stall.cost
        return max(stall.value, 0.0) * 1.05 + 1e-3

    def _learn(self, stall: Stall, bargain: Generation | Ascent) -> None:
        if bargain.value <= stall.value:
            return
        stall.value, stall.prices = bargain.value, bargain.best_prices
        stall.worth = bargain.worth
        self._prove()

    def repaired(self, piece: Piece, columns: Ints, items: Ints) -> Ints:
        """A placement from what the communes of a piece choose, the others as they are."""
        search = self.search
        units, communes = piece.dealt(columns, items)
        search.state.settle(search.best)
        outside = np.isin(search.best, piece.communes, invert=True)
        units = np.concatenate([units, search.state.slots[outside]])
        communes = np.concatenate([communes, search.best[outside]])
        search.budget.spend(5)
        return repaired(search.instance, search.state, units, communes)

    def _dive(self, stall: Stall) -> None:
        """Once the prices have settled: a placement out of the master's mixture."""
        stall.dived = True
        search, piece, bargain = self.search, stall.piece, stall.bargain
        if not isinstance(bargain, Generation):
            return
        rest = max(1, int(len(piece.communes) * LEFT_OPEN))
        members, left = Dive(bargain, rest=rest).run(search.budget.interrupted)
        search.budget.spend(20)
        columns, items = np.nonzero(members)
        number = members[columns, items]
        place = self.repaired(
            piece, np.repeat(columns, number), np.repeat(items, number)
        )
        search.take(self._rounded_off(stall, place, left), piece.communes)

    def _rounded_off(self, stall: Stall, place: Ints, left: Ints) -> Ints:
        """What a dive left open, chosen exactly: descent would disturb the rest."""
        search = self.search
        if len(left) < 2 or search.over():
            return place
        search.state.settle(place)
        effort = Effort(
            min(OPEN_SECONDS, search.budget.left() / 3), OPEN_NODES, OPEN_PATTERNS
        )
        search.budget.spend(20)
        better = redealt(
            search.instance, search.state, stall.piece.communes[left], stall.prices,
            effort, search.budget.interrupted,
        )  # fmt: skip
        return place if better is None else better
