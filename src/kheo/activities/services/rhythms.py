"""Whether each body met the days that its programme asks for in a window.

A fact about a body and a window is dated the window's last day, so that no move of a
body makes the ratio exceed 100 % (architecture, "Facts about a body and a window").
The windows are those of the programme's reports of the same frequency.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.workflow import HAPPENED
from kheo.core.periods import Interval
from kheo.ledger import services as ledger
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.pack import Rhythm, Weekday
from kheo.programmes.queries import duties_in, edition_of, member_ids, pack_on

LOOK_BACK = timedelta(days=10)
"""How long after its end a window is still looked at daily; a late log does it later."""

LOOK_AHEAD = timedelta(days=370)
"""The window of a year falls due within so many days."""


def settle(day: date, *, at: datetime) -> int:
    """Post what is due and met in the windows that run on `day` or ended shortly before.

    Repeatable; run it daily. Returns how many bodies were looked at.
    """
    span = Interval(day - LOOK_BACK, day + LOOK_AHEAD)
    count = 0
    for programme in Programme.objects.select_related("home").order_by("code"):
        for rhythm, window in _windows(programme, span):
            if window.start <= day <= window.last + LOOK_BACK:
                count += settle_window(programme, rhythm, window, at=at)
    return count


@transaction.atomic
def settle_window(
    programme: Programme,
    rhythm: Rhythm,
    window: Interval,
    *,
    at: datetime,
    only: Collection[int] | None = None,
) -> int:
    """Post due and met for the bodies of the rhythm's group in one window."""
    if not (rhythm.met and rhythm.due):
        return 0
    group = pack_on(programme.code, window.last).group(rhythm.group)
    wanted = set(member_ids(group, window.last, programme=programme))
    if only is not None:
        wanted &= set(only)
    bodies = list(Organisation.objects.filter(pk__in=wanted).order_by("pk"))
    days = _days_of(programme, rhythm, window, bodies)
    for body in bodies:
        met = len(days.get(body.pk, ())) >= rhythm.at_least
        _post(programme, rhythm, window, body, met=met, at=at)
    return len(bodies)


def settle_again(activity: Activity, *, at: datetime, on: date | None = None) -> None:
    """After a log or a withdrawal: look again at its bodies in the day's windows.

    `on` is the day that the activity bore before, where it has moved.
    """
    programme = Programme.objects.select_related("home").get(code=activity.programme)
    bodies = set(activity.parties.values_list("organisation_id", flat=True))
    day = on or activity.on
    span = Interval(day, day + LOOK_AHEAD)
    for rhythm, window in _windows(programme, span):
        if day in window:
            settle_window(programme, rhythm, window, at=at, only=bodies)


def _windows(programme: Programme, span: Interval) -> list[tuple[Rhythm, Interval]]:
    """Each rhythm with the windows of its frequency that fall due in `span`."""
    return _computed(programme.code, edition_of(programme.code), span)


@lru_cache(maxsize=1000)
def _computed(
    code: str,
    edition: tuple[tuple[str, date | None], ...],  # noqa: ARG001  another version is another answer
    span: Interval,
) -> list[tuple[Rhythm, Interval]]:
    windows = {(duty.frequency, duty.window) for duty in duties_in(code, span)}
    return [
        (rhythm, window)
        for frequency, window in sorted(windows)
        for rhythm in pack_on(code, window.last).rhythms
        if rhythm.per is frequency
    ]


def _days_of(
    programme: Programme, rhythm: Rhythm, window: Interval, bodies: list[Organisation]
) -> dict[int, set[date]]:
    """The days on which each body took part, among the weekdays that count."""
    rows = Party.objects.filter(
        organisation__in=bodies,
        role__in=[PartyRole.LEAD, PartyRole.PARTNER],
        activity__programme=programme.code,
        activity__state__in=HAPPENED,
        activity__on__gte=window.start,
        activity__on__lt=window.end,
    )
    weekdays = {Weekday(day).number for day in rhythm.weekdays} or set(range(7))
    days: dict[int, set[date]] = {}
    for body, on in rows.values_list("organisation_id", "activity__on"):
        if on.weekday() in weekdays:
            days.setdefault(body, set()).add(on)
    return days


def _post(
    programme: Programme,
    rhythm: Rhythm,
    window: Interval,
    body: Organisation,
    *,
    met: bool,
    at: datetime,
) -> None:
    amounts = {rhythm.due: 1, rhythm.met: int(met)}
    ledger.post(
        f"rhythm:{programme.code}:{rhythm.code}:{body.code}:{window.start}",
        programme.code,
        [
            ledger.Posting(
                line=measure,
                measure=measure,
                on=window.last,
                amount=amount,
                credits=(body.pk,),
            )
            for measure, amount in amounts.items()
            if measure
        ],
        at=at,
    )
