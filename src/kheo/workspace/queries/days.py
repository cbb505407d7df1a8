"""The days in the villages that concern one person: by whose turn it is."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.timezone import localdate

from kheo.activities.models import Activity, ActivityQuerySet, PartyRole
from kheo.activities.queries import described
from kheo.activities.queries.behalf import typed_among
from kheo.activities.queries.hosting import LOOK_BACK
from kheo.activities.workflow import COMING, HAPPENED, ActivityState
from kheo.audit.queries import last_done
from kheo.core.access import Actor, Capability
from kheo.core.periods import Frequency, Period

SHOWN = 8
"""Lines of one list; the page of the list has the rest."""

SOON = timedelta(days=30)
LONG_AGO = timedelta(days=120)

STEPS = frozenset(
    f"activity.{step}"
    for step in (
        *("plan", "change", "propose", "counter", "decline"),
        *("log", "correct_day", "dispute"),
    )
)
"""What makes a day wait for the other side."""


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
class Day:
    """One day with the names of then, and how many days it has waited for an answer."""

    activity: Activity
    lead: str
    commune: str
    waits: int


@dataclass(frozen=True, slots=True)
class Some:
    """The first days of a list, and how many there are."""

    rows: list[Day]
    count: int

    @property
    def has_more(self) -> bool:
        return self.count > len(self.rows)


@dataclass(frozen=True, slots=True)
class Days:
    """The lists of one person's days, each by its name, and the month in counts."""

    month: Month
    lists: dict[str, Some]

    def __getitem__(self, name: str) -> Some:
        return self.lists[name]


def days_of(actor: Actor, on: date) -> Days:
    """The days around `on`; the queries do not grow with the rows."""
    recent = Activity.objects.filter(on__gt=on - LONG_AGO, on__lt=on + SOON)
    silent = Activity.objects.filter(on__gte=on - LOOK_BACK, on__lte=on)
    led, hosted = _led(recent, actor), _hosted(recent, actor)
    asked = {
        "to_log": led.filter(state__in=COMING, on__lt=on),
        "to_answer": hosted.filter(state=ActivityState.PROPOSED, on__gte=on),
        "offered": led.filter(state=ActivityState.COUNTERED, on__gte=on),
        "to_confirm": _to_confirm(_hosted(silent, actor), actor),
        "declined": led.filter(state=ActivityState.DECLINED, on__gte=on),
        "with_unit": hosted.filter(state__in=WITH_UNIT, on__gte=on),
        "questioned": led.filter(state=ActivityState.DISPUTED),
        "with_commune": led.filter(state=ActivityState.PROPOSED, on__gte=on),
        "coming": recent.visible_to(actor).filter(state__in=COMING, on__gte=on),
    }
    rows = {name: _first(some) for name, some in asked.items()}
    named = _described([one for some in rows.values() for one in some], on)
    counts = {
        name: asked[name].count() if len(some) > SHOWN else len(some)
        for name, some in rows.items()
    }
    lists = {
        name: Some([named[one.pk] for one in some[:SHOWN]], counts[name])
        for name, some in rows.items()
    }
    return Days(_month(led, on), lists)


MINE = ("to_log", "to_answer", "offered", "to_confirm", "declined", "questioned")
"""The lists that wait for the person."""

WITH_UNIT = (ActivityState.COUNTERED, ActivityState.DECLINED)


def _led(recent: ActivityQuerySet, actor: Actor) -> ActivityQuerySet:
    edits = actor.bodies(Capability.EDIT_ACTIVITIES)
    return recent.led_by(edits) if edits else recent.none()


def _hosted(recent: ActivityQuerySet, actor: Actor) -> ActivityQuerySet:
    hosts = actor.bodies(Capability.HOST_ACTIVITIES)
    parties = {"parties__organisation__in": hosts, "parties__role": PartyRole.HOST}
    return recent.filter(**parties) if hosts else recent.none()


def _to_confirm(hosted: ActivityQuerySet, actor: Actor) -> ActivityQuerySet:
    """What took place, but for days that this very person typed in for a unit."""
    done = hosted.filter(state=ActivityState.DONE)
    if not actor.holds(Capability.TYPE_ACTIVITIES):
        return done
    days = list(done.values_list("pk", flat=True))
    return done.exclude(pk__in=typed_among(days, actor))


def _month(led: QuerySet[Activity], on: date) -> Month:
    month = Period.containing(on, Frequency.MONTH).interval
    days = led.filter(on__gte=month.start, on__lt=month.end)
    told: Counter[str] = Counter()
    for state, day in days.values_list("state", "on"):
        if state in HAPPENED:
            told["done"] += 1
        elif state in COMING:
            told["to_log" if day < on else "coming"] += 1
    return Month(told["done"], told["coming"], told["to_log"])


def _first(rows: QuerySet[Activity]) -> list[Activity]:
    """The lines that are shown, and one more where there are more."""
    return list(rows.order_by("on", "pk")[: SHOWN + 1])


def _described(rows: list[Activity], on: date) -> dict[int, Day]:
    every = {one.pk: one for one in rows}
    if not every:
        return {}
    since = last_done(Activity, every, STEPS)
    return {
        one.activity.pk: Day(
            one.activity,
            one.lead,
            one.commune,
            (on - localdate(since.get(one.activity.pk, one.activity.created_at))).days,
        )
        for one in described(list(every.values()))
    }
