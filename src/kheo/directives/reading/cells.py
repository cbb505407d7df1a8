"""Cells: the stretches of a head's lines that stand alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .layout import Line, View

_MOTTOES = (
    "dang cong san viet nam",
    "cong hoa xa hoi chu nghia",
    "hoa xa hoi chu nghia",
    "doc lap - tu do",
    "doc lap-tu do",
)
_UNFINISHED = re.compile(r"(?:^so\s*:?|ngay|thang|nam(?: 20)?)[\s.]*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a head line that stands alone."""

    start: int
    end: int
    shown: str
    flat: str


def cells_of(view: View, lines: Sequence[Line]) -> list[Cell]:
    """The cells of some lines, left to right, top to bottom.

    A blank left for a number or a day does not part a cell.
    """
    cells: list[Cell] = []
    for line in lines:
        opened: int | None = None
        for a, b in line.cells():
            start = a if opened is None else opened
            flat = line.flat[start - line.start : b - line.start].strip()
            if _UNFINISHED.search(flat) and b < line.end:
                opened = start
                continue
            opened = None
            cells.append(Cell(start, b, view.text[start:b].strip(), flat))
    return cells


def is_motto(flat: str) -> bool:
    """Whether a cell is the party's or the state's line at the top right."""
    return flat.startswith(_MOTTOES)
