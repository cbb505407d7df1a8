"""A place in a commune's month: asked for when a visit is planned."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.activities.models import Activity, HostLimit
from kheo.activities.queries import hosts_of
from kheo.activities.queries.hosting import (
    GONE,
    day_of,
    month_of,
    months_from,
    rooms_of,
)
from kheo.activities.rules import Room
from kheo.activities.workflow import ActivityState
from kheo.core.errors import RuleBroken
from kheo.places.models import Place

OFFERED = 3
"""How many months with a free place a refusal names."""


def claim_place(
    place: Place,
    on: date,
    *,
    beyond: str,
    at: datetime,
    but: Activity | None = None,
) -> str:
    """Take one of the visits that the commune takes in the month of `on`.

    Returns what to keep as the reason to ask beyond the limit: empty where there is
    room, or where `but` only moves within its month. Raises `RuleBroken` for a full
    month without a reason. Call it in the transaction that writes the visit: the
    commune's rules are locked, so of two units that want the last place one is told.
    """
    if on < timezone.localdate(at):
        return ""
    hosts = hosts_of(place, on)
    rules = HostLimit.objects.select_for_update().filter(organisation__in=hosts)
    if not list(rules.order_by("pk")):
        return ""
    if but and _keeps_its_place(but, place, on):
        return but.beyond
    room = rooms_of(place, [month_of(on)], day=on, but=but)[0]
    asked = beyond.strip() or (but.beyond if but else "")
    if room.is_full and not asked:
        raise RuleBroken(_full(room, place, at=at), field="beyond")
    return asked[:300] if room.is_full else ""


def _keeps_its_place(visit: Activity, place: Place, on: date) -> bool:
    waits = visit.state == ActivityState.PROPOSED and visit.beyond
    return (
        not waits
        and visit.state not in GONE
        and visit.place_id == place.pk
        and month_of(day_of(visit)) == month_of(on)
    )


def _full(room: Room, place: Place, *, at: datetime) -> str:
    today = timezone.localdate(at)
    later = rooms_of(place, months_from(today), day=today)
    free = [_free(one) for one in later if not one.is_full][:OFFERED]
    text = _(
        "In %(month)s the commune takes %(most)d visits, and all are taken "
        "(%(reason)s). Free: %(free)s. Choose another day, or say why you ask the "
        "commune for one more."
    )
    return text % {
        "month": _month(room),
        "most": room.most,
        "reason": room.reason,
        "free": "; ".join(free) or _("no month of the year ahead"),
    }


def _free(room: Room) -> str:
    if room.left is None:
        return _month(room)
    text = ngettext("%(month)s (%(left)d left)", "%(month)s (%(left)d left)", room.left)
    return text % {"month": _month(room), "left": room.left}


def _month(room: Room) -> str:
    return date_format(room.month.interval.start, "YEAR_MONTH_FORMAT")
