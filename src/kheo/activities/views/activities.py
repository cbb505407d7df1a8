"""Pages of the days in the villages: list, plan, detail, log."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.activities import services
from kheo.activities.forms import CodesForm, LogForm, MoveForm, PlanForm, RosterForm
from kheo.activities.models import Activity, HouseholdCode, PartyRole
from kheo.activities.pages import detail_context
from kheo.activities.queries import described, hosted_places, leads_for, own_party
from kheo.activities.queries.hosting import ahead_of
from kheo.activities.workflow import ActivityAction, ActivityState
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, render_part, status_of
from kheo.organisations.queries import names_on
from kheo.programmes.queries import InForce, pack_on, programmes_on

PER_PAGE = 50
EDIT, HOST = Capability.EDIT_ACTIVITIES, Capability.HOST_ACTIVITIES


def activity_list(request: Request) -> HttpResponse:
    """Every activity the actor may see, newest first, by state and by words."""
    rows = Activity.objects.visible_to(request.actor)
    state = request.GET.get("state", "")
    if state in ActivityState.values:
        rows = rows.filter(state=state)
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(title__icontains=words)
    pages = Paginator(rows.order_by("-on", "-pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": described(list(page.object_list)),
        "states": ActivityState.choices,
        "state": state,
        "words": words,
        "query": urlencode({"state": state, "q": words}) if state or words else "",
        "may_plan": request.actor.holds(EDIT),
    }
    return render(request, "activities/activity_list.html", context)


def activity_plan(request: Request) -> HttpResponse:
    """Plan a day for one of the actor's own bodies."""
    today = timezone.localdate()
    programme = _programme(request, today)
    form = PlanForm(
        request.POST or None, actor=request.actor, programme=programme, day=today
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
        "communes_ahead": ahead_of(leads_for(request.actor), today),
    }
    return render(
        request, "activities/activity_plan.html", context, status=status_of(form)
    )


def activity_change(request: Request, pk: int) -> HttpResponse:
    """Change a plan before its day."""
    activity = _get(request, pk, EDIT)
    programme = _in_force(activity)
    form = PlanForm(
        request.POST or None,
        actor=request.actor,
        programme=programme,
        day=min(activity.on, timezone.localdate()),
        initial=_as_planned(activity),
    )
    form.fields["organisation"].disabled = True
    if form.is_valid():
        data = dict(form.cleaned_data)
        del data["client_id"], data["organisation"]
        with errors_on(form):
            services.change_plan(
                activity, actor=request.actor, at=timezone.now(), **data
            )
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
    activity = _get(request, pk, EDIT)
    parties = activity.parties.select_related("organisation").order_by("pk")
    mine = [p for p in parties if request.actor.can(EDIT, p.organisation)]
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
            services.log_activity(
                activity,
                done=form.done(),
                title=form.cleaned_data.get("title"),
                actor=request.actor,
                at=timezone.now(),
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("What was done is saved and counted."))
        return redirect(activity)
    context = {"form": form, "activity": activity}
    return render(
        request, "activities/activity_log.html", context, status=status_of(form)
    )


def roster(request: Request, pk: int) -> HttpResponse:
    """Who of one's own body goes along: seen and kept by that body alone."""
    activity = _get(request, pk, Capability.VIEW_ROSTERS)
    party = own_party(activity, request.actor)
    lines = party.roster.order_by("pk")
    initial = "\n".join(f"{r.name}, {r.duty}" if r.duty else r.name for r in lines)
    form = RosterForm(request.POST or None, initial={"names": initial})
    if form.is_valid():
        with errors_on(form):
            services.set_roster(
                party, form.lines(), actor=request.actor, at=timezone.now()
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
    programme = _programme(request, today).programme.code
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
        return redirect("activities:codes")
    codes = HouseholdCode.objects.filter(programme=programme, place=place)
    context = {"form": form, "codes": codes.order_by("-issued_at", "code")[:500]}
    return render(request, "activities/codes.html", context, status=status_of(form))


def _get(request: Request, pk: int, capability: Capability | None = None) -> Activity:
    rows = Activity.objects.visible_to(request.actor, capability)
    related = rows.select_related("organisation", "place", "hamlet")
    return get_object_or_404(related, pk=pk)


def _page(request: Request, activity: Activity, form: MoveForm) -> HttpResponse:
    context = detail_context(activity, request.actor, form)
    return render_part(
        request,
        "activities/activity_detail.html",
        "status",
        context,
        status=status_of(form),
    )


def _programme(request: Request, day: date) -> InForce:
    """The programme asked for, or the first one in force; 404 where there is none."""
    running = {found.programme.code: found for found in programmes_on(day)}
    asked = request.GET.get("programme", next(iter(running), ""))
    if asked not in running:
        raise Http404
    return running[asked]


def _in_force(activity: Activity) -> InForce:
    """The activity's own programme as it ran on its day."""
    for found in programmes_on(activity.on):
        if found.programme.code == activity.programme:
            return found
    raise Http404


def _as_planned(activity: Activity) -> dict[str, object]:
    partners = activity.parties.filter(role=PartyRole.PARTNER)
    return {
        "client_id": activity.client_id,
        "organisation": activity.organisation_id,
        "place": activity.place_id,
        "hamlet": activity.hamlet_id,
        "on": activity.on,
        "starts_at": activity.starts_at,
        "field": activity.field,
        "title": activity.title,
        "partners": list(partners.values_list("organisation_id", flat=True)),
        "means": activity.means,
        "safety": activity.safety,
        "reason": activity.note,
        "beyond": activity.beyond,
    }
