"""One-time links as they are shown to whoever hands them out: once."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kheo.accounts.models import User
from kheo.accounts.services import invitation_ends
from kheo.core.http import Request


def address_of(request: Request, token: str) -> str:
    return request.build_absolute_uri(reverse("accounts:invitation", args=[token]))


def link_shown(
    request: Request, user: User, token: str, *, at: datetime, is_new: bool = False
) -> HttpResponse:
    """The page with a link and a text to send; nothing keeps it afterwards."""
    context = {
        "person": user,
        "address": address_of(request, token),
        "until": invitation_ends(at),
        "is_new": is_new,
    }
    answer = render(request, "accounts/link.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
