"""Pages of a commune that receives visits: its month, its limits, its word."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.activities.forms.hosting import AnswersForm, LimitForm, MonthForm
from kheo.activities.models import Activity
from kheo.activities.queries import (
    communes_in_charge,
    hosted_places,
    leads_for,
    other_communes,
)
from kheo.activities.queries.hosting import (
    Hosted,
    HostMonth,
    host_month,
    hosted_by,
    limits_of,
    month_of,
    months_ahead,
    waiting_of,
)
from kheo.activities.services import hosting as services
from kheo.activities.services.hosting import Outcome
from kheo.activities.workflow import ActivityAction, ActivityState
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.core.periods import Frequency, Period
from kheo.core.text import number_in, numbers_in
from kheo.programmes.queries import programmes_on

YEARS = range(2000, 2101)


def hosting(request: Request) -> HttpResponse:
    """This month of the commune; a choice where somebody answers for several."""
    today = timezone.localdate()
    if not request.actor.holds(Capability.HOST_ACTIVITIES):
        raise Http404
    hosted = hosted_places(request.actor, today)
    if len(hosted) == 1:
        body, _place = hosted[0]
        return redirect("activities:host_month", body.code, today.year, today.month)
    context = {"communes": hosted_by(request.actor, today), "today": today}
    return render(request, "activities/hosting.html", context)


def month_page(request: Request, body: str, year: int, month: int) -> HttpResponse:
    """The month's visits; those ticked are answered at once."""
    commune, period = _commune(request, body), _period(year, month)
    form = AnswersForm(request.POST or None)
    chosen = _ticked(request, commune) if form.is_bound else []
    if form.is_valid():
        with errors_on(form):
            outcome = services.answer_all(
                chosen,
                seen={one.pk: request.POST.get(f"seen-{one.pk}", "") for one in chosen},
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
            _say_answered(request, form.cleaned_data["action"], chosen, outcome)
    if form.is_bound and not form.errors:
        return redirect(
            "activities:host_month", commune.body.code, period.year, period.number
        )
    context = _month_context(request, commune, period)
    context |= {
        "waiting": waiting_of(commune.body, timezone.localdate()),
        "form": form,
        "ticked": {visit.pk for visit in chosen},
    }
    return render(
        request, "activities/host_month.html", context, status=status_of(form)
    )


def _ticked(request: Request, commune: Hosted) -> list[Activity]:
    asked = numbers_in(request.POST.getlist("visit"))
    rows = Activity.objects.visible_to(request.actor, Capability.HOST_ACTIVITIES)
    found = rows.filter(pk__in=asked, place=commune.place)
    return list(found.select_related("organisation", "place").order_by("on", "pk"))


def _say_answered(
    request: Request,
    action: ActivityAction,
    chosen: list[Activity],
    outcome: Outcome,
) -> None:
    if not chosen:
        messages.warning(request, _("Tick the visits that you answer."))
    if outcome.done:
        count = len(outcome.done)
        messages.success(request, _answered(action, count) % {"n": count})
    _name_refused(request, outcome)


def _answered(action: ActivityAction, count: int) -> str:
    if action is ActivityAction.COUNTER:
        return ngettext(
            "Another date was proposed for %(n)d visit.",
            "Another date was proposed for %(n)d visits.",
            count,
        )
    if action is ActivityAction.DECLINE:
        return ngettext("%(n)d visit declined.", "%(n)d visits declined.", count)
    return ngettext("%(n)d visit agreed.", "%(n)d visits agreed.", count)


def month_confirm(request: Request, body: str, year: int, month: int) -> HttpResponse:
    """One list confirms the month: what took place, what did not, what on another day."""
    commune, period = _commune(request, body), _period(year, month)
    today = timezone.localdate()
    happened = _host_month(request, commune, period).happened
    form = MonthForm(request.POST or None, visits=happened, today=today)
    if form.is_valid():
        outcome = services.confirm_month(
            form.verdicts(), actor=request.actor, at=timezone.now()
        )
        _say_confirmed(request, outcome)
        return redirect(
            "activities:host_confirm", commune.body.code, period.year, period.number
        )
    rows = [(visit, form.row(visit.activity.pk)) for visit in happened]
    context = _month_context(request, commune, period)
    context |= {"form": form, "rows": rows, "asks": bool(form.visits)}
    return render(
        request, "activities/host_confirm.html", context, status=status_of(form)
    )


def _say_confirmed(request: Request, outcome: Outcome) -> None:
    confirmed = [a for a in outcome.done if a.state == ActivityState.CONFIRMED]
    questioned = len(outcome.done) - len(confirmed)
    if confirmed:
        count = len(confirmed)
        text = ngettext("%(n)d visit confirmed.", "%(n)d visits confirmed.", count)
        messages.success(request, text % {"n": count})
    if questioned:
        text = ngettext(
            "%(n)d visit questioned: its unit is asked to answer.",
            "%(n)d visits questioned: their units are asked to answer.",
            questioned,
        )
        messages.success(request, text % {"n": questioned})
    if not (outcome.done or outcome.refused):
        messages.info(request, _("Nothing new was said: nothing has changed."))
    _name_refused(request, outcome)


def _name_refused(request: Request, outcome: Outcome) -> None:
    for one in outcome.refused:
        day = date_format(one.activity.on, "SHORT_DATE_FORMAT")
        named = {"title": one.activity.title, "day": day, "reason": one.reason}
        messages.error(request, _("%(day)s, %(title)s: %(reason)s") % named)


def limits(request: Request, body: str) -> HttpResponse:
    """How many visits a month the commune takes, and why; units see it when planning."""
    commune, today = _commune(request, body), timezone.localdate()
    form = LimitForm(request.POST or None, day=today)
    if form.is_valid():
        with errors_on(form):
            services.set_limit(
                commune.body,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The limit was saved; units see it at once."))
        return redirect("activities:host_limits", commune.body.code)
    context = {
        "commune": commune,
        "form": form,
        "limits": limits_of([commune.body]),
        "this_month": today.replace(day=1),
        "ahead": months_ahead(commune.place, today),
        "today": today,
    }
    return render(
        request, "activities/host_limits.html", context, status=status_of(form)
    )


@require_POST
def limit_drop(request: Request, body: str, pk: int) -> HttpResponse:
    """Take a rule back: the one before it holds again."""
    commune = _commune(request, body)
    found = [one for one in limits_of([commune.body]) if one.pk == pk]
    if not found:
        raise Http404
    services.drop_limit(found[0], actor=request.actor, at=timezone.now())
    messages.success(request, _("The limit was taken back."))
    return redirect("activities:host_limits", commune.body.code)


@require_POST
def correct_day(request: Request, pk: int) -> HttpResponse:
    """Take over the day that the commune named."""
    rows = Activity.objects.visible_to(request.actor, Capability.EDIT_ACTIVITIES)
    activity = get_object_or_404(rows.select_related("organisation", "hamlet"), pk=pk)
    services.correct_day(activity, actor=request.actor, at=timezone.now())
    messages.success(request, _("The day was corrected; the commune confirms it anew."))
    return redirect(activity)


def room(request: Request) -> HttpResponse:
    """What a commune still takes in the months ahead, for those who plan visits."""
    today, actor = timezone.localdate(), request.actor
    bodies = leads_for(actor)
    if not bodies:
        raise Http404
    own = communes_in_charge(bodies, today)
    programme = next(iter(programmes_on(today)), None)
    others = other_communes(programme, bodies, today) if programme else []
    offered = {version.place_id: version for version in [*own, *others]}
    asked = request.GET.get("place", "")
    chosen = offered.get(number_in(asked) or 0) if asked else next(iter(own), None)
    if asked and chosen is None:
        raise Http404
    context = {
        "own": own,
        "others": others,
        "chosen": chosen,
        "ahead": months_ahead(chosen.place, today) if chosen else [],
    }
    return render(request, "activities/room.html", context)


def _commune(request: Request, code: str) -> Hosted:
    today = timezone.localdate()
    return _first(
        one for one in hosted_by(request.actor, today) if one.body.code == code
    )


def _first(found: Iterable[Hosted]) -> Hosted:
    for one in found:
        return one
    raise Http404


def _period(year: int, month: int) -> Period:
    if year not in YEARS or not 1 <= month <= 12:
        raise Http404
    return Period(year, Frequency.MONTH, month)


def _host_month(request: Request, commune: Hosted, period: Period) -> HostMonth:
    return host_month(
        commune.body,
        commune.place,
        period,
        actor=request.actor,
        day=timezone.localdate(),
    )


def _month_context(
    request: Request, commune: Hosted, period: Period
) -> dict[str, object]:
    return {
        "commune": commune,
        "month": period,
        "start": period.interval.start,
        "previous": period.previous(),
        "next": period.next(),
        "this_month": month_of(timezone.localdate()) == period,
        "host_month": _host_month(request, commune, period),
    }
