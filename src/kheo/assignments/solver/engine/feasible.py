"""Is there any answer at all? Units alike in every restriction are counted, not named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from kheo.assignments.solver.engine.instance import Floats, Ints
from kheo.assignments.solver.problem import Problem, Unit
from kheo.assignments.solver.rulebook import KINDS, Member


@dataclass(frozen=True)
class Outcome:
    """`placed` pairs (unit index among all units, commune index), or none exist."""

    feasible: bool
    pairs: tuple[tuple[int, int], ...] = ()
    slack: Mapping[int, float] | None = None


class Restrictions:
    """The instance reduced to who may go where and how many must."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.commune_at = {c.id: i for i, c in enumerate(problem.communes)}
        self.group_of = [c.group for c in problem.communes]
        self.classes: list[list[int]] = []
        seen: dict[tuple[object, ...], int] = {}
        for index, unit in enumerate(problem.units):
            key = (
                unit.is_provincial, unit.communes, unit.group, unit.exempt,
                frozenset(unit.locked), frozenset(unit.forbidden),
            )  # fmt: skip
            at = seen.setdefault(key, len(seen))
            if at == len(self.classes):
                self.classes.append([])
            self.classes[at].append(index)
        self.unit_at = {unit.id: i for i, unit in enumerate(problem.units)}

    def everything(self) -> list[Member]:
        """Every hard rule over all it binds, as members."""
        problem, rules = self.problem, self.problem.rules
        communes = tuple(c.id for c in problem.communes)
        groups = tuple(sorted({g for g in self.group_of if g is not None}))
        difficult = tuple(c.id for c in problem.communes if c.difficult)
        units = problem.units
        found = {
            "exempt": Member("exempt", units=_ids(u for u in units if u.exempt)),
            "difficult_min": Member("difficult_min", communes=difficult),
            "locked": Member("locked", units=_ids(u for u in units if u.locked)),
            "forbidden": Member(
                "forbidden", units=_ids(u for u in units if u.forbidden)
            ),
            "group": Member(
                "group", units=_ids(u for u in units if u.group is not None)
            ),
            "communes": Member("communes", units=_ids(units)),
        }
        if rules.cover_min:
            found["cover_min"] = Member("cover_min", communes=communes)
        if not rules.difficult_min:
            del found["difficult_min"]
        for rule in ("units_per_commune_max", "province_units_per_commune_max"):
            if getattr(rules, rule) is not None and rule not in rules.soft:
                found[rule] = Member(rule, communes=communes)
        share = "province_share_per_group_max"
        if problem.share_cap() is not None and share not in rules.soft:
            found[share] = Member(share, groups=groups)
        return [
            found[kind]
            for kind in KINDS
            if kind in found
            and (found[kind].communes or found[kind].units or found[kind].groups)
        ]


def _ids(units: Any) -> tuple[str, ...]:
    return tuple(unit.id for unit in units)


class _Rows:
    """Linear rows gathered one by one."""

    def __init__(self) -> None:
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.tags: list[int] = []

    def add(self, columns: Ints, low: float, high: float, tag: int) -> None:
        number = len(self.low)
        self.row.append(np.full(len(columns), number))
        self.column.append(columns)
        self.value.append(np.ones(len(columns)))
        self.low.append(low)
        self.high.append(high)
        self.tags.append(tag)

    def matrix(self, width: int) -> Any:
        if not self.row:
            return sparse.csr_matrix((0, width))
        parts = (np.concatenate(self.row), np.concatenate(self.column))
        return sparse.csr_matrix(
            (np.concatenate(self.value), parts), (len(self.low), width)
        )


class Model:
    """Whole numbers of places of every class of units in every commune, under some rules."""

    def __init__(self, restrictions: Restrictions, members: Collection[Member]) -> None:
        self.restrictions = restrictions
        self.bound: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for member in members:
            mine = self.bound[member.rule]
            mine.update(member.communes, member.units, member.groups)
        self.classes = self._split_classes()
        self.size = len(restrictions.problem.communes)
        self.width = len(self.classes) * self.size
        self.low = np.zeros(self.width)
        self.high = np.repeat([float(len(c)) for c in self.classes], self.size)
        self.rows = _Rows()
        self._own_restrictions()
        self._counts()

    def _split_classes(self) -> list[list[int]]:
        """Classes cut where a rule binds only some of their units."""
        units = self.restrictions.problem.units
        by_unit = ("exempt", "locked", "forbidden", "group", "communes")
        found: dict[tuple[object, ...], list[int]] = {}
        for number, members in enumerate(self.restrictions.classes):
            for index in members:
                key = (number, *(units[index].id in self.bound[k] for k in by_unit))
                found.setdefault(key, []).append(index)
        return list(found.values())

    def columns(self, number: int) -> slice:
        return slice(number * self.size, (number + 1) * self.size)

    def _own_restrictions(self) -> None:
        problem, at = self.restrictions.problem, self.restrictions.commune_at
        outside = np.array([g or "" for g in self.restrictions.group_of])
        for number, members in enumerate(self.classes):
            unit = problem.units[members[0]]
            high, low = self.high[self.columns(number)], self.low[self.columns(number)]
            if unit.group is not None and unit.id in self.bound["group"]:
                high[outside != unit.group] = 0
            if unit.id in self.bound["forbidden"]:
                high[[at[c] for c in unit.forbidden]] = 0
            if unit.exempt and unit.id in self.bound["exempt"]:
                high[:] = 0
            elif unit.id in self.bound["communes"]:
                places = len(members) * unit.communes
                self.rows.add(self._class_columns(number), places, places, -1)
            if unit.id in self.bound["locked"]:
                places_locked = [at[c] for c in unit.locked]
                barred = high[places_locked] < len(members)
                if barred.any():
                    self.rows.add(np.zeros(0, np.int64), 1, np.inf, -1)
                low[places_locked] = np.minimum(len(members), high[places_locked])

    def _class_columns(self, number: int) -> Ints:
        return np.arange(number * self.size, (number + 1) * self.size)

    def _counts(self) -> None:
        problem, rules = self.restrictions.problem, self.restrictions.problem.rules
        every = np.arange(len(self.classes)) * self.size
        provincial = np.array(
            [problem.units[members[0]].is_provincial for members in self.classes],
            dtype=bool,
        )
        some = every[provincial] if len(every) else every
        limits: tuple[tuple[str, float, float, Ints], ...] = (
            ("cover_min", rules.cover_min, np.inf, every),
            ("difficult_min", rules.difficult_min, np.inf, every),
            ("units_per_commune_max", -np.inf, rules.units_per_commune_max or 0, every),
            (
                "province_units_per_commune_max",
                -np.inf,
                rules.province_units_per_commune_max or 0,
                some,
            ),
        )
        for rule, low, high, columns in limits:
            for commune in self.bound[rule]:
                at = self.restrictions.commune_at[commune]
                self.rows.add(columns + at, low, high, KINDS.index(rule))
        share = problem.share_cap()
        for group in self.bound["province_share_per_group_max"]:
            members = [
                i for i, name in enumerate(self.restrictions.group_of) if name == group
            ]
            cells = (some[:, None] + np.array(members, dtype=np.int64)).ravel()
            tag = KINDS.index("province_share_per_group_max")
            self.rows.add(cells, -np.inf, float(share or 0), tag)

    def solve(self, seconds: float = 60.0) -> Outcome | None:
        """Whether any placement keeps these rules, with one; `None` if out of time."""
        rules = []
        if self.rows.low:
            matrix = self.rows.matrix(self.width)
            rules = [LinearConstraint(matrix, self.rows.low, self.rows.high)]
        result = milp(
            np.zeros(self.width),
            constraints=rules,
            bounds=Bounds(self.low, self.high),
            integrality=np.ones(self.width),
            options={"time_limit": seconds},
        )
        if result.status == 2:
            return Outcome(feasible=False)
        if result.x is None:
            return None
        return Outcome(feasible=True, pairs=self._pairs(np.rint(result.x).astype(int)))

    def _pairs(self, counts: Ints) -> tuple[tuple[int, int], ...]:
        """Deal the places of a class to its units in turn: none gets a commune twice."""
        found: list[tuple[int, int]] = []
        for number, members in enumerate(self.classes):
            places = np.repeat(np.arange(self.size), counts[self.columns(number)])
            found += [
                (members[turn % len(members)], int(place))
                for turn, place in enumerate(places)
            ]
        return tuple(found)

    def _class_of(self) -> list[Unit]:
        units = self.restrictions.problem.units
        return [units[members[0]] for members in self.classes]

    def may_go(self, communes: Collection[str]) -> tuple[tuple[str, ...], int]:
        """The units that may take any of these communes, and how many places in all."""
        at = [self.restrictions.commune_at[c] for c in communes]
        found: list[str] = []
        places = 0
        for number, (members, unit) in enumerate(
            zip(self.classes, self._class_of(), strict=True)
        ):
            open_to = int((self.high[self.columns(number)][at] > 0).sum())
            if open_to:
                found += [self.restrictions.problem.units[i].id for i in members]
                places += len(members) * min(unit.communes, open_to)
        return tuple(found), places

    def least_breach(self, rule: str, seconds: float) -> "Breached | None":
        """By how little one further rule must give way when all the others hold.

        The model must have been built without that rule; `None` if even dropping it
        does not help, or in time.
        """
        price, rows = np.zeros(self.width), _Elastic(self)
        if rule in ("cover_min", "difficult_min", *CAP_SIGNS):
            rows.add_counts(rule)
        elif rule == "communes":
            rows.add_places()
        else:
            price = self._barred(rule)
        offset = 0.0
        if rule == "locked":
            # A lock kept is a discount: what is left is the number of locks given up.
            price = -price
            offset = float(-price @ self.high)
        result = rows.solve(price, seconds)
        if result is None:
            return None
        counts = np.rint(result[: self.width]).astype(int)
        amount = float(price @ counts + offset + result[self.width :].sum())
        return Breached(round(amount), counts, result[self.width :], rows.tags)

    def _barred(self, rule: str) -> Floats:
        """One for every place that this rule of units would forbid (or, locked, ask)."""
        price = np.zeros(self.width)
        at = self.restrictions.commune_at
        outside = np.array([g or "" for g in self.restrictions.group_of])
        for number, unit in enumerate(self._class_of()):
            cells = price[self.columns(number)]
            if rule == "group" and unit.group is not None:
                cells[outside != unit.group] = 1
            elif rule in ("forbidden", "locked"):
                cells[[at[c] for c in getattr(unit, rule)]] = 1
            elif rule == "exempt" and unit.exempt:
                cells[:] = 1
        return price


CAP_SIGNS = (
    "units_per_commune_max",
    "province_units_per_commune_max",
    "province_share_per_group_max",
)


@dataclass(frozen=True)
class Breached:
    """The least breach of a rule: places by class and commune, and slack by row."""

    amount: int
    counts: Ints
    slack: Floats
    tags: list[str]


class _Elastic:
    """The model with slack columns at the end, one or two per elastic row."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rows = model.rows
        self.slack: list[tuple[int, float]] = []
        self.tags: list[str] = []

    def _add(self, columns: Ints, low: float, high: float, tag: str) -> None:
        at = len(self.rows.low)
        self.rows.add(columns, low, high, 0)
        if np.isfinite(low):
            self.slack.append((at, 1.0))
            self.tags.append(tag)
        if np.isfinite(high):
            self.slack.append((at, -1.0))
            self.tags.append(tag)

    def add_counts(self, rule: str) -> None:
        model = self.model
        problem = model.restrictions.problem
        rules, size = problem.rules, model.size
        every = np.arange(len(model.classes)) * size
        units = [problem.units[members[0]] for members in model.classes]
        some = every[np.array([u.is_provincial for u in units], dtype=bool)]
        if rule == "province_share_per_group_max":
            for group in sorted({g for g in model.restrictions.group_of if g}):
                inside = np.array(
                    [i for i, g in enumerate(model.restrictions.group_of) if g == group]
                )
                cells = (some[:, None] + inside).ravel()
                self._add(cells, -np.inf, float(problem.share_cap() or 0), group)
            return
        columns = some if rule == "province_units_per_commune_max" else every
        for at, commune in enumerate(problem.communes):
            if rule == "difficult_min" and not commune.difficult:
                continue
            limit = float(getattr(rules, rule) or 0)
            low, high = (-np.inf, limit) if rule in CAP_SIGNS else (limit, np.inf)
            self._add(columns + at, low, high, commune.id)

    def add_places(self) -> None:
        model = self.model
        for number, members in enumerate(model.classes):
            unit = model.restrictions.problem.units[members[0]]
            if unit.exempt and unit.id in model.bound["exempt"]:
                continue
            places = float(len(members) * unit.communes)
            self._add(model._class_columns(number), places, places, unit.id)

    def solve(self, price: Floats, seconds: float) -> Floats | None:
        model, extra = self.model, len(self.slack)
        rules = []
        if self.rows.low:
            matrix = self.rows.matrix(model.width)
            if extra:
                at = [row for row, _ in self.slack]
                sign = [value for _, value in self.slack]
                shape = (len(self.rows.low), extra)
                slack = sparse.csr_matrix((sign, (at, np.arange(extra))), shape)
                matrix = sparse.hstack([matrix, slack], format="csr")
            rules = [LinearConstraint(matrix, self.rows.low, self.rows.high)]
        result = milp(
            np.concatenate([price, np.ones(extra)]),
            constraints=rules,
            bounds=Bounds(
                np.concatenate([model.low, np.zeros(extra)]),
                np.concatenate([model.high, np.full(extra, np.inf)]),
            ),
            integrality=np.ones(model.width + extra),
            options={"time_limit": seconds},
        )
        if result.x is None:
            return None
        found: Floats = result.x
        return found
