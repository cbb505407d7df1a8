"""First prices, from the linear relaxation solved by HiGHS, block by block when large."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kheo.assignments.solver.engine.instance import (
    BARRED,
    NO_CAP,
    Bools,
    Floats,
    Instance,
    Ints,
)
from kheo.assignments.solver.engine.pricing import Prices, capped

MOST_PAIRS = 120_000
NEAR_COMMUNES = 40
NEAR_UNITS = 40
LEAST_SECONDS = 8.0


def first_prices(instance: Instance, seconds: float) -> Prices:
    """Prices to start the bound from; any prices are valid, these are near the best."""
    kinds = instance.kinds
    units = np.nonzero(instance.left > 0)[0]
    everywhere = np.arange(len(instance.communes))
    if len(units) * len(everywhere) <= MOST_PAIRS:
        found = _solve(instance, units, everywhere, seconds)
        return _averaged(instance, kinds, found or _Duals(instance))
    return _by_group(instance, kinds, seconds)


class _Duals:
    def __init__(self, instance: Instance) -> None:
        size = len(instance.communes)
        self.units = np.full(len(instance.units), np.nan)
        self.load = np.zeros(size)
        self.total, self.provincial, self.minimum = np.zeros((3, size))
        self.share = np.zeros(instance.no_group + 1)


def _by_group(instance: Instance, kinds: Ints, seconds: float) -> Prices:
    """Each group with its own units; units without a group are priced afterwards."""
    found = _Duals(instance)
    groups = range(instance.no_group)
    for group in groups:
        communes = np.nonzero(instance.group_of == group)[0]
        units = np.nonzero((instance.bound_to == group) & (instance.left > 0))[0]
        if not len(units) or len(units) * len(communes) > MOST_PAIRS:
            continue
        limit = max(LEAST_SECONDS, seconds / len(groups))
        part = _solve(instance, units, communes, limit, share=False)
        if part is None:
            part = _solve(instance, units, communes, limit, share=False, near=True)
        if part is None:
            continue
        found.units[units] = part.units[units]
        for name in ("load", "total", "provincial", "minimum"):
            getattr(found, name)[communes] = getattr(part, name)[communes]
    return _averaged(instance, kinds, found)


def _averaged(instance: Instance, kinds: Ints, duals: _Duals) -> Prices:
    """One price per kind; units without one pay their cheapest place."""
    unpriced = np.nonzero(np.isnan(duals.units) & (instance.left > 0))[0]
    everywhere = np.arange(len(instance.communes))
    for start in range(0, len(unpriced), 256):
        chunk = unpriced[start : start + 256]
        costs = instance.pair_costs(chunk, everywhere)
        costs -= instance.heads[chunk][:, None] * duals.load
        duals.units[chunk] = costs.min(axis=1)
    known = np.nan_to_num(duals.units)
    number = int(kinds.max(initial=-1)) + 1
    sums = np.bincount(kinds, known, number)
    units = (sums / np.maximum(1, np.bincount(kinds, minlength=number)))[kinds]
    prices = Prices(units, duals.total, duals.provincial, duals.share, duals.minimum)
    return capped(prices, instance)


def _solve(
    instance: Instance,
    units: Ints,
    communes: Ints,
    seconds: float,
    *,
    share: bool = True,
    near: bool = False,
) -> _Duals | None:
    """The linear relaxation over some units and communes, caps and minima included."""
    costs = instance.pair_costs(units, communes)
    possible = costs < BARRED / 2
    if near:
        possible &= _near(costs)
    rows, columns = np.nonzero(possible)
    model = _Model(instance, units, communes, rows, columns, costs[rows, columns])
    result = model.solve(seconds, share=share)
    if result is None:
        return None
    duals = _Duals(instance)
    model.read(result, duals)
    return duals


def _near(costs: Floats) -> Bools:
    """The cheapest communes of every unit and the cheapest units of every commune.

    Prices are valid whatever they come from, so a country may leave the rest out.
    """
    near = np.zeros(costs.shape, dtype=bool)
    rows = np.argsort(costs, axis=1, kind="stable")[:, :NEAR_COMMUNES]
    np.put_along_axis(near, rows, values=True, axis=1)
    columns = np.argsort(costs, axis=0, kind="stable")[:NEAR_UNITS]
    np.put_along_axis(near, columns, values=True, axis=0)
    return near


@dataclass(frozen=True)
class Plainly:
    """What HiGHS alone found for the whole instance: pairs, if any, and a bound."""

    units: Ints
    communes: Ints
    bound: float


def plainly(instance: Instance, seconds: float, nodes: int) -> Plainly:
    """The plain formulation solved for whole pairs; good for small instances only."""
    units = np.nonzero(instance.left > 0)[0]
    communes = np.arange(len(instance.communes))
    costs = instance.pair_costs(units, communes)
    rows, columns = np.nonzero(costs < BARRED / 2)
    model = _Model(instance, units, communes, rows, columns, costs[rows, columns])
    result = model.whole(seconds, nodes)
    bound = -np.inf
    if result.mip_dual_bound is not None:
        bound = result.mip_dual_bound / result.scale + instance.fixed_cost
    if result.x is None:
        return Plainly(rows[:0], rows[:0], bound)
    chosen = np.nonzero(result.x[: len(rows)] > 0.5)[0]
    return Plainly(units[rows[chosen]], communes[columns[chosen]], bound)


class _Model:
    def __init__(
        self,
        instance: Instance,
        units: Ints,
        communes: Ints,
        rows: Ints,
        columns: Ints,
        costs: Floats,
    ) -> None:
        self.instance, self.units, self.communes = instance, units, communes
        self.rows, self.columns, self.costs = rows, columns, costs
        self.caps: list[tuple[str, Ints]] = []

    def build(self, *, share: bool) -> None:
        """Pairs, then misfit up and down, then one slack for every cap and minimum."""
        instance, pairs, size = self.instance, len(self.rows), len(self.communes)
        heads, here = instance.heads[self.units], np.arange(pairs)
        places = (np.ones(pairs), (self.rows, here))
        loads = (heads[self.rows], (self.columns, here))
        gap = sparse.identity(size)
        equal = sparse.bmat(
            [
                [sparse.csr_matrix(places, (len(self.units), pairs)), None, None],
                [sparse.csr_matrix(loads, (size, pairs)), gap, -gap],
            ],
            format="csr",
        )
        goal = (instance.target - instance.load)[self.communes]
        self.upper, self.limits = self._limits(pairs, share=share)
        slack = len(self.caps_price)
        width = sparse.csr_matrix((equal.shape[0], slack))
        self.equal = sparse.hstack([equal, width], format="csr")
        self.exact = np.concatenate([instance.left[self.units], goal])
        misfit = np.full(2 * size, instance.fit_price)
        self.price = np.concatenate([self.costs, misfit, self.caps_price])
        self.top = np.concatenate([np.ones(pairs), np.full(2 * size + slack, np.inf)])

    def solve(self, seconds: float, *, share: bool) -> Any:
        """The optimal basis with its duals, or `None`."""
        self.build(share=share)
        scale = 1.0 / max(float(np.abs(self.price).max(initial=0.0)), 1e-12)
        result = linprog(
            self.price * scale,
            A_ub=self.upper,
            b_ub=self.limits,
            A_eq=self.equal,
            b_eq=self.exact,
            bounds=np.stack([np.zeros_like(self.top), self.top], axis=1),
            method="highs",
            options={"time_limit": max(0.1, seconds)},
        )
        if result.status != 0:
            return None
        result.scale = scale
        return result

    def whole(self, seconds: float, nodes: int) -> Any:
        """The same with whole pairs, as HiGHS solves it."""
        self.build(share=True)
        pairs = len(self.rows)
        scale = 1e4 / max(float(np.abs(self.costs).sum()), 1e-9)
        result = milp(
            self.price * scale,
            constraints=[
                LinearConstraint(self.equal, self.exact, self.exact),
                LinearConstraint(self.upper, -np.inf, self.limits),
            ],
            bounds=Bounds(0, self.top),
            integrality=(np.arange(len(self.price)) < pairs).astype(int),
            options={
                "time_limit": max(0.05, seconds),
                "node_limit": nodes,
                "mip_rel_gap": 0.0,
            },
        )
        result.scale = scale
        return result

    def _limits(self, pairs: int, *, share: bool) -> tuple[Any, Floats]:
        """Rows `<=` for caps and minima, each with its own slack column at its price."""
        instance, communes = self.instance, self.communes
        provincial = instance.is_provincial[self.units[self.rows]].astype(float)
        group = instance.group_of[communes[self.columns]]
        families: list[tuple[str, Ints, Floats, Ints, float, Ints]] = [
            ("total", self.columns, np.ones(pairs), instance.total_cap.room[communes],
             instance.total_cap.price, communes),
            ("provincial", self.columns, provincial,
             instance.provincial_cap.room[communes], instance.provincial_cap.price,
             communes),
            ("minimum", self.columns, -np.ones(pairs), -instance.minimum[communes],
             instance.hard, communes),
        ]  # fmt: skip
        if share:
            every = np.arange(instance.no_group + 1)
            families.append(
                ("share", group, provincial, instance.share_cap.room,
                 instance.share_cap.price, every)
            )  # fmt: skip
        parts, limits, price = [], [], []
        for name, row, value, room, each, where in families:
            kept = np.nonzero(
                (room < NO_CAP // 2) & (room != 0 if name == "minimum" else True)
            )[0]
            matrix = sparse.csr_matrix(
                (value, (row, np.arange(pairs))), (len(room), pairs)
            )
            parts.append(matrix[kept])
            limits.append(room[kept])
            price.append(np.full(len(kept), each))
            self.caps.append((name, where[kept]))
        self.caps_price = np.concatenate(price)
        number = len(self.caps_price)
        gap = sparse.csr_matrix((number, 2 * len(communes)))
        matrix = sparse.hstack(
            [sparse.vstack(parts), gap, -sparse.identity(number)], format="csr"
        )
        return matrix, np.concatenate(limits).astype(float)

    def read(self, result: Any, duals: _Duals) -> None:
        """Write HiGHS's marginals where they belong."""
        scale, count = result.scale, len(self.units)
        duals.units[self.units] = result.eqlin.marginals[:count] / scale
        duals.load[self.communes] = result.eqlin.marginals[count:] / scale
        values = np.maximum(0.0, -result.ineqlin.marginals) / scale
        start = 0
        for name, where in self.caps:
            getattr(duals, name)[where] = values[start : start + len(where)]
            start += len(where)
