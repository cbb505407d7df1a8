"""PDF: its text layer when it has one, else the pictures of its pages, recognised.

Password-protected files are refused. A page with hardly any text is a scan: with Poppler and
Tesseract present the pages are drawn and recognised, otherwise a sentence says what is needed.
"""

import logging
import re
import tempfile
from pathlib import Path

import pypdf
from pypdf.errors import PyPdfError

from . import image
from .limits import MAX_PAGES, MAX_SCANNED_PAGES, Unreadable, run

_LETTERS_A_PAGE = 30


def text_of(path: Path) -> str:
    """The text of a PDF; raises `Unreadable` when it is locked, damaged or too long."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("locked")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise Unreadable("too_many_pages", pages=count, limit=MAX_PAGES)
        pages = [page.extract_text() for page in reader.pages]
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        RecursionError,
    ) as error:
        raise Unreadable("damaged") from error
    letters = sum(len(re.findall(r"\w", page)) for page in pages)
    return (
        "\n".join(pages)
        if letters >= _LETTERS_A_PAGE * max(1, count)
        else _recognised(path, count)
    )


def _recognised(path: Path, count: int) -> str:
    if count > MAX_SCANNED_PAGES:
        raise Unreadable("too_many_pages", pages=count, limit=MAX_SCANNED_PAGES)
    with tempfile.TemporaryDirectory() as folder:
        image.check()
        run(
            "pdftoppm",
            ["-r", "200", "-gray", "-png", str(path), f"{folder}/page"],
            missing="needs_poppler",
        )
        return "\n".join(
            image.text_of(page) for page in sorted(Path(folder).glob("*.png"))
        )
