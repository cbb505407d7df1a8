"""What is mine today: what waits on me, what comes, what I wait for."""

from dataclasses import dataclass, field
from datetime import date, datetime

from kheo.core.access import Actor, Capability
from kheo.core.calendar import VIETNAM
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
from kheo.workspace.queries.days import MINE, SHOWN, Days, days_of
from kheo.workspace.queries.people import (
    Below,
    Held,
    People,
    administrators,
    below_for,
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
from kheo.workspace.queries.typed import TypedForUs, typed_for_us
from kheo.workspace.queries.upward import OwnSummary, summaries_for

CHANGED, REVIEW, CORRECT = "changed", "review", "correct"

APPROVALS = 3
KEY_FIGURES = 4


@dataclass(frozen=True, slots=True)
class Some:
    """The first lines of a list, and how many more there are."""

    rows: list[Waiting]
    more: int = 0


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
    days: Days
    typed: TypedForUs
    elsewhere: list[Line]
    received: list[Received] = field(default_factory=list)
    summaries: list[OwnSummary] = field(default_factory=list)
    glance: Glance | None = None
    people: People | None = None
    below: Below | None = None
    whom_to_ask: list[str] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Nothing at all waits on the person."""
        reports = (self.reports.rows, self.to_accept.rows, self.approvals)
        days = (self.days[name].rows for name in MINE)
        return not any((*reports, *days))

    @property
    def only_people(self) -> bool:
        """Whether the person administers accounts and nothing else."""
        return self.people is not None and all(not one.body for one in self.held)

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
        days=days_of(actor, on),
        typed=typed_for_us(actor, on),
        elsewhere=_with_others(actor, on),
        received=received,
        summaries=summaries_for(actor, on, running),
        glance=glance_of(actor, on, running, received),
        people=people_for(actor, on, at),
        below=below_for(actor, on, at),
        whom_to_ask=[] if held else administrators(on),
    )


def _urgency(one: Waiting) -> int:
    """What came back before what is due, figures that changed after all that."""
    return {CORRECT: 0, CHANGED: 2}.get(one.kind, 1)


def _some(rows: list[Waiting]) -> Some:
    return Some(rows[:SHOWN], max(0, len(rows) - SHOWN))


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
