"""Two independent answers: every assignment tried, and a plain formulation for scipy.milp."""

import itertools
import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from kheo.assignments.solver.checking import check


def cheapest_of_all(data: dict) -> float | None:
    """The least cost by trying every assignment, judged by `check`; `None` if none is."""
    communes = [c["id"] for c in data["communes"]]
    choices = []
    for unit in data["units"]:
        number = 0 if unit["exempt"] else unit["communes"]
        open_to = [c for c in communes if _open(unit, c, data)]
        mine = [
            [(unit["id"], c) for c in chosen]
            for chosen in itertools.combinations(open_to, number)
            if set(unit["locked"]) <= set(chosen)
        ]
        if not mine:
            return None
        choices.append(mine)
    best = None
    for dealt in itertools.product(*choices):
        pairs = [{"unit": u, "commune": c} for each in dealt for u, c in each]
        verdict = check(data, {"pairs": pairs})
        if verdict.sound and (best is None or verdict.cost < best):
            best = verdict.cost
    return best


def _open(unit: dict, commune: str, data: dict) -> bool:
    group = next(c["group"] for c in data["communes"] if c["id"] == commune)
    return unit["group"] in (None, group) and commune not in unit["forbidden"]


def km(here: dict, there: dict) -> float:
    """The great-circle distance by the law of cosines, in extended precision."""
    if here["lat"] is None or there["lat"] is None:
        return 0.0
    a, b, c, d = (
        np.radians(np.longdouble(x))
        for x in (here["lat"], here["lon"], there["lat"], there["lon"])
    )
    cosine = np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d)
    return float(6371.0088 * np.arccos(min(np.longdouble(1), cosine)))


class Plain:
    """One column per allowed pair, two per commune for its misfit, one per soft cap."""

    def __init__(self, data: dict) -> None:
        self.data = data
        self.units = [u for u in data["units"] if not u["exempt"]]
        self.communes = data["communes"]
        self.pairs = [
            (u, c)
            for u, unit in enumerate(self.units)
            for c, commune in enumerate(self.communes)
            if _open(unit, commune["id"], data)
        ]
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.price: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.constant = 0.0
        self._pairs()
        self._fit()
        self._rules()

    def _pairs(self) -> None:
        weights = self.data["weights"]
        spread = [km(u, c) for u in self.units for c in self.communes]
        places = sum(u["communes"] for u in self.units)
        scale = max(spread, default=0) * places
        ids = {c["id"] for c in self.communes}
        old = sum(c in ids for u in self.units for c in u["previous"])
        self.constant = weights["keep"] * old / max(1, old)
        for u, c in self.pairs:
            unit, commune = self.units[u], self.communes[c]
            price = weights["far"] * km(unit, commune) / scale if scale else 0.0
            if commune["id"] in unit["previous"]:
                price -= weights["keep"] / max(1, old)
            self.price.append(price)
            self.low.append(1.0 if commune["id"] in unit["locked"] else 0.0)
            self.high.append(1.0)

    def _column(self, price: float) -> int:
        self.price.append(price)
        self.low.append(0.0)
        self.high.append(math.inf)
        return len(self.price) - 1

    def _fit(self) -> None:
        people = sum(u["headcount"] for u in self.units)
        weight = [c["size"] * (1 + c["need"]) for c in self.communes]
        if not people or not sum(weight):
            return
        price = self.data["weights"]["fit"] / people
        for c in range(len(self.communes)):
            target = people * weight[c] / sum(weight)
            over, under = self._column(price), self._column(price)
            row = {
                i: self.units[u]["headcount"] / self.units[u]["communes"]
                for i, (u, at) in enumerate(self.pairs)
                if at == c
            }
            self.rows.append(({**row, over: -1.0, under: 1.0}, target, target))

    def _rules(self) -> None:
        rules = self.data["rules"]
        for u, unit in enumerate(self.units):
            row = {i: 1.0 for i, (at, _) in enumerate(self.pairs) if at == u}
            self.rows.append((row, unit["communes"], unit["communes"]))
        for c, commune in enumerate(self.communes):
            here = [i for i, (_, at) in enumerate(self.pairs) if at == c]
            least = rules["cover_min"]
            if commune["difficult"]:
                least = max(least, rules["difficult_min"])
            self.rows.append((dict.fromkeys(here, 1.0), least, math.inf))
            self._cap("units_per_commune_max", here, rules["units_per_commune_max"])
            rule = "province_units_per_commune_max"
            self._cap(rule, self._provincial(here), rules[rule])
        share = rules["province_share_per_group_max"]
        if share is None:
            return
        places = sum(u["communes"] for u in self.units if u["tier"] == "province")
        cap = max(1, math.floor(share * places + 1e-9))
        for group in {c["group"] for c in self.communes} - {None}:
            here = [
                i
                for i, (_, c) in enumerate(self.pairs)
                if self.communes[c]["group"] == group
            ]
            self._cap("province_share_per_group_max", self._provincial(here), cap)

    def _provincial(self, columns: list[int]) -> list[int]:
        return [
            i for i in columns if self.units[self.pairs[i][0]]["tier"] == "province"
        ]

    def _cap(self, rule: str, columns: list[int], cap: int | None) -> None:
        if cap is None:
            return
        row = dict.fromkeys(columns, 1.0)
        if rule in self.data["rules"]["soft"]:
            places = sum(u["communes"] for u in self.units)
            row[self._column(self.data["weights"]["soft"] / max(1, places))] = -1.0
        self.rows.append((row, -math.inf, cap))

    def solve(self, seconds: float = 30) -> tuple[float | None, float]:
        """The cost of the best answer found and the bound; cost `None` if infeasible."""
        matrix = np.zeros((len(self.rows), len(self.price)))
        for at, (row, _, _) in enumerate(self.rows):
            for column, value in row.items():
                matrix[at, column] = value
        whole = np.zeros(len(self.price))
        whole[: len(self.pairs)] = 1
        limits = LinearConstraint(
            matrix, [r[1] for r in self.rows], [r[2] for r in self.rows]
        )
        result = milp(
            np.array(self.price) * 1e4,
            constraints=limits,
            bounds=Bounds(self.low, self.high),
            integrality=whole,
            options={"time_limit": seconds, "mip_rel_gap": 0},
        )
        if result.x is None:
            return None, math.inf
        return (
            result.fun / 1e4 + self.constant,
            result.mip_dual_bound / 1e4 + self.constant,
        )


def holds_together(data: dict, members: list[dict]) -> bool:  # noqa: C901  # every rule once, in a row
    """Whether the rules named by these members of a conflict can hold, and only these."""
    communes = {c["id"]: c for c in data["communes"]}
    bound = {m["rule"]: set(m["communes"] + m["units"] + m["groups"]) for m in members}
    pairs = [(u["id"], c) for u in data["units"] for c in communes]
    at = {pair: i for i, pair in enumerate(pairs)}
    low, high = np.zeros(len(pairs)), np.ones(len(pairs))
    rows: list[tuple[list[int], float, float]] = []

    def binds(rule: str, item: str) -> bool:
        return item in bound.get(rule, ())

    for unit in data["units"]:
        name = unit["id"]
        mine = [at[name, c] for c in communes]
        exempt = unit["exempt"] and binds("exempt", name)
        for c, commune in communes.items():
            outside = unit["group"] not in (None, commune["group"])
            if exempt or (outside and binds("group", name)):
                high[at[name, c]] = 0
            if c in unit["forbidden"] and binds("forbidden", name):
                high[at[name, c]] = 0
            if c in unit["locked"] and binds("locked", name):
                rows.append(([at[name, c]], 1, 1))
        if binds("communes", name) and not exempt:
            rows.append((mine, unit["communes"], unit["communes"]))
    rules = data["rules"]
    provincial = [u["id"] for u in data["units"] if u["tier"] == "province"]
    for c in communes:
        here = [at[u["id"], c] for u in data["units"]]
        theirs = [at[u, c] for u in provincial]
        lower = [r for r in ("cover_min", "difficult_min") if binds(r, c)]
        rows += [(here, rules[rule], math.inf) for rule in lower]
        if binds("units_per_commune_max", c):
            rows.append((here, -math.inf, rules["units_per_commune_max"]))
        if binds("province_units_per_commune_max", c):
            rows.append((theirs, -math.inf, rules["province_units_per_commune_max"]))
    for group in bound.get("province_share_per_group_max", ()):
        inside = [c for c, commune in communes.items() if commune["group"] == group]
        active = [
            u for u in data["units"] if not u["exempt"] and u["tier"] == "province"
        ]
        places = sum(u["communes"] for u in active)
        cap = max(1, math.floor(rules["province_share_per_group_max"] * places + 1e-9))
        rows.append(([at[u, c] for u in provincial for c in inside], -math.inf, cap))
    if not rows:
        return bool((low <= high).all())
    matrix = np.zeros((len(rows), len(pairs)))
    for number, (columns, _, _) in enumerate(rows):
        matrix[number, columns] = 1
    result = milp(
        np.zeros(len(pairs)),
        constraints=LinearConstraint(
            matrix, [r[1] for r in rows], [r[2] for r in rows]
        ),
        bounds=Bounds(low, high),
        integrality=np.ones(len(pairs)),
    )
    return result.status == 0
