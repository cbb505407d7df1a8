"""A plan worked out: every question it raises, answered without the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from kheo.core.lineage import CircleError, DatedTree, Part, Placement, apportion
from kheo.organisations.rules.outcome import (
    Bond,
    Ground,
    Life,
    Outcome,
    Problem,
    TransferKind,
    Trouble,
)
from kheo.organisations.rules.text import (
    Amend,
    Below,
    Create,
    End,
    Extract,
    Merge,
    Move,
    PlanText,
    Split,
)

MILLION = 1_000_000
ARMED = "armed_forces"

Numbered = tuple[int, Any]


def work_out(plan: PlanText, ground: Ground) -> Outcome:
    """Say what the plan would write, and everything that stands against it, at once.

    What stands below an ended body and is not named follows its only successor, or is
    a problem. Nothing here touches the database.
    """
    return _Working(plan, ground).outcome()


class _Working:
    """The plan being worked out: each method looks at one question."""

    def __init__(self, plan: PlanText, ground: Ground) -> None:
        self.plan = plan
        self.ground = ground
        self.day = plan.on
        self.problems: list[Problem] = []
        self.steps: list[Numbered] = list(enumerate(plan.steps, start=1))
        self.created = {s.body: n for n, s in self._all(Create)}
        self.ended: dict[str, int] = {}
        self.placed: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.heirs: dict[str, list[str]] = defaultdict(list)

    def outcome(self) -> Outcome:
        self._check_created()
        versions = self._versions()
        bonds = tuple(self._bonds())
        self._ends()
        self._places()
        before = {code: self._tree(code, rows) for code, rows in self._rows().items()}
        followers = tuple(self._followers(before))
        placements = tuple(self._placements(before))
        self._check_trees(before, placements)
        return Outcome(
            on=self.day,
            created=tuple(self.created),
            versions=versions,
            ended=tuple(self.ended),
            placements=placements,
            bonds=bonds,
            followers=followers,
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def _all(self, *kinds: type[BaseModel]) -> Iterator[Numbered]:
        return ((n, step) for n, step in self.steps if isinstance(step, kinds))

    def _say(
        self, trouble: Trouble, step: int, body: str, other: str = "", tree: str = ""
    ) -> None:
        self.problems.append(Problem(trouble, step, body, other, tree))

    def _is_there(self, body: str, step: int) -> bool:
        """Whether a step may name the body; says so where it may not."""
        if body in self.created:
            return True
        life = self.ground.life(body, self.day)
        if life is Life.UNKNOWN:
            self._say(Trouble.UNKNOWN, step, body)
        elif life is not Life.PRESENT:
            self._say(Trouble.ABSENT, step, body)
        return life is Life.PRESENT

    # bodies and their versions

    def _check_created(self) -> None:
        for n, step in self._all(Create):
            if self.created[step.body] != n:
                self._say(Trouble.TWICE_CREATED, n, step.body)
            elif self.ground.life(step.body, self.day) is not Life.UNKNOWN:
                self._say(Trouble.TAKEN, n, step.body)

    def _versions(self) -> dict[str, dict[str, Any]]:
        versions: dict[str, dict[str, Any]] = {}
        for n, step in self._all(Create, Amend):
            if isinstance(step, Amend) and not self._is_there(step.body, n):
                continue
            said = versions.setdefault(step.body, {})
            if isinstance(step, Amend) and said.keys() & step.details.keys():
                self._say(Trouble.TWICE_AMENDED, n, step.body)
            said.update(step.details)
            self._check_details(n, step.body, step.details)
        return versions

    def _check_details(self, n: int, body: str, said: Mapping[str, Any]) -> None:
        for name in ("name", "kind", "tier"):
            if name in said and not said[name]:
                self._say(Trouble.MISSING, n, body, name)
        known = (
            ("kind", self.ground.kinds, Trouble.UNKNOWN_KIND),
            ("tier", self.ground.tiers, Trouble.UNKNOWN_TIER),
            ("place", self.ground.places, Trouble.UNKNOWN_PLACE),
        )
        for name, values, trouble in known:
            if said.get(name) and said[name] not in values:
                self._say(trouble, n, body, said[name])
        armed = said["kind"] == ARMED if "kind" in said else body in self.ground.armed
        if armed and said.get("headcount") is not None:
            self._say(Trouble.ARMED_STRENGTH, n, body)

    # lineage

    def _bonds(self) -> Iterator[Bond]:
        for n, merge in self._all(Merge):
            kind = TransferKind.ABSORB
            if merge.into in self.created:
                kind = TransferKind.MERGE
            if len(merge.bodies) == 1:
                kind = TransferKind.SUCCEED
            for body in merge.bodies:
                yield from self._bond(n, kind, body, merge.into)
        for n, split in self._all(Split):
            yield from self._split_bonds(n, split)
        for n, extract in self._all(Extract):
            if self._is_there(extract.body, n):
                ppm = _millionths(extract.share)
                kind = TransferKind.EXTRACT
                yield from self._bond(n, kind, extract.body, extract.into, ppm)

    def _split_bonds(self, n: int, split: Split) -> Iterator[Bond]:
        kind = TransferKind.SPLIT if len(split.into) > 1 else TransferKind.SUCCEED
        if len({heir.body for heir in split.into}) < len(split.into):
            self._say(Trouble.TWICE_HEIR, n, split.body)
            return
        for heir, ppm in zip(split.into, self._shares_ppm(n, split), strict=True):
            yield from self._bond(n, kind, split.body, heir.body, ppm)

    def _shares_ppm(self, n: int, split: Split) -> list[int | None]:
        """In millionths; where all are given they add up to the whole exactly."""
        shares = [heir.share for heir in split.into]
        given = [share for share in shares if share is not None]
        total = sum(given, Fraction(0))
        if len(given) == len(shares) and total == 1:
            parts = [Part(place, share) for place, share in enumerate(given)]
            return list(apportion(MILLION, parts))
        if total >= 1:
            self._say(Trouble.SHARES_EXCEED, n, split.body)
        elif given and len(given) == len(shares):
            self._say(Trouble.SHARES_FALL_SHORT, n, split.body)
        return [_millionths(share) for share in shares]

    def _bond(
        self,
        n: int,
        kind: TransferKind,
        predecessor: str,
        successor: str,
        ppm: int | None = None,
    ) -> Iterator[Bond]:
        if predecessor == successor:
            self._say(Trouble.INTO_ITSELF, n, predecessor)
            return
        if not self._is_there(successor, n):
            return
        if (predecessor, successor) in self.ground.linked:
            self._say(Trouble.LINKED, n, predecessor, successor)
            return
        if kind is not TransferKind.EXTRACT:
            self.heirs[predecessor].append(successor)
        yield Bond(kind, predecessor, successor, ppm)

    # ends

    def _ends(self) -> None:
        for n, step in self._all(Merge, Split, End):
            bodies = (step.body,) if isinstance(step, Split) else step.bodies
            for body in bodies:
                if self._is_there(body, n):
                    self._end(n, body)
        for n, step in self._all(Amend):
            if step.body in self.ended:
                self._say(Trouble.ENDED_AND_AMENDED, n, step.body)
        for body, heirs in self.heirs.items():
            for heir in heirs:
                if heir in self.ended:
                    self._say(Trouble.HEIR_ENDS, self.ended.get(body, 0), body, heir)

    def _end(self, n: int, body: str) -> None:
        if body in self.ended:
            self._say(Trouble.TWICE_ENDED, n, body)
            return
        self.ended[body] = n
        if body in self.created or self.ground.begins(body) == self.day:
            self._say(Trouble.ENDS_AS_IT_BEGINS, n, body)
        elif self._changes_later(body):
            self._say(Trouble.CHANGES_LATER, n, body)

    def _changes_later(self, body: str) -> bool:
        later = any(since > self.day for since, _end in self.ground.versions[body])
        return later or any(
            row.node == body and row.on > self.day
            for rows in self.ground.placements.values()
            for row in rows
        )

    # places in trees

    def _places(self) -> None:
        for n, step in self._all(Create):
            if "below" in step.model_fields_set and step.below is not None:
                self._place(n, step.body, step.below)
        for n, step in self._all(Move):
            for body in step.bodies:
                if body in self.ended:
                    self._say(Trouble.ENDED_AND_MOVED, n, body)
                elif self._is_there(body, n):
                    self._place(n, body, step.below)

    def _place(self, n: int, body: str, below: Below) -> None:
        superiors = below if isinstance(below, dict) else {self.plan.tree: below}
        for tree, superior in superiors.items():
            if tree not in self.ground.placements:
                self._say(Trouble.UNKNOWN_TREE, n, body, tree=tree)
            elif (tree, body) in self.placed:
                self._say(Trouble.TWICE_PLACED, n, body, tree=tree)
            elif superior is None or self._is_there(superior, n):
                self.placed[tree, body] = (n, superior)

    def _rows(self) -> Mapping[str, Sequence[Placement[str]]]:
        """The trees that the plan may touch, as they are."""
        if self.ended:
            return self.ground.placements
        touched = {tree for tree, _body in self.placed}
        return {code: self.ground.placements[code] for code in sorted(touched)}

    def _tree(self, code: str, rows: Iterable[Placement[str]]) -> DatedTree[str]:
        try:
            return DatedTree(rows)
        except CircleError as error:
            n, _superior = self.placed.get((code, str(error.node)), (0, None))
            self._say(Trouble.CIRCLE, n, str(error.node), tree=code)
            return DatedTree([])

    def _followers(self, before: Mapping[str, DatedTree[str]]) -> Iterator[str]:
        """Place what stands below an ended body below its only successor."""
        for code, tree in before.items():
            for body, n in self.ended.items():
                for child in tree.children(body, self.day):
                    if child in self.ended or (code, child) in self.placed:
                        continue
                    if self._follow(n, code, tree, body, child):
                        yield child

    def _follow(
        self, n: int, code: str, tree: DatedTree[str], body: str, child: str
    ) -> bool:
        heirs = self.heirs.get(body, [])
        if len(heirs) != 1:
            self._say(Trouble.LEFT_BEHIND, n, child, body, code)
            return False
        heir: str | None = heirs[0]
        if heir == child:
            heir = tree.parent(body, self.day)
        elif not self._will_stand(code, tree, heirs[0]):
            self._say(Trouble.HEIR_NOT_IN_TREE, n, child, heirs[0], code)
            return False
        self.placed[code, child] = (n, heir)
        return True

    def _will_stand(self, code: str, tree: DatedTree[str], body: str) -> bool:
        return (code, body) in self.placed or tree.exists(body, self.day)

    def _placements(
        self, before: Mapping[str, DatedTree[str]]
    ) -> Iterator[tuple[str, Placement[str]]]:
        for (code, body), (_n, superior) in self.placed.items():
            yield code, Placement(body, self.day, superior)
        for code, tree in before.items():
            for body in self.ended:
                if tree.exists(body, self.day):
                    yield code, Placement(body, self.day, is_end=True)

    def _check_trees(
        self,
        before: Mapping[str, DatedTree[str]],
        placements: Iterable[tuple[str, Placement[str]]],
    ) -> None:
        written: dict[str, dict[str, Placement[str]]] = defaultdict(dict)
        for code, placement in placements:
            written[code][placement.node] = placement
        for code, rows in written.items():
            kept = [
                row
                for row in self.ground.placements[code]
                if row.on != self.day or row.node not in rows
            ]
            after = self._tree(code, [*kept, *rows.values()])
            if after.nodes:
                self._check_superiors(code, after)
                self._check_dangling(code, before[code], after)

    def _check_superiors(self, code: str, after: DatedTree[str]) -> None:
        for (tree, body), (n, superior) in self.placed.items():
            if tree == code and superior and not after.exists(superior, self.day):
                self._say(Trouble.SUPERIOR_NOT_THERE, n, body, superior, code)

    def _check_dangling(
        self, code: str, before: DatedTree[str], after: DatedTree[str]
    ) -> None:
        known = {(d.node, d.parent) for d in before.dangling()}
        refused = {(p.body, p.other) for p in self.problems}
        for d in after.dangling():
            pair = (d.node, d.parent)
            if pair not in known and pair not in refused:
                self._say(Trouble.LEFT_LATER, 0, d.node, d.parent, code)


def _millionths(share: Fraction | None) -> int | None:
    """The smallest share is one millionth, never nothing."""
    return None if share is None else max(1, round(share * MILLION))
