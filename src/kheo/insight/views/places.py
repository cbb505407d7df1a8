"""What was done in one place, whoever did it, as far as the reader may see."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kheo.activities.queries import described
from kheo.core.http import Request
from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.forms import DaysForm
from kheo.insight.pages import number_of
from kheo.insight.queries.boards import Cell
from kheo.insight.queries.frames import programmes
from kheo.insight.queries.labels import name_of, said, unit_of
from kheo.insight.queries.places import SEE, PlaceFrame, latest_in, totals_in
from kheo.insight.views.asking import days_form, programme_of
from kheo.insight.views.files import file_of
from kheo.insight.wording import Scribe
from kheo.ledger.models import Measure
from kheo.ledger.queries import measures_of
from kheo.places.models import Place
from kheo.places.queries import children_on, heirs_of, superiors_on, version_on
from kheo.programmes.queries import packs_of
from kheo.stationery.paper import Column, Row
from kheo.stationery.workbook import Sheet


def place(request: Request, code: str) -> HttpResponse:
    """A place's figures over days: this year's, unless others are asked for."""
    if not request.actor.holds(SEE):
        raise Http404
    found = get_object_or_404(Place, code=code)
    today = timezone.localdate()
    form = days_form(request.GET)
    interval = Period.containing(today, Frequency.YEAR).interval
    if "from" in request.GET or "to" in request.GET:
        if not form.is_valid():
            context = {"form": form, "kept": [], "title": code}
            return render(request, "insight/ask.html", context, status=422)
        interval = form.cleaned_data["interval"]
    programme = programme_of(request.GET)
    frame = PlaceFrame(request.actor, found, interval, programme)
    return render(request, "insight/place.html", _context(frame, form))


def place_file(request: Request, code: str, kind: str) -> HttpResponse:
    """The same figures as Excel or CSV."""
    if not request.actor.holds(SEE):
        raise Http404
    found = get_object_or_404(Place, code=code)
    form = days_form(request.GET)
    if not form.is_valid():
        raise Http404
    interval = form.cleaned_data["interval"]
    frame = PlaceFrame(request.actor, found, interval, programme_of(request.GET))
    version = version_on(found, interval.last)
    measures = _measures(frame)
    totals = totals_in(frame, measures)
    rows = [
        Row((name_of(one), unit_of(one), number_of(totals[one.code])))
        for one in measures
    ]
    days = f"{interval.start:%d/%m/%Y} – {interval.last:%d/%m/%Y}"
    sheet = Sheet(
        name=_("Figures"),
        columns=(
            Column(_("Measure"), width=40),
            Column(_("Unit of measure"), width=14),
            Column(_("Figure"), width=16),
        ),
        rows=tuple(rows),
        title=(version.name if version else code, days),
        notes=(_("Counted from the rows that you may see."),),
    )
    return file_of(sheet, kind, f"{code}-{interval.last}")


def _context(frame: PlaceFrame, form: DaysForm) -> dict[str, object]:
    last = frame.interval.last
    version = version_on(frame.place, last)
    measures = _measures(frame)
    totals = totals_in(frame, measures)
    scribe = Scribe()
    return {
        "place": frame.place,
        "version": version,
        "interval": frame.interval,
        "last": last,
        "programme": frame.programme,
        "programmes": [
            (one.code, said(packs[-1].name))
            for one in programmes()
            if (packs := packs_of(one.code))
        ],
        "form": form,
        "path": superiors_on(frame.place, last)[1:] if version else [],
        "heirs": [] if version else heirs_of(frame.place),
        "below": children_on(frame.place, last),
        "figures": [
            (name_of(one), unit_of(one), scribe.shown(Cell(totals[one.code])))
            for one in measures
        ],
        "latest": described(latest_in(frame)),
        "query": urlencode(_words(frame)),
        "map_query": urlencode({"programme": frame.programme or ""}),
    }


def _measures(frame: PlaceFrame) -> list[Measure]:
    """What the programmes show, each once, in their own order."""
    codes = [frame.programme] if frame.programme else [p.code for p in programmes()]
    packs = [pack for code in codes for pack in packs_of(code)]
    shown_ones = [m.code for pack in packs for m in pack.measures if m.shown]
    return measures_of(dict.fromkeys(shown_ones))


def _words(frame: PlaceFrame) -> dict[str, str]:
    interval: Interval = frame.interval
    words = {
        "from": interval.start.isoformat(),
        "to": interval.last.isoformat(),
        "programme": frame.programme or "",
    }
    return {name: word for name, word in words.items() if word}
