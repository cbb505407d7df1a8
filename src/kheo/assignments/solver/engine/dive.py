"""Diving: make the master's mixture whole, commune by commune, pricing on the way."""

from collections.abc import Callable

import numpy as np

from kheo.assignments.solver.engine.columns import Generation, Mixture
from kheo.assignments.solver.engine.instance import Ints
from kheo.assignments.solver.engine.pieces import Members
from kheo.assignments.solver.engine.pricing import evaluate, unflattened

WHOLE = 0.9
GONE = 1e3
"""A price for units that are used up: nobody buys them any more."""


class Dive:
    """Fixes the patterns that are nearly whole, or the largest, until few are left."""

    def __init__(self, generation: Generation, *, rest: int) -> None:
        self.generation, self.rest = generation, rest
        self.piece, self.master = generation.piece, generation.master
        self.left = self.piece.supply.copy()
        self.open = np.ones(len(self.piece.communes), dtype=bool)
        self.fixed: list[int] = []

    def run(self, over: Callable[[], bool]) -> tuple[Members, Ints]:
        """One row of members for every commune, and the communes left open."""
        piece = self.piece
        while self.open.sum() > self.rest and not over():
            mixture = self.master.solve()
            if mixture is None:
                break
            self._price(mixture)
            mixture = self.master.solve()
            if mixture is None or not self._fix(mixture):
                break
        members = np.zeros((len(piece.communes), len(piece.items)), dtype=np.uint8)
        for pattern in self.fixed:
            members[self.master.commune[pattern]] = self.master.members[pattern]
            self.master.fix(pattern, on=False)
        return members, np.nonzero(self.open)[0]

    def _price(self, mixture: Mixture) -> None:
        """Add what the open communes would choose of the units that are left."""
        piece = self.piece
        values = mixture.duals.copy()
        values[: len(piece.items)][self.left <= 0] = -GONE
        prices = unflattened(piece, self.generation.best_prices, values)
        active = np.nonzero(self.open)[0]
        choice = evaluate(piece, prices, active)
        members = piece.gathered(choice.columns, choice.items)[active]
        fits = (members <= self.left).all(axis=1)
        self.master.add(piece.priced(active[fits], members[fits]))

    def _fix(self, mixture: Mixture) -> bool:
        """Fix what is nearly whole, at least one; whether there was any."""
        shares = mixture.shares
        order = np.argsort(-shares, kind="stable")
        order = order[: int((shares > 1e-6).sum())]
        number = 0
        for pattern in order:
            if number and shares[pattern] < WHOLE:
                break
            commune, members = (
                self.master.commune[pattern],
                self.master.members[pattern],
            )
            if not self.open[commune] or (members > self.left).any():
                continue
            self.master.fix(int(pattern), on=True)
            self.fixed.append(int(pattern))
            self.open[commune] = False
            self.left -= members
            number += 1
        return number > 0
