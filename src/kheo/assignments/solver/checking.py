"""Is an answer sound? Everything recomputed from the two files as decoded.

This module imports nothing of the solver: what it shares with it is the format alone.
Its input must have passed `read_problem`; the answer may be anything.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 1e-6
LARGEST = 1e15
EARTH = 6371.0088
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Finding:
    """One thing wrong: its code and the values that its sentence needs."""

    code: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a check found; `sound` when the rules hold and the stated figures are right."""

    findings: tuple[Finding, ...]
    cost: float | None = None
    terms: dict[str, float] = field(default_factory=dict)
    excess: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.findings


class _Count:
    """The counts of an answer over a decoded problem."""

    def __init__(self, problem: Mapping[str, Any], pairs: Pairs) -> None:
        self.units = {unit["id"]: unit for unit in problem["units"]}
        self.communes = {each["id"]: each for each in problem["communes"]}
        self.rules = problem.get("rules", {})
        self.weights = problem.get("weights", {})
        self.pairs = pairs
        self.working = [u for u in problem["units"] if not u.get("exempt", False)]
        self.taken: dict[str, list[str]] = defaultdict(list)
        self.heads: dict[str, float] = defaultdict(float)
        self.crowd: Counter[str] = Counter()
        self.provincial: Counter[str] = Counter()
        self.by_group: Counter[str] = Counter()
        for unit_id, commune_id in pairs:
            unit = self.units[unit_id]
            self.taken[unit_id].append(commune_id)
            self.heads[commune_id] += unit["headcount"] / unit.get("communes", 1)
            self.crowd[commune_id] += 1
            if unit.get("tier") == "province":
                self.provincial[commune_id] += 1
                group = self.communes[commune_id].get("group")
                if group is not None:
                    self.by_group[group] += 1

    def units_findings(self) -> list[Finding]:
        found = []
        for unit_id, unit in self.units.items():
            taken = self.taken[unit_id]
            if unit.get("exempt", False):
                if taken:
                    found.append(Finding("exempt", {"unit": unit_id}))
                continue
            due = unit.get("communes", 1)
            if len(taken) != due:
                values = {"unit": unit_id, "count": len(taken), "limit": due}
                found.append(Finding("count", values))
            for commune_id in taken:
                group = unit.get("group")
                values = {"unit": unit_id, "commune": commune_id, "group": group}
                if (
                    group is not None
                    and self.communes[commune_id].get("group") != group
                ):
                    found.append(Finding("group", values))
                if commune_id in unit.get("forbidden", []):
                    found.append(Finding("forbidden", values))
            for commune_id in unit.get("locked", []):
                if commune_id not in taken:
                    values = {"unit": unit_id, "commune": commune_id}
                    found.append(Finding("locked", values))
        return found

    def minima_findings(self) -> list[Finding]:
        found = []
        for commune_id, commune in self.communes.items():
            here = self.crowd[commune_id]
            for rule in ("cover_min", "difficult_min"):
                least = self.rules.get(rule, 1 if rule == "cover_min" else 0)
                applies = rule == "cover_min" or commune.get("difficult", False)
                if applies and here < least:
                    values = {"commune": commune_id, "count": here, "limit": least}
                    found.append(Finding(rule, values))
        return found

    def cap_findings(self) -> list[Finding]:
        found = []
        for rule, counts in (
            ("units_per_commune_max", self.crowd),
            ("province_units_per_commune_max", self.provincial),
        ):
            most = self.rules.get(rule)
            if most is not None:
                found += [
                    Finding(rule, {"commune": c, "count": counts[c], "limit": most})
                    for c in self.communes
                    if counts[c] > most
                ]
        share = self.rules.get("province_share_per_group_max")
        if share is not None:
            all_pairs = sum(
                u.get("communes", 1)
                for u in self.working
                if u.get("tier") == "province"
            )
            most = max(1, int(share * all_pairs + 1e-9))
            rule = "province_share_per_group_max"
            found += [
                Finding(rule, {"group": g, "count": n, "limit": most})
                for g, n in sorted(self.by_group.items())
                if n > most
            ]
        return found

    def terms(self, over: list[Finding]) -> dict[str, float]:
        places = sum(u.get("communes", 1) for u in self.working)
        people = sum(u["headcount"] for u in self.working)
        weight = {
            c["id"]: c.get("size", 1.0) * (1 + c.get("need", 0.0))
            for c in self.communes.values()
        }
        whole = math.fsum(weight.values())
        misfit = 0.0
        if people and whole:
            misfit = (
                math.fsum(
                    abs(self.heads[c] - people * w / whole) for c, w in weight.items()
                )
                / people
            )
        span = self._span()
        far = 0.0
        if span and places:
            far = math.fsum(self._km(u, c) for u, c in self.pairs) / (span * places)
        old = [
            (u["id"], c)
            for u in self.working
            for c in u.get("previous", [])
            if c in self.communes
        ]
        lost = sum(c not in self.taken[u] for u, c in old)
        above = sum(f.values["count"] - f.values["limit"] for f in over)
        return {
            "fit": self.weights.get("fit", 1.0) * misfit,
            "far": self.weights.get("far", 0.3) * far,
            "keep": self.weights.get("keep", 0.5) * lost / max(1, len(old)),
            "soft": self.weights.get("soft", 1.0) * above / max(1, places),
        }

    def _km(self, unit_id: str, commune_id: str) -> float:
        unit, commune = self.units[unit_id], self.communes[commune_id]
        here, there = _vector(unit), _vector(commune)
        if here is None or there is None:
            return 0.0
        return EARTH * _angle(here, there)

    def _span(self) -> float:
        """The farthest unit and commune: the least product of their directions."""
        spots = {v for u in self.working if (v := _vector(u)) is not None}
        ends = [v for c in self.communes.values() if (v := _vector(c)) is not None]
        if not spots or not ends:
            return 0.0
        farthest = 0.0
        for x, y, z in spots:
            end = min(ends, key=lambda e, x=x, y=y, z=z: x * e[0] + y * e[1] + z * e[2])  # type: ignore[misc]  # bound now
            farthest = max(farthest, _angle((x, y, z), end))
        return EARTH * farthest


Vector = tuple[float, float, float]


def _vector(place: Mapping[str, Any]) -> Vector | None:
    if place.get("lat") is None or place.get("lon") is None:
        return None
    lat, lon = math.radians(place["lat"]), math.radians(place["lon"])
    return (
        math.cos(lat) * math.cos(lon),
        math.cos(lat) * math.sin(lon),
        math.sin(lat),
    )


def _angle(here: Vector, there: Vector) -> float:
    """The angle between two directions, exact for small ones too."""
    apart = math.dist(here, there) / 2
    return 2 * math.asin(min(1.0, apart))


def check(problem: Mapping[str, Any], answer: object) -> Verdict:
    """Every rule that the answer breaks, its true cost, and figures it states wrongly."""
    pairs, findings = _pairs_of(problem, answer)
    if pairs is None:
        return Verdict(tuple(findings))
    count = _Count(problem, pairs)
    soft = set(count.rules.get("soft", []))
    caps = count.cap_findings()
    excess = [finding for finding in caps if finding.code in soft]
    findings += count.units_findings() + count.minima_findings()
    findings += [finding for finding in caps if finding.code not in soft]
    terms = count.terms(excess)
    cost = math.fsum(terms.values())
    if isinstance(answer, dict):
        findings += _stated(answer, terms, cost)
    return Verdict(tuple(findings), cost, terms, tuple(excess))


def _pairs_of(
    problem: Mapping[str, Any], answer: object
) -> tuple[Pairs | None, list[Finding]]:
    if not isinstance(answer, dict) or not isinstance(answer.get("pairs"), list):
        return None, [Finding("shape", {})]
    units = {unit["id"] for unit in problem["units"]}
    communes = {commune["id"] for commune in problem["communes"]}
    pairs: dict[tuple[str, str], None] = {}
    findings = []
    for pair in answer["pairs"]:
        named = pair if isinstance(pair, dict) else {}
        unit, commune = named.get("unit"), named.get("commune")
        values = {"unit": unit, "commune": commune}
        known = isinstance(unit, str) and unit in units
        if not known or not isinstance(commune, str) or commune not in communes:
            findings.append(Finding("unknown", values))
        elif (str(unit), commune) in pairs:
            findings.append(Finding("repeated", values))
        else:
            pairs[str(unit), commune] = None
    return list(pairs), findings


def _stated(
    answer: Mapping[str, Any], terms: Mapping[str, float], cost: float
) -> list[Finding]:
    """Figures that the answer states and that are not so."""
    named = answer.get("terms")
    told: dict[str, object] = dict(named) if isinstance(named, dict) else {}
    true = {**terms, "cost": cost}
    told["cost"] = answer.get("cost", cost)
    found = []
    for name, value in told.items():
        right = true.get(name)
        figure = _figure(value)
        if right is None or figure is None or not abs(figure - right) <= TOLERANCE:
            values = {"name": name, "stated": value, "found": right}
            found.append(Finding("stated", values))
    bound = answer.get("bound")
    if bound is not None:
        figure = _figure(bound)
        if figure is None or figure > cost + TOLERANCE:
            found.append(Finding("bound", {"stated": bound, "found": cost}))
    return found


def _figure(value: object) -> float | None:
    """A number that can be compared, `None` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if -LARGEST < value < LARGEST else None
