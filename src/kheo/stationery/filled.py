"""Reading a form that came back: what stands in its open cells, whatever was done to it.

Rows are found by their keys, columns by their headings, sheets by name or mark. Each
thing that was moved, merged, added or taken away is an error of its own cell; what can
still be read is read, so that all errors come at once.
"""

import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from kheo.core.errors import RuleBroken
from kheo.core.text import fold
from kheo.stationery.fillable import (
    STAMP_MARK,
    STAMP_SHEET,
    FormColumn,
    FormSheet,
    digest_of_stamp,
)
from kheo.stationery.packages import BROKEN, FORM, check_package, not_a_workbook
from kheo.stationery.tables import CellError

MOST_LINES, MOST_PLACES = 2_000, 60
"""A form is far smaller; what lies beyond is not looked at."""


@dataclass(frozen=True, slots=True)
class FilledCell:
    """What stands in one open cell; of a formula the result that the file keeps."""

    address: str
    value: object = None
    is_formula: bool = False
    is_error: bool = False

    @property
    def is_blank(self) -> bool:
        value = self.value
        return not self.is_formula and (
            value is None or (isinstance(value, str) and not value.strip())
        )


@dataclass(frozen=True, slots=True)
class FilledRow:
    key: str
    label: str
    sheet: str
    cells: Mapping[str, FilledCell]


@dataclass(slots=True)
class FilledSheet:
    """The rows that can be trusted, by key, and what is wrong with the others."""

    name: str
    rows: dict[str, FilledRow] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


class FilledBook:
    """A workbook that came back, opened once.

    Raises `RuleBroken` for what is no workbook at all, or none of our forms.
    """

    def __init__(self, content: bytes) -> None:
        check_package(content, FORM)
        self._content = content
        self._book = _opened(content, data_only=False)
        self._results: Any = None
        self.stamp = _stamp_of(self._book)

    def read(self, sheet: FormSheet) -> FilledSheet:
        """One sheet of the form, read as it was written."""
        found, page = self._page(sheet)
        if page is None:
            return found
        reading = _Reading(sheet, page, found)
        for row in reading.rows():
            found.rows[row.key] = self._with_results(row)
        return found

    def _page(self, sheet: FormSheet) -> tuple[FilledSheet, Any]:
        pages = {page.title: page for page in self._book.worksheets}
        if sheet.name in pages:
            return FilledSheet(sheet.name), pages[sheet.name]
        for title, page in pages.items():
            if _header_at(page, sheet.mark):
                message = _("This sheet must be called “%(name)s”.")
                found = FilledSheet(title)
                error = CellError("A1", message % {"name": sheet.name}, title)
                found.errors.append(error)
                return found, page
        first = self._book.worksheets[0].title
        message = _("The sheet “%(name)s” is missing. Download a fresh form.")
        found = FilledSheet(first)
        found.errors.append(CellError("A1", message % {"name": sheet.name}, first))
        return found, None

    def _with_results(self, row: FilledRow) -> FilledRow:
        """Of formulas what the file keeps as their results, to be shown."""
        if not any(cell.is_formula for cell in row.cells.values()):
            return row
        if self._results is None:
            self._results = _opened(self._content, data_only=True)
        page = self._results[row.sheet]
        cells = {
            code: FilledCell(cell.address, page[cell.address].value, is_formula=True)
            if cell.is_formula
            else cell
            for code, cell in row.cells.items()
        }
        return FilledRow(row.key, row.label, row.sheet, cells)


class _Reading:
    """One sheet being read against its description."""

    def __init__(self, sheet: FormSheet, page: Any, found: FilledSheet) -> None:
        self.sheet, self.page, self.found = sheet, page, found
        self.wanted = {row.key: row for row in sheet.rows}
        self.head = _header_at(page, sheet.mark)

    def rows(self) -> Iterator[FilledRow]:
        if self.head is None:
            message = _(
                "The row of headings was changed: its hidden mark is gone. Download a "
                "fresh form and copy the figures over."
            )
            self._wrong("A1", message)
            return
        places = self._places()
        lines = self._lines(places.values())
        for key, row in self.wanted.items():
            if key not in lines:
                message = _("The row “%(label)s” is missing. Download a fresh form.")
                self._wrong(self._head_cell, message % {"label": row.label}, row.label)
        for key, line in lines.items():
            label = self.wanted[key].label
            addresses = {
                code: f"{get_column_letter(place)}{line}"
                for code, place in places.items()
                if self._is_open(key, code)
            }
            if self._is_merged(addresses.values(), label):
                continue
            cells = {code: self._cell(at) for code, at in addresses.items()}
            yield FilledRow(key, label, self.found.name, cells)

    @property
    def _head_cell(self) -> str:
        line, place = self.head or (1, 1)
        return f"{get_column_letter(place + 1)}{line}"

    def _places(self) -> dict[str, int]:
        """Where each column to be read stands, by its heading."""
        line, first = self.head or (1, 1)
        headings = {
            place: fold(str(self.page.cell(line, place).value or ""))
            for place in range(1, MOST_PLACES)
        }
        found: dict[str, int] = {}
        for column in self._open_columns():
            expected = first + self.sheet.place(column.code)
            wanted = fold(column.heading)
            at = [place for place, heading in headings.items() if heading == wanted]
            self._check_column(column, expected, at, line)
            if at:
                found[column.code] = expected if expected in at else at[0]
        return found

    def _open_columns(self) -> list[FormColumn]:
        return [column for column in self.sheet.columns if column.is_open]

    def _check_column(
        self, column: FormColumn, expected: int, at: Sequence[int], line: int
    ) -> None:
        letter = get_column_letter(expected)
        if not at:
            message = _("Here the form has the column “%(heading)s”; it is missing.")
            self._wrong(f"{letter}{line}", message % {"heading": column.heading})
        elif len(at) > 1:
            message = _("The column “%(heading)s” stands here twice.")
            other = next(place for place in at if place != expected)
            cell = f"{get_column_letter(other)}{line}"
            self._wrong(cell, message % {"heading": column.heading})
        elif at[0] != expected:
            message = _("The column “%(heading)s” was moved; it belongs to %(letter)s.")
            said = {"heading": column.heading, "letter": letter}
            self._wrong(f"{get_column_letter(at[0])}{line}", message % said)

    def _lines(self, places: Collection[int]) -> dict[str, int]:
        """The line of each key that stands there once; other filled lines are errors."""
        head, place = self.head or (1, 1)
        seen: dict[str, list[int]] = {}
        last = min(self.page.max_row, head + MOST_LINES)
        for line in range(head + 1, last + 1):
            key = str(self.page.cell(line, place).value or "").strip()
            if key in self.wanted:
                seen.setdefault(key, []).append(line)
            elif key or self._is_filled(line, places):
                cell = f"{get_column_letter(min(places, default=place + 1))}{line}"
                message = _("This row does not belong to the form. Remove it.")
                self._wrong(cell, message)
        for key, lines in seen.items():
            for line in lines if len(lines) > 1 else ():
                message = _("The row “%(label)s” stands here more than once.")
                label = self.wanted[key].label
                cell = f"{get_column_letter(place + 1)}{line}"
                self._wrong(cell, message % {"label": label}, label)
        return {key: lines[0] for key, lines in seen.items() if len(lines) == 1}

    def _is_filled(self, line: int, places: Collection[int]) -> bool:
        values = (self.page.cell(line, place).value for place in places)
        return any(value not in {None, ""} for value in values)

    def _is_open(self, key: str, code: str) -> bool:
        cell = self.wanted[key].cells.get(code)
        return cell is not None and hasattr(cell, "kind")

    def _is_merged(self, addresses: Collection[str], label: str) -> bool:
        is_found = False
        for merged in self.page.merged_cells.ranges:
            if any(address in merged for address in addresses):
                message = _("The cells %(cells)s are merged. Split them, fill in each.")
                inside = next(one for one in addresses if one in merged)
                self._wrong(inside, message % {"cells": str(merged)}, label)
                is_found = True
        return is_found

    def _cell(self, address: str) -> FilledCell:
        cell = self.page[address]
        kind = cell.data_type
        if kind == "f":
            return FilledCell(address, is_formula=True)
        return FilledCell(address, cell.value, is_error=kind == "e")

    def _wrong(self, cell: str, message: str, what: str = "") -> None:
        self.found.errors.append(CellError(cell, message, self.found.name, what))


def _opened(content: bytes, *, data_only: bool) -> Any:
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), data_only=data_only, keep_links=False
        )
    except BROKEN as error:
        raise RuleBroken(not_a_workbook()) from error
    if not book.worksheets:
        raise RuleBroken(not_a_workbook())
    return book


def _stamp_of(book: Any) -> Mapping[str, Any]:
    """What the form is for, as it was stamped; refused where that cannot be told."""
    page = next((one for one in book.worksheets if one.title == STAMP_SHEET), None)
    if page is None:
        raise RuleBroken(
            _("This workbook is no form of Khéo. Download the form and fill that in.")
        )
    first, *pieces = (
        str(page.cell(line, 1).value or "")
        for line in range(1, min(page.max_row, MOST_LINES) + 1)
    )
    text = "".join(pieces)
    try:
        stamp = json.loads(text)
    except ValueError:
        stamp = None
    is_whole = first == f"{STAMP_MARK} {digest_of_stamp(text)}"
    if not is_whole or not isinstance(stamp, dict):
        raise RuleBroken(
            _(
                "The hidden part of this form is damaged, so it cannot be told what it "
                "is for. Download a fresh form and copy the figures over."
            )
        )
    return stamp


def _header_at(page: Any, mark: str) -> tuple[int, int] | None:
    """Line and place of the hidden mark beside the headings."""
    rows = page.iter_rows(min_row=1, max_row=60, max_col=12)
    for row in rows:
        for cell in row:
            if cell.value == mark:
                return cell.row, cell.column
    return None
