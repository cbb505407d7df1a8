"""Calendars of bodies: the year, a month, a day, and files for calendar programs."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kheo.accounts.models import User
from kheo.accounts.queries import actor_of
from kheo.activities.models import Activity, Feed
from kheo.activities.queries import described
from kheo.activities.queries.calendars import (
    Body,
    bodies_offered,
    body_of,
    day_in,
    month_in,
    only_one,
    year_of,
)
from kheo.activities.queries.feeds import (
    events_of,
    feed_name,
    feed_of,
    feeds_in_use,
)
from kheo.activities.queries.hosting import months_ahead
from kheo.activities.services import feeds as services
from kheo.core.access import Actor, Capability
from kheo.core.http import Request
from kheo.core.ical import CONTENT_TYPE, calendar_text
from kheo.core.periods import Frequency, Period
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on

VIEW = Capability.VIEW_ACTIVITIES
YEARS = range(2000, 2101)
PER_PAGE = 100


def calendar(request: Request) -> HttpResponse:
    """Whose calendar; where only one may be opened, that one."""
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()
    bodies = bodies_offered(request.actor, words, today)
    alone = only_one(bodies)
    if not words and alone:
        return redirect("activities:calendar_year", alone.code, today.year)
    context = {"bodies": bodies, "words": words, "year": today.year}
    return render(request, "activities/calendar.html", context)


def calendar_year(request: Request, body: str, year: int) -> HttpResponse:
    """Twelve months with weekends, holidays and marked days."""
    shown, today = _body(request, body), timezone.localdate()
    _check_year(year)
    ahead = months_ahead(shown.place, today) if shown.place else []
    context = {
        "body": shown,
        "year": year,
        "previous": year - 1,
        "next": year + 1,
        "months": year_of(shown, year, actor=request.actor, today=today),
        "ahead": ahead if year == today.year else [],
        "feeds": [one for one in feeds_in_use(request.actor) if _is_of(one, shown)],
    }
    return render(request, "activities/calendar_year.html", context)


def calendar_month(request: Request, body: str, year: int, month: int) -> HttpResponse:
    """One month with its entries."""
    shown, period = _body(request, body), _period(year, month)
    today = timezone.localdate()
    context = {
        "body": shown,
        "month": month_in(shown, period, actor=request.actor, today=today),
        "start": period.interval.start,
        "previous": period.previous(),
        "next": period.next(),
        "year": year,
    }
    return render(request, "activities/calendar_month.html", context)


def calendar_day(
    request: Request, body: str, year: int, month: int, day: int
) -> HttpResponse:
    """Every entry of one day."""
    shown, period = _body(request, body), _period(year, month)
    if day > period.interval.last.day or day < 1:
        raise Http404
    on = date(year, month, day)
    rows = day_in(shown, on, actor=request.actor)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "body": shown,
        "day": on,
        "page": page,
        "rows": described(list(page.object_list)),
    }
    return render(request, "activities/calendar_day.html", context)


@require_safe
def calendar_file(request: Request, body: str) -> HttpResponse:
    """The calendar as a file, for whoever may see it."""
    shown = _body(request, body)
    answer = _file(request, shown, request.actor)
    answer["Content-Disposition"] = f'attachment; filename="{shown.code}.ics"'
    return answer


def feeds(request: Request) -> HttpResponse:
    """The own addresses; a new one is shown once, in the answer to its making."""
    made = None
    if request.method == "POST":
        body = _body(request, request.POST.get("body", ""))
        made = services.make_feed(
            body.organisation,
            user=_user(request),
            actor=request.actor,
            at=timezone.now(),
        )
    found = feeds_in_use(request.actor)
    names = names_on([one.organisation_id for one in found], timezone.localdate())
    today = timezone.localdate()
    context = {
        "rows": [(one, names[one.organisation_id]) for one in found],
        "body": None if found else only_one(bodies_offered(request.actor, "", today)),
        "year": today.year,
        "made": made,
        "address": _address(request, made.token) if made else "",
    }
    answer = render(request, "activities/feeds.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def feed_revoke(request: Request, pk: int) -> HttpResponse:
    """Stop one of the own addresses."""
    rows = Feed.objects.visible_to(request.actor).select_related("organisation")
    feed = get_object_or_404(rows, pk=pk)
    services.revoke_feed(feed, actor=request.actor, at=timezone.now())
    messages.success(request, _("The address was stopped."))
    return redirect("activities:feeds")


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address; a wrong, stopped or void one is no page.

    It answers with what its owner may see today: without the grant it is no page.
    """
    found, today = feed_of(token), timezone.localdate()
    actor = actor_of(found.user, today) if found else Actor()
    if found is None or not actor.can(VIEW, found.organisation):
        raise Http404
    services.note_reading(found, on=today)
    with translation.override("vi"):
        answer = _file(request, body_of(found.organisation, today), actor)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _file(request: HttpRequest, body: Body, actor: Actor) -> HttpResponse:
    def address(activity: Activity) -> str:
        return request.build_absolute_uri(activity.get_absolute_url())

    today = timezone.localdate()
    events = events_of(body, today, actor=actor, address=address)
    text = calendar_text(feed_name(body), events)
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type=CONTENT_TYPE, headers=headers)


def _address(request: Request, token: str) -> str:
    return request.build_absolute_uri(reverse("activities:feed", args=[token]))


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _body(request: Request, code: str) -> Body:
    rows = Organisation.objects.visible_to(request.actor, VIEW)
    return body_of(get_object_or_404(rows, code=code), timezone.localdate())


def _is_of(feed: Feed, body: Body) -> bool:
    return feed.organisation_id == body.organisation.pk


def _check_year(year: int) -> None:
    if year not in YEARS:
        raise Http404


def _period(year: int, month: int) -> Period:
    _check_year(year)
    if not 1 <= month <= 12:
        raise Http404
    return Period(year, Frequency.MONTH, month)
