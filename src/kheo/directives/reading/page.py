"""One self-contained page: the text with every finding marked, and the findings beside it.

No script, no address outside the page. Marks overlap (a citation inside a duty), so the text
is cut at every mark's edge and each piece carries the classes of all marks that cover it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from .messages import say
from .model import Document, Obligation, Reading, Span, Target
from .wording import due_in_words

_OPS = {"=": "=", ">=": "≥", "<=": "≤", ">": ">", "<": "<", "between": "–"}


@dataclass(frozen=True, slots=True)
class _Mark:
    """A finding's place, its colour, and the anchor that the list points to."""

    at: Span
    kind: str
    anchor: str


def page_of(reading: Reading, *, name: str, language: str = "vi") -> str:
    """The page as HTML."""
    style = (
        resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    )
    marks = [mark for i, d in enumerate(reading.documents) for mark in _marks(i, d)]
    title = f"{say('page.title', language)}: {name}"
    findings = "".join(
        _document(i, d, language) for i, d in enumerate(reading.documents)
    )
    key = "".join(
        f'<li><span class="{kind}">{escape(say(f"page.{label}", language))}</span></li>'
        for kind, label in (
            ("head", "head"),
            ("duty", "duties"),
            ("task", "tasks"),
            ("citation", "citations"),
            ("target", "targets"),
            ("anomaly", "anomalies"),
        )
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(say('page.note', language))}</p></header>\n"
        f'<div class="columns">\n<main aria-label="{escape(say("page.findings", language))}">\n{findings}</main>\n'
        f'<section class="text" tabindex="0" aria-label="{escape(say("page.text", language))}">'
        f"<h2>{escape(say('page.text', language))}</h2>"
        f'<ul class="key" aria-label="{escape(say("page.key", language))}">{key}</ul>\n'
        f'<div class="paper" lang="vi">{_marked(reading.text, marks)}</div></section>\n</div>\n</body>\n</html>\n'
    )


def _marks(index: int, document: Document) -> Iterator[_Mark]:
    for i, place in enumerate(document.places):
        yield _Mark(place, "head", f"d{index}-h{i}")
    for i, obligation in enumerate(document.obligations):
        kind = "duty" if obligation.due else "task"
        yield _Mark(obligation.at, kind, f"d{index}-o{i}")
    for i, citation in enumerate(document.citations):
        yield _Mark(citation.at, "citation", f"d{index}-c{i}")
    for i, target in enumerate(document.targets):
        yield _Mark(target.at, "target", f"d{index}-t{i}")
    for i, anomaly in enumerate(document.anomalies):
        yield _Mark(anomaly.at, "anomaly", f"d{index}-a{i}")


def _marked(text: str, marks: Sequence[_Mark]) -> str:
    """The text, cut at every edge of a mark; the first piece of a mark bears its anchor."""
    starts: dict[int, list[_Mark]] = {}
    ends: dict[int, list[_Mark]] = {}
    for mark in marks:
        if mark.at[0] < mark.at[1]:
            starts.setdefault(mark.at[0], []).append(mark)
            ends.setdefault(mark.at[1], []).append(mark)
    pieces: list[str] = []
    active: list[_Mark] = []
    last = 0
    for edge in sorted({*starts, *ends, len(text)}):
        pieces.append(_piece(text[last:edge], active, last))
        active = [m for m in active if m not in ends.get(edge, [])] + starts.get(
            edge, []
        )
        last = edge
    return "".join(pieces)


def _piece(words: str, active: Iterable[_Mark], at: int) -> str:
    covering = list(active)
    if not words or not covering:
        return escape(words)
    anchors = "".join(f'<a id="{m.anchor}"></a>' for m in covering if m.at[0] == at)
    classes = " ".join(sorted({m.kind for m in covering}))
    return f'{anchors}<span class="{classes}">{escape(words)}</span>'


def _document(index: int, document: Document, language: str) -> str:
    title = f"{say('page.document', language)} {index + 1}"
    return (
        f"<article><h2>{escape(title)}</h2>\n{_header(document, language)}"
        f"{_anomalies(index, document, language)}{_obligations(index, document, language)}"
        f"{_targets(index, document, language)}{_citations(index, document, language)}</article>\n"
    )


def _header(document: Document, language: str) -> str:
    number = "-".join(x for x in (document.number, document.symbol) if x)
    if document.family != "party" and document.number and document.symbol:
        number = f"{document.number}/{document.symbol}"
    issued = _day(document.issued_on)
    signed = [
        " · ".join(x for x in (s.authority, s.title, s.name) if x)
        for s in document.signatures
    ]
    stamps = [
        " · ".join(x for x in (s.by, s.number, _day(s.on)) if x)
        for s in document.stamps
    ]
    recipients = [
        f"{r.name} ({r.note})" if r.note else r.name for r in document.recipients
    ]
    rows: list[tuple[str, str | Sequence[str] | None]] = [
        ("number", number or None),
        ("kind", document.kind_name),
        ("issued_on", issued),
        ("place", document.place),
        ("issuer", document.issuer),
        ("subject", document.subject),
        ("addressees", document.addressees),
        ("signatures", signed),
        ("stamps", stamps),
    ]
    optional = {"addressees", "stamps"}
    shown = "".join(
        _row(key, value, language)
        for key, value in rows
        if value or key not in optional
    )
    listed = [f"<li>{escape(name)}</li>" for name in recipients]
    return f"<dl>{shown}</dl>\n{_folded('recipients', listed, language)}"


def _day(iso: str | None) -> str | None:
    return "/".join(reversed(iso.split("-"))) if iso else None


def _row(key: str, value: str | Sequence[str] | None, language: str) -> str:
    label = escape(say(f"page.{key}", language))
    if not value:
        return f'<dt>{label}</dt><dd class="unread">{escape(say("page.unread", language))}</dd>'
    if isinstance(value, str):
        return f"<dt>{label}</dt><dd>{escape(value)}</dd>"
    return f"<dt>{label}</dt><dd><ul>{''.join(f'<li>{escape(v)}</li>' for v in value)}</ul></dd>"


def _list(key: str, items: Sequence[str], language: str) -> str:
    return (
        f"<h3>{escape(say(f'page.{key}', language))} ({len(items)})</h3><ol>{''.join(items)}</ol>\n"
        if items
        else ""
    )


def _folded(key: str, items: Sequence[str], language: str) -> str:
    """A list that opens when it is asked for; printed as it was left."""
    if not items:
        return ""
    label = f"{escape(say(f'page.{key}', language))} ({len(items)})"
    return f"<details><summary>{label}</summary><ol>{''.join(items)}</ol></details>\n"


def _anomalies(index: int, document: Document, language: str) -> str:
    items = [
        f'<li><a href="#d{index}-a{i}">{escape(a.message)}</a></li>'
        for i, a in enumerate(document.anomalies)
    ]
    return _list("anomalies", items, language)


def _obligations(index: int, document: Document, language: str) -> str:
    numbered = [(f"d{index}-o{i}", o) for i, o in enumerate(document.obligations)]
    dated = [_duty(anchor, o, language) for anchor, o in numbered if o.due]
    undated = [_duty(anchor, o, language) for anchor, o in numbered if not o.due]
    return _list("duties", dated, language) + _folded("tasks", undated, language)


def _duty(anchor: str, obligation: Obligation, language: str) -> str:
    when = (
        f"<strong>{escape(due_in_words(obligation.due, language))}</strong> "
        if obligation.due
        else ""
    )
    kind = f"<em>{escape(say(f'kind.{obligation.kind}', language))}</em>"
    who = (
        f"<div>{escape(say('page.who', language))}: {escape('; '.join(obligation.actors))}</div>"
        if obligation.actors
        else ""
    )
    receiver = (
        f"<div>{escape(say('page.to', language))}: {escape(obligation.receiver)}</div>"
        if obligation.receiver
        else ""
    )
    action = f'<a href="#{anchor}">{escape(_shortened(obligation.action))}</a>'
    return f"<li>{when}{kind}{who}{receiver}<div>{action}</div></li>"


def _shortened(words: str) -> str:
    return words if len(words) <= 220 else f"{words[:200].rsplit(' ', 1)[0]} …"


def _targets(index: int, document: Document, language: str) -> str:
    items = [
        f'<li><strong>{escape(_quantity(t))}</strong> <a href="#d{index}-t{i}">{escape(_shortened(t.subject))}</a></li>'
        for i, t in enumerate(document.targets)
    ]
    return _list("targets", items, language)


def _quantity(target: Target) -> str:
    unit = target.unit or ""
    space = "" if unit == "%" else " "
    number = (
        f"{target.value:g}–{target.upper:g}"
        if target.op == "between"
        else f"{_OPS[target.op]} {target.value:g}"
    )
    return f"{number}{space}{unit}".strip() + (f"/{target.per}" if target.per else "")


def _citations(index: int, document: Document, language: str) -> str:
    items = []
    for i, c in enumerate(document.citations):
        sign = "-" if "/" in c.symbol and "-" not in c.symbol.split("/")[0] else "/"
        day = f" ({_day(c.issued_on)})" if c.issued_on else ""
        basis = f" <em>{escape(say('page.basis', language))}</em>" if c.is_basis else ""
        items.append(
            f'<li><a href="#d{index}-c{i}">{escape(f"{c.number}{sign}{c.symbol}{day}")}</a>{basis}</li>'
        )
    return _list("citations", items, language)
