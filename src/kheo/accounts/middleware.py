"""Each request gets its actor; what was sent without a session is not lost."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from kheo.accounts.models import User
from kheo.accounts.queries import actor_of
from kheo.accounts.views.carrying import Carried
from kheo.accounts.views.signing import signing_in_again
from kheo.core.access import Actor

Next = Callable[[HttpRequest], HttpResponse]


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Ask who it is; a form that was filled in meanwhile is carried through that."""

    def handle_no_permission(  # type: ignore[override]  # it redirects; ours may show a page
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        is_form = request.method == "POST" and "HX-Request" not in request.headers
        carried = Carried.of(request) if is_form else None
        if carried is None:
            answer: HttpResponse = super().handle_no_permission(request, view_func)
            return answer
        return signing_in_again(request, carried)


class ActorMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]  # core.http.Request has it
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    if isinstance(request.user, User):
        return actor_of(request.user, timezone.localdate())
    return Actor()
