"""Lines, running noise and paragraphs: the page undone.

Official texts reach a reader hard-wrapped, broken by page numbers and running heads, in
columns kept apart by spaces, tabs or pipes. `lay_out` joins the lines of each paragraph
(also across a page break) and blanks what is not text, without moving any character:
`View.flat` (folded) and `View.shown` (as written) have the length of the text, and a
newline remains in them only where a paragraph ends.

Joining rule: a line goes on with the next unless the next one begins an item, stands in
capitals beside lower case, or follows a closed sentence that did not fill its line.
Source: layout of official papers, Decree 30/2020/NĐ-CP annex I and 36-HD/VPTW (2018).
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .model import Span
from .text import fold, is_capitals, squeeze

ITEM = re.compile(
    r"(?:[-+*•●○▪■◦·∙➢✓]\s*(?=\S)"
    r"|(?:[ivx]{1,6}|l)\s*[.\-)/]\s*(?=\D)"
    r"|\d{1,2}(?:\.\d{1,2}){0,4}\s*[.)]\s+(?=\S)|\d{1,2}(?:\.\d{1,2}){1,4}\s+(?=\D)"
    r"|\d{1,2}\s*[-/]\s+(?=[^\W\d])|\d{1,2}\.(?=[a-z])|\(\d{1,2}\)\s"
    r"|[a-z]\s*\)\s*(?=\S)|[a-h]\.\s+(?=\S)"
    r"|(?:dieu|chuong|muc|phan|buoc|phu luc|mau so|bieu so|bieu mau|khoan)\s+(?:thu\s+)?"
    r"(?:[ivxl]+|\d+|nhat|hai|ba|bon|nam)\b"
    r"|noi\s*nhan\b|kinh\s+(?:gui|trinh)\b|\|)"
)
_OPENER = re.compile(
    r"so\s*:?\s*[\d.]|v/v\b|kinh gui|noi nhan|t/m\b|tm\.|k/t\b|kt\.|t/l\b|tl\.|tuq\.|cong hoa xa hoi"
    r"|dang cong san viet nam|doc lap|can cu|thuc hien|den\b|ngay\b"
)
_PAGE_NUMBER = re.compile(
    r"(?:trang\s*)?[-~]?\s*\d{1,3}\s*[-~]?(?:\s*/\s*\d{1,3})?|(?:page\s+)\d{1,3}(?:\s*(?:/|of)\s*\d{1,3})?"
)
_CLOSED = re.compile(r"[.;:!?…]['\")\]]*$")
# A word that no sentence ends with.
_UNFINISHED = re.compile(
    r"\b(?:va|giua|so|cua|cho|voi|ve|tai|theo|trong|den|tu|ngay|thang|do|cac|nhung|hoac|tren)$"
)
_BEFORE_FIGURES = re.compile(r"\b(?:nam|quy|thang|ngay)$")
_RULE = re.compile(r"[-_=*~.\s—–]+")
_WIDE_GAP = re.compile(r" {250,}")
_GAP = re.compile(r"\t+| {3,}|\s*\|\s*")
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its outer spaces; `cells` are its columns."""

    start: int
    end: int
    shown: str
    flat: str
    column: int

    def cells(self) -> list[Span]:
        """The parts kept apart by a tab, a pipe or at least three spaces."""
        spans, at = [], 0
        for gap in _GAP.finditer(self.shown):
            if gap.start() > at:
                spans.append((self.start + at, self.start + gap.start()))
            at = gap.end()
        if at < len(self.shown):
            spans.append((self.start + at, self.end))
        return spans

    @property
    def is_row(self) -> bool:
        """Whether this is a row of a table: cells between pipes or tabs."""
        return self.shown.count("|") >= 2 or self.shown.count("\t") >= 2


def _start(line: Line) -> int:
    return line.start


def _end(line: Line) -> int:
    return line.end


@dataclass(frozen=True, slots=True)
class View:
    """The text with its paragraphs joined; all three strings have the same length."""

    text: str
    shown: str
    flat: str
    lines: tuple[Line, ...]
    paragraphs: tuple[Span, ...]
    noise: tuple[Line, ...]

    def say(self, start: int, end: int) -> str:
        """A piece of the text on one line, as written."""
        return squeeze(self.shown[start:end])

    def paragraph_at(self, offset: int) -> int:
        """The index of the paragraph an offset lies in (or the one before it)."""
        return max(0, bisect_right(self.paragraphs, (offset, len(self.text) + 1)) - 1)

    def lines_in(self, start: int, end: int) -> Sequence[Line]:
        """The lines that begin between two offsets."""
        first = bisect_left(self.lines, start, key=_start)
        return self.lines[first : bisect_left(self.lines, end, key=_start)]

    def lines_over(self, start: int, end: int) -> Sequence[Line]:
        """The lines that touch a stretch."""
        first = bisect_right(self.lines, start, key=_end)
        return self.lines[first : bisect_left(self.lines, end, key=_start)]

    def paragraphs_in(self, start: int, end: int) -> Sequence[Span]:
        """The paragraphs that begin between two offsets."""
        first = bisect_left(self.paragraphs, (start, 0))
        return self.paragraphs[first : bisect_left(self.paragraphs, (end, 0))]


def lay_out(text: str) -> View:
    """Find lines, noise and paragraphs of a normalised text."""
    folded = fold(text)
    lines = _lines(text, folded)
    noise = _running_noise(lines)
    kept = [line for line in lines if line not in noise]
    paragraphs = _paragraphs(text, kept)
    return View(
        text=text,
        shown=_masked(text.replace("\t", " "), kept, paragraphs),
        flat=_masked(folded, kept, paragraphs),
        lines=tuple(kept),
        paragraphs=tuple(paragraphs),
        noise=tuple(line for line in lines if line in noise),
    )


def _lines(text: str, folded: str) -> list[Line]:
    lines, at = [], 0
    for raw in text.split("\n"):
        shown = raw.strip()
        if shown and not _RULE.fullmatch(shown):
            start = at + raw.index(shown[0]) if raw[0] != shown[0] else at
            end = start + len(shown)
            lines.append(Line(start, end, shown, folded[start:end], start - at))
        at += len(raw) + 1
    return lines


def _masked(source: str, lines: list[Line], paragraphs: list[Span]) -> str:
    """The source with spaces inside paragraphs and line ends everywhere else.

    A gap wider than any page break inside a paragraph is a line end too.
    """
    pieces: list[str] = []
    at, ends = 0, {end for _, end in paragraphs}
    inside = False
    for line in lines:
        pieces.append((" " if inside else "\n") * (line.start - at))
        pieces.append(source[line.start : line.end])
        at, inside = line.end, line.end not in ends
    pieces.append("\n" * (len(source) - at))
    return _WIDE_GAP.sub(lambda gap: "\n" * len(gap[0]), "".join(pieces))


def _running_noise(lines: list[Line]) -> set[Line]:
    """Page numbers and running heads: lines that stand between two halves of a sentence."""
    noise: set[Line] = set()
    shapes = Counter(_shape(line) for line in lines)
    numbers: list[int] = []
    running: set[str] = set()
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        after = lines[index + 1] if index + 1 < len(lines) else None
        between = before is not None and after is not None and _goes_on(before, after)
        if _PAGE_NUMBER.fullmatch(line.flat):
            number = int(re.findall(r"\d+", line.flat)[0])
            page = line.flat.startswith(("trang", "page", "-", "~")) or "/" in line.flat
            if (
                between
                or page
                or (numbers and number == numbers[-1] + 1 and index > 20)
            ):
                noise.add(line)
                numbers.append(number)
        elif shapes[_shape(line)] >= 2 and len(line.shown) < 100 and between:
            running.add(_shape(line))
    if running:
        noise |= {line for line in lines[12:] if _shape(line) in running}
    return noise


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.flat)


def _goes_on(before: Line, after: Line) -> bool:
    return (
        not _CLOSED.search(before.flat)
        and after.shown[0].islower()
        and len(before.shown) > 25
    )


def _paragraphs(text: str, lines: list[Line]) -> list[Span]:
    width = _wrap_width(lines)
    paragraphs: list[Span] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if before is not None and paragraphs and _joins(text, before, line, width):
            paragraphs[-1] = (paragraphs[-1][0], line.end)
        else:
            paragraphs.append((line.start, line.end))
    return paragraphs


def _wrap_width(lines: list[Line]) -> int:
    """The width of a hard-wrapped text, 0 when lines are whole paragraphs.

    A line is known to be wrapped when the next one goes on in lower case.
    """
    wrapped = [
        len(line.shown)
        for line, after in pairwise(lines)
        if len(line.shown) > 38
        and after.shown[0].islower()
        and not _CLOSED.search(line.flat)
    ]
    if not wrapped:
        return 0
    width = sorted(wrapped)[int(len(wrapped) * 0.95)]
    longer = sum(len(line.shown) > width * 1.25 for line in lines if not line.is_row)
    return width if width <= 140 and longer <= len(wrapped) * 0.5 else 0


def _joins(text: str, before: Line, line: Line, width: int) -> bool:
    """Whether a line goes on with the paragraph of the one before it."""
    if before.is_row or line.is_row or _starts_item(before, line):
        return False
    capitals = is_capitals(before.shown)
    if capitals != is_capitals(line.shown) and (capitals or _WORDS.search(line.shown)):
        return _abbreviation(before, line, width)
    apart = text.count("\n", before.end, line.start) > 1
    if line.shown.lstrip("(\"'“‘[")[:1].islower():
        return _goes_on_in_lower_case(before, width, apart=apart)
    if _is_divided(before, line):
        return True
    return not apart and not _OPENER.match(line.flat) and _fills_its_line(before, width)


def _fills_its_line(before: Line, width: int) -> bool:
    """Whether a line is as long as the page lets it be, or a heading's first half."""
    closed = bool(_CLOSED.search(before.flat))
    if is_capitals(before.shown):
        return not closed and before.flat not in _ALONE
    full = bool(width) and len(before.shown) >= min(width * 0.7, 60)
    return full and (not closed or len(before.shown) >= width - 14)


def _is_divided(before: Line, line: Line) -> bool:
    """Whether a line breaks off at a word that no sentence ends with, or before a year."""
    if _UNFINISHED.search(before.flat):
        return not _OPENER.match(line.flat) or line.flat[0].isdigit()
    return bool(_BEFORE_FIGURES.search(before.flat)) and line.flat[0].isdigit()


def _goes_on_in_lower_case(before: Line, width: int, *, apart: bool) -> bool:
    if not _CLOSED.search(before.flat):
        return True
    return not apart and bool(width) and len(before.shown) >= width * 0.7


_ALONE = frozenset(
    [
        "dang cong san viet nam",
        "cong hoa xa hoi chu nghia viet nam",
        "quyet dinh:",
        "quyet dinh",
    ]
)


def _abbreviation(before: Line, line: Line, width: int) -> bool:
    """A wrapped line of one or two abbreviations ("UBND tỉnh, MTTQ") is not a heading."""
    short = len(line.shown) <= 24 and not is_capitals(before.shown)
    return (
        bool(width)
        and short
        and not _CLOSED.search(before.flat)
        and (len(before.shown) >= width * 0.8)
    )


def _starts_item(before: Line, line: Line) -> bool:
    """Whether a line begins an item, and is not a sentence broken at a dash or number."""
    if not ITEM.match(line.flat):
        return False
    if line.shown[0] in "-–—+":
        rest = line.shown[1:].lstrip()
        broken = rest[:1].islower() or rest[:1].isdigit()
        return not (
            broken and before.shown[-1] not in ".;:,}" and len(before.shown) > 25
        )
    if (
        re.match(r"[ivx]+\)\s*[^\W\d]", line.flat)
        and line.shown.split(")")[1].strip()[:1].islower()
    ):
        return bool(_CLOSED.search(before.flat))
    if (
        line.shown[0].isdigit()
        and before.shown[-1] not in ".;:!?"
        and len(before.shown) > 40
    ):
        return not re.match(
            r"(?:ngay|thang|so|khoan|diem|quy|nam|lan|dieu|muc)$",
            before.flat.split()[-1],
        )
    return True
