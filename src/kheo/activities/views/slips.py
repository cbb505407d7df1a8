"""Field slips to print, and short texts to copy: paper and messenger are equal ways."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from kheo.activities.models import Activity
from kheo.activities.queries import leads_for, slips_of
from kheo.activities.views.months import asked_month, asked_unit
from kheo.core.http import Request


def activity_slip(request: Request, pk: int) -> HttpResponse:
    """One sheet with everything the clerk needs in the village."""
    rows = Activity.objects.visible_to(request.actor)
    activity = get_object_or_404(rows, pk=pk)
    context = {
        "slips": slips_of([activity], leads_for(request.actor)),
        "back": activity.get_absolute_url(),
        "paper": asked_paper(request),
    }
    return render(request, "activities/slips.html", context)


def month_slips(request: Request) -> HttpResponse:
    """A sheet for each plan of the own bodies in one month."""
    month = asked_month(request, timezone.localdate())
    rows = Activity.objects.visible_to(request.actor).written_by(request.actor)
    unit = asked_unit(request)
    own = frozenset({unit.pk}) if unit else leads_for(request.actor)
    planned = rows.led_by(own).coming()
    interval = month.interval
    in_month = planned.filter(on__gte=interval.start, on__lt=interval.end)
    context = {
        "slips": slips_of(list(in_month.order_by("on", "pk")), own),
        "month": month,
        "unit": unit.code if unit else "",
        "paper": asked_paper(request),
    }
    return render(request, "activities/slips.html", context)


def asked_paper(request: Request) -> str:
    """A4, or A5 where the address says so."""
    return "a5" if request.GET.get("paper") == "a5" else "a4"
