"""Sentences, and how paragraphs depend on one another.

A point depends on the paragraph that announces it ("…, cụ thể:") and on the sections above it:
what they say of actor and receiver holds for it. Clauses between semicolons are sentences of
their own, unless the semicolon parts names in a list.
"""

import re
from dataclasses import dataclass

from .actors import is_name_list
from .layout import View
from .model import Span
from .outline import heading_of

_SENTENCE_END = re.compile(r"[.!?…][\"”’)]*\s+(?=[A-ZĐÀ-ỸƠƯ“\"(\-+])|;\s+|\n+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:TT|TP|Tp|TX|PGS|GS|TS|ThS|Đ/c|đ/c|Q|St|tr|Ths|Tr|TM|KT|TL|TUQ|Số|v\.v)|(?:^|\s)(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*|[a-zđ]))\.\s*$"
)
_POINT = re.compile(r"[-+*•●○▪■·]\s")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paragraph stands: its rank (headings first, points last) and parents."""

    span: Span
    rank: int
    parents: tuple[Span, ...]
    is_heading: bool


_RANK = {
    "part": 0,
    "chapter": 1,
    "title": 2,
    "annex": 2,
    "roman": 3,
    "article": 4,
    "step": 5,
    "number": 5,
    "decimal": 6,
    "letter": 8,
}


def places(view: View, start: int, end: int) -> list[Place]:
    """The paragraphs of a stretch with the paragraphs they depend on."""
    stack: list[tuple[int, Span]] = []
    found: list[Place] = []
    for a, b in view.paragraphs_in(start, end):
        span = (a, min(b, end))
        heading = heading_of(view, *span)
        first = view.flat[a : a + 2]
        if heading is not None:
            rank = _RANK[heading.rank] + (
                heading.label.count(".") if heading.rank == "decimal" else 0
            )
        elif _POINT.match(view.flat, a):
            rank = {"+": 11, "*": 9}.get(first[0], 10)
        else:
            rank = 9
        leads = view.flat[a:b].rstrip().endswith(":")
        stack = [entry for entry in stack if entry[0] < rank]
        found.append(
            Place(span, rank, tuple(s for _, s in reversed(stack)), heading is not None)
        )
        if heading is not None or leads or rank < 9 or rank >= 10:
            stack.append((rank, span))
    return found


def sentences(view: View, start: int, end: int) -> list[Span]:
    """The sentences of a paragraph; clauses between semicolons count as sentences."""
    spans, at = [], start
    for stop in _SENTENCE_END.finditer(view.shown, start, end):
        abbreviated = _ABBREVIATED.search(
            view.shown, max(start, stop.start() - 12), stop.end()
        )
        if abbreviated or _inside(view, at, stop.start()):
            continue
        if stop[0][0] == ";" and is_name_list(view, at, stop.start()):
            continue
        if stop.end() > at:
            spans.append((at, stop.start() + 1))
            at = stop.end()
    if at < end:
        spans.append((at, end))
    return spans


def _inside(view: View, start: int, at: int) -> bool:
    """Whether a stop stands within brackets or quotes that opened in this sentence."""
    piece = view.flat[start:at]
    return piece.count("(") > piece.count(")")
