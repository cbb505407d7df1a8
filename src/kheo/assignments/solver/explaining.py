"""Why a unit is where it is, and what a move would change; fast enough for dragging."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kheo.assignments.solver.costing import (
    EARTH_KM,
    TERMS,
    Account,
    Breach,
    Change,
    Pair,
)
from kheo.assignments.solver.problem import Commune, Problem, Unit

MOST_OPTIONS = 5
EVEN = 1e-12


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a pair: a code under `why.` and its values."""

    code: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Option:
    """Another commune for a unit, and by how much the cost would change."""

    commune: str
    cost: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two units taking each other's commune."""

    unit: str
    commune: str
    cost: float


@dataclass(frozen=True, slots=True)
class Explained:
    """One pair explained."""

    commune: str
    reasons: tuple[Reason, ...]
    options: tuple[Option, ...]
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class Move:
    """What replacing one of a unit's communes by another changes."""

    source: str
    target: str
    change: Change


class Explainer:
    """Answers questions about one assignment."""

    def __init__(self, problem: Problem, pairs: list[Pair]) -> None:
        self.account = Account(problem, pairs)
        self.problem = problem
        self.by_group: dict[str | None, list[Commune]] = {}
        for commune in problem.communes:
            self.by_group.setdefault(commune.group, []).append(commune)

    @cached_property
    def _directions(self) -> dict[str, tuple[float, float, float] | None]:
        return {c.id: _direction(c) for c in self.problem.communes}

    def open_to(self, unit: Unit) -> list[Commune]:
        """The communes that the unit's own restrictions allow."""
        inside = (
            self.problem.communes if unit.group is None else self.by_group[unit.group]
        )
        return [commune for commune in inside if commune.id not in unit.forbidden]

    def _moves(
        self, unit: Unit, source: str
    ) -> Iterator[tuple[Commune, float, float, float]]:
        """Every other commune with its cost change, the fit part of it, and kilometres."""
        account = self.account
        heads = unit.headcount / unit.communes
        load, targets = account.load, account.targets
        gap = load[source] - targets[source]
        leave = abs(gap - heads) - abs(gap)
        here, taken = _direction(unit), set(account.places[unit.id])
        at = self._km(here, source)
        kept = source in unit.previous
        for commune in self.open_to(unit):
            if commune.id in taken:
                continue
            gap = load[commune.id] - targets[commune.id]
            fit = account.fit_price * (leave + abs(gap + heads) - abs(gap))
            km = self._km(here, commune.id)
            keep = account.keep_price * (kept - (commune.id in unit.previous))
            yield commune, fit + account.far_price * (km - at) + keep, fit, km

    def _km(self, here: tuple[float, float, float] | None, commune: str) -> float:
        there = self._directions[commune]
        if here is None or there is None:
            return 0.0
        return 2 * EARTH_KM * math.asin(min(1.0, math.dist(here, there) / 2))

    def _allowed(
        self, unit: Unit, source: str, moves: list[tuple[Commune, float]]
    ) -> list[Option]:
        """The cheapest moves that break no rule, soft caps priced."""
        found: list[Option] = []
        for commune, _ in sorted(moves, key=lambda move: (move[1], move[0].id)):
            change = self.account.change([(unit.id, source)], [(unit.id, commune.id)])
            if not change.breaks:
                found.append(Option(commune.id, change.cost))
            if len(found) == MOST_OPTIONS:
                break
        return sorted(found, key=lambda option: (option.cost, option.commune))

    def _is_stuck(self, unit: Unit, source: str) -> bool:
        """Whether leaving alone breaks a rule, wherever the unit goes."""
        return bool(self.account.change([(unit.id, source)], []).breaks)

    def pair(self, unit: Unit, source: str) -> tuple[tuple[Reason, ...], list[Option]]:
        """What speaks for one pair, and the best other communes."""
        account = self.account
        moves = list(self._moves(unit, source))
        options: list[Option] = []
        if not self._is_stuck(unit, source):
            options = self._allowed(
                unit, source, [(c, cost) for c, cost, _, _ in moves]
            )
        reasons = [*self._standing(unit, source, moves)]
        km = self._km(_direction(unit), source)
        near = unit.lat is not None and account.communes[source].lat is not None
        if near and moves:
            if all(km <= other + EVEN for *_, other in moves):
                reasons.append(Reason("closest", {"km": round(km, 1)}))
            elif all(km <= other + EVEN for _, _, fit, other in moves if fit <= EVEN):
                reasons.append(Reason("closest_fit", {"km": round(km, 1)}))
        load, target = account.load[source], account.targets[source]
        reasons.append(
            Reason("fit", {"load": round(load, 1), "target": round(target, 1)})
        )
        if options:
            best = options[0]
            code = "next" if best.cost >= -EVEN else "next_better"
            name = account.communes[best.commune].name
            reasons.append(Reason(code, {"commune": name, "cost": abs(best.cost)}))
        elif moves:
            reasons.append(Reason("no_move", {}))
        return tuple(reasons), options

    def _standing(
        self, unit: Unit, source: str, moves: list[tuple[Commune, float, float, float]]
    ) -> Iterator[Reason]:
        """What binds the unit here before any cost."""
        account = self.account
        if source in unit.locked:
            yield Reason("locked", {})
        if source in unit.previous:
            yield Reason("kept", {})
        if not moves:
            yield Reason("only", {})
        left = account.count[source] - 1
        least = self.problem.minimum(account.communes[source])
        if left < least:
            yield Reason("needed", {"count": left, "limit": least})

    def exchange(self, unit: Unit, source: str) -> Exchange | None:
        """The best exchange with another unit that breaks no rule."""
        account, best = self.account, None
        open_to = {commune.id for commune in self.open_to(unit)}
        open_to -= set(account.places[unit.id])
        home = account.communes[source]
        for other_id, target in account.pairs:
            other = account.units[other_id]
            if target not in open_to or source in account.places[other_id]:
                continue
            if other_id == unit.id or not account.may_take(other, home):
                continue
            change = account.change(
                [(unit.id, source), (other_id, target)],
                [(unit.id, target), (other_id, source)],
            )
            if not change.breaks and (best is None or change.cost < best.cost):
                best = Exchange(other_id, target, change.cost)
        return best

    def unit(self, unit_id: str) -> list[Explained]:
        """Every commune of a unit explained; raises `KeyError` for an unknown unit."""
        unit = self.account.units[unit_id]
        found = []
        for commune in self.account.places[unit_id]:
            reasons, options = self.pair(unit, commune)
            exchange = self.exchange(unit, commune)
            found.append(Explained(commune, reasons, tuple(options), exchange))
        return found

    def move(self, unit_id: str, target: str) -> list[Move]:
        """What giving up each of the unit's communes for another changes in every term.

        A unit without a commune is put there. Raises `KeyError` for unknown ids.
        """
        unit, commune = self.account.units[unit_id], self.account.communes[target]
        places = self.account.places[unit.id]
        if commune.id in places:
            return []
        if not places:
            change = self.account.change([], [(unit.id, commune.id)])
            return [Move("", commune.id, change)]
        return [
            Move(
                source,
                commune.id,
                self.account.change([(unit.id, source)], [(unit.id, commune.id)]),
            )
            for source in places
        ]


def _direction(place: Commune | Unit) -> tuple[float, float, float] | None:
    if place.lat is None or place.lon is None:
        return None
    lat, lon = math.radians(place.lat), math.radians(place.lon)
    return (
        math.cos(lat) * math.cos(lon),
        math.cos(lat) * math.sin(lon),
        math.sin(lat),
    )


__all__ = ["TERMS", "Breach", "Explained", "Explainer", "Move", "Option", "Reason"]
