"""Bodies to look up; plans of reorganisation stand in the ledger, which bears facts anew."""

from datetime import date

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from kheo.audit.queries import history_of
from kheo.core.access import Capability
from kheo.core.http import Request, status_of
from kheo.organisations.forms import FindForm
from kheo.organisations.models import Kind, Organisation, OrganisationVersion
from kheo.organisations.queries import (
    absent_on,
    bonds_of,
    children_on,
    named_on,
    parent_names_on,
    search,
    stays_of,
)

A_PAGE = 50


def organisation_list(request: Request) -> HttpResponse:
    """Search among the bodies that one may see, as they are on a day."""
    form = FindForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    day = chosen.get("on") or timezone.localdate()
    bodies = _bodies(request, day, chosen.get("q", ""), chosen.get("kind", ""))
    query = request.GET.copy()
    query.pop("page", None)
    page = Paginator(bodies, A_PAGE).get_page(request.GET.get("page"))
    above = parent_names_on([body.pk for body in page.object_list], day)
    context = {
        "form": form,
        "day": day,
        "page": page,
        "rows": [
            (body, Kind(body.kind).label, above.get(body.pk, ""))  # type: ignore[attr-defined]  # named_on
            for body in page.object_list
        ],
        "absent": _absent(request, day, chosen.get("q", "")),
        "query": query.urlencode(),
        "may_reorganise": request.actor.holds(Capability.MANAGE_ORGANISATIONS),
    }
    template = "organisations/organisation_list.html"
    return render(request, template, context, status=status_of(form))


def organisation_detail(request: Request, code: str) -> HttpResponse:
    """One body through all its names, places and changes."""
    visible = Organisation.objects.visible_to(request.actor)
    body = get_object_or_404(visible, code=code)
    versions = body.versions.select_related("plan").order_by("-valid_from")
    context = {
        "body": body,
        "versions": versions,
        "latest": versions[0],
        "stays": (stays := stays_of(body)),
        "superiors": [stay for stay in stays if stay.superior and not stay.end],
        "below": children_on(body, timezone.localdate()).filter(pk__in=visible),
        "bonds": bonds_of(body),
        "aliases": body.aliases.order_by("pk"),
        "history": history_of(body),
        "may_invite": request.actor.can(Capability.INVITE_PEOPLE, body),
        "readable": request.actor.bodies(Capability.VIEW_ORGANISATIONS),
    }
    return render(request, "organisations/organisation_detail.html", context)


def _bodies(
    request: Request, day: date, text: str, kind: str
) -> QuerySet[Organisation]:
    visible = Organisation.objects.visible_to(request.actor)
    bodies = named_on(day).filter(pk__in=visible)
    if text:
        bodies = bodies.filter(pk__in=search(text))
    if kind:
        versions = OrganisationVersion.objects.in_force(day).filter(kind=kind)
        bodies = bodies.filter(pk__in=versions.values("organisation"))
    return bodies.order_by(F("sort_name"), "pk")


def _absent(request: Request, day: date, text: str) -> list[tuple[Organisation, str]]:
    """What bore the name but is not there that day, a page of it at most."""
    visible = Organisation.objects.visible_to(request.actor)
    found = search(text).filter(pk__in=visible) if text else visible.none()
    return absent_on(found, day)[:A_PAGE]
