"""The document's own "Số …" line; the patterns that tell a head's lines apart."""

import re

from .cells import Cell
from .dates import day_pattern
from .symbols import Symbol, blank_symbol, find_symbols
from .text import phrase

LETTER = re.compile(r"(?:v/v|ve viec)\b[\s:]*")
ADDRESS = re.compile(r"kinh\s+(?:gui|trinh)\s*:?\s*")
BASIS = re.compile(
    r"(?:-\s*)?(?:can cu|thi hanh|xet de nghi|theo de nghi|tren co so|thuc hien)\b"
)
PLACE_DAY = phrase(
    r"(?:(?P<place>[^,\d|:;.]{2,40}?) ?, ?)?(?:ngay|ng\.) ?"
    + day_pattern("a", year="required")
)
_NUMBER = re.compile(r"so\b\s*[:.]?")


def own_number(cell: Cell) -> Symbol | None:
    """The document's number, when this cell is its "Số …" line."""
    label = _NUMBER.match(cell.flat)
    if label is None or len(cell.shown) > 110:
        return None
    symbol = next(find_symbols(cell.shown, label.end()), None)
    if symbol is not None and symbol.start - label.end() <= 3:
        return moved(symbol, cell.start)
    blank = blank_symbol(cell.shown, label.end(), len(cell.shown))
    near = blank is not None and blank.start <= label.end() + 3
    return moved(blank, cell.start) if blank and near else None


def moved(symbol: Symbol, by: int) -> Symbol:
    """A symbol found in a piece of the text, at its place in the whole."""
    return Symbol(symbol.number, symbol.symbol, symbol.start + by, symbol.end + by)
