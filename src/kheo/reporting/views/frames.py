"""What the address of a receiving desk asks for: whose, which programme, which window."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.http import urlencode

from kheo.core.http import Request
from kheo.core.text import number_in
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.pack import Text
from kheo.programmes.queries import packs_of
from kheo.reporting.queries.desk import (
    Window,
    desk_windows,
    own_receivers,
    receivers_for,
    window_at,
    windows_of,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the address asks for: whose desk, which programme, which window."""

    receivers: list[Organisation]
    receiver: Organisation
    programmes: list[Programme]
    programme: Programme
    windows: list[Window]
    window: Window
    year: int

    @property
    def query(self) -> str:
        return urlencode(
            {
                "receiver": str(self.receiver.pk),
                "programme": self.programme.code,
                "year": str(self.year),
                "window": self.window.code,
            }
        )


def desk_of(request: Request, today: date, *, is_own: bool = False) -> Desk | None:
    """The desk asked for, or the one that is due now; `None` where there is none.

    With `is_own` for the people who write or approve the receiver's own report, and
    may not review.
    """
    asked = request.GET
    programmes = list(Programme.objects.select_related("home").order_by("code"))
    programme = _chosen(programmes, asked.get("programme", ""), "code")
    if not asked.get("programme"):
        programme = _current(programmes, today)
    if programme is None:
        return None
    year = number_in(asked.get("year", ""))
    windows = windows_of(programme.code, year) if year else []
    windows = windows or desk_windows(programme, today)
    named = [one for one in windows if one.code == asked.get("window")]
    window = named[0] if named else window_at(windows, today)
    if window is None:
        return None
    receivers = receivers_for(request.actor, programme, window, today)
    if is_own:
        mine = own_receivers(request.actor, programme, window, today)
        receivers += [one for one in mine if one not in receivers]
    receiver = _chosen(receivers, asked.get("receiver", ""), "pk")
    if receiver is None:
        return None
    year = window.last_day.year
    return Desk(receivers, receiver, programmes, programme, windows, window, year)


def _current(programmes: list[Programme], today: date) -> Programme | None:
    """The programme whose window is the latest that has begun to fall due."""
    latest = {
        programme: window.interval
        for programme in programmes
        if (window := window_at(desk_windows(programme, today), today))
    }
    return max(latest, key=lambda one: latest[one]) if latest else None


def name_of(programme: Programme) -> Text:
    """What the programme's last version is called, with its label."""
    packs = packs_of(programme.code)
    if not packs:
        return Text(vi=programme.code, en=programme.code)
    name, label = packs[-1].name, packs[-1].label
    if label is None:
        return name
    return Text(vi=f"{name.vi} ({label.vi})", en=f"{name.en} ({label.en})")


def _chosen(things: list[Any], asked: str, name: str) -> Any:
    found = [one for one in things if str(getattr(one, name)) == asked]
    if asked and not found:
        raise Http404
    return (found or things or [None])[0]
