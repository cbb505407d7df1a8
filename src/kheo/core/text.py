"""Vietnamese text made comparable: one normal form, one folded form for search."""

import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_SPACES = re.compile(r"\s+")
_NUMBERED = re.compile(r"([^0-9]*)([0-9]*)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def normalise(text: str) -> str:
    """One way to write a name: NFC, single spaces, one apostrophe, nothing invisible."""
    composed = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    composed = _INVISIBLE.sub("", composed)
    return _SPACES.sub(" ", composed).strip()


def fold(text: str) -> str:
    """Lower case, no tone or vowel marks, đ as d; the same for NFC and NFD input.

    Used when a search column is written and when it is asked, so that SQLite and
    PostgreSQL agree.
    """
    decomposed = unicodedata.normalize("NFD", normalise(text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.replace("đ", "d")


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTERS = {letter: f"{order:02d}" for order, letter in enumerate(_ALPHABET, start=10)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


LONGEST_NUMBER = 18
"""A key of the database has no more digits; Python and SQLite break on longer ones."""


def number_in(text: str) -> int | None:
    """The whole number that an address or a ticked box names; else nothing.

    Only 0 to 9, as our pages write them: `str.isdigit` takes ², which is no number.
    """
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """The numbers among them, in order; what is none is passed over."""
    return [found for text in texts if (found := number_in(text)) is not None]


def sort_key(text: str) -> str:
    """Digits that sort as a Vietnamese dictionary does, under any collation.

    Letters first, then tones. Order of letters and tones as taught in schools: a ă â b … and ngang, huyền, hỏi,
    ngã, sắc, nặng. A space comes before everything, other characters in their code
    order before the letters.
    """
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", normalise(text).casefold()):
        marks = unicodedata.normalize("NFD", char)
        tone = next((m for m in marks if m in _TONES), "")
        base = unicodedata.normalize(
            "NFC", marks.replace(tone, "", 1) if tone else marks
        )
        letters.append(_LETTERS.get(base) or _other(base))
        tones.append(_TONES.get(tone, "0"))
    return f"{''.join(letters)}000{''.join(tones)}"


def counted_key(text: str) -> list[tuple[str, int]]:
    """As `sort_key`, with whole numbers by their size: Thôn 2 before Thôn 10."""
    parts = _NUMBERED.findall(normalise(text))
    return [(sort_key(words), int(number or 0)) for words, number in parts]


def _other(char: str) -> str:
    return "00" if char == " " else f"0{min(ord(char[0]), 0xFFFF):05d}"
