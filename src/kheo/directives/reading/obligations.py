"""What must be done: one obligation for each stated time of a duty, and for each task.

A sentence with a time gives one obligation per time; a sentence without one gives an
obligation when it has a subject (see `actors`) or is a point of a section whose title names
who must act. A recurrence without a day is left out where the same matter has its day ("Định
kỳ 6 tháng báo cáo … trước ngày 15/6"). A row of a table is read by its header: what, who, by
when.

Kinds: report (báo cáo, gửi, tổng hợp), registration (đăng ký), event (hội nghị, lễ, ngày
hội), rule (phải, không được), else task.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from .absorbed import without_absorbed
from .actors import actors_in, actors_of_heading, names_in, receiver_in
from .clauses import Place, places, sentences
from .layout import View
from .model import Due, Obligation, Span
from .text import phrase
from .timespan import Time
from .verbs import COMMAND

_KINDS = (
    ("registration", phrase(r"\bdang ky\b")),
    (
        "report",
        phrase(
            r"\b(?:bao cao|gui (?:ve|ket qua|danh sach|du kien|ho so|bien ban)|tong hop ket qua)\b"
        ),
    ),
    (
        "event",
        phrase(
            r"\b(?:to chuc (?:le|hoi nghi|hoi thi|ngay hoi|toa dam|hoi thao|phat dong|cuoc thi|chung ket|dai hoi|gap mat)|ngay hoi|le (?:phat dong|tong ket|ky niem)|hoi nghi (?:hiep thuong|tong ket|so ket))\b"
        ),
    ),
    (
        "rule",
        phrase(
            r"\b(?:khong duoc|nghiem cam|phai|bao dam|dam bao|tuyet doi|khong to chuc)\b"
        ),
    ),
)
_HEADER = re.compile(
    r"thoi (?:gian|han|diem)|tien do|han (?:hoan|gui|nop)|ngay (?:hoan|gui|thuc)|hoan thanh"
)
_WHO = re.compile(
    r"(?:don vi|co quan|bo phan|nguoi|ca nhan)?.{0,3}(?:chu tri|thuc hien|phu trach|chu the|"
    r"tham muu)|co quan|don vi|trach nhiem|phan cong|phoi hop"
)
_WHAT = re.compile(r"noi dung|nhiem vu|cong viec|hoat dong|viec|ten")
_NO_DUTY = phrase(
    r"[-+* ]*(?:can cu (?!huong dan|ke hoach nay|chuc nang|tinh hinh|ket qua|vao|noi dung)|"
    r"tren day la(?! .*de nghi)|muc dich|y nghia|nham |ghi chu)"
)
_SENDS = re.compile(r"bao cao|gui|nop|tong hop|trinh")


def obligations_in(
    view: View, start: int, end: int, times: Sequence[Time], opening: int
) -> list[Obligation]:
    """All obligations of a stretch; before `opening` bare recurrences are not duties."""
    found: list[Obligation] = []
    header: list[str] = []
    here = places(view, start, end)
    kept = without_absorbed(view, here, times, opening)
    starts = [time.start for time in kept]
    for place in here:
        a, b = place.span
        mine = kept[bisect_left(starts, a) : bisect_left(starts, b)]
        row = view.flat[a:b]
        if row.count("|") >= 2 or view.text[a:b].count("\t") >= 2:
            cells = view.lines_in(a, b)[0].cells()
            if (
                any(_HEADER.match(view.flat[x:y].strip()) for x, y in cells)
                and not mine
            ):
                header = [view.flat[x:y].strip() for x, y in cells]
            else:
                found += _row(view, cells, header, mine)
            continue
        header = []
        found += _paragraph(view, place, mine, opening)
    return found


def _row(
    view: View, cells: Sequence[Span], header: Sequence[str], mine: Sequence[Time]
) -> list[Obligation]:
    """A row of a table of tasks: what, who and when by the header's words."""
    if not cells or not (mine or header):
        return []
    shift = len(header) - len(cells)
    names = list(
        header[shift:]
        if shift > 0 and not header[0].startswith(("tt", "stt"))
        else header
    )
    titled = dict(zip(range(len(cells)), names, strict=False))
    who = next((c for i, c in enumerate(cells) if _WHO.search(titled.get(i, ""))), None)
    what = next(
        (c for i, c in enumerate(cells) if _WHAT.search(titled.get(i, ""))), None
    )
    longest = max(cells, key=lambda c: c[1] - c[0])
    action = view.say(*(what or longest))
    actors = names_in(view, *who) if who else ()
    span = (cells[0][0], cells[-1][1])
    dues = [_due(view, t) for t in mine]
    if not dues and not (who and what):
        return []
    kind = _kind(view, *(what or longest))
    return [Obligation(kind, actors, None, action, due, span) for due in dues or [None]]


def _due(view: View, time: Time) -> Due | None:
    if time.due is None or time.event is None:
        return time.due
    return {"relative_to": view.say(*time.event), **time.due}


def _kind(view: View, start: int, end: int) -> str:
    return next(
        (kind for kind, words in _KINDS if words.search(view.flat, start, end)), "task"
    )


def _paragraph(
    view: View, place: Place, mine: Sequence[Time], opening: int
) -> list[Obligation]:
    found: list[Obligation] = []
    spans = sentences(view, *place.span)
    subjects: dict[Span, tuple[str, ...]] = {}
    for number, span in enumerate(spans):
        here = [t for t in mine if span[0] <= t.start < span[1]]
        subjects[span] = actors_in(view, *span)
        duty = bool(here) or (
            span[0] >= opening and _is_duty(view, span, place, subjects[span])
        )
        if not duty:
            continue
        actors = _actors(view, place, spans[: number + 1], subjects)
        receiver = _receiver(view, place, spans[: number + 1])
        action = view.say(*span).strip(" -–+*•;,.")
        kind = _kind(view, *span)
        dues = [_due(view, t) for t in here] or [None]
        found += [Obligation(kind, actors, receiver, action, due, span) for due in dues]
    return found


def _is_duty(view: View, span: Span, place: Place, actors: tuple[str, ...]) -> bool:
    if _NO_DUTY.match(view.flat, *span) or span[1] - span[0] < 25:
        return False
    if place.is_heading and view.shown[place.span[0] : place.span[1]].isupper():
        return False
    if actors:
        return True
    if not COMMAND.match(view.flat, *span) or not view.flat[
        span[0] : span[1]
    ].strip().endswith((".", ";")):
        return False
    return any(actors_of_heading(view, *parent) for parent in place.parents[:3])


def _actors(
    view: View,
    place: Place,
    before: Sequence[Span],
    subjects: dict[Span, tuple[str, ...]],
) -> tuple[str, ...]:
    for span in reversed(before):
        if subjects.get(span):
            return subjects[span]
    for parent in place.parents:
        named = actors_of_heading(view, *parent)
        if named:
            return named
        for span in reversed(sentences(view, *parent)):
            said = actors_in(view, *span)
            if said:
                return said
    return ()


def _receiver(view: View, place: Place, before: Sequence[Span]) -> str | None:
    named = receiver_in(view, *before[-1])
    if named or not _SENDS.search(view.flat, *before[-1]):
        return named
    for span in reversed(before[:-1]):
        named = receiver_in(view, *span)
        if named:
            return named
    for parent in place.parents[:2]:
        for span in reversed(sentences(view, *parent)):
            named = receiver_in(view, *span)
            if named:
                return named
    return None
