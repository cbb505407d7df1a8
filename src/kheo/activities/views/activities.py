"""Pages of the days in the villages: list, plan, detail, log."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.activities import services
from kheo.activities.forms import (
    CodesForm,
    FindActivitiesForm,
    LogForm,
    MoveForm,
    PlanForm,
    RosterForm,
)
from kheo.activities.models import Activity, HouseholdCode, PartyRole
from kheo.activities.pages import detail_context
from kheo.activities.queries import (
    as_planned,
    copied,
    described,
    hosted_places,
    leads_for,
    own_party,
    proposed,
    recent_days,
    team_turns,
)
from kheo.activities.queries.behalf import is_on_behalf
from kheo.activities.queries.hosting import ahead_of
from kheo.activities.queries.stamps import plan_stamp
from kheo.activities.rules import number_of
from kheo.activities.views.months import asked_programme
from kheo.activities.workflow import ActivityAction
from kheo.core.access import Capability
from kheo.core.errors import Outdated
from kheo.core.http import Request, errors_on, render_part, status_of
from kheo.core.text import fold, number_in, numbers_in
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.programmes.queries import InForce, pack_on, programmes_on

PER_PAGE = 50
EDIT, HOST = Capability.EDIT_ACTIVITIES, Capability.HOST_ACTIVITIES
TYPE = Capability.TYPE_ACTIVITIES


def activity_list(request: Request) -> HttpResponse:
    """Every activity the actor may see, newest first; a slip's code leads to its day."""
    rows = Activity.objects.visible_to(request.actor)
    query = request.GET.copy()
    query.pop("page", None)
    form = FindActivitiesForm(query)
    form.is_valid()
    asked = form.cleaned_data
    by_code = rows.filter(pk=number_of(asked.get("q", "")) or 0).first()
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("first"):
        rows = rows.filter(on__gte=asked["first"])
    if asked.get("last"):
        rows = rows.filter(on__lte=asked["last"])
    for word in fold(asked.get("q", "")).split():
        rows = rows.filter(folded__contains=word)
    if by_code and not rows.exists():
        return redirect(by_code)
    pages = Paginator(rows.order_by("-on", "-pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": described(list(page.object_list)),
        "query": query.urlencode() if form.is_narrowed else "",
        "may_plan": request.actor.holds(EDIT) or request.actor.holds(TYPE),
    }
    return render(request, "activities/activity_list.html", context)


def activity_plan(request: Request) -> HttpResponse:
    """Plan a day for one of the actor's own bodies."""
    today = timezone.localdate()
    programme = asked_programme(request, today)
    form = PlanForm(
        request.POST or None,
        actor=request.actor,
        bodies=(for_unit := _typed_unit(request)),
        programme=programme,
        day=today,
        initial=_start(request, today, for_unit),
    )
    if form.is_valid():
        with errors_on(form):
            activity = services.plan_activity(
                programme=programme.programme.code,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The plan was sent to the commune."))
        return redirect(activity)
    context = {
        "form": form,
        "has_communes": form.has_communes,
        "communes_ahead": ahead_of(for_unit or leads_for(request.actor), today),
        "recent": described(recent_days(request.actor, for_unit)),
        "on_behalf": ", ".join(names_on(for_unit, today).values()),
    }
    return render(
        request, "activities/activity_plan.html", context, status=status_of(form)
    )


def activity_change(request: Request, pk: int) -> HttpResponse:
    """Change a plan before its day."""
    activity = _get_written(request, pk)
    programme = _in_force(activity)
    form = PlanForm(
        request.POST or None,
        actor=request.actor,
        bodies=frozenset({activity.organisation_id}),
        programme=programme,
        day=min(activity.on, timezone.localdate()),
        initial=_planned(activity),
    )
    form.fields["organisation"].disabled = True
    if form.is_valid():
        data = dict(form.cleaned_data)
        del data["client_id"], data["organisation"]
        with errors_on(form):
            try:
                services.change_plan(
                    activity, actor=request.actor, at=timezone.now(), **data
                )
            except Outdated:
                activity.refresh_from_db()
                form.show_saved(_planned(activity))
                raise
    if form.is_bound and not form.errors:
        messages.success(request, _("The plan was changed."))
        return redirect(activity)
    context = {
        "form": form,
        "activity": activity,
        "has_communes": True,
        "communes_ahead": ahead_of([activity.organisation_id], timezone.localdate()),
    }
    return render(
        request, "activities/activity_plan.html", context, status=status_of(form)
    )


def activity_detail(request: Request, pk: int) -> HttpResponse:
    activity = _get(request, pk)
    return _page(request, activity, MoveForm())


@require_POST
def activity_move(request: Request, pk: int, action: ActivityAction) -> HttpResponse:
    """Carry out one step: htmx gets the state panel back, a browser a redirect."""
    activity = _get(request, pk)
    form = MoveForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            services.move_activity(
                activity,
                action,
                seen=request.POST.get("seen", ""),
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.errors:
        return _page(request, _get(request, pk), form)
    if request.htmx:
        return _page(request, activity, MoveForm())
    return redirect(activity)


def activity_log(request: Request, pk: int) -> HttpResponse:
    """Say what the day achieved; the lead all of it, a partner its own people."""
    activity = _get_written(request, pk)
    mine = services.parties_written(activity, request.actor)
    form = LogForm(
        request.POST or None,
        activity=activity,
        pack=pack_on(activity.programme, activity.on),
        mine=mine,
        leads=any(p.role == PartyRole.LEAD for p in mine),
        names=names_on([p.organisation_id for p in mine], activity.on),
    )
    if form.is_valid():
        with errors_on(form):
            try:
                services.log_activity(
                    activity,
                    done=form.done(),
                    title=form.cleaned_data.get("title"),
                    seen=form.cleaned_data["seen"] or None,
                    actor=request.actor,
                    at=timezone.now(),
                )
            except Outdated:
                form.show_saved()
                raise
    if form.is_bound and not form.errors:
        messages.success(request, _("What was done is saved and counted."))
        return redirect(activity)
    context = {
        "form": form,
        "activity": activity,
        "on_behalf": _behalf(request, [party.organisation for party in mine]),
    }
    return render(
        request, "activities/activity_log.html", context, status=status_of(form)
    )


def roster(request: Request, pk: int) -> HttpResponse:
    """Who of one's own body goes along: seen and kept by that body alone."""
    activity = _get(request, pk, Capability.VIEW_ROSTERS)
    party = own_party(activity, request.actor)
    lines = party.roster.order_by("pk")
    initial = "\n".join(f"{r.name}, {r.duty}" if r.duty else r.name for r in lines)
    turns = team_turns([party.organisation_id], request.actor)
    form = RosterForm(
        request.POST or None,
        turns=turns.get(party.organisation_id, []),
        initial={
            "names": initial,
            "teams": list(party.turns.values_list("team_id", flat=True)),
        },
    )
    if form.is_valid():
        with errors_on(form):
            services.set_roster(
                party,
                form.lines(),
                teams=form.chosen(),
                actor=request.actor,
                at=timezone.now(),
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The list was saved."))
        return redirect(activity)
    context = {"form": form, "activity": activity}
    return render(request, "activities/roster.html", context, status=status_of(form))


def household_codes(request: Request) -> HttpResponse:
    """The commune's household codes: it prints them and writes names on paper only."""
    today = timezone.localdate()
    hosted = hosted_places(request.actor, today)
    if not hosted:
        raise Http404
    programme = asked_programme(request, today).programme.code
    body, place = hosted[0]
    form = CodesForm(request.POST or None)
    if form.is_valid():
        with errors_on(form):
            services.issue_codes(
                body,
                programme=programme,
                place=place,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.is_bound and not form.errors:
        made = form.cleaned_data["count"]
        said = ngettext("%(made)d code was made.", "%(made)d codes were made.", made)
        messages.success(request, said % {"made": made})
        return redirect("activities:codes")
    codes = HouseholdCode.objects.filter(programme=programme, place=place)
    context = {"form": form, "codes": codes.order_by("-issued_at", "code")[:500]}
    return render(request, "activities/codes.html", context, status=status_of(form))


def _get(request: Request, pk: int, capability: Capability | None = None) -> Activity:
    rows = Activity.objects.visible_to(request.actor, capability)
    related = rows.select_related("organisation", "place", "hamlet")
    return get_object_or_404(related, pk=pk)


def _get_written(request: Request, pk: int) -> Activity:
    """A day that the actor logs, for the own bodies or on behalf of a unit."""
    rows = Activity.objects.visible_to(request.actor).written_by(request.actor)
    related = rows.select_related("organisation", "place", "hamlet")
    return get_object_or_404(related, pk=pk)


def _typed_unit(request: Request) -> frozenset[int]:
    """The one unit asked for, where the plan is typed in on its behalf."""
    unit = frozenset(numbers_in([request.GET.get("unit", "")]))
    return unit & request.actor.bodies(TYPE) - request.actor.bodies(EDIT)


def _behalf(request: Request, bodies: list[Organisation]) -> str:
    """The names of the units typed for; empty where one of them is the actor's own."""
    if not is_on_behalf(request.actor, bodies):
        return ""
    named = names_on([body.pk for body in bodies], timezone.localdate())
    return ", ".join(named.values())


def _page(request: Request, activity: Activity, form: MoveForm) -> HttpResponse:
    context = detail_context(activity, request.actor, form)
    return render_part(
        request,
        "activities/activity_detail.html",
        "status",
        context,
        status=status_of(form),
    )


def _start(request: Request, today: date, bodies: frozenset[int]) -> dict[str, object]:
    """What the plan starts with: proposals, or a day to copy, or a place asked for."""
    start = proposed(request.actor, today, bodies)
    copy = number_in(request.GET.get("copy", ""))
    if copy is not None:
        rows = Activity.objects.visible_to(request.actor).written_by(request.actor)
        start |= copied(get_object_or_404(rows, pk=copy))
    asked = {"organisation": "unit", "place": "place", "hamlet": "hamlet"}
    start |= {
        name: value
        for name, key in asked.items()
        if (value := number_in(request.GET.get(key, ""))) is not None
    }
    return start


def _planned(activity: Activity) -> dict[str, object]:
    """What the form of a plan begins with, and brings back to be compared."""
    return as_planned(activity) | {"seen": plan_stamp(activity)}


def _in_force(activity: Activity) -> InForce:
    """The activity's own programme as it ran on its day."""
    for found in programmes_on(activity.on):
        if found.programme.code == activity.programme:
            return found
    raise Http404
