"""Totals over plain facts: what counts, where it is borne, and how rows add up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Generic, TypeAlias

from kheo.core.lineage.values import N
from kheo.core.periods import Interval
from kheo.ledger.rules.bearing import (
    NOTHING,
    Bearing,
    Contribution,
    contributions,
    presence,
)


class Law(StrEnum):
    """How a measure adds up over bodies and over time (architecture, "Totals")."""

    FLOW = "flow"
    STOCK = "stock"
    DISTINCT = "distinct"
    RATIO = "ratio"


class Recorded(Enum):
    """The structure as it was: each entry among the superiors of its own day."""

    RECORDED = "recorded"


RECORDED = Recorded.RECORDED
Structure: TypeAlias = Recorded | date
"""As recorded, or as of one day for all."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[N]):
    """An entry with its credits. A flow has one day; a stock holds in `[on, until)`.

    A distinct count names its subject; without one it is declared, and answers only
    for its own body and the window `[on, until)`.
    """

    on: date
    amount: int
    credits: tuple[N, ...]
    until: date | None = None
    subject: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    programme: str = ""


Bear: TypeAlias = Callable[[N, date], Bearing[N]]


@dataclass(frozen=True, slots=True)
class Tally(Generic[N]):
    """One node's sums, and those of its children on the days they were its children."""

    whole: Contribution
    children: Mapping[N, Contribution]

    @property
    def shared(self) -> int:
        """The printed correction for joint work: children and it add up to the value."""
        below = sum(child.amount for child in self.children.values())
        return self.whole.amount - self.whole.own - self.whole.unallocated - below


def counts(law: Law, fact: Fact[N], interval: Interval) -> bool:
    """Say whether the fact is of this time; a stock is observed on the last day."""
    if law is Law.STOCK:
        observed = interval.last
        return fact.on <= observed and (fact.until is None or observed < fact.until)
    if law is Law.DISTINCT and not fact.subject:
        return False
    return fact.on in interval


def borne_on(law: Law, on: date, interval: Interval, structure: Structure) -> date:
    """Say on which day's tree the entry is looked for."""
    if isinstance(structure, date):
        return structure
    return interval.last if law is Law.STOCK else on


def tally(
    law: Law,
    facts: Iterable[Fact[N]],
    node: N | None,
    interval: Interval,
    *,
    structure: Structure,
    bear: Bear[N],
) -> Tally[N]:
    """Add up what the facts contribute to `node` (`None`: the virtual root)."""
    sums: _Sums[N] = _Seen() if law is Law.DISTINCT else _Sums()
    for fact in facts:
        if not counts(law, fact, interval):
            continue
        day = borne_on(law, fact.on, interval, structure)
        bearings = [bear(body, day) for body in fact.credits]
        if law is Law.DISTINCT:
            found = presence(bearings)
        else:
            found = contributions(fact.amount, bearings)
        if node in found:
            sums.add(fact.subject, found, node, children_in(bearings, node))
    return sums.tally()


def children_in(bearings: Sequence[Bearing[N]], node: N | None) -> set[N]:
    """Give the nodes directly below `node` on the ways up from the bearers."""
    below: set[N] = set()
    for pieces in bearings:
        for piece in pieces:
            if node in piece.chain and (place := piece.chain.index(node)):
                child = piece.chain[place - 1]
                assert child is not None  # only the last of a chain is the root
                below.add(child)
    return below


def value_of(whole: Contribution, *, is_said: bool) -> int | None:
    """Missing unless an entry contributes, or a figure, zero or nil was reported."""
    return whole.amount if whole.entries or is_said else None


class _Sums(Generic[N]):
    """Adds contributions up."""

    def __init__(self) -> None:
        self.whole = NOTHING
        self.children: dict[N, Contribution] = {}

    def add(
        self,
        subject: str,
        found: Mapping[N | None, Contribution],
        node: N | None,
        children: Iterable[N],
    ) -> None:
        del subject
        self.whole = self.whole.plus(found[node])
        for child in children:
            self.children[child] = self.children.get(child, NOTHING).plus(found[child])

    def tally(self) -> Tally[N]:
        return Tally(self.whole, self.children)


class _Seen(_Sums[N]):
    """Counts subjects, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.subjects: dict[N | None, dict[str, Contribution]] = {}
        self.top: N | None = None

    def add(
        self,
        subject: str,
        found: Mapping[N | None, Contribution],
        node: N | None,
        children: Iterable[N],
    ) -> None:
        self.top = node
        for place in (node, *children):
            seen = self.subjects.setdefault(place, {})
            before, now = seen.get(subject, NOTHING), found[place]
            seen[subject] = Contribution(*map(max, zip(before, now, strict=True)))

    def tally(self) -> Tally[N]:
        sums = {place: _summed(seen.values()) for place, seen in self.subjects.items()}
        whole = sums.pop(self.top, NOTHING)
        return Tally(whole, {node: s for node, s in sums.items() if node is not None})


def _summed(found: Iterable[Contribution]) -> Contribution:
    total = NOTHING
    for one in found:
        total = total.plus(one)
    return total
