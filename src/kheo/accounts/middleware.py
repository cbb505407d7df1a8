"""Each request gets its actor: the signed-in person's grants, read once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from kheo.accounts.models import User
from kheo.accounts.queries import actor_of
from kheo.core.access import Actor

Next = Callable[[HttpRequest], HttpResponse]


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
