"""What a page of one window looks at: programme, body, year, period, structure."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.core.http import Request
from kheo.core.periods import Frequency, Interval
from kheo.core.text import number_in
from kheo.insight.forms import BoardForm, Choices
from kheo.insight.queries.frames import Frame, path_to, programmes
from kheo.insight.queries.labels import said
from kheo.insight.queries.scope import SEE, homes_of, may_ask
from kheo.insight.queries.windows import (
    Window,
    is_closing,
    latest,
    name_of_period,
    windows_of,
    years_of,
)
from kheo.insight.views.asking import require_figures, require_visible, spelt
from kheo.organisations.models import Organisation
from kheo.organisations.queries import (
    children_on,
    explain_absence,
    names_on,
    successors_of,
    version_on,
)
from kheo.programmes.models import Programme
from kheo.programmes.queries import packs_of

Links = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The form with its choices; the frame and the window where the form is valid."""

    form: BoardForm | None
    frame: Frame | None = None
    window: Window | None = None
    programme: Programme | None = None

    @property
    def status(self) -> int:
        return 422 if self.form and self.form.errors else 200


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a body is not there at the end of these days, and what followed it."""

    sentence: str
    heirs: Links


def chosen(request: Request) -> Chosen:
    """Read the address; what is left open is the last window that closes or closed."""
    require_figures(request.actor)
    today = timezone.localdate()
    programme = _programme(request)
    if programme is None:
        return Chosen(None)
    at = _body(request)
    words = spelt(request.GET)
    years = years_of(programme, today)
    asked = number_in(words.get("year", ""))
    year = years[0] if asked is None else asked
    windows = windows_of(programme.code, year)
    if "year" not in words and not any(is_closing(w, today) for w in windows):
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
        return Chosen(form, programme=programme)
    frame = Frame(
        actor=request.actor,
        at=at,
        interval=window.interval,
        today=today,
        programme=programme.code,
        structure=form.cleaned_data["look"],
    )
    return Chosen(form, require_visible(frame), window, programme)


def nothing_to_see(request: Request) -> HttpResponse | None:
    """For someone without any figures: a page that says whom to ask."""
    if request.actor.holds(SEE):
        return None
    return render(request, "insight/nothing.html", status=404)


def path_of(request: Request, frame: Frame) -> Links:
    """Links to the same page of the superiors in sight, the highest first."""
    bodies = path_to(frame)[:-1]
    names = names_on([body.pk for body in bodies], frame.day)
    return [
        (with_words(request, at=body.code), names.get(body.pk, body.code))
        for body in bodies
    ]


def homes(request: Request, frame: Frame) -> Links:
    """Links to one's own beginnings, where there are several."""
    ids = homes_of(request.actor)
    if len(ids) < 2:
        return []
    names = names_on(ids, frame.day)
    bodies = Organisation.objects.visible_to(request.actor, SEE).in_bulk(ids)
    return [
        (with_words(request, at=bodies[pk].code), names.get(pk, bodies[pk].code))
        for pk in ids
        if pk in bodies
    ]


def absence_of(request: Request, frame: Frame) -> Absence | None:
    """For a body that is not there on the last day: the reason, the heirs in sight."""
    if version_on(frame.at, frame.day) is not None:
        return None
    heirs = [one for one in successors_of(frame.at) if request.actor.can(SEE, one)]
    names = names_on([one.pk for one in heirs], frame.day)
    links = [
        (with_words(request, at=one.code), names.get(one.pk, one.code)) for one in heirs
    ]
    sentence = explain_absence(frame.at, frame.day)
    if not sentence and not links:
        return None
    return Absence(sentence, links)


def with_words(request: Request, **words: str) -> str:
    """This page's address with some words changed; an empty word is left out."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, word in words.items():
        query.pop(name, None)
        if word:
            query[name] = word
    return f"?{query.urlencode()}"


def _programme(request: Request) -> Programme | None:
    """The one asked for, or the one that began last; none where none was loaded."""
    asked = request.GET.get("programme")
    rows = Programme.objects.select_related("home")
    if asked:
        return get_object_or_404(rows, code=asked)
    return rows.order_by("-versions__valid_from", "code").first()


def _body(request: Request) -> Organisation:
    asked = request.GET.get("at")
    if asked:
        return get_object_or_404(Organisation, code=asked)
    ids = homes_of(request.actor)
    if not ids:
        raise Http404
    return Organisation.objects.visible_to(request.actor, SEE).get(pk=ids[0])


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
