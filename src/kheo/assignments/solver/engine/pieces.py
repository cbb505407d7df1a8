"""A piece: some communes, and the places of units that are dealt among them.

The whole instance falls into pieces when no unit may go from one to the other; a few
communes taken out of an assignment are a piece too. Both are priced, listed and chosen
from by the same code.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kheo.assignments.solver.engine.instance import (
    BARRED,
    NO_CAP,
    Floats,
    Instance,
    Ints,
)
from kheo.assignments.solver.engine.local import State

Members = npt.NDArray[np.uint8]

MOST_CELLS = 3_000
FEW_CELLS = 400
MANY_COMMUNES = 600
MOST_LAYERS = 5


@dataclass(frozen=True)
class Patterns:
    """Sets of units by commune: which commune, how many of each item, the true cost."""

    commune: Ints
    members: Members
    cost: Floats


@dataclass(frozen=True)
class Block:
    """Communes of a piece with the items that any of them may have.

    `loads` and `target` are in whole cells of the grid; `bare` is what each pair costs
    less what rounding to cells may hide, `costs` the same with nothing taken off.
    """

    columns: Ints
    rows: Ints
    costs: Floats
    bare: Floats
    loads: Ints
    target: Floats
    scale: float


class Grid:
    """Loads as whole cells; what rounding may hide is taken off the unit's cost.

    With one commune per unit, or few to a unit, a cell is exact.
    """

    def __init__(self, instance: Instance, widest: float) -> None:
        few = len(instance.communes) > MANY_COMMUNES
        most = FEW_CELLS if few else MOST_CELLS
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


class Piece:
    """Communes and items; an item is one unit, or several that nothing tells apart."""

    def __init__(
        self,
        instance: Instance,
        communes: Ints,
        items: list[Ints],
        supply: Ints,
        shared_elsewhere: Ints,
    ) -> None:
        self.instance, self.communes = instance, communes
        first = np.array([item[0] for item in items], dtype=np.int64)
        order = np.lexsort(
            (first, -instance.heads[first], instance.is_provincial[first])
        )
        self.items = [items[each] for each in order]
        self.units = first[order]
        self.supply = supply[order]
        copies = np.array([len(item) for item in self.items], dtype=np.int64)
        self.copies = np.minimum(copies, self.supply)
        self.heads = instance.heads[self.units]
        self.provincial = instance.is_provincial[self.units]
        self.local = int((~self.provincial).sum())
        self.group = instance.group_of[communes]
        self.groups = np.unique(self.group)
        self.goal = (instance.target - instance.load)[communes]
        self.minimum = instance.minimum[communes]
        self.room_total = instance.total_cap.room[communes]
        self.room_provincial = instance.provincial_cap.room[communes]
        self.room_share = (instance.share_cap.room - shared_elsewhere)[self.groups]
        self.layers = self._layers()

    def _layers(self) -> int:
        """How many provincial units a pattern table counts; 0 leaves the cap to a toll."""
        hard = self.instance.provincial_cap.price >= self.instance.hard
        most = int(np.maximum(self.room_provincial, 0).max(initial=0)) + 1
        return most if hard and most <= MOST_LAYERS else 0

    @cached_property
    def blocks(self) -> list[Block]:
        """The communes by group, in parts small enough for the pattern tables."""
        at = np.full(len(self.instance.communes), -1, dtype=np.int64)
        at[self.communes] = np.arange(len(self.communes))
        parts = self.instance.blocks(self.communes)
        return [self._block(part, at[part]) for part in parts]

    def _block(self, communes: Ints, columns: Ints) -> Block:
        instance = self.instance
        group = instance.group_of[communes[0]]
        bound = instance.bound_to[self.units]
        rows = np.nonzero((bound < 0) | (bound == group))[0]
        costs = instance.pair_costs(self.units[rows], communes)
        costs[costs > BARRED / 2] = np.inf
        some = np.isfinite(costs).any(axis=1)
        rows, costs = rows[some], costs[some]
        widest = float(self.goal[columns].max(initial=0.0))
        grid = Grid(instance, widest)
        units = self.units[rows]
        return Block(
            columns,
            rows,
            costs,
            costs - grid.error[units][:, None],
            grid.loads[units],
            self.goal[columns] * grid.scale,
            grid.scale,
        )

    @cached_property
    def home(self) -> tuple[Ints, Ints]:
        """In which block each commune is, and where in it."""
        block, inside = np.zeros((2, len(self.communes)), dtype=np.int64)
        for number, each in enumerate(self.blocks):
            block[each.columns] = number
            inside[each.columns] = np.arange(len(each.columns))
        return block, inside

    def priced(self, commune: Ints, members: Members) -> Patterns:
        """True costs; patterns that a hard rule forbids are left out."""
        instance = self.instance
        cost = instance.fit_price * np.abs(members @ self.heads - self.goal[commune])
        block, inside = self.home
        for each in np.unique(commune):
            mine = np.nonzero(commune == each)[0]
            home = self.blocks[block[each]]
            paid = np.full(len(self.items), BARRED)
            paid[home.rows] = home.costs[:, inside[each]]
            paid[np.isinf(paid)] = BARRED
            cost[mine] += members[mine] @ paid
        count = members.sum(axis=1, dtype=np.int64)
        provincial = members[:, self.local :].sum(axis=1, dtype=np.int64)
        over_total = np.maximum(0, count - self.room_total[commune])
        over_provincial = np.maximum(0, provincial - self.room_provincial[commune])
        cost += instance.total_cap.price * over_total
        cost += instance.provincial_cap.price * over_provincial
        cost += instance.hard * np.maximum(0, self.minimum[commune] - count)
        kept = cost < instance.hard * 0.9
        return Patterns(commune[kept], members[kept], cost[kept])

    def current(self, state: State) -> Patterns:
        """The patterns of the placement as it is."""
        item_of = np.full(len(self.instance.units), -1, dtype=np.int64)
        for number, units in enumerate(self.items):
            item_of[units] = number
        column_of = np.full(len(self.instance.communes), -1, dtype=np.int64)
        column_of[self.communes] = np.arange(len(self.communes))
        inside = np.nonzero(column_of[state.place] >= 0)[0]
        return self.priced(
            np.arange(len(self.communes)),
            self.gathered(column_of[state.place[inside]], item_of[state.slots[inside]]),
        )

    def gathered(self, columns: Ints, items: Ints) -> Members:
        """Pairs of commune and item as one row of members for every commune."""
        members = np.zeros((len(self.communes), len(self.items)), dtype=np.uint8)
        np.add.at(members, (columns, items), 1)
        return members

    def dealt(self, columns: Ints, items: Ints) -> tuple[Ints, Ints]:
        """Units and communes of such pairs; units of one item take turns."""
        order = np.lexsort((columns, items))
        columns, items = columns[order], items[order]
        first = np.searchsorted(items, items)
        turn = np.arange(len(items)) - first
        units = [
            self.items[item][at % len(self.items[item])]
            for item, at in zip(items, turn, strict=True)
        ]
        return np.array(units, dtype=np.int64), self.communes[columns]

    def placed(self, state: State, members: Members) -> Ints:
        """The whole placement with this piece dealt anew.

        Units of one item take turns, so that none gets a commune twice.
        """
        place = state.place.copy()
        inside = np.isin(state.place, self.communes)
        for item, units in enumerate(self.items):
            where = np.repeat(self.communes, members[:, item])
            for turn, unit in enumerate(units):
                slots = np.arange(state.first[unit], state.first[unit + 1])
                place[slots[inside[slots]]] = where[turn :: len(units)]
        return place

    @cached_property
    def shared(self) -> Ints:
        """The groups of this piece whose share of provincial units is limited."""
        return np.nonzero(self.room_share < NO_CAP // 2)[0]


def apart(instance: Instance) -> list[Piece]:
    """The instance in pieces between which no unit can move."""
    free = (instance.bound_to < 0) & (instance.left > 0)
    everywhere = np.arange(len(instance.communes))
    if free.any():
        return [_whole(instance, everywhere)]
    groups = np.unique(instance.group_of)
    return [_whole(instance, everywhere[instance.group_of == g]) for g in groups]


def _whole(instance: Instance, communes: Ints) -> Piece:
    units = instance.reachable(communes)
    _, item = np.unique(instance.kinds[units], return_inverse=True)
    number = int(item.max(initial=-1)) + 1
    items = [units[item == each] for each in range(number)]
    supply = np.bincount(item, instance.left[units], number).astype(np.int64)
    nowhere = np.zeros(instance.no_group + 1, dtype=np.int64)
    return Piece(instance, communes, items, supply, nowhere)


def taken_out(instance: Instance, state: State, communes: Ints) -> Piece:
    """The slots now in these communes, to be dealt again among them."""
    inside = np.isin(state.place, communes)
    units, supply = np.unique(state.slots[inside], return_counts=True)
    # Units of a kind are one item when each has all its places in the piece.
    whole = supply == instance.left[units]
    labels = np.where(whole, instance.kinds[units], -1 - np.arange(len(units)))
    seen, item = np.unique(labels, return_inverse=True)
    items = [units[item == each] for each in range(len(seen))]
    total = np.bincount(item, supply, len(seen)).astype(np.int64)
    outside = np.bincount(
        instance.group_of[state.place[~inside]],
        state.provincial[~inside],
        instance.no_group + 1,
    ).astype(np.int64)
    return Piece(instance, communes, items, total, outside)
