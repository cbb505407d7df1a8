"""Pictures of pages, recognised by Tesseract with its Vietnamese data."""

from pathlib import Path

from .limits import Unreadable, run


def check() -> None:
    """Raise `Unreadable` unless Tesseract and its Vietnamese data are present."""
    languages = (
        run("tesseract", ["--list-langs"], missing="needs_tesseract")
        .decode("utf-8", "replace")
        .split()
    )
    if "vie" not in languages:
        raise Unreadable("needs_tesseract")


def text_of(path: Path) -> str:
    """The text recognised in a picture."""
    check()
    found = run(
        "tesseract",
        [str(path), "stdout", "-l", "vie", "--psm", "4"],
        missing="needs_tesseract",
    )
    return found.decode("utf-8", "replace")
