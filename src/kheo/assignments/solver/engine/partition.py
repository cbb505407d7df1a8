"""Exact recombination: list every promising pattern of each commune, then choose one each.

With all patterns listed whose reduced cost is within the gap, the best choice is the
optimum; with fewer of them it is a strong move of a large neighbourhood search.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kheo.assignments.solver.engine.instance import (
    BARRED,
    NO_CAP,
    Floats,
    Instance,
    Ints,
)
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

    def minima(self) -> Floats:
        """The least reduced cost of a pattern in each commune."""
        found = []
        for column in range(len(self.field.communes)):
            tables, cells = self.least(column, 0.0)
            found.append(float((self._fit(column, cells) + tables[-1]).min()))
        return np.array(found)

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
        everything = int(self.loads @ self.copies)
        if self.slope <= 0:
            return everything
        # The empty pattern costs `slope * target`; nothing dearer can be the best.
        reach = 2 * target + (spread - gain) / self.slope
        # Beyond the target, only units that are paid to come can help.
        wanted = int((self.loads * self.copies)[price < 0].sum())
        widest = max(target, wanted) + self.loads.max(initial=0) + spread / self.slope
        return min(everything, int(min(reach, widest)) + 1)

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
        paid = (members * np.where(np.isinf(self.costs), 0, self.costs).T[column]).sum(
            axis=1
        )
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
    one_each = sparse.csr_matrix(
        (np.ones(number), (patterns.commune, here)), (size, number)
    )
    item, row = _linked(patterns)
    pair, at = np.unique(item * size + patterns.commune[row], return_inverse=True)
    taken = patterns.members[row, item].astype(float)
    links = sparse.csr_matrix((taken, (at, row)), (len(pair), number))
    pairs = len(pair)
    dealt_to = sparse.csr_matrix(
        (np.ones(pairs), (pair // size, np.arange(pairs))), (len(lister.items), pairs)
    )
    groups = instance.group_of[field.communes]
    limited = np.nonzero(field.room_share < NO_CAP // 2)[0]
    limited = limited[np.isin(limited, groups)]
    provincial = lister.provincial[pair // size].astype(float)
    group = groups[pair % size]
    share = sparse.csr_matrix(
        (provincial, (group, np.arange(pairs))), (instance.no_group + 1, pairs)
    )[limited]
    extra = len(limited)
    scale = 1e4 / max(float(patterns.cost.max(initial=0.0)), 1e-9)
    price = np.concatenate(
        [patterns.cost, np.zeros(pairs), np.full(extra, instance.share_cap.price)]
    )
    rows = sparse.bmat(
        [
            [
                one_each,
                sparse.csr_matrix((size, pairs)),
                sparse.csr_matrix((size, extra)),
            ],
            [links, -sparse.identity(pairs), None],
            [None, dealt_to, None],
        ],
        format="csr",
    )
    exact = np.concatenate([np.ones(size), np.zeros(pairs), lister.supply]).astype(
        float
    )
    rules = [LinearConstraint(rows, exact, exact)]
    if extra:
        none = sparse.csr_matrix((extra, number))
        upper = sparse.hstack([none, share, -sparse.identity(extra)], format="csr")
        rules.append(LinearConstraint(upper, -np.inf, field.room_share[limited]))
    top = np.concatenate(
        [np.ones(number), lister.copies[pair // size], np.full(extra, np.inf)]
    )
    # Whole pairs make whole patterns where an item is one unit: only pairs are branched on.
    single = not (lister.copies > 1).any()
    whole = np.concatenate(
        [np.full(number, 0.0 if single else 1.0), np.ones(pairs), np.zeros(extra)]
    )
    result = milp(
        price * scale,
        constraints=rules,
        bounds=Bounds(0, top),
        integrality=whole,
        options={
            "time_limit": max(0.05, seconds),
            "node_limit": nodes,
            "mip_rel_gap": 0.0,
        },
    )
    bound = -np.inf if result.mip_dual_bound is None else result.mip_dual_bound / scale
    if result.x is None:
        return Dealt(None, np.inf, bound, proven=result.status == 2)
    chosen = np.nonzero(result.x[:number] > 0.5)[0]
    found = np.zeros((size, patterns.members.shape[1]), dtype=np.uint8)
    found[patterns.commune[chosen]] = patterns.members[chosen]
    return Dealt(
        found, float(result.fun / scale), float(bound), proven=result.status == 0
    )


def _linked(patterns: Patterns) -> tuple[Ints, Ints]:
    row, item = np.nonzero(patterns.members)
    return item.astype(np.int64), row.astype(np.int64)


def worthwhile(lister: Lister, patterns: Patterns, cutoff: float) -> Patterns:
    """Drop the patterns that the linear relaxation proves to be in nothing cheaper.

    A choice below `cutoff` pays every pattern's reduced cost on top of the relaxation.
    """
    size, number = len(lister.field.communes), len(patterns.cost)
    one_each = sparse.csr_matrix(
        (np.ones(number), (patterns.commune, np.arange(number))), (size, number)
    )
    members = sparse.csr_matrix(patterns.members.T.astype(float))
    scale = 1e3 / max(float(np.abs(patterns.cost).max(initial=0.0)), 1e-12)
    result = linprog(
        patterns.cost * scale,
        A_eq=sparse.vstack([one_each, members], format="csr"),
        b_eq=np.concatenate([np.ones(size), lister.supply]),
        method="highs",
    )
    if result.status != 0:
        return patterns
    dual = result.eqlin.marginals / scale
    reduced = patterns.cost - dual[patterns.commune] - patterns.members @ dual[size:]
    # The duals are shifted until they are feasible, so that rounding proves nothing.
    least = np.full(size, np.inf)
    np.minimum.at(least, patterns.commune, reduced)
    least = np.minimum(least, 0.0)
    value = float(dual[:size].sum() + dual[size:] @ lister.supply + least.sum())
    slack = cutoff - value + 1e-9 * max(1.0, abs(cutoff))
    kept = reduced - least[patterns.commune] <= slack
    return Patterns(patterns.commune[kept], patterns.members[kept], patterns.cost[kept])


def listed(lister: Lister, spread: float, most: int) -> list[Patterns]:
    """Up to `most` patterns of each commune: all within `spread`, or within less."""
    found = []
    for column in range(len(lister.field.communes)):
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
    for column in range(len(lister.field.communes)):
        part = lister.near(column, spread, most - number)
        if part is None:
            return None
        found.append(part)
        number += len(part.cost)
    return found
