"""The lower bound: which set of units would each commune take at given prices?

Every unit's places are bought at a price (Lagrangian multipliers of "exactly `communes`
places", of the caps and of minima above one). At those prices each commune chooses its
cheapest set alone, exactly, by a table over its load; the sum is a bound for any prices.
Unlike the linear relaxation, it knows that people come in whole units.
"""

from dataclasses import dataclass, replace

import numpy as np

from kheo.assignments.solver.engine.instance import (
    BARRED,
    NO_CAP,
    Bools,
    Floats,
    Instance,
    Ints,
)

MOST_CELLS = 3_000
FEW_CELLS = 400
MANY_COMMUNES = 600
STALE_STEPS = 12


@dataclass(frozen=True)
class Prices:
    """Multipliers: per kind of unit, per commune (caps and minima) and per group."""

    units: Floats
    total: Floats
    provincial: Floats
    share: Floats
    minimum: Floats


@dataclass(frozen=True)
class Choice:
    """What all communes together choose at some prices, and the bound that proves."""

    bound: float
    units: Ints
    communes: Ints


@dataclass(frozen=True)
class Chosen:
    """What the communes of one block choose."""

    value: Floats
    units: Ints
    communes: Ints


class Grid:
    """Loads as whole cells; what rounding may hide is taken off the unit's cost.

    With one commune per unit, or few to a unit, a cell is exact.
    """

    def __init__(
        self, instance: Instance, widest: float, most: int = MOST_CELLS
    ) -> None:
        divisors = {unit.communes for unit in instance.units}
        scale = float(np.lcm.reduce(sorted(divisors))) if divisors else 1.0
        if scale * widest > most:
            scale = 1.0 if widest <= most else most / widest
        self.scale = scale
        # Where the fit costs nothing, neither does a load.
        heads = (
            instance.heads if instance.fit_price > 0 else np.zeros_like(instance.heads)
        )
        self.loads = np.rint(heads * scale).astype(np.int64)
        error = np.abs(self.loads - heads * scale)
        error[error < 1e-9] = 0.0
        self.error = error * instance.fit_price / scale


def most_cells(instance: Instance) -> int:
    """Fewer cells for a country: what rounding hides is small beside its gap."""
    return MOST_CELLS if len(instance.communes) <= MANY_COMMUNES else FEW_CELLS


class Block:
    """The pattern table of a few communes that the same units may go to."""

    def __init__(self, instance: Instance, grid: Grid, communes: Ints) -> None:
        self.instance, self.communes = instance, communes
        units = instance.reachable(communes)
        units = units[np.lexsort((instance.kinds[units], -grid.loads[units]))]
        costs = instance.pair_costs(units, communes)
        possible = (costs < BARRED / 2).any(axis=1)
        self.units, self.costs = units[possible], costs[possible]
        self.costs[self.costs > BARRED / 2] = np.inf
        self.loads = grid.loads[self.units]
        self.costs -= grid.error[self.units][:, None]
        self.slope = instance.fit_price / grid.scale
        self.target = (instance.target - instance.load)[communes] * grid.scale
        self.cells = max(0, int(np.floor(self.target.max()))) if self.slope > 0 else 0
        self.provincial = instance.is_provincial[self.units]
        self.nonempty = instance.minimum[communes] >= 1
        self.line = self.slope * (
            np.arange(self.cells + 1)[None, :] - self.target[:, None]
        )

    def reduced(self, prices: Prices, kinds: Ints) -> Floats:
        """What each unit adds to each commune's pattern, the fit apart."""
        at = self.communes
        places = prices.total[at] - prices.minimum[at]
        extra = prices.provincial[at] + prices.share[self.instance.group_of[at]]
        reduced: Floats = self.costs - prices.units[kinds[self.units]][:, None] + places
        reduced[self.provincial] += extra
        return reduced

    def choose(self, reduced: Floats) -> Chosen:
        """The cheapest pattern of each commune."""
        table = Table(self)
        for item in range(len(self.units)):
            table.add(item, reduced[item])
        return table.read(reduced)


class Table:
    """Cheapest way to each load, and one last column for "beyond all targets".

    Beyond the largest target the fit is linear, so one column with the fit included is
    exact and the table need not be longer.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.best = np.full((len(block.communes), block.cells + 2), np.inf)
        self.best[:, 0] = 0.0
        self.taken: dict[int, Bools] = {}
        self.entered: dict[int, Bools] = {}
        self.source: dict[int, Ints] = {}
        self.everyone = np.arange(len(self.best))

    def add(self, item: int, price: Floats) -> None:
        """Let every commune take this unit if that is cheaper at some load.

        A unit that costs more than its load could ever repay is in no best pattern of
        two or more, and patterns of one are looked at in `read`.
        """
        block, best = self.block, self.best
        load, end = int(block.loads[item]), block.cells + 1
        if load == 0 or price.min() > block.slope * load:
            return
        self._leave_the_table(item, price, load)
        if load < end:
            with_it = best[:, : end - load] + price[:, None]
            here = best[:, load:end]
            self.taken[item] = with_it < here
            np.minimum(here, with_it, out=here)
        else:
            self.taken[item] = np.zeros((len(best), 0), dtype=bool)

    def _leave_the_table(self, item: int, price: Floats, load: int) -> None:
        """The last column: reached from within the table, or stayed in."""
        block, best, end = self.block, self.best, self.block.cells + 1
        start = max(0, end - load)
        tail = best[:, start:end] + block.line[:, start:]
        jump = tail.argmin(axis=1)
        reached = tail[self.everyone, jump]
        stayed = best[:, end]
        beyond = np.minimum(reached, stayed) + price + block.slope * load
        self.source[item] = np.where(stayed <= reached, end, jump + start)
        self.entered[item] = beyond < stayed
        best[:, end] = np.minimum(stayed, beyond)

    def read(self, reduced: Floats) -> Chosen:
        """Trace the cheapest pattern of each commune, empty ones where allowed."""
        block, end = self.block, self.block.cells + 1
        everyone = np.arange(len(block.communes))
        none = block.loads == 0
        weightless = np.minimum(reduced[none], 0.0).sum(axis=0)
        final = self.best.copy()
        final[:, :end] += np.abs(block.line)
        nothing = block.nonempty & ~(reduced[none] < 0).any(axis=0)
        final[nothing, 0] = np.inf
        cell = final.argmin(axis=1)
        value = final[everyone, cell] + weightless
        single, lone = self._singles(reduced, weightless, nothing)
        alone = nothing & (lone < value)
        units, communes = self._trace(np.where(alone, 0, cell))
        free, where = np.nonzero((reduced < 0) & none[:, None])
        units = np.concatenate([units, free, single[alone]])
        communes = np.concatenate([communes, where, everyone[alone]])
        return Chosen(
            np.where(alone, lone, value), block.units[units], block.communes[communes]
        )

    def _singles(
        self, reduced: Floats, weightless: Floats, nothing: Ints
    ) -> tuple[Ints, Floats]:
        """The best pattern of one unit for communes that may not stay empty."""
        block, size = self.block, len(self.block.communes)
        if not nothing.any() or not len(block.units):
            return np.zeros(size, np.int64), np.full(size, np.inf)
        fit = block.slope * np.abs(block.loads[:, None] - block.target[None, :])
        alone = reduced + fit
        best = alone.argmin(axis=0)
        return best, alone[best, np.arange(size)] + weightless

    def _trace(self, cell: Ints) -> tuple[Ints, Ints]:
        block, end = self.block, self.block.cells + 1
        cell = cell.copy()
        units: list[Ints] = []
        communes: list[Ints] = []
        for item in reversed(self.taken):
            load = block.loads[item]
            beyond = cell == end
            chosen = beyond & self.entered[item]
            inside = np.nonzero((cell >= load) & ~beyond)[0]
            chosen[inside] = self.taken[item][inside, cell[inside] - load]
            rows = np.nonzero(chosen)[0]
            if not len(rows):
                continue
            units.append(np.full(len(rows), item))
            communes.append(rows)
            cell[rows] = np.where(
                beyond[rows], self.source[item][rows], cell[rows] - load
            )
        if not units:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(units), np.concatenate(communes)


class Bound:
    """The best bound so far, the prices that prove it, and the next prices to try."""

    def __init__(self, instance: Instance, prices: Prices) -> None:
        self.instance = instance
        self.kinds = instance.kinds
        self.supply = np.bincount(self.kinds, instance.left, len(prices.units))
        pieces = instance.blocks()
        self.blocks = []
        for piece in pieces:
            widest = float((instance.target - instance.load)[piece].max(initial=0.0))
            grid = Grid(instance, widest, most_cells(instance))
            self.blocks.append(Block(instance, grid, piece))
        self.prices = self.best_prices = prices
        self.value = -np.inf
        self.step = 0.1
        self.stale = 0
        self.mix = 0.3
        self.average: Floats | None = None
        limits = (
            (instance.total_cap.price, instance.total_cap.room),
            (instance.provincial_cap.price, instance.provincial_cap.room),
            (instance.share_cap.price, instance.share_cap.room),
            (instance.hard, np.where(instance.minimum >= 2, 0, NO_CAP)),
        )
        top = [np.where(room < NO_CAP // 2, price, 0.0) for price, room in limits]
        self.top = np.concatenate([np.full(len(prices.units), np.inf), *top])
        self.low = np.concatenate(
            [np.full(len(prices.units), -np.inf), *map(np.zeros_like, top)]
        )

    def evaluate(self, prices: Prices) -> Choice:
        """The bound that these prices prove, and what the communes choose."""
        instance = self.instance
        value, units, communes = 0.0, [], []
        for block in self.blocks:
            chosen = block.choose(block.reduced(prices, self.kinds))
            value += float(chosen.value.sum())
            units.append(chosen.units)
            communes.append(chosen.communes)
        value += float(prices.units @ self.supply)
        value -= _paid(prices.total, instance.total_cap.room)
        value -= _paid(prices.provincial, instance.provincial_cap.room)
        value -= _paid(prices.share, instance.share_cap.room)
        value += float(prices.minimum @ instance.minimum)
        return Choice(
            value + instance.fixed_cost, np.concatenate(units), np.concatenate(communes)
        )

    def advance(self, goal: float) -> Choice:
        """Evaluate the current prices, keep what they prove, and take the next step.

        A subgradient method whose direction is a moving average of the pulls, which
        keeps the prices from swinging; it returns to the best ones when it stalls.
        """
        choice = self.evaluate(self.prices)
        pull = self._pull(choice)
        before = pull if self.average is None else self.average
        self.average = self.mix * pull + (1 - self.mix) * before
        if choice.bound > self.value + 1e-5 * abs(goal - choice.bound):
            self.stale = 0
        else:
            self.stale += 1
        if choice.bound > self.value:
            self.value, self.best_prices = choice.bound, self.prices
        if self.stale >= STALE_STEPS:
            self.step, self.stale, self.prices = self.step * 0.7, 0, self.best_prices
            self.average = pull
        self._go(choice, goal)
        return choice

    def _pull(self, choice: Choice) -> Floats:
        """The subgradient: which prices should rise (demand unmet, caps passed)."""
        instance, size = self.instance, len(self.instance.communes)
        provincial = instance.is_provincial[choice.units]
        count = np.bincount(choice.communes, minlength=size)
        groups = instance.group_of[choice.communes]
        taken = np.bincount(self.kinds[choice.units], minlength=len(self.supply))
        found: Floats = np.concatenate(
            [
                self.supply - taken,
                count - instance.total_cap.room,
                np.bincount(choice.communes, provincial, size)
                - instance.provincial_cap.room,
                np.bincount(groups, provincial, instance.no_group + 1)
                - instance.share_cap.room,
                instance.minimum - count,
            ]
        ).astype(float)
        found[self.top <= 0] = 0.0
        return found

    def _go(self, choice: Choice, goal: float) -> None:
        """The next prices: a step from the best ones along the averaged direction."""
        best = _flat(self.prices)
        direction = self.average if self.average is not None else np.zeros_like(best)
        idle = (best <= self.low) & (direction < 0)
        direction = np.where(idle, 0.0, direction)
        length = float(direction @ direction)
        if not length:
            return
        stride = self.step * max(goal - choice.bound, 1e-6 * abs(goal)) / length
        moved = np.clip(best + stride * direction, self.low, self.top)
        sizes = np.cumsum([len(part) for part in _parts(self.best_prices)])[:-1]
        self.prices = Prices(*np.split(moved, sizes))


def _parts(prices: Prices) -> tuple[Floats, ...]:
    return prices.units, prices.total, prices.provincial, prices.share, prices.minimum


def _flat(prices: Prices) -> Floats:
    return np.concatenate(_parts(prices))


def _paid(prices: Floats, room: Ints) -> float:
    return float(prices @ np.where(room < NO_CAP // 2, room, 0))


def capped(prices: Prices, instance: Instance) -> Prices:
    """The same prices with those of soft caps inside what the caps cost."""
    return replace(
        prices,
        total=np.clip(prices.total, 0, instance.total_cap.price),
        provincial=np.clip(prices.provincial, 0, instance.provincial_cap.price),
        share=np.clip(prices.share, 0, instance.share_cap.price),
        minimum=np.clip(np.where(instance.minimum < 2, 0, prices.minimum), 0, None),
    )
