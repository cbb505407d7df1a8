"""Column generation: the best prices of a piece, from the patterns chosen so far.

A master problem mixes known patterns so that every unit is placed; its duals are the next
prices, at which the communes choose again, and what they choose joins the master. The
prices are kept near the best ones so far (a box, and an average of both), or they would
swing for a long time.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from kheo.assignments.solver.engine.instance import NO_CAP, Floats, Ints
from kheo.assignments.solver.engine.pieces import Members, Patterns, Piece
from kheo.assignments.solver.engine.pricing import (
    Choice,
    Prices,
    evaluate,
    unflattened,
)

SMOOTHING = 0.5
BOX = 0.25
BOX_GROWTH = 4.0
RECENTRE_EVERY = 10
SETTLED = 1e-4
"""Relative distance of bound and master below which the box is what holds them apart."""
CONVERGED = 2e-5
LITTLE = 1e-6
MOST_ROWS = 3_000


@dataclass(frozen=True)
class Mixture:
    """The master's answer: a share of every pattern, the duals in one row, its cost."""

    shares: Floats
    duals: Floats
    cost: float
    boxed: float


class Master:
    """Known patterns, and the cheapest mixture of them that places every unit.

    Rows: a place of every item, one pattern for every commune, tolls. Columns: what lies
    outside the box of prices (two for an item), what passes a toll, and the patterns.
    """

    def __init__(self, piece: Piece, scale: float) -> None:
        self.piece, self.scale = piece, scale
        self.size = len(piece.items)
        self._number_tolls()
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]  # so shipped
        for option, value in (("output_flag", False), ("threads", 1)):
            self.solver.setOptionValue(option, value)
        self._rows()
        self.commune = np.zeros(0, dtype=np.int64)
        self.members = np.zeros((0, self.size), dtype=np.uint8)
        self.cost = np.zeros(0)
        self.seen: set[bytes] = set()

    def _number_tolls(self) -> None:
        """Which row the toll of each family has for each commune (-1: none)."""
        piece, instance = self.piece, self.piece.instance
        start = self.size + len(piece.communes)
        group = np.searchsorted(piece.groups, piece.group)
        everyone = np.arange(len(piece.communes))
        capped = (
            piece.room_provincial if not piece.layers else piece.room_total * 0 + NO_CAP
        )
        families = (
            (piece.room_total, instance.total_cap.price, everyone, 1.0, False),
            (capped, instance.provincial_cap.price, everyone, 1.0, True),
            (piece.room_share, instance.share_cap.price, group, 1.0, True),
            (np.where(piece.minimum >= 2, -piece.minimum, NO_CAP), instance.hard,
             everyone, -1.0, False),
        )  # fmt: skip
        self.families = []
        limits, prices = [], []
        for room, price, at, sign, provincial in families:
            kept = np.nonzero(room < NO_CAP // 2)[0]
            row = np.full(len(room), -1)
            row[kept] = start + np.arange(len(kept))
            start += len(kept)
            self.families.append((row, row[at], sign, provincial))
            limits.append(room[kept])
            prices.append(np.full(len(kept), price))
        self.limits = np.concatenate(limits).astype(float)
        self.toll_prices = np.concatenate(prices)
        self.height = start

    def _rows(self) -> None:
        piece, top = self.piece, highspy.kHighsInf
        exact = np.concatenate([piece.supply, np.ones(len(piece.communes))])
        low = np.concatenate([exact, np.full(len(self.limits), -top)]).astype(float)
        high = np.concatenate([exact, self.limits]).astype(float)
        nothing = np.zeros(0, dtype=np.int32)
        self.solver.addRows(
            len(low), low, high, 0, np.zeros(len(low), np.int32), nothing, np.zeros(0)
        )
        places = sparse.identity(self.size)
        tolls = sparse.identity(len(self.limits))
        below = sparse.csr_matrix((self.size, self.height - self.size))
        ahead = sparse.csr_matrix((len(self.limits), self.height - len(self.limits)))
        free = sparse.vstack(
            [
                sparse.hstack([places, below]),
                sparse.hstack([-places, below]),
                sparse.hstack([ahead, -tolls]),
            ],
            format="csr",
        )
        price = np.concatenate([np.zeros(2 * self.size), self.toll_prices])
        self._columns(free, price)
        self.first = len(price)

    def _columns(self, transposed: sparse.csr_matrix, price: Floats) -> None:
        self.solver.addCols(
            len(price),
            price * self.scale,
            np.zeros(len(price)),
            np.full(len(price), highspy.kHighsInf),
            transposed.nnz,
            transposed.indptr[:-1].astype(np.int32),
            transposed.indices.astype(np.int32),
            transposed.data.astype(float),
        )

    def add(self, patterns: Patterns) -> int:
        """Take over the patterns that are new; how many they were."""
        keys = [
            int(c).to_bytes(4, "big") + row.tobytes()
            for c, row in zip(patterns.commune, patterns.members, strict=True)
        ]
        new = [i for i, key in enumerate(keys) if key not in self.seen]
        if not new:
            return 0
        self.seen.update(keys)
        commune, members = patterns.commune[new], patterns.members[new]
        cost = patterns.cost[new]
        self._columns(self._coefficients(commune, members), cost)
        self.commune = np.concatenate([self.commune, commune])
        self.members = np.concatenate([self.members, members])
        self.cost = np.concatenate([self.cost, cost])
        return len(new)

    def _coefficients(self, commune: Ints, members: Members) -> sparse.csr_matrix:
        number = len(commune)
        here = np.arange(number)
        row, item = np.nonzero(members)
        pieces = [
            (row, item, members[row, item]),
            (here, self.size + commune, np.ones(number)),
        ]
        count = members.sum(axis=1, dtype=np.int64)
        provincial = members[:, self.piece.local :].sum(axis=1, dtype=np.int64)
        for _, at, sign, only_provincial in self.families:
            counted = sign * (provincial if only_provincial else count)
            some = np.nonzero((at[commune] >= 0) & (counted != 0))[0]
            pieces.append((some, at[commune[some]], counted[some]))
        rows, columns, values = (
            np.concatenate(part) for part in zip(*pieces, strict=True)
        )
        return sparse.csr_matrix(
            (values.astype(float), (rows, columns)), (number, self.height)
        )

    def known(self) -> Patterns:
        """Every pattern so far."""
        return Patterns(self.commune, self.members, self.cost)

    def box(self, centre: Floats, width: Floats) -> None:
        """Let the duals of items leave this box only at no gain."""
        number = 2 * self.size
        price = np.concatenate([centre + width, width - centre]) * self.scale
        self.solver.changeColsCost(number, np.arange(number, dtype=np.int32), price)

    def fix(self, pattern: int, *, on: bool) -> None:
        """Make the mixture take a pattern whole, or free it again."""
        low, high = (1.0, 1.0) if on else (0.0, highspy.kHighsInf)
        self.solver.changeColBounds(self.first + pattern, low, high)

    def solve(self) -> Mixture | None:
        """The cheapest mixture; `None` if HiGHS does not find it."""
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.solver.getSolution()
        values = np.array(solution.col_value)
        return Mixture(
            values[self.first :],
            self._as_prices(np.array(solution.row_dual) / self.scale),
            self.solver.getInfo().objective_function_value / self.scale,
            float(values[: 2 * self.size].sum()),
        )

    def _as_prices(self, dual: Floats) -> Floats:
        """Duals in the order of prices: items, total, provincial, share, minimum."""
        found = [dual[: self.size]]
        for row, *_ in self.families:
            values = np.zeros(len(row))
            values[row >= 0] = np.maximum(0.0, -dual[row[row >= 0]])
            found.append(values)
        return np.concatenate(found)


class Generation:
    """The best bound of a piece so far, the prices that prove it, and the next ones."""

    def __init__(self, piece: Piece, prices: Prices, known: Patterns) -> None:
        self.piece = piece
        self.best_prices = prices
        self.best = flat(piece, prices)
        self.value = -np.inf
        self.worth = np.zeros(len(piece.communes))
        self.done = False
        typical = float(np.abs(known.cost).mean()) if len(known.cost) else 1.0
        self.master = Master(piece, 10.0 / max(typical, 1e-9))
        self.master.add(known)
        self.width = self._first_width()
        self.since = 0
        self.master.box(self.best[: len(piece.items)], self.width)

    def _first_width(self) -> Floats:
        """How far a price may go at first: a part of what a unit's heads are worth."""
        spread = np.zeros(len(self.piece.items))
        for block in self.piece.blocks:
            fine = np.where(np.isfinite(block.costs), block.costs, np.nan)
            spread[block.rows] = np.nan_to_num(np.nanstd(fine, axis=1))
        return BOX * (self.piece.instance.fit_price * self.piece.heads + spread) + 1e-9

    def advance(self) -> Choice:
        """One round: mix, price, and let the communes choose."""
        if self.value == -np.inf:
            return self._look(self.best)[0]
        mixture = self.master.solve()
        if mixture is None:
            self.done = True
            return evaluate(self.piece, self.best_prices)
        before = self.value
        near = SMOOTHING * self.best + (1 - SMOOTHING) * mixture.duals
        choice, new = self._look(near)
        if self.value <= before and new < 5:
            choice, found = self._look(mixture.duals)
            new += found
        improved = self.value > before
        self._settle(mixture, improved=improved, stuck=not (improved or new))
        return choice

    def _look(self, values: Floats) -> tuple[Choice, int]:
        prices = unflattened(self.piece, self.best_prices, values)
        choice = evaluate(self.piece, prices)
        if choice.bound > self.value:
            self.value, self.worth = choice.bound, choice.value
            self.best, self.best_prices = values, prices
        members = self.piece.gathered(choice.columns, choice.items)
        everyone = np.arange(len(self.piece.communes))
        return choice, self.master.add(self.piece.priced(everyone, members))

    def _settle(self, mixture: Mixture, *, improved: bool, stuck: bool) -> None:
        """Move the box to the best prices now and then, and widen it where it holds."""
        apart = (mixture.cost - self.value) / max(abs(mixture.cost), 1e-12)
        self.since += 1
        free = mixture.boxed < LITTLE
        if free and (apart < CONVERGED or stuck):
            self.done = True
        elif apart < SETTLED or stuck:
            self.width = self.width * (1.0 if free else BOX_GROWTH)
            self._recentre()
        elif improved and self.since >= RECENTRE_EVERY:
            self._recentre()

    def _recentre(self) -> None:
        self.since = 0
        self.master.box(self.best[: len(self.piece.items)], self.width)


def flat(piece: Piece, prices: Prices) -> Floats:
    """The prices that concern a piece, in one row."""
    at = piece.communes
    return np.concatenate(
        [
            prices.units[piece.units], prices.total[at], prices.provincial[at],
            prices.share[piece.groups], prices.minimum[at],
        ]
    )  # fmt: skip
