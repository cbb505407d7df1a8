"""Plans of reorganisation: looked at first, then carried out with all that follows."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.ledger.forms import PlanForm
from kheo.ledger.services import reorganise
from kheo.organisations import services
from kheo.organisations.models import Plan

A_PAGE = 50


def plan_new(request: Request) -> HttpResponse:
    """Paste a plan, see what it would do or what stands against it."""
    _require_some(request)
    form = PlanForm(request.POST or None)
    told: list[str] = []
    if form.is_valid():
        with errors_on(form):
            plan = services.parse_plan(form.cleaned_data["text"])
            told = services.check_plan(plan, actor=request.actor)
    context = {"form": form, "told": told, "plans": _plans(request)}
    template = "ledger/plan_new.html"
    return render(request, template, context, status=status_of(form))


@require_POST
def plan_apply(request: Request) -> HttpResponse:
    """Carry out a plan that was looked at."""
    _require_some(request)
    form = PlanForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            plan = services.parse_plan(form.cleaned_data["text"])
            reorganise(plan, actor=request.actor, at=timezone.now())
            told = _("“%(title)s” was carried out.") % {"title": plan.title}
            messages.success(request, told)
    if form.errors:
        context = {"form": form, "told": [], "plans": _plans(request)}
        return render(request, "ledger/plan_new.html", context, status=422)
    return redirect("ledger:plan_new")


def _require_some(request: Request) -> None:
    """Who manages no body at all does not learn that there are plans."""
    if not request.actor.holds(Capability.MANAGE_ORGANISATIONS):
        raise Http404


def _plans(request: Request) -> list[Plan]:
    """The plans in force of which one may see every body, newest first."""
    readable = request.actor.bodies(Capability.VIEW_ORGANISATIONS)
    plans = Plan.objects.filter(undone_at=None).order_by("-on", "-pk")
    return [plan for plan in plans if readable.issuperset(plan.affected)][:A_PAGE]
