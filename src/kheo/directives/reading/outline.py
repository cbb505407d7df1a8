"""The outline: numbered parts of a text, by rank of their labels.

    Phần / Chương / Mục / Điều · I. (party: I-) · 1. · 1.1. · a) · Bước 1

Dashes and plus signs are points, not parts. Ranks follow Decree 30/2020/NĐ-CP annex I and
36-HD/VPTW (2018); the level is the depth in this text, so a plan that begins with "1." has
it at level 1.
"""

import re
from dataclasses import dataclass

from .layout import View
from .model import Section
from .text import phrase, squeeze

_ROMAN = {
    n: i
    for i, n in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ],
        1,
    )
}
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", phrase(r"(phan (?:thu )?(?:[ivx]+|\d+|nhat|hai|ba|bon|nam))\b[.:\-]?")),
    ("chapter", phrase(r"(chuong (?:[ivx]+|\d+))\b[.:\-]?")),
    ("title", phrase(r"(muc (?:[ivx]+|\d+))\b[.:\-]?")),
    ("article", phrase(r"(dieu \d{1,3}[a-z]?)\b[.:\-]?")),
    (
        "annex",
        phrase(
            r"((?:phu luc|mau so|bieu so|mau|bieu)(?: so)? ?(?:[ivx]+|\d+[a-z]?)?)\b(?=[.:\-\s]|$)[.:\-]?"
        ),
    ),
    ("step", phrase(r"(buoc \d)\b[.:\-]?")),
    ("roman", re.compile(r"((?:x{0,2})(?:ix|iv|v?i{0,3}))\s*[.\-)/](?=\s|[^\W\d])")),
    (
        "decimal",
        re.compile(r"(\d{1,2}\.\d{1,2}(?:\.\d{1,2}){0,3})\.?(?=\s|[^\W\d])[)\-]?"),
    ),
    ("number", re.compile(r"(\d{1,2})\s?(?:[.)](?=\s|[^\W\d])|[\-/](?=\s))")),
    ("letter", re.compile(r"([a-eg-hđ])\s?[).](?=\s)")),
)
_DIGIT_LABELS = tuple(entry for entry in _LABELS if entry[0] in {"decimal", "number"})
_LETTER_LABELS = tuple(entry for entry in _LABELS if entry not in _DIGIT_LABELS)
_RANKS = (
    "part",
    "chapter",
    "title",
    "annex",
    "roman",
    "article",
    "step",
    "number",
    "decimal",
    "letter",
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A labelled paragraph: the label, its kind and number, and where its words begin."""

    rank: str
    label: str
    number: int | None
    start: int
    body: int
    end: int


def heading_of(view: View, start: int, end: int) -> Heading | None:
    """The label a paragraph begins with, or None."""
    first = view.flat[start : start + 1]
    if not first.isalnum():
        return None
    for rank, pattern in _DIGIT_LABELS if first.isdigit() else _LETTER_LABELS:
        found = pattern.match(view.flat, start, end)
        if found is None or not found[1]:
            continue
        written = view.text[found.start(1) : found.end(1)]
        if rank == "roman" and not written.isupper():
            continue
        if (
            rank in {"part", "chapter", "title", "annex", "article", "step"}
            and not written[0].isupper()
        ):
            continue
        if rank == "annex" and not written.isupper() and end - start > 160:
            continue
        return Heading(
            rank, squeeze(written), _number(rank, found[1]), start, found.end(), end
        )
    return None


def _number(rank: str, label: str) -> int | None:
    last = label.rsplit(maxsplit=1)[-1] if " " in label else label
    if rank == "letter":
        return "abcdđeghiklm".find(label) + 1 or None
    if rank == "decimal":
        return int(label.rsplit(".", maxsplit=1)[-1])
    return _ROMAN.get(last) or (
        int(re.sub(r"\D", "", last)) if re.search(r"\d", last) else None
    )


def headings(view: View, start: int, end: int) -> list[Heading]:
    """All labelled paragraphs of a stretch."""
    found = (
        heading_of(view, a, min(b, end)) for a, b in view.paragraphs_in(start, end)
    )
    return [heading for heading in found if heading is not None]


def outline_of(view: View, start: int, end: int) -> list[Section]:
    """The numbered parts of a stretch, with titles of one line."""
    found = headings(view, start, end)
    present = [rank for rank in _RANKS if any(h.rank == rank for h in found)]
    sections = []
    for heading in found:
        title = _title(view, heading)
        level = present.index(heading.rank) + 1
        if heading.rank == "decimal":
            level += heading.label.count(".") - 1
        sections.append(
            Section(heading.label, title, level, (heading.start, heading.end))
        )
    return sections


def _title(view: View, heading: Heading) -> str:
    """The words after the label: to the colon or the first sentence's end."""
    words = view.say(heading.body, heading.end).lstrip(" .:-–)")
    if not words and heading.rank in {"chapter", "part", "title", "annex"}:
        following = view.paragraph_at(heading.start) + 1
        if following < len(view.paragraphs):
            words = view.say(*view.paragraphs[following])
    cut = re.search(r"(?<=\w)[:;](?=\s|$)|\.\s", words)
    title = words[: cut.start()] if cut and cut.start() > 3 else words
    return title.strip(" .:;")[:300]
