"""What a paper is about (trích yếu) and whom a letter addresses.

After the type come one to five short paragraphs: the subject. A letter has it as "V/v …"
under its number. "Kính gửi" (since 05-HD/VPTW also "Kính trình") is followed by names on one
line, or by a list.
"""

import re
from collections.abc import Sequence

from .bodies import starts_like_body
from .cells import Cell, is_motto
from .layout import ITEM, View
from .numbers import ADDRESS, BASIS, LETTER, PLACE_DAY, own_number
from .text import is_capitals, squeeze

_BODY_WORDS = re.compile(
    r"nhu sau\s*[:.]?$|,\s*(?:ban|uy ban|dang uy|ubnd|tinh uy|so|hoi)\b"
    r".*\b(?:ban hanh|xay dung|huong dan)\b"
)
_NEVER = re.compile(r"(?:kinh gui|kinh trinh|\(ban hanh|\(kem theo|so[ :])")
_LONGEST = 420


def titled_subject(
    view: View, cell: Cell, name: str, end: int
) -> tuple[str | None, int]:
    """The subject under a type's title, and where it ends."""
    own = (
        cell.shown[len(name) :].strip(" :-–") if len(cell.shown) > len(name) + 2 else ""
    )
    pieces = [own] if own else []
    first = view.paragraph_at(cell.start)
    until = max(cell.end, view.paragraphs[first][1])
    if until > cell.end:
        pieces.append(view.say(cell.end, until))
    for at, stop in view.paragraphs[first + 1 : first + 5]:
        if at >= end or not _continues(view, at, stop, pieces):
            break
        words = view.say(at, stop)
        if not (is_capitals(words) and words.startswith(("CỦA ", "TẠI "))):
            pieces.append(words)
        until = stop
    return squeeze(" ".join(p for p in pieces if p)).strip(" -_*") or None, until


def _continues(view: View, at: int, until: int, pieces: Sequence[str]) -> bool:
    """Whether a paragraph belongs to the subject that `pieces` begin."""
    shown, flat = view.shown[at:until], view.flat[at:until]
    other = ITEM.match(flat) or is_motto(flat) or PLACE_DAY.match(flat)
    if other or len(shown) > _LONGEST or _NEVER.match(flat) or _BODY_WORDS.search(flat):
        return False
    if is_capitals(shown) and _is_issuer(shown, flat, pieces):
        return False
    if not pieces:
        return not re.match(r"(?:-\s*)?(?:can cu|xet de nghi)\b", flat)
    opens = shown[:1].isupper() and BASIS.match(flat)
    closed = pieces[-1].endswith((".", ":")) or len(" ".join(pieces)) >= _LONGEST
    return not opens and not closed


def _is_issuer(shown: str, flat: str, pieces: Sequence[str]) -> bool:
    """A line in capitals under a subject in lower case, or naming who decides."""
    if pieces and is_capitals(shown) and not is_capitals(pieces[-1]):
        return True
    decides = flat.startswith(("chu tich", "uy ban"))
    return starts_like_body(flat) and (bool(pieces) or decides)


def letter_subject(cells: Sequence[Cell]) -> tuple[str | None, int]:
    """The "V/v …" of a letter over its lines, and where it ends."""
    at = next((i for i, cell in enumerate(cells) if LETTER.match(cell.flat)), None)
    if at is None:
        return None, 0
    label = LETTER.match(cells[at].flat)
    words = [cells[at].shown[label.end() if label else 0 :]]
    for cell in cells[at + 1 : at + 6]:
        if _ends_letter_subject(cell):
            break
        words.append(cell.shown)
    last = cells[at + len(words) - 1].end
    return squeeze(" ".join(words)).strip(" .;-") or None, last


def _ends_letter_subject(cell: Cell) -> bool:
    other = (
        ADDRESS.match(cell.flat) or ITEM.match(cell.flat) or PLACE_DAY.search(cell.flat)
    )
    head = is_motto(cell.flat) or own_number(cell) or is_capitals(cell.shown)
    return bool(other or head) or len(cell.shown) > 160


def addressees(view: View, start: int, end: int) -> tuple[list[str], int]:
    """The names after "Kính gửi", one by one, and where they end."""
    first, last = view.paragraph_at(start), view.paragraph_at(max(start, end - 1))
    for i, (at, until) in enumerate(
        view.paragraphs[first : min(first + 40, last + 1)], first
    ):
        label = ADDRESS.match(view.flat[at:until])
        if label is None:
            continue
        named = view.say(at + label.end(), until)
        names = _names(named)
        for item_at, item_until in view.paragraphs[i + 1 : min(i + 40, last + 1)]:
            words = view.say(item_at, item_until)
            finished = bool(names) and named[-1:] in {".", ":"} and bool(named)
            if not words.startswith(("-", "–", "+", "•", "*")) or finished:
                break
            names += _names(words.lstrip("-–+•* "))
            until = item_until  # noqa: PLW2901 - the end moves with the list
            if words.endswith("."):
                break
        return names, until
    return [], start


def _names(words: str) -> list[str]:
    pieces = re.split(r";\s*|(?<=\w)\s+[-–]\s+(?=[A-ZĐ])", words.strip())
    return [piece for piece in (p.strip(" .,:-–") for p in pieces) if piece]
