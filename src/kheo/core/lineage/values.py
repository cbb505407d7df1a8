"""What goes into a dated tree, and what it answers."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)

WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Placement(Generic[N]):
    """From `on` the node stands below `parent`; `parent=None` is a root of the tree.

    With `is_end` the node leaves the tree on that day.
    """

    node: N
    on: date
    parent: N | None = None
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Succession(Generic[N]):
    """On `on` all or a `share` of what was `predecessor` became `successor`."""

    predecessor: N
    successor: N
    on: date
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[N]):
    """What one existing node bears; `bearer=None` is the virtual root.

    `is_open` marks what no rule can allocate to one successor: it stands at the lowest
    common superior as its visible unallocated line.
    """

    bearer: N | None
    share: Fraction
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Reach(Generic[N]):
    """One row of the closure: in `[start, end)` `inferior` is `depth` below `superior`."""

    superior: N
    inferior: N
    start: date
    end: date
    depth: int


@dataclass(frozen=True, slots=True)
class Dangling(Generic[N]):
    """In `[start, end)` the node is placed below a parent that is not in the tree."""

    node: N
    parent: N
    start: date
    end: date


class CircleError(ValueError):
    """A placement that puts a node below itself; `node` and `day` say which and when."""

    def __init__(self, node: Hashable, day: date) -> None:
        super().__init__(f"{node!r} stands below itself on {day}")
        self.node = node
        self.day = day
