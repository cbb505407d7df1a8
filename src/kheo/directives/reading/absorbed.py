"""Recurrences that only announce a day said elsewhere.

"Định kỳ 6 tháng báo cáo … trước ngày 15/6": the half-year is not a second due. A recurrence
without a day gives way to a day in its own sentence, to a day of the same period in its
paragraph or in the points it announces, and to dated reports of the periods it lists.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from .clauses import Place, sentences
from .layout import View
from .model import Span
from .timespan import Time

# How far the day of a recurrence may stand from it.
_NEAR = 1200
_SHORT = 90
_REPORTS = re.compile(r"dinh ky|bao cao")
_REPORT_OF_PERIOD = re.compile(
    r"bao cao (?:[a-z]+ ){0,4}(?:0?6 thang|nam|quy|thang|tong ket|so ket)"
)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where the day of a recurrence may be: its sentence, and how far its matter goes."""

    sentence: Span
    start: int
    end: int


def without_absorbed(
    view: View, here: Sequence[Place], times: Sequence[Time], opening: int
) -> list[Time]:
    """The times without recurrences that have their day, or stand before `opening`."""
    starts = [place.span[0] for place in here]
    divided: dict[int, list[Span]] = {}
    kept: list[Time] = []
    for time in times:
        index = bisect_right(starts, time.start) - 1
        if not time.is_bare:
            kept.append(time)
        elif index >= 0 and time.start >= opening:
            if index not in divided:
                divided[index] = sentences(view, *here[index].span)
            reach = _reach(view, here, index, divided[index], time)
            if not _absorbed(view, reach, time, times):
                kept.append(time)
    return kept


def _reach(
    view: View, here: Sequence[Place], index: int, spans: Sequence[Span], time: Time
) -> _Reach:
    place = here[index]
    a, b = place.span
    at = bisect_right(spans, (time.start, len(view.text))) - 1
    sentence = spans[at] if at >= 0 else place.span
    if view.flat[a:b].rstrip().endswith(":") or (place.is_heading and b - a < _SHORT):
        for child in here[index + 1 : index + 9]:
            if child.rank <= place.rank:
                break
            b = child.span[1]
    return _Reach(sentence, max(a, time.start - _NEAR), min(b, time.start + _NEAR))


def _absorbed(view: View, reach: _Reach, time: Time, times: Sequence[Time]) -> bool:
    first = bisect_left(times, reach.start, key=_start)
    near = times[first : bisect_left(times, reach.end, key=_start)]
    return any(
        _absorbs(view, reach, other, time) for other in near if other is not time
    )


def _absorbs(view: View, reach: _Reach, other: Time, time: Time) -> bool:
    """Whether another time makes a recurrence superfluous."""
    low, high = reach.sentence
    same_sentence = low <= other.start < high
    every = (time.due or {}).get("every")
    if other.is_bare:
        return same_sentence and other.due == time.due and other.start < time.start
    others = (other.due or {}).get("every")
    if same_sentence or others == every or (every == "half" and others == "year"):
        return other.due is not None
    announced = "dinh ky" in view.flat[time.start : time.end]
    reports = bool(_REPORTS.search(view.flat, low, high)) and "on" in (other.due or {})
    return (
        announced
        and reports
        and bool(_REPORT_OF_PERIOD.search(view.flat, high, other.start))
    )


def _start(time: Time) -> int:
    return time.start
