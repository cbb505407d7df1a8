"""The little that views share: the request with its actor, parts, errors on forms."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from kheo.core.access import Actor
from kheo.core.errors import DomainError


class Request(HttpRequest):
    """What our middleware adds to a request; for types only."""

    actor: Actor
    htmx: HtmxDetails


def render_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page for a browser, only its named partial for htmx."""
    name = f"{template}#{part}" if getattr(request, "htmx", False) else template
    return render(request, name, dict(context), status=status)


def sentence_of(error: DomainError) -> str:
    """What to tell the person, also where the refusal says nothing itself."""
    return error.message or _("You may see this, but not do it.")


@contextmanager
def errors_on(form: forms.BaseForm) -> Iterator[None]:
    """Turn a service's refusal into an error of the form, beside its field if named."""
    try:
        yield
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, sentence_of(error))


def status_of(form: forms.BaseForm) -> int:
    """422 for a form with errors, so that browsers, htmx and tests can tell."""
    return 422 if form.errors else 200
