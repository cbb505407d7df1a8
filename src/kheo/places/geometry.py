"""Borders as files give them and as maps need them: read, checked, simplified, packed.

Pure and database-free. Positions are whole numbers of 0.00001 degrees (about a metre),
east first. Borders that neighbours share are simplified once, so they stay shared.
"""

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

Point: TypeAlias = tuple[int, int]
Ring: TypeAlias = tuple[Point, ...]
"""Closed: after the last point comes the first one, which is not repeated."""
Shape: TypeAlias = tuple[tuple[Ring, ...], ...]
"""Polygons, each an outer ring and its holes."""

UNIT = 100_000
PACKED_AT_MOST = 64 * 1024 * 1024
BYTES_AT_MOST = 256 * 1024 * 1024
FEATURES_AT_MOST = 20_000
POINTS_AT_MOST = 5_000_000
RING_AT_LEAST = 4
OWN_ID = "id"
"""Named as the property, a feature's own `id` is taken."""


class Problem(StrEnum):
    """Why a file is refused; `BadBordersError.facts` holds the particulars."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_A_COLLECTION = "not_a_collection"
    TOO_MANY = "too_many"
    NO_CODE = "no_code"
    CODE_TWICE = "code_twice"
    NOT_A_POLYGON = "not_a_polygon"
    BAD_RING = "bad_ring"
    NOT_WGS84 = "not_wgs84"


class BadBordersError(ValueError):
    """The file cannot be taken, and which feature is to blame, counted from 1."""

    def __init__(self, problem: Problem, **facts: object) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.facts = facts


# Reading


def read_borders(content: bytes, code_property: str) -> dict[str, Shape]:
    """Every feature's shape by its code; raises `BadBordersError` at the first fault."""
    data = _parsed(_unpacked(content))
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        raise BadBordersError(Problem.NOT_A_COLLECTION)
    if len(features) > FEATURES_AT_MOST:
        raise BadBordersError(Problem.TOO_MANY, limit=FEATURES_AT_MOST)
    shapes: dict[str, Shape] = {}
    points = 0
    for number, feature in enumerate(features, start=1):
        code = _code_of(feature, code_property, number)
        if code in shapes:
            raise BadBordersError(Problem.CODE_TWICE, number=number, code=code)
        shapes[code] = _shape_of(feature, number, code)
        points += sum(len(ring) for polygon in shapes[code] for ring in polygon)
        if points > POINTS_AT_MOST:
            raise BadBordersError(Problem.TOO_LARGE, limit=f"{POINTS_AT_MOST}")
    return shapes


def _unpacked(content: bytes) -> bytes:
    if len(content) > PACKED_AT_MOST:
        raise BadBordersError(Problem.TOO_LARGE, limit=f"{PACKED_AT_MOST >> 20} MB")
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(content, BYTES_AT_MOST)
    except zlib.error as error:
        raise BadBordersError(Problem.NOT_JSON, why=str(error)) from error
    if unpacker.unconsumed_tail:
        raise BadBordersError(Problem.TOO_LARGE, limit=f"{BYTES_AT_MOST >> 20} MB")
    return found


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadBordersError(Problem.NOT_JSON, why=str(error)[:120]) from error


def _code_of(feature: Any, code_property: str, number: int) -> str:
    code = None
    if isinstance(feature, dict):
        properties = feature.get("properties") or {}
        if isinstance(properties, dict):
            code = properties.get(code_property)
        if code is None and code_property == OWN_ID:
            code = feature.get("id")
    if isinstance(code, bool) or not isinstance(code, str | int) or code == "":
        raise BadBordersError(Problem.NO_CODE, number=number, name=code_property)
    return str(code).strip()


def _shape_of(feature: Any, number: int, code: str) -> Shape:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadBordersError(
            Problem.NOT_A_POLYGON, number=number, code=code, kind=kind
        )
    polygons = geometry.get("coordinates")
    if kind == "Polygon":
        polygons = [polygons]
    try:
        shape = tuple(
            tuple(_ring_of(ring, number, code) for ring in polygon)
            for polygon in polygons
        )
    except (TypeError, IndexError, KeyError) as error:
        raise BadBordersError(Problem.BAD_RING, number=number, code=code) from error
    if not shape or not all(shape):
        raise BadBordersError(Problem.BAD_RING, number=number, code=code)
    return shape


def _ring_of(ring: Any, number: int, code: str) -> Ring:
    points = [_point_of(position, number, code) for position in ring]
    if len(points) < RING_AT_LEAST or points[0] != points[-1]:
        raise BadBordersError(Problem.BAD_RING, number=number, code=code)
    return tuple(points[:-1])


def _point_of(position: Any, number: int, code: str) -> Point:
    x, y = position[0], position[1]
    are_numbers = all(
        isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n)
        for n in (x, y)
    )
    if not are_numbers:
        raise BadBordersError(Problem.BAD_RING, number=number, code=code)
    if abs(x) > 180 or abs(y) > 90:
        raise BadBordersError(Problem.NOT_WGS84, number=number, code=code)
    return round(x * UNIT), round(y * UNIT)


# Simplifying


def bounds_of(shapes: Iterable[Shape]) -> tuple[int, int, int, int]:
    """West, south, east, north of all of them."""
    points = [
        p for shape in shapes for polygon in shape for ring in polygon for p in ring
    ]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def simplified(shapes: Mapping[str, Shape], tolerance: float) -> dict[str, Shape]:
    """The shapes with fewer points, none moved by more than `tolerance`.

    A stretch of border between two meeting points is simplified once, whoever has it.
    A ring that would vanish stays as it was.
    """
    south, north = (bounds_of(shapes.values())[n] for n in (1, 3))
    squeeze = math.cos(math.radians((south + north) / 2 / UNIT))
    trimmer = _Trimmer(shapes.values(), tolerance, squeeze)
    return {
        code: tuple(tuple(map(trimmer.ring, polygon)) for polygon in shape)
        for code, shape in shapes.items()
    }


class _Trimmer:
    """Cuts rings where borders meet and keeps each stretch as first simplified."""

    def __init__(
        self, shapes: Iterable[Shape], tolerance: float, squeeze: float
    ) -> None:
        self._tolerance, self._squeeze = tolerance, squeeze
        self._known: dict[Ring, Ring] = {}
        beside: dict[Point, set[Point]] = defaultdict(set)
        for shape in shapes:
            for polygon in shape:
                for ring in polygon:
                    for before, after in _steps(ring):
                        beside[before].add(after)
                        beside[after].add(before)
        self._meeting = {point for point, near in beside.items() if len(near) != 2}

    def ring(self, ring: Ring) -> Ring:
        points = _without_repeats(ring)
        cuts = [n for n, point in enumerate(points) if point in self._meeting]
        if not cuts:
            cuts = [points.index(min(points))] if points else []
        stretches = [
            _stretch(points, start, end)
            for start, end in zip(cuts, [*cuts[1:], *cuts[:1]], strict=True)
        ]
        found = tuple(p for one in stretches for p in self._simple(one)[:-1])
        return found if len(set(found)) >= 3 else ring

    def _simple(self, stretch: Ring) -> Ring:
        turned = stretch[::-1]
        key = min(stretch, turned)
        if key not in self._known:
            self._known[key] = tuple(self._kept(key))
        simple = self._known[key]
        return simple if key == stretch else simple[::-1]

    def _kept(self, line: Ring) -> Iterator[Point]:
        """Douglas and Peucker's choice of points; a closed line is cut at its farthest."""
        keep = {0, len(line) - 1}
        waiting = [(0, len(line) - 1)]
        while waiting:
            first, last = waiting.pop()
            far, distance = self._farthest(line, first, last)
            if far is not None and (
                distance > self._tolerance or line[first] == line[last]
            ):
                keep.add(far)
                waiting += [(first, far), (far, last)]
        return (line[number] for number in sorted(keep))

    def _farthest(self, line: Ring, first: int, last: int) -> tuple[int | None, float]:
        best, found = -1.0, None
        (ax, ay), (bx, by) = line[first], line[last]
        dx, dy = (bx - ax) * self._squeeze, by - ay
        length = math.hypot(dx, dy)
        for number in range(first + 1, last):
            x, y = line[number]
            px, py = (x - ax) * self._squeeze, y - ay
            if length:
                along = max(0.0, min(1.0, (px * dx + py * dy) / length**2))
                distance = math.hypot(px - along * dx, py - along * dy)
            else:
                distance = math.hypot(px, py)
            if distance > best:
                best, found = distance, number
        return found, best


def _steps(ring: Ring) -> Iterator[tuple[Point, Point]]:
    points = _without_repeats(ring)
    yield from zip(points, [*points[1:], *points[:1]], strict=True)


def _without_repeats(ring: Ring) -> list[Point]:
    points = [point for number, point in enumerate(ring) if point != ring[number - 1]]
    return points or list(ring[:1])


def _stretch(points: Sequence[Point], start: int, end: int) -> Ring:
    if end > start:
        return tuple(points[start : end + 1])
    return (*points[start:], *points[: end + 1])


# Packing


def pack(shape: Shape) -> bytes:
    """A shape as steps of variable length, compressed: about two bytes a point."""
    numbers: list[int] = [len(shape)]
    at_x = at_y = 0
    for polygon in shape:
        numbers.append(len(polygon))
        for ring in polygon:
            numbers.append(len(ring))
            for x, y in ring:
                numbers += [x - at_x, y - at_y]
                at_x, at_y = x, y
    return zlib.compress(b"".join(map(_varint, numbers)), 9)


def unpack(packed: bytes) -> Shape:
    """The shape that `pack` was given."""
    numbers = _numbers(zlib.decompress(packed))
    at = [0, 0]

    def ring() -> Ring:
        points = []
        for _point in range(next(numbers)):
            at[0] += next(numbers)
            at[1] += next(numbers)
            points.append((at[0], at[1]))
        return tuple(points)

    return tuple(
        tuple(ring() for _ring in range(next(numbers)))
        for _polygon in range(next(numbers))
    )


def _varint(number: int) -> bytes:
    rest = number * 2 if number >= 0 else -number * 2 - 1
    found = bytearray()
    while rest > 0x7F:
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    found.append(rest)
    return bytes(found)


def _numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield -(value + 1) // 2 if value & 1 else value // 2
            value = shift = 0
