"""What is mine today: what waits on me, what comes, what I wait for."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from kheo.activities.models import Activity, ActivityQuerySet, PartyRole
from kheo.activities.queries import Described, described
from kheo.activities.workflow import COMING, HAPPENED, ActivityState
from kheo.core.access import Actor, Capability
from kheo.core.calendar import VIETNAM
from kheo.core.periods import Frequency, Period
from kheo.organisations.queries import names_on
from kheo.reporting.models import Report
from kheo.reporting.queries.figures import Figure, figures_of
from kheo.reporting.queries.lines import (
    Line,
    Waiting,
    lines_of,
    own_bodies,
    waiting_for,
    with_extension,
)
from kheo.reporting.workflow import ReportState
from kheo.workspace.queries.people import (
    Held,
    People,
    administrators,
    held_by,
    people_for,
)
from kheo.workspace.queries.received import (
    Glance,
    Received,
    glance_of,
    received_by,
    running_on,
)

SHOWN = 8
"""Lines of one list; the page of the list has the rest."""

CHANGED, REVIEW, CORRECT = "changed", "review", "correct"

SOON = timedelta(days=30)
LONG_AGO = timedelta(days=120)
APPROVALS = 3
KEY_FIGURES = 4


@dataclass(frozen=True, slots=True)
class Some:
    """The first lines of a list, and how many more there are."""

    rows: list[Waiting]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """The calendar month's days of one's own bodies: done, coming, not yet logged."""

    done: int
    coming: int
    to_log: int

    @property
    def is_empty(self) -> bool:
        return not (self.done or self.coming or self.to_log)


@dataclass(frozen=True, slots=True)
class Approval:
    """A report that waits for approval, with its first figures."""

    line: Line
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the first page, already cut to what it shows."""

    today: date
    saturday: date
    held: list[Held]
    reports: Some
    to_accept: Some
    late: int
    next_report: Waiting | None
    approvals: list[Approval]
    month: Month
    to_log: list[Described]
    to_answer: list[Described]
    to_confirm: list[Described]
    coming: list[Described]
    elsewhere: list[Line]
    with_commune: list[Described]
    received: list[Received] = field(default_factory=list)
    glance: Glance | None = None
    people: People | None = None
    whom_to_ask: list[str] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Nothing at all waits on the person."""
        lists = (self.reports.rows, self.to_accept.rows, self.approvals)
        return not any((*lists, self.to_log, self.to_answer, self.to_confirm))

    @property
    def only_people(self) -> bool:
        """Whether the person administers accounts and nothing else."""
        return self.people is not None and all(not one.body for one in self.held)

    @property
    def waiting_confirmation(self) -> int:
        return len(self.to_confirm)

    @property
    def days_to_saturday(self) -> int:
        return (self.saturday - self.today).days

    @property
    def days_to_report(self) -> int:
        """Days left for the next own report that is not late yet."""
        return (self.next_report.due - self.today).days if self.next_report else 0

    @property
    def has_ended(self) -> bool:
        """Every body where the person holds a role has ended without a successor."""
        return bool(self.held) and all(one.has_ended for one in self.held)


def home_of(actor: Actor, on: date, *, at: datetime) -> Home:
    """The first page of one person on one day; the queries do not grow with the rows."""
    waiting = sorted(waiting_for(actor, on), key=_urgency)
    approvals = _approvals(actor, on)
    shown = {one.line.url for one in approvals}
    mine = [one for one in waiting if one.kind != REVIEW and one.url not in shown]
    running = running_on(on)
    received = received_by(actor, on, running)
    days = _Days.of(actor, on)
    held = held_by(actor, on)
    return Home(
        today=on,
        saturday=VIETNAM.next_saturday(on),
        held=held,
        reports=_some(mine),
        to_accept=_some([one for one in waiting if one.kind == REVIEW]),
        late=sum(one.is_late for one in waiting),
        next_report=next((one for one in mine if one.due >= on), None),
        approvals=approvals,
        month=days.month(on),
        to_log=_shown(days.led.filter(state__in=COMING, on__lt=on)),
        to_answer=_shown(days.hosted.filter(state=ActivityState.PROPOSED, on__gte=on))
        + _shown(days.led.filter(state=ActivityState.COUNTERED, on__gte=on)),
        to_confirm=_shown(days.hosted.filter(state=ActivityState.DONE)),
        coming=_shown(
            days.recent.visible_to(actor).filter(state__in=COMING, on__gte=on)
        ),
        elsewhere=_with_others(actor, on),
        with_commune=_shown(days.led.filter(state=ActivityState.PROPOSED, on__gte=on)),
        received=received,
        glance=glance_of(actor, on, running, received),
        people=people_for(actor, on, at),
        whom_to_ask=[] if held else administrators(on),
    )


def _urgency(one: Waiting) -> int:
    """What came back before what is due, figures that changed after all that."""
    return {CORRECT: 0, CHANGED: 2}.get(one.kind, 1)


def _some(rows: list[Waiting]) -> Some:
    return Some(rows[:SHOWN], max(0, len(rows) - SHOWN))


# Days in the villages


@dataclass(frozen=True, slots=True)
class _Days:
    """The days around today that concern the person's own bodies."""

    recent: ActivityQuerySet
    led: ActivityQuerySet
    hosted: ActivityQuerySet

    @classmethod
    def of(cls, actor: Actor, on: date) -> "_Days":
        edits = actor.bodies(Capability.EDIT_ACTIVITIES)
        hosts = actor.bodies(Capability.HOST_ACTIVITIES)
        recent = Activity.objects.filter(on__gt=on - LONG_AGO, on__lt=on + SOON)
        hosted = recent.filter(
            parties__organisation__in=hosts, parties__role=PartyRole.HOST
        )
        return cls(
            recent=recent,
            led=recent.led_by(edits) if edits else recent.none(),
            hosted=hosted if hosts else recent.none(),
        )

    def month(self, on: date) -> Month:
        month = Period.containing(on, Frequency.MONTH).interval
        days = self.led.filter(on__gte=month.start, on__lt=month.end)
        told: Counter[str] = Counter()
        for state, day in days.values_list("state", "on"):
            if state in HAPPENED:
                told["done"] += 1
            elif state in COMING:
                told["to_log" if day < on else "coming"] += 1
        return Month(told["done"], told["coming"], told["to_log"])


def _shown(rows: QuerySet[Activity]) -> list[Described]:
    found = list(rows.order_by("on", "pk")[:SHOWN])
    return described(found) if found else []


# Reports


def _with_others(actor: Actor, on: date) -> list[Line]:
    """Reports of one's own bodies that somebody else has to move on."""
    bodies = own_bodies(actor)
    if not bodies:
        return []
    states = [ReportState.SENT]
    if not actor.holds(Capability.APPROVE_REPORTS):
        states.append(ReportState.AWAITING)
    found = with_extension(
        Report.objects.visible_to(actor).filter(
            organisation__in=bodies, state__in=states
        )
    )[:SHOWN]
    names = names_on({report.organisation_id for report in found}, on)
    return lines_of(found, names, on) if found else []


def _approvals(actor: Actor, on: date) -> list[Approval]:
    """The first reports that wait for this person's approval, with key figures."""
    bodies = actor.bodies(Capability.APPROVE_REPORTS)
    if not bodies:
        return []
    found = with_extension(
        Report.objects.visible_to(actor).filter(
            organisation__in=bodies, state=ReportState.AWAITING
        )
    )
    names = names_on({report.organisation_id for report in found}, on)
    lines = sorted(lines_of(found, names, on), key=lambda line: line.last_day)
    return [_approval(line) for line in lines[:APPROVALS]]


def _approval(line: Line) -> Approval:
    figures = figures_of(line.report) if line.report else []
    shown = [one for one in figures if one.cell.is_shown and not one.is_missing]
    return Approval(line, shown[:KEY_FIGURES])
