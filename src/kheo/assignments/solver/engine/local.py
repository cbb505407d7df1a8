"""Local search: the best shift or exchange of all, over and over, with exact deltas."""

from collections.abc import Callable

import numpy as np

from kheo.assignments.solver.engine.instance import BARRED, Floats, Instance, Ints

NEVER = 1e9
LEAST = 1e-11
NOISE = 1e-14
"""Relative rounding error that a delta can have, with room to spare."""
MOVES_PER_SLOT = 100
"""No descent is longer than this: one step of work stays in proportion to the instance."""
ARENA_SLOTS = 1_000
ROWS_AT_ONCE = 256


def least_gain(instance: Instance, paid: float) -> float:
    """By how much a move must improve when a slot pays `paid` where it is.

    A slot on a barred commune pays so much that the rounding of its deltas alone passes
    `LEAST`; a descent that took such a gain would go in circles.
    """
    return max(LEAST, NOISE * (instance.hard + abs(paid)))


class State:
    """Where each slot is (a unit has one slot per commune it still needs), and the sums."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.slots = np.repeat(
            np.arange(len(instance.units)), np.maximum(0, instance.left)
        )
        self.heads = instance.heads[self.slots]
        self.provincial = instance.is_provincial[self.slots]
        self.place = np.full(len(self.slots), -1, dtype=np.int64)
        first = np.concatenate([[0], np.cumsum(np.maximum(0, instance.left))])
        self.first = first.astype(np.int64)
        self.load = np.zeros(0)

    def settle(self, place: Ints) -> None:
        """Take over a complete placement and sum it up."""
        instance, size = self.instance, len(self.instance.communes)
        self.place = place.copy()
        self.load = instance.load + np.bincount(place, self.heads, size)
        self.count = np.bincount(place, minlength=size)
        self.provincials = np.bincount(place, self.provincial, size).astype(np.int64)
        groups = instance.group_of[place]
        self.grouped = np.bincount(
            groups, self.provincial, instance.no_group + 1
        ).astype(np.int64)

    def broken(self) -> int:
        """By how much the hard rules are missed; 0 is feasible."""
        instance = self.instance
        caps = (
            (instance.total_cap, self.count),
            (instance.provincial_cap, self.provincials),
            (instance.share_cap, self.grouped),
        )
        over = sum(
            int(np.maximum(0, count - cap.room).sum())
            for cap, count in caps
            if cap.price >= instance.hard
        )
        barred = instance.paid(self.slots, self.place) > BARRED / 2
        short = np.maximum(0, instance.minimum - self.count).sum()
        return over + int(short + barred.sum()) + self._twice()

    def _twice(self) -> int:
        """How many slots are where another slot of the same unit is already."""
        if (self.instance.left <= 1).all():
            return 0
        keys = self.slots * len(self.instance.communes) + self.place
        return len(keys) - len(np.unique(keys))

    def cost(self) -> float:
        """The cost with soft caps, penalties for broken rules included."""
        instance = self.instance
        caps = (
            (instance.total_cap, self.count),
            (instance.provincial_cap, self.provincials),
            (instance.share_cap, self.grouped),
        )
        over = sum(cap.price * np.maximum(0, n - cap.room).sum() for cap, n in caps)
        short = instance.hard * np.maximum(0, instance.minimum - self.count).sum()
        fit = instance.fit_price * np.abs(self.load - instance.target).sum()
        paid = instance.paid(self.slots, self.place).sum()
        short += instance.hard * self._twice()
        return float(fit + paid + over + short + instance.fixed_cost)


class Arena:
    """A set of communes between which slots are shifted and exchanged."""

    def __init__(self, instance: Instance, communes: Ints) -> None:
        self.instance = instance
        self.communes = communes
        self.units = instance.reachable(communes)
        self.costs = instance.pair_costs(self.units, communes)
        self.row = np.full(len(instance.units), -1, dtype=np.int64)
        self.row[self.units] = np.arange(len(self.units))
        self.column = np.full(len(instance.communes), -1, dtype=np.int64)
        self.column[communes] = np.arange(len(communes))

    def descend(self, state: State, over: Callable[[], bool]) -> int:
        """Apply the best improving move until none gains; how many were applied."""
        inside = np.nonzero(self.column[state.place] >= 0)[0]
        if not len(inside) or len(self.communes) < 2:
            return 0
        table = _Moves(self, state, inside)
        moves, most = 0, MOVES_PER_SLOT * len(inside)
        while moves < most and not over() and table.apply_best():
            moves += 1
        table.write_back()
        return moves


class _Moves:
    """The deltas of all shifts and exchanges in one arena, kept current."""

    def __init__(self, arena: Arena, state: State, inside: Ints) -> None:
        self.arena, self.state, self.inside = arena, state, inside
        instance = arena.instance
        communes = arena.communes
        self.instance = instance
        self.cost = arena.costs[arena.row[state.slots[inside]]]
        self.unit = state.slots[inside]
        self.heads = state.heads[inside]
        self.is_provincial = state.provincial[inside]
        self.at = arena.column[state.place[inside]]
        self.target = instance.target[communes]
        self.load = state.load[communes]
        self.count = state.count[communes]
        self.provincials = state.provincials[communes]
        self.grouped = state.grouped.copy()
        self.group = instance.group_of[communes]
        self.has_siblings = (
            np.bincount(self.unit, minlength=len(instance.units))[self.unit] > 1
        )
        self.everyone = np.arange(len(inside))
        self.everywhere = np.arange(len(communes))
        self._prices()
        self.shift = self._shifts(self.everyone, self.everywhere)
        self.swap = np.empty((len(inside), len(inside)))
        for start in range(0, len(inside), ROWS_AT_ONCE):
            rows = self.everyone[start : start + ROWS_AT_ONCE]
            self.swap[rows] = self._swaps(rows)

    def _prices(self) -> None:
        """What entering and leaving a commune costs in caps and minima."""
        instance, communes = self.instance, self.arena.communes
        total, provincial = instance.total_cap, instance.provincial_cap
        share, hard = instance.share_cap, instance.hard
        minimum = instance.minimum[communes]
        self.enter = total.price * (self.count >= total.room[communes]) - hard * (
            self.count < minimum
        )
        self.leave = hard * (self.count <= minimum) * (minimum > 0) - total.price * (
            self.count > total.room[communes]
        )
        room = provincial.room[communes]
        self.enter_p = provincial.price * (self.provincials >= room)
        self.leave_p = -provincial.price * (self.provincials > room)
        self.enter_g = share.price * (self.grouped >= share.room)
        self.leave_g = -share.price * (self.grouped > share.room)

    def _shifts(self, rows: Ints, columns: Ints) -> Floats:
        at, heads = self.at[rows], self.heads[rows]
        fit, load, target = self.instance.fit_price, self.load, self.target
        out = fit * (
            np.abs(load[at] - heads - target[at]) - np.abs(load[at] - target[at])
        )
        out += self.leave[at] - self.cost[rows, at]
        gap = load[columns] - target[columns]
        delta: Floats = fit * (np.abs(gap + heads[:, None]) - np.abs(gap))
        delta += self.cost[np.ix_(rows, columns)] + self.enter[columns] + out[:, None]
        some = np.nonzero(self.is_provincial[rows])[0]
        if len(some):
            mine = at[some]
            delta[some] += self.enter_p[columns] + self.leave_p[mine][:, None]
            here, there = self.group[mine][:, None], self.group[columns][None, :]
            moved = self.enter_g[there] + self.leave_g[here]
            delta[some] += np.where(here != there, moved, 0.0)
        delta[at[:, None] == columns[None, :]] = NEVER
        for row in np.nonzero(self.has_siblings[rows])[0]:
            taken = self.at[self.unit == self.unit[rows[row]]]
            delta[row, np.isin(columns, taken)] = NEVER
        return delta

    def _swaps(self, rows: Ints) -> Floats:
        at, gap, fit = self.at, self.load - self.target, self.instance.fit_price
        mine = at[rows]
        moved = self.heads[None, :] - self.heads[rows][:, None]
        cost = np.abs(gap) * fit
        own = self.cost[self.everyone, at]
        delta: Floats = np.abs(gap[mine][:, None] + moved) + np.abs(gap[at] - moved)
        delta *= fit
        delta -= (cost[mine] + own[rows])[:, None]
        delta -= cost[at] + own
        delta += self.cost[np.ix_(rows, at)]
        delta += self.cost[:, mine].T
        self._swap_caps(delta, rows)
        delta[mine[:, None] == at[None, :]] = NEVER
        self._bar_siblings(delta, rows)
        return delta

    def _swap_caps(self, delta: Floats, rows: Ints) -> None:
        """Exchanging a provincial unit for another kind moves the provincial counts."""
        provincial = self.is_provincial
        if provincial.all() or not provincial.any():
            return
        for mine_is in (True, False):
            some = np.nonzero(provincial[rows] == mine_is)[0]
            others = np.nonzero(provincial != mine_is)[0]
            mine, theirs = self.at[rows[some]][:, None], self.at[others][None, :]
            source, sink = (mine, theirs) if mine_is else (theirs, mine)
            here, there = self.group[source], self.group[sink]
            price = self.enter_p[sink] + self.leave_p[source]
            price = price + np.where(
                here != there, self.enter_g[there] + self.leave_g[here], 0.0
            )
            delta[np.ix_(some, others)] += price

    def _bar_siblings(self, delta: Floats, rows: Ints) -> None:
        if not self.has_siblings.any():
            return
        delta[self.unit[rows][:, None] == self.unit[None, :]] = NEVER
        for row in np.nonzero(self.has_siblings[rows])[0]:
            taken = self.at[self.unit == self.unit[rows[row]]]
            delta[row, np.isin(self.at, taken)] = NEVER
        for column in np.nonzero(self.has_siblings)[0]:
            taken = self.at[self.unit == self.unit[column]]
            delta[np.isin(self.at[rows], taken), column] = NEVER

    def apply_best(self) -> bool:
        shift, swap = int(self.shift.argmin()), int(self.swap.argmin())
        best = min(self.shift.flat[shift], self.swap.flat[swap])
        paid = float(np.abs(self.cost[self.everyone, self.at]).max())
        if best > -least_gain(self.instance, paid):
            return False
        if self.shift.flat[shift] <= self.swap.flat[swap]:
            slot, column = divmod(shift, len(self.everywhere))
            touched = [self.at[slot], column]
            self._move(slot, column)
        else:
            slot, other = divmod(swap, len(self.everyone))
            touched = [self.at[slot], self.at[other]]
            self._move(slot, touched[1])
            self._move(other, touched[0])
        self._refresh(np.array(touched))
        return True

    def _move(self, slot: int, column: int) -> None:
        old = self.at[slot]
        self.at[slot] = column
        self.load[old] -= self.heads[slot]
        self.load[column] += self.heads[slot]
        self.count[old] -= 1
        self.count[column] += 1
        if self.is_provincial[slot]:
            self.provincials[old] -= 1
            self.provincials[column] += 1
            self.grouped[self.group[old]] -= 1
            self.grouped[self.group[column]] += 1

    def _refresh(self, touched: Ints) -> None:
        before = self.enter_g.copy(), self.leave_g.copy()
        self._prices()
        if (before[0] != self.enter_g).any() or (before[1] != self.leave_g).any():
            self.shift = self._shifts(self.everyone, self.everywhere)
            self.swap = self._swaps(self.everyone)
            return
        rows = np.nonzero(np.isin(self.at, touched))[0]
        self.shift[:, touched] = self._shifts(self.everyone, touched)
        self.shift[rows] = self._shifts(rows, self.everywhere)
        swaps = self._swaps(rows)
        self.swap[rows] = swaps
        self.swap[:, rows] = swaps.T

    def write_back(self) -> None:
        state, communes = self.state, self.arena.communes
        state.place[self.inside] = communes[self.at]
        state.load[communes] = self.load
        state.count[communes] = self.count
        state.provincials[communes] = self.provincials
        state.grouped[:] = self.grouped


def arenas(instance: Instance) -> list[Arena]:
    """All communes at once when they are few enough, else by group and in pieces."""
    slots = int(np.maximum(0, instance.left).sum())
    everywhere = np.arange(len(instance.communes))
    if slots <= ARENA_SLOTS:
        return [Arena(instance, everywhere)]
    per_commune = slots / len(everywhere)
    widest = max(2, int(ARENA_SLOTS / max(1.0, per_commune)))
    pieces: list[Ints] = []
    for group in range(instance.no_group + 1):
        members = np.nonzero(instance.group_of == group)[0]
        members = members[np.argsort(instance.lat[members], kind="stable")]
        pieces += [members[i : i + widest] for i in range(0, len(members), widest)]
    return [Arena(instance, piece) for piece in pieces if len(piece)]


def migrate(instance: Instance, state: State, over: Callable[[], bool]) -> int:
    """Shift slots of units without a group to wherever they cost least; how many moved."""
    free = np.nonzero(instance.bound_to[state.slots] < 0)[0]
    everywhere = np.arange(len(instance.communes))
    moved = 0
    for start in range(0, len(free), ROWS_AT_ONCE):
        chunk = free[start : start + ROWS_AT_ONCE]
        rows = instance.pair_costs(state.slots[chunk], everywhere)
        for slot, row in zip(chunk, rows, strict=True):
            if over():
                return moved
            moved += _migrate_one(instance, state, int(slot), row)
    return moved


def _migrate_one(instance: Instance, state: State, slot: int, row: Floats) -> bool:
    old, heads, unit = int(state.place[slot]), state.heads[slot], state.slots[slot]
    place = state.place.copy()
    gap = state.load - instance.target
    gain = np.abs(gap[old] - heads) - np.abs(gap[old])
    delta = (
        row - row[old] + instance.fit_price * (np.abs(gap + heads) - np.abs(gap) + gain)
    )
    total, provincial, share = (
        instance.total_cap,
        instance.provincial_cap,
        instance.share_cap,
    )
    delta += total.price * (state.count >= total.room)
    delta += instance.hard * (state.count[old] <= instance.minimum[old])
    if state.provincial[slot]:
        delta += provincial.price * (state.provincials >= provincial.room)
        full = (state.grouped >= share.room)[instance.group_of]
        other = instance.group_of != instance.group_of[old]
        delta += share.price * (full & other)
    siblings = place[state.first[unit] : state.first[unit + 1]]
    delta[siblings] = NEVER
    best = int(delta.argmin())
    if delta[best] > -least_gain(instance, float(row[old])):
        return False
    place[slot] = best
    state.settle(place)
    return True
