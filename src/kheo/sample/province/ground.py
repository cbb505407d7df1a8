"""The real ground of the sample: districts, communes and their lineage, as shipped."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kheo.places.models import Place, PlaceLineage, PlaceVersion
from kheo.places.queries import children_on

BEFORE, AFTER = date(2021, 10, 1), date(2025, 7, 1)
OLD_PROVINCE, NEW_PROVINCE = "vn-08", "vn25-08"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by its code, name and kind, below another one."""

    code: str
    name: str
    kind: str
    below: str
    place: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything the structure of the province needs to know of its places."""

    districts: tuple[Spot, ...]
    before: tuple[Spot, ...]
    after: tuple[Spot, ...]
    heirs: Mapping[str, tuple[str, ...]]
    """Of each old commune that ended: the new ones, the main one first."""

    def communes_of(self, district: Spot) -> list[Spot]:
        return [spot for spot in self.before if spot.below == district.code]

    @property
    def lasting(self) -> frozenset[str]:
        """Communes of both times."""
        return frozenset(s.code for s in self.before) & {s.code for s in self.after}


def read_ground() -> Ground:
    """Read it from the places that every site loads."""
    old = Place.objects.get(code=OLD_PROVINCE)
    new = Place.objects.get(code=NEW_PROVINCE)
    districts = _below(old, BEFORE)
    before = [
        spot
        for district in districts
        for spot in _below(Place.objects.get(pk=district.place), BEFORE)
    ]
    return Ground(
        districts=tuple(districts),
        before=tuple(before),
        after=tuple(_below(new, AFTER)),
        heirs=_heirs({spot.place for spot in before}),
    )


def real_names() -> frozenset[str]:
    """Folded bare names of all places of the country's communes and districts."""
    names = PlaceVersion.objects.values_list("folded", flat=True).distinct()
    bare = {name.split(" ", 1)[-1] for name in names}
    return frozenset(bare | {name.split(" ", 2)[-1] for name in names})


def _below(place: Place, day: date) -> list[Spot]:
    return [
        Spot(
            version.place.code, version.name, version.kind, place.code, version.place_id
        )
        for version in children_on(place, day).select_related("place")
    ]


def _heirs(olds: set[int]) -> dict[str, tuple[str, ...]]:
    rows = PlaceLineage.objects.filter(predecessor__in=olds, on=AFTER)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows.select_related("predecessor", "successor").order_by(
        "-is_default", "pk"
    ):
        found[row.predecessor.code].append(row.successor.code)
    return {old: tuple(new) for old, new in found.items()}
