"""Word's .docx: paragraphs with their automatic numbers, tables as heads, feet or rows.

A table of two columns or fewer is layout (a head, a foot): its cells are given one after the
other, line by line. A table of three or more is data: each row is one line, cells between
pipes. Deleted text is left out; text boxes are read where they stand.

The archive is weighed before it is opened: number of parts, sizes unpacked.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from .limits import MAX_MEMBERS, MAX_PART, MAX_UNPACKED, Unreadable
from .numbering import Numbering

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {
    f"{_W}del",
    f"{_W}moveFrom",
    f"{_W}instrText",
    f"{_W}delText",
    _FALLBACK,
    f"{_W}pPr",
    f"{_W}rPr",
}
_BREAKS = {
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}tab": "\t",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "",
}


def text_of(path: Path) -> str:
    """The text of a .docx; raises `Unreadable` for anything else in an archive."""
    _weigh(path)
    try:
        document = docx.Document(str(path))
    except (
        PackageNotFoundError,
        KeyError,
        ValueError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
    ) as error:
        raise Unreadable("damaged") from error
    numbering = Numbering.of(document)
    return "\n".join(_blocks(document.element.body, numbering))


def _weigh(path: Path) -> None:
    """Refuse an archive that is no Word file, is locked, or unpacks to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("damaged") from error
    total = sum(member.file_size for member in members)
    if (
        len(members) > MAX_MEMBERS
        or total > MAX_UNPACKED
        or any(m.file_size > MAX_PART for m in members)
    ):
        raise Unreadable("bomb")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable("locked")
    if not any(member.filename == "word/document.xml" for member in members):
        raise Unreadable("unknown_kind")


def _blocks(parent: Any, numbering: Numbering) -> Iterator[str]:
    for child in parent.iterchildren():
        if child.tag == f"{_W}p":
            yield from _paragraph(child, numbering)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, numbering)
        elif child.tag in {
            f"{_W}sdt",
            f"{_W}sdtContent",
            f"{_W}customXml",
            f"{_W}ins",
            f"{_W}smartTag",
        }:
            yield from _blocks(child, numbering)


def _paragraph(paragraph: Any, numbering: Numbering) -> Iterator[str]:
    boxes: list[Any] = []
    words = "".join(_runs(paragraph, boxes))
    label = numbering.label_of(paragraph)
    for box in boxes:
        yield from _blocks(box, numbering)
    yield f"{label} {words}" if label and words.strip() else words
    yield ""


def _runs(element: Any, boxes: list[Any]) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        else:
            yield from _runs(child, boxes)


def _table(table: Any, numbering: Numbering) -> Iterator[str]:
    rows = [
        row.findall(f"{_W}tc") for row in table.iter(f"{_W}tr") if _owner(row) is table
    ]
    is_data = max((len(row) for row in rows), default=0) >= 3
    for row in rows:
        cells = ["\n".join(_blocks(cell, numbering)) for cell in row]
        if is_data:
            yield f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |"
        else:
            for cell in cells:
                yield from (line for line in cell.split("\n"))
                yield ""
    yield ""


def _owner(row: Any) -> Any:
    """The table a row stands in: a table inside a cell has its own rows."""
    parent = row.getparent()
    while parent is not None and parent.tag != f"{_W}tbl":
        parent = parent.getparent()
    return parent
