"""The lower bound: which set of units would each commune take at given prices?

Every unit's places are bought at a price (Lagrangian multipliers of "exactly `communes`
places", of caps and of minima above one). At those prices each commune chooses its
cheapest set alone, exactly; the sum is a bound for any prices. Unlike the linear
relaxation, it knows that people come in whole units.
"""

from dataclasses import dataclass, replace

import numpy as np

from kheo.assignments.solver.engine.instance import NO_CAP, Floats, Instance, Ints
from kheo.assignments.solver.engine.pieces import Block, Piece
from kheo.assignments.solver.engine.tables import choose_in

STALE_STEPS = 12
ROUNDING = 1e-12
"""What adding up a bound may be wrong by, relative to what is added."""


@dataclass(frozen=True)
class Prices:
    """Multipliers over the instance: by unit, commune (caps and minima) and group."""

    units: Floats
    total: Floats
    provincial: Floats
    share: Floats
    minimum: Floats

    def spliced(self, piece: Piece, other: "Prices") -> "Prices":
        """These prices, with the other ones for what a piece consists of."""
        units, own = self.units.copy(), np.concatenate(piece.items or [piece.units])
        units[own] = other.units[own]
        total, provincial, minimum = (
            _with(mine, theirs, piece.communes)
            for mine, theirs in (
                (self.total, other.total),
                (self.provincial, other.provincial),
                (self.minimum, other.minimum),
            )
        )
        share = _with(self.share, other.share, piece.groups)
        return Prices(units, total, provincial, share, minimum)


def _with(mine: Floats, theirs: Floats, where: Ints) -> Floats:
    copy = mine.copy()
    copy[where] = theirs[where]
    return copy


@dataclass(frozen=True)
class Choice:
    """What all communes of a piece choose at some prices, and the bound that proves."""

    bound: float
    value: Floats
    columns: Ints
    items: Ints


def reduced_in(piece: Piece, block: Block, prices: Prices) -> Floats:
    """What each item adds to each commune's pattern, the fit apart."""
    at = piece.communes[block.columns]
    tolls = prices.total[at] - prices.minimum[at]
    extra = prices.share[piece.group[block.columns]]
    if not piece.layers:
        extra = extra + prices.provincial[at]
    reduced: Floats = block.bare - prices.units[piece.units[block.rows]][:, None]
    reduced += tolls
    reduced[piece.provincial[block.rows]] += extra
    return reduced


def sold(piece: Piece, prices: Prices) -> float:
    """What the prices prove apart from the communes' own choices."""
    at = piece.communes
    bought = float(prices.units[piece.units] @ piece.supply)
    paid = _paid(prices.total[at], piece.room_total)
    paid += _paid(prices.share[piece.groups], piece.room_share)
    if not piece.layers:
        paid += _paid(prices.provincial[at], piece.room_provincial)
    return bought - paid + float(prices.minimum[at] @ piece.minimum)


def _paid(prices: Floats, room: Ints) -> float:
    return float(prices @ np.where(room < NO_CAP // 2, room, 0))


def evaluate(piece: Piece, prices: Prices, active: Ints | None = None) -> Choice:
    """The bound that these prices prove, and what the communes choose.

    With `active` only those communes choose, and the bound proves nothing.
    """
    value = np.zeros(len(piece.communes))
    columns, items = [], []
    wanted = np.ones(len(value), dtype=bool)
    if active is not None:
        wanted[:] = False
        wanted[active] = True
    for block in piece.blocks:
        here = np.nonzero(wanted[block.columns])[0]
        if not len(here):
            continue
        chosen = choose_in(piece, block, reduced_in(piece, block, prices), here)
        value[block.columns[here]] = chosen.value
        columns.append(chosen.columns)
        items.append(chosen.items)
    nothing = np.zeros(0, dtype=np.int64)
    apart = float(np.abs(prices.units[piece.units]) @ piece.supply)
    hidden = ROUNDING * (apart + float(np.abs(value).sum()))
    return Choice(
        float(value.sum()) + sold(piece, prices) - hidden,
        value,
        np.concatenate([nothing, *columns]),
        np.concatenate([nothing, *items]),
    )


class Ascent:
    """Subgradient steps for a piece too large for a master problem.

    The direction is a moving average of the pulls, which keeps the prices from swinging;
    it returns to the best prices when it stalls.
    """

    def __init__(self, piece: Piece, prices: Prices) -> None:
        self.piece = piece
        self.prices = self.best_prices = prices
        self.value = -np.inf
        self.worth = np.zeros(len(piece.communes))
        self.step = 0.1
        self.stale = 0
        self.mix = 0.3
        self.average: Floats | None = None
        self._limits()

    @property
    def done(self) -> bool:
        return self.step < 1e-3

    def _limits(self) -> None:
        piece, instance = self.piece, self.piece.instance
        spread = [
            (instance.total_cap.price, piece.room_total),
            (instance.provincial_cap.price, piece.room_provincial),
            (instance.share_cap.price, piece.room_share),
            (instance.hard, np.where(piece.minimum >= 2, 0, NO_CAP)),
        ]
        top = [np.where(room < NO_CAP // 2, price, 0.0) for price, room in spread]
        if piece.layers:
            top[1] = np.zeros_like(top[1])
        self.top = np.concatenate([np.full(len(piece.units), np.inf), *top])
        self.low = np.zeros_like(self.top)
        self.low[: len(piece.units)] = -np.inf

    def advance(self, goal: float) -> Choice:
        """Evaluate the current prices, keep what they prove, and take the next step."""
        choice = evaluate(self.piece, self.prices)
        pull = self._pull(choice)
        before = pull if self.average is None else self.average
        self.average = self.mix * pull + (1 - self.mix) * before
        if choice.bound > self.value + 1e-5 * abs(goal - choice.bound):
            self.stale = 0
        else:
            self.stale += 1
        if choice.bound > self.value:
            self.value, self.worth = choice.bound, choice.value
            self.best_prices = self.prices
        if self.stale >= STALE_STEPS:
            self.step, self.stale, self.prices = self.step * 0.7, 0, self.best_prices
            self.average = pull
        self._go(choice, goal)
        return choice

    def _pull(self, choice: Choice) -> Floats:
        """The subgradient: which prices should rise (demand unmet, caps passed)."""
        piece, size = self.piece, len(self.piece.communes)
        provincial = piece.provincial[choice.items]
        count = np.bincount(choice.columns, minlength=size)
        counted = np.bincount(choice.columns, provincial, size)
        at = np.searchsorted(piece.groups, piece.group[choice.columns])
        grouped = np.bincount(at, provincial, len(piece.groups))
        taken = np.bincount(choice.items, minlength=len(piece.items))
        parts = [
            piece.supply - taken,
            count - piece.room_total,
            counted - piece.room_provincial,
            grouped - piece.room_share,
            piece.minimum - count,
        ]
        found: Floats = np.concatenate(parts).astype(float)
        found[self.top <= 0] = 0.0
        return found

    def _flat(self) -> Floats:
        piece, prices, at = self.piece, self.prices, self.piece.communes
        return np.concatenate(
            [
                prices.units[piece.units], prices.total[at], prices.provincial[at],
                prices.share[piece.groups], prices.minimum[at],
            ]
        )  # fmt: skip

    def _go(self, choice: Choice, goal: float) -> None:
        """The next prices: a step along the averaged direction."""
        present = self._flat()
        direction = self.average if self.average is not None else np.zeros_like(present)
        idle = (present <= self.low) & (direction < 0)
        direction = np.where(idle, 0.0, direction)
        length = float(direction @ direction)
        if not length:
            return
        stride = self.step * max(goal - choice.bound, 1e-6 * abs(goal)) / length
        moved = np.clip(present + stride * direction, self.low, self.top)
        self.prices = unflattened(self.piece, self.prices, moved)


def unflattened(piece: Piece, prices: Prices, values: Floats) -> Prices:
    """Prices whose values for a piece are given in one row."""
    size, groups = len(piece.communes), len(piece.groups)
    units = prices.units.copy()
    own = np.repeat(np.arange(len(piece.items)), [len(item) for item in piece.items])
    if len(own):
        units[np.concatenate(piece.items)] = values[: len(piece.items)][own]
    cuts = np.cumsum([len(piece.items), size, size, groups])
    _, total, provincial, share, minimum = np.split(values, cuts)
    at = piece.communes
    fresh = [prices.total.copy(), prices.provincial.copy(), prices.minimum.copy()]
    for whole, part in zip(fresh, (total, provincial, minimum), strict=True):
        whole[at] = part
    shared = prices.share.copy()
    shared[piece.groups] = share
    return Prices(units, fresh[0], fresh[1], shared, fresh[2])


def capped(prices: Prices, instance: Instance) -> Prices:
    """The same prices with those of soft caps inside what the caps cost."""
    return replace(
        prices,
        total=np.clip(prices.total, 0, instance.total_cap.price),
        provincial=np.clip(prices.provincial, 0, instance.provincial_cap.price),
        share=np.clip(prices.share, 0, instance.share_cap.price),
        minimum=np.clip(np.where(instance.minimum < 2, 0, prices.minimum), 0, None),
    )
