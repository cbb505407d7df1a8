"""A measure in each commune of a province, as far as the actor may see what was done."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

from kheo.core.access import Actor
from kheo.core.periods import Interval
from kheo.insight.queries.places import SEE
from kheo.insight.queries.scope import entries_visible_to, sees_everything
from kheo.insight.rules.tiles import Centre, flat, split_far
from kheo.ledger import queries as ledger
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import Entry, Law, Measure
from kheo.ledger.queries import PLACES, RECORDED, Structure, Total
from kheo.ledger.queries.answers import parts_of, total_of
from kheo.organisations.models import Organisation
from kheo.organisations.queries import version_on
from kheo.places.geometry import Shape, unpack
from kheo.places.models import BorderSet, Place, PlaceVersion
from kheo.places.queries import (
    borders_on,
    communes_below,
    outlines_of,
    province_of,
)


@dataclass(frozen=True, slots=True)
class MapFrame:
    """A province over days, in one structure, in one programme, for one actor."""

    actor: Actor
    province: Place
    interval: Interval
    day: date
    structure: Structure = RECORDED
    programme: str | None = None


@dataclass(frozen=True, slots=True)
class CommuneMap:
    """Figures by commune; `rest` is what the province has and no commune bears.

    `shapes` are by the number of the place; without borders there are none, and the
    schematic of `centres` is drawn.
    """

    communes: list[PlaceVersion]
    totals: dict[int, Total]
    whole: Total
    rest: Total | None
    borders: BorderSet | None
    shapes: dict[int, Shape]
    centres: list[Centre]
    far: list[str]

    @property
    def without_border(self) -> list[PlaceVersion]:
        return [one for one in self.communes if one.place_id not in self.shapes]


def home_province(body: Organisation | None, day: date) -> Place | None:
    """The province in which a body has its seat that day."""
    version = version_on(body, day) if body else None
    if version is None or version.place_id is None:
        return None
    return province_of(Place.objects.get(pk=version.place_id), day)


def map_of(frame: MapFrame, measure: Measure) -> CommuneMap:
    """Everything the page shows, in a number of queries that does not grow."""
    communes = list(communes_below(frame.province, frame.day))
    ids = [one.place_id for one in communes]
    totals = _totals(frame, measure, [*ids, frame.province.pk])
    whole = totals[frame.province.pk]
    borders = borders_on(frame.day)
    packed = outlines_of(borders, ids) if borders else {}
    centres = _centres(communes)
    _main, far = split_far(centres)
    return CommuneMap(
        communes=communes,
        totals=totals,
        whole=whole,
        rest=_rest(measure, whole, [totals[pk] for pk in ids]),
        borders=borders if packed else None,
        shapes={pk: unpack(outline) for pk, outline in packed.items()},
        centres=centres,
        far=[one[0] for one in far],
    )


def _rest(measure: Measure, whole: Total, parts: Sequence[Total]) -> Total | None:
    """What adds the communes up to the province; ratios and distinct counts do not."""
    if measure.law in (Law.RATIO, Law.DISTINCT) or whole.value is None:
        return None
    known = sum(part.value for part in parts if part.value is not None)
    return Total(whole.value - known, measure.decimals)


def _centres(communes: Sequence[PlaceVersion]) -> list[Centre]:
    """Centres in kilometres; communes without one stand at the province's middle."""
    known = [one for one in communes if one.latitude is not None]
    if not known:
        return [(str(one.place_id), 0.0, 0.0) for one in communes]
    middle = mean(one.latitude or 0.0 for one in known)
    centre = mean(one.longitude or 0.0 for one in known)
    found = []
    for one in communes:
        latitude = middle if one.latitude is None else one.latitude
        longitude = centre if one.longitude is None else one.longitude
        found.append((str(one.place_id), *flat(latitude, longitude, middle=middle)))
    return found


def _totals(frame: MapFrame, measure: Measure, ids: list[int]) -> dict[int, Total]:
    if sees_everything(frame.actor, SEE):
        found = ledger.totals(
            [measure],
            ids,
            frame.interval,
            tree=PLACES,
            programme=frame.programme,
            structure=frame.structure,
        )
        return {pk: found[measure.code, pk] for pk in ids}
    values = [_values(frame, part, ids) for part in parts_of(measure)]
    return {pk: total_of(measure, [one.get(pk) for one in values]) for pk in ids}


def _values(frame: MapFrame, part: Measure, ids: list[int]) -> dict[int, int | None]:
    """From the entries in sight alone: each borne where the structure puts it."""
    entries = _entries(frame, part)
    facts: list[rules.Fact[int]] = [
        rules.Fact(e.on, e.amount, (e.place_id,), until=e.until, subject=e.subject)
        for e in entries
        if e.place_id is not None
    ]
    ground = Bearings(None, {fact.credits[0] for fact in facts})
    wanted = set(ids)
    borne: dict[int, list[rules.Fact[int]]] = defaultdict(list)
    for fact in facts:
        day = frame.structure if isinstance(frame.structure, date) else fact.on
        pieces = ground.on(fact.credits[0], day)
        for node in {n for piece in pieces for n in piece.chain if n in wanted}:
            borne[node].append(fact)
    return {
        node: rules.value_of(
            rules.tally(
                rules.Law(part.law),
                some,
                node,
                frame.interval,
                structure=frame.structure,
                bear=ground.on,
            ).whole,
            is_said=False,
        )
        for node, some in borne.items()
    }


def _entries(frame: MapFrame, part: Measure) -> list[Entry]:
    rows = entries_visible_to(frame.actor, SEE).filter(
        measure=part, place__isnull=False, on__lt=frame.interval.end
    )
    if frame.programme:
        rows = rows.filter(programme=frame.programme)
    if part.law != Law.STOCK:
        rows = rows.filter(on__gte=frame.interval.start)
    return list(rows)
