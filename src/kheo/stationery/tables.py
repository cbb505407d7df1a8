"""Reading a filled-in Excel table: every error at once, each with its cell."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from kheo.core.errors import RuleBroken
from kheo.core.text import fold, normalise
from kheo.stationery.packages import BROKEN, check_package, not_a_workbook

MOST_ROWS = 20_000
MOST_COLUMNS = 200
HEADER_WITHIN = 20


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to be read; any of `headings` will do, in either language.

    `choices` are the texts allowed, compared without case and marks.
    """

    key: str
    headings: tuple[str, ...]
    kind: Kind = Kind.TEXT
    is_required: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()


Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in one cell, such as `C7`; of the first sheet unless it is named.

    `what` says to people what the cell is about.
    """

    cell: str
    message: str
    sheet: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row that was read; `line` is its number in the file."""

    line: int
    values: Mapping[str, Value]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows without an error of their own, and all errors of the others."""

    rows: tuple[ReadRow, ...]
    errors: tuple[CellError, ...]


def read_table(content: bytes, columns: Sequence[Wanted]) -> Reading:
    """Read the first sheet's table, wherever in its first twenty rows it begins.

    Raises `RuleBroken` for a file that cannot be a table at all; whatever is wrong
    inside it comes back as errors, all of them.
    """
    sheet = _open(content, data_only=False)
    header_line, places = _find_header(sheet, columns)
    missing = [wanted for wanted in columns if wanted.key not in places]
    lacking = [wanted for wanted in missing if wanted.is_required]
    if lacking or not places:
        message = _("No column is headed “%(heading)s”.")
        return Reading(
            (),
            tuple(
                CellError(f"A{header_line}", message % {"heading": w.headings[0]})
                for w in (lacking or columns)
            ),
        )
    width = max(places.values()) + 1
    grid = list(_grid(sheet, header_line, width))
    if any(_is_formula(value) for __, cells in grid for value in cells):
        known = dict(_grid(_open(content, data_only=True), header_line, width))
        grid = [(line, _computed(cells, known.get(line, ()))) for line, cells in grid]
    present = [wanted for wanted in columns if wanted.key in places]
    return _read_rows(grid, present, places)


_GROUPED_VI = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_EN = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})")
_WHOLE = re.compile(r"[0-9]+")
_COMMA_DECIMALS = re.compile(r"[0-9]+,[0-9]+")
_POINT_DECIMALS = re.compile(r"[0-9]+\.[0-9]+")
_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}")


def read_number(text: str) -> Decimal:
    """A number as people type it: `1.234,5`, `1,234.5`, `1 234`, `12,5`.

    Raises `RuleBroken` for what is no number, and for `1,234`, which is one thousand
    to one reader and one and a bit to another.
    """
    plain = re.sub(r"\s", "", normalise(text)).replace("\u2212", "-")
    sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
    if _EITHER.fullmatch(digits):
        message = _("“%(text)s” can be read in two ways. Write %(whole)s or %(part)s.")
        whole = digits.replace(",", "")
        options = {"text": text, "whole": whole, "part": f"{digits}0"}
        raise RuleBroken(message % options)
    if _GROUPED_VI.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif _GROUPED_EN.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _COMMA_DECIMALS.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif not (_WHOLE.fullmatch(digits) or _POINT_DECIMALS.fullmatch(digits)):
        raise RuleBroken(_("“%(text)s” is not a number.") % {"text": text[:60]})
    return sign * Decimal(digits)


def _open(content: bytes, *, data_only: bool) -> Any:
    """The first sheet, read row by row."""
    check_package(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only
        )
    except BROKEN as error:
        raise RuleBroken(not_a_workbook()) from error
    if not book.worksheets:
        raise RuleBroken(not_a_workbook())
    return book.worksheets[0]


def _find_header(sheet: Any, columns: Sequence[Wanted]) -> tuple[int, dict[str, int]]:
    """The row that names the most columns, and where each of them stands."""
    best: tuple[int, dict[str, int]] = (1, {})
    rows = sheet.iter_rows(
        min_row=1, max_row=HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True
    )
    for line, cells in enumerate(rows, start=1):
        headings = [_folded_lines(cell) for cell in cells]
        places = {
            wanted.key: place
            for wanted in columns
            if (place := _place_of(wanted, headings)) is not None
        }
        if len(places) > len(best[1]):
            best = (line, places)
    return best


def _folded_lines(cell: object) -> set[str]:
    """A heading may hold both languages on two lines; either one is enough."""
    text = str(cell or "")
    return {fold(part) for part in (text, *re.split(r"[\n/]", text)) if part.strip()}


def _place_of(wanted: Wanted, headings: Sequence[set[str]]) -> int | None:
    names = {fold(heading) for heading in wanted.headings}
    return next(
        (place for place, heading in enumerate(headings) if heading & names), None
    )


def _grid(
    sheet: Any, header_line: int, width: int
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows below the header that hold anything, with their line numbers."""
    rows = sheet.iter_rows(min_row=header_line + 1, max_col=width, values_only=True)
    for line, cells in enumerate(rows, start=header_line + 1):
        if line > header_line + MOST_ROWS:
            message = _("The table has more than %(limit)d rows.")
            raise RuleBroken(message % {"limit": MOST_ROWS})
        if any(cell not in {None, ""} for cell in cells):
            yield line, cells


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _computed(
    cells: tuple[object, ...], known: tuple[object, ...]
) -> tuple[object, ...]:
    """Formulas replaced by the results Excel stored; without one the formula stays."""
    return tuple(
        known[place]
        if _is_formula(cell) and place < len(known) and known[place] is not None
        else cell
        for place, cell in enumerate(cells)
    )


def _read_rows(
    grid: Iterable[tuple[int, tuple[object, ...]]],
    columns: Sequence[Wanted],
    places: Mapping[str, int],
) -> Reading:
    rows: list[ReadRow] = []
    errors: list[CellError] = []
    for line, cells in grid:
        values: dict[str, Value] = {}
        addresses: dict[str, str] = {}
        before = len(errors)
        for wanted in columns:
            place = places[wanted.key]
            address = f"{get_column_letter(place + 1)}{line}"
            addresses[wanted.key] = address
            raw = cells[place] if place < len(cells) else None
            try:
                values[wanted.key] = _read_cell(raw, wanted)
            except RuleBroken as error:
                errors.append(CellError(address, error.message))
        if len(errors) == before:
            rows.append(ReadRow(line, values, addresses))
    return Reading(tuple(rows), tuple(errors))


def _read_cell(raw: object, wanted: Wanted) -> Value:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if wanted.is_required:
            raise RuleBroken(_("This cell must not be empty."))
        return None
    if _is_formula(raw):
        raise RuleBroken(
            _("This formula has no result in the file. Open it in Excel and save it.")
        )
    if wanted.kind is Kind.DATE:
        return _read_date(raw)
    if wanted.kind is Kind.TEXT:
        return _read_text(raw, wanted)
    return _read_amount(raw, wanted)


def _read_text(raw: object, wanted: Wanted) -> str:
    is_whole = isinstance(raw, float) and raw.is_integer()
    text = normalise(str(int(raw)) if is_whole else str(raw))  # type: ignore[call-overload]
    if not wanted.choices:
        return text
    for choice in wanted.choices:
        if fold(choice) == fold(text):
            return choice
    message = _("“%(text)s” is none of: %(choices)s.")
    offered = ", ".join(wanted.choices[:10])
    raise RuleBroken(message % {"text": text[:60], "choices": offered})


def _read_amount(raw: object, wanted: Wanted) -> int | Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise RuleBroken(_("“%(text)s” is not a number.") % {"text": str(raw)[:60]})
    try:
        value = read_number(raw) if isinstance(raw, str) else Decimal(repr(raw))
    except InvalidOperation as error:
        message = _("“%(text)s” is not a number.")
        raise RuleBroken(message % {"text": str(raw)[:60]}) from error
    if wanted.least is not None and value < wanted.least:
        raise RuleBroken(
            _("The number must be at least %(least)s.") % {"least": wanted.least}
        )
    if wanted.most is not None and value > wanted.most:
        raise RuleBroken(
            _("The number must be at most %(most)s.") % {"most": wanted.most}
        )
    if wanted.kind is Kind.DECIMAL:
        return value
    if value != value.to_integral_value():
        raise RuleBroken(_("Write a whole number."))
    return int(value)


_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


def _read_date(raw: object) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    found = _DAY.fullmatch(str(raw).strip())
    if not found:
        raise RuleBroken(_("Write the day as dd/mm/yyyy."))
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        message = _("There is no day %(text)s.")
        raise RuleBroken(message % {"text": str(raw).strip()}) from error
