"""The head: who issues, number and symbol, place and date, type and subject.

    TỈNH ỦY X                 ĐẢNG CỘNG SẢN VIỆT NAM        parent / motto
    BAN Y                                                   issuer
    *
    Số 02-HD/BYTU             X, ngày 10 tháng 9 năm 2021   number, place and date
    HƯỚNG DẪN                                               type (its code is not enough)
    về việc …                                               subject (trích yếu)

A letter has no type: "V/v …" under its number, then "Kính gửi". The head may come cell by
cell, in columns, or in any order; the first cells that fit are taken. The receiver's stamp
("ĐẾN Số … Ngày …") is read first, so that its number is never the document's.

Sources: 36-HD/VPTW (2018), 05-HD/VPTW (2026), Decree 30/2020/NĐ-CP annex I.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import kinds
from .bodies import issuer_of_symbol, starts_like_body
from .cells import Cell, cells_of, is_motto
from .dates import day_of, full_day
from .layout import Line, View
from .model import Span, Stamp
from .numbers import ADDRESS, BASIS, LETTER, PLACE_DAY, moved, own_number
from .stamp import is_stamp, take_stamp
from .subject import addressees, letter_subject, titled_subject
from .symbols import Symbol, find_symbols
from .text import fold, is_capitals, phrase, squeeze

_UNION_TOP = ("doan tncs ho chi minh", "doan thanh nien cong san")
_UNION_SYMBOL = re.compile(
    r"(?:^|[-/])(?:TĐTN|TWĐTN|ĐTN|TLĐ|LĐLĐ|CĐCS|LHPN|HLHPN|HPN|HND|HCCB|BTVĐ|ĐCT)(?:[-/]|$)"
)
_UNION_ISSUER = re.compile(
    r"(?:ban thuong vu |bch |ban chap hanh )?(?:hoi (?:lien hiep phu nu|lhpn|nong dan|cuu chien binh)|"
    r"lien doan lao dong|tong lien doan|cong doan|tinh doan|doan (?:thanh nien|tncs|tinh|xa|phuong))\b"
)
_FRONT_TOP = ("uy ban mat tran", "uy ban mttq", "ubmttq", "mat tran to quoc")
_BLANK_DAY = phrase(
    r"(?:(?P<place>[^,\d|:;.]{2,40}?) ?, ?)?ngay[\s._]*\d{0,2}[\s._/]*"
    r"(?:thang[\s._]*\d{0,2}[\s._/]*nam|/[\s._]*/)"
)
_YEARLESS = re.compile(r"ngay\s*\d{1,2}\s*thang\s*\d{1,2}\s*nam$")
_YEAR_END = re.compile(r"(?:^|\s)((?:19|20)\d\d)$")
_WEB_TITLE = phrase(rf"(?:{kinds.ALTERNATIVES}) so ")
_MARKS = {
    "cong",
    "mat",
    "toi mat",
    "tuyet mat",
    "hoa toc",
    "khan",
    "thuong khan",
    "du thao",
}


@dataclass(slots=True)
class Head:
    """What the head of a document says; `end` is where its body begins."""

    own: Symbol | None = None
    family: str = "unknown"
    kind: str | None = None
    kind_name: str | None = None
    issued_on: str | None = None
    place: str | None = None
    date_at: Span | None = None
    issuer: str | None = None
    subject: str | None = None
    addressees: list[str] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    end: int = 0


def read_head(view: View, start: int, end: int) -> Head:
    """Read the head of the document that begins at `start`."""
    head = Head(end=start)
    cells, stamp = take_stamp(cells_of(view, _head_lines(view, start, end)))
    head.stamps += [stamp] if stamp else []
    title = _title_index(cells)
    _take_number(cells, head)
    _take_date(cells, title, head)
    if head.own is None:
        _take_web_title(cells, head)
    _take_type(cells, title, head)
    _take_subject(view, cells, title, head, end)
    _take_family(cells, head)
    _take_issuer(view, cells, title, head, end)
    return head


def _take_subject(
    view: View, cells: Sequence[Cell], title: int | None, head: Head, end: int
) -> None:
    if title is None:
        head.subject, until = letter_subject(cells)
    else:
        head.subject, until = titled_subject(
            view, cells[title], head.kind_name or "", end
        )
    head.addressees, addressed = addressees(view, min(head.end, until or head.end), end)
    if not head.addressees:
        head.addressees, addressed = addressees(
            view, cells[0].start if cells else 0, end
        )
    head.end = max(head.end, until, addressed)


def _head_lines(view: View, start: int, end: int) -> list[Line]:
    """Lines up to the first numbered section or basis, at most seventy."""
    lines: list[Line] = []
    for line in view.lines_in(start, end)[:70]:
        opens = re.match(r"(?:i|a|1|dieu 1)\s*[.\-)/:]\s*\D", line.flat) or BASIS.match(
            line.flat
        )
        if opens and len(lines) > 2 and not line.flat.startswith("thuc hien"):
            break
        if line.flat.startswith("noi nhan"):
            break
        lines.append(line)
    return lines


def _title_index(cells: Sequence[Cell]) -> int | None:
    """The cell with the type's name in capitals, or alone on its line."""
    for i, cell in enumerate(cells):
        if LETTER.match(cell.flat) or ADDRESS.match(cell.flat):
            return None  # a letter has no type; what follows is its annex's
        name = kinds.title_of(cell.flat)
        if name is None:
            continue
        alone = len(cell.flat) <= len(name) + 2
        if is_capitals(cell.shown) or (alone and cell.shown[0].isupper()):
            return i
        first_words = cell.shown[: len(name)]
        if is_capitals(first_words) and len(cell.shown) < 250:
            return i
    return None


def _take_number(cells: Sequence[Cell], head: Head) -> None:
    for i, cell in enumerate(cells):
        symbol = own_number(cell)
        if symbol is None and cell.flat in {"so", "so:"} and i + 1 < len(cells):
            follower = next(find_symbols(cells[i + 1].shown), None)
            symbol = (
                moved(follower, cells[i + 1].start)
                if follower and not follower.start
                else None
            )
        if symbol is None:
            continue
        head.own = symbol
        head.end = max(head.end, cell.end)
        return


def _take_date(cells: Sequence[Cell], title: int | None, head: Head) -> None:
    """The first "Place, ngày …" of the head; of a blank one the place alone."""
    near = cells[: (title + 4 if title is not None else 45)]
    for at, cell in enumerate(near):
        flat = _with_year_below(cell, near[at + 1 : at + 3])
        found = PLACE_DAY.search(flat)
        if found is None or flat.startswith("(") or len(cell.shown) > 130:
            continue
        before = flat[: found.start()].strip(" *")
        beside_number = head.own and cell.start <= head.own.start < cell.end
        placeless = found["place"] is None and (title is None or before)
        if placeless or (before and not beside_number):
            continue
        day = day_of(found, "a")
        head.issued_on = day.iso() if day else None
        head.place = _place(cell, found)
        head.date_at = (
            cell.start + found.start(),
            min(cell.end, cell.start + found.end()),
        )
        head.end = max(head.end, cell.end)
        return
    for cell in near:
        blank = _BLANK_DAY.search(cell.flat)
        if blank and blank["place"] and len(cell.shown) < 130:
            head.place = _place(cell, blank)
            head.end = max(head.end, cell.end)
            return


def _with_year_below(cell: Cell, below: Sequence[Cell]) -> str:
    """A date whose year was broken off into the next line of its narrow cell."""
    if not _YEARLESS.search(cell.flat):
        return cell.flat
    years = (_YEAR_END.search(other.flat) for other in below)
    year = next((found[1] for found in years if found), "")
    return f"{cell.flat} {year}"


def _place(cell: Cell, found: re.Match[str]) -> str | None:
    if not found["place"]:
        return None
    written = cell.shown[found.start("place") : found.end("place")]
    written = re.sub(
        r"^.*[A-ZĐ]/[A-ZĐ]+\s+|^.*-[A-ZĐ&]+\s+(?=[A-ZĐ][a-zà-ỹ])", "", squeeze(written)
    )
    return written.strip(" *,.-") or None


def _take_web_title(cells: Sequence[Cell], head: Head) -> None:
    """Without a number line, a page title "Hướng dẫn số 26-HD/BCĐ, ngày …" tells it."""
    for cell in cells[:4]:
        named = _WEB_TITLE.match(cell.flat)
        symbol = next(find_symbols(cell.shown), None) if named else None
        if named is None or symbol is None or symbol.start > named.end() + 2:
            continue
        head.own = moved(symbol, cell.start)
        date = full_day(cell.flat, symbol.end, min(len(cell.flat), symbol.end + 30))
        if date and head.issued_on is None:
            head.issued_on = date[0]
        head.end = max(head.end, cell.end)
        return


def _take_type(cells: Sequence[Cell], title: int | None, head: Head) -> None:
    if title is not None:
        head.kind_name = kinds.title_of(cells[title].flat)
        head.end = max(head.end, cells[title].end)
    elif any(LETTER.match(c.flat) or ADDRESS.match(c.flat) for c in cells):
        head.kind_name = "Công văn"
    elif head.own is not None and head.own.code:
        head.kind_name = kinds.name_of_code(head.own.code)
    if head.kind_name:
        head.kind = kinds.NAMES[head.kind_name]


def _take_family(cells: Sequence[Cell], head: Head) -> None:
    """By the line at the top right, then by the symbol's form."""
    symbol = head.own.symbol.upper() if head.own else ""
    top = [cell.flat for cell in cells]
    capitals = [cell.flat for cell in cells[:14] if is_capitals(cell.shown)]
    if any(flat.startswith("dang cong san viet nam") for flat in top):
        head.family = "party"
    elif "MTTQ" in symbol or any(flat.startswith(_FRONT_TOP) for flat in capitals):
        head.family = "front"
    elif _is_union(symbol, top, capitals):
        head.family = "union"
    elif any(is_motto(flat) for flat in top):
        head.family = "state"
    elif head.own is not None:
        head.family = "party" if head.own.is_party_form else "state"


def _is_union(symbol: str, top: Sequence[str], capitals: Sequence[str]) -> bool:
    """The Youth Union, trade unions, and the associations that stand beside them."""
    named = any(_UNION_ISSUER.match(flat) for flat in capitals)
    return (
        named
        or bool(_UNION_SYMBOL.search(symbol))
        or any(f.startswith(_UNION_TOP) for f in top)
    )


def _take_issuer(
    view: View, cells: Sequence[Cell], title: int | None, head: Head, end: int
) -> None:
    """The last body named in capitals above the number, or what the symbol stands for."""
    own = head.own
    above = cells[: title or 0]
    if own is not None:
        numbered = (i for i, c in enumerate(cells) if c.start <= own.start < c.end)
        above = cells[: next(numbered, title or 0)]
    lines = [squeeze(cell.shown) for cell in above if _may_be_issuer(cell)]
    while len(lines) > 1 and not starts_like_body(fold(lines[-1])):
        lines[-2:] = [f"{lines[-2]} {lines[-1]}"]
    expanded = issuer_of_symbol(own.symbol if own else None)
    if expanded and (not lines or fold(expanded).startswith(fold(lines[-1]))):
        head.issuer = expanded
    elif lines:
        head.issuer = _as_in_body(view, lines[-1], head.end, end)


def _may_be_issuer(cell: Cell) -> bool:
    other = is_motto(cell.flat) or kinds.title_of(cell.flat) or is_stamp(cell)
    return is_capitals(cell.shown) and not other and cell.flat not in _MARKS


def _as_in_body(view: View, capitals: str, start: int, end: int) -> str:
    """The same name in the body's ordinary writing, if it occurs there."""
    pattern = re.compile(
        r"\s+".join(re.escape(word) for word in fold(capitals).split())
    )
    for found in pattern.finditer(view.flat, start, end):
        written = view.say(found.start(), found.end())
        if not is_capitals(written):
            return written
    return capitals
