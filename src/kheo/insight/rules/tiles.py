"""A schematic map: one hexagon for each commune, near where it lies. Pure, repeatable.

Centres are in any flat unit, x east, y north. No two communes share a tile; as far as
room allows, west stays west and north stays north.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import cos, hypot, radians, sqrt
from statistics import median
from typing import TypeAlias

Centre: TypeAlias = tuple[str, float, float]
Tile: TypeAlias = tuple[int, int]
"""Row from the top and column; odd rows stand half a tile to the right."""

ROOM = 1.35
"""So many tiles for each commune: the gaps let the outline of a province show."""
NEAR = 3
PASSES = 6
FAR = 6.0
"""What lies so many times the middle distance from the middle is drawn apart."""
ROW_STEP = sqrt(3) / 2


def flat(latitude: float, longitude: float, *, middle: float) -> tuple[float, float]:
    """Degrees to kilometres east and north, near the latitude `middle`."""
    return longitude * 111.32 * cos(radians(middle)), latitude * 110.57


def split_far(centres: Sequence[Centre]) -> tuple[list[Centre], list[Centre]]:
    """The main body of a province, and islands far from it."""
    if len(centres) < 3:
        return list(centres), []
    x = median(one[1] for one in centres)
    y = median(one[2] for one in centres)
    away = {one: hypot(one[1] - x, one[2] - y) for one in centres}
    limit = FAR * median(away.values())
    return (
        [one for one in centres if away[one] <= limit],
        [one for one in centres if away[one] > limit],
    )


@lru_cache(maxsize=64)
def tiles(centres: tuple[Centre, ...]) -> Mapping[str, Tile]:
    """A tile for each key; the same centres give the same tiles, in whatever order."""
    if not centres:
        return {}
    ordered = sorted(centres)
    grid = _Grid.around(ordered)
    taken = _first_free(ordered, grid)
    for _pass in range(PASSES):
        if not _improve(ordered, taken, grid):
            break
    top = min(row for row, _column in taken.values())
    left = min(column for _row, column in taken.values())
    # Rows keep being odd or even, for the half step is in the number.
    top -= top % 2
    return {key: (row - top, column - left) for key, (row, column) in taken.items()}


class _Grid:
    """Where tiles lie in the unit of the centres."""

    def __init__(self, west: float, north: float, step: float) -> None:
        self.west, self.north, self.step = west, north, step

    @classmethod
    def around(cls, centres: Sequence[Centre]) -> "_Grid":
        xs, ys = [one[1] for one in centres], [one[2] for one in centres]
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        widest = max(width, height, 1e-6)
        area = max(width, widest / 4) * max(height, widest / 4)
        step = sqrt(area / (ROW_STEP * ROOM * len(centres)))
        return cls(min(xs), max(ys), step)

    def place(self, tile: Tile) -> tuple[float, float]:
        row, column = tile
        x = self.west + self.step * (column + (0.5 if row % 2 else 0.0))
        return x, self.north - self.step * ROW_STEP * row

    def nearest(self, x: float, y: float) -> Tile:
        row = round((self.north - y) / (self.step * ROW_STEP))
        shift = 0.5 if row % 2 else 0.0
        return row, round((x - self.west) / self.step - shift)

    def cost(self, centre: Centre, tile: Tile) -> float:
        x, y = self.place(tile)
        return (x - centre[1]) ** 2 + (y - centre[2]) ** 2

    def around_tile(self, tile: Tile, reach: int) -> Iterator[Tile]:
        row, column = tile
        for down in range(-reach, reach + 1):
            for right in range(-reach, reach + 1):
                yield row + down, column + right


def _first_free(centres: Iterable[Centre], grid: _Grid) -> dict[str, Tile]:
    """From the middle outwards, each to the nearest tile that nobody has."""
    listed = list(centres)
    x = sum(one[1] for one in listed) / len(listed)
    y = sum(one[2] for one in listed) / len(listed)
    listed.sort(key=lambda one: (hypot(one[1] - x, one[2] - y), one[0]))
    taken: dict[str, Tile] = {}
    used: set[Tile] = set()
    for centre in listed:
        home = grid.nearest(centre[1], centre[2])
        reach = 1
        free: list[Tile] = []
        while not free:
            around = grid.around_tile(home, reach)
            free = [tile for tile in around if tile not in used]
            reach += 1
        best = min(free, key=lambda tile: (grid.cost(centre, tile), tile))
        taken[centre[0]] = best
        used.add(best)
    return taken


def _improve(centres: Sequence[Centre], taken: dict[str, Tile], grid: _Grid) -> bool:
    """Move or swap neighbours where that brings tiles nearer to their communes."""
    who = {tile: key for key, tile in taken.items()}
    known = {centre[0]: centre for centre in centres}
    has_changed = False
    for centre in centres:
        for tile in grid.around_tile(taken[centre[0]], NEAR):
            mine = taken[centre[0]]
            other = who.get(tile)
            if tile == mine:
                continue
            before = grid.cost(centre, mine)
            after = grid.cost(centre, tile)
            if other is not None:
                before += grid.cost(known[other], tile)
                after += grid.cost(known[other], mine)
            if after < before - 1e-9:
                taken[centre[0]], who[tile] = tile, centre[0]
                del who[mine]
                if other is not None:
                    taken[other], who[mine] = mine, other
                has_changed = True
    return has_changed
