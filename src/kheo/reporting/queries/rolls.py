"""Who belongs to a group on a day and who receives from whom, asked once per process.

Asking costs many joins and the answers change only when a structure changes, so they
are kept until it does: the stamps of the trees and the last versions written tell.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self, TypeVar

from django.db.models import Max

from kheo.organisations.models import OrganisationVersion, Reach, Tree
from kheo.places.models import PlaceVersion
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import member_ids

T = TypeVar("T")
ROLLS_KEPT = 600

Stamp = tuple[object, ...]
RollKey = tuple[int, int, str, str, date]


@dataclass(frozen=True, slots=True)
class Roll:
    """The bodies that owe, in the order of their names, each with its receiver."""

    bodies: tuple[int, ...]
    receivers: Mapping[int, int]


@dataclass
class _Kept:
    stamp: Stamp = ()
    rolls: dict[RollKey, Roll] = field(default_factory=dict)
    groups: dict[RollKey, tuple[int, ...]] = field(default_factory=dict)
    packs: dict[int, Pack] = field(default_factory=dict)


_kept = _Kept()


class Rolls:
    """The rolls as of now; make one for each question, it asks what has changed."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    @classmethod
    def now(cls) -> Self:
        global _kept  # noqa: PLW0603  one cache for the process, replaced as a whole
        stamp = _stamp()
        if _kept.stamp != stamp:
            _kept = _Kept(stamp)
        return cls(_kept)

    def group(
        self, programme: Programme, pack: Pack, code: str, day: date
    ) -> tuple[int, ...]:
        """The members of a group on a day, in the order of their names."""
        key = self._key(programme, pack, code, "", day)
        if key not in self._kept.groups:
            bodies = member_ids(pack.group(code), day, programme=programme)
            self._keep(self._kept.groups, key, bodies, pack)
        return self._kept.groups[key]

    def roll(
        self, programme: Programme, pack: Pack, reporter: str, receiver: str, day: date
    ) -> Roll:
        """The members of the reporting group, each with the nearest receiver.

        Nearest as `programmes.queries.receiver_of` says for one body.
        """
        key = self._key(programme, pack, reporter, receiver, day)
        if key not in self._kept.rolls:
            bodies = self.group(programme, pack, reporter, day)
            wanted = frozenset(self.group(programme, pack, receiver, day))
            tree = pack.group(receiver).tree
            roll = Roll(bodies, _receivers(bodies, wanted, tree, day))
            self._keep(self._kept.rolls, key, roll, pack)
        return self._kept.rolls[key]

    def _key(
        self, programme: Programme, pack: Pack, one: str, other: str, day: date
    ) -> RollKey:
        return (programme.pk, id(pack), one, other, day)

    def _keep(
        self, where: dict[RollKey, T], key: RollKey, value: T, pack: Pack
    ) -> None:
        if len(where) >= ROLLS_KEPT:
            where.clear()
        # Holding the pack keeps its identity from being given to another one.
        self._kept.packs[id(pack)] = pack
        where[key] = value


def _stamp() -> Stamp:
    trees = Tree.objects.order_by("pk").values_list("pk", "stamp")
    last = OrganisationVersion.objects.aggregate(last=Max("pk"))["last"]
    place = PlaceVersion.objects.aggregate(last=Max("pk"))["last"]
    return (*trees, last, place)


def _receivers(
    bodies: Iterable[int], wanted: frozenset[int], tree: str, day: date
) -> dict[int, int]:
    reach = Reach.objects.filter(tree__code=tree, valid_from__lte=day, valid_to__gt=day)
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = reach.filter(inferior__in=wanted).order_by("depth")
    for superior, depth, inferior in rows.values_list("superior", "depth", "inferior"):
        near[superior].append((depth, inferior))
    above: dict[int, list[int]] = defaultdict(list)
    rows = reach.filter(inferior__in=bodies, depth__gt=0).order_by("depth")
    for inferior, superior in rows.values_list("inferior", "superior"):
        above[inferior].append(superior)
    found = {
        body: _nearest(superiors, wanted, near) for body, superiors in above.items()
    }
    return {body: receiver for body, receiver in found.items() if receiver is not None}


def _nearest(
    superiors: Iterable[int],
    wanted: frozenset[int],
    near: Mapping[int, list[tuple[int, int]]],
) -> int | None:
    for superior in superiors:
        if superior in wanted:
            return superior
        below = near.get(superior, [])
        if below:
            is_alone = len(below) == 1 or below[0][0] < below[1][0]
            return below[0][1] if is_alone else None
    return None
