"""Giving a filled-in workbook back with every error marked in its own cell."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from kheo.core.errors import RuleBroken
from kheo.stationery.packages import (
    BROKEN,
    TABLE,
    Limits,
    check_package,
    not_a_workbook,
)
from kheo.stationery.tables import CellError

ERROR_COLOUR = "FFFFC7CE"
ERROR_FILL = PatternFill("solid", start_color=ERROR_COLOUR, end_color=ERROR_COLOUR)
TAB_COLOUR = "FFC00000"
COMMENT_AUTHOR = "Khéo"
LIST_MARK = "kheo:errors"
"""In a hidden cell of the list, so that it is known whatever its name's language."""

COLOUR = re.compile(r"[0-9A-F]{8}")
FIRST_LINE = 3
_Reasons = dict[tuple[str, str], list[CellError]]


def mark_errors(
    content: bytes,
    errors: Iterable[CellError],
    *,
    limits: Limits = TABLE,
    note: str = "",
) -> bytes:
    """The same workbook, each bad cell coloured, with its reasons as a comment.

    A last sheet lists all of them, each with a link to its cell. Marks of an earlier
    time are taken away first. Nothing that people typed is changed. `note` stands on
    the list as it does on the other sheets, such as the mark of a sample.
    """
    check_package(content, limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except BROKEN as error:
        raise RuleBroken(not_a_workbook()) from error
    if not book.worksheets:
        raise RuleBroken(not_a_workbook())
    _unmark(book)
    found = list(errors)
    if found:
        before = _mark_cells(book, _by_cell(book, found))
        listed = _list_errors(book, found, before)
        listed["F1"] = listed.oddHeader.center.text = note or None
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _by_cell(book: Any, errors: Iterable[CellError]) -> _Reasons:
    reasons: _Reasons = {}
    for error in errors:
        page = _page_of(book, error)
        reasons.setdefault((page.title, _anchor(page, error.cell)), []).append(error)
    return reasons


def _page_of(book: Any, error: CellError) -> Any:
    named = [one for one in book.worksheets if one.title == error.sheet]
    return (named or book.worksheets)[0]


def _anchor(page: Any, cell: str) -> str:
    """The cell itself, or the first of the merged ones that it lies in."""
    for merged in page.merged_cells.ranges:
        if cell in merged:
            return str(merged.start_cell.coordinate)
    return cell


def _mark_cells(book: Any, reasons: _Reasons) -> dict[tuple[str, str], str]:
    """Colour and explain each cell; say what its colour was before."""
    before = {}
    for (title, address), some in reasons.items():
        cell = book[title][address]
        before[title, address] = _colour_of(cell)
        cell.fill = ERROR_FILL
        told = [cell.comment.text] if cell.comment else []
        told += [one.message for one in some]
        comment = Comment("\n".join(told), COMMENT_AUTHOR)
        comment.width, comment.height = 320, 40 + 40 * len(told)
        cell.comment = comment
    return before


def _colour_of(cell: Any) -> str:
    colour = cell.fill.start_color.rgb if cell.fill.fill_type == "solid" else ""
    return colour if isinstance(colour, str) and COLOUR.fullmatch(colour) else ""


def _list_errors(
    book: Any, errors: Sequence[CellError], before: dict[tuple[str, str], str]
) -> Any:
    page = book.create_sheet(_free_name(book, _("Errors")))
    page["A1"] = LIST_MARK
    page["B1"] = _("Errors to correct: %(count)d") % {"count": len(errors)}
    page["B1"].font = Font(bold=True, size=13)
    headings = ("", _("No."), _("Sheet"), _("Cell"), _("Row"), _("What is wrong"))
    for place, text in enumerate(headings, start=1):
        page.cell(FIRST_LINE - 1, place, text).font = Font(bold=True)
    for order, error in enumerate(errors, start=1):
        title = _page_of(book, error).title
        address = _anchor(book[title], error.cell)
        line = FIRST_LINE + order - 1
        told = (title, address, error.what, error.message)
        page.cell(line, 1, before.get((title, address), ""))
        page.cell(line, 2, order)
        for place, text in enumerate(told, start=3):
            _write_text(page.cell(line, place), text)
        _link(page.cell(line, 4), title, address)
    for place, width in enumerate((10, 6, 16, 10, 46, 80), start=1):
        page.column_dimensions[get_column_letter(place)].width = width
    page.column_dimensions["A"].hidden = True
    page.freeze_panes = f"A{FIRST_LINE}"
    page.page_setup.paperSize, page.page_setup.orientation = 9, "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.sheet_properties.tabColor = TAB_COLOUR
    return page


def _write_text(cell: Any, text: str) -> None:
    """Text that stays text: what was typed may begin like a formula."""
    cell.value = text
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _link(cell: Any, title: str, address: str) -> None:
    quoted = title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{address}")
    cell.font = Font(underline="single", color="FF0563C1")


def _free_name(book: Any, wanted: str) -> str:
    taken = {one.title.casefold() for one in book.worksheets}
    names = [wanted, *(f"{wanted} ({number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name.casefold() not in taken)


def _unmark(book: Any) -> None:
    """Take the list and the marks of an earlier time away, colours put back."""
    for page in book.worksheets:
        if page["A1"].value == LIST_MARK:
            _uncolour(book, page)
            if len(book.worksheets) > 1:
                book.remove(page)


def _uncolour(book: Any, listed: Any) -> None:
    pages = {one.title: one for one in book.worksheets}
    rows = listed.iter_rows(min_row=FIRST_LINE, max_col=4, values_only=True)
    for colour, _number, title, address in rows:
        page = pages.get(title)
        known = isinstance(address, str) and re.fullmatch(
            r"[A-Z]{1,3}[1-9]\d{0,6}", address
        )
        if page is None or not known:
            continue
        cell = page[address]
        if cell.comment is None or cell.comment.author != COMMENT_AUTHOR:
            continue
        cell.comment = None
        cell.fill = (
            PatternFill("solid", start_color=colour, end_color=colour)
            if isinstance(colour, str) and COLOUR.fullmatch(colour)
            else PatternFill()
        )
