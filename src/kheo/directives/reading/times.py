"""When: every stated time of a stretch of text, in the contract's shapes.

Three grammars share the work: single days and stretches here, returning times in
`recurring`, times counted from an event in `relative`. They are tried in the order relative,
stretch, recurring with a day, single day, month or quarter or year, bare recurrence; what
one has taken the next does not see.

    trước ngày 25/9/2021            {"on": …, "strict": true}
    chậm nhất 17 giờ 00 ngày 30/01  {"on": …, "time": "17:00", "strict": false}
    trước ngày 15/6                 {"every": "year", "month": 6, "day": 15, "strict": true}
    từ ngày 10 đến ngày 15/12/2025  {"from": …, "to": …}
    xong trong tháng 3/2024         {"within": "2024-03"}

Not a time of a duty: the date of a cited text, an anniversary, the day something takes
effect, a period of figures, a phase, a day already past when the paper was issued.
Source: `directive-reading`, the contract of this reader; wording from Decree 09/2019/NĐ-CP
on reporting and from party and Front practice.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .dates import (
    DAY,
    MONTH,
    QUARTER,
    YEAR,
    Day,
    day_of,
    day_pattern,
    month_range,
    quarter_number,
)
from .model import Due, Span
from .recurring import recurrences, recurring_days
from .relative import relative_times
from .text import phrase
from .timespan import CLOCK, Taken, Time, clock_of

_DAYS = phrase(rf"(?<![\d/.\-,]){day_pattern('a')}(?!\s?[/-]\s?[a-z])")
_STRICT = (
    r"(?:(?:xong|cham nhat|hoan thanh|gui|ve|nop|bao cao|thoi han|han)?(?: la)? ?truoc)"
)
_SOFT = (
    r"(?:(?:cham|muon|tre) nhat(?: la| vao| den| trong| toi| den het)?|"
    r"(?:xong|hoan thanh|ket thuc|gui|nop|han|thoi han|han cuoi|han chot|thoi gian)(?: (?!truoc|tu|sau)[a-z]+){0,4}?(?: la| vao| trong| den| den het)? ?:?|"
    r"khong (?:qua|muon hon|cham hon)|(?:den|toi)(?: het)?|het|cho den)"
)
_EVENT = r"(?:vao(?: dip| luc| hoi| cac)?|(?:nhan )?dip|luc|dung)"
_WEEKDAY = (
    r"(?:,? ?(?:sang|chieu|toi)? ?(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat),?)?"
)
_LEFT = phrase(
    rf"(?:(?P<strict>{_STRICT})|(?P<soft>{_SOFT})|(?P<event>{_EVENT})|(?P<from>(?:ke )?tu|bat dau|sau))?"
    rf"(?: ?{CLOCK},?)?{_WEEKDAY} ?(?P<ngay>,? ?ngay)?[\s(]*$"
)
_YEAR_AFTER = phrase(rf" ?,? ?(?:cua )?nam (?P<year>{YEAR})")
_YEARLY_AFTER = phrase(r" ?,? ?(?:\(?hang nam|moi nam|cua nam|trong nam|cac nam)")
_AND = phrase(r" ?(?:,|va|;|hoac|/) ?(?:truoc )?(?:ngay )?$")
# Words that explain a time away: figures and anniversaries also before a cue ("đến ngày"), the
# history of a text or a body only before a day without one.
_NEVER_DUE = phrase(
    r"(?:so lieu|tinh den|tinh tu|chot so|cap nhat den|hieu luc|ky niem|ky bao cao|thang so lieu)"
    r"[^.;]{0,60}$|(?:giai doan|nhiem ky|nam hoc|khoa)[^.;,a-z]{0,20}$"
)
_HISTORY = phrase(
    r"(?:(?:ngay|nam) thanh lap|truyen thong|sinh ngay|lan thu|ra doi|ngay sinh|ban hanh|ky ngay|"
    r"thay the|ke tu|cong bo ngay|duoc sua doi)[^.;]{0,40}$"
)
_SENT_BY = re.compile(r"gui|bao cao|nop|hoan thanh|xong|dang ky")
# The first day of a stretch: a day of the month alone, or with month and year.
_FIRST_CLOCK = CLOCK.replace("hour", "first_hour").replace("minute", "first_minute")
_FIRST_DAY = (
    rf"(?P<fd>{DAY})(?: ?[/.\-] ?(?P<fm>{MONTH})(?: ?[/.\-] ?(?P<fy>{YEAR}))?"
    rf"| thang (?P<fmw>{MONTH})(?:,? nam (?P<fyw>{YEAR}))?)?"
)
_STRETCH = phrase(
    rf"(?<![a-z])(?! )(?:tu )?(?:{_FIRST_CLOCK},? )?(?:ngay )?{_FIRST_DAY}"
    r"(?: ?,? (?:den|toi)(?: het)?(?: ngay)? | ?- ?(?:ngay )?)"
    rf"(?:{CLOCK},? ?)?(?:ngay )?{day_pattern('t')}"
)
_MONTHS = phrase(
    rf"tu thang (?P<fm>{MONTH})(?:(?: ?[/\-] ?| nam )(?P<fy>{YEAR}))?"
    r"(?: den| toi| -)(?: het)?(?: thang)? "
    rf"(?P<tm>{MONTH})(?:(?: ?[/\-] ?| nam )(?P<ty>{YEAR}))?"
)
_WITHIN_CUE = (
    r"(?:(?:cham|muon) nhat |xong |hoan thanh |ket thuc )?"
    r"(?:(?P<before>truoc)|(?P<until>den het|het|den cuoi)"
    r"|(?P<inside>trong|vao|xong|hoan thanh|vao dip|cham nhat|vao cuoi|dau|cuoi)"
    r"|(?P<since>ke tu|tu|den nay|qua))? ?"
)
_WITHIN = phrase(
    rf"(?! ){_WITHIN_CUE}"
    rf"(?:thang (?P<month>{MONTH})(?:(?: ?[/\-] ?| nam )(?P<my>{YEAR}))?(?!\d)"
    rf"|quy (?P<quarter>{QUARTER})\b(?:(?: ?[/\-] ?|,? nam )(?P<qy>{YEAR}))?"
    rf"|nam (?P<year>{YEAR})(?! ?[-/] ?\d))"
)
_PART_OF_DAY = re.compile(r"(?:tu|ngay \d+|\d) ?$")
_INSIDE_YEAR = {"trong", "vao", "xong", "hoan thanh"}
_LATER_YEAR = phrase(
    r",? ?(?:\(?(?:hang|moi) nam|cua nam (?:sau|tiep|ke)|nam sau|nam (?:ke tiep|tiep theo))"
)


def find_times(
    flat: str,
    start: int,
    end: int,
    *,
    issued_on: str | None,
    taken: Iterable[Span] = (),
) -> list[Time]:
    """Every stated time between two offsets, in order.

    `taken` are places already explained (dates of citations).
    """
    times: list[Time] = []
    used = Taken(taken)
    grammars = (
        relative_times(flat, start, end),
        _stretches(flat, start, end),
        recurring_days(flat, start, end),
        _single_days(flat, start, end, issued_on),
        _months_and_years(flat, start, end, issued_on),
        recurrences(flat, start, end),
    )
    for grammar in grammars:
        for found in grammar:
            lead = len(flat[found.start : found.end]) - len(
                flat[found.start : found.end].lstrip()
            )
            time = replace(found, start=found.start + lead)
            if used.take(time.start, time.end) and time.due is not None:
                times.append(time)
    return sorted(times, key=lambda time: time.start)


def _stretches(flat: str, start: int, end: int) -> Iterator[Time]:
    for found in _STRETCH.finditer(flat, start, end):
        time = _stretch(flat, found)
        if time is not None:
            yield time
    for found in _MONTHS.finditer(flat, start, end):
        last, first = int(found["tm"]), int(found["fm"])
        to_year = found["ty"]
        from_year = found["fy"] or to_year
        if _NEVER_DUE.search(flat, max(start, found.start() - 60), found.start()):
            continue
        if to_year is None:
            low, high = month_range(first)[0], month_range(last)[1]
            yield Time(
                found.start(), found.end(), {"every": "year", "from": low, "to": high}
            )
        else:
            days = monthrange(int(to_year), last)[1]
            yield Time(
                found.start(),
                found.end(),
                {
                    "from": f"{from_year}-{first:02d}-01",
                    "to": f"{to_year}-{last:02d}-{days:02d}",
                },
            )


def _stretch(flat: str, found: re.Match[str]) -> Time | None:
    """A stretch of days; anniversaries in brackets and periods of figures give no due."""
    last = day_of(found, "t")
    if last is None:
        return None
    opened = (
        found[0].startswith("tu")
        or "den" in found[0].split()
        or "toi" in found[0].split()
    )
    month = found["fm"] or found["fmw"]
    year = found["fy"] or found["fyw"]
    if not opened and (month or not found["td"]):
        return Time(found.start(), found.end(), None) if year else None
    first = Day(
        int(found["fd"]), int(month or last.month), int(year) if year else last.year
    )
    begin, finish = first.iso(), last.iso()
    if begin is None or finish is None:
        return None
    if _NEVER_DUE.search(flat, max(0, found.start() - 60), found.start()):
        return Time(found.start(), found.end(), None)
    yearly = last.year is None
    if yearly and not opened:
        return None
    due: dict[str, str | int | bool] = {"every": "year"} if yearly else {}
    due |= {"from": begin[-5:] if yearly else begin, "to": finish}
    at = clock_of(found)
    if at and not yearly:
        due["time"] = at
    return Time(found.start(), found.end(), due)


def _single_days(
    flat: str, start: int, end: int, issued_on: str | None
) -> Iterator[Time]:
    pending: list[tuple[re.Match[str], Day, re.Match[str]]] = []
    for found in _DAYS.finditer(flat, start, end):
        day = day_of(found, "a")
        if day is None:
            continue
        line = max(flat.rfind("\n", start, found.start()) + 1, start)
        left = _LEFT.search(flat, max(line, found.start() - 70), found.start())
        assert left is not None  # every part of the pattern is optional
        if (
            pending
            and _AND.search(flat, pending[-1][0].end(), found.start())
            and (
                not flat[pending[-1][0].end() : found.start()].strip(" ,;va/truocngyhi")
            )
        ):
            pending.append((found, day, pending[0][2] if _is_bare(left) else left))
            continue
        yield from _settled(flat, pending, issued_on)
        pending = [(found, day, left)]
    yield from _settled(flat, pending, issued_on)


def _is_bare(left: re.Match[str]) -> bool:
    return not (left["strict"] or left["soft"] or left["event"] or left["from"])


def _settled(
    flat: str,
    pending: Sequence[tuple[re.Match[str], Day, re.Match[str]]],
    issued_on: str | None,
) -> Iterator[Time]:
    """The dues of days named together: they share the year and the "hằng năm" at the end."""
    if not pending:
        return
    last = pending[-1][0]
    shared = _YEAR_AFTER.match(flat, last.end())
    yearly = _YEARLY_AFTER.match(flat, last.end())
    year = pending[-1][1].year or (int(shared["year"]) if shared else None)
    end_of_all = max(last.end(), *(m.end() for m in (shared, yearly) if m), last.end())
    for found, day, left in pending:
        dated = day.within(year) if not yearly else day
        before = flat[max(0, found.start() - 130) : found.start()]
        clear = before[before.rfind("\n") + 1 :]
        due = _day_due(dated, left, clear, issued_on, recurs=bool(yearly))
        if due is None and _stands_alone(flat, found):
            due = _alone(dated)
        start = min(left.start(), found.start())
        yield Time(
            start if found is not last or len(pending) == 1 else found.start(),
            end_of_all if found is last else found.end(),
            due,
        )


def _day_due(
    day: Day, left: re.Match[str], before: str, issued_on: str | None, *, recurs: bool
) -> Due | None:
    """The due that a day gives after the words that lead to it, or None."""
    strict, cued = bool(left["strict"]), bool(left["strict"] or left["soft"])
    iso = day.iso()
    bracketed = _in_brackets(before) and not cued
    history = bool(_HISTORY.search(before)) and not cued
    explained = (bool(_NEVER_DUE.search(before)) and not strict) or history
    if iso is None or left["from"] or bracketed or explained:
        return None
    if day.year is None:
        if not (cued or recurs or left["event"]):
            return None
        return {"every": "year", "month": day.month, "day": day.day, "strict": strict}
    announced = cued or left["event"] or (left["ngay"] and issued_on)
    if not announced or _is_past(iso, issued_on, before, cued=cued):
        return None
    at = clock_of(left)
    return {"on": iso, **({"time": at} if at else {}), "strict": strict}


def _is_past(iso: str, issued_on: str | None, before: str, *, cued: bool) -> bool:
    """A day before the issue is no deadline, unless something is to be sent by it."""
    if issued_on is None or iso >= issued_on:
        return False
    return not (cued and _SENT_BY.search(before))


def _alone(day: Day) -> Due | None:
    """The day a table's cell consists of."""
    iso = day.iso()
    if iso is None:
        return None
    if day.year is None:
        return {"every": "year", "month": day.month, "day": day.day, "strict": False}
    return {"on": iso, "strict": False}


def _in_brackets(before: str) -> bool:
    opened = before.rfind("(")
    inside = before[opened + 1 :]
    return opened > before.rfind(")") and len(inside.strip(" ,ngaytu")) < 3


def _months_and_years(
    flat: str, start: int, end: int, issued_on: str | None
) -> Iterator[Time]:
    for found in _WITHIN.finditer(flat, start, end):
        if found.start() and flat[found.start() - 1].isalnum():
            continue
        due = _within(flat, found, issued_on)
        tail = _LATER_YEAR.match(flat, found.end())
        if due is None and tail:
            due = _every_year(found)
        if due is not None:
            yield Time(found.start(), tail.end() if tail else found.end(), due)


def _every_year(found: re.Match[str]) -> Due | None:
    if found["month"]:
        low, high = month_range(int(found["month"]))
    elif found["quarter"]:
        last = quarter_number(found["quarter"]) * 3
        low, high = month_range(last - 2, last)
    else:
        return None
    return {"every": "year", "from": low, "to": high}


def _within(flat: str, found: re.Match[str], issued_on: str | None) -> Due | None:
    """The due that a month, a quarter or a year gives, or None."""
    year = found["my"] or found["qy"] or found["year"]
    before = flat[max(0, found.start() - 60) : found.start()]
    before = before[before.rfind("\n") + 1 :]
    if found["since"] or _NEVER_DUE.search(before) or _PART_OF_DAY.search(before):
        return None
    alone = _stands_alone(flat, found)
    if year is None:
        later = _LATER_YEAR.match(flat, found.end())
        fits = (found["inside"] or alone) and not found["year"]
        return _every_year(found) if later or fits else None
    if issued_on and year < issued_on[:4]:
        return None
    if found["before"] or found["until"]:
        return _edge(found, int(year))
    if found["year"]:
        return {"within": year} if found["inside"] in _INSIDE_YEAR else None
    return _in_month_or_quarter(found, year, issued_on, alone=alone)


def _in_month_or_quarter(
    found: re.Match[str], year: str, issued_on: str | None, *, alone: bool
) -> Due | None:
    if found["quarter"]:
        code = f"{year}-Q{quarter_number(found['quarter'])}"
        return {"within": code} if found["inside"] or alone or issued_on else None
    code = f"{year}-{int(found['month']):02d}"
    past = bool(issued_on) and code < str(issued_on)[:7]
    told = found["inside"] or alone or issued_on
    return {"within": code} if told and not past else None


def _edge(found: re.Match[str], year: int) -> Due | None:
    """A day: the first for "trước tháng 6/2025", the last for "đến hết quý III/2025"."""
    if found["month"]:
        first = last = int(found["month"])
    elif found["quarter"]:
        last = quarter_number(found["quarter"]) * 3
        first = last - 2
    else:
        first, last = 1, 12
    if found["before"]:
        return {"on": f"{year}-{first:02d}-01", "strict": True}
    return {"on": f"{year}-{last:02d}-{monthrange(year, last)[1]:02d}", "strict": False}


def _stands_alone(flat: str, found: re.Match[str]) -> bool:
    """Whether a table's cell or "Thời gian: …" consists of this time."""
    before = re.sub(
        r"ngay *$", "", flat[max(0, found.start() - 40) : found.start()]
    ).rstrip(" ")
    after = flat[found.end() : found.end() + 3].lstrip(" .;")
    cell = (not before or before[-1] in "|\n") and (not after or after[0] in "|\n")
    return cell or bool(
        re.search(r"thoi (?:gian|han)[^.;|]{0,30}:\s*(?:\w+ ?)?$", before)
    )
