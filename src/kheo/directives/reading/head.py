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
from .dates import day_of, day_pattern, full_day
from .layout import ITEM, Line, View
from .model import Span, Stamp
from .symbols import Symbol, blank_symbol, find_symbols
from .text import is_capitals, phrase, squeeze

_MOTTOES = ("dang cong san viet nam", "cong hoa xa hoi chu nghia", "doc lap - tu do", "doc lap-tu do")
_UNION_TOP = ("doan tncs ho chi minh", "doan thanh nien cong san")
_NUMBER = re.compile(r"so\b\s*[:.]?")
_PLACE_DAY = phrase(
    rf"(?:(?P<place>[^,\d|:;.]{{2,40}}?) ?, ?)?(?:ngay|ng\.) ?{day_pattern('a', year='required')}"
)
_BLANK_DAY = phrase(
    r"(?:(?P<place>[^,\d|:;.]{2,40}?) ?, ?)?ngay[\s._]*\d{0,2}[\s._/]*(?:thang[\s._]*\d{0,2}[\s._/]*nam|/[\s._]*/)"
)
_UNFINISHED = re.compile(r"(?:^so\s*:?|ngay|thang|nam(?: 20)?)[\s.]*$")
_STAMP = re.compile(r"(?:cong van |van ban )?den\b")
_STAMP_NUMBER = re.compile(r"so(?: den)?\s*[:.]*\s*(\d{1,6})(?![\d/\-]|\s*[-/]\s*[a-z])")
_STAMP_REST = re.compile(r"(?:chuyen|so va ky hieu|luu ho so|gio|ngay|so)\b")
_LETTER = re.compile(r"(?:v/v|ve viec)\b[\s:]*")
_ADDRESS = re.compile(r"kinh\s+(?:gui|trinh)\s*:?\s*")
_BASIS = re.compile(r"(?:-\s*)?(?:can cu|thi hanh|xet de nghi|theo de nghi|tren co so|thuc hien)\b")
_BODY_WORDS = re.compile(r"nhu sau\s*[:.]?$|,\s*(?:ban|uy ban|dang uy|ubnd|tinh uy|so|hoi)\b.*\b(?:ban hanh|xay dung|huong dan)\b")
_WEB_TITLE = phrase(rf"({'|'.join(('huong dan', 'ke hoach', 'quyet dinh', 'cong van', 'thong bao', 'chi thi', 'chuong trinh', 'nghi quyet', 'quy dinh', 'quy che', 'ket luan'))}) so ")


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a head line that stands alone."""

    start: int
    end: int
    shown: str
    flat: str


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
    found: bool = False


def cells_of(view: View, lines: Sequence[Line]) -> list[Cell]:
    """The cells of some lines, left to right, top to bottom; a blank left for a number or a
    day does not part a cell."""
    cells: list[Cell] = []
    for line in lines:
        opened: int | None = None
        for a, b in line.cells():
            start = a if opened is None else opened
            flat = line.flat[start - line.start : b - line.start].strip()
            if _UNFINISHED.search(flat) and b < line.end:
                opened = start
                continue
            opened = None
            cells.append(Cell(start, b, view.text[start:b].strip(), flat))
    return cells


def is_motto(flat: str) -> bool:
    return flat.startswith(_MOTTOES)


def own_number(cell: Cell) -> Symbol | None:
    """The document's number, when this cell is its "Số …" line."""
    label = _NUMBER.match(cell.flat)
    if label is None or len(cell.shown) > 110:
        return None
    symbol = next(find_symbols(cell.shown, label.end()), None)
    if symbol is not None and symbol.start - label.end() <= 3:
        return _moved(symbol, cell.start)
    blank = blank_symbol(cell.shown, label.end(), len(cell.shown))
    return _moved(blank, cell.start) if blank and blank.start <= label.end() + 3 else None


def _moved(symbol: Symbol, by: int) -> Symbol:
    return Symbol(symbol.number, symbol.symbol, symbol.start + by, symbol.end + by)


def read_head(view: View, start: int, end: int) -> Head:
    """Read the head of the document that begins at `start`."""
    lines = _head_lines(view, start, end)
    cells = cells_of(view, lines)
    head = Head(end=start)
    cells = _take_stamp(cells, head)
    title = _title_index(cells)
    letter = next((i for i, c in enumerate(cells) if _LETTER.match(c.flat) or _ADDRESS.match(c.flat)), None)
    if letter is not None and title is not None and letter < title:
        title = None
    _take_number(cells, head)
    _take_date(view, cells, title, head)
    if head.own is None:
        _take_web_title(view, cells, head)
    _take_type(view, cells, title, head)
    _take_subject(view, cells, title, head, end)
    _take_addressees(view, start, end, head)
    _take_family(cells, head)
    _take_issuer(view, cells, title, head, end)
    head.found = head.own is not None or title is not None or bool(head.addressees)
    return head


def _head_lines(view: View, start: int, end: int) -> list[Line]:
    """Lines up to the first numbered section or basis, at most seventy."""
    lines: list[Line] = []
    for line in view.lines_in(start, end)[:70]:
        opens = re.match(r"(?:i|a|1|dieu 1)\s*[.\-)/:]\s*\D", line.flat) or _BASIS.match(line.flat)
        if opens and len(lines) > 2 and not line.flat.startswith("thuc hien"):
            break
        if line.flat.startswith("noi nhan"):
            break
        lines.append(line)
    return lines


def _take_stamp(cells: list[Cell], head: Head) -> list[Cell]:
    at = next(
        (
            i
            for i, cell in enumerate(cells[:45])
            if _STAMP.match(cell.flat) and is_capitals(cell.shown.split("Số")[0].split("Ng")[0])
            and len(cell.shown) < 70
        ),
        None,
    )
    if at is None:
        return cells
    last, number, day = at, None, None
    for i, cell in enumerate(cells[at : at + 8], at):
        if i > at and not _STAMP_REST.match(cell.flat):
            break
        if i > at and own_number(cell):
            break
        digits = _STAMP_NUMBER.search(cell.flat)
        number = number or (digits[1] if digits else None)
        date = full_day(cell.flat, 0, len(cell.flat))
        if date and "thang" in cell.flat and "," in cell.flat:
            break
        day = day or (date[0] if date else None)
        last = i
    first, by = at, None
    above = cells[at - 1] if at else None
    if above and is_capitals(above.shown) and not is_motto(above.flat) and starts_like_body(above.flat):
        if not kinds.title_of(above.flat):
            first, by = at - 1, squeeze(above.shown)
    if number is None and day is None:
        return cells
    head.stamps.append(Stamp(by, number, day))
    return cells[:first] + cells[last + 1 :]


def _title_index(cells: Sequence[Cell]) -> int | None:
    for i, cell in enumerate(cells):
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
            symbol = _moved(follower, cells[i + 1].start) if follower and not follower.start else None
        if symbol is None:
            continue
        head.own = symbol
        head.end = max(head.end, cell.end)
        return


def _take_date(view: View, cells: Sequence[Cell], title: int | None, head: Head) -> None:
    near = cells[: (title + 4 if title is not None else 45)]
    for cell in near:
        found = _PLACE_DAY.search(cell.flat)
        if found is None or cell.flat.startswith("(") or len(cell.shown) > 130:
            continue
        before = cell.flat[: found.start()].strip()
        if before and not (head.own and cell.start <= head.own.start < cell.end):
            continue
        if found["place"] is None and (title is None or before):
            continue
        day = day_of(found, "a")
        head.issued_on = day.iso() if day else None
        head.place = _place(cell, found)
        head.date_at = (cell.start + found.start(), cell.start + found.end())
        head.end = max(head.end, cell.end)
        return
    for cell in near:
        blank = _BLANK_DAY.search(cell.flat)
        if blank and blank["place"] and len(cell.shown) < 130:
            head.place = _place(cell, blank)
            head.end = max(head.end, cell.end)
            return


def _place(cell: Cell, found: re.Match[str]) -> str | None:
    if not found["place"]:
        return None
    written = cell.shown[found.start("place") : found.end("place")]
    written = re.sub(r"^.*[A-ZĐ]/[A-ZĐ]+\s+|^.*-[A-ZĐ&]+\s+(?=[A-ZĐ][a-zà-ỹ])", "", squeeze(written))
    return written.strip(" *,.-") or None


def _take_web_title(view: View, cells: Sequence[Cell], head: Head) -> None:
    """Without a number line, a page title "Hướng dẫn số 26-HD/BCĐ, ngày …" tells it."""
    for cell in cells[:4]:
        named = _WEB_TITLE.match(cell.flat)
        symbol = next(find_symbols(cell.shown), None) if named else None
        if named is None or symbol is None or symbol.start > named.end() + 2:
            continue
        head.own = _moved(symbol, cell.start)
        date = full_day(cell.flat, symbol.end, min(len(cell.flat), symbol.end + 30))
        if date and head.issued_on is None:
            head.issued_on = date[0]
        head.end = max(head.end, cell.end)
        return


def _take_type(view: View, cells: Sequence[Cell], title: int | None, head: Head) -> None:
    if title is not None:
        head.kind_name = kinds.title_of(cells[title].flat)
        head.end = max(head.end, cells[title].end)
    elif any(_LETTER.match(c.flat) or _ADDRESS.match(c.flat) for c in cells):
        head.kind_name = "Công văn"
    elif head.own is not None and head.own.code:
        head.kind_name = kinds.name_of_code(head.own.code)
    if head.kind_name:
        head.kind = kinds.NAMES[head.kind_name]


def _take_subject(
    view: View, cells: Sequence[Cell], title: int | None, head: Head, end: int
) -> None:
    if title is None:
        _letter_subject(view, cells, head)
        return
    cell = cells[title]
    name = head.kind_name or ""
    pieces = [cell.shown[len(name) :].strip(" :-–")] if len(cell.shown) > len(name) + 2 else []
    first = view.paragraph_at(cell.start)
    inside = view.paragraphs[first]
    if inside[1] > cell.end:
        pieces.append(view.say(cell.end, inside[1]))
        head.end = max(head.end, inside[1])
    for at, until in view.paragraphs[first + 1 : first + 5]:
        if at >= end or not _continues_subject(view, at, until, pieces):
            break
        words = view.say(at, until)
        if not (is_capitals(words) and words.startswith(("CỦA ", "TẠI "))):
            pieces.append(words)
        head.end = max(head.end, until)
    head.subject = squeeze(" ".join(p for p in pieces if p)).strip(" -_*") or None


def _continues_subject(view: View, at: int, until: int, pieces: Sequence[str]) -> bool:
    shown, flat = view.shown[at:until], view.flat[at:until]
    if len(shown) > 420 or flat.startswith(("kinh gui", "kinh trinh", "(ban hanh", "(kem theo")):
        return False
    if ITEM.match(flat) or is_motto(flat) or _BODY_WORDS.search(flat):
        return False
    if flat.startswith(("so ", "so:")) or _PLACE_DAY.match(flat):
        return False
    if pieces and is_capitals(shown) and not is_capitals(pieces[-1]):
        return False
    if is_capitals(shown) and starts_like_body(flat) and (pieces or flat.startswith(("chu tich", "uy ban"))):
        return False
    if not pieces:
        return not re.match(r"(?:-\s*)?(?:can cu|xet de nghi)\b", flat)
    opens = shown[:1].isupper() and _BASIS.match(flat)
    return not opens and not pieces[-1].endswith((".", ":")) and len(" ".join(pieces)) < 400


def _letter_subject(view: View, cells: Sequence[Cell], head: Head) -> None:
    for i, cell in enumerate(cells):
        label = _LETTER.match(cell.flat)
        if label is None:
            continue
        words = [cell.shown[label.end() :]]
        for follower in cells[i + 1 : i + 6]:
            stop = _ADDRESS.match(follower.flat) or is_motto(follower.flat) or own_number(follower)
            if stop or _PLACE_DAY.search(follower.flat) or is_capitals(follower.shown):
                break
            if ITEM.match(follower.flat) or len(follower.shown) > 160:
                break
            words.append(follower.shown)
        head.subject = squeeze(" ".join(words)).strip(" .;-") or None
        head.end = max(head.end, cells[min(len(cells) - 1, i + len(words) - 1)].end)
        return


def _take_addressees(view: View, start: int, end: int, head: Head) -> None:
    first, last = view.paragraph_at(start), view.paragraph_at(max(start, end - 1))
    for i, (at, until) in enumerate(view.paragraphs[first : min(first + 40, last + 1)], first):
        label = _ADDRESS.match(view.flat[at:until])
        if label is None:
            continue
        named = view.say(at + label.end(), until)
        head.addressees += _names(named)
        head.end = max(head.end, until)
        for item_at, item_until in view.paragraphs[i + 1 : min(i + 40, last + 1)]:
            words = view.say(item_at, item_until)
            if not words.startswith(("-", "–", "+", "•", "*")) or (named and named[-1] in ".:" and head.addressees):
                break
            head.addressees += _names(words.lstrip("-–+•* "))
            head.end = max(head.end, item_until)
            if words.endswith("."):
                break
        return


def _names(words: str) -> list[str]:
    pieces = re.split(r";\s*|(?<=\w)\s+[-–]\s+(?=[A-ZĐ])", words.strip())
    return [piece for piece in (p.strip(" .,:-–") for p in pieces) if piece]


def _take_family(cells: Sequence[Cell], head: Head) -> None:
    top = [c.flat for c in cells]
    symbol = head.own.symbol.upper() if head.own else ""
    party_top = any(f.startswith("dang cong san viet nam") for f in top)
    state_top = any(f.startswith(("cong hoa xa hoi", "doc lap")) for f in top)
    union = any(f.startswith(_UNION_TOP) for f in top) or bool(
        re.search(r"(?:^|[-/])(?:TĐTN|TWĐTN|ĐTN|TLĐ|LĐLĐ|CĐCS|LHPN|HLHPN|HPN|HND|HCCB|BTVĐ|ĐCT)(?:[-/]|$)", symbol)
    )
    front = "MTTQ" in symbol or "MT-BTT" in symbol or any(
        f.startswith(("uy ban mat tran", "uy ban mttq", "ubmttq", "mat tran to quoc")) and is_capitals(c.shown)
        for f, c in zip(top[:14], cells[:14], strict=False)
    )
    if front and not party_top:
        head.family = "front"
    elif union and not party_top:
        head.family = "union"
    elif party_top:
        head.family = "party"
    elif state_top:
        head.family = "state"
    elif head.own is not None:
        head.family = "party" if head.own.is_party_form else "state"


def _take_issuer(
    view: View, cells: Sequence[Cell], title: int | None, head: Head, end: int
) -> None:
    limit = next((i for i, c in enumerate(cells) if head.own and c.start <= head.own.start < c.end), title)
    lines: list[str] = []
    for cell in cells[: limit if limit is not None else 0]:
        plain = is_capitals(cell.shown) and not is_motto(cell.flat)
        if not plain or kinds.title_of(cell.flat) or _STAMP.match(cell.flat):
            continue
        if cell.flat in {"mat", "toi mat", "tuyet mat", "hoa toc", "khan", "thuong khan", "du thao"}:
            continue
        lines.append(squeeze(cell.shown))
    while lines and not starts_like_body(kinds.fold(lines[-1])) and len(lines) > 1:
        lines[-2:] = [f"{lines[-2]} {lines[-1]}"]
    expanded = issuer_of_symbol(head.own.symbol if head.own else None)
    if expanded and (not lines or kinds.fold(expanded).startswith(kinds.fold(lines[-1]))):
        head.issuer = expanded
    elif lines:
        head.issuer = _as_in_body(view, lines[-1], head.end, end)


def _as_in_body(view: View, capitals: str, start: int, end: int) -> str:
    """The same name in the body's ordinary writing, if it occurs there."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in kinds.fold(capitals).split()))
    for found in pattern.finditer(view.flat, start, end):
        written = view.say(found.start(), found.end())
        if not is_capitals(written):
            return written
    return capitals
