"""Whether a text is a directive at all: a reader that finds nothing says so."""

import re

from .extract.limits import Unreadable
from .model import Document, Reading

_LETTER = re.compile(r"[^\W\d_]")
_VIETNAMESE = re.compile(
    r"[ăâđêôơưĂÂĐÊÔƠƯ\u00C0-\u00C3\u00C8-\u00CA\u00D2-\u00D5\u00E0-\u00E3\u00E8-\u00EA\u00F2-\u00F5\u1EA0-\u1EF9]"
)
_FEWEST = 0.06


def check_evidence(reading: Reading) -> None:
    """Raise `Unreadable` when a reading shows that the text is no directive."""
    reason = refusal(reading)
    if reason:
        raise Unreadable(reason)


def refusal(reading: Reading) -> str | None:
    """The key of the sentence that says why this is no directive; None when it is one."""
    letters = len(_LETTER.findall(reading.text))
    if letters < 20:
        return "no_text"
    if len(_VIETNAMESE.findall(reading.text)) < letters * _FEWEST:
        return "not_vietnamese"
    return (
        None
        if any(_speaks(document) for document in reading.documents)
        else "not_a_directive"
    )


def _speaks(document: Document) -> bool:
    """A number, an addressee, recipients or a stamp; or a type or citation with sections."""
    if document.number or document.addressees or document.recipients or document.stamps:
        return True
    sections = sum(section.level == 1 for section in document.outline)
    named = bool(document.symbol or document.kind or document.citations)
    return (named and sections >= 1) or sections >= 2
