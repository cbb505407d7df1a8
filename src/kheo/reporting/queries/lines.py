"""Lists of reports: what is owed and what stands, joined line by line."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from kheo.core.access import Actor, Capability
from kheo.core.periods import Interval
from kheo.organisations.queries import names_on
from kheo.programmes.pack import Pack, Text
from kheo.programmes.queries import Owed, packs_of
from kheo.reporting.models import Flag, Report, ReportQuerySet
from kheo.reporting.queries.obligations import (
    Key,
    key_of,
    key_of_report,
    owed_in,
)
from kheo.reporting.queries.people import OWN, is_own
from kheo.reporting.rules import is_late
from kheo.reporting.workflow import OPEN, ReportState

LOOK_BACK = timedelta(days=75)
"""A report that nobody began stays in sight for so long; begun ones always do."""
LOOK_AHEAD = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Line:
    """One report that is owed or stands; without `report` nobody has begun it."""

    name: str
    title: Text
    period: str
    window: Interval
    last_day: date
    organisation_id: int
    url: str
    is_late: bool
    days_late: int
    owed: Owed | None = None
    report: Report | None = None
    is_carried_on: bool = False
    flagged: bool = False

    @property
    def state(self) -> str:
        return self.report.state if self.report else ""

    @property
    def state_label(self) -> str:
        return str(ReportState(self.report.state).label) if self.report else ""

    @property
    def is_set_earlier(self) -> bool:
        """Whether a focal point moved the last day forward."""
        if self.report is not None:
            return self.report.is_set_earlier
        return self.owed is not None and self.owed.duty.is_set_earlier

    @property
    def is_on_paper(self) -> bool:
        """Whether nobody waits for it here; a report that was begun is waited for."""
        return self.report is None and self.owed is not None and self.owed.is_on_paper

    @property
    def is_open(self) -> bool:
        return self.report is None or self.report.state in OPEN

    @property
    def is_stated(self) -> bool:
        return not self.is_open


def own_bodies(actor: Actor) -> frozenset[int]:
    """The bodies whose reports this person writes or approves."""
    return frozenset().union(*(actor.bodies(capability) for capability in OWN))


def to_do(actor: Actor, on: date) -> list[Line]:
    """What the actor's own bodies still owe: not begun, drafts, returned, late ones.

    What was kept on paper is not owed here, unless its report was begun.

    Reports of bodies that they succeeded are carried on, marked so.
    """
    bodies = own_bodies(actor)
    if not bodies:
        return []
    span = Interval(on - LOOK_BACK, on + LOOK_AHEAD)
    owed = owed_in(span, bodies=bodies)
    known = reports_by_key(Report.objects.filter(organisation__in=bodies), owed)
    asked = [one for one in owed if not one.is_on_paper]
    fresh = [one for one in asked if key_of(one) not in known]
    drafts = [
        report
        for report in with_extension(
            Report.objects.open().filter(_carried(actor, bodies))
        )
        if report.organisation_id in bodies or is_own(actor, report.organisation_id, on)
    ]
    names = names_on(bodies | {report.organisation_id for report in drafts}, on)
    titles = Titles()
    lines = [line_of_owed(one, names, on, titles=titles) for one in fresh]
    lines += lines_of(drafts, names, on, carried=bodies)
    return sorted(lines, key=lambda line: (line.last_day, line.name, line.period))


def _carried(actor: Actor, bodies: frozenset[int]) -> Q:
    inherited = frozenset().union(
        *(
            actor.readable.get(c, frozenset()) - actor.writable.get(c, frozenset())
            for c in OWN
        )
    )
    return Q(organisation__in=bodies | inherited)


def with_extension(reports: ReportQuerySet) -> list[Report]:
    """Reports with their bodies, and `extended_until` where time was given."""
    found = reports.with_bodies().with_extensions()
    return list(found.order_by("-window_to", "organisation", "definition", "pk"))


def reports_by_key(
    reports: ReportQuerySet, owed: Collection[Owed]
) -> dict[Key, Report]:
    """Those of the reports that answer one of the duties, in one query."""
    if not owed:
        return {}
    first = min(one.duty.window.start for one in owed)
    last = max(one.duty.window.end for one in owed)
    found = reports.filter(window_from__gte=first, window_to__lte=last)
    return {key_of_report(report): report for report in with_extension(found)}


def lines_of(
    reports: Iterable[Report],
    names: Mapping[int, str],
    on: date,
    *,
    carried: Collection[int] | None = None,
) -> list[Line]:
    """One line for each report; `carried` are the bodies that are not carried on."""
    listed = list(reports)
    titles = Titles()
    flagged = flagged_among(listed)
    return [
        _line(
            report,
            names.get(report.organisation_id, report.organisation.code),
            titles.of(report),
            on,
            is_carried_on=carried is not None and report.organisation_id not in carried,
            flagged=report.pk in flagged,
        )
        for report in listed
    ]


def line_of_owed(
    owed: Owed,
    names: Mapping[int, str],
    on: date,
    *,
    titles: "Titles",
    report: Report | None = None,
    flagged: bool = False,
) -> Line:
    """One line for a duty, with its report where it was begun."""
    name = names.get(owed.organisation.pk, owed.organisation.code)
    title = titles.named(owed.programme, owed.duty.report, owed.duty.last_day)
    if report is not None:
        return _line(report, name, title, on, flagged=flagged)
    late = 0 if owed.is_on_paper else (on - owed.duty.last_day).days
    return Line(
        name=name,
        title=title,
        period=owed.duty.code,
        window=owed.duty.window,
        last_day=owed.duty.last_day,
        organisation_id=owed.organisation.pk,
        url=begin_url(owed),
        is_late=late > 0,
        days_late=max(late, 0),
        owed=owed,
    )


def begin_url(owed: Owed) -> str:
    return reverse(
        "reporting:begin",
        args=[
            owed.programme,
            owed.duty.report,
            owed.organisation.code,
            owed.duty.code,
        ],
    )


class Titles:
    """Names of reports by definition; packs are kept parsed, so asking is cheap."""

    def __init__(self) -> None:
        self._packs: dict[str, list[Pack]] = {}

    def of(self, report: Report) -> Text:
        return self.named(report.programme, report.definition, report.last_day)

    def named(self, programme: str, definition: str, day: date) -> Text:
        if programme not in self._packs:
            self._packs[programme] = packs_of(programme)
        found = Text(vi=definition, en=definition)
        for pack in self._packs[programme]:
            if pack.valid.start > day and found.vi != definition:
                break
            names = (one.name for one in pack.reports if one.code == definition)
            found = next(names, found)
        return found


def flagged_among(reports: Collection[Report]) -> set[int]:
    """Which of them have a figure that changed since it was approved."""
    rows = Flag.objects.filter(report__in=[r.pk for r in reports], settled_at=None)
    return set(rows.values_list("report", flat=True))


def last_day_of(report: Report) -> date:
    """The last day in time, an extension included (set by `with_extension`)."""
    extended: date | None = getattr(report, "extended_until", None)
    return max(report.last_day, extended) if extended else report.last_day


def _line(
    report: Report,
    name: str,
    title: Text,
    on: date,
    *,
    is_carried_on: bool = False,
    flagged: bool = False,
) -> Line:
    last_day = last_day_of(report)
    sent_on = localdate(report.sent_at) if report.sent_at else None
    return Line(
        name=name,
        title=title,
        period=report.period,
        window=report.window,
        last_day=last_day,
        organisation_id=report.organisation_id,
        url=report.get_absolute_url(),
        is_late=is_late(sent_on, last_day=last_day, on=on),
        days_late=max(((sent_on or on) - last_day).days, 0),
        report=report,
        is_carried_on=is_carried_on,
        flagged=flagged,
    )


# What waits on a person


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits on the person: where to go, what it is, until when."""

    kind: str
    url: str
    name: str
    title: Text
    period: str
    window: Interval
    due: date
    state: str
    is_late: bool
    count: int = 1


def waiting_for(actor: Actor, on: date) -> list[Waiting]:
    """What waits on this person's reports, the most urgent first.

    Kinds: `write` (not begun, or a draft), `correct` (returned), `approve`, `review`
    (sent to the person's body), `changed` (figures changed since they were approved).
    """
    edits = actor.bodies(Capability.EDIT_REPORTS)
    approves = actor.bodies(Capability.APPROVE_REPORTS)
    found: list[Waiting] = []
    for line in to_do(actor, on):
        if line.state == ReportState.AWAITING:
            found += [_waiting("approve", line)] if approves else []
        elif edits:
            is_returned = line.state == ReportState.RETURNED
            found.append(_waiting("correct" if is_returned else "write", line))
    found += _to_review(actor, on)
    found += _changed(actor, on) if edits else []
    return sorted(found, key=lambda one: (one.due, one.kind, one.name))


def _to_review(actor: Actor, on: date) -> list[Waiting]:
    receivers = actor.roots.get(Capability.REVIEW_REPORTS, frozenset())
    if not receivers:
        return []
    reports = with_extension(
        Report.objects.filter(receiver__in=receivers, state=ReportState.SENT)
    )
    names = names_on({report.organisation_id for report in reports}, on)
    return [_waiting("review", line) for line in lines_of(reports, names, on)]


def _changed(actor: Actor, on: date) -> list[Waiting]:
    bodies = own_bodies(actor)
    reports = with_extension(
        Report.objects.stated().filter(
            organisation__in=bodies,
            pk__in=Flag.objects.filter(settled_at=None).values("report"),
        )
    )
    names = names_on({report.organisation_id for report in reports}, on)
    return [_waiting("changed", line) for line in lines_of(reports, names, on)]


def _waiting(kind: str, line: Line) -> Waiting:
    return Waiting(
        kind=kind,
        url=line.url,
        name=line.name,
        title=line.title,
        period=line.period,
        window=line.window,
        due=line.last_day,
        state=line.state,
        is_late=line.is_late,
    )
