"""Exact recombination: list every promising pattern of each commune, then choose one each.

With all patterns listed whose reduced cost is within the gap, the best choice is the
optimum; with fewer of them it is a strong move of a large neighbourhood search.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from kheo.assignments.solver.engine.instance import BARRED, NO_CAP, Floats, Instance, Ints
from kheo.assignments.solver.engine.local import State
from kheo.assignments.solver.engine.patterns import Grid, Prices

MOST_TABLE = 30_000_000
Members = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Field:
    """Some communes, and how many places each kind of unit has to fill among them."""

    communes: Ints
    items: list[Ints]
    supply: Ints
    room_total: Ints
    room_provincial: Ints
    room_share: Ints
    minimum: Ints


@dataclass(frozen=True)
class Patterns:
    """Sets of units by commune: which commune, how many of each item, the true cost."""

    commune: Ints
    members: Members
    cost: Floats


def field_of(instance: Instance, state: State, kinds: Ints, communes: Ints) -> Field:
    """The slots now in these communes, to be dealt again among them."""
    inside = np.isin(state.place, communes)
    units, supply = np.unique(state.slots[inside], return_counts=True)
    # Units of a kind are one item when each has all its places in the field.
    whole = supply == instance.left[units]
    labels = np.where(whole, kinds[units], -1 - np.arange(len(units)))
    seen, item = np.unique(labels, return_inverse=True)
    items = [units[item == each] for each in range(len(seen))]
    total = np.bincount(item, supply, len(seen)).astype(np.int64)
    groups = np.bincount(
        instance.group_of[state.place[~inside]],
        state.provincial[~inside],
        instance.no_group + 1,
    ).astype(np.int64)
    return Field(
        communes,
        items,
        total,
        instance.total_cap.room[communes],
        instance.provincial_cap.room[communes],
        instance.share_cap.room - groups,
        instance.minimum[communes],
    )


class Lister:
    """Lists the patterns of a field whose reduced cost is near the commune's best."""

    def __init__(
        self, instance: Instance, field: Field, kinds: Ints, prices: Prices
    ) -> None:
        self.instance, self.field = instance, field
        target = (instance.target - instance.load)[field.communes]
        grid = Grid(instance, float(target.max(initial=0.0)))
        firsts = np.array([item[0] for item in field.items], dtype=np.int64)
        order = np.argsort(-grid.loads[firsts], kind="stable")
        self.units = firsts[order]
        self.items = [field.items[each] for each in order]
        self.supply = field.supply[order]
        copies = np.array([len(item) for item in self.items], dtype=np.int64)
        self.copies = np.minimum(copies, self.supply)
        self.loads = grid.loads[self.units]
        self.target = target * grid.scale
        self.slope = instance.fit_price / grid.scale
        costs = instance.pair_costs(self.units, field.communes)
        costs[costs > BARRED / 2] = np.inf
        self.costs = costs
        self.provincial = instance.is_provincial[self.units]
        at = field.communes
        reduced = costs - grid.error[self.units][:, None]
        reduced -= prices.units[kinds[self.units]][:, None]
        reduced += prices.total[at] - prices.minimum[at]
        reduced[self.provincial] += (
            prices.provincial[at] + prices.share[instance.group_of[at]]
        )
        self.reduced = reduced
        self.kept_apart = self._dual_constant(prices, kinds)

    def _dual_constant(self, prices: Prices, kinds: Ints) -> float:
        """What the prices prove apart from the communes' own choices."""
        field, at = self.field, self.field.communes
        groups = np.unique(self.instance.group_of[at])
        caps = (
            (prices.total[at], field.room_total),
            (prices.provincial[at], field.room_provincial),
            (prices.share[groups], field.room_share[groups]),
        )
        paid = sum(
            float(price @ np.where(room < NO_CAP // 2, room, 0)) for price, room in caps
        )
        bought = float(prices.units[kinds[self.units]] @ self.supply)
        return bought - paid + float(prices.minimum[at] @ field.minimum)

    def bound(self) -> float:
        """What the prices prove for this field alone."""
        total = self.kept_apart
        for column in range(len(self.field.communes)):
            tables, cells = self.least(column, 0.0)
            total += float((self._fit(column, cells) + tables[-1]).min())
        return total

    def _fit(self, column: int, cells: int) -> Floats:
        fit: Floats = self.slope * np.abs(np.arange(cells + 1) - self.target[column])
        return fit

    def least(self, column: int, spread: float) -> tuple[list[Floats], int]:
        """Tables of the cheapest way to each load before every item, and their length."""
        cells = self._enough(column, spread)
        best = np.full(cells + 1, np.inf)
        best[0] = 0.0
        tables = []
        for item, load in enumerate(self.loads):
            tables.append(best)
            price = self.reduced[item, column]
            if not np.isfinite(price):
                continue
            best = best.copy()
            for _ in range(self.copies[item]):
                if load <= cells:
                    shifted = best[: cells + 1 - load] + price
                    best[load:] = np.minimum(best[load:], shifted)
        tables.append(best)
        return tables, cells

    def _enough(self, column: int, spread: float) -> int:
        """A load beyond which no pattern can be near the best."""
        price = self.reduced[:, column]
        gain = float((np.minimum(price, 0.0) * self.copies)[np.isfinite(price)].sum())
        target = max(0.0, float(self.target[column]))
        if self.slope <= 0:
            return int(self.loads @ self.copies)
        # The empty pattern costs `slope * target`; nothing dearer can be the best.
        reach = 2 * target + (spread - gain) / self.slope
        return min(int(self.loads @ self.copies), int(reach) + 1)

    def near(self, column: int, spread: float, most: int) -> Patterns | None:
        """All patterns within `spread` of the best of this commune; `None` if too many."""
        tables, cells = self.least(column, spread)
        if len(tables) * cells > MOST_TABLE:
            return None
        fit = self._fit(column, cells)
        whole = fit + tables[-1]
        limit = whole.min(initial=np.inf) + spread + 1e-12
        cell = np.nonzero(whole <= limit)[0]
        value = fit[cell]
        history: list[tuple[Ints, Ints]] = []
        for item in range(len(self.loads) - 1, -1, -1):
            cell, value, parent, number = self._branch(
                item, column, tables[item], (cell, value), limit
            )
            history.append((parent, number))
            if len(cell) > most:
                return None
        return self._patterns(column, history)

    def _branch(
        self,
        item: int,
        column: int,
        table: Floats,
        states: tuple[Ints, Floats],
        limit: float,
    ) -> tuple[Ints, Floats, Ints, Ints]:
        cell, value = states
        price, load = self.reduced[item, column], self.loads[item]
        copies = int(self.copies[item]) if np.isfinite(price) else 0
        cells, values, parents, numbers = [], [], [], []
        for number in range(copies + 1):
            left = cell - number * load
            worth = value + number * price if number else value
            ok = np.nonzero(left >= 0)[0]
            ok = ok[worth[ok] + table[left[ok]] <= limit]
            if number and not len(ok):
                break
            cells.append(left[ok])
            values.append(worth[ok])
            parents.append(ok)
            numbers.append(np.full(len(ok), number))
        return (
            np.concatenate(cells),
            np.concatenate(values),
            np.concatenate(parents),
            np.concatenate(numbers),
        )

    def _patterns(self, column: int, history: list[tuple[Ints, Ints]]) -> Patterns:
        size = len(history[-1][0]) if history else 1
        members = np.zeros((size, len(self.loads)), dtype=np.uint8)
        at = np.arange(size)
        for item, (parent, number) in enumerate(reversed(history)):
            members[:, item] = number[at]
            at = parent[at]
        return self.priced(np.full(size, column), members)

    def priced(self, column: Ints, members: Members) -> Patterns:
        """True costs; patterns that a hard rule forbids are left out."""
        instance, field = self.instance, self.field
        heads = members @ instance.heads[self.units]
        goal = (instance.target - instance.load)[field.communes][column]
        paid = (members * np.where(np.isinf(self.costs), 0, self.costs).T[column]).sum(axis=1)
        cost = instance.fit_price * np.abs(heads - goal) + paid
        count = members.sum(axis=1, dtype=np.int64)
        provincial = members[:, self.provincial].sum(axis=1, dtype=np.int64)
        over_total = np.maximum(0, count - field.room_total[column])
        over_provincial = np.maximum(0, provincial - field.room_provincial[column])
        cost += instance.total_cap.price * over_total
        cost += instance.provincial_cap.price * over_provincial
        cost += instance.hard * np.maximum(0, field.minimum[column] - count)
        kept = cost < instance.hard * 0.9
        return Patterns(column[kept], members[kept], cost[kept])

    def current(self, state: State) -> Patterns:
        """The patterns of the placement as it is."""
        communes = self.field.communes
        item_of = {int(u): i for i, units in enumerate(self.items) for u in units}
        column_of = {int(c): i for i, c in enumerate(communes)}
        members = np.zeros((len(communes), len(self.items)), dtype=np.uint8)
        for slot in np.nonzero(np.isin(state.place, communes))[0]:
            column = column_of[int(state.place[slot])]
            members[column, item_of[int(state.slots[slot])]] += 1
        return self.priced(np.arange(len(communes)), members)

    def placed(self, state: State, members: Members) -> Ints:
        """The whole placement with this field dealt anew.

        Units of one kind take turns, so that none gets a commune twice.
        """
        place = state.place.copy()
        inside = np.isin(state.place, self.field.communes)
        for item, units in enumerate(self.items):
            where = np.repeat(self.field.communes, members[:, item])
            for turn, unit in enumerate(units):
                slots = np.arange(state.first[unit], state.first[unit + 1])
                place[slots[inside[slots]]] = where[turn :: len(units)]
        return place


def joined(parts: list[Patterns]) -> Patterns:
    """All patterns, each once."""
    commune = np.concatenate([part.commune for part in parts])
    members = np.concatenate([part.members for part in parts])
    cost = np.concatenate([part.cost for part in parts])
    keyed = np.concatenate([commune[:, None].astype(np.int64), members], axis=1)
    _, first = np.unique(keyed, axis=0, return_index=True)
    return Patterns(commune[first], members[first], cost[first])


@dataclass(frozen=True)
class Dealt:
    """The best choice found: a row of `members` per commune, its cost, and a bound."""

    members: Members | None
    cost: float
    bound: float
    proven: bool


def choose(
    lister: Lister,
    patterns: Patterns,
    *,
    seconds: float,
    nodes: int,
) -> Dealt:
    """Choose one pattern per commune so that every unit gets its places, at least cost."""
    instance, field = lister.instance, lister.field
    size, number = len(field.communes), len(patterns.cost)
    here = np.arange(number)
    one_each = sparse.csr_matrix((np.ones(number), (patterns.commune, here)), (size, number))
    members = sparse.csr_matrix(patterns.members.T.astype(float))
    supply = lister.supply
    groups = instance.group_of[field.communes]
    limited = np.nonzero(field.room_share < NO_CAP // 2)[0]
    limited = limited[np.isin(limited, groups)]
    provincial = patterns.members[:, lister.provincial].sum(axis=1, dtype=float)
    group = groups[patterns.commune]
    share = sparse.csr_matrix((provincial, (group, here)), (instance.no_group + 1, number))
    slack = sparse.identity(len(limited))
    scale = 1e4 / max(float(patterns.cost.max(initial=0.0)), 1e-9)
    price = np.concatenate(
        [patterns.cost, np.full(len(limited), instance.share_cap.price)]
    )
    wide = sparse.csr_matrix((size + len(supply), len(limited)))
    equal = sparse.hstack([sparse.vstack([one_each, members]), wide], format="csr")
    exact = np.concatenate([np.ones(size), supply]).astype(float)
    rules = [LinearConstraint(equal, exact, exact)]
    if len(limited):
        upper = sparse.hstack([share[limited], -slack], format="csr")
        rules.append(LinearConstraint(upper, -np.inf, field.room_share[limited]))
    upper_bounds = np.concatenate([np.ones(number), np.full(len(limited), np.inf)])
    result = milp(
        price * scale,
        constraints=rules,
        bounds=Bounds(0, upper_bounds),
        integrality=np.concatenate([np.ones(number), np.zeros(len(limited))]),
        options={
            "time_limit": max(0.05, seconds),
            "node_limit": nodes,
            "mip_rel_gap": 0.0,
            "presolve": True,
        },
    )
    bound = -np.inf if result.mip_dual_bound is None else result.mip_dual_bound / scale
    if result.x is None:
        return Dealt(None, np.inf, bound, proven=result.status == 2)
    chosen = np.nonzero(result.x[:number] > 0.5)[0]
    rows = np.zeros((size, patterns.members.shape[1]), dtype=np.uint8)
    rows[patterns.commune[chosen]] = patterns.members[chosen]
    return Dealt(rows, float(result.fun / scale), float(bound), proven=result.status == 0)


def listed(
    lister: Lister, spread: float, most: int, enough: int
) -> tuple[list[Patterns], bool]:
    """Patterns of all communes within `spread`, or fewer of them when there are too many."""
    found, complete = [], True
    for column in range(len(lister.field.communes)):
        width = spread
        part = lister.near(column, width, most)
        while part is None and width > spread * 1e-4:
            complete, width = False, width / 4
            part = lister.near(column, width, most)
        if part is not None:
            found.append(part)
        elif complete:
            complete = False
        if sum(len(each.cost) for each in found) > enough:
            return found, False
    return found, complete
