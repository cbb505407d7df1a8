"""What every request passes: writers in line, questions asked once, refusals as pages."""

import threading
from collections import deque
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

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
