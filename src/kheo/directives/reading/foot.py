"""The foot: who receives the paper, and who signed it.

    Nơi nhận:                     T/M BAN THƯỜNG VỤ        authority
    - Thường trực Tỉnh ủy (b/c),  PHÓ BÍ THƯ               title
    - Như trên,
    - Lưu VT.                     Nguyễn Văn A             name

The two columns may come side by side or one after the other, in either order. Authorities:
T/M, K/T, T/L in the party; TM., KT., TL., TUQ., Q. in the state and the Front; none for
the head of a one-head body. Recipients are kept as written, in order, duplicates too.

Sources: 36-HD/VPTW (2018) and 05-HD/VPTW (2026), Decree 30/2020/NĐ-CP annex I.
"""

import re
from dataclasses import dataclass, field

from .layout import View
from .model import Recipient, Signature
from .persons import (
    GIVEN,
    SURNAMES,
    TITLE,
    TITLE_WORDS,
    UPPER,
    name_at_end,
    name_in,
    name_in_capitals,
)
from .text import fold, is_capitals, squeeze

_LIST = re.compile(r"noi\s*nhan\s*[:.]?\s*")
_AUTHORITY = re.compile(
    r"(?:t/m|k/t|t/l|t/uq|tm|kt|tl|tuq|q)(?:\s*[./]\s*|\s+)(?=[a-z])"
)
_TWO_TITLES = re.compile(rf"(?<=\S)\s+(?={TITLE_WORDS}\b)")
_BULLET = re.compile(r"^[-–—+•*●·]\s*")
_RUN_TOGETHER = re.compile(
    rf"[;,.:)]\s*(?P<right>(?:[{UPPER}./]{{2,}}\s*){{1,8}}|{GIVEN}(?:\s+{GIVEN}){{1,4}})$"
)
_SPLIT = re.compile(r"(?<=[;,.:)])\s*[-–•+]\s+(?=\S)|;\s+(?=[A-ZĐ])")
_PURPOSE = re.compile(
    r"\s*[({]\s*(?:(?:để|đê|để\s+được)\s+)?(?P<note>(?:b/c|b\.c|b/cáo|bc|báo cáo|p/h|ph\b|"
    r"phối hợp|t/h|th\b|thực hiện|chỉ đạo|c/đ|theo dõi|biết|"
    r"để biết|đăng tải|phát hành|đưa tin|thay b/c|tổng hợp|triển khai|phối hợp|"
    r"chỉ đạo)[^)}]*)[)}]?\s*$"
    r"|\s*[}]\s*(?P<brace>(?:để\s+)?(?:b/c|báo cáo|p/h|phối hợp|t/h|thực hiện|biết)?)\s*$"
    r"|,?\s+(?:(?:để|đê)\s+)(?P<tail>b/c|báo cáo|p/h|phối hợp(?: chỉ đạo| thực hiện)?|t/h|"
    r"thực hiện|chỉ đạo|theo dõi|biết)\s*$",
    re.IGNORECASE,
)
_ARCHIVE = re.compile(r"luu\b")


@dataclass(slots=True)
class Foot:
    """Recipients and signatures; `start` is where the body ends, `end` where the foot does."""

    start: int
    end: int
    recipients: list[Recipient] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    shown: str
    flat: str
    right: bool


def list_start(view: View, start: int, end: int) -> int | None:
    """Where "Nơi nhận" stands, if it does."""
    for line in view.lines_in(start, end):
        for a, _ in line.cells():
            if _LIST.match(line.flat, a - line.start) and len(line.shown) < 400:
                return a
    return None


def is_authority(shown: str, flat: str) -> bool:
    """Whether a cell opens a signature: T/M …, KT. …"""
    found = _AUTHORITY.match(flat)
    return bool(found) and is_capitals(shown[: found.end() + 12] if found else shown)


def read_foot(view: View, start: int, end: int) -> Foot:
    """Read the foot of a document whose body begins at `start`."""
    listed = list_start(view, start, end)
    opened = _signature_start(view, start, end, listed)
    starts = [at for at in (listed, opened) if at is not None]
    if not starts:
        return Foot(end, end)
    foot = Foot(min(starts), end)
    pieces = _pieces(view, foot.start, end)
    used = _take_recipients(pieces, foot) if listed is not None else set()
    last = _take_signatures([p for i, p in enumerate(pieces) if i not in used], foot)
    listed_end = max((pieces[i].end for i in used), default=foot.start)
    foot.end = max(last, listed_end)
    return foot


def _signature_start(
    view: View, start: int, end: int, listed: int | None
) -> int | None:
    """An authority or a lone title in capitals, near the list or near the end."""
    lines = view.lines_in(start, end)
    if listed is not None:
        at = next((i for i, line in enumerate(lines) if line.end > listed), len(lines))
        lines = lines[max(0, at - 14) : at]
    for index, line in enumerate(lines):
        for a, b in line.cells():
            shown, flat = view.text[a:b], line.flat[a - line.start : b - line.start]
            if not is_authority(shown, flat) and not (
                TITLE.match(flat) and is_capitals(shown)
            ):
                continue
            follow = [below.shown for below in lines[index : index + 12]]
            if (
                listed is not None
                or any(name_in(words) for words in follow[1:])
                or name_at_end(shown)
            ):
                return a
    return None


def _pieces(view: View, start: int, end: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    border = 36
    for line in view.lines_over(start, end)[:140]:
        cells = [(a, b) for a, b in line.cells() if b > start]
        for i, (a, b) in enumerate(cells):
            offset = a - line.start + line.column
            right = offset >= border or i > 0
            if i > 0 and not line.is_row:
                border = max(20, min(border, offset - 10))
            flat = line.flat[a - line.start : b - line.start]
            if re.fullmatch(r"[-\s\d]{1,5}", flat):
                continue  # a page number
            cut = 0 if right else _column_inside(view.text[a:b], flat)
            if cut:
                shown = view.text[a : a + cut]
                pieces.append(
                    _Piece(a, a + cut, shown.strip(), flat[:cut].strip(), right=False)
                )
                a, flat, right = a + cut, flat[cut:], True  # noqa: PLW2901 - the rest of the cell
            pieces.append(_Piece(a, b, view.text[a:b].strip(), flat.strip(), right))
    return pieces


def _column_inside(shown: str, flat: str) -> int:
    """Where the right column begins in a line that recognition has run together."""
    listed = _BULLET.match(shown) or _LIST.match(flat)
    found = _RUN_TOGETHER.search(shown) if listed else None
    if found is None:
        return 0
    words = found["right"]
    signs = is_authority(words, fold(words)) or TITLE.match(fold(words))
    surname = fold(words).split()[0] in SURNAMES and name_in(words) is not None
    return found.start("right") if signs or surname else 0


def _take_recipients(pieces: list[_Piece], foot: Foot) -> set[int]:
    used: set[int] = set()
    items: list[str] = []
    opened = bulleted = done = False
    for index, piece in enumerate(pieces):
        if not opened:
            label = _LIST.match(piece.flat)
            if not label:
                continue
            opened = True
            used.add(index)
            rest = piece.shown[label.end() :].strip()
            if rest:
                items += [p for p in _SPLIT.split(rest) if p.strip()]
                bulleted = bool(_BULLET.match(rest))
            continue
        if piece.right and not _BULLET.match(piece.shown):
            continue
        if _ends_list(piece, items):
            done = True
        if done or not piece.shown:
            continue
        bullet = _BULLET.match(piece.shown)
        after_archive = bool(items) and bool(
            _ARCHIVE.match(fold(_BULLET.sub("", items[-1])))
        )
        if after_archive and not bullet and items[-1].rstrip().endswith("."):
            done = True
            continue
        used.add(index)
        bulleted = bulleted or bool(bullet)
        fresh = (
            bullet or not items or (not bulleted and items[-1].rstrip()[-1:] in ";,.")
        )
        parts = [p for p in _SPLIT.split(piece.shown) if p.strip()]
        if fresh:
            items += parts
        else:
            items[-1] = f"{items[-1]} {parts[0]}"
            items += parts[1:]
    foot.recipients += [
        r for r in (_recipient(item) for item in items) if r is not None
    ]
    return used


def _ends_list(piece: _Piece, items: list[str]) -> bool:
    if _BULLET.match(piece.shown):
        return False
    signs = is_authority(piece.shown, piece.flat) or (
        is_capitals(piece.shown)
        and (len(piece.shown) > 12 or bool(TITLE.match(piece.flat)))
    )
    named = (
        bool(items)
        and items[-1].rstrip()[-1:] == "."
        and name_in(piece.shown) is not None
    )
    heading = re.match(
        r"(?:cac tin|tin (?:khac|lien quan)|phu luc|mau |bieu |\(kem theo|\(ban hanh)",
        piece.flat,
    )
    archived = bool(items) and bool(_ARCHIVE.match(fold(_BULLET.sub("", items[-1]))))
    bracket = archived and piece.shown.startswith("(")
    return signs or named or bool(heading) or bracket


def _recipient(item: str) -> Recipient | None:
    name = squeeze(_BULLET.sub("", item)).strip()
    note = None
    for _ in range(2):
        bare = name.rstrip(" ;,.")
        found = _PURPOSE.search(bare)
        if not found:
            break
        note = note or found["note"] or found["brace"] or found["tail"]
        name = bare[: found.start()]
    name = name.strip(" ;,.:{}-–")
    return (
        Recipient(name, squeeze(note).strip(" ;,.") if note else None) if name else None
    )


def _take_signatures(pieces: list[_Piece], foot: Foot) -> int:
    """Read titles and names down each column; the offset where the last name ends.

    Capacities of the right column without a name under them may have it on the left: a scan
    is not always recognised in columns.
    """
    last = foot.start
    authority: list[str] = []
    title: list[str] = []
    for column in (True, False):
        silent = 0
        if not column and foot.signatures:
            authority.clear()
            title.clear()
        for piece in [p for p in pieces if p.right is column]:
            if _begins_annex(piece) or silent > 8:
                break
            last_here = _sign(piece, authority, title, foot)
            if last_here:
                last, silent = max(last, last_here), 0
            elif not is_capitals(piece.shown):
                silent += 1
    return last


def _begins_annex(piece: _Piece) -> bool:
    return bool(
        re.match(
            r"(?:phu luc|mau so|mau \d|bieu so|bieu mau|cong hoa xa hoi|dang cong san|danh sach|cac tin|\(?kem theo|de cuong|bang )",
            piece.flat,
        )
    )


def _sign(
    piece: _Piece, authority: list[str], title: list[str], foot: Foot
) -> int | None:
    """Feed one cell; the end of the cell when it completes a signature."""
    shown = squeeze(piece.shown)
    trailing = name_at_end(shown)
    name = (
        trailing["name"]
        if trailing
        else name_in(shown)
        if (authority or title)
        else None
    )
    if trailing:
        shown = trailing["before"].strip()
    if name is None and (authority or title):
        name = name_in_capitals(shown)
    if name is None or trailing:
        _take_capacity(shown, authority, title)
    if name is None or not (authority or title):
        return None
    joined = "; ".join(authority) or None
    foot.signatures.append(Signature(joined, squeeze(" ".join(title)) or None, name))
    authority.clear()
    title.clear()
    return piece.end


def _take_capacity(shown: str, authority: list[str], title: list[str]) -> None:
    flat = fold(shown)
    if flat.strip(" .") == "kiem" and title:
        title.append(shown)
    elif is_authority(shown, flat):
        parts = _split_titles(shown)
        authority.append(parts[0])
        title += parts[1:]
    elif (
        is_capitals(shown)
        and (title or authority or TITLE.match(flat))
        and len(shown) < 120
    ):
        if (
            authority
            and not title
            and not TITLE.match(flat)
            and not flat.startswith("kiem")
        ):
            authority[-1] = f"{authority[-1]} {shown}"
        else:
            title.append(shown)


def _split_titles(shown: str) -> list[str]:
    """Part "T/M ĐẢNG ỦY PHÓ BÍ THƯ" into authority and title; "KT. CHỦ TỊCH" is one."""
    flat = fold(shown)
    opening = _AUTHORITY.match(flat)
    begin = opening.end() if opening else 0
    inside = TITLE.match(flat, begin)
    for gap in _TWO_TITLES.finditer(flat, inside.end() if inside else begin):
        return [shown[: gap.start()], shown[gap.end() :]]
    return [shown]
