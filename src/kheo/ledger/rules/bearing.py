"""Who bears an entry on a day, and what it then adds to each node of a tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeAlias

from kheo.core.lineage import DatedTree, Part, apportion
from kheo.core.lineage.values import N


@dataclass(frozen=True, slots=True)
class Piece(Generic[N]):
    """A part of what one body is credited with, and the nodes that it counts in.

    `chain` runs from the bearer up to the virtual root, which is `None`.
    """

    part: Part[N]
    chain: tuple[N | None, ...]


Bearing: TypeAlias = tuple[Piece[N], ...]


class Contribution(NamedTuple):
    """What entries add to one node: in all, by its own bearing, and unallocated there.

    `entries` counts the entries, so that a sum of zero differs from nothing at all.
    """

    amount: int
    own: int
    unallocated: int
    entries: int

    def plus(self, other: "Contribution") -> "Contribution":
        return Contribution(
            self.amount + other.amount,
            self.own + other.own,
            self.unallocated + other.unallocated,
            self.entries + other.entries,
        )

    def minus(self, other: "Contribution") -> "Contribution":
        return Contribution(
            self.amount - other.amount,
            self.own - other.own,
            self.unallocated - other.unallocated,
            self.entries - other.entries,
        )


NOTHING = Contribution(0, 0, 0, 0)


def bearing(tree: DatedTree[N], node: N, day: date) -> Bearing[N]:
    """Say who bears what was `node`'s on `day`, each with the nodes above."""
    pieces: list[Piece[N]] = []
    for part in tree.carry(node, day):
        above = () if part.bearer is None else tree.superiors(part.bearer, day)
        pieces.append(Piece(part, (*above, None)))
    return tuple(pieces)


def contributions(
    amount: int, bearings: Iterable[Bearing[N]]
) -> dict[N | None, Contribution]:
    """Say what one entry adds to every node, given the bearing of each credited body.

    Joint work counts once: at each node the largest credited share inside its subtree,
    so no child exceeds its parent and the grand total is the amount itself. A negative
    amount counts as its positive mirror does.
    """
    found: dict[N | None, Contribution] = {}
    for pieces in bearings:
        amounts = [amount]
        if len(pieces) > 1:
            amounts = apportion(amount, [piece.part for piece in pieces])
        _keep_larger(found, _inside(pieces, amounts))
    return found


def presence(bearings: Iterable[Bearing[N]]) -> dict[N | None, Contribution]:
    """Say at which nodes a subject is seen: a whole one wherever any part is borne."""
    found: dict[N | None, Contribution] = {}
    for pieces in bearings:
        for piece in pieces:
            _keep_larger(found, _inside((piece,), (1,)))
    return found


def _inside(
    pieces: Sequence[Piece[N]], amounts: Sequence[int]
) -> dict[N | None, Contribution]:
    """Sum up what one body is credited with, node by node."""
    found: dict[N | None, Contribution] = {}
    for piece, amount in zip(pieces, amounts, strict=True):
        is_open = piece.part.is_open
        passing = Contribution(amount, 0, 0, 1)
        here = dict.fromkeys(piece.chain, passing)
        here[piece.chain[0]] = Contribution(
            amount, 0 if is_open else amount, amount if is_open else 0, 1
        )
        if not found:
            found = here
            continue
        for node, added in here.items():
            known = found.get(node)
            found[node] = known.plus(added)._replace(entries=1) if known else added
    return found


def _keep_larger(
    found: dict[N | None, Contribution], others: dict[N | None, Contribution]
) -> None:
    if not found:
        found.update(others)
        return
    for node, other in others.items():
        known = found.get(node)
        if known is None:
            found[node] = other
        else:
            found[node] = Contribution(
                max(known.amount, other.amount, key=abs),
                max(known.own, other.own, key=abs),
                max(known.unallocated, other.unallocated, key=abs),
                1,
            )
