"""From what one day achieved to the lines that the ledger posts; no database."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import cycle
from typing import TypeVar

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

SHORT_CODE_LEAST = 3
"""Letters of an activity's code before its checking letter."""

MOST_ROWS = 2**63 - 1
"""No database holds a larger number."""

HIDDEN_BODIES_LEAST = 2
"""So many bodies stand behind a sum of lines that the reader may not see."""

TEAM_LEAST = 3
"""A team in a rotation has so many people: it never stands for a person."""

Waiting = TypeVar("Waiting")


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


def short_code(number: int) -> str:
    """An activity's number as letters for paper; the last one checks the others."""
    base, digits, rest = len(CODE_LETTERS), "", number
    while rest or len(digits) < SHORT_CODE_LEAST:
        rest, place = divmod(rest, base)
        digits = CODE_LETTERS[place] + digits
    return digits + _check_letter(digits)


def number_of(code: str) -> int | None:
    """The activity's number; `None` where the letters do not check each other."""
    typed = re.sub(r"[\s.-]", "", code.upper())
    if len(typed) <= SHORT_CODE_LEAST or set(typed) - set(CODE_LETTERS):
        return None
    digits, check = typed[:-1], typed[-1]
    if _check_letter(digits) != check:
        return None
    number = 0
    for letter in digits:
        number = number * len(CODE_LETTERS) + CODE_LETTERS.index(letter)
    return number if short_code(number) == typed and number <= MOST_ROWS else None


def _check_letter(digits: str) -> str:
    """Odd weights, never 13: one wrong letter always shows."""
    weights = (1, 3, 5, 7, 9, 11, 15, 17, 19, 21, 23, 25)
    values = (CODE_LETTERS.index(letter) for letter in reversed(digits))
    total = sum(w * v for w, v in zip(cycle(weights), values, strict=False))
    return CODE_LETTERS[total % len(CODE_LETTERS)]


def longest_waiting(last: Mapping[Waiting, date | None]) -> Waiting | None:
    """What has waited longest: never comes before long ago; ties keep their order."""
    return min(last, key=lambda one: last[one] or date.min, default=None)


def hidden_sum(amounts: Sequence[int]) -> int | None:
    """The sum of what several bodies wrote, only where it gives no single one away."""
    return sum(amounts) if len(amounts) >= HIDDEN_BODIES_LEAST else None


class NotADay(ValueError):  # noqa: N818  reads as the sentence it stands for
    """What was typed is no day of that month."""


def parse_day(text: str, year: int, month: int) -> date:
    """A day of one month as people type it: `6`, `6/11`, `6/11/2026`, `2026-11-06`.

    Raises `NotADay` for anything else, and for a day of another month.
    """
    numbers = [int(part) for part in re.findall(r"[0-9]+", text)]
    if not re.fullmatch(r"[0-9]{1,4}([/.-][0-9]{1,4}){0,2}", text) or len(text) > 10:
        raise NotADay(text)
    if len(numbers) == 3 and numbers[0] > 31:
        numbers.reverse()
    day, *rest = numbers
    if rest not in ([], [month], [month, year], [month, year % 100]):
        raise NotADay(text)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotADay(text) from error
