"""The first page of figures: the province, or one's own body, this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kheo.core.http import Request
from kheo.core.periods import Frequency, Interval
from kheo.insight.overview import (
    break_sentence,
    carried_sentence,
    figure_groups,
    figures_sheet,
    headings_of,
    heat_page,
    heat_sheet,
)
from kheo.insight.pages import days_of, label_of
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.heat import Asked, Heat, heat_of
from kheo.insight.queries.labels import said
from kheo.insight.queries.progress import Spans, breaks_in, progress_of, spans_of
from kheo.insight.queries.series import breaks_below
from kheo.insight.queries.windows import Window, windows_of, windows_until
from kheo.insight.views.choosing import (
    Chosen,
    absence_of,
    chosen,
    homes,
    nothing_to_see,
    path_of,
    with_words,
)
from kheo.insight.views.files import file_of
from kheo.organisations.models import Kind
from kheo.programmes.periods import period_name

YEARS = 5
TABLES = ("heat", "figures")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows, asked once for the page or for its file."""

    frame: Frame
    window: Window
    heat: Heat
    definition: str
    kind: str


def overview(request: Request) -> HttpResponse:
    """Completeness and timeliness over the year, the figures beside last month's."""
    refusal = nothing_to_see(request)
    if refusal is not None:
        return refusal
    found = chosen(request)
    if found.frame is None or found.window is None:
        context: dict[str, object] = {"form": found.form, "tab": "overview"}
        return render(request, "insight/overview.html", context, status=found.status)
    return render(request, "insight/overview.html", _context(request, found))


def overview_file(request: Request, kind: str) -> HttpResponse:
    """Both tables as one Excel file, or one of them as CSV."""
    found = chosen(request)
    if found.frame is None or found.window is None:
        raise Http404
    seen = _seen(request, found)
    frame, window = seen.frame, seen.window
    spans = spans_of(window)
    title = [frame.at_name, title_of(window), days_of(frame), label_of(frame)]
    words = list(filter(None, title))
    sheets = {
        "figures": figures_sheet(frame, progress_of(frame, spans), spans, words),
        "heat": heat_sheet(seen.heat, words),
    }
    table = request.GET.get("table", "")
    if kind == "csv" and table not in TABLES:
        raise Http404
    chosen_ones = [sheets[table]] if table in TABLES else list(sheets.values())
    name = f"{frame.at.code}-{window.period.code}"
    return file_of(chosen_ones, kind, f"{name}-{table}" if table else name)


def title_of(window: Window) -> str:
    """The window in words: "March 2024"."""
    return capfirst(said(period_name(window.period.code)))


def _seen(request: Request, found: Chosen) -> Seen:
    frame, window, programme = found.frame, found.window, found.programme
    assert frame is not None  # asked before
    assert window is not None
    assert programme is not None
    definition = _definition(request, frame, window)
    kind = request.GET.get("kind", "")
    if kind not in Kind.values:
        kind = ""
    asked = Asked(
        frame.actor, frame.at, programme, frame.today, kind=kind, definition=definition
    )
    return Seen(frame, window, heat_of(asked, _columns(found)), definition, kind)


def _columns(found: Chosen) -> list[Window]:
    """The windows of the year, of the chosen one's frequency; of years the last five."""
    window, programme = found.window, found.programme
    assert window is not None  # asked before
    assert programme is not None
    if window.period.frequency is Frequency.YEAR:
        years = windows_until(window, YEARS)
        return [one for one in years if one.programme == programme.code]
    listed = windows_of(programme.code, window.period.year)
    return [w for w in listed if w.period.frequency is window.period.frequency]


def _definition(request: Request, frame: Frame, window: Window) -> str:
    asked = request.GET.get("report", "")
    return asked if asked in dict(_definitions(frame, window)) else ""


def _definitions(frame: Frame, window: Window) -> list[tuple[str, str]]:
    """The reports of the window's frequency, by code and name."""
    found = frame.pack.reports if frame.pack else ()
    frequency = window.period.frequency
    return [(one.code, said(one.name)) for one in found if one.frequency == frequency]


def _context(request: Request, found: Chosen) -> dict[str, object]:
    seen = _seen(request, found)
    frame, window = seen.frame, seen.window
    spans = spans_of(window)
    days = _breaks(frame, spans)
    breaks = breaks_in(spans.trend, days)
    choices = _definitions(frame, window)
    return {
        "tab": "overview",
        "form": found.form,
        "frame": frame,
        "window": window,
        "title": title_of(window),
        "days": days_of(frame),
        "label": label_of(frame),
        "path": path_of(request, frame),
        "homes": homes(request, frame),
        "absence": absence_of(request, frame),
        "heat": heat_page(
            frame, seen.heat, _kind_links(request, seen), definition=seen.definition
        ),
        "kind": Kind(seen.kind).label if seen.kind else "",
        "all_kinds": with_words(request, kind=""),
        "reports": [
            (name, with_words(request, report=code), code == seen.definition)
            for code, name in [("", _("all reports")), *choices]
        ]
        if len(choices) > 1
        else [],
        "headings": headings_of(spans),
        "groups": figure_groups(frame, progress_of(frame, spans), spans, breaks),
        "reorganised": break_sentence(sorted(set(breaks.values()))),
        "carried": carried_sentence(spans.carried_on),
        "query": request.GET.urlencode(),
    }


def _kind_links(request: Request, seen: Seen) -> dict[str, str]:
    kinds = {row.kind for row in seen.heat.rows if row.kind}
    return {kind: with_words(request, kind=kind) for kind in kinds}


def _breaks(frame: Frame, spans: Spans) -> Sequence[date]:
    if not spans.trend:
        return []
    first, last = spans.trend[0].interval, spans.trend[-1].interval
    return breaks_below(frame, Interval(first.start, last.end))
