"""The windows of a programme's year, as its reports name them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from kheo.core.language import said
from kheo.core.periods import DAY, Frequency, Interval, Period
from kheo.programmes.models import Programme, ProgrammeVersion
from kheo.programmes.periods import month_of_year, quarter_of_year
from kheo.programmes.queries import duties_in, edition_of, line_of
from kheo.programmes.regime import YEARS_RECKONED, Duty

YEARS_KEPT = 300
NEARLY = timedelta(days=7)
"""So long before its last day a window is looked at rather than the one before."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of days under the name of its period, in one programme."""

    period: Period
    interval: Interval
    programme: str = ""

    @property
    def code(self) -> str:
        """The period within its year: `m3`, `q1`, `h2`, `y`."""
        letter = self.period.frequency.value[0]
        is_year = self.period.frequency is Frequency.YEAR
        return letter if is_year else f"{letter}{self.period.number}"


def windows_of(programme: str, year: int) -> list[Window]:
    """Months, quarters, halves, the year: each once, with the days the pack gives it.

    None for a year in which nothing is ever owed.
    """
    if year not in YEARS_RECKONED:
        return []
    found: dict[Period, Window] = {}
    for period, duty in duties_of_year(programme, year):
        found.setdefault(period, Window(period, duty.window, programme))
    order = list(Frequency)
    return sorted(
        found.values(),
        key=lambda w: (order.index(w.period.frequency), w.period.number),
    )


def duties_of_year(programme: str, year: int) -> tuple[tuple[Period, Duty], ...]:
    """What is owed for the periods of a year, by groups.

    Reckoned once per process for the versions that the programme has.
    """
    return _duties(programme, edition_of(programme), year)


@lru_cache(maxsize=YEARS_KEPT)
def _duties(
    programme: str, _versions: tuple[tuple[str, date | None], ...], year: int
) -> tuple[tuple[Period, Duty], ...]:
    span = Interval(date(year, 1, 1), date(year + 1, 4, 1))
    return tuple(
        (duty.period, duty)
        for duty in duties_in(programme, span)
        if duty.period is not None and duty.period.year == year
    )


def name_of_period(period: Period) -> str:
    """The period without its year, for a list under the year's heading."""
    match period.frequency:
        case Frequency.MONTH:
            return said(month_of_year(period.number))
        case Frequency.QUARTER:
            return said(quarter_of_year(period.number))
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
    """The month that has closed last or closes in a few days, else the first.

    A month that has hardly begun is empty; nobody opens the figures for it.
    """
    months = [w for w in windows if w.period.frequency is Frequency.MONTH] or windows
    closing = [w for w in months if is_closing(w, today)]
    return next(iter([*reversed(closing), *months]), None)


def is_closing(window: Window, today: date) -> bool:
    """Whether the window has ended, or its reports are being written."""
    return window.interval.last - NEARLY <= today


def window_named(programme: str, period: Period) -> Window | None:
    """The window of one period: in the programme, or in the one that it carries on."""
    for code in line_of(programme):
        windows = windows_of(code, period.year)
        found = next((w for w in windows if w.period == period), None)
        if found is not None:
            return found
    return None


def windows_until(window: Window, count: int) -> list[Window]:
    """Up to `count` windows of one frequency that end with this one, in order."""
    periods = [window.period]
    while len(periods) < count:
        periods.append(periods[-1].previous())
    years = sorted({period.year for period in periods})
    known = {
        one.period: one
        for code in reversed(line_of(window.programme))
        for year in years
        for one in windows_of(code, year)
    }
    found = [known[period] for period in reversed(periods) if period in known]
    return [one for one in found if one.interval.end <= window.interval.end]
