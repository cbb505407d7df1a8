"""Hamlets of the communes in charge since July 2025: invented, and numbered.

The country's list ends at communes. Hamlets do not move in the sample: before that day
its communes have none, so none has to be carried through the mergers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby

from kheo.core.access import SYSTEM
from kheo.places.models import Place, PlaceVersion
from kheo.places.rules import Found, PlaceKind
from kheo.places.services import apply_plan

FEWEST, MORE = 5, 9
BASIS = "Danh sách thôn (mẫu)"

Row = tuple[str, str, str, date]
"""Code, name, code of the commune, and since when."""


def invented(communes: Iterable[str], since: date) -> list[Row]:
    """Five to thirteen numbered hamlets for each commune, by its code alone."""
    return [
        (f"{code}-h{number:02d}", f"Thôn {number}", code, since)
        for code in sorted(set(communes))
        for number in range(1, FEWEST + int(code.rpartition("-")[2]) % MORE + 1)
    ]


def add(rows: Iterable[Row], *, at: datetime) -> None:
    """Add them through the service of places, commune by commune."""
    for (commune, since), some in groupby(rows, key=lambda row: row[2:]):
        steps = [
            Found(code=code, name=name, kind=PlaceKind.THON, parent=commune)
            for code, name, *_rest in some
        ]
        apply_plan(steps, on=since, basis=BASIS, actor=SYSTEM, at=at)


def known() -> list[Row]:
    """Every hamlet there is, by commune and code."""
    rows = PlaceVersion.objects.filter(kind=PlaceKind.THON, parent__isnull=False)
    columns = ("place__code", "name", "parent__code", "valid_from")
    return list(rows.order_by("parent__code", "place__code").values_list(*columns))


def by_commune(day: date) -> Mapping[int, list[Place]]:
    """The hamlets of each commune on that day."""
    found: dict[int, list[Place]] = defaultdict(list)
    rows = PlaceVersion.objects.filter(kind=PlaceKind.THON, valid_from__lte=day)
    for row in rows.select_related("place").order_by("place__code"):
        if row.parent_id is not None:
            found[row.parent_id].append(row.place)
    return found
