"""Who must do it, and to whom it goes.

Actor of a sentence, in this order:
1. its own subject: bodies named before the first verb ("Các huyện ủy, thành ủy phân công …",
   "Giao Ban Tuyên giáo …", "Đề nghị UBND các xã …");
2. the lead of its paragraph ("Đối với Đảng ủy Công an tỉnh: …");
3. the paragraph it is a point of ("…, cụ thể:"), then the section's title
   ("2. Đề nghị các huyện ủy, thành ủy").

Several bodies are given one by one: they are separated by commas, semicolons and "và" where
a new name begins (see `bodies`).

Receiver: the body after "gửi … về", "báo cáo", "trình", "nộp … cho"; else the one that the
sentence or paragraph before named for the same reports.
"""

import re

from .bodies import name_start, starts_like_body
from .layout import View
from .model import Span
from .text import phrase
from .verbs import VERB

_LEAD = phrase(
    r"(?:[-+*•] ?|[ivx]{1,5} ?[.\-)] ?|\d{1,2}(?:\.\d{1,2})* ?[.)\-/]? ?|[a-h] ?[.)] ?)?"
    r"(?:(?:de nghi|giao(?: cho)?|yeu cau|doi voi|ve phia|trach nhiem(?: cua)?|nhiem vu cua|"
    r"uy quyen(?: cho)?|kinh de nghi|tran trong de nghi) (?:cho |voi )?)?"
)
_LIST_GAP = re.compile(r"[,;]\s+(?:va\s+)?|\s+va\s+|\s+hoac\s+|\s*-\s+(?=co quan)")
# Names that go on over a comma or "và": a complement, an office of two councils.
_ONE_BODY = phrase(r" thuoc |van phong (?:doan dbqh|hdnd)$")
_NOT_ACTOR = phrase(
    r"(?:thoi (?:gian|han)|noi dung|so luong|bao cao|ke hoach|phong trao|cong tac|"
    r"cac (?:noi dung|mo hinh|hoat dong|nhiem vu)|viec|trong|khi|neu|tren|"
    r"so ket|tong ket|truong hop|thuc hien|hang|dinh ky|muc|y nghia|ban (?:hanh|giao|dau)|"
    r"don vi tinh|co so (?:vat|du|ly|phap)|to chuc (?:thuc hien|hoi|le|cac|trien)|"
    r"dong chi phu trach dien|xa hoi)"
)

_COMMA = re.compile(r"[,:]\s+")
_COLON = re.compile(r":\s+")
_STOP = re.compile(r"[:(.\n|]")
_REMARK = re.compile(r"\([^()\n]{1,80}\)(?= va |, )")
_ASKS = phrase(r"\b(?:de nghi|yeu cau|giao(?! ban)(?: nhiem vu)?)(?: cho)? (?=[a-z])")
_ADVERBIAL = phrase(
    r"(?:can cu|tren co so|hang|dinh ky|khi|sau khi|sau|trong|de|nhan|truoc|ngoai ra|dong thoi|"
    r"cham nhat|tu|den|luu y|vao|quy|thang|"
    r"moi|thuc hien|theo|ngay|truong hop|neu|rieng|ke tu|nham|thoi gian|\"|noi dung|viec|"
    r"thong qua|cung voi|tren day|thoi han|qua|buoc)\b"
)

_TO = phrase(
    r"\b(?:ve|cho|toi|den|voi|trinh|bao cao(?: (?:ket qua|bang van ban|len))?|len|qua|nop|"
    r"gui)(?: voi| cho| ve| len| cap| den)? (?=[a-z])"
)
_SENDING = phrase(r"\b(?:gui|bao cao|nop|trinh|tong hop|dang ky|thong bao)\b")
_RECEIVER_END = phrase(
    r" (?:truoc|cham nhat|theo|de\b|cu the|bang|vao|trong|muon nhat|dung|xong|hang|moi|dinh ky|"
    r"khi|va gui|dong thoi|chi dao|xem xet|quyet dinh|phe duyet|"
    r"cung thoi|sau|ngay|tong hop|ve viec|ve ket|ket qua|danh sach|xet|cho y kien|tu\b|co\b|gom|"
    r"bao cao|trinh|thong qua|phan|tham|chu tri|nham|hoan thanh|gui|qua\b|de nghi|danh gia|"
    r"theo doi|đe)"
    r"|[,;.:(|\n]|\s\("
)


def actors_in(view: View, start: int, end: int) -> tuple[str, ...]:
    """The bodies that are the subject of a sentence; empty when it names none."""
    lead = _LEAD.match(view.flat, start, end)
    begin = lead.end() if lead else start
    asked = bool(lead) and bool(view.flat[start:begin].strip(" -+*.)0123456789ivx"))
    found = _subject(view, begin, end, asked=asked)
    if found:
        return found
    for asks in _ASKS.finditer(view.flat, begin, end):
        found = _subject(view, asks.end(), end, asked=True)
        if found:
            return found
    pattern = _COMMA if _ADVERBIAL.match(view.flat, begin, end) else _COLON
    for gap in list(pattern.finditer(view.flat, begin, min(end, begin + 260)))[:4]:
        inner = _LEAD.match(view.flat, gap.end(), end)
        found = _subject(view, inner.end() if inner else gap.end(), end, asked=False)
        if found:
            return found
    return ()


def _subject(view: View, begin: int, end: int, *, asked: bool) -> tuple[str, ...]:
    limit, closed = _names_end(view, begin, end)
    return names_in(view, begin, limit) if limit > begin and (closed or asked) else ()


def is_name_list(view: View, start: int, end: int) -> bool:
    """Whether a stretch holds nothing but names: no sentence ends inside it."""
    lead = _LEAD.match(view.flat, start, end)
    limit, _ = _names_end(view, lead.end() if lead else start, end)
    return limit == end


def _names_end(view: View, begin: int, end: int) -> tuple[int, bool]:
    """Where the names that begin a sentence end, and whether a verb or a colon closes them.

    The offset is `begin` itself when no name begins there or the list is implausibly long.
    """
    flat = view.flat
    if name_start(flat, begin, end) is None or _NOT_ACTOR.match(flat, begin, end):
        return begin, False
    verb = _next_verb(view, begin, end)
    stop = _stop(flat, begin, end)
    limit = min(end if verb is None else verb, end if stop is None else stop)
    closed = verb is not None or (stop is not None and flat[stop] == ":")
    return (limit, closed) if limit - begin <= 420 else (begin, False)


def _stop(flat: str, begin: int, end: int) -> int | None:
    """The first mark that ends a list of names; a short remark in brackets does not."""
    for found in _STOP.finditer(flat, begin, end):
        if found[0] != "(":
            return found.start()
        if not _REMARK.match(flat, found.start(), end):
            return found.start()
    return None


def _next_verb(view: View, begin: int, end: int) -> int | None:
    """The first verb after at least one name; a name's own words are not verbs."""
    named = name_start(view.flat, begin, end) or begin + 3
    for found in VERB.finditer(view.flat, named, end):
        if _is_named(view, begin, found.start(), end):
            continue
        quoted = view.flat.count('"', begin, found.start()) % 2
        if not quoted:
            return found.start()
    return None


def _is_named(view: View, begin: int, at: int, end: int) -> bool:
    """Whether a verb's words belong to a later name in the list ("Ủy ban Kiểm tra")."""
    head = max(view.flat.rfind(c, begin, at) for c in (", ", "; ", " va ")) + 1
    if head <= 0:
        return False
    start = head + (len("va ") if view.flat.startswith("va ", head) else 0)
    while start < at and view.flat[start] == " ":
        start += 1
    named = name_start(view.flat, start, end)
    return named is not None and at < named - 1


def names_in(view: View, start: int, end: int) -> tuple[str, ...]:
    """The bodies listed in a stretch, one by one."""
    names: list[Span] = []
    at = start
    for gap in _LIST_GAP.finditer(view.flat, start, end):
        follows = starts_like_body(view.flat[gap.end() : min(end, gap.end() + 60)])
        inside_quote = view.flat.count('"', start, gap.start()) % 2
        belongs = bool(_ONE_BODY.search(view.flat, at, gap.start()))
        if follows and not inside_quote and not belongs:
            names.append((at, gap.start()))
            at = gap.end()
    names.append((at, end))
    said = [_clean(view.say(a, b)) for a, b in names]
    return tuple(dict.fromkeys(name for name in said if len(name) > 2))[:25]


def _clean(name: str) -> str:
    name = re.sub(
        r"^(?:và|hoặc|giao|đề nghị|yêu cầu|đối với|phân công)\s+",
        "",
        name.strip(" ,;:.-–*"),
        flags=re.IGNORECASE,
    )
    return name.strip(' ,;:.-–*"“”')


def actors_of_heading(view: View, start: int, end: int) -> tuple[str, ...]:
    """The bodies that a section's title names: "2. Đề nghị các huyện ủy, thành ủy"."""
    lead = _LEAD.match(view.flat, start, end)
    begin = lead.end() if lead else start
    asked = bool(
        re.search(
            r"de nghi|giao|doi voi|trach nhiem|yeu cau|nhiem vu", view.flat[start:begin]
        )
    )
    limit, _ = _names_end(view, begin, end)
    if limit - begin < 4 and not asked:
        return ()
    return names_in(view, begin, limit) if limit > begin else ()


def receiver_in(view: View, start: int, end: int) -> str | None:
    """The body that what is sent goes to, nearest before `end` of the clause."""
    sending = _SENDING.search(view.flat, start, end)
    if sending is None:
        return None
    best: str | None = None
    for found in _TO.finditer(view.flat, sending.start(), end):
        at = found.end()
        if name_start(view.flat, at, end) is None or _NOT_ACTOR.match(
            view.flat, at, end
        ):
            continue
        named = name_start(view.flat, at, end) or at + 3
        stop = _RECEIVER_END.search(view.flat, named, end)
        limit = stop.start() if stop else end
        name = _clean(view.say(at, limit))
        weight = found[0].split()[0]
        if 3 < len(name) < 160:
            if weight in {"ve", "trinh"} or best is None:
                best = name
            if weight == "ve":
                break
    return best
