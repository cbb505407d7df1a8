"""Lists every pattern of a commune whose reduced cost is near its best."""

from functools import cached_property

import numpy as np

from kheo.assignments.solver.engine.instance import Floats, Ints
from kheo.assignments.solver.engine.pieces import Block, Members, Patterns, Piece
from kheo.assignments.solver.engine.pricing import (
    Choice,
    Prices,
    evaluate,
    reduced_in,
)

MOST_TABLE = 30_000_000


class Lister:
    """The patterns of a piece at some prices."""

    def __init__(self, piece: Piece, prices: Prices) -> None:
        self.piece, self.prices = piece, prices
        self.reduced = [reduced_in(piece, block, prices) for block in piece.blocks]

    @cached_property
    def best(self) -> Choice:
        """What every commune would choose, and the bound that proves."""
        return evaluate(self.piece, self.prices)

    def near(self, column: int, spread: float, most: int) -> Patterns | None:
        """All patterns within `spread` of the best of this commune; `None` if too many."""
        home, inside = self.piece.home
        number = int(home[column])
        ways = _Ways(
            self.piece, self.piece.blocks[number], int(inside[column]),
            self.reduced[number][:, inside[column]],
            float(self.best.value[column]), spread,
        )  # fmt: skip
        members = ways.traced(most)
        if members is None:
            return None
        return self.piece.priced(np.full(len(members), column), members)


class _Ways:
    """The table of one commune, kept before every item so that all ways can be traced."""

    def __init__(
        self,
        piece: Piece,
        block: Block,
        inside: int,
        price: Floats,
        best: float,
        spread: float,
    ) -> None:
        self.piece, self.block, self.price = piece, block, price
        self.spread = spread + 1e-12
        self.limit = best + self.spread
        self.rows = np.nonzero(np.isfinite(price))[0]
        self.loads = self.block.loads
        self.copies = piece.copies[self.block.rows]
        self.counted = piece.provincial[self.block.rows] & (piece.layers > 0)
        self.target = float(self.block.target[inside])
        self.column = int(self.block.columns[inside])
        self.slope = piece.instance.fit_price / self.block.scale
        self.cells = self._enough()

    def _enough(self) -> int:
        """A load beyond which no pattern can be near the best."""
        rows, slope = self.rows, self.slope
        price, loads, copies = self.price[rows], self.loads[rows], self.copies[rows]
        gain = float(np.minimum(price, 0.0) @ copies)
        target = max(0.0, self.target)
        everything = int(loads @ copies)
        if slope <= 0:
            return everything
        reach = target + (self.limit - gain) / slope
        # Beyond the target, only units that are paid to come can help.
        wanted = int((loads * copies)[price < 0].sum())
        widest = max(target, wanted) + loads.max(initial=0) + self.spread / slope
        return max(0, min(everything, int(min(reach, widest)) + 1))

    def _tables(self) -> list[Floats]:
        """Cheapest way to each load (and number of provincial units) before every item."""
        best = np.full((1, self.cells + 1), np.inf)
        best[0, 0] = 0.0
        tables = []
        for row in self.rows:
            if self.counted[row] and len(best) == 1:
                more = np.full((self.piece.layers - 1, self.cells + 1), np.inf)
                best = np.concatenate([best, more])
            tables.append(best)
            best = best.copy()
            for _ in range(self.copies[row]):
                self._take(best, int(row))
        return [*tables, best]

    def _take(self, best: Floats, row: int) -> None:
        load, price = int(self.loads[row]), self.price[row]
        if load > self.cells:
            return
        before, after = (best[:-1], best[1:]) if self.counted[row] else (best, best)
        shifted = before[:, : self.cells + 1 - load] + price
        after[:, load:] = np.minimum(after[:, load:], shifted)

    def traced(self, most: int) -> Members | None:
        """One row for every way within the spread; `None` if there are more than `most`."""
        layers = self.piece.layers or 1
        if layers * len(self.rows) * self.cells > MOST_TABLE:
            return None
        tables = self._tables()
        fit = self.slope * np.abs(np.arange(self.cells + 1) - self.target)
        whole = tables[-1] + fit
        if self.piece.layers:
            room = max(0, int(self.piece.room_provincial[self.column]))
            whole[room + 1 :] = np.inf
        layer, cell = (
            each.astype(np.int64) for each in np.nonzero(whole <= self.limit)
        )
        value: Floats = fit[cell]
        history: list[tuple[Ints, Ints]] = []
        for at in range(len(self.rows) - 1, -1, -1):
            layer, cell, value, parent, number = self._branch(
                at, tables[at], (layer, cell, value)
            )
            history.append((parent, number))
            if len(parent) > most:
                return None
        return self._members(len(value), history)

    def _branch(
        self, at: int, table: Floats, states: tuple[Ints, Ints, Floats]
    ) -> tuple[Ints, Ints, Floats, Ints, Ints]:
        """Every state with none, one, … of an item, as far as the limit allows."""
        layer, cell, value = states
        row = self.rows[at]
        price, load, counted = self.price[row], self.loads[row], int(self.counted[row])
        parts: list[tuple[Ints, ...]] = []
        for number in range(int(self.copies[row]) + 1):
            left, level = cell - number * load, layer - number * counted
            worth = value + number * price if number else value
            ok = np.nonzero((left >= 0) & (level >= 0))[0]
            ok = ok[worth[ok] + table[level[ok], left[ok]] <= self.limit]
            if number and not len(ok):
                break
            parts.append((level[ok], left[ok], worth[ok], ok, np.full(len(ok), number)))
        level, left, worth, parent, taken = (
            np.concatenate(part) for part in zip(*parts, strict=True)
        )
        return level, left, worth, parent, taken

    def _members(self, size: int, history: list[tuple[Ints, Ints]]) -> Members:
        members = np.zeros((size, len(self.piece.items)), dtype=np.uint8)
        at = np.arange(size)
        items = self.block.rows[self.rows]
        for item, (parent, number) in zip(items, reversed(history), strict=True):
            members[:, item] = number[at]
            at = parent[at]
        return members


def listed(lister: Lister, spread: float, most: int) -> list[Patterns]:
    """Up to `most` patterns of each commune: all within `spread`, or within less."""
    found = []
    for column in range(len(lister.piece.communes)):
        width = spread
        part = lister.near(column, width, most)
        while part is None and width > spread * 1e-4:
            width /= 3
            part = lister.near(column, width, most)
        if part is not None:
            found.append(part)
    return found


def all_listed(lister: Lister, spread: float, most: int) -> list[Patterns] | None:
    """Every pattern within `spread`, or `None` when they are more than `most`."""
    found, number = [], 0
    for column in range(len(lister.piece.communes)):
        part = lister.near(column, spread, most - number)
        if part is None:
            return None
        found.append(part)
        number += len(part.cost)
    return found
