"""The first page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kheo.core.http import Request
from kheo.workspace.queries.home import home_of


def home(request: Request) -> HttpResponse:
    """What waits on this person today."""
    context = {"home": home_of(request.actor, timezone.localdate())}
    return render(request, "workspace/home.html", context)
