"""From a form that came back to what it says: typed figures, words, answers, errors.

Never trusted: every cell is read as text from a stranger, and checked by the rules that
the page's own form uses. A row with any wrong cell says nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from kheo.activities.rules import NotANumber
from kheo.core.errors import RuleBroken
from kheo.ledger.models import ClaimKind
from kheo.reporting.queries.obligations import FormCell
from kheo.reporting.queries.typed import Typed, faults_of
from kheo.reporting.rules import LARGEST, signed_amount
from kheo.reporting.workbooks.contents import Contents, Known, OpenRemark, Stamp
from kheo.reporting.workbooks.layout import (
    ANSWER,
    BLANKS,
    DECLARED,
    ESTIMATED,
    LONGEST_ANSWER,
    LONGEST_REASON,
    REASON,
    SAYS,
    TEXT,
    figure_sheet,
    remark_sheet,
    word_sheet,
)
from kheo.reporting.workbooks.words import SAID, claim_in, clean, is_yes
from kheo.stationery.fillable import LONGEST_TEXT
from kheo.stationery.filled import FilledBook, FilledCell, FilledRow, FilledSheet
from kheo.stationery.tables import CellError

Value = TypeVar("Value")
EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; what comes after is noise of its making."""

FIGURE_CODES = (DECLARED, SAYS, ESTIMATED, REASON)
COLUMN_OF = {"declared": DECLARED, "reason": REASON, "estimated": ESTIMATED}
"""Which column shows a fault of which field of the page's form."""


@dataclass(slots=True)
class Filled:
    """What the form says of each key without an error, and every error."""

    figures: dict[str, Typed] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    answers: dict[int, str] = field(default_factory=dict)
    cells: dict[str, Mapping[str, str]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


def read_form(book: FilledBook, contents: Contents, stamp: Stamp) -> Filled:
    """Read the form of this report; call `check_stamp` first."""
    filled = Filled()
    _read_figures(filled, book.read(figure_sheet(contents)), contents, stamp)
    held = {key for key, digest in stamp.words.items() if not digest}
    _read_words(filled, book.read(word_sheet(contents, held)), held)
    if stamp.remarks:
        sheet = remark_sheet(contents, _remarks_of(contents, stamp))
        _read_answers(filled, book.read(sheet))
    return filled


def _remarks_of(contents: Contents, stamp: Stamp) -> list[OpenRemark]:
    """Those that stood in the form; of what was dealt with since only the number."""
    known = {one.key: one for one in contents.remarks}
    return [known.get(key) or OpenRemark(key, f"#{key}", "") for key in stamp.remarks]


def _read_figures(
    filled: Filled, sheet: FilledSheet, contents: Contents, stamp: Stamp
) -> None:
    filled.errors += sheet.errors
    forms = {one.key: one.cell for one in contents.figures if one.cell.is_typed}
    blanks = _blanks(filled, sheet.rows.pop(BLANKS, None))
    for key, row in sheet.rows.items():
        if key not in forms:
            continue
        reading = _Row(row)
        typed = _typed(reading, forms[key], stamp.figures.get(key, Known()))
        filled.errors += reading.errors
        if reading.errors or not reading.has(*FIGURE_CODES):
            continue
        is_blank = typed.is_empty and blanks is not None
        filled.figures[key] = Typed(said=blanks) if is_blank else typed
        filled.cells[key] = reading.addresses


def _blanks(filled: Filled, row: FilledRow | None) -> ClaimKind | None:
    """What the last row says of every row left blank."""
    if row is None:
        return None
    reading = _Row(row)
    said = reading.read(SAYS, claim_of)
    if said not in {None, ClaimKind.NIL}:
        message = _("Only “%(text)s” can be said of everything left blank.")
        reading.wrong(SAYS, message % {"text": SAID[ClaimKind.NIL]})
    filled.errors += reading.errors
    return None if reading.errors else said


def _typed(row: "_Row", cell: FormCell, known: Known) -> Typed:
    """What a row says of its figure; faults become errors of their cells.

    Whoever types a figure beside a word that stood there already means the figure.
    """
    typed = Typed(
        declared=row.read(DECLARED, lambda one: amount_of(one, cell.decimals)),
        said=row.read(SAYS, claim_of),
        reason=row.read(REASON, _words(LONGEST_REASON)) or "",
        is_estimated=row.read(ESTIMATED, _yes) or False,
    )
    if typed.declared is not None and known.declared is None:
        is_left = typed.said == known.said
        typed = replace(typed, said=None if is_left else typed.said)
    broken = row.wrong_codes
    for fault in faults_of(cell, typed) if row.has(*FIGURE_CODES) else ():
        name = (fault.field or "").removesuffix(f"-{cell.key}")
        code = COLUMN_OF.get(name, DECLARED)
        if not broken & {code, DECLARED}:
            row.wrong(code, fault.message)
    return typed


def _read_words(filled: Filled, sheet: FilledSheet, held: Collection[str]) -> None:
    filled.errors += sheet.errors
    for key, row in sheet.rows.items():
        reading = _Row(row)
        if key in held or not reading.has(TEXT):
            continue
        text = reading.read(TEXT, _words(LONGEST_TEXT))
        filled.errors += reading.errors
        if not reading.errors:
            filled.words[key] = text or ""
            filled.cells[f"text-{key}"] = reading.addresses


def _read_answers(filled: Filled, sheet: FilledSheet) -> None:
    filled.errors += sheet.errors
    for key, row in sheet.rows.items():
        reading = _Row(row)
        text = reading.read(ANSWER, _words(LONGEST_ANSWER))
        filled.errors += reading.errors
        if text and not reading.errors:
            filled.answers[int(key)] = text


class _Row:
    """One row being read: its cells by column, and what is wrong in them."""

    def __init__(self, row: FilledRow) -> None:
        self.row = row
        self.errors: list[CellError] = []
        self.wrong_codes: set[str] = set()

    @property
    def addresses(self) -> dict[str, str]:
        return {code: cell.address for code, cell in self.row.cells.items()}

    def has(self, *codes: str) -> bool:
        """Whether every one of these columns was found; else the row says nothing."""
        return all(code in self.row.cells for code in codes)

    def read(self, code: str, into: Callable[[FilledCell], Value]) -> Value | None:
        cell = self.row.cells.get(code)
        if cell is None or cell.is_blank:
            return None
        try:
            return into(_plain(cell))
        except RuleBroken as error:
            self.wrong(code, error.message)
            return None

    def wrong(self, code: str, message: str) -> None:
        cell = self.row.cells.get(code)
        if cell is not None:
            self.wrong_codes.add(code)
            label, sheet = self.row.label, self.row.sheet
            self.errors.append(CellError(cell.address, message, sheet, label))


def _plain(cell: FilledCell) -> FilledCell:
    """The cell, unless it is a formula or one of Excel's own errors.

    A stored result may be stale (manual calculation, links to files that are not here,
    programs that store none), and a declared figure is what a person says: so the
    result is shown, and typing it is left to the person.
    """
    if cell.is_formula and isinstance(cell.value, int | float | str):
        message = _("Type the number, not a formula. The file holds %(result)s for it.")
        raise RuleBroken(message % {"result": _shown(cell.value)})
    if cell.is_formula:
        raise RuleBroken(_("Type the number, not a formula."))
    if cell.is_error:
        message = _("Excel shows the error %(text)s here. Type the number.")
        raise RuleBroken(message % {"text": _shown(cell.value)})
    return cell


def amount_of(cell: FilledCell, decimals: int) -> int | None:
    """A number in the measure's smallest unit: Excel's, or typed as on the page."""
    value = cell.value
    if isinstance(value, str):
        return _amount_in(clean(value), decimals)
    if isinstance(value, date | time | timedelta):
        raise RuleBroken(
            _("Excel took this for a day or a time. Type the number again.")
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RuleBroken(_not_a_number(_shown(value), decimals))
    exact = Decimal(f"{value:.{EXACT_DIGITS}g}" if isinstance(value, float) else value)
    if not exact.is_finite() or abs(exact.scaleb(decimals)) >= LARGEST:
        raise RuleBroken(_("This number is larger than any that can be reported."))
    amount = exact.scaleb(decimals)
    if amount != amount.to_integral_value():
        raise RuleBroken(_too_fine(exact, decimals))
    return int(amount)


def _amount_in(text: str, decimals: int) -> int | None:
    try:
        return signed_amount(text, decimals)
    except NotANumber as error:
        raise RuleBroken(_not_a_number(text, decimals)) from error


def _not_a_number(text: str, decimals: int) -> str:
    message = _("“%(text)s” is not a number of this row. Write 1234 or 1.234.")
    if decimals:
        message = _("“%(text)s” is not a number of this row. Write 1234,5 or 1.234,5.")
    return message % {"text": _short(text)}


def _too_fine(value: Decimal, decimals: int) -> str:
    said = {"value": f"{value.normalize():f}".replace(".", ","), "count": decimals}
    if decimals:
        message = _("Excel holds %(value)s here; this row takes %(count)d decimals.")
        return message % said
    return (
        _(
            "Excel holds %(value)s here, with a fraction; this row takes whole "
            "numbers. Type thousands without a point."
        )
        % said
    )


def claim_of(cell: FilledCell) -> ClaimKind:
    text = _shown(cell.value)
    found = claim_in(text)
    if found is None:
        message = _("“%(text)s” is none of: %(choices)s.")
        choices = "; ".join(SAID.values())
        raise RuleBroken(message % {"text": _short(text), "choices": choices})
    return found


def _yes(cell: FilledCell) -> bool:
    text = _shown(cell.value)
    if not is_yes(text):
        message = _("“%(text)s” is not understood. Write x, or leave it blank.")
        raise RuleBroken(message % {"text": _short(text)})
    return True


def _words(longest: int) -> Callable[[FilledCell], str]:
    def into(cell: FilledCell) -> str:
        text = clean(_shown(cell.value))
        if len(text) > longest:
            message = _("The text is too long: %(count)d letters, at most %(most)d.")
            raise RuleBroken(message % {"count": len(text), "most": longest})
        return text

    return into


def _shown(value: object) -> str:
    """What stands in a cell, as a person reads it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
