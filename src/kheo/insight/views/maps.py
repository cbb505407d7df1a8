"""A map of the communes of a province: any measure, period and structure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kheo.core.http import Request
from kheo.insight.forms import Choices, MapForm
from kheo.insight.pages import days_of, label_of, number_of
from kheo.insight.queries.boards import Cell
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.labels import name_of, unit_of
from kheo.insight.queries.maps import CommuneMap, MapFrame, home_province, map_of
from kheo.insight.queries.scope import may_restate
from kheo.insight.queries.windows import Window
from kheo.insight.rules.maps import MISSING, ZERO, Area, Steps, bordered, tiled
from kheo.insight.rules.tiles import tiles
from kheo.insight.views.choosing import Chosen, chosen, homes
from kheo.insight.views.files import file_of
from kheo.insight.views.overview import title_of
from kheo.insight.wording import Scribe, Shown, scales
from kheo.ledger.models import Law, Measure
from kheo.ledger.queries import RECORDED, Total
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import children_on, version_on
from kheo.places.rules import PlaceKind, short_name
from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Asked:
    """What the map shows, of whom, over which days, in which structure."""

    frame: Frame
    window: Window
    measure: Measure
    province: Place
    form: MapForm
    day: date


@dataclass(frozen=True, slots=True)
class MapRow:
    name: str
    shown: Shown
    href: str = ""


def commune_map(request: Request) -> HttpResponse:
    """Borders where they were imported, else a schematic; a table beside it."""
    found = chosen(request)
    asked = _asked(request, found)
    if asked is None:
        context: dict[str, object] = {"form": found.form, "tab": "map"}
        return render(request, "insight/map.html", context, status=found.status)
    if asked.form.errors:
        context = {"form": asked.form, "tab": "map"}
        return render(request, "insight/map.html", context, status=422)
    drawn = map_of(_map_frame(asked), asked.measure)
    return render(request, "insight/map.html", _context(request, asked, drawn))


def map_file(request: Request, kind: str) -> HttpResponse:
    """The table beside the map as Excel or CSV."""
    asked = _asked(request, chosen(request))
    if asked is None or asked.form.errors:
        raise Http404
    drawn = map_of(_map_frame(asked), asked.measure)
    province = version_on(asked.province, asked.day)
    rows = [
        Row((one.place.code, one.name, number_of(drawn.totals[one.place_id])))
        for one in drawn.communes
    ]
    if drawn.rest is not None:
        rest = ("", _rest_words(), number_of(drawn.rest))
        rows.append(Row(rest, RowKind.CORRECTION))
    total = ("", _("Total of the province"), number_of(drawn.whole))
    rows.append(Row(total, RowKind.TOTAL))
    measure = asked.measure
    sheet = Sheet(
        name=measure.code,
        columns=(
            Column(_("Code"), width=14),
            Column(_("Commune"), width=30),
            Column(
                f"{name_of(measure)} ({unit_of(measure)})",
                width=20,
                decimals=measure.decimals,
            ),
        ),
        rows=tuple(rows),
        title=(
            name_of(measure),
            province.name if province else asked.province.code,
            title_of(asked.window),
            days_of(asked.frame),
        ),
        notes=(_("An empty cell is missing, not zero."),),
    )
    name = f"{measure.code}-{asked.province.code}-{asked.window.period.code}"
    return file_of(sheet, kind, name)


def _asked(request: Request, found: Chosen) -> Asked | None:
    frame, window, board = found.frame, found.window, found.form
    if frame is None or window is None or board is None:
        return None
    if not may_restate(frame.actor, frame.at, frame.known_structure):
        raise Http404
    day = frame.day
    measures = frame.measures
    provinces = list(children_on(None, day))
    home = home_province(found.programme.home if found.programme else None, day)
    home = home or home_province(frame.at, day)
    asked_for = request.GET.get("province", "")
    codes = {one.place.code for one in provinces}
    if asked_for and asked_for not in codes:
        asked_for = _still_there(asked_for, home)
    words = {
        **board.data,
        "measure": request.GET.get("measure") or _first(measures),
        "province": asked_for or (home.code if home else ""),
    }
    form = MapForm(
        words,
        programmes=_choices(board, "programme"),
        years=_choices(board, "year"),
        periods=_choices(board, "period"),
        measures=[(one.code, name_of(one)) for one in measures],
        provinces=[(one.place.code, one.name) for one in provinces],
    )
    named = [one for one in measures if one.code == words["measure"]]
    if not measures or not provinces:
        return None
    form.is_valid()
    return Asked(
        frame,
        window,
        measure=named[0] if named else measures[0],
        province=_province(words["province"], provinces),
        form=form,
        day=day,
    )


def _still_there(code: str, home: Place | None) -> str:
    """A province that is not there that day gives way to the one of the programme."""
    get_object_or_404(Place, code=code)
    return home.code if home else ""


def _province(code: str, provinces: Sequence[PlaceVersion]) -> Place:
    named = [one.place for one in provinces if one.place.code == code]
    return named[0] if named else provinces[0].place


def _first(measures: Sequence[Measure]) -> str:
    return measures[0].code if measures else ""


def _choices(form: object, name: str) -> Choices:
    return list(form.fields[name].choices)  # type: ignore[attr-defined]  # a bound form of ours


def _map_frame(asked: Asked) -> MapFrame:
    return MapFrame(
        asked.frame.actor,
        asked.province,
        asked.frame.interval,
        asked.day,
        asked.frame.known_structure,
        asked.frame.programme,
    )


def _context(request: Request, asked: Asked, drawn: CommuneMap) -> dict[str, object]:
    frame, measure = asked.frame, asked.measure
    scribe = Scribe()
    areas = _areas(asked, drawn, scribe)
    province = version_on(asked.province, asked.day)
    name = province.name if province else asked.province.code
    words = _("%(measure)s in the communes of %(place)s; the table says the same.")
    label = words % {"measure": name_of(measure), "place": name}
    query = request.GET.urlencode()
    return {
        "tab": "map",
        "form": asked.form,
        "frame": frame,
        "measure": measure,
        "name": name_of(measure),
        "unit": unit_of(measure),
        "title": title_of(asked.window),
        "province": name,
        "days": days_of(frame),
        "day": asked.day,
        "label": label_of(frame),
        "homes": homes(request, frame),
        "map": _drawn(areas, drawn, label),
        "is_schematic": drawn.borders is None,
        "borders": drawn.borders,
        "without_border": [one.name for one in drawn.without_border]
        if drawn.borders
        else [],
        "legend": _legend(areas, measure, scribe),
        "rows": [
            MapRow(
                one.name,
                scribe.shown(Cell(drawn.totals[one.place_id])),
                _place_href(asked, one),
            )
            for one in drawn.communes
        ],
        "count": len(drawn.communes),
        "rest": scribe.shown(Cell(drawn.rest)) if drawn.rest is not None else None,
        "rest_words": _rest_words(),
        "whole": scribe.shown(Cell(drawn.whole)),
        "is_distinct": measure.law == Law.DISTINCT,
        "begins": _begins(asked),
        "query": query,
    }


def _begins(asked: Asked) -> date | None:
    """The day on which today's communes began, if these days begin before it."""
    if asked.frame.known_structure != RECORDED:
        return None
    first = asked.province.versions.order_by("valid_from").first()
    if first is None or first.valid_from <= asked.frame.interval.start:
        return None
    return first.valid_from


def _rest_words() -> str:
    return _("In no single commune (not allocated)")


def _place_href(asked: Asked, commune: PlaceVersion) -> str:
    words = {
        "from": asked.frame.interval.start.isoformat(),
        "to": asked.frame.interval.last.isoformat(),
        "programme": asked.frame.programme or "",
    }
    return f"{reverse('insight:place', args=[commune.place.code])}?{urlencode(words)}"


def _areas(asked: Asked, drawn: CommuneMap, scribe: Scribe) -> list[Area]:
    found = []
    for one in drawn.communes:
        total = drawn.totals[one.place_id]
        found.append(
            Area(
                key=str(one.place_id),
                name=short_name(one.name, PlaceKind(one.kind))
                if drawn.borders is None
                else one.name,
                value=None if total.value is None else total.value,
                text=scribe.text(total.value, total.decimals),
                href=_place_href(asked, one),
                short=_short(total, scribe),
            )
        )
    return found


def _short(total: Total, scribe: Scribe) -> str:
    """`20,5 tr` for what is too long for a tile; nothing where there is room."""
    value = number_of(total)
    for size, word in scales():
        if value is not None and abs(value) >= size:
            whole, tenths = divmod(round(float(value) / size * 10), 10)
            text = (
                scribe.text(whole * 10 + tenths, 1) if tenths else scribe.text(whole, 0)
            )
            return f"{text} {word}"
    return ""


def _drawn(areas: list[Area], drawn: CommuneMap, label: str) -> SafeString:
    if drawn.borders is None:
        main = tuple(one for one in drawn.centres if one[0] not in drawn.far)
        svg = tiled(areas, tiles(main), drawn.far, label=label)
    else:
        shapes = {str(place): shape for place, shape in drawn.shapes.items()}
        svg = bordered(areas, shapes, drawn.far, label=label)
    return mark_safe(svg)  # noqa: S308  names in it are escaped where they are written


def _legend(
    areas: list[Area], measure: Measure, scribe: Scribe
) -> list[tuple[str, str, int]]:
    """Each shade with its range and how many communes have it."""
    values = [area.value for area in areas]
    known = [value for value in values if value is not None]
    steps = Steps.of(values)

    def text(value: float) -> str:
        return scribe.text(ceil(value), measure.decimals)

    found = []
    missing = len(values) - len(known)
    if missing:
        found.append((MISSING, _("nothing logged"), missing))
    zeros = sum(1 for value in known if value <= 0)
    if zeros:
        found.append((ZERO, text(0), zeros))
    for shade, low, high in steps.ranges(known):
        count = sum(1 for value in known if steps.shade(value) == shade)
        words = text(low) if low == high else f"{text(low)} – {text(high)}"
        found.append((shade, words, count))
    return found
