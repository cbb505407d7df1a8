"""A stated time and its place; the clock; what is already taken."""

import re
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


def free_of(used: Iterable[Span], start: int, end: int) -> bool:
    """Whether a stretch touches none of those used."""
    return all(end <= a or start >= b for a, b in used)
