"""Which unit is in charge of which commune: a rule that covers both ways.

District bodies take the communes of their district in turn; provincial ones are spread
over the communes by how many units each has already, the difficult and wide ones first.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from kheo.sample.province.ground import Ground, Spot
from kheo.sample.province.structure import Body, Structure, district_code
from kheo.sample.small import SINCE_JULY_2025

RURAL = "xa"
LARGE = 70
"""From this headcount on a body takes two communes."""

Lists = dict[str, tuple[str, ...]]


def first_lists(ground: Ground, structure: Structure, seed: int) -> Lists:
    """Who is in charge from October 2021 on."""
    random = Random(seed)  # noqa: S311  a sample, no secret
    lists: Lists = {}
    load: Counter[str] = Counter()
    units = structure.units()
    for district in ground.districts:
        rural = _rural(ground.communes_of(district))
        random.shuffle(rural)
        own = [u for u in units if u.below == district_code(district)]
        for place, unit in enumerate(own):
            _take(lists, load, unit, [rural[place % len(rural)].code])
    provincial = [unit for unit in units if unit.tier == "province"]
    _spread(lists, load, provincial, _rural(ground.before), random)
    return lists


def later_lists(ground: Ground, structure: Structure, seed: int) -> Lists:
    """Who is in charge since July 2025, when the districts have ended.

    The bodies of the small sample have the communes they have there: the tutorial walks
    through both.
    """
    random = Random(seed + 1)  # noqa: S311  a sample, no secret
    staying = [
        unit
        for unit in structure.units()
        if unit.tier == "province" or unit.code in structure.stays
    ]
    there = {unit.code: unit for unit in staying}
    lists: Lists = {}
    load: Counter[str] = Counter()
    for code, places in SINCE_JULY_2025.items():
        if code in there:
            _take(lists, load, there.pop(code), places)
    _spread(lists, load, list(there.values()), _rural(ground.after), random)
    return lists


def _spread(
    lists: Lists,
    load: Counter[str],
    units: Sequence[Body],
    rural: Sequence[Spot],
    random: Random,
) -> None:
    """Give each unit the communes with the fewest provincial units, in turn."""
    provincial: Counter[str] = Counter()
    order = {spot.code: random.random() for spot in rural}
    for unit in random.sample(list(units), k=len(units)):
        wanted = 2 if (unit.headcount or 0) >= LARGE else 1
        by_need = sorted(
            order, key=lambda code: (provincial[code], load[code], order[code])
        )
        chosen = by_need[:wanted]
        provincial.update(chosen)
        _take(lists, load, unit, chosen)


def _take(
    lists: Lists, load: Counter[str], unit: Body, communes: Iterable[str]
) -> None:
    some = tuple(communes)
    lists[unit.code] = some
    load.update(some)


def _rural(spots: Iterable[Spot]) -> list[Spot]:
    return [spot for spot in spots if spot.kind == RURAL]
