"""Other texts a directive names by number and symbol.

A citation is a symbol (see `symbols`) with the date that follows it: "Kế hoạch số
12-KH/TU, ngày 23/5/2021". Texts named together share the last one's date. A text is a basis
when the opening lines invoke it ("Căn cứ", "Thực hiện", "Theo đề nghị" …), before the first
numbered section and before "như sau". The document's own number is not a citation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .dates import day_of, day_pattern
from .layout import View
from .model import Citation, Span
from .outline import heading_of
from .symbols import Symbol, find_symbols, key_of
from .text import phrase

_DATE = phrase(
    rf"[\s,(]*(?:cua [^.;:()]{{2,60}}? )?(?:,? ?ban hanh )?(?:ngay|ng\.) ?{day_pattern('a', year='required')}"
)
_TOGETHER = phrase(r"[,;]? ?(?:va|,) ?(?:[a-z]+ ){0,4}(?:so )?")
_INVOKES = phrase(
    r"(?:[-+*] ?)?(?:can cu|thuc hien|thi hanh|theo (?:de nghi|quy dinh|chi dao|tinh than|"
    r"noi dung)?|tren co so|xet (?:de nghi|to trinh)|"
    r"tiep tuc (?:thuc hien|trien khai)|trien khai(?: thuc hien)?|quan triet|nham|"
    r"de (?:tiep tuc|thuc hien|trien khai|cu the)|phuc dap|tiep theo|thuc hien)\b"
)
_AS_FOLLOWS = phrase(r"nhu sau ?[:.]|quyet (?:dinh|nghi) ?:")
_FORM = re.compile(r"[.…]{3,}")


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a citation."""

    symbol: Symbol
    issued_on: str | None
    is_basis: bool
    at: Span
    dated_to: int
    is_own: bool = False


def mentions(
    view: View, start: int, end: int, *, opening: bool, own: Symbol | None
) -> list[Mention]:
    """Every text named in a stretch, also the paper itself; `opening` for a body's beginning."""
    until = opening_end(view, start, end) if opening else start
    mine = key_of(own.number, own.symbol) if own and own.number else None
    found: list[Mention] = []
    symbols = [
        s for s in find_symbols(view.shown, start, end) if not _is_measure(view, s)
    ]
    dated = [_date_after(view, symbol, end) for symbol in symbols]
    dates = [day for day, _ in dated]
    _share_dates(view, symbols, dates)
    for symbol, day, (_, until_date) in zip(symbols, dates, dated, strict=True):
        is_own = key_of(symbol.number, symbol.symbol) == mine
        basis = symbol.start < until and _invoked(view, symbol.start)
        at = (symbol.start, symbol.end)
        found.append(Mention(symbol, day, basis, at, until_date, is_own))
    return found


def distinct(found: Sequence[Mention]) -> list[Citation]:
    """One citation per text: where it is first named, its date and standing from any place."""
    merged: dict[str, Citation] = {}
    for m in found:
        if m.is_own:
            continue
        key = key_of(m.symbol.number, m.symbol.symbol)
        known = merged.get(key)
        merged[key] = Citation(
            number=m.symbol.number or "",
            symbol=m.symbol.symbol,
            issued_on=(known.issued_on if known else None) or m.issued_on,
            is_basis=bool(known and known.is_basis) or m.is_basis,
            at=known.at if known else m.at,
        )
    return list(merged.values())


def _is_measure(view: View, symbol: Symbol) -> bool:
    """Days ("15/10/2024-…") and "24/7" are no symbols, nor is anything without a letter."""
    before = view.flat[max(0, symbol.start - 6) : symbol.start]
    return (
        before.endswith(("/", "ngay "))
        and "-" not in symbol.symbol
        and "/" not in symbol.symbol
    )


def _date_after(view: View, symbol: Symbol, end: int) -> tuple[str | None, int]:
    """The date that follows a symbol, and where it ends."""
    found = _DATE.match(view.flat, symbol.end, min(end, symbol.end + 120))
    day = day_of(found, "a") if found else None
    return (day.iso(), found.end()) if day and found else (None, symbol.end)


def _share_dates(view: View, symbols: list[Symbol], dates: list[str | None]) -> None:
    """Give both texts of "217-QĐ/TW và 218-QĐ/TW ngày 12/12/2013" that day."""
    for i in range(len(symbols) - 2, -1, -1):
        between = (symbols[i].end, symbols[i + 1].start)
        joined = (
            _TOGETHER.fullmatch(view.flat, *between)
            if between[0] <= between[1]
            else None
        )
        if dates[i] is None and dates[i + 1] and joined:
            dates[i] = dates[i + 1]


def opening_end(view: View, start: int, end: int) -> int:
    """Where the opening lines of a body end: at "như sau" or the first section."""
    for a, b in view.paragraphs_in(start, end):
        heading = heading_of(view, a, b)
        if heading is not None and heading.rank != "letter":
            return a
        follows = _AS_FOLLOWS.search(view.flat, a, b)
        if follows:
            return follows.start()
    return min(end, start + 4000)


def _invoked(view: View, at: int) -> bool:
    """Whether the sentence around a place begins with a word that invokes."""
    a, _ = view.paragraphs[view.paragraph_at(at)]
    if _INVOKES.match(view.flat, a):
        return True
    sentence = max(view.flat.rfind("; ", a, at), view.flat.rfind(". ", a, at)) + 2
    return sentence > a + 1 and bool(_INVOKES.match(view.flat, sentence))
