"""The samples there are: their structure, their charges, their habits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kheo.sample.habits import Habits

FOUNDED = date(2021, 9, 1)
BEGAN = date(2021, 10, 1)
SPRING_2025 = date(2025, 3, 1)
JULY_2025 = date(2025, 7, 1)
CONTINUED = date(2026, 1, 1)

Lists = Mapping[str, tuple[str, ...]]
"""Codes of units, each with the codes of its communes."""


@dataclass(frozen=True, slots=True)
class Story:
    """One sample: the texts of its three plans, who is in charge of what, its ways."""

    name: str
    founding: str
    spring: str
    july: str
    charges: Lists
    charges_since_july: Lists
    habits: Habits

    @property
    def file(self) -> str:
        return file_of(self.name)


def file_of(name: str) -> str:
    """The prepared file of a sample, beside the words it is made from."""
    return f"{name}.kheo"
