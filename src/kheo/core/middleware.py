"""What every request passes: writers in line, questions once, no NUL, refusals."""

import threading
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.translation import gettext as _

from kheo.core.errors import DomainError
from kheo.core.http import sentence_of
from kheo.core.remembering import remembering

_TEXTS = ("text/html", "text/csv", "text/calendar", "application/json")

Next = Callable[[HttpRequest], HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class CompressPagesMiddleware(GZipMiddleware):
    """Pages and tables travel compressed; photos and papers already are.

    Django pads each answer by a random length and masks the CSRF token, so the size
    of a page tells nothing of a secret in it.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith(_TEXTS):
            return super().process_response(request, response)
        return response


class WriteGate:
    """Let one writer through at a time, in the order of arrival.

    SQLite has one writer; without a queue some wait past the time-out while others
    pass twice. One web process serves a SQLite site, so threads are all there is.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        turn = threading.Event()
        with self._lock:
            self._waiting.append(turn)
            if self._waiting[0] is turn:
                turn.set()
        turn.wait()

    def __exit__(self, *exc: object) -> None:
        with self._lock:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].set()


class WriteGateMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.gate = WriteGate()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or not settings.IS_SQLITE:
            return self.get_response(request)
        with self.gate:
            return self.get_response(request)


class RememberingMiddleware:
    """While a page is read the same question is asked once; what writes asks afresh."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE:
            return self.get_response(request)
        with remembering():
            return self.get_response(request)


NUL = "\x00"
"""No keyboard types it, and PostgreSQL stores and compares no text that holds it."""


class WithoutNulMiddleware:
    """Take NUL characters out of what is asked and typed, before any view reads it.

    They come from broken pastes and from scanners. In an address they name nothing:
    the page is not found.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        while NUL in query or "%00" in query:
            query = query.replace(NUL, "").replace("%00", "")
            request.META["QUERY_STRING"] = query
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        typed = request.POST
        if any(NUL in text for _name, texts in typed.lists() for text in texts):
            request.POST = _without_nul(typed)  # type: ignore[assignment]  # a copy


def _without_nul(typed: QueryDict) -> QueryDict:
    clean = typed.copy()
    for name, texts in typed.lists():
        clean.setlist(name, [str(text).replace(NUL, "") for text in texts])
    return clean


class DomainErrorMiddleware:
    """A refusal that no form caught becomes a page with its sentence and its status."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if getattr(request, "htmx", False):
            messages.error(request, sentence_of(exception))
            template = "core/flash_part.html"
        else:
            template = "core/refused.html"
        context = {"message": sentence_of(exception), "status": exception.status}
        return render(request, template, context, status=exception.status)


class StepsAreSentMiddleware:
    """Say in a page that an address only takes a step, where somebody opens it.

    It happens with a copied address, or by going back after signing in again.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED or answer.content:
            return answer
        message = _(
            "This address only carries out a step; it cannot be opened by itself. Go"
            " back to the page with the button, and use it there."
        )
        page = render(request, "core/refused.html", {"message": message}, status=405)
        page.headers["Allow"] = answer.headers.get("Allow", "POST")
        return page
