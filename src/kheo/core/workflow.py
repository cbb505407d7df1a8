"""Lifecycles as tables: which step may come next, and who may take it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from kheo.core.access import Capability
from kheo.core.errors import Conflict

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S, A]):
    """One row of a lifecycle: from any of `sources` to `target`."""

    action: A
    sources: tuple[S, ...]
    target: S
    capability: Capability
    needs_note: bool = False


class Workflow(Generic[S, A]):
    """The whole lifecycle of one kind of thing; buttons, API, docs and tests read it."""

    def __init__(self, *moves: Move[S, A]) -> None:
        self.moves = moves

    def find(self, state: S, action: A) -> Move[S, A]:
        """The move that `action` makes from `state`; raises `Conflict` where none does."""
        for move in self.moves:
            if move.action == action and state in move.sources:
                return move
        raise Conflict(_("This action is not available in the current state."))

    def available(
        self, state: S, allowed: Callable[[Capability], bool]
    ) -> list[Move[S, A]]:
        return [m for m in self.moves if state in m.sources and allowed(m.capability)]
