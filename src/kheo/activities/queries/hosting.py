"""What a commune takes in a month, what is taken, and what waits on it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from kheo.activities.models import (
    Activity,
    HostLimit,
    Party,
    PartyRole,
    Quantity,
)
from kheo.activities.queries.behalf import has_typed, typed_among
from kheo.activities.queries.choices import (
    communes_in_charge,
    hosted_places,
    hosts_of,
)
from kheo.activities.queries.names import described, place_names, shown_amount
from kheo.activities.queries.stamps import state_stamp
from kheo.activities.rules import Limit, Room, limit_in, parse_dimensions
from kheo.activities.workflow import TURNS, ActivityState, Side
from kheo.core.access import Actor, Capability
from kheo.core.calendar import SATURDAY, VIETNAM, Holiday
from kheo.core.language import said
from kheo.core.periods import Frequency, Interval, Period
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.places.models import Place
from kheo.programmes.pack import Pack
from kheo.programmes.queries import pack_on

State = ActivityState
GONE = (State.CANCELLED, State.DECLINED)
AHEAD = 12
"""Months that a unit sees before it chooses a day."""

LOOK_BACK = timedelta(days=370)
"""How long a visit that nobody has confirmed is still brought up."""

SOON = 4
"""Months shown beside the form that plans."""

COMMUNES = 4
"""Communes shown there; the others have a page."""

FIGURES = 4
"""Figures of one visit on the month's list; its page has the rest."""


def month_of(day: date) -> Period:
    return Period.containing(day, Frequency.MONTH)


def day_of(visit: Activity) -> date:
    """The day on which a visit counts: the one that the commune proposes, if it does."""
    offered = visit.offered_on if visit.state == State.COUNTERED else None
    return offered or visit.on


def months_from(day: date, count: int = AHEAD) -> list[Period]:
    """The month of `day` and those after it."""
    months = [month_of(day)]
    while len(months) < count:
        months.append(months[-1].next())
    return months


# What a commune takes


def limits_of(bodies: Iterable[Organisation]) -> list[HostLimit]:
    """Every rule that the committees have set, the newest first."""
    rows = HostLimit.objects.filter(organisation__in=list(bodies))
    return list(rows.order_by("-since", "-is_only", "pk"))


def visits_between(place: Place, span: Interval) -> QuerySet[Activity]:
    """Visits of one commune that are planned, agreed or done in `span`.

    A visit for which the commune proposes another day is where it was proposed.
    """
    countered = Q(state=State.COUNTERED)
    offered = Q(offered_on__gte=span.start, offered_on__lt=span.end)
    on = Q(on__gte=span.start, on__lt=span.end)
    rows = Activity.objects.filter(place=place).exclude(state__in=GONE)
    return rows.filter((countered & offered) | (~countered & on))


def rooms_of(
    place: Place,
    months: Sequence[Period],
    *,
    day: date,
    but: Activity | None = None,
) -> list[Room]:
    """What the commune takes in each month; `but` is a visit that is not counted."""
    span = Interval(months[0].interval.start, months[-1].interval.end)
    taken: dict[Period, int] = defaultdict(int)
    beyond: dict[Period, int] = defaultdict(int)
    for on, waits in _days_taken(place, span, but=but):
        (beyond if waits else taken)[month_of(on)] += 1
    limits = [
        Limit(row.since, row.is_only, row.most, row.reason)
        for row in limits_of(hosts_of(place, day))
    ]
    return [
        _room(month, limits, taken=taken[month], beyond=beyond[month])
        for month in months
    ]


def _days_taken(
    place: Place, span: Interval, *, but: Activity | None = None
) -> list[tuple[date, bool]]:
    """The day of each visit in `span`, and whether it is only asked beyond the limit."""
    rows = visits_between(place, span)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    seen = rows.only("state", "on", "offered_on", "beyond")
    return [
        (day_of(row), row.state == State.PROPOSED and bool(row.beyond)) for row in seen
    ]


def _room(month: Period, limits: list[Limit], *, taken: int, beyond: int) -> Room:
    limit = limit_in(month, limits)
    return Room(
        month=month,
        most=limit.most if limit else None,
        reason=limit.reason if limit else "",
        taken=taken,
        asked_beyond=beyond,
    )


@dataclass(frozen=True, slots=True)
class WeekendDay:
    """A Saturday of a commune: how many visits it has, and which holiday it is."""

    day: date
    visits: int
    holiday: Holiday | None

    @property
    def is_free(self) -> bool:
        return not self.visits and self.holiday is None


@dataclass(frozen=True, slots=True)
class MonthAhead:
    """One month of a commune as a unit that plans sees it: counts, never names."""

    room: Room
    saturdays: list[WeekendDay]

    @property
    def start(self) -> date:
        return self.room.month.interval.start


def months_ahead(place: Place, day: date, count: int = AHEAD) -> list[MonthAhead]:
    """The months from `day` on, with what is left and the Saturdays to come."""
    months = months_from(day, count)
    span = Interval(day, months[-1].interval.end)
    visits: dict[date, int] = defaultdict(int)
    for on, _waits in _days_taken(place, span):
        visits[on] += 1
    saturdays: dict[Period, list[WeekendDay]] = defaultdict(list)
    for one in VIETNAM.weekend_days(span):
        if one.weekday() == SATURDAY:
            free = WeekendDay(one, visits[one], VIETNAM.holiday(one))
            saturdays[month_of(one)].append(free)
    rooms = rooms_of(place, months, day=day)
    return [MonthAhead(room, saturdays[room.month]) for room in rooms]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One commune with its months ahead, for those who plan there."""

    name: str
    place_id: int
    months: list[MonthAhead]


def ahead_of(bodies: Iterable[int], day: date) -> list[Ahead]:
    """What the communes in charge of these bodies still take, before a day is chosen."""
    communes = communes_in_charge(bodies, day)[:COMMUNES]
    return [
        Ahead(one.name, one.place_id, months_ahead(one.place, day, SOON))
        for one in communes
    ]


# What waits on it


@dataclass(frozen=True, slots=True)
class Hosted:
    """A commune for which the actor answers, with the names of today."""

    body: Organisation
    place: Place
    name: str
    place_name: str


def hosted_by(actor: Actor, day: date) -> list[Hosted]:
    """The communes for which the actor answers on that day, in Vietnamese order."""
    found = hosted_places(actor, day)
    names = names_on([body.pk for body, _place in found], day)
    places = place_names([place.pk for _body, place in found], day)
    return [
        Hosted(body, place, names[body.pk], places[place.pk]) for body, place in found
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one month waits for the commune's word."""

    month: Period
    to_answer: int
    to_confirm: int


def waiting_of(body: Organisation, day: date) -> list[Waiting]:
    """The months with something to answer or to confirm, from `LOOK_BACK` days ago."""
    waits = Q(state=State.PROPOSED, on__gte=day) | Q(state=State.DONE)
    rows = Activity.objects.filter(
        waits,
        on__gte=day - LOOK_BACK,
        parties__organisation=body,
        parties__role=PartyRole.HOST,
    )
    counts: dict[tuple[Period, str], int] = defaultdict(int)
    for state, on in rows.values_list("state", "on"):
        counts[month_of(on), state] += 1
    months = sorted({month for month, _state in counts})
    return [
        Waiting(month, counts[month, State.PROPOSED], counts[month, State.DONE])
        for month in months
    ]


def is_own_visit(activity: Activity, actor: Actor) -> bool:
    """Whether the actor's own body did the work: then a superior's check counts.

    Own is what the actor could have logged as a unit's own clerk, or typed in for one,
    and what the commune's committee did.
    """
    if actor.is_system:
        return False
    hosts = {host.pk for host in hosts_of(activity.place, activity.on)}
    doers = activity.parties.exclude(role=PartyRole.HOST)
    return any(
        body in hosts or body in actor.bodies(Capability.EDIT_ACTIVITIES)
        for body in doers.values_list("organisation_id", flat=True)
    ) or has_typed(activity, actor)


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of a commune's month.

    `is_own` is what the actor does not confirm: work of its own body, or, as `is_typed`
    says, a day that this very person typed in.
    """

    activity: Activity
    lead: str
    partners: int
    hamlet: str
    figures: list[str]
    is_own: bool
    is_typed: bool
    turn: Side | None

    @property
    def is_beyond(self) -> bool:
        return bool(self.activity.beyond)

    @property
    def stamp(self) -> str:
        return state_stamp(self.activity)


@dataclass(frozen=True, slots=True)
class HostMonth:
    """A commune's month: what waits for an answer, comes, happened, or fell away."""

    room: Room
    visits: list[Visit] = field(default_factory=list)

    def _in(self, *states: State) -> list[Visit]:
        return [one for one in self.visits if one.activity.state in states]

    @property
    def to_answer(self) -> list[Visit]:
        return self._in(State.PROPOSED)

    @property
    def coming(self) -> list[Visit]:
        return self._in(State.AGREED, State.COUNTERED)

    @property
    def happened(self) -> list[Visit]:
        return self._in(State.DONE, State.CONFIRMED, State.DISPUTED)

    @property
    def gone(self) -> list[Visit]:
        return self._in(*GONE)

    @property
    def confirmed(self) -> int:
        return len(self._in(State.CONFIRMED))

    @property
    def unconfirmed(self) -> int:
        """Done, and the commune has not said that it took place; silence stays so."""
        return len([one for one in self._in(State.DONE) if not one.is_own])


def host_month(
    body: Organisation, place: Place, month: Period, *, actor: Actor, day: date
) -> HostMonth:
    """Every visit of the commune's month, in the order of days."""
    span = month.interval
    on = Q(on__gte=span.start, on__lt=span.end)
    offered = Q(
        state=State.COUNTERED, offered_on__gte=span.start, offered_on__lt=span.end
    )
    party = Party.objects.filter(organisation=body).values("activity")
    rows = (
        Activity.objects.visible_to(actor)
        .filter(on | offered, place=place, pk__in=party)
        .select_related("place", "hamlet")
        .order_by("on", "starts_at", "pk")
    )
    return HostMonth(
        room=rooms_of(place, [month], day=day)[0],
        visits=_visits(list(rows), body, actor=actor),
    )


def _visits(rows: list[Activity], body: Organisation, *, actor: Actor) -> list[Visit]:
    figures = figures_of(rows, actor)
    doers: dict[int, list[int]] = defaultdict(list)
    parties = Party.objects.filter(activity__in=rows).exclude(role=PartyRole.HOST)
    for activity, doer in parties.values_list("activity_id", "organisation_id"):
        doers[activity].append(doer)
    own = actor.bodies(Capability.EDIT_ACTIVITIES) | {body.pk}
    typed = typed_among([row.pk for row in rows], actor)
    hamlets = _hamlets(rows)
    return [
        Visit(
            activity=named.activity,
            lead=named.lead,
            partners=len(doers[named.activity.pk]) - 1,
            hamlet=hamlets.get(named.activity.hamlet_id or 0, ""),
            figures=figures.get(named.activity.pk, []),
            is_own=bool(own & set(doers[named.activity.pk]))
            or named.activity.pk in typed,
            is_typed=named.activity.pk in typed,
            turn=TURNS.get(State(named.activity.state)),
        )
        for named in described(rows)
    ]


def _hamlets(rows: list[Activity]) -> dict[int, str]:
    places = {row.hamlet_id for row in rows if row.hamlet_id}
    last = max((row.on for row in rows), default=date.min)
    return place_names(places, last)


def figures_of(rows: Sequence[Activity], actor: Actor) -> dict[int, list[str]]:
    """The main figures of each visit: the joint ones and those the actor may see."""
    seen = Party.objects.visible_to(actor).filter(activity__in=rows).values("pk")
    lines = Quantity.objects.filter(
        Q(party=None) | Q(party__in=seen), activity__in=rows, amount__gt=0
    )
    sums: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for line in lines.order_by("pk"):
        known = sums[line.activity_id]
        key = (line.measure, "" if line.subject else line.dimensions)
        known[key] = known.get(key, 0) + line.amount
    packs = _packs([row for row in rows if row.pk in sums])
    return {
        row.pk: [
            _figure(packs[row.programme, row.on], measure, dimensions, amount)
            for (measure, dimensions), amount in list(sums[row.pk].items())[:FIGURES]
        ]
        for row in rows
        if row.pk in sums
    }


def _packs(rows: list[Activity]) -> dict[tuple[str, date], Pack]:
    days = {(row.programme, row.on) for row in rows}
    return {(code, day): pack_on(code, day) for code, day in sorted(days)}


def _figure(pack: Pack, code: str, dimensions: str, amount: int) -> str:
    measure = next((m for m in pack.measures if m.code == code), None)
    if measure is None:
        return f"{code}: {amount}"
    values = [
        said(value.name)
        for name, chosen in parse_dimensions(dimensions).items()
        for value in pack.dimension(name).values
        if value.code == chosen
    ]
    name = ", ".join([said(measure.name), *values])
    return f"{name}: {shown_amount(amount, measure.decimals)} {said(measure.unit)}"
