"""`read`: the whole of the reading, in the order of the grammar's parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from . import anomalies, kinds, messages
from .citations import Mention, distinct, mentions, opening_end
from .layout import View, lay_out
from .model import Anomaly, Document, Obligation, Reading, Span, Target
from .obligations import obligations_in
from .outline import outline_of
from .parts import Part, split
from .targets import targets_in
from .text import normalise, phrase
from .times import find_times

_THIS_IS = phrase(rf"(?:tren day la|can cu) (?:noi dung )?({kinds.ALTERNATIVES})\b")
_NO_BODIES: Mapping[str, str] = MappingProxyType({})


def read(
    text: str, *, known_bodies: Mapping[str, str] = _NO_BODIES, language: str = "vi"
) -> Reading:
    """Read a directive: everything it says and asks, each with its place.

    Never raises on any text; what cannot be read is None or empty. `known_bodies` maps
    names of bodies to the last day they existed (ISO), beside those known here.
    `language` ("vi" or "en") is that of the anomalies' sentences.
    """
    view = lay_out(normalise(text))
    parts = split(view)
    documents = [_document(view, part, known_bodies, language) for part in parts]
    if len(parts) > 1:
        said = messages.say("anomaly.several_documents", language, count=len(parts))
        second = (parts[1].start, min(parts[1].start + 1, len(view.text)))
        mark = Anomaly("several_documents", said, second)
        documents[0] = replace(documents[0], anomalies=(mark, *documents[0].anomalies))
    return Reading(view.text, tuple(documents))


def _document(
    view: View, part: Part, known_bodies: Mapping[str, str], language: str
) -> Document:
    head, foot = part.head, part.foot
    named = _named_mentions(view, part)
    obligations, targets = _demands(view, part, named)
    kind_name = head.kind_name or _kind_from_body(view, part)
    family = head.family if head.family != "unknown" else _family_from_body(view, part)
    found = [
        *anomalies.of_text(view, part.start, part.end, language),
        *anomalies.of_head(part, language),
        *anomalies.of_outline(view, part, language),
        *anomalies.of_citations(
            [m for m in named if not m.is_own], head.issued_on, language
        ),
        *anomalies.of_dues(obligations, head.issued_on, language),
        *anomalies.of_bodies(
            view, head.end, foot.start, head.issued_on, known_bodies, language
        ),
        *anomalies.of_foot(view, part, language),
    ]
    return Document(
        family=family,
        number=head.own.number if head.own else None,
        symbol=head.own.symbol if head.own else None,
        kind=kinds.NAMES[kind_name] if kind_name else None,
        kind_name=kind_name,
        issued_on=head.issued_on,
        place=head.place,
        issuer=head.issuer,
        subject=head.subject,
        signatures=tuple(foot.signatures),
        citations=tuple(distinct(named)),
        addressees=tuple(head.addressees),
        recipients=tuple(foot.recipients),
        stamps=tuple(head.stamps),
        outline=tuple(s for a, b in part.stretches for s in outline_of(view, a, b)),
        obligations=tuple(obligations),
        targets=tuple(targets),
        anomalies=tuple(_first_of_each(found)),
        places=tuple(_places(part)),
    )


def _places(part: Part) -> list[Span]:
    """Where the head's number and date and the foot stand."""
    own, dated, foot = part.head.own, part.head.date_at, part.foot
    spans = [(own.start, own.end)] if own else []
    spans += [dated] if dated else []
    return spans + ([(foot.start, foot.end)] if foot.end > foot.start else [])


def _named_mentions(view: View, part: Part) -> list[Mention]:
    """Citations of the subject, the body and the annexes."""
    own = part.head.own
    body = part.stretches[0]
    named = mentions(view, part.start, part.head.end, opening=False, own=own)
    named += mentions(view, *body, opening=True, own=own)
    for a, b in part.stretches[1:]:
        named += mentions(view, a, b, opening=False, own=own)
    return named


def _demands(
    view: View, part: Part, named: Sequence[Mention]
) -> tuple[list[Obligation], list[Target]]:
    """Obligations and targets of the body and the annexes."""
    obligations: list[Obligation] = []
    targets: list[Target] = []
    dated: list[Span] = [(m.at[0], m.dated_to) for m in named]
    for number, (a, b) in enumerate(part.stretches):
        taken = [span for span in dated if a <= span[0] < b]
        times = find_times(view.flat, a, b, issued_on=part.head.issued_on, taken=taken)
        opening = opening_end(view, a, b) if number == 0 else a
        obligations += obligations_in(view, a, b, times, min(opening, b))
        busy = taken + [(t.start, t.end) for t in times if not t.is_bare]
        targets += targets_in(view, a, b, busy)
    return obligations, targets


def _kind_from_body(view: View, part: Part) -> str | None:
    """The type a text without a head gives itself: "Trên đây là Chương trình …"."""
    found = list(_THIS_IS.finditer(view.flat, *part.stretches[0]))
    return kinds.name_of(found[-1][1]) if found and part.headless else None


def _family_from_body(view: View, part: Part) -> str:
    """The family of a text without a head, by the committees that it commands."""
    if not part.headless:
        return "unknown"
    words = view.flat[part.start : part.end]
    party = sum(words.count(w) for w in ("dang uy", "cap uy", "chi bo", "tinh uy"))
    front = sum(words.count(w) for w in ("ban thuong truc", "ubmttq", "uy ban mttq"))
    state = sum(words.count(w) for w in ("uy ban nhan dan", "ubnd"))
    name, count = max(
        (("party", party), ("front", front), ("state", state)), key=lambda x: x[1]
    )
    return name if count >= 5 and count * 2 > party + front + state else "unknown"


def _first_of_each(found: Sequence[Anomaly]) -> list[Anomaly]:
    """Each anomaly once, in the order of the text."""
    seen: dict[tuple[str, str], Anomaly] = {}
    for anomaly in found:
        seen.setdefault((anomaly.code, anomaly.message), anomaly)
    return sorted(seen.values(), key=lambda anomaly: anomaly.at)
