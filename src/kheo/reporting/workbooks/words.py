"""The words that stand in the form, and how people's words in it are read."""

import re
import unicodedata
from collections.abc import Mapping

from kheo.core.text import fold
from kheo.ledger.models import ClaimKind

FIGURES, WORDS, REMARKS, GUIDE = "Số liệu", "Lời văn", "Ý kiến", "Hướng dẫn"
SAID: Mapping[ClaimKind, str] = {
    ClaimKind.ZERO: "0: đã đếm, không có",
    ClaimKind.NIL: "không phát sinh",
    ClaimKind.NOT_APPLICABLE: "không thuộc phạm vi của đơn vị",
}
ALSO_SAID: Mapping[ClaimKind, tuple[str, ...]] = {
    ClaimKind.ZERO: ("0", "zero", "0: it was counted, there was none"),
    ClaimKind.NIL: ("nothing to report", "nil"),
    ClaimKind.NOT_APPLICABLE: ("không thuộc phạm vi", "does not apply to us", "n/a"),
}
YES = "x"
YES_TOO = frozenset({"x", "co", "yes", "1", "true"})
EVERYTHING_BLANK = "Mọi dòng còn để trống ở trên"

_CLAIMS = {
    fold(text): claim
    for claim, others in ALSO_SAID.items()
    for text in (SAID[claim], *others)
}
_NEWLINE = re.compile(r"\r\n?|\u2028|\u2029")


def claim_in(text: str) -> ClaimKind | None:
    """The claim that a text chooses; `None` for one that is none of them."""
    return _CLAIMS.get(fold(text))


def is_yes(text: str) -> bool:
    return fold(text) in YES_TOO


def clean(text: str) -> str:
    """Words in one way, whichever program wrote them: NFC, plain ends of lines.

    What no database keeps is left out: control characters and halves of pairs.
    """
    plain = unicodedata.normalize("NFC", _NEWLINE.sub("\n", text))
    kept = (
        one
        for one in plain
        if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"}
    )
    return "".join(kept).strip()
