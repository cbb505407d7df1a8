"""Plain text and Markdown: which letters the bytes stand for.

UTF-8 and UTF-16 are recognised by themselves. Older files are in windows-1258 (tone marks as
separate characters) or in windows-1252 with the Vietnamese letters as entities; the one that
yields more of the commonest Vietnamese words is taken.
"""

import html
import re
import unicodedata
from pathlib import Path

from .limits import MAX_TEXT, Unreadable

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_COMMON = re.compile(
    r"\b(?:của|và|các|ngày|tháng|năm|số|về|được|thực hiện|báo cáo|đảng|ủy|uỷ)\b",
    re.IGNORECASE,
)
_HTML = re.compile(
    rb"<(?:!doctype html|html|head|body|table|meta\b)|xmlns:w=|<(?:p|div)[ >]",
    re.IGNORECASE,
)
_MANY_NULLS = 0.2


def text_of(path: Path) -> str:
    """The text of a plain file; raises `Unreadable` when it is too long."""
    raw = path.read_bytes()
    if len(raw) > MAX_TEXT:
        raise Unreadable(
            "too_large", size=len(raw) // 1_000_000, limit=MAX_TEXT // 1_000_000
        )
    return decode(raw)


def decode(raw: bytes) -> str:
    """Bytes as text; never raises."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace")
    if raw[:400].count(0) > len(raw[:400]) * _MANY_NULLS:
        return raw.decode("utf-16-le", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > 3 and len(raw) - error.start < 4:
            return raw[: error.start].decode("utf-8")
    readings = [
        raw.decode(name, errors="replace") for name in ("cp1252", "cp1258", "utf-8")
    ]
    return max(readings, key=_vietnamese_words)


def _vietnamese_words(text: str) -> int:
    sample = unicodedata.normalize("NFC", html.unescape(text[:200_000]))
    return len(_COMMON.findall(sample)) - 3 * sample[:200_000].count("\ufffd")


def looks_like_html(beginning: bytes) -> bool:
    """Whether the first bytes are those of a web page."""
    return bool(_HTML.search(beginning.replace(b"\x00", b"")[:6000]))


def looks_like_text(beginning: bytes) -> bool:
    """Whether the first bytes could be text in some encoding."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    control = sum(byte < 9 or 13 < byte < 32 for byte in beginning)
    nulls = beginning.count(0)
    wide = nulls and abs(nulls - len(beginning) / 2) < len(beginning) * _MANY_NULLS
    return bool(wide) or control <= len(beginning) * 0.01
