"""From what one day achieved to the lines that the ledger posts; no database."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from kheo.core.periods import Period
from kheo.programmes.pack import Measure, Origin

OWN_PEOPLE = frozenset({Origin.CADRES, Origin.WORK_DAYS})
"""Counted per body: each brings its own people; everything else is done together."""

TYPED = (
    Origin.CADRES,
    Origin.RESIDENTS,
    Origin.WORK_DAYS,
    Origin.WORK_ITEM,
    Origin.MONEY,
)
"""Measures whose amounts people type when they log a day."""

CODE_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
"""Letters and digits that nobody mistakes for one another on paper."""

CODE_LENGTH = 7


@dataclass(frozen=True, slots=True)
class Done:
    """One amount of one measure; `organisation` where it is that body's own people."""

    measure: str
    amount: int
    organisation: int | None = None
    dimensions: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of a day's work: what, how much, and who takes part in it."""

    key: str
    measure: str
    amount: int
    credits: tuple[int, ...]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""


def lines_of(
    done: Iterable[Done],
    measures: Sequence[Measure],
    *,
    parties: tuple[int, ...],
    hamlet: str,
) -> list[Line]:
    """Every line of one day: what was typed, the session itself, the hamlet reached.

    Joint amounts credit every party, so that they count once above the parties' first
    common superior; a body's own people credit that body alone.
    """
    lines = [
        Line(
            key=_key(one),
            measure=one.measure,
            amount=one.amount,
            credits=(one.organisation,) if one.organisation else parties,
            dimensions=parse_dimensions(one.dimensions),
            subject=one.subject,
        )
        for one in done
        if one.amount
    ]
    for measure in measures:
        if measure.origin is Origin.SESSIONS:
            lines.append(Line(measure.code, measure.code, 1, parties))
        if measure.origin is Origin.HAMLETS and hamlet:
            lines.append(Line(measure.code, measure.code, 1, parties, subject=hamlet))
    return lines


def _key(one: Done) -> str:
    parts = (one.measure, one.organisation or "", one.dimensions, one.subject)
    return "|".join(str(part) for part in parts)


def parse_dimensions(text: str) -> dict[str, str]:
    """`source=state;kind=new` as a mapping; empty text is no dimension."""
    pairs = (part.partition("=") for part in text.split(";") if part)
    return {name: value for name, _sign, value in pairs}


def format_dimensions(dimensions: Mapping[str, str]) -> str:
    """The canonical text: names sorted."""
    return ";".join(f"{name}={dimensions[name]}" for name in sorted(dimensions))


class NotANumber(ValueError):  # noqa: N818  reads as the sentence it stands for
    """What was typed is no number of that measure."""


def parse_amount(text: str, decimals: int) -> int:
    """A number as people type it, in the measure's smallest unit.

    `1.234,5` and `1234,5` are Vietnamese; `1,234.5` and `1234.5` are accepted where
    they can mean only one thing; groups must have three digits. Raises `NotANumber`
    for anything else, for negative numbers, and for more decimals than the measure has.
    """
    typed = re.sub(r"[\s\u00a0]", "", text)
    plain = _plain(typed, decimals)
    try:
        scaled = Decimal(plain).scaleb(decimals)
    except InvalidOperation as error:
        raise NotANumber(text) from error
    if scaled < 0 or scaled != scaled.to_integral_value():
        raise NotANumber(text)
    return int(scaled)


def _plain(typed: str, decimals: int) -> str:
    """Digits with a point for decimals; raises `NotANumber`."""
    if re.fullmatch(r"[0-9]+", typed):
        return typed
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", typed):
        return typed.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[0-9]+,[0-9]+", typed):
        return typed.replace(",", ".")
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", typed):
        return typed.replace(",", "")
    if decimals and re.fullmatch(r"[0-9]+\.[0-9]+", typed):
        return typed
    raise NotANumber(typed)


def format_amount(amount: int, decimals: int) -> str:
    """As Vietnamese offices write it: `1.234,5`; trailing zeros of decimals go."""
    whole, rest = divmod(amount, 10**decimals)
    grouped = f"{whole:,}".replace(",", ".")
    tail = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{grouped},{tail}" if tail else grouped


def random_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """A household's code: says nothing, and is easy to copy by hand."""
    return "".join(choose(CODE_LETTERS) for _ in range(CODE_LENGTH))


def split_codes(text: str) -> list[str]:
    """The codes that somebody typed, upper case, each once, in order."""
    return list(dict.fromkeys(re.findall(r"[A-Z0-9]+", text.upper())))


@dataclass(frozen=True, slots=True)
class Limit:
    """How many visits a commune takes from a month on, or in that month only."""

    since: date
    is_only: bool
    most: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """One month of a commune: what it takes, what is taken, what is asked beyond."""

    month: Period
    most: int | None
    reason: str
    taken: int
    asked_beyond: int = 0

    @property
    def left(self) -> int | None:
        """How many visits may still be planned; None where there is no limit."""
        return None if self.most is None else max(0, self.most - self.taken)

    @property
    def is_full(self) -> bool:
        return self.left == 0


def limit_in(month: Period, limits: Sequence[Limit]) -> Limit | None:
    """The rule that holds in a month: its own one, else the last that began before it."""
    start = month.interval.start
    own = [one for one in limits if one.is_only and one.since == start]
    lasting = [one for one in limits if not one.is_only and one.since <= start]
    found = own or sorted(lasting, key=lambda one: one.since)[-1:]
    return found[0] if found else None
