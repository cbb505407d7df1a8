"""Exact recombination: one of the listed patterns for every commune, at least cost.

With all patterns listed whose reduced cost is within the gap, the best choice is the
optimum; with fewer of them it is a strong move of a large neighbourhood search.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from kheo.assignments.solver.engine.instance import Floats, Ints
from kheo.assignments.solver.engine.pieces import Members, Patterns, Piece


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


def choose(piece: Piece, patterns: Patterns, *, seconds: float, nodes: int) -> Dealt:
    """Choose one pattern per commune so that every unit gets its places, at least cost."""
    model = _Model(piece, patterns)
    result = model.solve(seconds, nodes)
    bound = -np.inf
    if result.mip_dual_bound is not None:
        bound = float(result.mip_dual_bound / model.scale)
    if result.x is None:
        return Dealt(None, np.inf, bound)
    chosen = np.nonzero(result.x[: model.number] > 0.5)[0]
    found = np.zeros((model.size, patterns.members.shape[1]), dtype=np.uint8)
    found[patterns.commune[chosen]] = patterns.members[chosen]
    return Dealt(found, float(result.fun / model.scale), bound)


class _Model:
    """Columns: patterns, then pairs of item and commune, then what passes a share."""

    def __init__(self, piece: Piece, patterns: Patterns) -> None:
        self.piece, self.patterns = piece, patterns
        self.size, self.number = len(piece.communes), len(patterns.cost)
        item, row = _linked(patterns)
        self.pair, self.at = np.unique(
            item * self.size + patterns.commune[row], return_inverse=True
        )
        self.row, self.taken = row, patterns.members[row, item].astype(float)
        self.item_of, self.column_of = self.pair // self.size, self.pair % self.size
        self.extra = len(piece.shared)
        self.scale = 1e4 / max(float(patterns.cost.max(initial=0.0)), 1e-9)

    def solve(self, seconds: float, nodes: int) -> Any:
        pairs, extra, piece = len(self.pair), self.extra, self.piece
        price = [
            self.patterns.cost,
            np.zeros(pairs),
            np.full(extra, piece.instance.share_cap.price),
        ]
        top = [np.ones(self.number), piece.copies[self.item_of], np.full(extra, np.inf)]
        # Whole pairs make whole patterns where an item is one unit: only pairs are
        # branched on.
        single = not (piece.copies > 1).any()
        whole = [
            np.full(self.number, 0.0 if single else 1.0),
            np.ones(pairs),
            np.zeros(extra),
        ]
        return milp(
            np.concatenate(price) * self.scale,
            constraints=self._rules(),
            bounds=Bounds(0, np.concatenate(top)),
            integrality=np.concatenate(whole),
            options={
                "time_limit": max(0.05, seconds),
                "node_limit": nodes,
                "mip_rel_gap": 0.0,
            },
        )

    def _rules(self) -> list[LinearConstraint]:
        pairs, size, number = len(self.pair), self.size, self.number
        here = np.arange(pairs)
        one_each = sparse.csr_matrix(
            (np.ones(number), (self.patterns.commune, np.arange(number))),
            (size, number),
        )
        links = sparse.csr_matrix((self.taken, (self.at, self.row)), (pairs, number))
        dealt_to = sparse.csr_matrix(
            (np.ones(pairs), (self.item_of, here)), (len(self.piece.items), pairs)
        )
        beside = sparse.csr_matrix((size, pairs + self.extra))
        rows = sparse.bmat(
            [
                [one_each, beside[:, :pairs], beside[:, pairs:]],
                [links, -sparse.identity(pairs), None],
                [None, dealt_to, None],
            ],
            format="csr",
        )
        exact = [np.ones(size), np.zeros(pairs), self.piece.supply]
        level = np.concatenate(exact).astype(float)
        rules = [LinearConstraint(rows, level, level)]
        if self.extra:
            rules.append(self._shares())
        return rules

    def _shares(self) -> LinearConstraint:
        """The provincial pairs of every limited group, less what passes the limit."""
        piece, pairs = self.piece, len(self.pair)
        group = np.searchsorted(piece.groups, piece.group)[self.column_of]
        provincial = piece.provincial[self.item_of].astype(float)
        share = sparse.csr_matrix(
            (provincial, (group, np.arange(pairs))), (len(piece.groups), pairs)
        )[piece.shared]
        none = sparse.csr_matrix((self.extra, self.number))
        upper = sparse.hstack([none, share, -sparse.identity(self.extra)], format="csr")
        return LinearConstraint(upper, -np.inf, piece.room_share[piece.shared])


def _linked(patterns: Patterns) -> tuple[Ints, Ints]:
    row, item = np.nonzero(patterns.members)
    return item.astype(np.int64), row.astype(np.int64)


def worthwhile(piece: Piece, patterns: Patterns, cutoff: float) -> Patterns:
    """Drop the patterns that the linear relaxation proves to be in nothing cheaper.

    A choice below `cutoff` pays every pattern's reduced cost on top of the relaxation.
    """
    size, number = len(piece.communes), len(patterns.cost)
    one_each = sparse.csr_matrix(
        (np.ones(number), (patterns.commune, np.arange(number))), (size, number)
    )
    members = sparse.csr_matrix(patterns.members.T.astype(float))
    scale = 1e3 / max(float(np.abs(patterns.cost).max(initial=0.0)), 1e-12)
    result = linprog(
        patterns.cost * scale,
        A_eq=sparse.vstack([one_each, members], format="csr"),
        b_eq=np.concatenate([np.ones(size), piece.supply]),
        method="highs",
    )
    if result.status != 0:
        return patterns
    dual: Floats = result.eqlin.marginals / scale
    reduced = patterns.cost - dual[patterns.commune] - patterns.members @ dual[size:]
    # The duals are shifted until they are feasible, so that rounding proves nothing.
    least = np.full(size, np.inf)
    np.minimum.at(least, patterns.commune, reduced)
    least = np.minimum(least, 0.0)
    value = float(dual[:size].sum() + dual[size:] @ piece.supply + least.sum())
    slack = cutoff - value + 1e-9 * max(1.0, abs(cutoff))
    kept = reduced - least[patterns.commune] <= slack
    return Patterns(patterns.commune[kept], patterns.members[kept], patterns.cost[kept])
