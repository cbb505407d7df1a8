"""A form as a workbook to fill in: what stands fast is locked, what is asked is open.

The description serves both ways: it is written here, and `filled.py` reads a workbook
that came back against it.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from xlsxwriter.format import Format as CellFormat
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kheo.stationery.paper import Column
from kheo.stationery.wording import SAMPLE_MARK, figure
from kheo.stationery.workbook import (
    HEADER_COLOUR,
    LINE_PT,
    STARTS_OF_FORMULAS,
    TEXT_FORMAT,
    Formats,
    begun,
    height_of,
    number_format,
    set_print,
)

STAMP_SHEET = "kheo"
STAMP_MARK = "kheo-form/1"
PIECE = 30_000
"""Letters of the stamp in one cell; Excel holds 32,767."""

LONGEST_TEXT = 20_000
OPEN_COLOUR, LOCKED_COLOUR, WRONG_COLOUR = "#FFF9DB", "#F5F6F7", "#FFC7CE"
TALLEST_PT = 400
MOST_OF_LIST = 255


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Open:
    """A cell to fill in, with what it holds already and room for so many lines."""

    kind: Kind
    value: Decimal | str | None = None
    decimals: int = 0
    most: Decimal | None = None
    choices: tuple[str, ...] = ()
    hint: str = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Total:
    """A locked sum of other cells, each named by row and column; blank while all are."""

    value: Decimal | None
    of: tuple[tuple[str, str], ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Fixed:
    """A locked number, or a text."""

    value: Decimal | str | None = None
    decimals: int = 0


Cell = Open | Total | Fixed


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column; those with `is_open` are read when the workbook comes back."""

    code: str
    heading: str
    width: float = 14
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row with its key, which stands in a hidden column and finds it again."""

    key: str
    label: str
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet; `needs` names a column to colour while another is below zero."""

    name: str
    code: str
    columns: tuple[FormColumn, ...]
    rows: tuple[FormRow, ...]
    title: tuple[str, ...] = ()
    needs: tuple[str, str] | None = None
    frozen: int = 1

    @property
    def mark(self) -> str:
        """What stands in the hidden column beside the headings."""
        return f"kheo:{self.code}"

    def place(self, code: str) -> int:
        """Where a column stands; the first is hidden and holds the keys."""
        return 1 + [column.code for column in self.columns].index(code)


def form_workbook(
    sheets: Sequence[FormSheet],
    *,
    stamp: Mapping[str, object],
    author: str,
    on: date,
    is_sample: bool = False,
) -> bytes:
    """The sheets as .xlsx with a hidden stamp that says what they are for."""
    buffer = io.BytesIO()
    book = begun(buffer, author=author, on=on)
    formats = Formats(book)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _Writing(page, sheet, formats, is_sample=is_sample).write()
    hidden = book.add_worksheet(STAMP_SHEET)
    for line, text in enumerate(_stamped(stamp)):
        hidden.write_string(line, 0, text)
    hidden.protect()
    hidden.very_hidden()
    book.close()
    return buffer.getvalue()


def _stamped(stamp: Mapping[str, object]) -> list[str]:
    """The stamp in pieces that fit a cell, after its own digest."""
    text = json.dumps(stamp, ensure_ascii=False, sort_keys=True)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return [f"{STAMP_MARK} {digest_of_stamp(text)}", *pieces]


def digest_of_stamp(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Writing:
    """One sheet being written."""

    def __init__(
        self, page: Worksheet, sheet: FormSheet, formats: Formats, *, is_sample: bool
    ) -> None:
        self.page, self.sheet, self.formats = page, sheet, formats
        self.is_sample = is_sample
        marks = (SAMPLE_MARK,) if is_sample else ()
        self.above = (*marks, *sheet.title)
        self.header = len(self.above)
        lines = range(self.header + 1, self.header + 1 + len(sheet.rows))
        self.lines = dict(zip((row.key for row in sheet.rows), lines, strict=True))
        self.columns = tuple(Column(c.heading, c.width) for c in sheet.columns)

    def write(self) -> None:
        page, sheet = self.page, self.sheet
        page.set_column(0, 0, None, None, {"hidden": True})
        for line, text in enumerate(self.above):
            look = self.formats.plain(bold=True, italic=text == SAMPLE_MARK)
            page.write_string(line, 1, text, look)
        self._write_header()
        for row in sheet.rows:
            self._write_row(row)
        if sheet.needs and sheet.rows:
            self._show_need(*sheet.needs)
        page.freeze_panes(self.header + 1, 1 + sheet.frozen)
        page.repeat_rows(self.header)
        page.print_area(0, 1, max(self.lines.values(), default=0), len(sheet.columns))
        set_print(page, is_sample=self.is_sample, is_landscape=True)
        page.hide_gridlines(2)
        page.protect("", {"format_columns": True, "format_rows": True})

    def _write_header(self) -> None:
        look = self.formats.plain(
            bold=True,
            border=1,
            text_wrap=True,
            align="center",
            valign="vcenter",
            bg_color=HEADER_COLOUR,
        )
        self.page.write_string(self.header, 0, self.sheet.mark)
        headings = [column.heading for column in self.sheet.columns]
        for place, column in enumerate(self.sheet.columns, start=1):
            self.page.set_column(place, place, column.width)
            self.page.write_string(self.header, place, column.heading, look)
        self.page.set_row(self.header, height_of(headings, self.columns))

    def _write_row(self, row: FormRow) -> None:
        line = self.lines[row.key]
        self.page.write_string(line, 0, row.key)
        cells = [row.cells.get(column.code, Fixed()) for column in self.sheet.columns]
        texts = ["" if isinstance(cell, Total) else cell.value for cell in cells]
        room = max((c.lines for c in cells if isinstance(c, Open)), default=1)
        height = max(height_of(texts, self.columns), room * LINE_PT)
        self.page.set_row(line, min(height, TALLEST_PT))
        for place, cell in enumerate(cells, start=1):
            if isinstance(cell, Open):
                self._write_open(line, place, cell)
            elif isinstance(cell, Total):
                self._write_total(line, place, cell)
            else:
                look = self._look(cell.value, cell.decimals, bg_color=LOCKED_COLOUR)
                self._write_value(line, place, cell.value, look)

    def _write_open(self, line: int, place: int, cell: Open) -> None:
        is_number = cell.kind is Kind.NUMBER
        look = self._look(
            Decimal(0) if is_number else cell.value or "",
            cell.decimals,
            bg_color=OPEN_COLOUR,
            locked=False,
        )
        self._write_value(line, place, cell.value, look)
        rule: dict[str, object] = {"ignore_blank": True}
        if cell.kind is Kind.TEXT:
            rule |= {"validate": "any"}
        elif cell.kind is Kind.CHOICE:
            rule |= _choice_of(cell.choices)
        else:
            rule |= _number_of(cell)
        if cell.hint:
            rule |= {"input_message": cell.hint[:MOST_OF_LIST]}
        if cell.kind is not Kind.TEXT or cell.hint:
            self.page.data_validation(line, place, line, place, rule)

    def _write_total(self, line: int, place: int, cell: Total) -> None:
        look = self._look(Decimal(0), cell.decimals, bg_color=LOCKED_COLOUR, bold=True)
        addresses = ",".join(
            xl_rowcol_to_cell(self.lines[key], self.sheet.place(code))
            for key, code in cell.of
        )
        text = f'=IF(COUNT({addresses})=0,"",SUM({addresses}))'
        known = "" if cell.value is None else cell.value
        self.page.write_formula(line, place, text, look, known)

    def _look(
        self, value: Decimal | str | None, decimals: int, **others: object
    ) -> CellFormat:
        look: dict[str, object] = {"border": 1, "valign": "vcenter", **others}
        if isinstance(value, Decimal):
            return self.formats.plain(num_format=number_format(decimals), **look)
        look |= {"num_format": TEXT_FORMAT, "text_wrap": True, "valign": "top"}
        if value and value.startswith(STARTS_OF_FORMULAS):
            look["quote_prefix"] = True
        return self.formats.plain(**look)

    def _write_value(
        self, line: int, place: int, value: Decimal | str | None, look: CellFormat
    ) -> None:
        if value is None or value == "":
            self.page.write_blank(line, place, None, look)
        elif isinstance(value, Decimal):
            self.page.write_number(line, place, value, look)
        else:
            self.page.write_string(line, place, value, look)

    def _show_need(self, needed: str, number: str) -> None:
        """Colour the cell that must be filled in while the number is below zero."""
        first, last = min(self.lines.values()), max(self.lines.values())
        place, other = self.sheet.place(needed), self.sheet.place(number)
        below = xl_rowcol_to_cell(first, other, col_abs=True)
        blank = xl_rowcol_to_cell(first, place, col_abs=True)
        look = self.formats.plain(bg_color=WRONG_COLOUR)
        self.page.conditional_format(
            first,
            place,
            last,
            place,
            {
                "type": "formula",
                "criteria": f'=AND(ISNUMBER({below}),N({below})<0,TRIM({blank})="")',
                "format": look,
            },
        )


def _choice_of(choices: tuple[str, ...]) -> dict[str, object]:
    return {
        "validate": "list",
        "source": list(choices),
        "error_title": "Chọn trong danh sách",
        "error_message": "Hãy chọn một dòng trong danh sách, hoặc để trống.",
    }


def _number_of(cell: Open) -> dict[str, object]:
    most = cell.most if cell.most is not None else Decimal(10) ** 12
    kind = "số" if cell.decimals else "số nguyên"
    whole = figure(most, 0)
    return {
        "validate": "decimal" if cell.decimals else "integer",
        "criteria": "between",
        "minimum": -most,
        "maximum": most,
        "error_title": "Số liệu không đúng",
        "error_message": f"Gõ một {kind} từ -{whole} đến {whole}; không gõ chữ, "
        "không gõ công thức.",
    }
