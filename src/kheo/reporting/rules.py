"""Figures, words and days of a report as plain values: no database, no clock."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from kheo.activities.rules import NotANumber, parse_amount

LARGEST = 10**15
"""No measure of a province comes near; beyond it a slip of the finger is certain."""


def signed_amount(text: str, decimals: int) -> int | None:
    """A typed number in the measure's smallest unit; `None` for nothing typed.

    Reads what `activities.rules.parse_amount` reads, with a sign before it: a declared
    addition may correct downwards. Raises `NotANumber`, also beyond `LARGEST`.
    """
    typed = text.strip().replace("\u2212", "-")
    if not typed:
        return None
    amount = parse_amount(typed.removeprefix("-"), decimals)
    if amount >= LARGEST:
        raise NotANumber(text)
    return -amount if typed.startswith("-") else amount


def most_declared(a_day: Decimal | None, decimals: int, *, days: int) -> int | None:
    """The most that may be declared of a flow in a window of so many days.

    A pack says what one entry, a day's work, can plausibly hold; a declared addition
    stands for the entries of a whole window. In the measure's smallest unit.
    """
    return None if a_day is None else int(a_day.scaleb(decimals)) * days


def result_of(
    logged: int | None, declared: int | None, *, says_empty: bool = False
) -> int | None:
    """What a cell answers: logged and declared together, 0 for "zero" and "nil".

    Missing stays missing: nothing logged, nothing declared and nothing said.
    """
    if logged is None and declared is None:
        return 0 if says_empty else None
    return (logged or 0) + (declared or 0)


def may_send(
    on: date, *, lock_on: date | None, until: date | None, is_first: bool
) -> bool:
    """Whether the lock lets it through: only a first sending can come too late.

    `until` is the last day of an extension. Whoever returns or reopens a report asks
    for its correction, so that needs no extension of its own.
    """
    if not is_first or lock_on is None or on < lock_on:
        return True
    return until is not None and on <= until


class Separation(StrEnum):
    """What separation of duties says of a step and the person who takes it."""

    SEPARATE = "separate"
    SAME_PERSON = "same_person"
    REFUSED = "refused"


def separation_of(
    person: int | None, *, before: Collection[int | None], others: bool
) -> Separation:
    """Whether `person` may take a step after `before` took theirs.

    In an office where nobody else (`others`) could, the step is allowed and marked;
    the superior's check counts (mission, "Signing and numbers").
    """
    if person is None or person not in before:
        return Separation.SEPARATE
    return Separation.REFUSED if others else Separation.SAME_PERSON


def change_of(value: int | None, before: int | None) -> int | None:
    """By how much a figure differs from an earlier one, where both are known."""
    return None if value is None or before is None else value - before


OUTLYING = 3
"""So many times more, or less, than the period before is worth a second look."""

OUTLYING_FLOOR = 10
"""A difference of fewer whole units is no sign of a slip: small bodies vary so."""


def is_outlying(value: int | None, before: int | None, *, decimals: int = 0) -> bool:
    """Whether a figure is far from the period before; from nothing nothing is far.

    Far is three times more or less, and by at least ten of the unit that is shown.
    """
    if not value or not before or (value < 0) != (before < 0):
        return False
    small, large = sorted((abs(value), abs(before)))
    is_much = large - small >= OUTLYING_FLOOR * 10**decimals
    return is_much and large >= OUTLYING * small


def is_late(sent_on: date | None, *, last_day: date, on: date) -> bool:
    """Whether it came, or still waits, after the last day; an extension moves that."""
    return (sent_on or on) > last_day


def canonical(content: Mapping[str, Any]) -> bytes:
    """One way to write a statement: sorted keys, NFC text, no blanks, UTF-8."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return unicodedata.normalize("NFC", text).encode()


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, printed in every paper made of the statement."""
    return hashlib.sha256(canonical(content)).hexdigest()


def stamp_of(revision: int, values: Iterable[tuple[str, int | None]]) -> str:
    """What a page has shown of a report: its revision and a word for its figures."""
    figures = ";".join(f"{key}={value}" for key, value in values)
    return f"{revision}-{hashlib.sha256(figures.encode()).hexdigest()[:12]}"


def is_of_revision(seen: str, revision: int) -> bool:
    """Whether the stamp was made of this revision, whatever the figures."""
    return seen.partition("-")[0] == str(revision)


def short_digest(digest: str) -> str:
    """The digest in groups of eight, as a person compares it."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure or paragraph that is not what it was; `None` is missing."""

    key: str
    before: Any
    after: Any

    @property
    def change(self) -> int | None:
        """By how much, where both are figures."""
        if isinstance(self.before, int) and isinstance(self.after, int):
            return self.after - self.before
        return None


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    """What changed, in the order of `after`, then what is gone."""
    for key in [*after, *(key for key in before if key not in after)]:
        if before.get(key) != after.get(key):
            yield Difference(key, before.get(key), after.get(key))


def found_in(digest: str, text: str) -> bool:
    """Whether a paper's text carries the digest, however its letters are spaced."""
    return bool(digest) and digest in re.sub(r"[^0-9a-f]", "", text.lower())


def missing_keys(
    results: Mapping[str, int | None], not_applicable: Collection[str]
) -> list[str]:
    """The cells of which nothing is known and nothing was said."""
    return [
        key
        for key, value in results.items()
        if value is None and key not in not_applicable
    ]


_STRENGTH = ("not_applicable", "nil", "zero", "figure")
C = TypeVar("C", bound=str)


def strongest(known: C | None, claim: C) -> C:
    """What a body claims of a measure that stands in several cells of its form.

    A figure speaks for the measure whatever the other cells say; "not applicable"
    only where every cell says so.
    """
    if known is None:
        return claim
    return max(known, claim, key=_STRENGTH.index)
