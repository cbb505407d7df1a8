"""Which month and which programme are asked for in an address."""

import re
from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from kheo.activities.queries import leads_for
from kheo.core.http import Request
from kheo.core.periods import Frequency, Period
from kheo.organisations.models import Organisation
from kheo.programmes.queries import InForce, programmes_on


def asked_month(request: Request, today: date) -> Period:
    """`?month=2026-11`, or the month of today; anything else is no page."""
    text = request.GET.get("month", "")
    if not text:
        return Period.containing(today, Frequency.MONTH)
    match = re.fullmatch(r"(20[0-9]{2})-([0-9]{1,2})", text)
    if match is None or not 1 <= int(match[2]) <= 12:
        raise Http404
    return Period(int(match[1]), Frequency.MONTH, int(match[2]))


def asked_programme(request: Request, day: date) -> InForce:
    """The programme asked for, or the first one in force; 404 where there is none."""
    running = {found.programme.code: found for found in programmes_on(day)}
    asked = request.GET.get("programme", next(iter(running), ""))
    if asked not in running:
        raise Http404
    return running[asked]


def asked_unit(request: Request) -> Organisation | None:
    """The one unit asked for, or none for all; 404 where nothing may be typed for it."""
    bodies = leads_for(request.actor)
    code = request.GET.get("unit", "")
    if not bodies:
        raise Http404
    if not code:
        return None
    rows = Organisation.objects.visible_to(request.actor).filter(pk__in=bodies)
    return get_object_or_404(rows, code=code)
