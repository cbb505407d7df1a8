"""Names for invented bodies, put together from the words of the data file."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import yaml

from kheo.core.text import fold
from kheo.sample.cast import DATA

LONGEST_CODE = 40
SHORT_WORDS = {
    "Trung tâm": "TT",
    "Công ty Cổ phần": "Cty CP",
    "Công ty": "Cty",
    "Ban Quản lý": "BQL",
    "Trung học phổ thông": "THPT",
    "Trung học cơ sở": "THCS",
    "Hợp tác xã": "HTX",
    "Xí nghiệp": "XN",
    "Bệnh viện": "BV",
    "Trách nhiệm hữu hạn": "TNHH",
    "Chi nhánh": "CN",
}
LONGEST_SHORT_NAME = 48


@cache
def words() -> dict[str, Any]:
    """The word lists, as the data file says them."""
    found: dict[str, Any] = yaml.safe_load((DATA / "province.yaml").read_text("utf-8"))
    return found


def slug(text: str) -> str:
    """A code in lower-case ASCII, cut between words."""
    bare = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
    if len(bare) <= LONGEST_CODE:
        return bare
    return bare[: LONGEST_CODE + 1].rsplit("-", 1)[0]


def shortened(name: str) -> str:
    """The name as a table shows it."""
    for long, short in SHORT_WORDS.items():
        name = name.replace(long, short)
    if len(name) <= LONGEST_SHORT_NAME:
        return name
    return name[:LONGEST_SHORT_NAME].rsplit(" ", 1)[0] + "…"


@dataclass
class Names:
    """Gives out names that no place of the province bears, each once."""

    random: Random
    real: Collection[str]
    _used: set[str] = field(default_factory=set)

    def of(self, institutions: Sequence[str]) -> Iterator[str]:
        """Institutions in turn, each with a name of its own, without end."""
        order = list(institutions)
        while True:
            self.random.shuffle(order)
            for institution in order:
                yield f"{institution} {self._proper()}"

    def _proper(self) -> str:
        while True:
            first = self.random.choice(words()["first"])
            name = f"{first} {self.random.choice(words()['second'])}"
            known = fold(name)
            if known not in self._used and known not in self.real:
                self._used.add(known)
                return name
