"""The instance as arrays: locked pairs already placed, exempt units left out."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kheo.assignments.solver.costing import EARTH_KM, Account, Pair
from kheo.assignments.solver.problem import Problem, Unit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_CAP = 10**9
BARRED = 1e6
"""Added to the cost of a pair that a unit's own restrictions forbid."""
BLOCK_CELLS = 4_000_000
LEAST_ALIKE = 12


@dataclass(frozen=True)
class Caps:
    """Remaining room, and what one more costs (`hard` when it may not be)."""

    room: Ints
    price: float

    @property
    def is_set(self) -> bool:
        return bool((self.room < NO_CAP).any())


class Instance:
    """Arrays over the units that take communes and all communes.

    Loads, counts and minima are what is left after the locked pairs, so that the search
    never sees them. `fixed_cost` is what they cost, with the price of every previous pair
    (a kept one is then a discount).
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units: tuple[Unit, ...] = problem.active
        self.communes = problem.communes
        self.account = Account(problem, [])
        account = self.account
        self.commune_at = {c.id: i for i, c in enumerate(self.communes)}
        self.heads = np.array(
            [unit.headcount / unit.communes for unit in self.units], dtype=float
        )
        self.is_provincial = np.array([u.is_provincial for u in self.units], dtype=bool)
        self.fit_price = account.fit_price
        self.far_price = account.far_price
        self.keep_price = account.keep_price
        self.hard = (
            1.0
            + 4 * sum((problem.weights.fit, problem.weights.far, problem.weights.keep))
            + 4 * problem.weights.soft
        )
        self._groups()
        self._positions()
        self._own_lists()
        self._settle_locked()

    def _groups(self) -> None:
        names = sorted({c.group for c in self.communes if c.group is not None})
        self.group_names = names
        at = {name: index for index, name in enumerate(names)}
        self.no_group = len(names)
        self.group_of = np.array(
            [at.get(c.group or "", self.no_group) for c in self.communes],
            dtype=np.int64,
        )
        self.bound_to = np.array(
            [-1 if u.group is None else at[u.group] for u in self.units], dtype=np.int64
        )

    def _positions(self) -> None:
        def radians(value: float | None) -> float:
            return np.nan if value is None else float(np.radians(value))

        self.unit_lat = np.array([radians(u.lat) for u in self.units], dtype=float)
        self.unit_lon = np.array([radians(u.lon) for u in self.units], dtype=float)
        self.lat = np.array([radians(c.lat) for c in self.communes], dtype=float)
        self.lon = np.array([radians(c.lon) for c in self.communes], dtype=float)

    def _own_lists(self) -> None:
        at = self.commune_at
        self.locked = [[at[c] for c in u.locked] for u in self.units]
        self.forbidden = [[at[c] for c in u.forbidden] for u in self.units]
        self.previous = [[at[c] for c in u.previous if c in at] for u in self.units]

    def _settle_locked(self) -> None:
        problem, rules = self.problem, self.problem.rules
        size = len(self.communes)
        load, count, provincial = (
            np.zeros(size),
            np.zeros(size, int),
            np.zeros(size, int),
        )
        self.fixed_cost = self.keep_price * sum(map(len, self.previous))
        for index, places in enumerate(self.locked):
            if places:
                row = self.pair_costs(np.array([index]), np.array(places), barred=False)
                self.fixed_cost += float(row.sum())
            load[places] += self.heads[index]
            count[places] += 1
            provincial[places] += int(self.is_provincial[index])
        targets = self.account.targets
        self.target = np.array([targets[c.id] for c in self.communes], dtype=float)
        self.load = load
        self.left = np.array(
            [u.communes - len(u.locked) for u in self.units], dtype=np.int64
        )
        minimum = np.array([problem.minimum(c) for c in self.communes], dtype=np.int64)
        self.minimum = np.maximum(0, minimum - count)
        grouped = np.bincount(
            self.group_of, weights=provincial, minlength=self.no_group + 1
        ).astype(np.int64)
        self.total_cap = self._caps("units_per_commune_max", count)
        self.provincial_cap = self._caps("province_units_per_commune_max", provincial)
        share = problem.share_cap()
        rule = "province_share_per_group_max"
        room = np.full(self.no_group + 1, NO_CAP if share is None else share) - grouped
        room[self.no_group] = NO_CAP
        soft = rule in rules.soft
        self.share_cap = Caps(room, self.account.soft_price if soft else self.hard)

    def _caps(self, rule: str, taken: Ints) -> Caps:
        cap = getattr(self.problem.rules, rule)
        room = (
            np.full(len(taken), NO_CAP if cap is None else cap, dtype=np.int64) - taken
        )
        soft = rule in self.problem.rules.soft
        return Caps(room, self.account.soft_price if soft else self.hard)

    def pair_costs(self, units: Ints, communes: Ints, *, barred: bool = True) -> Floats:
        """What each pair costs apart from the fit; `BARRED` is added where it may not be.

        Locked communes are barred too: the unit has them already.
        """
        lat, lon = self.lat[communes], self.lon[communes]
        rows, columns = self.unit_lat[units][:, None], self.unit_lon[units][:, None]
        haversine = (
            np.sin((rows - lat) / 2) ** 2
            + np.cos(rows) * np.cos(lat) * np.sin((columns - lon) / 2) ** 2
        )
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, haversine)))
        costs: Floats = self.far_price * np.nan_to_num(km)
        column_of = {int(c): i for i, c in enumerate(communes)}
        bound = self.bound_to[units]
        if barred:
            outside = (bound[:, None] >= 0) & (
                bound[:, None] != self.group_of[communes][None, :]
            )
            costs[outside] += BARRED
        for row, unit in enumerate(units):
            for commune in self.previous[unit]:
                if commune in column_of:
                    costs[row, column_of[commune]] -= self.keep_price
            if barred:
                for commune in (*self.forbidden[unit], *self.locked[unit]):
                    if commune in column_of:
                        costs[row, column_of[commune]] += BARRED
        return costs

    @cached_property
    def kinds(self) -> Ints:
        """The same number for units that no rule and no cost tells apart."""
        seen: dict[tuple[object, ...], int] = {}
        found = []
        for unit in self.units:
            key = (
                unit.headcount, unit.communes, unit.is_provincial, unit.group, unit.lat,
                unit.lon, unit.locked, frozenset(unit.forbidden), frozenset(unit.previous),
            )  # fmt: skip
            found.append(seen.setdefault(key, len(seen)))
        return np.array(found, dtype=np.int64)

    def paid(self, units: Ints, communes: Ints) -> Floats:
        """What each of the listed pairs costs apart from the fit, `BARRED` included."""
        lat, lon = self.lat[communes], self.lon[communes]
        rows, columns = self.unit_lat[units], self.unit_lon[units]
        haversine = (
            np.sin((rows - lat) / 2) ** 2
            + np.cos(rows) * np.cos(lat) * np.sin((columns - lon) / 2) ** 2
        )
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, haversine)))
        costs: Floats = self.far_price * np.nan_to_num(km)
        bound = self.bound_to[units]
        costs[(bound >= 0) & (bound != self.group_of[communes])] += BARRED
        for row, (unit, commune) in enumerate(zip(units, communes, strict=True)):
            if commune in self.previous[unit]:
                costs[row] -= self.keep_price
            if commune in self.forbidden[unit] or commune in self.locked[unit]:
                costs[row] += BARRED
        return costs

    def reachable(self, communes: Ints) -> Ints:
        """The units that still need a place and may have one among these communes."""
        groups = np.unique(self.group_of[communes])
        can = (self.bound_to < 0) | np.isin(self.bound_to, groups)
        return np.nonzero(can & (self.left > 0))[0]

    def blocks(self, communes: Ints) -> list[Ints]:
        """The communes by group, in pieces small enough for the pattern tables."""
        pieces: list[Ints] = []
        for group in np.unique(self.group_of[communes]):
            members = communes[self.group_of[communes] == group]
            members = members[np.argsort(-self.target[members], kind="stable")]
            units = max(1, len(self.reachable(members)))
            widest = max(1, BLOCK_CELLS // units)
            for alike in self._of_like_target(members):
                pieces += [alike[i : i + widest] for i in range(0, len(alike), widest)]
        return pieces

    def _of_like_target(self, members: Ints) -> list[Ints]:
        """Communes of one group cut where targets halve: short tables for small ones."""
        pieces, start = [], 0
        for at in range(1, len(members)):
            falls = self.target[members[at]] < self.target[members[start]] / 2
            if falls and at - start >= LEAST_ALIKE and len(members) - at >= LEAST_ALIKE:
                pieces.append(members[start:at])
                start = at
        return [*pieces, members[start:]]

    def pairs(self, slots: Ints, places: Ints) -> list[Pair]:
        """The assignment as ids, locked pairs included, in the order of the file."""
        taken: list[list[int]] = [list(places) for places in self.locked]
        for unit, place in zip(slots, places, strict=True):
            taken[unit].append(int(place))
        return [
            (unit.id, self.communes[place].id)
            for unit, mine in zip(self.units, taken, strict=True)
            for place in sorted(mine)
        ]
