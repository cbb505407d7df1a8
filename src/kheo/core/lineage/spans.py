"""Placements made into stretches of time: where a node stands, and when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic

from kheo.core.lineage.values import N, Placement
from kheo.core.periods import OPEN_END, Interval


@dataclass(frozen=True, slots=True)
class Span(Generic[N]):
    """`named` is the parent as placed, `parent` the one that is there (or the root)."""

    start: date
    end: date
    parent: N | None
    named: N | None


def spans_of(placements: Iterable[Placement[N]]) -> dict[N, list[Span[N]]]:
    """As placed, by node; a node that only ever ends has none and is left out."""
    by_node: dict[N, dict[date, Placement[N]]] = defaultdict(dict)
    for placement in placements:
        if placement.on in by_node[placement.node]:
            raise ValueError(f"{placement.node!r} is placed twice on {placement.on}")
        by_node[placement.node][placement.on] = placement
    spans = {node: _of_one(days) for node, days in by_node.items()}
    return {node: found for node, found in spans.items() if found}


def _of_one(days: Mapping[date, Placement[N]]) -> list[Span[N]]:
    ordered = sorted(days)
    ends = [*ordered[1:], OPEN_END]
    return [
        Span(start, end, days[start].parent, days[start].parent)
        for start, end in zip(ordered, ends, strict=True)
        if not days[start].is_end
    ]


def stretches_of(spans: Iterable[Span[N]]) -> list[Interval]:
    found: list[Interval] = []
    for span in spans:
        if found and found[-1].end == span.start:
            found[-1] = Interval(found[-1].start, span.end)
        else:
            found.append(Interval(span.start, span.end))
    return found


def present(
    spans: Iterable[Span[N]], life: Mapping[N, Sequence[Interval]]
) -> Iterator[Span[N]]:
    """Cut each span where its parent comes or goes; without it, the root is above."""
    for span in spans:
        if span.named is None:
            yield span
            continue
        reached = span.start
        for there in life.get(span.named, ()):
            start, end = max(there.start, span.start), min(there.end, span.end)
            if start >= end:
                continue
            if reached < start:
                yield Span(reached, start, None, span.named)
            yield Span(start, end, span.named, span.named)
            reached = end
        if reached < span.end:
            yield Span(reached, span.end, None, span.named)


def inferiors_of(spans: Mapping[N, Sequence[Span[N]]]) -> dict[N | None, list[N]]:
    below: dict[N | None, dict[N, None]] = defaultdict(dict)
    for node, own in spans.items():
        for span in own:
            below[span.parent][node] = None
    return {superior: list(inferiors) for superior, inferiors in below.items()}
