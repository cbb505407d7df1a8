"""Days, months, quarters and years as official papers write them.

    ngày 25/9/2021 · 25-9-2021 · 25.9.2021 · 25 / 9 / 2021
    ngày 25 tháng 9 năm 2021 · ngày 25 tháng 9 · 25/9
    tháng 3/2024 · tháng 3 năm 2024 · tháng 3 · quý I/2025 · quý 1 năm 2025 · năm 2025

Source: Decree 30/2020/NĐ-CP annex I (dates), 05-HD/VPTW (2026): days below 10 and months 1
and 2 take a zero; both forms, and neither, occur. All patterns match the folded text.
"""

import re
from calendar import monthrange
from dataclasses import dataclass

from .text import phrase

DAY = r"(?:3[01]|[12]\d|0?[1-9])"
MONTH = r"(?:1[0-2]|0?[1-9])"
YEAR = r"(?:19|20)\d\d"
QUARTER = r"(?:iv|iii|ii|i|[1-4])"
SEPARATOR = r" ?[/.\-] ?"

# A day: numeric or in words, with or without a year. Named groups carry a prefix.


def day_pattern(prefix: str, *, year: str = "optional") -> str:
    """A pattern for one day; `year` is "required", "optional" or "none"."""
    numeric_year = {"required": rf"{SEPARATOR}(?P<{prefix}y>{YEAR})", "none": ""}.get(
        year, rf"(?:{SEPARATOR}(?P<{prefix}y>{YEAR}))?"
    )
    worded_year = {
        "required": rf",?(?: nam |{SEPARATOR})(?P<{prefix}yw>{YEAR})",
        "none": "",
    }.get(year, rf"(?:,?(?: nam |{SEPARATOR})(?P<{prefix}yw>{YEAR}))?")
    return (
        rf"(?:(?P<{prefix}d>{DAY}){SEPARATOR}(?P<{prefix}m>{MONTH}){numeric_year}(?![\d%])"
        rf"|(?P<{prefix}dw>{DAY}),? thang (?P<{prefix}mw>{MONTH}){worded_year}(?!\d))"
    )


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a year, or of every year when the year is not written."""

    day: int
    month: int
    year: int | None

    def iso(self) -> str | None:
        """`2021-09-25`, `09-25` without a year, None when there is no such day."""
        if self.day > monthrange(self.year or 2024, self.month)[1]:
            return None
        tail = f"{self.month:02d}-{self.day:02d}"
        return f"{self.year:04d}-{tail}" if self.year else tail

    def within(self, year: int | None) -> "Day":
        """The same day in a year given elsewhere in the phrase."""
        return self if self.year else Day(self.day, self.month, year)


def day_of(found: re.Match[str], prefix: str) -> Day | None:
    """The day a `day_pattern` has matched."""
    groups = found.groupdict()
    day = groups.get(f"{prefix}d") or groups.get(f"{prefix}dw")
    month = groups.get(f"{prefix}m") or groups.get(f"{prefix}mw")
    if not day or not month:
        return None
    year = groups.get(f"{prefix}y") or groups.get(f"{prefix}yw")
    return Day(int(day), int(month), int(year) if year else None)


FULL_DAY = phrase(rf"(?<![\d/])(?:ngay )?{day_pattern('a', year='required')}")


def full_day(flat: str, start: int, end: int) -> tuple[str, int, int] | None:
    """The first complete date of a stretch of folded text, with its place."""
    for found in FULL_DAY.finditer(flat, start, end):
        day = day_of(found, "a")
        iso = day.iso() if day else None
        if iso:
            return iso, found.start(), found.end()
    return None


def quarter_number(text: str) -> int:
    """1 to 4 from a Roman or Arabic numeral."""
    return {"i": 1, "ii": 2, "iii": 3, "iv": 4}.get(text) or int(text)


def month_range(month: int, last: int | None = None) -> tuple[str, str]:
    """First and last day, `MM-DD`, of a month or of months; February ends on the 28th."""
    end = last or month
    days = 28 if end == 2 else monthrange(2023, end)[1]
    return f"{month:02d}-01", f"{end:02d}-{days:02d}"
