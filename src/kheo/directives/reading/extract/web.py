"""Web pages, saved or exported by Word: the text of the page without its scripts.

Cells of a head or foot follow one another; rows of wider tables are lines with pipes. Menus
around the text stay: the reader names them (`web_page_noise`) rather than guess what to drop.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree, html

from .limits import MAX_TEXT, Unreadable
from .numbering import write_number
from .plain import decode

_SKIPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "svg",
    "iframe",
    "object",
    "select",
    "button",
    "xml",
}
_BLOCKS = {
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "section",
    "article",
    "blockquote",
    "header",
    "footer",
    "nav",
    "aside",
    "main",
    "center",
    "dd",
    "dt",
    "dl",
    "pre",
    "figure",
    "form",
    "hr",
    "table",
    "tr",
}
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def text_of(path: Path) -> str:
    """The text of a web page; raises `Unreadable` when there is none."""
    raw = path.read_bytes()
    if len(raw) > MAX_TEXT * 2:
        raise Unreadable(
            "too_large", size=len(raw) // 1_000_000, limit=MAX_TEXT * 2 // 1_000_000
        )
    text = _decoded(raw)
    parser = html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = html.document_fromstring(
            re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", ""), parser=parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("no_text") from error
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(root)))


def _decoded(raw: bytes) -> str:
    named = _CHARSET.search(raw[:4000])
    if named:
        try:
            return (
                raw.decode("utf-8")
                if named[1].lower() == b"utf-8"
                else raw.decode(named[1].decode("ascii"))
            )
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(raw)


def _pieces(root: Any) -> Iterator[str]:
    """The text in reading order; an explicit stack, for pages nested without end."""
    stack: list[tuple[Any, str]] = [(root, "open")]
    while stack:
        node, step = stack.pop()
        if step == "tail":
            yield node
            continue
        if step == "close":
            yield "\n"
            continue
        tag = node.tag if isinstance(node.tag, str) else "comment"
        if node.tail and node is not root:
            stack.append((_collapsed(node.tail), "tail"))
        if tag in _SKIPPED or tag == "comment":
            continue
        if tag == "br":
            yield "\n"
            continue
        if tag == "tr" and len(node) >= 3:
            cells = (" ".join("".join(cell.itertext()).split()) for cell in node)
            yield f"\n| {' | '.join(cells)} |\n"
            continue
        if tag in _BLOCKS or tag in {"td", "th"}:
            yield _opening(node)
            stack.append((node, "close"))
        yield node.text if tag == "pre" and node.text else _collapsed(node.text or "")
        stack += [(child, "open") for child in reversed(node)]


def _opening(node: Any) -> str:
    """A new line, but none between an item's number and its first paragraph."""
    parent = node.getparent()
    inside = parent is not None and parent.tag == "li" and node.tag in {"p", "div"}
    first = inside and parent.index(node) == 0 and not (parent.text or "").strip()
    return "" if first else f"\n{_label(node)}"


def _label(node: Any) -> str:
    """The number or dash that a browser writes before a list's item."""
    parent = node.getparent()
    if node.tag != "li" or parent is None:
        return ""
    if parent.tag != "ol":
        return "- "
    first = parent.get("start") or "1"
    before = sum(1 for _ in node.itersiblings("li", preceding=True))
    count = (int(first) if first.isdigit() else 1) + before
    form = _FORMS.get(parent.get("type") or "", "decimal")
    return f"{write_number(count, form)}. "


def _collapsed(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text)
