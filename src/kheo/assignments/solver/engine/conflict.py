"""Why there is no answer: the fewest rules that cannot hold together, and what would help."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kheo.assignments.solver.engine.feasible import Breached, Model, Restrictions
from kheo.assignments.solver.problem import Problem, Unit
from kheo.assignments.solver.rulebook import OF_COMMUNES, Conflict, Member, Relief

Price = Callable[[Problem], float | None]
PROBE_SECONDS = 5.0
MOST_THINNED = 400
THINNED = OF_COMMUNES | {"locked"}


class ConflictFinder:
    """Deletes rules while the rest still conflicts, then narrows what each binds.

    Narrowing keeps the set irreducible: without any one member the others were feasible
    already when they bound more.
    """

    def __init__(self, problem: Problem, over: Callable[[], bool]) -> None:
        self.problem, self.over = problem, over
        self.restrictions = Restrictions(problem)

    def clashes(self, members: Iterable[Member]) -> bool:
        """Whether these rules certainly cannot hold together."""
        outcome = Model(self.restrictions, list(members)).solve(PROBE_SECONDS)
        return outcome is not None and not outcome.feasible

    def find(self) -> tuple[Member, ...] | None:
        """An irreducible conflict, or `None` when the instance is feasible."""
        members = self.restrictions.everything()
        if not self.clashes(members):
            return None
        for member in list(members):
            rest = [each for each in members if each is not member]
            if self.clashes(rest):
                members = rest
        for at in self._narrowing_order(members):
            members[at] = self._narrowed(members, at)
        return tuple(members)

    def _narrowing_order(self, members: Sequence[Member]) -> list[int]:
        """Rules of communes first: what they bind tells which units matter."""
        return sorted(
            range(len(members)), key=lambda at: members[at].rule not in OF_COMMUNES
        )

    def _narrowed(self, members: list[Member], at: int) -> Member:
        member = members[at]
        for candidate in self._parts(members, member):
            if self.over():
                return member
            if self._still(members, at, candidate):
                member = candidate
                break
        halved = self._halved(members, at, member)
        if 1 in (len(halved.communes), len(halved.units), len(halved.groups)):
            return halved
        if member.rule not in THINNED or self._is_shortage(members, at, member):
            return member
        return self._thinned(members, at, member)

    def _halved(self, members: list[Member], at: int, member: Member) -> Member:
        """Half of what it binds, as long as a half still clashes: finds a lone culprit."""
        while not self.over():
            halves = _halves(member)
            kept = next((h for h in halves if self._still(members, at, h)), None)
            if kept is None:
                break
            member = kept
        return member

    def _is_shortage(self, members: list[Member], at: int, member: Member) -> bool:
        """Whether counting places explains the clash: then all communes are named."""
        scoped = (*members[:at], member, *members[at + 1 :])
        return self.counted(scoped).need is not None

    def _thinned(self, members: list[Member], at: int, member: Member) -> Member:
        """Leave out each commune, or unit, that the clash does not need."""
        name = "communes" if member.communes else "units"
        if len(getattr(member, name)) > MOST_THINNED:
            return member
        for item in getattr(member, name):
            kept = tuple(each for each in getattr(member, name) if each != item)
            candidate = _scoped(member, name, kept)
            if self.over():
                break
            if kept and self._still(members, at, candidate):
                member = candidate
        return member

    def _still(self, members: list[Member], at: int, candidate: Member) -> bool:
        return self.clashes([*members[:at], candidate, *members[at + 1 :]])

    def _parts(self, members: list[Member], member: Member) -> list[Member]:
        """Natural narrower scopes: one group, or the units that may go where it matters."""
        if member.rule in OF_COMMUNES:
            by_group: dict[str | None, list[str]] = {}
            group_of = {c.id: c.group for c in self.problem.communes}
            for commune in member.communes:
                by_group.setdefault(group_of[commune], []).append(commune)
            if len(by_group) < 2:
                return []
            return [replace(member, communes=tuple(c)) for c in by_group.values()]
        if member.groups:
            return [replace(member, groups=(group,)) for group in member.groups]
        concerned = {c for each in members for c in each.communes}
        if not concerned:
            return []
        near, _ = Model(self.restrictions, members).may_go(concerned)
        known = set(near)
        kept = tuple(unit for unit in member.units if unit in known)
        return (
            [replace(member, units=kept)] if 0 < len(kept) < len(member.units) else []
        )

    def counted(self, members: tuple[Member, ...]) -> Conflict:
        """The conflict with its plain arithmetic, where it is a plain shortage."""
        rules = {member.rule for member in members}
        communes = {c for m in members if m.rule in LOWER for c in m.communes}
        if communes and "communes" in rules:
            supply, room = Model(self.restrictions, members).may_go(communes)
            at_least = {c.id: c for c in self.problem.communes}
            need = sum(self._least(at_least[c].difficult, rules) for c in communes)
            if need > room:
                return Conflict(members, need=need, room=room, supply_units=supply)
        return Conflict(members)

    def _least(self, difficult: bool, rules: set[str]) -> int:  # noqa: FBT001  # a field's value
        own = self.problem.rules
        cover = own.cover_min if "cover_min" in rules else 0
        hard = own.difficult_min if difficult and "difficult_min" in rules else 0
        return max(cover, hard)

    def reliefs(self, members: tuple[Member, ...], price: Price) -> tuple[Relief, ...]:
        """What relaxing each of these rules alone would take, and then cost."""
        found = []
        everything = self.restrictions.everything()
        for member in members:
            if self.over():
                break
            others = [each for each in everything if each.rule != member.rule]
            model = Model(self.restrictions, others)
            breached = model.least_breach(member.rule, 2 * PROBE_SECONDS)
            if breached is None:
                continue
            relaxed = _Relaxed(self.problem, model, member.rule, breached)
            relief = relaxed.relief()
            cost = None if self.over() else price(relaxed.problem())
            found.append(replace(relief, cost=cost))
        return tuple(found)


LOWER = frozenset({"cover_min", "difficult_min"})


def _halves(member: Member) -> list[Member]:
    name = next(n for n in ("communes", "units", "groups") if getattr(member, n))
    items = getattr(member, name)
    if len(items) < 2:
        return []
    middle = len(items) // 2
    return [
        _scoped(member, name, items[:middle]),
        _scoped(member, name, items[middle:]),
    ]


def _scoped(member: Member, name: str, items: tuple[str, ...]) -> Member:
    scope: dict[str, Any] = {name: items}
    return replace(member, **scope)


@dataclass(frozen=True)
class _Relaxed:
    """One rule eased just enough: what gives way, and the instance it leaves."""

    source: Problem
    model: Model
    rule: str
    breached: Breached

    def _slack(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for tag, value in zip(self.breached.tags, self.breached.slack, strict=True):
            if value > 0.5:
                found[tag] = found.get(tag, 0) + round(value)
        return found

    def _pairs(self) -> dict[str, set[str]]:
        """Units by id with the communes where their own restriction gives way."""
        price = self.model._barred(self.rule)
        counts, source = self.breached.counts, self.source
        found: dict[str, set[str]] = {}
        for number, members in enumerate(self.model.classes):
            cells = self.model.columns(number)
            if self.rule == "locked":
                gone = np.nonzero(price[cells] * (len(members) - counts[cells]) > 0)[0]
                amounts = len(members) - counts[cells][gone]
            else:
                gone = np.nonzero(price[cells] * counts[cells] > 0)[0]
                amounts = counts[cells][gone]
            where = np.repeat(gone, amounts)
            for turn, commune in enumerate(where):
                unit = source.units[members[turn % len(members)]].id
                found.setdefault(unit, set()).add(source.communes[commune].id)
        return found

    def relief(self) -> Relief:
        amount = self.breached.amount
        if self.rule in OF_COMMUNES:
            slack = self._slack()
            return Relief(
                self.rule, amount, communes=tuple(slack), limit=self._limit(slack)
            )
        if self.rule == "province_share_per_group_max":
            slack = self._slack()
            return Relief(
                self.rule, amount, groups=tuple(slack), limit=self._limit(slack)
            )
        if self.rule == "communes":
            return Relief(self.rule, amount, units=tuple(self._changed()))
        pairs = self._pairs()
        communes = tuple(sorted({c for each in pairs.values() for c in each}))
        return Relief(self.rule, amount, communes=communes, units=tuple(pairs))

    def _limit(self, slack: dict[str, int]) -> int:
        most = max(slack.values(), default=0)
        if self.rule == "province_share_per_group_max":
            return (self.source.share_cap() or 0) + most
        now: int = getattr(self.source.rules, self.rule) or 0
        return now - most if self.rule in LOWER else now + most

    def _changed(self) -> dict[str, int]:
        """How many communes each unit whose number gives way would take."""
        found: dict[str, int] = {}
        for number, members in enumerate(self.model.classes):
            counts = self.breached.counts[self.model.columns(number)]
            units = [self.source.units[i] for i in members]
            if units[0].exempt:
                continue
            places = int(counts.sum())
            for turn, unit in enumerate(units):
                mine = places // len(units) + (turn < places % len(units))
                if mine != unit.communes:
                    found[unit.id] = mine
        return found

    def problem(self) -> Problem:
        """The instance with this rule eased where it must be, everything else as it was."""
        source, rule = self.source, self.rule
        if rule in OF_COMMUNES:
            return _with_rule(source, rule, self._limit(self._slack()))
        if rule == "province_share_per_group_max":
            pairs = sum(u.communes for u in source.active if u.is_provincial)
            share = min(1.0, self._limit(self._slack()) / max(1, pairs))
            return _with_rule(source, rule, share)
        if rule == "communes":
            changed = self._changed()
            return _with_units(
                source,
                lambda u: (
                    replace(u, communes=max(1, changed[u.id]), exempt=not changed[u.id])
                    if u.id in changed
                    else u
                ),
            )
        pairs_given = self._pairs()
        return _with_units(
            source, lambda u: _eased(u, rule, pairs_given.get(u.id, set()))
        )


def _with_rule(problem: Problem, rule: str, value: float) -> Problem:
    rules: dict[str, Any] = {rule: value}
    return replace(problem, rules=replace(problem.rules, **rules))


def _with_units(problem: Problem, change: Callable[[Unit], Unit]) -> Problem:
    return replace(problem, units=tuple(change(unit) for unit in problem.units))


def _eased(unit: Unit, rule: str, communes: set[str]) -> Unit:
    if not communes:
        return unit
    if rule == "group":
        return replace(unit, group=None)
    if rule == "exempt":
        return replace(unit, exempt=False)
    kept = tuple(c for c in getattr(unit, rule) if c not in communes)
    if rule == "locked":
        return replace(unit, locked=kept)
    return replace(unit, forbidden=kept)
