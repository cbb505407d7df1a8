"""How a figure is written: grouped, missing, not applicable, estimated."""

from dataclasses import dataclass
from enum import StrEnum

DASH = "—"


class Kind(StrEnum):
    """What a cell of a table says; four ways of not being a plain number."""

    VALUE = "value"
    ESTIMATED = "estimated"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Writing:
    """The marks between digits."""

    group: str = "."
    decimal: str = ","

    def text(self, value: int | None, decimals: int) -> str:
        """A value in smallest units with exactly its decimals; missing is a dash."""
        if value is None:
            return DASH
        whole, rest = divmod(abs(value), 10**decimals)
        grouped = f"{whole:,}".replace(",", self.group)
        tail = f"{self.decimal}{rest:0{decimals}d}" if decimals else ""
        sign = "\u2212" if value < 0 else ""
        return f"{sign}{grouped}{tail}"


def kind_of(value: int | None, *, is_excused: bool, is_estimated: bool) -> Kind:
    """What a cell says, given its value and what is known of it."""
    if value is None:
        return Kind.NOT_APPLICABLE if is_excused else Kind.MISSING
    return Kind.ESTIMATED if is_estimated else Kind.VALUE
