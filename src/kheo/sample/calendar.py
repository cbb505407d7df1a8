"""The clock of the sample: moments in Vietnam's time, weekends of a month."""

from calendar import monthrange
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SATURDAY = 5


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM)


def weekends(year: int, month: int) -> list[date]:
    """The Saturdays and Sundays of a month."""
    last = monthrange(year, month)[1]
    days = (date(year, month, day) for day in range(1, last + 1))
    return [day for day in days if day.weekday() >= SATURDAY]


def months(start: date, end: date) -> list[tuple[int, int]]:
    """Every (year, month) with a day in `[start, end)`."""
    found = []
    year, month = start.year, start.month
    while date(year, month, 1) < end:
        found.append((year, month))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found
