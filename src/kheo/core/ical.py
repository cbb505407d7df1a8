"""Calendar files by RFC 5545: escaped, folded at 75 octets, in Vietnam's time.

Our own few lines, because little is written; a parser that is not ours reads
it back in the tests.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from kheo.core.periods import DAY

OCTETS = 75
ZONE = "Asia/Ho_Chi_Minh"
PRODUCT = "-//Kheo//Kheo//VI"
CONTENT_TYPE = "text/calendar; charset=utf-8"

_ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0700",
    "TZOFFSETTO:+0700",
    "TZNAME:+07",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: a whole day, or from `starts_at` on where the hour is known.

    `uid` never changes; `sequence` grows with every change, `changed_at` is the last.
    """

    uid: str
    on: date
    summary: str
    changed_at: datetime
    sequence: int = 0
    starts_at: time | None = None
    location: str = ""
    description: str = ""
    url: str = ""
    is_settled: bool = True


def calendar_text(name: str, events: Iterable[Event]) -> str:
    """The whole file, lines ended by CR LF as the standard wants."""
    return "".join(f"{line}\r\n" for raw in _lines(name, events) for line in fold(raw))


def _lines(name: str, events: Iterable[Event]) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield f"X-WR-CALNAME:{escape(name)}"
    yield f"X-WR-TIMEZONE:{ZONE}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT6H"
    yield from _ZONE_LINES
    for event in events:
        yield from _event(event)
    yield "END:VCALENDAR"


def _event(event: Event) -> Iterator[str]:
    changed = event.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(event.uid)}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.sequence}"
    if event.starts_at is None:
        yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.on + DAY:%Y%m%d}"
    else:
        yield f"DTSTART;TZID={ZONE}:{event.on:%Y%m%d}T{event.starts_at:%H%M%S}"
    yield f"SUMMARY:{escape(event.summary)}"
    if event.location:
        yield f"LOCATION:{escape(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escape(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"STATUS:{'CONFIRMED' if event.is_settled else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escape(text: str) -> str:
    r"""Text as a value: `\`, `;`, `,` and line ends escaped, other controls dropped."""
    lines = "\n".join(text.splitlines())
    kept = "".join(c for c in lines if c == "\n" or c.isprintable())
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(sign, written)
    return kept


def fold(line: str) -> Iterator[str]:
    """One line in pieces of at most 75 octets, never inside a letter."""
    piece, used = "", 0
    for letter in line:
        size = len(letter.encode())
        if used + size > OCTETS:
            yield piece
            piece, used = " ", 1
        piece, used = piece + letter, used + size
    yield piece
