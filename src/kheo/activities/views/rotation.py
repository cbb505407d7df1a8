"""Whose turn it is: teams of one's own body, communes and hamlets."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.activities import services
from kheo.activities.forms import TeamsForm
from kheo.activities.queries import (
    team_turns,
    units_in,
    visits_to_communes,
    visits_to_hamlets,
)
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on, versions_on


def rotation(request: Request) -> HttpResponse:
    """Which team goes next, and which commune nobody visited for longest."""
    today = timezone.localdate()
    named = versions_on(_own(request), today).values()
    own = sorted(named, key=lambda version: (version.sort_name, version.pk))
    turns = team_turns([version.organisation_id for version in own], request.actor)
    context = {
        "units": [(version, turns.get(version.organisation_id, [])) for version in own],
        "communes": visits_to_communes(request.actor, today),
        "may_plan": bool(own),
    }
    return render(request, "activities/rotation.html", context)


def commune_rotation(request: Request, place: int) -> HttpResponse:
    """The hamlets of one commune and the bodies that went there."""
    today = timezone.localdate()
    communes = visits_to_communes(request.actor, today)
    commune = next((one for one in communes if one.place.place_id == place), None)
    if commune is None:
        raise Http404
    context = {
        "commune": commune,
        "hamlets": visits_to_hamlets(commune.place.place, request.actor, today),
        "units": units_in(commune.place.place, request.actor, today),
        "may_plan": request.actor.holds(Capability.EDIT_ACTIVITIES),
    }
    return render(request, "activities/commune_rotation.html", context)


def teams(request: Request, organisation: int) -> HttpResponse:
    """Name the teams of one's own body."""
    own = _own(request) & request.actor.bodies(Capability.VIEW_ROSTERS)
    if organisation not in own:
        raise Http404
    rows = Organisation.objects.visible_to(request.actor, Capability.EDIT_ACTIVITIES)
    body = get_object_or_404(rows, pk=organisation)
    turns = team_turns([body.pk], request.actor).get(body.pk, [])
    written = "\n".join(f"{one.team.name}: {one.team.size}" for one in turns)
    form = TeamsForm(request.POST or None, initial={"teams": written})
    if form.is_valid():
        with errors_on(form):
            services.name_teams(
                body,
                form.cleaned_data["teams"],
                actor=request.actor,
                at=timezone.now(),
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The teams are named."))
        return redirect("activities:rotation")
    name = names_on([body.pk], timezone.localdate())[body.pk]
    context = {"form": form, "name": name}
    return render(request, "activities/teams.html", context, status=status_of(form))


def _own(request: Request) -> frozenset[int]:
    """The bodies whose teams may go out; typing on behalf of a unit shows none."""
    return request.actor.bodies(Capability.EDIT_ACTIVITIES)
