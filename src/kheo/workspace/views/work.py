"""The first page after signing in, and the trail of what was done."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kheo.core.access import Capability
from kheo.core.http import Request, status_of
from kheo.workspace.forms import TrailForm
from kheo.workspace.queries.home import home_of
from kheo.workspace.queries.trail import lines_of, narrowed, trail_of

PER_PAGE = 50


def home(request: Request) -> HttpResponse:
    """What waits on this person today."""
    today, now = timezone.localdate(), timezone.now()
    context = {"home": home_of(request.actor, today, at=now)}
    return render(request, "workspace/home.html", context)


def trail(request: Request) -> HttpResponse:
    """Who did what, where and when, as far as one may read the trail."""
    if not request.actor.holds(Capability.VIEW_AUDIT):
        raise Http404
    form = TrailForm(request.GET)
    rows = trail_of(request.actor)
    if form.is_valid():
        rows = narrowed(rows, **form.cleaned_data)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "lines": lines_of(list(page.object_list), request.actor, timezone.localdate()),
        "query": query.urlencode(),
    }
    return render(request, "workspace/trail.html", context, status=status_of(form))
