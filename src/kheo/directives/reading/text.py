r"""The text as it is read: one normal form to show, one folded form to match.

`normalise` gives the text that every offset points into: NFC, "\n" line ends, no
invisible characters, no Markdown marks. `fold` gives a string of exactly the same
length in lower case without diacritics, with one kind of dash and quote, so that a
pattern written once matches both tone-mark styles ("ủy", "uỷ"), both spellings of
"hằng năm" and "hàng năm", and most slips of optical recognition, and its offsets still
point into the normalised text.
"""

import html
import re
import unicodedata

_INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x200B,
        0x200C,
        0x200D,
        0x2060,
        0xFEFF,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
    ]
)
_SPACES = dict.fromkeys(
    [0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)
# Eth looks like the Vietnamese letter D with stroke and often stands in for it.
_LETTERS = {0x00D0: "Đ", 0x00F0: "đ", 0x0189: "Đ", 0x2028: "\n", 0x2029: "\n"}
# Hyphens that only a word processor tells apart; the en and em dash stay.
_HYPHENS = dict.fromkeys(
    [0x2010, 0x2011, 0x2012, 0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-"
)
# Bullets of the Symbol and Wingdings fonts come as private characters.
_BULLETS = dict.fromkeys([0xF02D, 0xF076, 0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC], "-")
_CLEAN = {
    **_HYPHENS,
    **_BULLETS,
    **_INVISIBLE,
    **_SPACES,
    **_LETTERS,
    0x0B: "\n",
    0x0C: "\n",
    0x85: "\n",
}

_DASHES = "‐‑‒–—―−﹘﹣－"
_SINGLE_QUOTES = "‘’‚‛′`´"
_DOUBLE_QUOTES = "“”„‟«»″＂"

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|p|sup|sub|center)(?:\s[^<>\n]{0,200})?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_RULED_ROW = re.compile(
    r"(?m)^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+[ \t]*(?:(?::?-{3,}:?)[ \t]*)?$"
)
_HEADING = re.compile(r"(?m)^[ \t]{0,3}#{1,6}[ \t]+")
_STARS = re.compile(r"\*\*+(?=\S)|(?<=\S)\*\*+|(?<=[^\s*])\*|\*(?=[^\s*])")
_UNDERSCORE = re.compile(r"(?<![\w_])_([^_\n]{1,200})_(?![\w_])")
_ESCAPE = re.compile(r"\\([-*_.#()\[\]|+>~&!])")


def normalise(raw: str) -> str:
    """Bring a text into the form that offsets point into.

    Idempotent for text without Markdown or entities; never raises.
    """
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if _ENTITY.search(text):
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text.translate(_CLEAN))
    if not text.replace("\n", "").replace("\t", "").isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
    return _without_markup(text)


def _without_markup(text: str) -> str:
    if "<" in text:
        text = "\n".join(_broken_row(line) for line in text.split("\n"))
        text = _TAG.sub("", text)
    if "|" in text:
        text = _RULED_ROW.sub("", text)
    if "*" in text:
        text = "\n".join(_without_stars(line) for line in text.split("\n"))
    if "_" in text:
        text = _UNDERSCORE.sub(r"\1", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    lines = _HEADING.sub("", text).split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines)


def _without_stars(line: str) -> str:
    """A line without emphasis marks; a lone star is the party head's mark and stays."""
    return line if "*" not in line or not line.strip(" *") else _STARS.sub("", line)


def _broken_row(line: str) -> str:
    """A line with its <br> resolved: two cells are a head or a foot, more are a table."""
    is_table = line.count("|") > 3
    return _BREAK.sub(" " if is_table else "\n", line)


class _Folding(dict[int, str | int | None]):
    """Folds one character at a time and remembers; the length never changes."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0].lower()
        base = "d" if base == "đ" else base
        self[code] = base if len(base) == 1 else letter
        return str(self[code])


_FOLDING = _Folding(
    {
        **{ord(c): "-" for c in _DASHES},
        **{ord(c): "'" for c in _SINGLE_QUOTES},
        **{ord(c): '"' for c in _DOUBLE_QUOTES},
        ord("Đ"): "d",
        ord("đ"): "d",
        ord("…"): ".",
        ord("\t"): " ",
        ord("\n"): "\n",
    }
)

# A letter read for a digit inside a number: "2O21", "l5/12", "O6".
_O_FOR_ZERO = re.compile(r"(?<=\d)o(?=\d|[/.]\d)|(?<![\w])o(?=\d[\s/.\-])")
_L_FOR_ONE = re.compile(r"(?<=\d)l(?=\d|[/.]\d)|(?<![\w])l(?=\d[\s/.\-])")


def fold(text: str) -> str:
    """Lower case, no diacritics, one dash, one quote; same length as the text."""
    folded = text.translate(_FOLDING)
    return _L_FOR_ONE.sub("1", _O_FOR_ZERO.sub("0", folded))


def squeeze(text: str) -> str:
    """One line, single spaces: how a piece of the text is handed out."""
    return " ".join(text.split())


def phrase(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern in which a plain space stands for any run of spaces.

    Not for a line end: in a laid-out text that is the end of a paragraph.
    """
    return re.compile(
        re.sub(r" (?![?*+{\]])", " +", pattern).replace(" ?", " *"), flags
    )


def is_capitals(text: str) -> bool:
    """Whether all letters are capitals, and there are at least two."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 1 and all(c == c.upper() and c != c.lower() for c in letters)
