"""From plain rows to an Excel file that prints well and holds real numbers."""

import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from kheo.stationery.paper import (
    Cell,
    Column,
    Computed,
    Estimated,
    Link,
    Row,
    RowKind,
    Sum,
    plain,
)
from kheo.stationery.wording import SAMPLE_MARK

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "Times New Roman"
LONGEST_SHEET_NAME = 31
EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; longer ones are written as text."""

DATE_FORMAT = "dd/mm/yyyy"
TEXT_FORMAT = "@"
STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
A4 = 9
COLUMNS_ON_PAGE = 12
LINE_PT = 16.5
MARGINS_INCH = {"left": 0.6, "right": 0.4, "top": 0.7, "bottom": 0.6}
SECTION_COLOUR, TOTAL_COLOUR, HEADER_COLOUR = "#F2F2F2", "#E7EEF7", "#D9E2EF"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table on its own sheet; headings come in as many languages as they need."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_landscape: bool = False

    @property
    def pages_wide(self) -> int:
        """Over how many pages a wide table is printed, so that it can still be read."""
        return -(-len(self.columns) // COLUMNS_ON_PAGE)


def workbook(
    sheets: Sequence[Sheet], *, author: str, on: date, is_sample: bool = False
) -> bytes:
    """The sheets as .xlsx. Text stays text, whatever it begins with.

    `author` and `on` are all that the file says of its making; equal input makes equal
    bytes. A missing figure is an empty cell, never a zero.
    """
    buffer = io.BytesIO()
    book = begun(buffer, author=author, on=on)
    names = _sheet_names(sheet.name for sheet in sheets)
    formats = Formats(book)
    firsts = [_first_line(sheet, is_sample=is_sample) for sheet in sheets]
    grounds = list(zip(names, firsts, strict=True))
    for order, (sheet, name) in enumerate(zip(sheets, names, strict=True)):
        page = _Page(book.add_worksheet(name), firsts[order], grounds, formats)
        _write_sheet(page, sheet, is_sample=is_sample)
    book.close()
    return buffer.getvalue()


def begun(buffer: io.BytesIO, *, author: str, on: date) -> Workbook:
    """A workbook in which text stays text, and that says no more than author and day."""
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": DATE_FORMAT,
    }
    book = xlsxwriter.Workbook(buffer, options)
    created = datetime(on.year, on.month, on.day)  # noqa: DTZ001  the file stores a local day
    book.set_properties({"author": author, "created": created})
    return book


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet being written; `grounds` are name and first line of all of them."""

    sheet: Worksheet
    first: int
    grounds: Sequence[tuple[str, int]]
    formats: "Formats"

    def formula(self, cell: Computed, line: int, place: int) -> str:
        """What Excel computes again, in English names and A1 addresses."""
        made = cell.formula
        if isinstance(made, Sum):
            start = xl_rowcol_to_cell(self.first + made.first, place)
            end = xl_rowcol_to_cell(self.first + made.last, place)
            return f"=SUM({start}:{end})"
        if isinstance(made, Link):
            name, first = self.grounds[made.sheet]
            quoted = name.replace("'", "''")
            return f"='{quoted}'!{xl_rowcol_to_cell(first + made.row, place)}"
        above = xl_rowcol_to_cell(line, made.numerator)
        below = xl_rowcol_to_cell(line, made.denominator)
        return f"=ROUND({above}/{below}*100,{made.decimals})"


def _first_line(sheet: Sheet, *, is_sample: bool) -> int:
    """Where the first row stands: below the marks, the title and the headings."""
    return int(is_sample) + len(sheet.title) + 1


class Formats:
    """Each look made once, as Excel wants it."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], CellFormat] = {}

    def plain(self, **look: object) -> CellFormat:
        whole = {"font_name": FONT, "font_size": 12, **look}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]

    def of_cell(self, value: Cell, column: Column, row: Row) -> CellFormat:
        kind = row.kind
        look: dict[str, object] = {
            "border": 1,
            "valign": "vcenter",
            **_KIND_LOOKS[kind],
        }
        known = plain(value)
        if isinstance(known, date):
            look |= {"num_format": DATE_FORMAT, "align": "center"}
        elif isinstance(known, str):
            wraps = kind is not RowKind.SECTION
            look |= {"num_format": TEXT_FORMAT, "text_wrap": wraps}
            if known.startswith(STARTS_OF_FORMULAS):
                look["quote_prefix"] = True
        else:
            star = '"*"' if isinstance(value, Estimated) else ""
            look["num_format"] = number_format(row.decimals_in(column)) + star
        if kind is RowKind.SECTION:
            look["align"] = "left"
        elif column.align:
            look["align"] = _ALIGNS.get(column.align, "left")
        return self.plain(**look)


_ALIGNS = {"centre": "center", "right": "right"}
_KIND_LOOKS: dict[RowKind, dict[str, object]] = {
    RowKind.BODY: {},
    RowKind.SECTION: {"bold": True, "bg_color": SECTION_COLOUR},
    RowKind.TOTAL: {"bold": True, "bg_color": TOTAL_COLOUR},
    RowKind.CORRECTION: {"italic": True},
}


def number_format(decimals: int) -> str:
    """Excel shows point and comma after its user's own habit; the pattern is fixed."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _write_sheet(ground: _Page, sheet: Sheet, *, is_sample: bool) -> None:
    page, formats = ground.sheet, ground.formats
    line = 0
    marks = (SAMPLE_MARK,) if is_sample else ()
    for text in (*marks, *sheet.title):
        look = formats.plain(bold=True, italic=text == SAMPLE_MARK)
        page.write_string(line, 0, text, look)
        line += 1
    header = formats.plain(
        bold=True,
        border=1,
        text_wrap=True,
        align="center",
        valign="vcenter",
        bg_color=HEADER_COLOUR,
    )
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(line, place, column.heading, header)
    page.set_row(line, height_of([c.heading for c in sheet.columns], sheet.columns))
    page.freeze_panes(line + 1, 1)
    page.repeat_rows(line)
    first = line + 1
    for order, row in enumerate(sheet.rows):
        _write_row(ground, first + order, row, sheet.columns)
    note_line = first + len(sheet.rows) + 1
    for order, note in enumerate(sheet.notes):
        page.write_string(note_line + order, 0, note, formats.plain(italic=True))
    set_print(
        page,
        is_sample=is_sample,
        is_landscape=sheet.is_landscape,
        pages_wide=sheet.pages_wide,
    )


def height_of(texts: Sequence[Cell], columns: Sequence[Column]) -> float:
    """Room for every line of wrapped words; not all programs make it by themselves."""
    lines = [
        sum(max(math.ceil(len(part) / width), 1) for part in text.split("\n"))
        for text, width in zip(texts, (c.width for c in columns), strict=True)
        if isinstance(text, str)
    ]
    return max(lines, default=1) * LINE_PT


def _write_row(ground: _Page, line: int, row: Row, columns: Sequence[Column]) -> None:
    if row.kind is RowKind.SECTION:
        blanks: tuple[Cell, ...] = ("",) * (len(columns) - len(row.cells))
        row = Row((*row.cells, *blanks), RowKind.SECTION)
    else:
        ground.sheet.set_row(line, height_of(row.cells, columns))
    for place, (value, column) in enumerate(zip(row.cells, columns, strict=True)):
        look = ground.formats.of_cell(value, column, row)
        _write_cell(ground, line, place, value, look)


def _write_cell(
    ground: _Page, line: int, place: int, cell: Cell, look: CellFormat
) -> None:
    page = ground.sheet
    value = cell.value if isinstance(cell, Estimated) else cell
    if isinstance(value, Computed):
        formula = ground.formula(value, line, place)
        page.write_formula(line, place, formula, look, value.value)
    elif value is None or value == "":
        page.write_blank(line, place, None, look)
    elif isinstance(value, date):
        page.write_datetime(line, place, value, look)
    elif isinstance(value, int | Decimal) and _fits(value):
        page.write_number(line, place, value, look)
    else:
        page.write_string(line, place, str(value), look)


def _fits(value: int | Decimal) -> bool:
    return len(Decimal(value).normalize().as_tuple().digits) <= EXACT_DIGITS


def set_print(
    page: Worksheet, *, is_sample: bool, is_landscape: bool, pages_wide: int = 1
) -> None:
    """A4 with page numbers; on every page of a sample its mark."""
    page.set_paper(A4)
    if is_landscape:
        page.set_landscape()
    page.set_margins(**MARGINS_INCH)
    page.fit_to_pages(pages_wide, 0)
    if pages_wide > 1:
        page.repeat_columns(0)
    page.center_horizontally()
    page.set_footer("&C&P/&N")
    if is_sample:
        page.set_header(f"&C&B{SAMPLE_MARK}")


def _sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names Excel accepts: none of its signs, at most 31 letters, all different."""
    names: list[str] = []
    for name in wanted:
        clean = re.sub(r"[\[\]:*?/\\]", "-", name).strip("' ") or "Sheet"
        short, tried = clean[:LONGEST_SHEET_NAME], 1
        while short.casefold() in {taken.casefold() for taken in names}:
            tried += 1
            tail = f" ({tried})"
            short = f"{clean[: LONGEST_SHEET_NAME - len(tail)]}{tail}"
        names.append(short)
    return names
