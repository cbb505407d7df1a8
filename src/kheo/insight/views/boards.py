"""The board: a programme's figures at a glance, by the bodies below one's own."""

from datetime import date
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kheo.core.http import Request
from kheo.core.periods import Frequency, Interval
from kheo.insight.forms import BoardForm, Choices
from kheo.insight.pages import board_page, label_of, sheet_of
from kheo.insight.queries.boards import board_of
from kheo.insight.queries.frames import Frame, path_to, programmes
from kheo.insight.queries.labels import said
from kheo.insight.queries.scope import SEE, homes_of, may_ask
from kheo.insight.queries.series import breaks_below
from kheo.insight.queries.windows import (
    Window,
    latest,
    name_of_period,
    windows_of,
    years_of,
)
from kheo.insight.views.asking import (
    days_form,
    frame_of,
    require_figures,
    require_visible,
    spelt,
)
from kheo.insight.views.files import file_of
from kheo.organisations.models import Organisation
from kheo.organisations.queries import children_on, names_on
from kheo.programmes.models import Programme
from kheo.programmes.queries import packs_of


def board(request: Request) -> HttpResponse:
    """Measures by children, for one window of one programme."""
    form, frame, window = _asked(request)
    if frame is None or window is None:
        status = 422 if form and form.errors else 200
        return render(request, "insight/board.html", {"form": form}, status=status)
    period = {"year": str(window.period.year), "period": window.code}
    page = board_page(frame, board_of(frame), period)
    context: dict[str, object] = {
        "form": form,
        "frame": frame,
        "page": page,
        "label": label_of(frame),
        "path": _path(request, frame),
        "window": window,
        "breaks": breaks_below(frame, frame.interval),
        "excel": f"{reverse('insight:board_file', args=['xlsx'])}?{frame.query()}",
        "csv": f"{reverse('insight:board_file', args=['csv'])}?{frame.query()}",
    }
    return render(request, "insight/board.html", context)


def board_file(request: Request, kind: str) -> HttpResponse:
    """The same table as Excel or CSV."""
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    frame = frame_of(request, form)
    sheet = sheet_of(frame, board_page(frame, board_of(frame)))
    return file_of(sheet, kind, f"{frame.at.code}-{frame.interval.last}")


def cell(
    request: Request, programme: str, year: int, period: str, at: str, measure: str
) -> HttpResponse:
    """From the short address of a cell to the measure's page."""
    require_figures(request.actor)
    found = [w for w in windows_of(programme, year) if w.code == period]
    if not found:
        raise Http404
    words = {
        "measure": measure,
        "at": at,
        "from": found[0].interval.start.isoformat(),
        "to": found[0].interval.last.isoformat(),
        "programme": programme,
        "structure": request.GET.get("structure", ""),
    }
    asked = urlencode({name: word for name, word in words.items() if word})
    return redirect(f"{reverse('insight:measure')}?{asked}")


def _asked(
    request: Request,
) -> tuple[BoardForm | None, Frame | None, Window | None]:
    """The form with its choices, the frame it names, the window it chose."""
    require_figures(request.actor)
    today = timezone.localdate()
    programme = _programme(request)
    if programme is None:
        return None, None, None
    at = _body(request)
    words = spelt(request.GET)
    years = years_of(programme, today)
    year = int(words["year"]) if words.get("year", "").isdecimal() else years[0]
    windows = windows_of(programme.code, year)
    if "year" not in words and not any(w.interval.start <= today for w in windows):
        year = years[min(1, len(years) - 1)]
        windows = windows_of(programme.code, year)
    default = latest(windows, today)
    words = {
        "programme": programme.code,
        "at": at.code,
        "year": str(year),
        "period": default.code if default else "",
    } | {name: word for name, word in words.items() if word}
    window = next((w for w in windows if w.code == words["period"]), default)
    days = window.interval if window else Interval.of_days(today, today)
    if not may_ask(request.actor, at, days):
        raise Http404
    form = BoardForm(
        words,
        programmes=_programmes(),
        bodies=_bodies(request, at, days.last),
        years=[(str(one), str(one)) for one in years],
        periods=_periods(windows),
    )
    if window is None or not form.is_valid():
        return form, None, None
    frame = Frame(
        actor=request.actor,
        at=at,
        interval=window.interval,
        today=today,
        programme=programme.code,
        structure=form.cleaned_data["look"],
    )
    return form, require_visible(frame), window


def _programme(request: Request) -> Programme | None:
    """The one asked for, or the one that began last; none where none was loaded."""
    asked = request.GET.get("programme")
    if asked:
        return get_object_or_404(Programme, code=asked)
    newest = Programme.objects.order_by("-versions__valid_from", "code")
    return newest.first()


def _body(request: Request) -> Organisation:
    asked = request.GET.get("at")
    if asked:
        return get_object_or_404(Organisation, code=asked)
    homes = homes_of(request.actor)
    if not homes:
        raise Http404
    return Organisation.objects.visible_to(request.actor, SEE).get(pk=homes[0])


def _programmes() -> Choices:
    found = []
    for programme in programmes():
        packs = packs_of(programme.code)
        if packs:
            found.append((programme.code, said(packs[-1].name)))
    return found


def _bodies(request: Request, at: Organisation, day: date) -> Choices:
    """Where one may go from here: one's own bodies, this one, those directly below."""
    below = children_on(at, day)
    seen = [body.pk for body in below if request.actor.can(SEE, body)]
    ids = [*homes_of(request.actor), at.pk, *seen]
    names = names_on(ids, day)
    visible = Organisation.objects.visible_to(request.actor, SEE)
    bodies = {**visible.in_bulk(names), at.pk: at}
    listed = [pk for pk in dict.fromkeys(ids) if pk in names and pk in bodies]
    return [(bodies[pk].code, names[pk]) for pk in listed]


def _periods(windows: list[Window]) -> Choices:
    headings = {
        Frequency.MONTH: _("Months"),
        Frequency.QUARTER: _("Quarters"),
        Frequency.HALF: _("Half-years"),
        Frequency.YEAR: _("Year"),
    }
    grouped = groupby(windows, key=lambda window: window.period.frequency)
    return [
        (headings[frequency], [(w.code, name_of_period(w.period)) for w in some])
        for frequency, some in grouped
        if frequency in headings
    ]


def _path(request: Request, frame: Frame) -> list[tuple[str, str]]:
    """Links to the boards of the superiors in sight, the highest first."""
    bodies = path_to(frame)[:-1]
    names = names_on([body.pk for body in bodies], frame.day)
    words = request.GET.copy()
    links = []
    for body in bodies:
        words["at"] = body.code
        links.append((f"?{words.urlencode()}", names.get(body.pk, body.code)))
    return links
