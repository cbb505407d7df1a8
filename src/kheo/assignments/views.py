"""Who is in charge of which commune: the list, its gaps, one pair, a table."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.assignments import services
from kheo.assignments.forms import ChargeForm, EndForm, TableForm
from kheo.assignments.models import CommuneAssignment
from kheo.assignments.queries import gaps_on, pair_of, pairs_on
from kheo.assignments.tables import read_charges
from kheo.core.access import Capability
from kheo.core.errors import DomainError
from kheo.core.forms import day_in
from kheo.core.http import Request, errors_on, status_of
from kheo.programmes.queries import InForce, programmes_on
from kheo.stationery.marking import mark_errors

MANAGE = Capability.MANAGE_ASSIGNMENTS
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def charge_list(request: Request) -> HttpResponse:
    """The pairs in force on a day, and what the coverage rules still miss."""
    day = _day(request)
    programmes = programmes_on(day)
    programme = _chosen(request, programmes)
    may_manage = request.actor.holds(MANAGE)
    context = {
        "day": day,
        "programme": programme,
        "pairs": pairs_on(programme.programme.code, day, actor=request.actor)
        if programme
        else [],
        "gaps": gaps_on(programme, day) if programme and may_manage else None,
        "may_manage": may_manage,
        "writable": request.actor.bodies(MANAGE),
    }
    return render(request, "assignments/charge_list.html", context)


def charge_add(request: Request) -> HttpResponse:
    """Put one unit in charge of one commune."""
    today = timezone.localdate()
    programme = _managed(request, today)
    form = ChargeForm(
        request.POST or None, actor=request.actor, programme=programme, day=today
    )
    if form.is_valid():
        with errors_on(form):
            services.put_in_charge(
                programme=programme.programme.code,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The unit is in charge of the commune."))
        return redirect("assignments:list")
    context = {"form": form}
    return render(
        request, "assignments/charge_add.html", context, status=status_of(form)
    )


def charge_end(request: Request, pk: int) -> HttpResponse:
    """End one charge on a day."""
    rows = CommuneAssignment.objects.visible_to(request.actor, MANAGE)
    row = get_object_or_404(rows.select_related("organisation", "place"), pk=pk)
    today = timezone.localdate()
    form = EndForm(request.POST or None, initial={"valid_to": today})
    if form.is_valid():
        with errors_on(form):
            services.end_charge(
                row, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
    if form.is_bound and not form.errors:
        messages.success(request, _("The charge ends on that day."))
        return redirect("assignments:list")
    context = {"form": form, "pair": pair_of(row, today)}
    return render(
        request, "assignments/charge_end.html", context, status=status_of(form)
    )


@require_POST
def table_import(request: Request) -> HttpResponse:
    """Take over a table, or give it back with every wrong cell marked."""
    today = timezone.localdate()
    programme = _managed(request, today)
    form = TableForm(request.POST, request.FILES)
    if not form.is_valid():
        return _import_page(request, form)
    content = form.cleaned_data["file"].read()
    try:
        table = read_charges(
            content, programme=programme, actor=request.actor, day=today
        )
        if table.errors:
            return _returned(mark_errors(content, table.errors))
        added = services.put_all_in_charge(
            table.charges,
            programme=programme.programme.code,
            actor=request.actor,
            at=timezone.now(),
        )
    except DomainError as error:
        form.add_error("file", error.message)
        return _import_page(request, form)
    text = ngettext("%(count)d pair added.", "%(count)d pairs added.", added)
    messages.success(request, text % {"count": added})
    return redirect("assignments:list")


def table_page(request: Request) -> HttpResponse:
    """The form for a table."""
    _managed(request, timezone.localdate())
    return _import_page(request, TableForm())


def _import_page(request: Request, form: TableForm) -> HttpResponse:
    status = status_of(form) if form.is_bound else 200
    return render(
        request, "assignments/table_import.html", {"form": form}, status=status
    )


def _returned(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX, status=422)
    response["Content-Disposition"] = 'attachment; filename="sai-o-danh-dau.xlsx"'
    return response


def _managed(request: Request, day: date) -> InForce:
    programme = _chosen(request, programmes_on(day))
    if programme is None or not request.actor.holds(MANAGE):
        raise Http404
    return programme


def _chosen(request: Request, programmes: list[InForce]) -> InForce | None:
    asked = request.GET.get("programme")
    for programme in programmes:
        if asked in (None, programme.programme.code):
            return programme
    return None


def _day(request: Request) -> date:
    return day_in(request.GET.get("on", "")) or timezone.localdate()
