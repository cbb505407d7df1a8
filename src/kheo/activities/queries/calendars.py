"""A body's year, day by day: what is planned, done and confirmed, and the days off."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.queries.hosting import GONE
from kheo.activities.queries.names import Described, described
from kheo.activities.workflow import COMING, ActivityState
from kheo.core.access import Actor, Capability
from kheo.core.calendar import VIETNAM, Holiday
from kheo.core.periods import DAY, Frequency, Interval, Period, periods_of
from kheo.core.text import fold
from kheo.organisations.models import Kind, Organisation, OrganisationVersion, Reach
from kheo.organisations.queries import names_on, search, versions_on
from kheo.places.models import Place

State = ActivityState
VIEW = Capability.VIEW_ACTIVITIES
DOERS = (PartyRole.LEAD, PartyRole.PARTNER)
SHOWN = 5
"""Entries of one day in a month's view; the page of the day has the rest."""

OFFERED = 30
"""Bodies listed before somebody has searched."""


@dataclass(frozen=True, slots=True)
class Body:
    """Whose calendar it is; a commune's holds what it hosts, with the place."""

    organisation: Organisation
    name: str
    is_committee: bool
    place: Place | None = None

    @property
    def code(self) -> str:
        return self.organisation.code


def body_of(organisation: Organisation, day: date) -> Body:
    """The body as its calendar needs it; a committee has others below it."""
    version = (
        OrganisationVersion.objects.filter(organisation=organisation)
        .filter(kind=Kind.COMMUNE_COMMITTEE, place__isnull=False)
        .select_related("place")
        .order_by("-valid_from")
        .first()
    )
    below = Reach.objects.filter(superior=organisation, depth__gt=0)
    return Body(
        organisation=organisation,
        name=names_on([organisation.pk], day).get(organisation.pk, organisation.code),
        is_committee=version is None and below.exists(),
        place=version.place if version else None,
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """A body whose calendar may be opened; one that has ended is marked."""

    code: str
    name: str
    has_ended: bool


def bodies_offered(actor: Actor, words: str, day: date) -> list[Offered]:
    """The bodies whose calendar the actor may open, those of today first.

    Without words the own ones: all where they are few, else those of the grants.
    """
    seen = actor.bodies(VIEW)
    chosen = seen
    if words:
        found = search(words).filter(pk__in=seen)
        chosen = frozenset(found.values_list("pk", flat=True))
    elif len(seen) > OFFERED:
        own = actor.bodies(Capability.EDIT_ACTIVITIES)
        own |= actor.bodies(Capability.HOST_ACTIVITIES)
        chosen = actor.roots.get(VIEW, frozenset()) | (
            own if len(own) <= OFFERED else frozenset()
        )
    names, present = names_on(chosen, day), versions_on(chosen, day)
    codes = Organisation.objects.filter(pk__in=chosen).values_list("pk", "code")
    offered = [
        Offered(code, names.get(pk, code), has_ended=pk not in present)
        for pk, code in codes
    ]
    return sorted(offered, key=lambda o: (o.has_ended, fold(o.name), o.code))[:OFFERED]


def only_one(offered: Iterable[Offered]) -> Offered | None:
    """The body that exists today where there is just one; nobody has to choose then."""
    present = [one for one in offered if not one.has_ended]
    return present[0] if len(present) == 1 else None


def activities_of(body: Body, span: Interval, *, actor: Actor) -> QuerySet[Activity]:
    """What the body and those below it on the day did or plan, as the actor sees it.

    A commune's calendar also holds the visits it receives.
    """
    below = Reach.objects.filter(
        superior=body.organisation,
        inferior=OuterRef("organisation"),
        valid_from__lte=OuterRef("activity__on"),
        valid_to__gt=OuterRef("activity__on"),
    )
    parties = Party.objects.visible_to(actor).filter(
        Q(organisation=body.organisation) | Exists(below),
        activity__on__gte=span.start,
        activity__on__lt=span.end,
    )
    if body.place is None:
        parties = parties.filter(role__in=DOERS)
    rows = Activity.objects.filter(pk__in=parties.values("activity"))
    return rows.exclude(state__in=GONE)


@dataclass(slots=True)
class Marks:
    """How many activities of one day are planned, done, confirmed."""

    planned: int = 0
    done: int = 0
    confirmed: int = 0

    @property
    def total(self) -> int:
        return self.planned + self.done + self.confirmed

    def add(self, state: str, count: int) -> None:
        if state in COMING:
            self.planned += count
        elif state == State.CONFIRMED:
            self.confirmed += count
        else:
            self.done += count


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as a calendar shows it."""

    day: date
    marks: Marks
    holiday: Holiday | None
    is_weekend: bool
    is_worked: bool
    is_today: bool
    entries: list[Described] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.marks.total - len(self.entries)


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One month in weeks from Monday; None before the first and after the last day."""

    start: date
    weeks: list[list[CalendarDay | None]]
    marks: Marks

    @property
    def days(self) -> list[CalendarDay]:
        return [day for week in self.weeks for day in week if day]

    @property
    def holidays(self) -> list[CalendarDay]:
        return [day for day in self.days if day.holiday]


def year_of(body: Body, year: int, *, actor: Actor, today: date) -> list[CalendarMonth]:
    """Twelve months; one query counts them all."""
    span = Period(year, Frequency.YEAR, 1).interval
    marks = _marks(activities_of(body, span, actor=actor))
    months = periods_of(year, Frequency.MONTH)
    return [_month(month, marks, {}, today) for month in months]


def month_in(body: Body, month: Period, *, actor: Actor, today: date) -> CalendarMonth:
    """One month with the first entries of each day."""
    rows = activities_of(body, month.interval, actor=actor)
    entries = _entries(rows.order_by("on", "starts_at", "pk"))
    return _month(month, _marks(rows), entries, today)


def day_in(body: Body, day: date, *, actor: Actor) -> QuerySet[Activity]:
    """Every entry of one day, in order."""
    rows = activities_of(body, Interval(day, day + DAY), actor=actor)
    return rows.order_by("starts_at", "title", "pk")


def _marks(rows: QuerySet[Activity]) -> dict[date, Marks]:
    marks: dict[date, Marks] = defaultdict(Marks)
    counted = rows.order_by().values_list("on", "state").annotate(count=Count("pk"))
    for on, state, count in counted:
        marks[on].add(state, count)
    return marks


def _entries(rows: QuerySet[Activity]) -> dict[date, list[Described]]:
    first: dict[date, list[Activity]] = defaultdict(list)
    for row in rows:
        if len(first[row.on]) < SHOWN:
            first[row.on].append(row)
    named = described([row for shown in first.values() for row in shown])
    entries: dict[date, list[Described]] = defaultdict(list)
    for one in named:
        entries[one.activity.on].append(one)
    return entries


def _month(
    month: Period,
    marks: dict[date, Marks],
    entries: dict[date, list[Described]],
    today: date,
) -> CalendarMonth:
    days = [
        _day(day, marks.get(day), entries.get(day, []), today)
        for day in _days(month.interval)
    ]
    return CalendarMonth(
        start=month.interval.start, weeks=_weeks(days), marks=_sum(days)
    )


def _days(span: Interval) -> Iterable[date]:
    day = span.start
    while day < span.end:
        yield day
        day += DAY


def _day(
    day: date, marks: Marks | None, entries: list[Described], today: date
) -> CalendarDay:
    weekend = VIETNAM.is_weekend(day)
    return CalendarDay(
        day=day,
        marks=marks or Marks(),
        holiday=VIETNAM.holiday(day),
        is_weekend=weekend,
        is_worked=weekend and VIETNAM.is_working_day(day),
        is_today=day == today,
        entries=entries,
    )


def _weeks(days: Sequence[CalendarDay]) -> list[list[CalendarDay | None]]:
    before: list[CalendarDay | None] = [None] * days[0].day.weekday()
    cells = [*before, *days]
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _sum(days: Iterable[CalendarDay]) -> Marks:
    total = Marks()
    for day in days:
        total.planned += day.marks.planned
        total.done += day.marks.done
        total.confirmed += day.marks.confirmed
    return total
