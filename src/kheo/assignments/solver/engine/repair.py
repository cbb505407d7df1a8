"""A complete placement out of any list of pairs: surplus dropped, gaps filled."""

import numpy as np

from kheo.assignments.solver.engine.instance import Floats, Instance, Ints
from kheo.assignments.solver.engine.local import NEVER, ROWS_AT_ONCE, State


def repaired(instance: Instance, state: State, units: Ints, communes: Ints) -> Ints:
    """A complete placement made from any list of pairs: surplus dropped, gaps filled.

    Large units first; each takes the commune where it costs least at that moment.
    """
    place = np.full(len(state.slots), -1, dtype=np.int64)
    load = instance.load + np.bincount(
        communes, instance.heads[units], len(instance.communes)
    )
    count = np.bincount(communes, minlength=len(instance.communes))
    order = np.argsort(units, kind="stable")
    units, communes = units[order], communes[order]
    starts = np.searchsorted(units, np.arange(len(instance.units) + 1))
    todo: list[int] = []
    for unit in np.argsort(-instance.heads, kind="stable"):
        mine = communes[starts[unit] : starts[unit + 1]]
        mine = _without_surplus(instance, int(unit), mine, load, count)
        first, last = state.first[unit], state.first[unit + 1]
        place[first : first + len(mine)] = mine
        todo += range(first + len(mine), last)
    filling = _Filling(instance, state, place, load, count)
    for start in range(0, len(todo), ROWS_AT_ONCE):
        filling.fill(np.array(todo[start : start + ROWS_AT_ONCE]))
    return place


def _without_surplus(
    instance: Instance, unit: int, mine: Ints, load: Floats, count: Ints
) -> Ints:
    heads, target = instance.heads[unit], instance.target
    while len(mine) > max(0, instance.left[unit]):
        paid = instance.paid(np.full(len(mine), unit), mine)
        without = np.abs(load[mine] - heads - target[mine])
        gain = instance.fit_price * (without - np.abs(load[mine] - target[mine])) - paid
        gain += instance.hard * (count[mine] <= instance.minimum[mine])
        worst = int(gain.argmin())
        load[mine[worst]] -= heads
        count[mine[worst]] -= 1
        mine = np.delete(mine, worst)
    return mine


class _Filling:
    """A placement that is not complete yet, with its sums."""

    def __init__(
        self, instance: Instance, state: State, place: Ints, load: Floats, count: Ints
    ) -> None:
        self.instance, self.state, self.place = instance, state, place
        self.load, self.count = load, count
        mine = place[(place >= 0) & state.provincial]
        self.provincials = np.bincount(mine, minlength=len(count))
        self.grouped = np.bincount(
            instance.group_of[mine], minlength=instance.no_group + 1
        )

    def fill(self, slots: Ints) -> None:
        """Put each slot where it costs least at that moment."""
        everywhere = np.arange(len(self.count))
        rows = self.instance.pair_costs(self.state.slots[slots], everywhere)
        for row, slot in zip(rows, slots, strict=True):
            self._put(int(slot), row)

    def _put(self, slot: int, row: Floats) -> None:
        instance, state, load = self.instance, self.state, self.load
        heads, unit = state.heads[slot], state.slots[slot]
        fit = np.abs(load + heads - instance.target) - np.abs(load - instance.target)
        price = instance.fit_price * fit + row
        price -= instance.hard * (self.count < instance.minimum)
        cap = instance.total_cap
        price += cap.price * (self.count >= cap.room)
        if state.provincial[slot]:
            cap, share = instance.provincial_cap, instance.share_cap
            price += cap.price * (self.provincials >= cap.room)
            price += share.price * (self.grouped >= share.room)[instance.group_of]
        siblings = self.place[state.first[unit] : state.first[unit + 1]]
        price[siblings[siblings >= 0]] += NEVER
        best = int(price.argmin())
        self.place[slot] = best
        load[best] += heads
        self.count[best] += 1
        if state.provincial[slot]:
            self.provincials[best] += 1
            self.grouped[instance.group_of[best]] += 1
