"""The receiver's stamp: "ĐẾN  Số: 6062  Ngày: 13/9/2021", the receiver's name above it.

Its number is that of the receiver's register, never the document's; "Chuyển:" and "Số và ký
hiệu HS:" belong to it. Source: Decree 30/2020/NĐ-CP annex IV (the "Đến" stamp) and stamps on
public scans.
"""

import re

from . import kinds
from .bodies import starts_like_body
from .cells import Cell, is_motto
from .dates import full_day
from .model import Stamp
from .numbers import own_number
from .text import is_capitals, squeeze

_STAMP = re.compile(r"(?:cong van |van ban )?den\b")
_NUMBER = re.compile(r"so(?: den)?\s*[:.]*\s*(\d{1,6})(?![\d/\-]|\s*[-/]\s*[a-z])")
_REST = re.compile(r"(?:chuyen|so va ky hieu|luu ho so|gio|ngay|so)\b")
_FURTHEST = 45


def take_stamp(cells: list[Cell]) -> tuple[list[Cell], Stamp | None]:
    """The cells that are not part of a stamp, and the stamp."""
    at = next((i for i, cell in enumerate(cells[:_FURTHEST]) if is_stamp(cell)), None)
    if at is None:
        return cells, None
    last, number, day = at, None, None
    for i, cell in enumerate(cells[at : at + 8], at):
        if i > at and (not _REST.match(cell.flat) or own_number(cell)):
            break
        digits = _NUMBER.search(cell.flat)
        number = number or (digits[1] if digits else None)
        date = full_day(cell.flat, 0, len(cell.flat))
        if date and "thang" in cell.flat and "," in cell.flat:
            break  # the document's own place and date
        day = day or (date[0] if date else None)
        last = i
    if number is None and day is None:
        return cells, None
    by = _receiver(cells[at - 1]) if at else None
    first = at - 1 if by else at
    return cells[:first] + cells[last + 1 :], Stamp(by, number, day)


def is_stamp(cell: Cell) -> bool:
    """Whether a cell opens a stamp: the word in capitals, alone or with its number."""
    capitals = is_capitals(cell.shown.split("Số")[0].split("Ng")[0])
    return bool(_STAMP.match(cell.flat)) and capitals and len(cell.shown) < 70


def _receiver(above: Cell) -> str | None:
    named = is_capitals(above.shown) and starts_like_body(above.flat)
    if not named or is_motto(above.flat) or kinds.title_of(above.flat):
        return None
    return squeeze(above.shown)
