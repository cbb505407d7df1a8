"""What looks wrong, named: missing parts, contradictions, noise, ended bodies, secrets.

Codes are those of the contract. Sentences for people come from `messages`. A contradiction
is told, never resolved: the reader keeps both sides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from . import messages
from .bodies import ENDED, expand
from .citations import Mention
from .layout import View
from .model import Anomaly, Obligation, Span
from .outline import headings
from .parts import Part
from .symbols import key_of
from .text import fold, is_capitals, phrase

_CHROME = re.compile(
    r"(?:cac tin (?:khac|lien quan|moi)|tin (?:lien quan|khac|cung chuyen muc|moi nhat)|mau chu|"
    r"co chu|trang chu\b|luot xem|chia se (?:facebook|zalo)|"
    r"dang nhap|gui binh luan|xem them|in trang|gui email|ban quyen thuoc|lien he toa soan|"
    r"so nguoi truy cap|so luot truy cap|dang truy cap|ve dau trang|font size|tang giam co chu|"
    r"thong tin tac gia|danh gia bai viet|cookie|menu\b)"
)
_CLOCKED = re.compile(
    r"\d{1,2}/\d{1,2}/\d{4},?\s+(?:luc\s+)?\d{1,2}:\d{2}(?::\d{2})?\s*(?:am|pm)?|(?:thu \w+|"
    r"chu nhat), \d{1,2}/\d{1,2}/\d{4}"
)
_SECRET = re.compile(r"(?:TUYỆT MẬT|TỐI MẬT|MẬT)(?:\s*\(.*\))?")
# Scripts that no Vietnamese paper uses, the replacement character, private use.
_FOREIGN = re.compile(r"[\u0400-\u1CFF\u2E80-\u2FFF\u3041-\uD7AF\uE000-\uF8FF\uFFFD]")
_MIXED = re.compile(r"(?<![\w/.\-])[a-zà-ỹđ]+[0-9][a-zà-ỹđ]+(?![\w/])")
_TOKEN = re.compile(r"[^\W\d_]+")
_MARKED = re.compile(r"[\u00C0-\u024F\u1E00-\u1EFF]")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|th|tr|ch|kh|ph|gh|gi|qu|[bcdđghklmnprstvx])?"
    r"(?:uyê|uya|uyu|oai|oay|oao|oeo|uây|uôi|ươi|ươu|iêu|yêu|uơ|iê|yê|ia|ya|ua|uô|ưa|ươ|oa|oă|"
    r"oe|oo|uâ|uê|uy|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|[aăâeêioôơuưy])"
    r"(?:ng|nh|ch|[cmnptk])?"
)
_OLD = phrase(
    r"(?:truoc day|\(cu\)|nguyen|\bcu\b|nay la|hop nhat|sap nhap|ket thuc hoat dong|chuyen tu|"
    r"giai the|truoc (?:ngay )?0?1/7/2025)"
)
_TONES = str.maketrans("", "", "\u0300\u0301\u0303\u0309\u0323")


def _anomaly(code: str, at: Span, language: str, **values: object) -> Anomaly:
    return Anomaly(code, messages.say(f"anomaly.{code}", language, **values), at)


def of_head(part: Part, language: str) -> Iterable[Anomaly]:
    """What a document's first page lacks."""
    at = (part.start, min(part.end, part.start + 1))
    head = part.head
    if head.own is not None:
        at = (head.own.start, head.own.end)
    if head.own is None or head.own.number is None:
        yield _anomaly("missing_number", at, language)
    if head.issued_on is None:
        yield _anomaly("missing_date", head.date_at or at, language)


def of_foot(view: View, part: Part, language: str) -> Iterable[Anomaly]:
    """A missing signature; one recipient twice, also under an abbreviation."""
    place = (part.foot.start, min(len(view.text), part.foot.start + 1))
    if not part.foot.signatures:
        yield _anomaly("missing_signature", place, language)
    seen: set[str] = set()
    for recipient in part.foot.recipients:
        key = re.sub(r"\W+", " ", expand(recipient.name)).strip()
        if key in seen:
            at = view.text.find(recipient.name, part.foot.start)
            span = (at, at + len(recipient.name)) if at >= 0 else place
            yield _anomaly("duplicate_recipient", span, language, name=recipient.name)
        seen.add(key)


def of_citations(
    found: Sequence[Mention], issued_on: str | None, language: str
) -> Iterable[Anomaly]:
    """One text under two symbols or two dates; a text younger than the one that cites it."""
    by_day: dict[tuple[str, str, str], dict[str, Mention]] = defaultdict(dict)
    by_key: dict[str, Mention] = {}
    for m in found:
        if m.issued_on is None:
            continue
        key = key_of(m.symbol.number, m.symbol.symbol)
        known = by_key.setdefault(key, m)
        if known.issued_on != m.issued_on:
            yield _anomaly(
                "conflicting_dates",
                m.at,
                language,
                text=f"{m.symbol.number}-{m.symbol.symbol}",
            )
        by_day[(m.symbol.number or "", m.issued_on, m.symbol.issuer)].setdefault(
            m.symbol.symbol, m
        )
        if issued_on and m.issued_on > issued_on:
            yield _anomaly(
                "conflicting_dates",
                m.at,
                language,
                text=f"{m.symbol.number}-{m.symbol.symbol}",
            )
    for same in by_day.values():
        if len(same) > 1:
            last = list(same.values())[-1]
            yield _anomaly(
                "conflicting_citation",
                last.at,
                language,
                texts=", ".join(f"{m.symbol.number}-{s}" for s, m in same.items()),
            )


def of_dues(
    obligations: Sequence[Obligation], issued_on: str | None, language: str
) -> Iterable[Anomaly]:
    """A deadline before the day of issue; a stretch that ends before it begins."""
    for o in obligations:
        due = o.due or {}
        last = str(due.get("to") or due.get("on") or "")
        early = bool(issued_on) and len(last) == 10 and last < str(issued_on)
        backwards = "every" not in due and "from" in due and str(due["from"]) > last
        if early or backwards:
            yield _anomaly("conflicting_dates", o.at, language, text=last)


def of_outline(view: View, part: Part, language: str) -> Iterable[Anomaly]:
    """A top section absent, or there twice; a text that starts in its middle."""
    found = headings(view, part.head.end, part.foot.start)
    for rank in ("roman", "article", "chapter"):
        tops = [h for h in found if h.rank == rank and h.number]
        if len(tops) < 2 and not (tops and part.headless):
            continue
        numbers = [h.number or 0 for h in tops]
        expected = list(range(1, max(numbers) + 1))
        restarts = rank == "roman" and numbers.count(1) > 1
        if (
            rank == "article"
            and any(h.rank == "chapter" for h in found) is False
            and numbers.count(1) > 1
        ):
            restarts = True
        if not restarts and sorted(numbers) != expected:
            wrong = next(
                (h for h, n in zip(tops, expected, strict=False) if h.number != n),
                tops[-1],
            )
            yield _anomaly(
                "missing_part", (wrong.start, wrong.body), language, label=wrong.label
            )
            return
        break
    if part.headless:
        yield _anomaly(
            "missing_part", (part.start, part.start + 1), language, label="1"
        )


def of_text(view: View, start: int, end: int, language: str) -> Iterable[Anomaly]:
    """Web page furniture, slips of optical recognition, secret marks."""
    chrome = [
        line
        for line in view.lines_in(start, end)
        if len(line.shown) < 90
        and (_CHROME.match(line.flat) or _CLOCKED.fullmatch(line.flat))
    ]
    if chrome:
        yield _anomaly("web_page_noise", (chrome[0].start, chrome[0].end), language)
    noise = _optical_noise(view.text, start, end)
    if noise:
        yield _anomaly(
            "ocr_noise", noise, language, text=view.text[noise[0] : noise[1]]
        )
    for line in view.lines_in(start, end)[:40]:
        for a, b in line.cells():
            if _SECRET.fullmatch(view.text[a:b].strip()):
                yield _anomaly("secret_mark", (a, b), language)
                return


def _optical_noise(text: str, start: int, end: int) -> Span | None:
    found = _FOREIGN.search(text, start, end)
    if found:
        return found.span()
    strange = [m.span() for m in _MIXED.finditer(text, start, end)]
    words = 0
    for token in _TOKEN.finditer(text, start, end):
        words += 1
        if (
            len(token[0]) > 1
            and _MARKED.search(token[0])
            and not _is_syllable(token[0])
        ):
            strange.append(token.span())
    different = {text[a:b] for a, b in strange}
    return strange[0] if len(different) >= max(3, words // 400) else None


_KNOWN_SYLLABLES: dict[str, bool] = {}


def _is_syllable(token: str) -> bool:
    """Whether a token with diacritics could be Vietnamese; names in other tongues pass by case."""
    known = _KNOWN_SYLLABLES.get(token)
    if known is None:
        plain = unicodedata.normalize(
            "NFC", unicodedata.normalize("NFD", token).translate(_TONES)
        ).lower()
        foreign = token[0].isupper() or is_capitals(token)
        known = foreign or bool(_SYLLABLE.fullmatch(plain)) or (len(plain) > 7)
        if len(_KNOWN_SYLLABLES) < 20_000:
            _KNOWN_SYLLABLES[token] = known
    return known


def of_bodies(
    view: View,
    start: int,
    end: int,
    issued_on: str | None,
    known_bodies: Mapping[str, str],
    language: str,
) -> Iterable[Anomaly]:
    """A body named in a text issued after its end, unless the text says that it is past."""
    if issued_on is None:
        return
    ended = [(re.compile(p), day, name) for p, day, name in ENDED]
    ended += [
        (phrase(re.escape(fold(name)).replace(r"\ ", " ")), day, name)
        for name, day in known_bodies.items()
    ]
    for pattern, day, name in ended:
        if issued_on <= day:
            continue
        for found in pattern.finditer(view.flat, start, end):
            around = view.flat[max(start, found.start() - 60) : found.end() + 40]
            cited = re.search(
                r"so [\w/\-]+[^.;]{0,60}cua [^.;]{0,40}$",
                view.flat[max(start, found.start() - 120) : found.start()],
            )
            if not _OLD.search(around) and not cited:
                yield _anomaly(
                    "abolished_body", found.span(), language, name=name, day=day
                )
                break
