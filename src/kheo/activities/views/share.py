"""Texts ready to copy into a messenger: counts and a link, never persons or photos."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kheo.activities.models import Activity
from kheo.activities.queries import day_text, leads_for, month_text
from kheo.activities.views.months import asked_month
from kheo.core.http import Request
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on


def activity_share(request: Request, pk: int) -> HttpResponse:
    """What, where, when, results in counts, and the address of the day's page."""
    rows = Activity.objects.visible_to(request.actor)
    related = rows.select_related("hamlet", "created_by", "organisation")
    activity = get_object_or_404(related, pk=pk)
    text = render_to_string(
        "activities/share_day.txt",
        {
            "day": day_text(activity, request.actor),
            "link": request.build_absolute_uri(activity.get_absolute_url()),
        },
        request=request,
    )
    context = {"text": tidy(text), "back": activity.get_absolute_url()}
    return render(request, "activities/share.html", context)


def month_share(request: Request) -> HttpResponse:
    """A body's month in counts; the first of the own bodies unless one is asked for."""
    today = timezone.localdate()
    month = asked_month(request, today)
    body = _asked_body(request)
    found = month_text(body, month.interval, request.actor)
    address = f"{reverse('activities:month_entry')}?month={month.code}"
    text = render_to_string(
        "activities/share_month.txt",
        {
            "month": month,
            "name": names_on([body.pk], month.interval.last)[body.pk],
            "found": found,
            "link": request.build_absolute_uri(address),
        },
        request=request,
    )
    context = {"text": tidy(text), "back": address, "is_month": True}
    return render(request, "activities/share.html", context)


def tidy(text: str) -> str:
    """Lines without spaces around them and without gaps."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _asked_body(request: Request) -> Organisation:
    own = leads_for(request.actor)
    rows = Organisation.objects.visible_to(request.actor).filter(pk__in=own)
    asked = request.GET.get("unit", "")
    if asked:
        rows = rows.filter(code=asked)
    body = rows.order_by("pk").first()
    if body is None:
        raise Http404
    return body
