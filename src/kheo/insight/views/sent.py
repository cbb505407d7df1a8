"""Who sent and who did not: one window, the bodies at and below one."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.core.access import Capability
from kheo.core.http import Request
from kheo.core.text import sort_key
from kheo.insight.pages import days_of, label_of
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.heat import OWN, Asked, Sending, kinds_of, sendings_below
from kheo.insight.queries.labels import said
from kheo.insight.queries.scope import children_visible_to
from kheo.insight.queries.windows import Window
from kheo.insight.rules.sending import Mark, Sendings
from kheo.insight.views.choosing import Chosen, chosen, path_of, with_words
from kheo.insight.views.files import file_of
from kheo.insight.views.overview import title_of
from kheo.organisations.queries import names_on
from kheo.reporting.models import Report
from kheo.stationery.paper import Column, Row
from kheo.stationery.workbook import Sheet


@dataclass(frozen=True, slots=True)
class SentRow:
    """One report that is owed: whose, which, by when, and what became of it."""

    name: str
    title: str
    sending: Sending
    mark: str
    href: str = ""


def sent(request: Request) -> HttpResponse:
    """The reports behind a cell of the heat table, by name."""
    found = chosen(request)
    frame, window = found.frame, found.window
    if frame is None or window is None:
        raise Http404
    listed = _listed(request, found)
    rows = _rows(request, frame, listed)
    show = request.GET.get("show", "")
    counted = Sendings.of(one.mark for one in listed)
    context = {
        "frame": frame,
        "window": window,
        "title": title_of(window),
        "days": days_of(frame),
        "label": label_of(frame),
        "path": path_of(request, frame),
        "rows": _shown(rows, show),
        "hidden": len(listed) - len(rows),
        "counted": counted,
        "choices": [
            (name, number, with_words(request, show=code), code == show)
            for code, name, number in (
                ("", _("all"), counted.owed),
                (Mark.IN_TIME, _("in time"), counted.in_time),
                (Mark.LATE, _("late"), counted.late),
                (Mark.MISSING, pgettext("report", "missing"), counted.missing),
                (Mark.NOT_DUE, _("not yet due"), counted.not_due),
                (Mark.ON_PAPER, _("on paper"), counted.on_paper),
            )
            if number or code != Mark.ON_PAPER
        ],
        "query": request.GET.urlencode(),
        "back": f"{reverse('insight:overview')}?{_back(frame, window)}",
        "has_paper": bool(counted.on_paper),
        "desks": _desks(request, frame.programme or "", window, listed),
    }
    return render(request, "insight/sent.html", context)


def sent_file(request: Request, kind: str) -> HttpResponse:
    """The same list, filtered alike, as Excel or CSV."""
    found = chosen(request)
    frame, window = found.frame, found.window
    if frame is None or window is None:
        raise Http404
    rows = _rows(request, frame, _listed(request, found))
    sheet = Sheet(
        name=_("Reports sent"),
        columns=(
            Column(_("Body"), width=40),
            Column(_("Report"), width=34),
            Column(_("Last day"), width=13),
            Column(_("Sent on"), width=13),
            Column(_("State"), width=16),
        ),
        rows=tuple(
            Row(
                (
                    row.name,
                    row.title,
                    row.sending.last_day,
                    row.sending.sent_on,
                    row.mark,
                )
            )
            for row in _shown(rows, request.GET.get("show", ""))
        ),
        title=(frame.at_name, title_of(window), days_of(frame)),
    )
    return file_of(sheet, kind, f"{frame.at.code}-{window.period.code}-sent")


def _shown(rows: list[SentRow], show: str) -> list[SentRow]:
    return [row for row in rows if not show or row.sending.mark == show]


def _listed(request: Request, found: Chosen) -> list[Sending]:
    frame, window, programme = found.frame, found.window, found.programme
    assert frame is not None  # asked before
    assert window is not None
    assert programme is not None
    asked = Asked(
        frame.actor,
        frame.at,
        programme,
        frame.today,
        definition=request.GET.get("report", ""),
    )
    keyed = sendings_below(asked, [window])
    kind = request.GET.get("kind", "")
    if kind == OWN:
        return [one for one, key in keyed if key == OWN]
    if not kind:
        return [one for one, _key in keyed]
    children = {int(key) for _one, key in keyed if key != OWN}
    kinds = kinds_of(children)
    return [one for one, key in keyed if key != OWN and kinds.get(int(key)) == kind]


def _rows(request: Request, frame: Frame, listed: list[Sending]) -> list[SentRow]:
    """By name, as far as the actor may see the bodies; reports they may open lead on."""
    bodies = {one.body for one in listed}
    seen = children_visible_to(request.actor, bodies, frame.interval)
    names = names_on(seen, frame.interval.last)
    titles = {
        one.code: said(one.name) for one in (frame.pack.reports if frame.pack else ())
    }
    numbers = [one.report for one in listed if one.report]
    reports = Report.objects.visible_to(request.actor).filter(pk__in=numbers)
    open_ones = {report.pk: report.get_absolute_url() for report in reports}
    words = {
        Mark.IN_TIME: _("in time"),
        Mark.LATE: _("late"),
        Mark.MISSING: pgettext("report", "missing"),
        Mark.NOT_DUE: _("not yet due"),
        Mark.ON_PAPER: _("on paper"),
    }
    rows = [
        SentRow(
            name=names[one.body],
            title=titles.get(one.definition, one.definition),
            sending=one,
            mark=words[one.mark],
            href=open_ones.get(one.report or 0, ""),
        )
        for one in listed
        if one.body in names
    ]
    return sorted(rows, key=lambda row: (sort_key(row.name), row.title))


def _back(frame: Frame, window: Window) -> str:
    words = {"programme": frame.programme or "", "at": frame.at.code}
    return urlencode({**words, "year": str(window.period.year), "period": window.code})


def _desks(
    request: Request, programme: str, window: Window, listed: list[Sending]
) -> list[tuple[str, str]]:
    """The receiving desks of these reports at which the actor reviews."""
    review = request.actor.bodies(Capability.REVIEW_REPORTS)
    receivers = {one.receiver for one in listed if one.receiver in review}
    names = names_on([pk for pk in receivers if pk], window.interval.last)
    base = {
        "programme": programme,
        "year": str(window.period.year),
        "window": window.period.code,
    }
    return [
        (name, f"{reverse('reporting:desk')}?{urlencode(base | {'receiver': pk})}")
        for pk, name in sorted(names.items(), key=lambda pair: sort_key(pair[1]))
    ]
