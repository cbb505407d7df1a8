"""Borders of communes from a file: all of them, or none."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.core.errors import RuleBroken
from kheo.core.text import normalise
from kheo.places.geometry import (
    BadBordersError,
    Problem,
    Shape,
    bounds_of,
    pack,
    read_borders,
    simplified,
)
from kheo.places.models import Border, BorderSet, PlaceReach
from kheo.places.queries import versions_on
from kheo.places.rules import Tier, kinds_of
from kheo.places.services.changes import require_keeper

GRID = 1000
"""A map of a province is drawn on so many steps; finer borders would not be seen."""
NAMED_AT_MOST = 20

SENTENCES = {
    Problem.TOO_LARGE: gettext_lazy("The file is too large; at most %(limit)s."),
    Problem.NOT_JSON: gettext_lazy("The file is not JSON: %(why)s."),
    Problem.NOT_A_COLLECTION: gettext_lazy(
        "The file is not a GeoJSON FeatureCollection. Export the layer as GeoJSON."
    ),
    Problem.TOO_MANY: gettext_lazy("The file has more than %(limit)d features."),
    Problem.NO_CODE: gettext_lazy(
        "Feature %(number)d has no official code in “%(name)s”. Name the property that "
        "holds it with --code-property."
    ),
    Problem.CODE_TWICE: gettext_lazy(
        "Feature %(number)d bears the code %(code)s, which another one bears already. "
        "Join the parts of a commune into one MultiPolygon."
    ),
    Problem.NOT_A_POLYGON: gettext_lazy(
        "Feature %(number)d (%(code)s) is a %(kind)s; only Polygon and MultiPolygon "
        "are borders."
    ),
    Problem.BAD_RING: gettext_lazy(
        "Feature %(number)d (%(code)s) has a ring that is not closed, has fewer than "
        "four positions, or holds something that is no number."
    ),
    Problem.NOT_WGS84: gettext_lazy(
        "Feature %(number)d (%(code)s) lies outside longitude and latitude. Convert "
        "the file to WGS84 (EPSG:4326), longitude first."
    ),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `missing` counts communes of that day without a border."""

    borders: BorderSet
    count: int
    missing: int
    skipped: tuple[str, ...]
    points: int


@transaction.atomic
def import_borders(
    content: bytes,
    *,
    on: date,
    origin: str,
    licence: str,
    actor: Actor,
    at: datetime,
    code_property: str = "code",
    skip_unknown: bool = False,
) -> Imported:
    """Store the borders that hold from a day on, in place of those of the same day.

    Features are keyed by the official codes of that day. Raises `RuleBroken` for a
    file that is not wholly good, for codes that no commune bears (unless they are to
    be left out) and without a source and a licence; then nothing has changed.
    """
    require_keeper(actor)
    origin, licence = normalise(origin), normalise(licence)
    if not origin or not licence:
        raise RuleBroken(_("Say whose borders these are and on what terms."))
    try:
        shapes = read_borders(content, code_property)
    except BadBordersError as fault:
        raise RuleBroken(SENTENCES[fault.problem] % fault.facts) from fault
    communes = _communes(on)
    unknown = sorted(set(shapes) - set(communes))
    known = {code: shape for code, shape in shapes.items() if code in communes}
    if not known or (unknown and not skip_unknown):
        raise RuleBroken(_unknown_words(unknown, on))
    drawn = _drawn(known, communes)
    BorderSet.objects.filter(valid_from=on).delete()
    borders = BorderSet.objects.create(
        valid_from=on,
        origin=origin,
        licence=licence,
        digest=hashlib.sha256(content).hexdigest(),
        imported_at=at,
    )
    Border.objects.bulk_create(
        Border(border_set=borders, place_id=communes[code], outline=pack(shape))
        for code, shape in sorted(drawn.items())
    )
    data = {"on": on.isoformat(), "origin": origin, "count": len(drawn)}
    record(borders, "place.borders", actor=actor, at=at, data=data)
    return Imported(
        borders=borders,
        count=len(drawn),
        missing=len(communes) - len(drawn),
        skipped=tuple(unknown),
        points=sum(len(r) for s in drawn.values() for p in s for r in p),
    )


def _communes(day: date) -> dict[str, int]:
    rows = versions_on(day).filter(kind__in=kinds_of(Tier.COMMUNE))
    found = rows.exclude(official_code="").order_by("-place_id")
    return dict(found.values_list("official_code", "place_id"))


def _unknown_words(unknown: list[str], day: date) -> str:
    if not unknown:
        return _("The file holds no border at all.")
    some = ", ".join(unknown[:NAMED_AT_MOST])
    more = "…" if len(unknown) > NAMED_AT_MOST else ""
    words = _(
        "No commune of %(day)s bears the code (%(count)d in all): %(codes)s. Check the "
        "property and the day, or leave them out with --skip-unknown."
    )
    return words % {
        "day": f"{day:%d/%m/%Y}",
        "count": len(unknown),
        "codes": some + more,
    }


def _drawn(
    shapes: Mapping[str, Shape], communes: Mapping[str, int]
) -> dict[str, Shape]:
    """Simplified as far as a map of each province can show."""
    above = _provinces(communes.values())
    groups: dict[int | None, dict[str, Shape]] = defaultdict(dict)
    for code, shape in shapes.items():
        groups[above.get(communes[code])][code] = shape
    drawn: dict[str, Shape] = {}
    for some in groups.values():
        drawn |= simplified(some, _extent(some) / GRID)
    return drawn


def _extent(shapes: Mapping[str, Shape]) -> float:
    """The size of a province without its far islands: what most communes span."""
    boxes = [bounds_of([shape]) for shape in shapes.values()]
    spans = []
    for low, high in ((0, 2), (1, 3)):
        middles = sorted((box[low] + box[high]) / 2 for box in boxes)
        cut = len(middles) // 20
        inner = middles[cut : len(middles) - cut]
        widest = max(box[high] - box[low] for box in boxes)
        spans.append(inner[-1] - inner[0] or widest)
    return max(spans)


def _provinces(places: Collection[int]) -> dict[int, int]:
    """The highest place above each."""
    rows = PlaceReach.objects.filter(inferior__in=list(places)).order_by("depth")
    return dict(rows.values_list("inferior", "superior"))
