"""First prices, from the linear relaxation solved by HiGHS, block by block when large."""

from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from kheo.assignments.solver.engine.instance import (
    BARRED,
    NO_CAP,
    Floats,
    Instance,
    Ints,
)
from kheo.assignments.solver.engine.patterns import Prices, capped

MOST_PAIRS = 120_000


def first_prices(instance: Instance, seconds: float) -> Prices:
    """Prices to start the bound from; any prices are valid, these are near the best."""
    kinds = instance.kinds
    units = np.nonzero(instance.left > 0)[0]
    everywhere = np.arange(len(instance.communes))
    if len(units) * len(everywhere) <= MOST_PAIRS:
        return _averaged(instance, kinds, _solve(instance, units, everywhere, seconds))
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
        part = _solve(
            instance, units, communes, max(3.0, seconds / len(groups)), share=False
        )
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
    units = sums / np.maximum(1, np.bincount(kinds, minlength=number))
    prices = Prices(units, duals.total, duals.provincial, duals.share, duals.minimum)
    return capped(prices, instance)


def _solve(
    instance: Instance,
    units: Ints,
    communes: Ints,
    seconds: float,
    *,
    share: bool = True,
) -> _Duals:
    """The linear relaxation over some units and communes, caps and minima included."""
    costs = instance.pair_costs(units, communes)
    rows, columns = np.nonzero(costs < BARRED / 2)
    model = _Model(instance, units, communes, rows, columns, costs[rows, columns])
    result = model.solve(seconds, share=share)
    duals = _Duals(instance)
    if result is None:
        return duals
    model.read(result, duals)
    return duals


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

    def solve(self, seconds: float, *, share: bool) -> Any:
        """The optimal basis with its duals, or `None`."""
        instance, pairs, size = self.instance, len(self.rows), len(self.communes)
        heads = instance.heads[self.units]
        here = np.arange(pairs)
        equal = sparse.bmat(
            [
                [
                    sparse.csr_matrix(
                        (np.ones(pairs), (self.rows, here)), (len(self.units), pairs)
                    ),
                    None,
                    None,
                ],
                [
                    sparse.csr_matrix(
                        (heads[self.rows], (self.columns, here)), (size, pairs)
                    ),
                    sparse.identity(size),
                    -sparse.identity(size),
                ],
            ],
            format="csr",
        )
        goal = (instance.target - instance.load)[self.communes]
        upper, limits = self._limits(pairs, share=share)
        slack = len(self.caps_price)
        price = np.concatenate(
            [self.costs, np.full(2 * size, instance.fit_price), self.caps_price]
        )
        scale = 1.0 / max(float(np.abs(price).max(initial=0.0)), 1e-12)
        width = sparse.csr_matrix((equal.shape[0], slack))
        result = linprog(
            price * scale,
            A_ub=upper,
            b_ub=limits,
            A_eq=sparse.hstack([equal, width], format="csr"),
            b_eq=np.concatenate([instance.left[self.units], goal]),
            bounds=[(0, 1)] * pairs + [(0, None)] * (2 * size + slack),
            method="highs",
            options={"time_limit": max(0.1, seconds)},
        )
        if result.status != 0:
            return None
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
