"""What was asked, read as words and a period; which words were probably meant."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from kheo.core.periods import Frequency, Interval, Period
from kheo.core.text import fold, normalise

LONGEST = 200
"""Characters that are read of a question; a name has at most 180."""

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_MONTHS_EN = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_YEAR = r"(?:nam |year |of )?(?P<year>20\d\d)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its folded `words` without the `period` it names, if it names one.

    A period without a year leaves `year` out: March of any year.
    """

    text: str
    words: tuple[str, ...]
    frequency: Frequency | None = None
    number: int | None = None
    year: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.has_period

    @property
    def has_period(self) -> bool:
        return self.frequency is not None

    def means(self, code: str) -> bool:
        """Whether a period's code (`2024-03`, `2024-Q1`, `2024`) is one of those asked.

        A year alone means everything in it, a month only the month.
        """
        if self.frequency is None:
            return True
        year, _dash, part = code.partition("-")
        if self.year is not None and year != str(self.year):
            return False
        if self.number is None:
            return True
        wanted = {
            Frequency.MONTH: f"{self.number:02d}",
            Frequency.QUARTER: f"Q{self.number}",
            Frequency.HALF: f"H{self.number}",
        }
        return part == wanted[self.frequency]

    def covers(self) -> Interval | None:
        """The days meant, where the year is said; `None` for no period or any year."""
        if self.frequency is None or self.year is None:
            return None
        return Period(self.year, self.frequency, self.number or 1).interval

    def months(self) -> frozenset[int]:
        """The months of any year that are meant; empty where none is."""
        if self.frequency in (None, Frequency.YEAR) or self.number is None:
            return frozenset()
        period = Period(date.min.year, self.frequency, self.number)
        return frozenset(range(period.first_month, period.last_month + 1))


def asked(text: str) -> Asked:
    """Read a question: marks, case and order of words do not matter.

    Periods are read as people write them: "tháng 3/2024", "quý II 2025", "6 tháng đầu
    năm 2026", "năm 2025", "March 2024", "2024-Q1".
    """
    shown = normalise("".join(c if c.isprintable() else " " for c in text))[:LONGEST]
    rest = fold(shown)
    for pattern, read in _PERIODS:
        if match := pattern.search(rest):
            frequency, number, year = read(match)
            if year is None or 2000 <= year < 2100:
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
                words = tuple(_words(rest))
                return Asked(shown, words, frequency, number, year)
    return Asked(shown, tuple(_words(rest)))


def corrected(words: Sequence[str], vocabulary: Collection[str]) -> tuple[str, ...]:
    """Each word with which no known word begins, replaced by the nearest known one.

    One slip in a short word, two from six letters on; what has no neighbour stays.
    """
    known = sorted(set(vocabulary))
    return tuple(_nearest(word, known) for word in words)


def alike(text: str, names: dict[int, str], *, limit: int) -> list[int]:
    """The keys of the names that resemble `text` as a whole, the nearest first."""
    found = process.extract(
        text, names, scorer=fuzz.token_set_ratio, score_cutoff=82, limit=limit
    )
    return [key for _name, _score, key in found]


def rank_of(wanted: str, name: str) -> int:
    """How well a name answers: spelt so, whole, beginning so, holding the words."""
    folded, asked_for = fold(name), fold(wanted)
    steps = (
        wanted.casefold() == name.casefold(),
        folded == asked_for,
        wanted.casefold() in name.casefold(),
        folded.startswith(asked_for),
        asked_for in folded,
        True,
    )
    return steps.index(True)


def vocabulary_of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _words(text)}


def holds(word: str, folded: str) -> bool:
    """Whether a word of the folded text begins so."""
    return folded.startswith(word) or any(f"{b}{word}" in folded for b in BEFORE)


BEFORE = " (-/"
"""What may stand before the beginning of a word inside a name."""


def _words(folded: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"[^\s,;.:!?\"()<>/\-]+", folded)))


def _nearest(word: str, known: Sequence[str]) -> str:
    if len(word) < 3 or any(other.startswith(word) for other in known):
        return word
    slips = 2 if len(word) >= 6 else 1
    best = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=slips)
    return best[0] if best else word


Read = Callable[[re.Match[str]], tuple[Frequency, int | None, int | None]]


def _year(match: re.Match[str]) -> int | None:
    year = match.groupdict().get("year")
    return int(year) if year else None


def _month(match: re.Match[str]) -> tuple[Frequency, int, int | None]:
    return Frequency.MONTH, int(match["n"]), _year(match)


def _month_named(match: re.Match[str]) -> tuple[Frequency, int, int | None]:
    return Frequency.MONTH, _MONTHS_EN.index(match["n"]) + 1, _year(match)


def _quarter(match: re.Match[str]) -> tuple[Frequency, int, int | None]:
    number = _ROMAN.get(match["n"]) or int(match["n"])
    return Frequency.QUARTER, number, _year(match)


def _half(match: re.Match[str]) -> tuple[Frequency, int, int | None]:
    is_first = match["n"] in {"dau", "1", "first"}
    return Frequency.HALF, 1 if is_first else 2, _year(match)


def _whole(match: re.Match[str]) -> tuple[Frequency, None, int | None]:
    return Frequency.YEAR, None, _year(match)


_N12 = r"(?P<n>0?[1-9]|1[0-2])"
_PERIODS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(rf"(?<!\S){pattern}(?!\S)"), read)
    for pattern, read in (
        (rf"6 thang (?P<n>dau|cuoi)(?: nam)?(?:[ /]*{_YEAR})?", _half),
        (rf"(?P<n>first|second) half(?: of)?(?:[ /]*{_YEAR})?", _half),
        (r"(?P<year>20\d\d)-h(?P<n>[12])", _half),
        (rf"(?:quy|quarter|q) ?(?P<n>iv|i{{1,3}}|[1-4])(?:[ /]*{_YEAR})?", _quarter),
        (r"(?P<year>20\d\d)-q(?P<n>[1-4])", _quarter),
        (rf"(?:thang|month) {_N12}(?:[ /-]*{_YEAR})?", _month),
        (rf"(?P<n>{'|'.join(_MONTHS_EN)})(?: {_YEAR})?", _month_named),
        (rf"{_N12}/(?P<year>20\d\d)", _month),
        (rf"(?P<year>20\d\d)-{_N12}", _month),
        (_YEAR, _whole),
    )
)
