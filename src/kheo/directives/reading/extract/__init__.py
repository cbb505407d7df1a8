"""From a file to its text, by what the file holds, never by its name.

`load` is the whole of it. Files come from strangers: sizes and times are limited, archives
are weighed before they are opened, no entity and no address is resolved, and programs that
may be absent (LibreOffice, Tesseract, Poppler) are asked for by a clear sentence.

Each kind has a module with one function `text_of(path) -> str`, imported when a file needs
it, so that reading a plain text does not wait for the PDF library.
"""

import importlib
from collections.abc import Callable
from pathlib import Path

from .limits import MAX_BYTES, Unreadable
from .plain import looks_like_html, looks_like_text

__all__ = ["Unreadable", "kind_of", "load"]

_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM", b"GIF8")
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"{\\rtf", "office"),
    *((signature, "image") for signature in _IMAGES),
)


def load(path: Path) -> str:
    """The text of a file; raises `Unreadable` with a sentence for people."""
    if not path.is_file():
        raise Unreadable("not_found", name=path.name)
    size = path.stat().st_size
    if not size:
        raise Unreadable("empty")
    if size > MAX_BYTES:
        raise Unreadable(
            "too_large", size=size // 1_000_000, limit=MAX_BYTES // 1_000_000
        )
    with path.open("rb") as file:
        beginning = file.read(8192)
    extractor = _extractor(kind_of(beginning))
    text = extractor(path)
    if not text.strip():
        raise Unreadable("no_text")
    return text


def kind_of(beginning: bytes) -> str:
    """The kind of a file from its first bytes; raises `Unreadable` for anything unknown."""
    stripped = beginning.lstrip()
    for signature, kind in _SIGNATURES:
        if stripped.startswith(signature):
            return kind
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image"
    if b"%PDF-" in beginning[:1024]:
        return "pdf"
    if looks_like_html(beginning):
        return "web"
    if looks_like_text(beginning):
        return "plain"
    raise Unreadable("unknown_kind")


def _extractor(kind: str) -> Callable[[Path], str]:
    """The function for a kind; its libraries are imported now, not at start."""
    module = importlib.import_module(f".{kind}", __package__)
    function: Callable[[Path], str] = module.text_of
    return function
