"""The shipped places as typed rows: pure, without Django, read from the package's files.

`docs/reference/places.md` says where they come from and which of them are doubtful.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import NamedTuple

from kheo.core.periods import OPEN_END
from kheo.places.rules import PlaceKind, Tier, TransferKind

REFORM = date(2025, 7, 1)
"""Since this day there are 34 provinces and 3,321 communes, and no districts."""


class Version(NamedTuple):
    """What a unit was in `[valid_from, valid_to)`.

    `notes` are codes: `start_unknown`, `position_derived` (the mean of what succeeded
    it, or of its neighbours), and the doubts in `DOUBTS`.
    """

    code: str
    valid_from: date
    valid_to: date
    name: str
    kind: PlaceKind
    official_code: str
    parent: str | None
    area_ha: int | None
    latitude: float | None
    longitude: float | None
    notes: tuple[str, ...]
    basis: str

    @property
    def is_doubtful(self) -> bool:
        return not DOUBTS.isdisjoint(self.notes)


DOUBTS = frozenset(
    {"area_missing", "area_shared", "position_doubtful", "single_source"}
)


class Transfer(NamedTuple):
    """On a day all or a part of a unit became another; a doubtful one counts for nothing
    until a person has confirmed it.
    """

    kind: TransferKind
    predecessor: str
    successor: str
    on: date
    share_ppm: int | None
    is_default: bool
    is_doubtful: bool
    basis: str


class Commune(NamedTuple):
    """A unit of the commune tier as it was on a day.

    `group` is our code of its district, `None` since there are no districts. `id` is our
    own identity, never the statistics office's number, which is used again.
    """

    id: str
    name: str
    kind: PlaceKind
    official_code: str
    group: str | None
    latitude: float | None
    longitude: float | None
    area_ha: int | None
    is_doubtful: bool
    is_position_derived: bool


@cache
def versions() -> tuple[Version, ...]:
    """Every version of every unit, by code and day."""
    return tuple(_versions())


@cache
def transfers() -> tuple[Transfer, ...]:
    """Every transfer from a unit that ended to one that followed."""
    return tuple(
        Transfer(
            TransferKind(kind),
            predecessor,
            successor,
            _day(on),
            int(share) if share else None,
            is_default == "1",
            is_doubtful == "1",
            basis,
        )
        for kind, predecessor, successor, on, share, is_default, is_doubtful, basis in (
            _rows("lineage.tsv.gz")
        )
    )


def units_on(day: date) -> dict[str, Version]:
    """Give the units that exist on a day, by our own code."""
    return {v.code: v for v in versions() if v.valid_from <= day < v.valid_to}


def communes_of(province: str, *, on: date) -> list[Commune]:
    """List the communes of a province on a day, by code.

    `province` is the official code (`08`), read as it was used that day, or our own
    (`vn-08`, `vn25-08`). A province that did not exist then has none.
    """
    units = units_on(on)
    wanted = province if province.startswith("vn") else _province(units, province)
    found = []
    for unit in units.values():
        parent = units.get(unit.parent or "")
        if unit.kind.tier is not Tier.COMMUNE or parent is None:
            continue
        in_district = parent.kind.tier is Tier.DISTRICT
        if wanted == (parent.parent if in_district else parent.code):
            found.append(_commune(unit, parent.code if in_district else None))
    return sorted(found)


def _province(units: dict[str, Version], official: str) -> str | None:
    for unit in units.values():
        if unit.kind.tier is Tier.PROVINCE and unit.official_code == official:
            return unit.code
    return None


def _commune(unit: Version, group: str | None) -> Commune:
    return Commune(
        unit.code,
        unit.name,
        unit.kind,
        unit.official_code,
        group,
        unit.latitude,
        unit.longitude,
        unit.area_ha,
        unit.is_doubtful,
        "position_derived" in unit.notes,
    )


def _versions() -> Iterator[Version]:
    kinds = {kind.value: kind for kind in PlaceKind}
    notes: dict[str, tuple[str, ...]] = {}
    for row in _rows("units.tsv.gz"):
        code, start, end, name, kind, official, parent, area, lat, lon, note, basis = (
            row
        )
        yield Version(
            code,
            _day(start),
            _day(end) if end else OPEN_END,
            name,
            kinds[kind],
            official,
            parent or None,
            int(area) if area else None,
            float(lat) if lat else None,
            float(lon) if lon else None,
            notes.setdefault(note, tuple(note.split())),
            basis,
        )


@cache
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _rows(name: str) -> Iterator[list[str]]:
    packed = (files("kheo.places") / "data" / name).read_bytes()
    reader = csv.reader(StringIO(gzip.decompress(packed).decode()), delimiter="\t")
    next(reader)
    return reader
