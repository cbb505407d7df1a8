"""A map of communes as SVG of classes and attributes: borders, or a schematic of tiles.

Shades tell little, medium, much; every area has its name and its figure as a title,
and the table beside the map says all of it in words.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians, sqrt
from typing import TypeAlias

from kheo.insight.rules.tiles import Tile

Shape: TypeAlias = Sequence[Sequence[Sequence[tuple[int, int]]]]
"""Polygons of rings in 0.00001 degrees, as borders are stored."""

SIZE = 1000
STEP = 72.0
SHADES = 5
EDGE = 8
INSET = 170
DEGREE = 100_000
LINE = 15
"""Height of a line of words in a tile."""
LETTERS = 9
"""So many letters fit into a tile's line."""
FIGURES = 4
"""A longer figure has no room in the small tiles of a phone; the table has it."""
MISSING, ZERO = "shade-missing", "shade-zero"


@dataclass(frozen=True, slots=True)
class Area:
    """One commune: what it is called, how much, where it opens.

    `short` stands in a tile that the figure itself would overflow.
    """

    key: str
    name: str
    value: float | None
    text: str
    href: str
    short: str = ""

    @property
    def figure(self) -> str:
        return self.short or self.text


@dataclass(frozen=True, slots=True)
class Steps:
    """The upper limits of the shades above zero, the darkest without one."""

    limits: tuple[float, ...]
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float | None]) -> "Steps":
        """So that about as many areas fall into each shade."""
        known = sorted(value for value in values if value is not None and value > 0)
        if not known:
            return cls((), 0, 0)
        cuts = [
            known[len(known) * number // SHADES - 1]
            for number in range(1, SHADES)
            if len(known) * number // SHADES
        ]
        limits = tuple(cut for cut in dict.fromkeys(cuts) if cut < known[-1])
        return cls(limits, known[0], known[-1])

    def shade(self, value: float | None) -> str:
        if value is None:
            return MISSING
        if value <= 0:
            return ZERO
        return f"shade-{bisect_left(self.limits, value) + SHADES - len(self.limits)}"

    def ranges(self, known: Sequence[float]) -> Iterator[tuple[str, float, float]]:
        """Each shade with the smallest and largest value that has it."""
        if not self.high:
            return
        groups: dict[str, list[float]] = {}
        for value in sorted(known):
            if value > 0:
                groups.setdefault(self.shade(value), []).append(value)
        for shade, values in groups.items():
            yield shade, values[0], values[-1]


def bordered(
    areas: Sequence[Area],
    shapes: Mapping[str, Shape],
    far: Sequence[str],
    *,
    label: str,
) -> str:
    """The map with borders; what lies far out at sea stands in boxes of its own."""
    steps = Steps.of([area.value for area in areas])
    main = [one for one in areas if one.key in shapes and one.key not in far]
    frame = _Frame.around([shapes[one.key] for one in main], SIZE, SIZE)
    apart = [one for one in areas if one.key in shapes and one.key in far]
    width = frame.width + (INSET + EDGE if apart else 0)
    height = max(frame.height, (INSET + EDGE + LINE) * len(apart))
    parts = [_head(width, height, label)]
    parts += [_path(one, steps, frame, shapes[one.key]) for one in main]
    for number, one in enumerate(apart):
        x, y = frame.width + EDGE, number * (INSET + EDGE + LINE)
        own = _Frame.around([shapes[one.key]], INSET - 2 * EDGE, INSET - 2 * EDGE)
        parts.append(
            f'<g transform="translate({x} {y})">'
            f'<rect class="m-inset" width="{INSET}" height="{INSET}"/>'
            f'<g transform="translate({EDGE} {EDGE})">'
            f"{_path(one, steps, own, shapes[one.key])}</g>"
            f'<text class="m-name" x="{INSET // 2}" y="{INSET + LINE}" '
            f'text-anchor="middle">{escape(one.name)}</text></g>'
        )
    return f"{''.join(parts)}</svg>"


class _Frame:
    """From degrees to whole steps of a drawing that fits into a box, north up."""

    def __init__(
        self, west: int, north: int, scale: float, squeeze: float, east: int, south: int
    ) -> None:
        self._west, self._north = west, north
        self._scale, self._squeeze = scale, squeeze
        self.width = max(round((east - west) * squeeze * scale), 1)
        self.height = max(round((north - south) * scale), 1)

    @classmethod
    def around(cls, shapes: Sequence[Shape], width: int, height: int) -> "_Frame":
        points = [
            p for shape in shapes for part in shape for ring in part for p in ring
        ]
        if not points:
            return cls(0, 1, 1.0, 1.0, 1, 0)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        squeeze = cos(radians((min(ys) + max(ys)) / 2 / DEGREE))
        scale = min(
            width / max((max(xs) - min(xs)) * squeeze, 1),
            height / max(max(ys) - min(ys), 1),
        )
        return cls(min(xs), max(ys), scale, squeeze, max(xs), min(ys))

    def point(self, point: tuple[int, int]) -> tuple[int, int]:
        x, y = point
        return (
            round((x - self._west) * self._squeeze * self._scale),
            round((self._north - y) * self._scale),
        )


def _path(area: Area, steps: Steps, frame: _Frame, shape: Shape) -> str:
    drawn = "".join(
        _ring([frame.point(point) for point in ring]) for part in shape for ring in part
    )
    shade = steps.shade(area.value)
    return _linked(area, f'<path class="{shade}" d="{drawn}"/>')


def _ring(points: Sequence[tuple[int, int]]) -> str:
    """Relative steps between whole points; points that fall together are one."""
    (x, y), steps = points[0], []
    for to_x, to_y in points[1:]:
        if (to_x, to_y) != (x, y):
            steps.append(f"{to_x - x} {to_y - y}")
            x, y = to_x, to_y
    if len(steps) < 2:
        return f"M{points[0][0] - 1} {points[0][1] - 1}h2v2h-2z"
    joined = " ".join(steps).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{joined}z"


def tiled(
    areas: Sequence[Area],
    places: Mapping[str, Tile],
    far: Sequence[str],
    *,
    label: str,
) -> str:
    """The schematic map; far communes stand below each other at the right edge."""
    steps = Steps.of([area.value for area in areas])
    columns = 1 + max((column for _row, column in places.values()), default=0)
    rows = 1 + max((row for row, _column in places.values()), default=0)
    span = columns + 0.5 + (1.5 if far else 0)
    step = STEP
    down = step * sqrt(3) / 2
    side = step / sqrt(3)
    height = down * (max(rows, len(far)) - 1) + 2 * side
    is_long = any(len(area.figure) > FIGURES for area in areas)
    kind = f"map map-tiles{' map-long' if is_long else ''}"
    parts = [_head(round(step * span), round(height), label, kind=kind)]
    hexagon = _hexagon(step / 2, side)
    for area in areas:
        if area.key in places:
            row, column = places[area.key]
            x = step * (column + (1.0 if row % 2 else 0.5))
        elif area.key in far:
            row, x = far.index(area.key), step * (span - 0.5)
        else:
            continue
        parts.append(_tile(area, steps, x, side + down * row, hexagon))
    return f"{''.join(parts)}</svg>"


def _hexagon(half: float, side: float) -> str:
    return (
        f"M0 {-side:.1f}l{half:.1f} {side / 2:.1f}v{side:.1f}l{-half:.1f} {side / 2:.1f}"
        f"l{-half:.1f} {-side / 2:.1f}v{-side:.1f}z"
    )


def _tile(area: Area, steps: Steps, x: float, y: float, hexagon: str) -> str:
    lines = _lines(area.name)
    top = 4 - LINE * len(lines) // 2
    words = "".join(
        f'<text y="{top + LINE * number}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    y_figure = top + LINE * len(lines)
    words += f'<text class="m-figure" y="{y_figure}">{escape(area.figure)}</text>'
    linked = _linked(area, f'<path d="{hexagon}"/>{words}')
    shade = steps.shade(area.value)
    return (
        f'<g transform="translate({x:.0f} {y:.0f})" class="m-tile {shade}">{linked}</g>'
    )


_NUMBERED = re.compile(r" (?=\d+\b)")


def _lines(name: str) -> list[str]:
    """A name in at most two lines, cut where it does not fit.

    A number stays with the word before it: alone it would read as the figure.
    """
    lines = [""]
    for word in _NUMBERED.sub("\u00a0", name).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > LETTERS:
            lines.append(word)
        else:
            lines[-1] = longer
    short = lines[:2]
    if len(lines) > 2:
        short[1] = f"{short[1][: LETTERS - 1]}…"
    return [
        line if len(line) <= LETTERS + 2 else f"{line[:LETTERS]}…" for line in short
    ]


def _linked(area: Area, drawn: str) -> str:
    title = f"<title>{escape(area.name)}: {escape(area.text)}</title>"
    if not area.href:
        return f"<g>{title}{drawn}</g>"
    return f'<a href="{escape(area.href)}">{title}{drawn}</a>'


def _head(width: int, height: int, label: str, *, kind: str = "map") -> str:
    return (
        f'<svg class="{kind}" viewBox="-2 -2 {width + 4} {height + 4}" role="group" '
        f'aria-label="{escape(label)}">'
    )
