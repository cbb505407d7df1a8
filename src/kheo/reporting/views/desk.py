"""The receiving desk: who sent, who is late, who is missing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.accounts.queries import is_sample
from kheo.core.access import Capability
from kheo.core.http import Request, errors_on, status_of
from kheo.core.text import fold
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack, Text
from kheo.programmes.queries import pack_on, packs_of
from kheo.reporting.forms import ExtendForm, MarkedForm
from kheo.reporting.models import Report, Statement
from kheo.reporting.queries.consolidation import (
    Consolidation,
    Question,
    consolidation_of,
)
from kheo.reporting.queries.desk import (
    Row,
    Window,
    desk_windows,
    node_of,
    receivers_for,
    rows_of,
    tally_of,
    window_at,
    windows_of,
)
from kheo.reporting.queries.lines import Titles
from kheo.reporting.queries.obligations import cells_of
from kheo.reporting.queries.papers import body_sheet, summary_sheet
from kheo.reporting.queries.people import may_at
from kheo.reporting.queries.window_papers import window_paper
from kheo.reporting.rules import period_name
from kheo.reporting.services.drafts import open_report
from kheo.reporting.services.extensions import extend_report
from kheo.reporting.services.moves import move_reports
from kheo.reporting.views.shared import EXCEL_TYPE, WORD_TYPE, owed_or_404
from kheo.reporting.workflow import STATED, ReportAction, ReportState
from kheo.stationery.word import word
from kheo.stationery.workbook import workbook


@dataclass(frozen=True, slots=True)
class Desk:
    """What the address asks for: whose desk, which programme, which window."""

    receivers: list[Organisation]
    receiver: Organisation
    programmes: list[Programme]
    programme: Programme
    windows: list[Window]
    window: Window
    year: int

    @property
    def query(self) -> str:
        return urlencode(
            {
                "receiver": str(self.receiver.pk),
                "programme": self.programme.code,
                "year": str(self.year),
                "window": self.window.code,
            }
        )


def desk(request: Request) -> HttpResponse:
    """Every body that owes a report for the window, on one screen."""
    today = timezone.localdate()
    found = _desk(request, today)
    if found is None:
        return render(request, "reporting/desk_empty.html")
    rows = rows_of(found.receiver, found.programme, found.window, today)
    on_screen = _filtered(rows, request.GET.get("show", ""))
    context = {
        "desk": found,
        "rows": on_screen,
        "tally": tally_of(row.line for row in rows),
        "show": request.GET.get("show", ""),
        "names": {one.pk: _name_of(one) for one in found.programmes},
        "acceptable": [row for row in on_screen if row.line.state == ReportState.SENT],
        "years": range(found.year - 1, found.year + 2),
        "may_review": may_at(
            request.actor, Capability.REVIEW_REPORTS, found.receiver.pk, today
        ),
    }
    return render(request, "reporting/desk.html", context)


@require_POST
def desk_accept(request: Request) -> HttpResponse:
    """Accept the marked reports; those that cannot be are named with the reason."""
    today = timezone.localdate()
    back = f"{reverse('reporting:desk')}?{request.GET.urlencode()}"
    reports = Report.objects.visible_to(request.actor).with_bodies()
    waiting = list(reports.filter(state=ReportState.SENT).values_list("pk", flat=True))
    form = MarkedForm(request.POST, choices=waiting)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["report"])))
        return redirect(back)
    marked = list(reports.filter(pk__in=form.cleaned_data["report"]).order_by("pk"))
    refused = move_reports(
        marked, ReportAction.ACCEPT, actor=request.actor, at=timezone.now()
    )
    names = names_on({report.organisation_id for report, _why in refused}, today)
    for report, why in refused:
        messages.error(request, f"{names[report.organisation_id]}: {why}")
    accepted = len(marked) - len(refused)
    if accepted:
        text = ngettext(
            "%(count)d report was accepted.",
            "%(count)d reports were accepted.",
            accepted,
        )
        messages.success(request, text % {"count": accepted})
    return redirect(back)


def desk_extend(
    request: Request, programme: str, definition: str, body: str, period: str
) -> HttpResponse:
    """Give more time for a report that nobody has begun yet."""
    owed = owed_or_404(programme, definition, body, period)
    review, today = Capability.REVIEW_REPORTS, timezone.localdate()
    to = owed.receiver.pk if owed.receiver else None
    if not may_at(request.actor, review, to, today):
        seen = Organisation.objects.visible_to(request.actor)
        if not seen.filter(pk=owed.organisation.pk).exists():
            raise Http404
        raise PermissionDenied
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        now = timezone.now()
        with errors_on(form):
            report = open_report(owed, actor=request.actor, at=now)
            extend_report(report, actor=request.actor, at=now, **form.cleaned_data)
    if form.is_bound and not form.errors:
        messages.success(request, _("More time was given."))
        return redirect("reporting:desk")
    title = Titles().named(programme, definition, owed.duty.last_day)
    context = {"form": form, "title": title, "period": period}
    return render(request, "reporting/extend.html", context, status=status_of(form))


def desk_workbook(request: Request) -> HttpResponse:
    """The window as Excel: a summary that adds up, a sheet for each body that sent."""
    today = timezone.localdate()
    found = _desk(request, today)
    if found is None:
        raise Http404
    rows = rows_of(found.receiver, found.programme, found.window, today)
    pack = pack_on(found.programme.code, found.window.last_day)
    table, title = _summary(found, pack)
    sheets = [
        summary_sheet(table, title=title, note=pack.label.vi if pack.label else ""),
        *(body_sheet(statement) for statement in _statements(rows)),
    ]
    content = workbook(sheets, author="Khéo", on=today, is_sample=is_sample())
    name = f"{found.programme.code}-{found.window.code}-{found.receiver.code}.xlsx"
    response = HttpResponse(content, content_type=EXCEL_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def desk_paper(request: Request) -> HttpResponse:
    """The draft of the receiver's own report on the window, as Word."""
    today = timezone.localdate()
    found = _desk(request, today)
    if found is None:
        raise Http404
    rows = rows_of(found.receiver, found.programme, found.window, today)
    pack = pack_on(found.programme.code, found.window.last_day)
    table, _title = _summary(found, pack)
    paper = window_paper(
        found.receiver,
        found.window,
        table,
        tally_of(row.line for row in rows),
        programme=pack.name.vi,
        label=pack.label.vi if pack.label else "",
        on=today,
        is_sample=is_sample(),
    )
    name = f"{found.programme.code}-{found.window.code}-{found.receiver.code}.docx"
    response = HttpResponse(word(paper), content_type=WORD_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _desk(request: Request, today: date) -> Desk | None:
    asked = request.GET
    programmes = list(Programme.objects.select_related("home").order_by("code"))
    programme = _chosen(programmes, asked.get("programme", ""), "code")
    if not asked.get("programme"):
        programme = _current(programmes, today)
    if programme is None:
        return None
    text = asked.get("year", "")
    is_year = text.isdigit() and 2000 <= int(text) <= 2100
    windows = windows_of(programme, int(text)) if is_year else []
    windows = windows or desk_windows(programme, today)
    named = [one for one in windows if one.code == asked.get("window")]
    window = named[0] if named else window_at(windows, today)
    if window is None:
        return None
    receivers = receivers_for(request.actor, programme, window, today)
    receiver = _chosen(receivers, asked.get("receiver", ""), "pk")
    if receiver is None:
        return None
    year = window.last_day.year
    return Desk(receivers, receiver, programmes, programme, windows, window, year)


def _current(programmes: list[Programme], today: date) -> Programme | None:
    """The programme whose window is the latest that has begun to fall due."""
    latest = {
        programme: window.interval
        for programme in programmes
        if (window := window_at(desk_windows(programme, today), today))
    }
    return max(latest, key=lambda one: latest[one]) if latest else None


def _name_of(programme: Programme) -> Text:
    """What the programme's last version is called, with its label."""
    packs = packs_of(programme.code)
    if not packs:
        return Text(vi=programme.code, en=programme.code)
    name, label = packs[-1].name, packs[-1].label
    if label is None:
        return name
    return Text(vi=f"{name.vi} ({label.vi})", en=f"{name.en} ({label.en})")


def _chosen(things: list[Any], asked: str, name: str) -> Any:
    found = [one for one in things if str(getattr(one, name)) == asked]
    if asked and not found:
        raise Http404
    return (found or things or [None])[0]


def _filtered(rows: list[Row], show: str) -> list[Row]:
    kept = {
        "missing": lambda row: row.line.is_open,
        "sent": lambda row: row.line.state == ReportState.SENT,
        "late": lambda row: row.line.is_late,
    }.get(show)
    return [row for row in rows if kept(row)] if kept else rows


def _summary(found: Desk, pack: Pack) -> tuple[Consolidation, str]:
    cells = cells_of(pack, found.window.duties[0].report)
    node = node_of(found.receiver, found.programme, found.window)
    names = names_on([node.pk], found.window.interval.last)
    question = Question(found.programme.code, node.pk, found.window.interval)
    name = names.get(node.pk, node.code)
    table = consolidation_of(question, cells, label=name)
    return table, f"{pack.name.vi}, {period_name(found.window.code).vi} – {name}"


def _statements(rows: list[Row]) -> list[Statement]:
    reports = [row.report for row in rows if row.report and row.report.state in STATED]
    versions = {report.pk: report.version for report in reports}
    statements = Statement.objects.filter(report__in=versions).order_by("pk")
    found = {
        one.report_id: one
        for one in statements
        if one.version == versions[one.report_id]
    }
    ordered = sorted(reports, key=lambda report: fold(str(report.organisation)))
    return [found[report.pk] for report in ordered if report.pk in found]
