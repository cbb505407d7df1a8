"""What an assignment costs, term by term, and what a change of a few pairs does to it."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from kheo.assignments.solver.problem import Commune, Problem, Unit

EARTH_KM = 6371.0088
TERMS = ("fit", "far", "keep", "soft")
Pair = tuple[str, str]


def distance_km(here: Commune | Unit, there: Commune | Unit) -> float:
    """Great-circle distance; 0 when either has no position."""
    if here.lat is None or here.lon is None or there.lat is None or there.lon is None:
        return 0.0
    north, south = math.radians(here.lat), math.radians(there.lat)
    half_lat, half_lon = (south - north) / 2, math.radians(there.lon - here.lon) / 2
    haversine = (
        math.sin(half_lat) ** 2
        + math.cos(north) * math.cos(south) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, haversine)))


def farthest_km(units: Iterable[Unit], communes: Iterable[Commune]) -> float:
    """The largest distance between any of the units and any of the communes.

    Both are walked outwards-in around one middle: by the triangle inequality no pair
    further in can beat the best found, so a country takes milliseconds.
    """
    placed = [commune for commune in communes if commune.lat is not None]
    if not placed:
        return 0.0
    lat = sum(c.lat or 0.0 for c in placed) / len(placed)
    lon = sum(c.lon or 0.0 for c in placed) / len(placed)
    middle = Commune("", "", lat=lat, lon=lon)
    spots = {(unit.lat, unit.lon): unit for unit in units if unit.lat is not None}
    outer = sorted(
        ((distance_km(unit, middle), unit) for unit in spots.values()),
        key=lambda item: -item[0],
    )
    rim = sorted(
        ((distance_km(commune, middle), commune) for commune in placed),
        key=lambda item: -item[0],
    )
    best = 0.0
    for reach, unit in outer:
        if reach + rim[0][0] <= best:
            break
        for radius, commune in rim:
            if reach + radius <= best:
                break
            best = max(best, distance_km(unit, commune))
    return best


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that an assignment does not keep, and where."""

    rule: str
    where: str
    count: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What replacing some pairs does: cost by term, and the rules it would break."""

    terms: dict[str, float]
    breaks: tuple[Breach, ...]

    @property
    def cost(self) -> float:
        return sum(self.terms.values())


@dataclass
class Account:
    """The state of one assignment: who is where, and what follows from it."""

    problem: Problem
    pairs: Collection[Pair]
    load: dict[str, float] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)
    provincial: Counter[str] = field(default_factory=Counter)
    grouped: Counter[str | None] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        problem = self.problem
        self.units = {unit.id: unit for unit in problem.units}
        self.communes = {commune.id: commune for commune in problem.communes}
        self.places: dict[str, list[str]] = {unit.id: [] for unit in problem.units}
        self.load = dict.fromkeys(self.communes, 0.0)
        for unit_id, commune_id in self.pairs:
            self._put(self.units[unit_id], commune_id)
            self.places[unit_id].append(commune_id)

    def _put(self, unit: Unit, commune_id: str) -> None:
        self.load[commune_id] += unit.headcount / unit.communes
        self.count[commune_id] += 1
        if unit.is_provincial:
            self.provincial[commune_id] += 1
            self.grouped[self.communes[commune_id].group] += 1

    @cached_property
    def heads(self) -> int:
        return sum(unit.headcount for unit in self.problem.active)

    @cached_property
    def span_km(self) -> float:
        return farthest_km(self.problem.active, self.problem.communes)

    @cached_property
    def slots(self) -> int:
        return sum(unit.communes for unit in self.problem.active)

    @cached_property
    def targets(self) -> dict[str, float]:
        """How many heads each commune deserves by its weight."""
        total = sum(commune.weight for commune in self.communes.values())
        if not total:
            return dict.fromkeys(self.communes, 0.0)
        return {
            commune.id: self.heads * commune.weight / total
            for commune in self.communes.values()
        }

    @cached_property
    def fit_price(self) -> float:
        """The cost of one head too many or too few."""
        weighted = any(commune.weight for commune in self.communes.values())
        return self.problem.weights.fit / self.heads if self.heads and weighted else 0.0

    @cached_property
    def far_price(self) -> float:
        """The cost of one kilometre."""
        scale = self.span_km * self.slots
        return self.problem.weights.far / scale if scale else 0.0

    @cached_property
    def keep_price(self) -> float:
        """The cost of one of last year's pairs that is not kept."""
        known = sum(
            commune in self.communes
            for unit in self.problem.active
            for commune in unit.previous
        )
        return self.problem.weights.keep / max(1, known)

    @cached_property
    def soft_price(self) -> float:
        """The cost of one unit above a soft cap."""
        return self.problem.weights.soft / max(1, self.slots)

    def terms(self) -> dict[str, float]:
        """The weighted terms; their sum is the cost."""
        lost = sum(
            commune in self.communes and commune not in self.places[unit.id]
            for unit in self.problem.active
            for commune in unit.previous
        )
        return {
            "fit": self.fit_price
            * math.fsum(abs(self.load[c] - t) for c, t in self.targets.items()),
            "far": self.far_price
            * math.fsum(
                distance_km(self.units[u], self.communes[c]) for u, c in self.pairs
            ),
            "keep": self.keep_price * lost,
            "soft": self.soft_price * sum(b.count - b.limit for b in self.excess()),
        }

    def excess(self) -> list[Breach]:
        """Where a soft cap is passed."""
        soft = set(self.problem.rules.soft)
        return [breach for breach in self.over_caps() if breach.rule in soft]

    def over_caps(self) -> list[Breach]:
        """Every cap that is passed, soft or not."""
        rules, share = self.problem.rules, self.problem.share_cap()
        caps = (
            ("units_per_commune_max", rules.units_per_commune_max, self.count),
            (
                "province_units_per_commune_max",
                rules.province_units_per_commune_max,
                self.provincial,
            ),
        )
        found = [
            Breach(rule, commune, counts[commune], cap)
            for rule, cap, counts in caps
            if cap is not None
            for commune in self.communes
            if counts[commune] > cap
        ]
        if share is not None:
            found += [
                Breach("province_share_per_group_max", group, count, share)
                for group, count in self.grouped.items()
                if group is not None and count > share
            ]
        return found

    def may_take(self, unit: Unit, commune: Commune) -> bool:
        """Whether the unit's own restrictions let it go there."""
        return (
            not unit.exempt
            and unit.group in (None, commune.group)
            and commune.id not in unit.forbidden
        )

    def change(self, removed: Collection[Pair], added: Collection[Pair]) -> Change:
        """What taking some pairs away and adding others does; nothing is altered here.

        Rules that were broken already and get no worse are not named.
        """
        after = _After(self, removed, added)
        return Change(after.terms(), tuple(after.breaks()))


class _After:
    """The counts that differ once some pairs are replaced."""

    def __init__(
        self, account: Account, removed: Collection[Pair], added: Collection[Pair]
    ) -> None:
        self.account, self.removed, self.added = account, removed, added
        self.load: defaultdict[str, float] = defaultdict(float)
        self.count: Counter[str] = Counter()
        self.provincial: Counter[str] = Counter()
        self.grouped: Counter[str | None] = Counter()
        for sign, pairs in ((-1, removed), (1, added)):
            for unit_id, commune_id in pairs:
                unit = account.units[unit_id]
                self.load[commune_id] += sign * unit.headcount / unit.communes
                self.count[commune_id] += sign
                self.provincial[commune_id] += sign * unit.is_provincial
                group = account.communes[commune_id].group
                self.grouped[group] += sign * unit.is_provincial

    def terms(self) -> dict[str, float]:
        account = self.account
        fit = sum(
            abs(account.load[c] + moved - account.targets[c])
            - abs(account.load[c] - account.targets[c])
            for c, moved in self.load.items()
        )
        return {
            "fit": account.fit_price * fit,
            "far": account.far_price * (self._km(self.added) - self._km(self.removed)),
            "keep": account.keep_price
            * (self._kept(self.removed) - self._kept(self.added)),
            "soft": account.soft_price * self._soft(),
        }

    def _km(self, pairs: Collection[Pair]) -> float:
        units, communes = self.account.units, self.account.communes
        return sum(distance_km(units[u], communes[c]) for u, c in pairs)

    def _kept(self, pairs: Collection[Pair]) -> int:
        return sum(c in self.account.units[u].previous for u, c in pairs)

    def _caps(self) -> Iterable[tuple[str, str, int, int, int]]:
        """Rule, place, count before, count after and limit of every count that moves."""
        account, rules = self.account, self.account.problem.rules
        share = account.problem.share_cap()
        cap, provincial = (
            rules.units_per_commune_max,
            rules.province_units_per_commune_max,
        )
        for commune, moved in self.count.items():
            if cap is not None:
                was = account.count[commune]
                yield "units_per_commune_max", commune, was, was + moved, cap
        for commune, moved in self.provincial.items():
            if provincial is not None:
                was = account.provincial[commune]
                rule = "province_units_per_commune_max"
                yield rule, commune, was, was + moved, provincial
        for group, moved in self.grouped.items():
            if share is not None and group is not None:
                was = account.grouped[group]
                rule = "province_share_per_group_max"
                yield rule, group, was, was + moved, share

    def _soft(self) -> int:
        soft = self.account.problem.rules.soft
        return sum(
            max(0, now - cap) - max(0, was - cap)
            for rule, _, was, now, cap in self._caps()
            if rule in soft
        )

    def breaks(self) -> Iterable[Breach]:
        account = self.account
        for rule, where, was, now, cap in self._caps():
            if now > cap and now > was and rule not in account.problem.rules.soft:
                yield Breach(rule, where, now, cap)
        for commune_id, moved in self.count.items():
            commune, now = (
                account.communes[commune_id],
                account.count[commune_id] + moved,
            )
            if moved < 0 and now < account.problem.minimum(commune):
                rule = (
                    "cover_min"
                    if now < account.problem.rules.cover_min
                    else "difficult_min"
                )
                yield Breach(rule, commune_id, now, account.problem.minimum(commune))
        yield from self._own_restrictions()

    def _own_restrictions(self) -> Iterable[Breach]:
        account = self.account
        for unit_id, commune_id in self.removed:
            if commune_id in account.units[unit_id].locked:
                yield Breach("locked", unit_id)
        for unit_id, commune_id in self.added:
            unit, commune = account.units[unit_id], account.communes[commune_id]
            if unit.exempt:
                yield Breach("exempt", unit_id)
            if unit.group not in (None, commune.group):
                yield Breach("group", unit_id)
            if commune_id in unit.forbidden:
                yield Breach("forbidden", unit_id)
            there = account.places[unit_id]
            if commune_id in there and (unit_id, commune_id) not in self.removed:
                yield Breach("distinct", unit_id)
