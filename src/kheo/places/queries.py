"""Reads of places: what is where on a day, what is found by a name, who followed whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q

from kheo.core.lineage import DatedTree, Placement, Succession
from kheo.core.text import fold, normalise
from kheo.places.models import (
    Border,
    BorderSet,
    CommuneProfile,
    Place,
    PlaceLineage,
    PlaceReach,
    PlaceVersion,
    PlaceVersionQuerySet,
)
from kheo.places.rules import PlaceKind, Tier, kinds_of, short_name


def versions_on(day: date) -> PlaceVersionQuerySet:
    """Every place as it was on a day."""
    versions: PlaceVersionQuerySet = PlaceVersion.objects.in_force(day)
    return versions.select_related("place")


def version_on(place: Place, day: date) -> PlaceVersion | None:
    """What the place was that day; `None` before its first version and after an end."""
    past = PlaceVersion.objects.filter(place=place, valid_from__lte=day)
    last = past.select_related("place", "parent").order_by("-valid_from").first()
    return None if last is None or last.is_end else last


def by_official_code(code: str, *, tier: Tier, day: date) -> PlaceVersion | None:
    """Who bore an official code that day; the codes are used again after a reform."""
    found = versions_on(day).filter(official_code=code, kind__in=kinds_of(tier))
    return found.order_by("pk").first()


def children_on(place: Place | None, day: date) -> PlaceVersionQuerySet:
    """What stood directly below, in Vietnamese order; `None` asks for the provinces."""
    return versions_on(day).filter(parent=place).order_by("sort_name", "pk")


def hamlets_on(commune: Place, day: date) -> PlaceVersionQuerySet:
    return children_on(commune, day).filter(kind__in=kinds_of(Tier.HAMLET))


def subtree_on(place: Place, day: date) -> PlaceVersionQuerySet:
    """Find the place and all below it that day."""
    below = PlaceReach.objects.filter(
        superior=place, valid_from__lte=day, valid_to__gt=day
    )
    return versions_on(day).filter(place__in=below.values("inferior"))


def superiors_on(place: Place, day: date) -> list[PlaceVersion]:
    """Find the place itself, what it stood below, and so on up to its province."""
    above = PlaceReach.objects.filter(
        inferior=place, valid_from__lte=day, valid_to__gt=day
    )
    depths = dict(above.values_list("superior", "depth"))
    versions = versions_on(day).filter(place__in=list(depths))
    return sorted(versions, key=lambda version: depths[version.place_id])


def find(text: str, day: date, *, limit: int = 50) -> list[PlaceVersion]:
    """Places whose name holds every word of `text`, with or without marks.

    Our own code and the official code find too. First what is spelt exactly so, then
    whole names, then beginnings; so `dân` comes before `dần`, and communes of one name
    come in order of their codes.
    """
    wanted = normalise(text)
    words = fold(wanted).split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(folded__contains=word)
    coded = Q(place__code=wanted.lower()) | Q(official_code=wanted)
    found = versions_on(day).filter(named | coded)
    ranked = sorted(found, key=lambda version: _rank(version, wanted))
    return ranked[:limit]


def _rank(version: PlaceVersion, wanted: str) -> tuple[int, str, str]:
    folded = fold(wanted)
    kind_free = fold(short_name(version.name, PlaceKind(version.kind)))
    steps = (
        wanted in {version.place.code, version.official_code},
        wanted.casefold() in version.name.casefold(),
        folded in {version.folded, kind_free},
        kind_free.startswith(folded),
        True,
    )
    return steps.index(True), version.sort_name, version.place.code


def communes_below(province: Place, day: date) -> PlaceVersionQuerySet:
    """Find the communes of a province that day, in Vietnamese order."""
    found = subtree_on(province, day).filter(kind__in=kinds_of(Tier.COMMUNE))
    return found.order_by("sort_name", "pk")


def province_of(place: Place, day: date) -> Place | None:
    """Find the province that a place stood in, or was, that day."""
    above = superiors_on(place, day)
    named = [one for one in above if PlaceKind(one.kind).tier is Tier.PROVINCE]
    return named[0].place if named else None


def borders_on(day: date) -> BorderSet | None:
    """Find the borders that hold on a day: the last set that began."""
    sets = BorderSet.objects.filter(valid_from__lte=day)
    return sets.order_by("-valid_from").first()


def outlines_of(borders: BorderSet, places: Collection[int]) -> dict[int, bytes]:
    """Give the packed outlines of some places, by place."""
    rows = Border.objects.filter(border_set=borders, place__in=places)
    return {
        place: bytes(outline) for place, outline in rows.values_list("place", "outline")
    }


@dataclass(frozen=True, slots=True)
class Bond:
    """One line of a place's lineage, seen from either end."""

    transfer: PlaceLineage
    code: str
    name: str


def heirs_of(place: Place) -> list[Bond]:
    """Say what the place became, and by which transfer."""
    transfers = place.heirs.select_related("successor").order_by("on", "pk")
    return _bonds([(t, t.successor) for t in transfers])


def origins_of(place: Place) -> list[Bond]:
    """Say what the place was made from, and by which transfer."""
    transfers = place.origins.select_related("predecessor").order_by("on", "pk")
    return _bonds([(t, t.predecessor) for t in transfers])


def _bonds(pairs: list[tuple[PlaceLineage, Place]]) -> list[Bond]:
    versions = PlaceVersion.objects.filter(place__in=[place for _, place in pairs])
    names = dict(versions.order_by("valid_from").values_list("place_id", "name"))
    return [Bond(t, place.code, names.get(place.pk, "")) for t, place in pairs]


def profile_on(commune: Place, day: date) -> CommuneProfile | None:
    """Give the commune's profile that day, as the last decision before states it."""
    past = CommuneProfile.objects.filter(place=commune, valid_from__lte=day)
    return past.order_by("-valid_from").first()


def place_tree(places: Collection[int] | None = None) -> DatedTree[int]:
    """The place tree over all its time, for `carry`; of some places only, if given.

    Doubtful transfers are left out: nothing is carried on a guess.
    """
    versions = PlaceVersion.objects.order_by("place", "valid_from")
    transfers = PlaceLineage.objects.filter(is_doubtful=False).order_by("on", "pk")
    if places is not None:
        versions = versions.filter(place__in=places)
        transfers = transfers.filter(predecessor__in=places, successor__in=places)
    columns = ("place_id", "valid_from", "parent_id", "is_end")
    bonds = transfers.values_list("predecessor_id", "successor_id", "on", "share_ppm")
    return DatedTree(
        (Placement(*row) for row in versions.values_list(*columns)),
        (
            Succession(old, new, on, Fraction(ppm, 1_000_000) if ppm else None)
            for old, new, on, ppm in bonds
        ),
    )
