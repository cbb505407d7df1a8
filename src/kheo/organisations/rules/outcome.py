"""What a plan meets, what stands against it, and what follows from it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from kheo.core.lineage import Placement


class Life(StrEnum):
    """Whether a body is there on a day."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    PRESENT = "present"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the bodies before the plan; codes are the keys.

    `versions` are the days of each body's versions with whether it is an end, in
    order. `linked` are the (predecessor, successor) pairs of the plan's day, `armed`
    the armed units, whose strength is not kept.
    """

    versions: Mapping[str, Sequence[tuple[date, bool]]]
    placements: Mapping[str, Sequence[Placement[str]]]
    kinds: AbstractSet[str]
    tiers: AbstractSet[str]
    places: AbstractSet[str]
    linked: AbstractSet[tuple[str, str]] = frozenset()
    armed: AbstractSet[str] = frozenset()

    def life(self, body: str, day: date) -> Life:
        known = self.versions.get(body)
        if not known:
            return Life.UNKNOWN
        past = [is_end for since, is_end in known if since <= day]
        if not past:
            return Life.NOT_YET
        return Life.ENDED if past[-1] else Life.PRESENT

    def begins(self, body: str) -> date:
        return self.versions[body][0][0]


class Trouble(StrEnum):
    """Why a plan cannot be carried out."""

    ABSENT = "absent"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    TWICE_CREATED = "twice_created"
    TWICE_ENDED = "twice_ended"
    TWICE_PLACED = "twice_placed"
    TWICE_AMENDED = "twice_amended"
    ENDED_AND_AMENDED = "ended_and_amended"
    ENDED_AND_MOVED = "ended_and_moved"
    ENDS_AS_IT_BEGINS = "ends_as_it_begins"
    CHANGES_LATER = "changes_later"
    INTO_ITSELF = "into_itself"
    HEIR_ENDS = "heir_ends"
    TWICE_HEIR = "twice_heir"
    SHARES_EXCEED = "shares_exceed"
    SHARES_FALL_SHORT = "shares_fall_short"
    LINKED = "linked"
    UNKNOWN_TREE = "unknown_tree"
    SUPERIOR_NOT_THERE = "superior_not_there"
    CIRCLE = "circle"
    LEFT_BEHIND = "left_behind"
    HEIR_NOT_IN_TREE = "heir_not_in_tree"
    LEFT_LATER = "left_later"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_TIER = "unknown_tier"
    UNKNOWN_PLACE = "unknown_place"
    MISSING = "missing"
    ARMED_STRENGTH = "armed_strength"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason against the plan; `step` counts from 1, 0 is the plan as a whole."""

    trouble: Trouble
    step: int
    body: str
    other: str = ""
    tree: str = ""


class TransferKind(StrEnum):
    """How one body became another."""

    MERGE = "merge"
    SPLIT = "split"
    ABSORB = "absorb"
    EXTRACT = "extract"
    SUCCEED = "succeed"


@dataclass(frozen=True, slots=True)
class Bond:
    """One line of lineage to be written."""

    kind: TransferKind
    predecessor: str
    successor: str
    share_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a plan would write, and every reason against it."""

    on: date
    created: tuple[str, ...] = ()
    versions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ended: tuple[str, ...] = ()
    placements: tuple[tuple[str, Placement[str]], ...] = ()
    bonds: tuple[Bond, ...] = ()
    followers: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def affected(self) -> frozenset[str]:
        """Every body of which something changes on that day."""
        placed = {placement.node for _tree, placement in self.placements}
        linked = {body for b in self.bonds for body in (b.predecessor, b.successor)}
        return frozenset({*self.versions, *self.ended, *placed, *linked})

    @property
    def superiors(self) -> frozenset[str]:
        """The bodies below which something is placed."""
        parents = {placement.parent for _tree, placement in self.placements}
        return frozenset(parent for parent in parents if parent is not None)
