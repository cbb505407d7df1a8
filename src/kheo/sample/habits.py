"""How the bodies of a sample behave: who goes often, who never, who reports since when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random


@dataclass(frozen=True, slots=True)
class Habits:
    """What makes one sample livelier or quieter than another.

    `weights` are those of no, one and two days in a month; `joint` and `called_off` the
    shares of days with a partner and of days given up. Bodies in `never` have no
    activity at all, `seldom` ones hardly any. In the `quiet` months of a superior's
    code nobody below it goes. Of windows that end from `reports_since` on cells and communes
    report through Khéo; before it their superiors consolidated on paper. Cells below a `punctual` superior are never late. `settles_on` are the days
    of a month on which due and met are counted. Before `notebooks_until` days were written into notebooks and taken
    over later, without a plan. One unit in `initiatives` declares how many it runs.
    """

    weights: tuple[int, int, int] = (8, 74, 18)
    joint: float = 0.18
    called_off: float = 0.0
    seldom: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    punctual: frozenset[str] = frozenset()
    quiet: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    reports_since: date = date.min
    codes_each: int = 40
    settles_on: tuple[int, ...] = (1, 25)
    notebooks_until: date = date.min
    notebook_weights: tuple[int, int, int] = (36, 62, 2)
    initiatives: int = 1

    def visits(self, code: str, superior: str, first: date, random: Random) -> int:
        """On how many days of the month the unit goes to its commune."""
        if code in self.never:
            return 0
        if (first.year, first.month) in self.quiet.get(superior, frozenset()):
            return 0
        if code in self.seldom:
            return int(random.random() < 0.08)
        is_noted = first < self.notebooks_until
        weights = self.notebook_weights if is_noted else self.weights
        return random.choices((0, 1, 2), weights=weights)[0]
