"""Pattern tables: the cheapest set of units for every commune at given prices, exactly.

A table runs over a commune's load. Where the number of provincial units is limited, it
has one layer for every number of them, so that the limit holds in every pattern.
"""

from dataclasses import dataclass

import numpy as np

from kheo.assignments.solver.engine.instance import Bools, Floats, Ints
from kheo.assignments.solver.engine.pieces import Block, Piece


@dataclass(frozen=True)
class Chosen:
    """What the communes of one block choose: values, and pairs as rows and columns."""

    value: Floats
    items: Ints
    columns: Ints


@dataclass(frozen=True)
class _Step:
    """What taking one item changed: where it was taken, and where the way came from."""

    taken: Bools
    entered: Bools
    source: Ints


class Table:
    """Cheapest way to each load, and one last column for "beyond all targets".

    Beyond the largest target the fit is linear, so one column with the fit included is
    exact and the table need not be longer.
    """

    def __init__(self, piece: Piece, block: Block, active: Ints) -> None:
        self.piece, self.block = piece, block
        self.columns = block.columns[active]
        self.target = block.target[active]
        self.slope = piece.instance.fit_price / block.scale
        reach = float(self.target.max(initial=0.0))
        self.cells = max(0, int(np.floor(reach))) if self.slope > 0 else 0
        self.room = np.maximum(0, piece.room_provincial[self.columns])
        self.is_limited = piece.layers > 0
        self.provincial = piece.provincial[block.rows]
        layers = max(1, piece.layers)
        self.best = np.full((len(active), layers, self.cells + 2), np.inf)
        self.best[:, 0, 0] = 0.0
        self.line = self.slope * (
            np.arange(self.cells + 1)[None, None, :] - self.target[:, None, None]
        )
        self.steps: list[_Step] = []
        self.row_of: list[int] = []
        self.everyone = np.arange(len(active))

    def fill(self, reduced: Floats) -> None:
        """Let every commune take each unit if that is cheaper at some load.

        A unit that costs more than its load could ever repay is in no best pattern of
        two or more, and patterns of one are looked at in `read`.
        """
        repaid = self.slope * self.block.loads
        least = reduced.min(axis=1, initial=np.inf)
        copies = self.piece.copies[self.block.rows]
        for row in np.nonzero((least <= repaid) & ~self._apart())[0]:
            for _ in range(copies[row]):
                self.steps.append(self._add(int(row), reduced[row]))
                self.row_of.append(int(row))

    def _apart(self) -> Bools:
        """Units without load that no layer counts: taken exactly when they pay."""
        weightless: Bools = self.block.loads == 0
        return weightless & ~self.provincial if self.is_limited else weightless

    def _add(self, row: int, price: Floats) -> _Step:
        best, load, end = self.best, int(self.block.loads[row]), self.cells + 1
        counted = self.is_limited and bool(self.provincial[row])
        before, after = (best[:, :-1], best[:, 1:]) if counted else (best, best)
        if self.is_limited and not counted:
            before = after = best[:, :1]
        start = max(0, end - load)
        beyond = price[:, None] + self.slope * load
        source = np.full(before.shape[:2], end)
        if start < end:
            tail = before[:, :, start:end] + self.line[:, :, start:]
            jump = tail.argmin(axis=2)
            reached = np.take_along_axis(tail, jump[:, :, None], axis=2)[:, :, 0]
            stayed = before[:, :, end]
            source = np.where(stayed <= reached, end, jump + start)
            beyond = np.minimum(reached, stayed) + beyond
        else:
            beyond = before[:, :, end] + beyond
        entered = beyond < after[:, :, end]
        beyond = np.minimum(after[:, :, end], beyond)
        taken = np.zeros((*before.shape[:2], 0), dtype=bool)
        if load < end:
            with_it = before[:, :, : end - load] + price[:, None, None]
            here = after[:, :, load:end]
            taken = with_it < here
            np.minimum(here, with_it, out=here)
        after[:, :, end] = beyond
        return _Step(taken, entered, source)

    def read(self, reduced: Floats) -> Chosen:
        """Trace the cheapest pattern of each commune, empty ones where allowed."""
        end = self.cells + 1
        none = self._apart()
        copies = self.piece.copies[self.block.rows]
        weightless = copies[none] @ np.minimum(reduced[none], 0.0)
        final = self.best.copy()
        final[:, :, :end] += np.abs(self.line)
        if self.is_limited:
            number = np.arange(final.shape[1])
            final[number[None, :] > self.room[:, None]] = np.inf
        nothing = self.piece.minimum[self.columns] >= 1
        nothing &= ~(reduced[none] < 0).any(axis=0)
        final[nothing, 0, 0] = np.inf
        flat = final.reshape(len(final), -1)
        at = flat.argmin(axis=1)
        value = flat[self.everyone, at] + weightless
        single, lone = self._singles(reduced, weightless, nothing)
        alone = nothing & (lone < value)
        layer, cell = np.divmod(at, end + 1)
        rows, communes = self._trace(
            np.where(alone, 0, layer), np.where(alone, 0, cell)
        )
        free, where = np.nonzero((reduced < 0) & none[:, None])
        free, where = np.repeat(free, copies[free]), np.repeat(where, copies[free])
        rows = np.concatenate([rows, free, single[alone]])
        communes = np.concatenate([communes, where, self.everyone[alone]])
        return Chosen(
            np.where(alone, lone, value), self.block.rows[rows], self.columns[communes]
        )

    def _singles(
        self, reduced: Floats, weightless: Floats, nothing: Bools
    ) -> tuple[Ints, Floats]:
        """The best pattern of one unit for communes that may not stay empty."""
        size = len(self.columns)
        if not nothing.any() or not len(reduced):
            return np.zeros(size, np.int64), np.full(size, np.inf)
        loads = self.block.loads
        alone = reduced + self.slope * np.abs(loads[:, None] - self.target[None, :])
        if self.is_limited:
            alone[self.provincial[:, None] & (self.room < 1)[None, :]] = np.inf
        best = alone.argmin(axis=0)
        return best, alone[best, np.arange(size)] + weightless

    def _trace(self, layer: Ints, cell: Ints) -> tuple[Ints, Ints]:
        """Back from where each commune ended to the units on the way."""
        rows: list[Ints] = []
        communes: list[Ints] = []
        for number in reversed(range(len(self.steps))):
            row = self.row_of[number]
            counted = self.is_limited and bool(self.provincial[row])
            chosen, source = self._took(number, layer - counted, cell)
            if not len(chosen):
                continue
            rows.append(np.full(len(chosen), row))
            communes.append(chosen)
            cell[chosen] = source
            layer[chosen] -= counted
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(rows), np.concatenate(communes)

    def _took(self, number: int, layer: Ints, cell: Ints) -> tuple[Ints, Ints]:
        """The communes whose way passed through this step, and where it came from."""
        step, end = self.steps[number], self.cells + 1
        load = int(self.block.loads[self.row_of[number]])
        possible = (layer >= 0) & (layer < step.entered.shape[1])
        beyond = possible & (cell == end)
        at = np.nonzero(beyond)[0]
        late = at[step.entered[at, layer[at]]]
        at = np.nonzero(possible & ~beyond & (cell >= load))[0]
        early = at[step.taken[at, layer[at], cell[at] - load]]
        source = step.source[late, layer[late]]
        return np.concatenate([late, early]), np.concatenate(
            [source, cell[early] - load]
        )


def choose_in(
    piece: Piece, block: Block, reduced: Floats, active: Ints | None = None
) -> Chosen:
    """The cheapest pattern of each commune of a block, or of the active ones."""
    if active is None:
        active = np.arange(len(block.columns))
    table = Table(piece, block, active)
    mine = reduced[:, active]
    table.fill(mine)
    return table.read(mine)
