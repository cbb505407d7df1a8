"""Invented units on real communes, for trying the solver and for measuring it.

Every instance made here is sample data: the bodies do not exist.
"""

import math
import random
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from kheo.assignments.solver.problem import Commune, Problem, Rules, Unit, Weights
from kheo.places.dataset import REFORM, communes_of, units_on
from kheo.places.rules import PlaceKind, Tier

WHOLE_COUNTRY = "all"
CLUSTERS = 7
"""As many clusters as old Tuyên Quang had districts, where districts are gone."""
NEAREST = 8
_ROUNDS = 12


class Place(NamedTuple):
    """What an example needs to know of a commune."""

    id: str
    name: str
    group: str | None
    lat: float | None
    lon: float | None
    area_ha: int | None
    is_rural: bool


def places_of(province: str, on: date) -> list[Place]:
    """The communes of a province, by official code, on a day; `all` for the country.

    Groups are the districts of that day, or the provinces when the whole country is
    asked for. Raises `LookupError` when there are none.
    """
    if province != WHOLE_COUNTRY:
        found = _places(province, on, None)
    else:
        units = units_on(on)
        codes = sorted(
            c for c, unit in units.items() if unit.kind.tier is Tier.PROVINCE
        )
        found = [place for code in codes for place in _places(code, on, code)]
    if not found:
        raise LookupError(province)
    return found


def _places(province: str, on: date, group: str | None) -> list[Place]:
    return [
        Place(
            each.id,
            each.name,
            group or each.group,
            each.latitude,
            each.longitude,
            each.area_ha,
            each.kind is PlaceKind.XA,
        )
        for each in communes_of(province, on=on)
    ]


def example(
    province: str,
    *,
    units: int,
    seed: int = 1,
    on: date = REFORM,
    rural_only: bool = False,
) -> Problem:
    """An instance on the communes of a province: the same arguments, the same instance.

    `rural_only` keeps communes of the kind xã, as directive S0 does. Where there are no
    districts the communes are put into seven clusters of neighbours.
    """
    places = [
        place for place in places_of(province, on) if place.is_rural or not rural_only
    ]
    return invented(places, units=units, seed=seed)


def invented(places: Sequence[Place], *, units: int, seed: int) -> Problem:
    """Units of plausible size and seat for any list of places."""
    chance = random.Random(seed)  # noqa: S311  # an example, not a secret
    grouped = _grouped(list(places))
    communes = tuple(_commune(place, chance) for place in grouped)
    seats = _seats(communes)
    many = len(seats) > 2 * CLUSTERS
    made = tuple(
        _unit(number, communes, seats, chance, many) for number in range(units)
    )
    share = None if len(seats) < 2 else max(0.25, round(1.5 / len(seats), 2))
    provincial = sum(unit.communes for unit in made if unit.is_provincial)
    rules = Rules(
        cover_min=1,
        province_units_per_commune_max=max(2, -(-2 * provincial // len(communes))),
        province_share_per_group_max=share,
        difficult_min=1,
    )
    return Problem(communes, made, rules, Weights(), seed)


def _commune(place: Place, chance: random.Random) -> Commune:
    size = (place.area_ha or 3000) / 1000
    need = round(min(1.0, max(0.0, chance.gauss(0.45, 0.25))), 2)
    return Commune(
        place.id, place.name, place.group, place.lat, place.lon,
        round(size, 2), need, difficult=need > 0.6,
    )  # fmt: skip


def _seats(communes: Sequence[Commune]) -> dict[str | None, Commune]:
    """The most central commune of every group, taken as its seat."""
    by_group: dict[str | None, list[Commune]] = {}
    for commune in communes:
        by_group.setdefault(commune.group, []).append(commune)
    return {group: _central(members) for group, members in by_group.items()}


def _central(members: list[Commune]) -> Commune:
    placed = [m for m in members if m.lat is not None and m.lon is not None] or members
    lat = sum(m.lat or 0.0 for m in placed) / len(placed)
    lon = sum(m.lon or 0.0 for m in placed) / len(placed)
    return min(
        placed, key=lambda m: math.hypot((m.lat or 0.0) - lat, (m.lon or 0.0) - lon)
    )


def _unit(
    number: int,
    communes: Sequence[Commune],
    seats: dict[str | None, Commune],
    chance: random.Random,
    bound: bool,  # noqa: FBT001  # whether provincial units stay in their group
) -> Unit:
    """A fifth provincial, half at the seats of groups, the rest spread."""
    kind = chance.random()
    home = chance.choice(communes)
    provincial = kind < 0.2
    if provincial:
        seat = seats[home.group] if bound else next(iter(seats.values()))
    else:
        seat = seats[home.group] if kind < 0.7 else home
    people = max(3, round(math.exp(chance.gauss(3.4 if provincial else 2.9, 0.7))))
    group = home.group if bound or not provincial else None
    lat = None if seat.lat is None else round(seat.lat + chance.gauss(0, 0.01), 5)
    lon = None if seat.lon is None else round(seat.lon + chance.gauss(0, 0.01), 5)
    previous: tuple[str, ...] = ()
    if chance.random() < 0.6:
        previous = (_last_year(communes, group, home, chance),)
    return Unit(
        id=f"u{number + 1}",
        name=f"Dữ liệu mẫu {number + 1}",
        bloc="khoi" if provincial else "district",
        tier="province" if provincial else "district",
        headcount=min(people, 400),
        lat=lat,
        lon=lon,
        communes=2 if people > 100 else 1,
        group=group,
        exempt=chance.random() < 0.02,
        previous=previous,
    )


def _last_year(
    communes: Sequence[Commune], group: str | None, home: Commune, chance: random.Random
) -> str:
    """One of the communes nearest to where the unit belongs."""
    inside = [c for c in communes if group is None or c.group == group]
    lat, lon = home.lat or 0.0, home.lon or 0.0
    inside.sort(key=lambda c: math.hypot((c.lat or 0.0) - lat, (c.lon or 0.0) - lon))
    return chance.choice(inside[:NEAREST]).id


def _grouped(places: list[Place]) -> list[Place]:
    """Communes without districts, put into clusters of neighbours."""
    if any(place.group is not None for place in places) or len(places) < 3 * CLUSTERS:
        return places
    spots = [(place.lat or 0.0, place.lon or 0.0) for place in places]
    step = len(places) / CLUSTERS
    ranked = sorted(range(len(places)), key=lambda i: spots[i])
    middles = [spots[ranked[int((n + 0.5) * step)]] for n in range(CLUSTERS)]
    nearest = [0] * len(places)
    for _ in range(_ROUNDS):
        nearest = [
            min(range(CLUSTERS), key=lambda n, s=spot: math.dist(middles[n], s))  # type: ignore[misc]  # bound now
            for spot in spots
        ]
        for number in range(CLUSTERS):
            mine = [s for s, n in zip(spots, nearest, strict=True) if n == number]
            if mine:
                middles[number] = (
                    sum(lat for lat, _ in mine) / len(mine),
                    sum(lon for _, lon in mine) / len(mine),
                )
    return [
        place._replace(group=f"cum-{number + 1}")
        for place, number in zip(places, nearest, strict=True)
    ]
