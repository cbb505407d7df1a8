"""How many communes have a unit in charge: stretches of time, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kheo.core.periods import Interval


@dataclass(frozen=True, slots=True)
class Charge:
    """One unit in charge of one commune for a time."""

    unit: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the same units are in charge together."""

    interval: Interval
    units: tuple[int, ...]


def stretches(charges: Iterable[Charge]) -> list[Stretch]:
    """Cut overlapping charges of one commune into stretches with constant units.

    A commune counts once however many units it has: each stretch is one stock of 1
    that credits them all.
    """
    held = [c for c in charges if c.interval.start < c.interval.end]
    cuts: list[date] = sorted(
        {c.interval.start for c in held} | {c.interval.end for c in held}
    )
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        units = tuple(sorted({c.unit for c in held if start in c.interval}))
        if not units:
            continue
        last = found[-1] if found else None
        if last and last.units == units and last.interval.end == start:
            found[-1] = Stretch(Interval(last.interval.start, end), units)
        else:
            found.append(Stretch(Interval(start, end), units))
    return found
