"""One file, several papers: a cover letter and the text it passes on, annexes, forms.

After the foot of a document may come
- another head with a number of its own: a new document;
- the middle of a text whose first pages are missing: a new document without a head;
- a regulation "ban hành kèm theo", an annex ("Phụ lục"), forms ("Mẫu số 1"): part of the
  same document. A form has a head and a foot of its own, with blanks: they say nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import kinds
from .cells import Cell, is_motto
from .foot import Foot, list_start, read_foot
from .head import Head, read_head
from .layout import ITEM, Line, View
from .numbers import own_number
from .text import is_capitals

_ANNEX = re.compile(
    r"\(?(?:phu luc|mau\b|bieu\b|bieu mau|danh sach|danh muc|de cuong|lich |bang |phieu |"
    r"thang diem|bo tieu chi|noi dung|"
    r"kem theo|ban hanh kem theo|tieu chi|huong dan |\*|ghi chu|don vi|ten )"
)
_CHROME = re.compile(
    r"(?:cac tin|tin (?:khac|moi|lien quan|cung)|nguoi ky|ky boi|in trang|ve dau trang|tac gia|"
    r"nguon|luot xem|chia se|file dinh kem|tai ve|\()"
)
_SECTION = re.compile(
    r"(?:[ivx]{1,5}|\d{1,2}|[a-h])\s*[.\-)/]|[-+]\s|dieu \d|phan |chuong |muc "
)


@dataclass(frozen=True, slots=True)
class Part:
    """One document of the file: head, body, foot, and what follows it as annex."""

    start: int
    end: int
    head: Head
    foot: Foot
    headless: bool = False

    @property
    def stretches(self) -> tuple[tuple[int, int], ...]:
        """Where duties and citations are looked for: the body, then the annexes."""
        annex = (self.foot.end, self.end)
        return (
            (self.head.end, self.foot.start),
            *((annex,) if annex[1] > annex[0] else ()),
        )


def split(view: View) -> list[Part]:
    """The documents of a file, in order; at least one."""
    parts: list[Part] = []
    start, headless, length = 0, False, len(view.text)
    while True:
        limit = _next_head(view, start)
        head = Head(end=start) if headless else read_head(view, start, limit)
        foot = read_foot(view, head.end, limit)
        cut = _middle_of_text(view, foot.end, limit) if foot.end < limit else None
        end = cut if cut is not None else limit
        parts.append(Part(start, end, head, foot, headless))
        if cut is None and limit >= length:
            return parts
        start, headless = end, cut is not None


def _next_head(view: View, start: int) -> int:
    """Where the next document with a number of its own begins, or the end of the text."""
    lines = view.lines_in(start, len(view.text))
    own = None
    body = 0
    for index, line in enumerate(lines):
        number = _real_number(line)
        if number is None:
            body += len(line.shown) > 60 or bool(_SECTION.match(line.flat))
            continue
        if own is None and body < 6 and index < 60:
            own, body = number, 0
        elif body >= 3 and _in_head(lines, index):
            return _block_start(lines, index)
    return len(view.text)


def _real_number(line: Line) -> str | None:
    for a, b in line.cells():
        flat = line.flat[a - line.start : b - line.start]
        if not flat.startswith("so"):
            continue
        symbol = own_number(
            Cell(
                a, b, line.shown[a - line.start : b - line.start].strip(), flat.strip()
            )
        )
        if symbol is not None and symbol.number is not None:
            return symbol.symbol
    return None


def _in_head(lines: Sequence[Line], index: int) -> bool:
    near = lines[max(0, index - 8) : index + 8]
    cells = [
        (
            line.shown[a - line.start : b - line.start].strip(),
            line.flat[a - line.start : b - line.start].strip(),
        )
        for line in near
        for a, b in line.cells()
    ]
    motto = any(is_motto(flat) for _, flat in cells)
    title = any(is_capitals(shown) and kinds.title_of(flat) for shown, flat in cells)
    letter = any(flat.startswith(("v/v", "kinh gui")) for _, flat in cells)
    dated = any(
        re.search(r"ngay\s*\d{1,2}\s*thang\s*\d{1,2}\s*nam\s*\d{4}", flat)
        and len(flat) < 100
        for _, flat in cells
    )
    return (motto and (title or letter or dated)) or (dated and (title or letter))


def _block_start(lines: Sequence[Line], index: int) -> int:
    at = index
    while at > 0:
        above = lines[at - 1]
        cells = [
            (
                above.shown[a - above.start : b - above.start].strip(),
                above.flat[a - above.start : b - above.start].strip(),
            )
            for a, b in above.cells()
        ]
        head_like = all(
            is_capitals(s) or is_motto(f) or re.search(r"ngay .*thang", f) or f == "*"
            for s, f in cells
        )
        if not head_like or index - at >= 8:
            break
        at -= 1
    return lines[at].start


def _middle_of_text(view: View, start: int, end: int) -> int | None:
    """Where a text without its first page goes on after a foot, if one does."""
    paragraphs = list(view.paragraphs_in(start, end))
    while paragraphs and _CHROME.match(view.flat[paragraphs[0][0] : paragraphs[0][1]]):
        paragraphs.pop(0)
    if len(paragraphs) < 5:
        return None
    opening = [(view.shown[a:b], view.flat[a:b]) for a, b in paragraphs[:3]]
    if any(
        _ANNEX.match(flat)
        or "kem theo" in flat
        or (kinds.title_of(flat) and is_capitals(shown[:8]))
        for shown, flat in opening
    ):
        return None
    if any(is_motto(flat) for _, flat in opening):
        return None
    sections = sum(bool(_SECTION.match(view.flat[a:b])) for a, b in paragraphs)
    long = sum(b - a > 80 for a, b in paragraphs)
    goes_on = (
        bool(ITEM.match(opening[0][1]))
        or opening[0][0][:1].islower()
        or list_start(view, paragraphs[3][0], end)
    )
    return paragraphs[0][0] if goes_on and sections >= 2 and long >= 3 else None
