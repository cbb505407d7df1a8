"""The numbers that Word writes by itself: "I.", "1.1.", "a)", "-".

Source: ECMA-376 part 1, section 17.9 (numbering definitions): a paragraph names a list and a
level, directly or through its style; the list's definition gives each level a format, a start
and a text in which %1 stands for the first level's number.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts the automatic numbers of one document while it is read from the top."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, document: Any) -> "Numbering":
        """The numbering of a python-docx document; empty when it has none."""
        numbering = cls()
        part = next(
            (
                r.target_part
                for r in document.part.rels.values()
                if r.reltype.endswith("/numbering")
            ),
            None,
        )
        if part is not None:
            numbering._learn(part.element)
            numbering._learn_styles(document.styles.element)
        return numbering

    def _learn(self, root: Any) -> None:
        abstract = {
            a.get(f"{_W}abstractNumId"): _levels(a)
            for a in root.iter(f"{_W}abstractNum")
        }
        for number in root.iter(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            levels = dict(
                abstract.get(link.get(f"{_W}val") if link is not None else None, {})
            )
            self.levels[number.get(f"{_W}numId") or ""] = levels

    def _learn_styles(self, root: Any) -> None:
        for style in root.iter(f"{_W}style"):
            named = _reference(style.find(f"{_W}pPr"))
            if named and named[0]:
                self.styles[style.get(f"{_W}styleId") or ""] = (named[0], named[1])

    def label_of(self, paragraph: Any) -> str:
        """The number of a paragraph, counted; empty when it has none."""
        properties = paragraph.find(f"{_W}pPr")
        named = _reference(properties)
        if named is None and properties is not None:
            style = properties.find(f"{_W}pStyle")
            named = (
                self.styles.get(style.get(f"{_W}val")) if style is not None else None
            )
        if named is None or named[0] not in self.levels:
            return ""
        number, depth = named
        level = self.levels[number].get(depth)
        if level is None or not any(
            t.text and t.text.strip() for t in paragraph.iter(f"{_W}t")
        ):
            return ""
        counts = self.counts[number]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        if level.form == "bullet":
            return "-"
        return re.sub(
            r"%(\d)", lambda m: self._written(number, int(m[1]) - 1), level.text
        )

    def _written(self, number: str, depth: int) -> str:
        level = self.levels[number].get(depth)
        count = self.counts[number].get(depth, level.start if level else 1)
        return write_number(count, level.form if level else "decimal")


def _levels(abstract: Any) -> dict[int, _Level]:
    found = {}
    for level in abstract.iter(f"{_W}lvl"):
        form, text, start = (
            level.find(f"{_W}{name}") for name in ("numFmt", "lvlText", "start")
        )
        found[int(level.get(f"{_W}ilvl") or 0)] = _Level(
            form.get(f"{_W}val") if form is not None else "decimal",
            text.get(f"{_W}val") if text is not None else "",
            _whole(start.get(f"{_W}val") if start is not None else "1"),
        )
    return found


def _reference(properties: Any) -> tuple[str, int] | None:
    numbered = properties.find(f"{_W}numPr") if properties is not None else None
    if numbered is None:
        return None
    number, level = numbered.find(f"{_W}numId"), numbered.find(f"{_W}ilvl")
    if number is None:
        return None
    return number.get(f"{_W}val") or "", _whole(
        level.get(f"{_W}val") if level is not None else "0"
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def write_number(count: int, form: str) -> str:
    """A count in one of Word's number formats."""
    if form in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (count - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    if form in {"lowerRoman", "upperRoman"}:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (count // value)
            count %= value
        return roman if form == "upperRoman" else roman.lower()
    return f"{count:02d}" if form == "decimalZero" else str(count)
