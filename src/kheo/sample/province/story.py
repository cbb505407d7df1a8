"""The sample of the whole province."""

from datetime import date
from random import Random

from kheo.sample.habits import Habits
from kheo.sample.province.charges import first_lists, later_lists
from kheo.sample.province.ground import read_ground
from kheo.sample.province.structure import ARMED, KNOWN, Structure, build
from kheo.sample.stories import Story

SEED = 8
SELDOM, NEVER = 14, 3
SINCE = date(2025, 1, 1)
"""Windows that end from this day on: all cells and communes report through Khéo; before,
their committees consolidated on paper."""

EPIDEMIC = frozenset({(2022, 2), (2022, 3)})


def story() -> Story:
    """Put the story together from the places of this database, which every site has."""
    ground = read_ground()
    structure = build(ground, SEED)
    return Story(
        name="province",
        founding=structure.founding,
        spring=structure.spring,
        july=structure.july,
        charges=first_lists(ground, structure, SEED),
        charges_since_july=later_lists(ground, structure, SEED),
        habits=_habits(structure),
    )


def _habits(structure: Structure) -> Habits:
    random = Random(SEED)  # noqa: S311  a sample, no secret
    known = {code for code, *_rest in KNOWN}
    others = sorted(unit.code for unit in structure.units() if unit.code not in known)
    chosen = random.sample(others, k=SELDOM + NEVER)
    return Habits(
        weights=(14, 76, 10),
        notebook_weights=(16, 76, 8),
        called_off=0.02,
        seldom=frozenset([*chosen[NEVER:], "cb-cho-tan-linh"]),
        never=frozenset(chosen[:NEVER]),
        punctual=ARMED,
        quiet={"hu-na-hang": EPIDEMIC, "hu-lam-binh": EPIDEMIC},
        reports_since=SINCE,
        codes_each=12,
        settles_on=(1,),
        notebooks_until=date(2024, 1, 1),
        initiatives=4,
    )
