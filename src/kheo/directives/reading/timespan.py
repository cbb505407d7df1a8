"""A stated time and its place; the clock; what is already taken."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from .model import Due, Span

Parts = dict[str, str | int | bool]

CLOCK = r"(?P<hour>[01]?\d|2[0-4]) ?(?:gio|h|g(?=\d)|:(?=\d)) ?(?P<minute>[0-5]\d)?(?: ?(?:phut|'|p))?"


@dataclass(frozen=True, slots=True)
class Time:
    """A stated time and its place.

    `due` is None for a time that is nobody's deadline. `is_bare` marks a recurrence without
    a day. `event` is the place of the event a due is counted from.
    """

    start: int
    end: int
    due: Due | None
    is_bare: bool = False
    event: Span | None = None


def clock_of(found: re.Match[str]) -> str | None:
    """Write the groups of `CLOCK` as "17:00"."""
    groups = found.groupdict()
    if not groups.get("hour"):
        return None
    return f"{int(groups['hour']):02d}:{int(groups['minute'] or 0):02d}"


class Taken:
    """The stretches of a text that some grammar has explained."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            self.take(start, end)

    def take(self, start: int, end: int) -> bool:
        """Take a stretch if nothing in it is taken; whether it was free."""
        at = bisect_left(self._starts, end)
        if at and self._ends[at - 1] > start:
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True
