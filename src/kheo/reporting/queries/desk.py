"""The receiver's side: every body that owes it a report for one window."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Max

from kheo.activities.models import Party
from kheo.activities.workflow import HAPPENED
from kheo.core.access import Actor, Capability
from kheo.core.periods import Frequency, Interval, Period
from kheo.core.text import fold
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import hands_of, named_on
from kheo.programmes.models import Programme
from kheo.programmes.queries import Owed, duties_in, packs_of
from kheo.programmes.regime import YEARS_RECKONED, Duty
from kheo.reporting.models import Report
from kheo.reporting.queries.lines import (
    Line,
    Titles,
    flagged_among,
    line_of_owed,
    reports_by_key,
)
from kheo.reporting.queries.obligations import Source, key_of, owed_for
from kheo.reporting.queries.people import is_own
from kheo.reporting.queries.rolls import Rolls
from kheo.reporting.workflow import ReportState

ORDER = (Frequency.MONTH, Frequency.QUARTER, Frequency.HALF, Frequency.YEAR)
YEARS_BACK = 10
OPENS_AHEAD = timedelta(days=20)
"""So long before its last day a window is the one the desk opens with."""


LATE = "late"


class Standing(StrEnum):
    """Where a report stands for its receiver; on paper, nobody waits for it here."""

    WAITING = "waiting"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    MISSING = "missing"
    ON_PAPER = "on_paper"


@dataclass(frozen=True, slots=True)
class Window:
    """One period as the desk shows it: all duties of that name and frequency."""

    period: Period
    interval: Interval
    last_day: date
    duties: tuple[Duty, ...]
    programme: str

    @property
    def frequency(self) -> Frequency:
        return self.period.frequency

    @property
    def code(self) -> str:
        return self.period.code


@dataclass(frozen=True, slots=True)
class Row:
    """One body at the desk; `last_active_on` is its last logged day in the window."""

    line: Line
    code: str
    last_active_on: date | None

    @property
    def report(self) -> Report | None:
        return self.line.report

    @property
    def standing(self) -> Standing:
        return standing_of(self.line)


@dataclass(frozen=True, slots=True)
class Tally:
    """Completeness and timeliness of one window.

    `sent` holds what came at all; `late` of these came late, `overdue` are missing
    after their last day. Waiting, returned, accepted and missing make `expected`; what
    was kept `on_paper` stands beside it.
    """

    expected: int
    sent: int
    waiting: int
    returned: int
    accepted: int
    in_time: int
    late: int
    missing: int
    overdue: int
    on_paper: int

    @property
    def rows(self) -> int:
        return self.expected + self.on_paper


def receivers_for(
    actor: Actor, programme: Programme, window: Window, on: date
) -> list[Organisation]:
    """The bodies to which the window's reports go and where this person reviews, named.

    The person's own bodies (or what they succeeded), or, where none of these receives
    anything, those below.
    """
    source = Source(programme, packs_of(programme.code), Rolls.now())
    day = window.interval.last
    found = {body for duty in window.duties for body in source.receivers(duty)}
    review = Capability.REVIEW_REPORTS
    readable = actor.readable.get(review, frozenset())
    roots = actor.roots.get(review, frozenset())
    ended = (found & readable) - actor.bodies(review)
    own = (found & roots) | {body for body in ended if hands_of(body, on) & roots}
    scope = own or readable
    wanted = found if actor.is_system else found & scope
    named = named_on(day).filter(pk__in=wanted)
    return list(named.order_by("versions__sort_name", "pk"))


def own_receivers(
    actor: Actor, programme: Programme, window: Window, on: date
) -> list[Organisation]:
    """The receiving bodies whose own reports this person writes or approves, named."""
    source = Source(programme, packs_of(programme.code), Rolls.now())
    found = {body for duty in window.duties for body in source.receivers(duty)}
    own = {body for body in found if is_own(actor, body, on)}
    named = named_on(window.interval.last).filter(pk__in=own)
    return list(named.order_by("versions__sort_name", "pk"))


def windows_of(programme: str, year: int) -> list[Window]:
    """The periods of a programme whose reports are due in a year, months first."""
    if year not in YEARS_RECKONED:
        return []
    days = Interval(date(year, 1, 1), date(year + 1, 1, 1))
    groups: dict[Period, list[Duty]] = defaultdict(list)
    for duty in duties_in(programme, days):
        if duty.period is not None:
            groups[duty.period].append(duty)
    windows = [
        Window(
            period,
            duties[0].window,
            max(duty.last_day for duty in duties),
            tuple(duties),
            programme,
        )
        for period, duties in groups.items()
    ]
    return sorted(windows, key=lambda w: (ORDER.index(w.frequency), w.interval))


def window_at(windows: Iterable[Window], on: date) -> Window | None:
    """The month to look at on a day: the one now due, or else the last before."""
    months = [one for one in windows if one.frequency is Frequency.MONTH]
    begun = [one for one in months if _is_near(one, on)]
    return (begun or months)[-1] if months else None


def desk_windows(programme: Programme, on: date) -> list[Window]:
    """The periods of this year, or of the last year in which the programme had any.

    Early in January no month of the new year is near yet: last year's are looked at.
    """
    kept: list[Window] = []
    for year in range(on.year, on.year - YEARS_BACK, -1):
        windows = windows_of(programme.code, year)
        if any(_is_near(one, on) for one in windows):
            return windows
        kept = kept or windows
    return kept


def _is_near(window: Window, on: date) -> bool:
    return window.last_day - OPENS_AHEAD <= on


def rows_of(
    receiver: Organisation, programme: Programme, window: Window, on: date
) -> list[Row]:
    """Every body that owes this receiver a report for the window, with its report.

    The queries do not grow with the bodies.
    """
    owed = owed_to(receiver, programme, window)
    reports = reports_by_key(
        Report.objects.filter(programme=programme.code, receiver=receiver), owed
    )
    names = {one.organisation.pk: _name(one.organisation) for one in owed}
    active = last_activity(names, window.interval)
    flagged = flagged_among(list(reports.values()))
    titles = Titles()
    rows = []
    for one in owed:
        report = reports.get(key_of(one))
        line = line_of_owed(
            one,
            names,
            on,
            titles=titles,
            report=report,
            flagged=bool(report and report.pk in flagged),
        )
        rows.append(Row(line, one.organisation.code, active.get(one.organisation.pk)))
    return rows


def owed_to(receiver: Organisation, programme: Programme, window: Window) -> list[Owed]:
    """What is owed to one receiver in a window, in the order of the names."""
    return owed_for(programme, window.duties, receiver=receiver.pk)


def last_activity(bodies: Collection[int], window: Interval) -> dict[int, date]:
    """The last day in the window on which each body took part in an activity."""
    rows = Party.objects.filter(
        organisation__in=bodies,
        activity__on__gte=window.start,
        activity__on__lt=window.end,
        activity__state__in=HAPPENED,
    )
    found = rows.values("organisation").annotate(last=Max("activity__on"))
    return dict(found.values_list("organisation", "last"))


def standing_of(line: Line) -> Standing:
    """Where a report stands for its receiver; one on its way back counts as returned."""
    if line.is_on_paper:
        return Standing.ON_PAPER
    if line.report is None or line.report.sent_at is None:
        return Standing.MISSING
    if line.state == ReportState.ACCEPTED:
        return Standing.ACCEPTED
    return Standing.WAITING if line.state == ReportState.SENT else Standing.RETURNED


def tally_of(lines: Iterable[Line]) -> Tally:
    """How many were expected, came, came in time."""
    listed = list(lines)
    count = Counter(standing_of(line) for line in listed)
    missing, on_paper = count[Standing.MISSING], count[Standing.ON_PAPER]
    expected = len(listed) - on_paper
    late = [line for line in listed if line.is_late]
    overdue = [one for one in late if standing_of(one) is Standing.MISSING]
    sent = expected - missing
    return Tally(
        expected=expected,
        sent=sent,
        waiting=count[Standing.WAITING],
        returned=count[Standing.RETURNED],
        accepted=count[Standing.ACCEPTED],
        in_time=sent - (len(late) - len(overdue)),
        late=len(late) - len(overdue),
        missing=missing,
        overdue=len(overdue),
        on_paper=on_paper,
    )


def shown(rows: Iterable[Row], show: str, name: str = "") -> list[Row]:
    """The rows of one standing, or those that are late, whose body's name fits."""
    kept = list(rows)
    if show == LATE:
        kept = [row for row in kept if row.line.is_late]
    elif show in list(Standing):
        kept = [row for row in kept if row.standing == show]
    words = fold(name).split()
    return [row for row in kept if all(w in fold(row.line.name) for w in words)]


def node_of(
    receiver: Organisation, programme: Programme, window: Window
) -> Organisation:
    """Where the totals of a receiver stand: itself, or the home of the programme.

    A board stands beside the line whose reports it receives; nothing is below it.
    """
    day = window.interval.last
    below = Reach.objects.filter(
        superior=receiver, depth__gt=0, valid_from__lte=day, valid_to__gt=day
    )
    if below.exists() or programme.home is None:
        return receiver
    return programme.home


def _name(body: Organisation) -> str:
    return str(getattr(body, "name", "") or body.code)
