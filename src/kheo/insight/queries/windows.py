"""The windows of a programme's year, as its reports name them."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kheo.core.periods import DAY, Frequency, Interval, Period
from kheo.programmes.models import Programme, ProgrammeVersion
from kheo.programmes.queries import duties_in

ROMAN = ("", "I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of days under the name of its period."""

    period: Period
    interval: Interval

    @property
    def code(self) -> str:
        """The period within its year: `m3`, `q1`, `h2`, `y`."""
        letter = self.period.frequency.value[0]
        is_year = self.period.frequency is Frequency.YEAR
        return letter if is_year else f"{letter}{self.period.number}"


def windows_of(programme: str, year: int) -> list[Window]:
    """Months, quarters, halves, the year: each once, with the days the pack gives it."""
    span = Interval(date(year, 1, 1), date(year + 1, 4, 1))
    found: dict[Period, Window] = {}
    for duty in duties_in(programme, span):
        if duty.period is not None and duty.period.year == year:
            found.setdefault(duty.period, Window(duty.period, duty.window))
    order = list(Frequency)
    return sorted(
        found.values(),
        key=lambda w: (order.index(w.period.frequency), w.period.number),
    )


def name_of_period(period: Period) -> str:
    """The period without its year, for a list under the year's heading."""
    match period.frequency:
        case Frequency.MONTH:
            return _("Month %(number)d") % {"number": period.number}
        case Frequency.QUARTER:
            return _("Quarter %(number)s") % {"number": ROMAN[period.number]}
        case Frequency.HALF:
            return _("First half") if period.number == 1 else _("Second half")
        case _year:
            return _("Whole year")


def years_of(programme: Programme, today: date) -> list[int]:
    """The years in which it ran, up to this one, the newest first."""
    versions = ProgrammeVersion.objects.filter(programme=programme)
    days = list(
        versions.order_by("valid_from").values_list("valid_from", "valid_until")
    )
    if not days:
        return [today.year]
    end = days[-1][1]
    last = min(today, end - DAY) if end else today
    first = min(days[0][0], last)
    return list(range(last.year, first.year - 1, -1))


def latest(windows: list[Window], today: date) -> Window | None:
    """The month that is running, else the last one that has ended, else the first."""
    months = [w for w in windows if w.period.frequency is Frequency.MONTH] or windows
    running = [w for w in months if today in w.interval]
    past = [w for w in months if w.interval.end <= today]
    return next(iter([*running, *reversed(past), *months]), None)
