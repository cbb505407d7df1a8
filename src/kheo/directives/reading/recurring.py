"""Times that return: every month, quarter, half, year, with or without a day.

    trước ngày 25 hằng tháng                    {"every": "month", "day": 25, "strict": true}
    trước ngày 25 của tháng cuối quý            {"every": "quarter", "month_of_quarter": 3, …}
    ngày 15 của tháng trước đó                  {"every": "month", …, "shift_months": -1}
    ngày 20 các tháng 3, 6, 9, 12               the quarter's third month
    tuần cuối của tháng thứ ba trong quý        {"every": "quarter", …, "week": -1}
    hằng năm · định kỳ 6 tháng, 1 năm · mỗi quý một lần   {"every": …} without a day

"Hằng" and "hàng" are one word here. A period of a report ("báo cáo 6 tháng") is not yet a
time: only "định kỳ", "hằng", "mỗi" or "một lần" make it one.
"""

import re
from collections.abc import Iterator

from .dates import DAY, MONTH
from .text import phrase
from .timespan import CLOCK, Parts, Time

_STRICT = r"(?P<cue>(?:(?:cham nhat|muon nhat)(?: la| vao)? ?)?(?:(?P<strict>truoc)|vao|den|la)? ?)"
_QUARTER_MONTH = (
    r"(?:cua |vao )?thang (?P<which>cuoi|dau|giua|thu (?:nhat|hai|ba|1|2|3)|dau tien|cuoi cung)(?: tien| cung)?"
    r" ?(?:cua |trong |moi |hang |cac )*quy(?P<next> (?:sau|tiep theo|ke tiep|tiep))?"
)
_NAMED_MONTHS = (
    rf"(?:cua |vao )?(?:cac |thang )+"
    rf"(?P<list>{MONTH}(?: ?(?:,|va|;|/|hoac) ?(?:thang )?{MONTH})+)"
)
_MONTH_BEFORE = r"(?:cua )?thang (?:lien )?truoc(?: do| lien ke)?"
_MONTH_AFTER = (
    r"(?:cua )?thang (?:sau|tiep theo|ke tiep|lien ke|lien sau|tiep)(?: lien ke| do)?"
)
_EVERY_MONTH = (
    r"(?:cua |cac )?(?:hang|moi|tung) thang"
    r"|cua thang(?! \d| cuoi| dau| thu)(?: bao cao)?|trong thang(?! \d)"
)
_DAY_OF = phrase(
    rf"(?! ){_STRICT}(?:{CLOCK},? ?)?(?:ngay )?(?<![\d/])(?P<day>{DAY})(?![\d/%])"
    rf" ?(?:,|\()? ?(?:(?P<quarter>{_QUARTER_MONTH})|(?P<months>{_NAMED_MONTHS})"
    rf"|(?P<previous>{_MONTH_BEFORE})|(?P<following>{_MONTH_AFTER})|(?:{_EVERY_MONTH}))"
)
_AFTER_MONTHLY = phrase(
    r"(?P<period>bao cao (?:dinh ky )?(?:hang )?(?:thang|quy)|(?:hang|moi) thang|hang quy|dinh ky thang)"
    r"[^.;\n|]{0,80}?(?P<strict>truoc|cham nhat|vao)(?: la| vao)? "
    rf"ngay (?P<day>{DAY})(?![\d]| ?[/.\-] ?\d| thang \d| (?:cua |cac )*thang)"
)
_WEEK = phrase(
    r"tuan (?P<week>dau|cuoi|thu (?:nhat|hai|ba|tu))(?: tien| cung)? "
    rf"(?:(?P<quarter>{_QUARTER_MONTH})|(?:cua )?(?:hang|moi) thang|cua thang(?! \d))"
)
_UNIT = r"(?:(?:0?6|sau) thang(?: dau nam)?|nua nam|thang|quy|(?:0?1 |mot )?nam)"
_LIST = phrase(
    r"(?P<lead>(?:theo )?dinh ky(?: theo)?(?: bao cao)?[\s:(]*(?:hang |moi )?"
    r"|(?:hang|moi|tung) |\bcac ky (?:bao cao )?\(?)"
    rf"(?P<units>{_UNIT}(?: ?(?:,|/|va|;|hoac|-)+ ?(?:hang |moi |dinh ky )?(?:va |ca )?{_UNIT})*)"
    r"(?![a-z])"
)
_ONCE = phrase(
    rf"(?P<unit>{_UNIT})(?: ?/ ?| )(?:it nhat )?(?:mot|0?1) ?(?:/ ?)?lan"
    r"|(?:mot|0?1) (?:lan|ky|cuoc|buoi|ngay)(?: ?/ ?| moi | trong | trong mot )"
    rf"(?P<per>{_UNIT})"
)
_ONE_UNIT = phrase(
    r"(?:(?P<half>(?:0?6|sau) thang(?: dau nam)?|nua nam)|(?P<month>thang)|(?P<quarter>quy)|"
    r"(?P<year>(?:0?1 |mot )?nam))"
)
_NOT_TIMES = phrase(
    r"(?:quy (?:dinh|che|hoach|mo|trinh|uoc|bao|luat|dat|doi|y|khach|vi|i|v)|nam (?:19|20)\d\d|"
    r"thang \d|nam (?:sau|sinh|quan|nu|bo|tri|giu|chac|bat|tinh|duoc|vung|thu)|quy \d)"
)


def recurring_days(flat: str, start: int, end: int) -> Iterator[Time]:
    """Days of the month, of the quarter, weeks."""
    for found in _WEEK.finditer(flat, start, end):
        week = {"dau": 1, "cuoi": -1}.get(found["week"]) or _ordinal(found["week"])
        due: Parts
        if found["quarter"]:
            due = {
                "every": "quarter",
                "month_of_quarter": _ordinal(found["which"]),
                "week": week,
            }
        else:
            due = {"every": "month", "week": week}
        yield Time(found.start(), found.end(), due)
    for found in _DAY_OF.finditer(flat, start, end):
        yield from _day_of(found)
    for found in _AFTER_MONTHLY.finditer(flat, start, end):
        strict = found["strict"] == "truoc"
        every = "quarter" if "quy" in found["period"] else "month"
        at = found.start("strict")
        if every == "month":
            yield Time(
                at,
                found.end(),
                {"every": every, "day": int(found["day"]), "strict": strict},
            )
        else:
            yield Time(
                at,
                found.end(),
                {
                    "every": every,
                    "month_of_quarter": 3,
                    "day": int(found["day"]),
                    "strict": strict,
                },
            )


def _day_of(found: re.Match[str]) -> Iterator[Time]:
    strict, day = bool(found["strict"]), int(found["day"])
    cued = bool(found["cue"].strip()) or "ngay" in found[0]
    clock: Parts = (
        {"time": f"{int(found['hour']):02d}:{int(found['minute'] or 0):02d}"}
        if found["hour"]
        else {}
    )
    if not cued:
        return
    if found["quarter"]:
        month = _ordinal(found["which"])
        due: Parts = {"every": "quarter", "month_of_quarter": month, "day": day}
        yield Time(found.start(), found.end(), {**due, **clock, "strict": strict})
    elif found["months"]:
        yield from _named_months(found, day, strict=strict)
    else:
        due = {"every": "month", "day": day, **clock, "strict": strict}
        if found["previous"]:
            due["shift_months"] = -1
        elif found["following"]:
            due["shift_months"] = 1
        yield Time(found.start(), found.end(), due)


def _named_months(found: re.Match[str], day: int, *, strict: bool) -> Iterator[Time]:
    """The same day of several months: a quarter's month when they are three apart."""
    months = [int(m) for m in re.findall(r"\d+", found["list"])]
    place = {(m - 1) % 3 + 1 for m in months}
    if len(months) >= 3 and len(place) == 1:
        due: Parts = {
            "every": "quarter",
            "month_of_quarter": place.pop(),
            "day": day,
            "strict": strict,
        }
        yield Time(found.start(), found.end(), due)
        return
    at = found.start()
    for number, month in enumerate(months):
        until = found.end() if number == len(months) - 1 else at + 1
        yield Time(
            at, until, {"every": "year", "month": month, "day": day, "strict": strict}
        )
        at = until


def _ordinal(word: str) -> int:
    for number, names in enumerate(
        (("dau", "nhat", "1"), ("giua", "hai", "2"), ("cuoi", "ba", "3"), ("tu",)), 1
    ):
        if any(
            word.rsplit(maxsplit=1)[-1] == name or word.split(maxsplit=1)[0] == name
            for name in names
        ):
            return number
    return 1


def recurrences(flat: str, start: int, end: int) -> Iterator[Time]:
    """Recurrences without a day: "hằng năm", "định kỳ 6 tháng, 1 năm", "mỗi quý một lần"."""
    for found in _ONCE.finditer(flat, start, end):
        unit = found["unit"] or found["per"]
        due = _every(unit)
        if due is not None:
            yield Time(found.start(), found.end(), due, is_bare=True)
    for found in _LIST.finditer(flat, start, end):
        begin = found.start()
        units = list(_ONE_UNIT.finditer(flat, found.start("units"), found.end("units")))
        for number, unit in enumerate(units):
            if _NOT_TIMES.match(flat, unit.start()):
                continue
            until = found.end() if number == len(units) - 1 else unit.end()
            due = _every(unit[0])
            if due is not None:
                yield Time(begin, until, due, is_bare=True)
            begin = until


def _every(unit: str) -> dict[str, str | int | bool] | None:
    found = _ONE_UNIT.fullmatch(unit)
    if found is None:
        return None
    return {"every": str(found.lastgroup)}
