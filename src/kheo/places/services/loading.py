"""Loading the shipped places, all at once and as often as wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.core.periods import OPEN_END
from kheo.core.text import fold, sort_key
from kheo.places import dataset
from kheo.places.models import Place, PlaceLineage, PlaceVersion, Source
from kheo.places.services.changes import require_keeper
from kheo.places.services.reach import rebuild_reach

BATCH = 2000

Progress = Callable[[str, int, int], None]
Key = tuple[Any, ...]
M = TypeVar("M", bound=models.Model)

_VERSION = (
    "is_end",
    "name",
    "kind",
    "official_code",
    "parent_id",
    "area_ha",
    "latitude",
    "longitude",
    "is_doubtful",
    "note",
    "basis",
)
_LINEAGE = ("kind", "share_ppm", "is_default", "is_doubtful", "basis")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a load created, changed and removed; all zero when it was current."""

    created: int = 0
    changed: int = 0
    removed: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.created + other.created,
            self.changed + other.changed,
            self.removed + other.removed,
        )

    @property
    def is_current(self) -> bool:
        return self == Loaded()


def _silent(_what: str, _done: int, _all: int) -> None:
    """Show nothing."""


@transaction.atomic
def load_places(*, actor: Actor, at: datetime, progress: Progress = _silent) -> Loaded:
    """Bring the tables to the shipped data; what was entered here stays as it is.

    Safe to repeat: a second time changes nothing. A row entered here for the same place
    and day is kept in place of the shipped one. `progress` is told the part, how many
    are done and how many there are.
    """
    require_keeper(actor)
    places = _load_identities(progress)
    loaded = _load(PlaceVersion, _VERSION, dict(_versions(places)), progress)
    loaded += _load(PlaceLineage, _LINEAGE, dict(_lineage(places)), progress)
    if loaded.is_current:
        return loaded
    progress("reach", 0, len(places))
    rebuild_reach()
    progress("reach", len(places), len(places))
    first = Place.objects.order_by("pk")[0]
    counts = {"created": loaded.created, "changed": loaded.changed}
    data = {**counts, "removed": loaded.removed}
    record(first, "place.load", actor=actor, at=at, data=data)
    return loaded


def _load_identities(progress: Progress) -> dict[str, int]:
    codes = {version.code for version in dataset.versions()}
    known = set(Place.objects.values_list("code", flat=True))
    missing = [Place(code=code) for code in sorted(codes - known)]
    _create(missing, progress)
    return dict(Place.objects.values_list("code", "pk"))


def _versions(places: dict[str, int]) -> Iterator[tuple[Key, Key]]:
    """Shipped versions by (place, day); an end stands as a version of its own."""
    follows = {(v.code, v.valid_from) for v in dataset.versions()}
    for unit in dataset.versions():
        place = places[unit.code]
        values = (
            False,
            unit.name,
            unit.kind.value,
            unit.official_code,
            places[unit.parent] if unit.parent else None,
            unit.area_ha,
            unit.latitude,
            unit.longitude,
            unit.is_doubtful,
            " ".join(unit.notes),
            unit.basis,
        )
        yield (place, unit.valid_from), values
        if unit.valid_to != OPEN_END and (unit.code, unit.valid_to) not in follows:
            name = (True, unit.name, unit.kind.value, unit.official_code)
            yield (place, unit.valid_to), (*name, *[None] * 4, False, "", "")


def _lineage(places: dict[str, int]) -> Iterator[tuple[Key, Key]]:
    for t in dataset.transfers():
        key = (places[t.predecessor], places[t.successor], t.on)
        values = (t.kind.value, t.share_ppm, t.is_default, t.is_doubtful, t.basis)
        yield key, values


def _load(
    table: type[M], columns: tuple[str, ...], wanted: dict[Key, Key], progress: Progress
) -> Loaded:
    """Create, change and remove shipped rows of one table until they are as wanted."""
    keys = _KEYS[table]
    stored = {
        tuple(row[: len(keys)]): row[len(keys) :]
        for row in table._default_manager.values_list(*keys, *columns, "pk", "source")
    }
    shipped = {k: row for k, row in stored.items() if row[-1] == Source.SHIPPED}
    create = [_row(table, k, v, columns) for k, v in wanted.items() if k not in stored]
    change = [
        _row(table, key, wanted[key], columns, pk=row[-2])
        for key, row in shipped.items()
        if key in wanted and tuple(row[:-2]) != wanted[key]
    ]
    gone = [row[-2] for key, row in shipped.items() if key not in wanted]
    _create(create, progress)
    if change:
        texts = ("folded", "sort_name") if table is PlaceVersion else ()
        table._default_manager.bulk_update(change, [*columns, *texts], BATCH)
    for start in range(0, len(gone), BATCH):
        some = gone[start : start + BATCH]
        table._default_manager.filter(pk__in=some).delete()
    return Loaded(len(create), len(change), len(gone))


_KEYS: dict[type[models.Model], tuple[str, ...]] = {
    PlaceVersion: ("place_id", "valid_from"),
    PlaceLineage: ("predecessor_id", "successor_id", "on"),
}


def _row(
    table: type[M],
    key: Key,
    values: Key,
    columns: tuple[str, ...],
    *,
    pk: int | None = None,
) -> M:
    named = dict(zip((*_KEYS[table], *columns), (*key, *values), strict=True))
    row = table(pk=pk, source=Source.SHIPPED, **named)
    if isinstance(row, PlaceVersion):
        row.folded, row.sort_name = fold(row.name), sort_key(row.name)
    return row


def _create(rows: list[M], progress: Progress) -> None:
    what = rows[0]._meta.model_name if rows else ""
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        type(some[0])._default_manager.bulk_create(some)
        progress(str(what), start + len(some), len(rows))
