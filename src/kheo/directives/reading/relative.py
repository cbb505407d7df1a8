"""Times counted from an event.

    trước ngày bầu cử 10 ngày · chậm nhất 10 ngày trước ngày bầu cử
        {"relative_to": "ngày bầu cử", "days": -10, "strict": false}
    trong vòng 3 ngày kể từ khi … · chậm nhất 5 ngày sau khi …
        {"relative_to": "khi …", "days": 3, "strict": false}

The event is given by its place (`Time.event`); the caller has the words.
Working days are counted as they are named; hours and months have no shape and are not read.
"""

import re
from collections.abc import Iterator

from .text import phrase
from .timespan import Time

_COUNT = r"(?P<days>\d{1,3}|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)(?: \((?:[a-z]+ ?){1,4}\))? ?(?P<unit>ngay|tuan)(?: lam viec)?"
_WORDS = {
    w: n
    for n, w in enumerate(
        ["mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"], 1
    )
}
_EVENT = r"(?P<event>(?:ngay |khi |luc |thoi diem |hoi nghi |dai hoi |le |buoi |cuoc |dot |ky )[a-z][^,.;:()|\n]{1,90}?)"
_STOP = r"(?=[,.;:()|\n]| (?:phai|thi|de|gui|bao cao|cac|dang uy|ban|uy ban|nguoi|to chuc va|va gui|ve)\b|$)"

_COUNT_FIRST = phrase(
    rf"(?:(?:cham|muon|it) nhat(?: la| vao)? |trong (?:vong|thoi han|thoi gian|han)(?: khong qua| toi da)? |sau |khong qua |truoc ){{0,3}}{_COUNT}"
    rf",? ?(?:(?P<before>truoc)|(?P<after>(?:sau|ke tu|tinh tu|tu)(?: sau)?)) {_EVENT}{_STOP}"
)
_EVENT_FIRST = phrase(
    rf"(?<![a-z])(?:(?P<before>truoc)|(?P<after>sau|ke tu)) {_EVENT},? (?:it nhat |cham nhat |khong qua |toi thieu |trong vong |toi da )?(?:la )?{_COUNT}(?![a-z])"
)
_DATED = re.compile(r"ngay\s+\d")


def relative_times(flat: str, start: int, end: int) -> Iterator[Time]:
    """Times a number of days before or after an event."""
    for pattern in (_COUNT_FIRST, _EVENT_FIRST):
        for found in pattern.finditer(flat, start, end):
            event = found["event"].rstrip()
            if pattern is _EVENT_FIRST and _DATED.match(event):
                continue
            count = _WORDS.get(found["days"]) or int(found["days"])
            days = count * (7 if found["unit"] == "tuan" else 1)
            due = {"days": -days if found["before"] else days, "strict": False}
            at = found.start("event")
            yield Time(found.start(), found.end(), due, event=(at, at + len(event)))
