"""A month of slips on one screen: right rows are saved, wrong ones stay as typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.activities import services
from kheo.activities.forms import Sheet, SlipRow, make_sheet
from kheo.activities.models import Activity, ActivityQuerySet
from kheo.activities.queries import (
    days_without_people,
    described,
    leads_for,
    partners_among,
)
from kheo.activities.queries.behalf import is_on_behalf
from kheo.activities.views.months import asked_month, asked_programme, asked_unit
from kheo.core.access import Actor
from kheo.core.http import Request, errors_on
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import versions_on

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BLANK_ROWS, MORE_ROWS, MOST_ROWS = 5, 10, 300
FEW_UNITS = 12
"""So many units' plans stand on one sheet; of more, one unit is chosen first."""


def month_entry(request: Request) -> HttpResponse:
    """Type in the slips of a month; a row for each plan, blank rows for other days."""
    month = asked_month(request, timezone.localdate())
    unit = asked_unit(request)
    programme = asked_programme(request, month.interval.last)
    sheet = make_sheet(
        frozenset({unit.pk}) if unit else leads_for(request.actor),
        month,
        programme,
        shows_all="all" in request.GET,
        sent=frozenset(key.partition("-")[2] for key in request.POST),
    )
    if request.method != "POST":
        return _page(request, sheet, _blank_sheet(request, sheet))
    wants_more = "more" in request.POST
    rows = _typed_rows(request, sheet, is_only_kept=wants_more)
    if wants_more:
        extra = _blank_rows(sheet, MORE_ROWS, since=_after(rows))
        return _page(request, sheet, [*rows, *extra][:MOST_ROWS])
    saved, unchanged = _save(request, rows)
    if saved or not any(row.errors for row in rows):
        _say(request, saved, unchanged)
    if not any(row.errors for row in rows):
        return redirect(f"{request.path}?{_query(request, sheet)}")
    left = [row for row in rows if row.errors or row.is_blank]
    return _page(request, sheet, left, status=422)


def _save(request: Request, rows: list[SlipRow]) -> tuple[int, int]:
    """Each row by itself; how many were saved, and how many had been before."""
    saved = unchanged = 0
    for row in rows:
        if row.is_blank or not row.is_valid():
            continue
        with errors_on(row):
            changed = services.enter_slip(
                row.slip(), actor=request.actor, at=timezone.now()
            )
            saved += changed
            unchanged += not changed
    return saved, unchanged


def _say(request: Request, saved: int, unchanged: int) -> None:
    if saved:
        text = ngettext("%(count)d slip saved.", "%(count)d slips saved.", saved)
        messages.success(request, text % {"count": saved})
    elif unchanged:
        messages.info(request, _("These slips were saved before; nothing changed."))
    else:
        messages.info(request, _("Nothing was typed yet."))


@dataclass(frozen=True, slots=True)
class Known:
    """An activity that a row stands for, and its names on the day."""

    activity: Activity
    initial: dict[str, str]
    partner: OrganisationVersion | None


def _blank_sheet(request: Request, sheet: Sheet) -> list[SlipRow]:
    """Plans first, then days of others with the own unit's people missing, blanks."""
    known: list[Known] = []
    if request.GET.get("plans") != "no" and len(sheet.units) <= FEW_UNITS:
        in_month = _in_month(request.actor, sheet)
        planned = in_month.led_by(sheet.bodies).coming()
        joint = in_month.happened().filter(pk__in=days_without_people(sheet.bodies))
        known = _known([*planned.order_by("on", "pk"), *joint.order_by("on")], sheet)
    rows = [
        SlipRow(
            prefix=f"r{number}",
            sheet=sheet,
            client_id=one.activity.client_id,
            activity=one.activity,
            partner=one.partner,
            initial=one.initial,
        )
        for number, one in enumerate(known)
    ]
    asked = request.GET.get("rows", "")
    count = min(int(asked), MOST_ROWS) if re.fullmatch(r"[0-9]{1,4}", asked) else None
    return rows + _blank_rows(sheet, count or BLANK_ROWS, since=len(rows))


def _blank_rows(sheet: Sheet, count: int, *, since: int) -> list[SlipRow]:
    return [
        SlipRow(prefix=f"r{number}", sheet=sheet, client_id=uuid4())
        for number in range(since, since + count)
    ]


def _typed_rows(request: Request, sheet: Sheet, *, is_only_kept: bool) -> list[SlipRow]:
    """The rows that were sent, each with the activity it stands for, if any."""
    ids = _ids(request.POST)
    rows = _in_month(request.actor, sheet).filter(client_id__in=ids.values())
    known = {one.activity.client_id: one for one in _known(list(rows), sheet)}
    return [
        SlipRow(
            request.POST,
            prefix=f"r{number}",
            sheet=sheet,
            client_id=client_id,
            activity=known[client_id].activity if client_id in known else None,
            partner=known[client_id].partner if client_id in known else None,
            initial=known[client_id].initial if client_id in known else None,
            is_only_kept=is_only_kept,
        )
        for number, client_id in sorted(ids.items())[:MOST_ROWS]
    ]


def _ids(posted: Mapping[str, object]) -> dict[int, UUID]:
    found: dict[int, UUID] = {}
    for key, value in posted.items():
        match = re.fullmatch(r"r([0-9]{1,4})-id", key)
        if match and UUID_TEXT.fullmatch(str(value)):
            found[int(match[1])] = UUID(str(value))
    return found


def _after(rows: list[SlipRow]) -> int:
    return max((int(str(row.prefix)[1:]) for row in rows), default=-1) + 1


def _in_month(actor: Actor, sheet: Sheet) -> ActivityQuerySet:
    interval = sheet.month.interval
    rows = Activity.objects.visible_to(actor).written_by(actor)
    rows = rows.filter(
        programme=sheet.programme.programme.code,
        on__gte=interval.start,
        on__lt=interval.end,
    )
    return rows.select_related("organisation", "place", "hamlet")


def _known(activities: list[Activity], sheet: Sheet) -> list[Known]:
    """With names; a day whose body the sheet does not have is left out."""
    units = {unit.organisation_id: unit for unit in sheet.units}
    found = partners_among(activities, units)
    partners = {activity: units[body] for activity, body in found.items()}
    hamlets = {hamlet.place_id: hamlet.name for hamlet in sheet.hamlets}
    works = dict(sheet.works)
    return [
        Known(
            activity=row.activity,
            initial={
                "unit": row.lead,
                "on": f"{row.activity.on.day}/{row.activity.on.month}",
                "commune": row.commune,
                "hamlet": hamlets.get(row.activity.hamlet_id or 0, ""),
                "title": row.activity.title,
                "field": works.get(row.activity.field, ""),
            },
            partner=None
            if row.activity.organisation_id in units
            else partners.get(row.activity.pk),
        )
        for row in described(activities)
        if row.activity.organisation_id in units or row.activity.pk in partners
    ]


def _query(request: Request, sheet: Sheet) -> str:
    kept = {"month": sheet.month.code, "programme": sheet.programme.programme.code}
    kept |= {key: request.GET[key] for key in ("all", "unit") if key in request.GET}
    return urlencode(kept)


def _unit_choices(request: Request, sheet: Sheet) -> list[OrganisationVersion]:
    """The units to choose from, where there are several."""
    found = versions_on(leads_for(request.actor), sheet.month.interval.last)
    units = sorted(found.values(), key=lambda one: (one.sort_name, one.pk))
    return units if len(units) > 1 else []


def _page(
    request: Request, sheet: Sheet, rows: list[SlipRow], *, status: int = 200
) -> HttpResponse:
    month = sheet.month
    led = _in_month(request.actor, sheet).led_by(sheet.bodies)
    logged = led.happened().order_by("on", "pk")
    address = reverse("activities:month_entry")
    unit = request.GET.get("unit", "")
    kept = f"&unit={unit}" if unit else ""
    context = {
        "choices": _unit_choices(request, sheet),
        "unit": unit,
        "on_behalf": bool(sheet.units)
        and is_on_behalf(request.actor, [one.organisation for one in sheet.units]),
        "is_many": len(sheet.units) > FEW_UNITS,
        "sheet": sheet,
        "rows": rows,
        "logged": described(list(logged)),
        "month": month,
        "previous": f"{address}?month={month.previous().code}{kept}",
        "next": f"{address}?month={month.next().code}{kept}",
        "query": _query(request, sheet),
        "shows_all": "all" in request.GET,
        "is_wrong": status != 200,
    }
    return render(request, "activities/month_entry.html", context, status=status)
