"""Reads on the numbers of papers."""

from dataclasses import dataclass

from kheo.directives.models import (
    NumberingChoice,
    NumberRegister,
    NumberScope,
    NumberSource,
    PaperNumber,
)
from kheo.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a body chose, or the default that holds without a choice."""

    source: NumberSource
    scope: NumberScope
    term: str


def numbering_of(organisation: Organisation) -> Numbering:
    choice = NumberingChoice.objects.filter(organisation=organisation).first()
    if choice is None:
        return Numbering(NumberSource.OFFICE, NumberScope.YEAR, "")
    return Numbering(
        NumberSource(choice.source), NumberScope(choice.scope), choice.term
    )


def holes(register: NumberRegister) -> list[int]:
    """Numbers of a sequence that nobody holds: always empty, and checked to be so."""
    taken = PaperNumber.objects.filter(register=register)
    held = set(taken.values_list("number", flat=True))
    return sorted(set(range(register.first, register.next_number)) - held)
