"""Deals the units of a few communes anew, as well as the listed patterns allow."""

from collections.abc import Callable
from dataclasses import dataclass

from kheo.assignments.solver.engine.choosing import choose, joined
from kheo.assignments.solver.engine.columns import Generation
from kheo.assignments.solver.engine.instance import Instance, Ints
from kheo.assignments.solver.engine.listing import Lister, listed
from kheo.assignments.solver.engine.local import State
from kheo.assignments.solver.engine.pieces import taken_out
from kheo.assignments.solver.engine.pricing import Prices

STEPS = 40


@dataclass(frozen=True)
class Effort:
    """How much one deal may take; in work mode `seconds` is beyond all need."""

    seconds: float
    nodes: int
    patterns: int


def redealt(
    instance: Instance,
    state: State,
    communes: Ints,
    prices: Prices,
    effort: Effort,
    over: Callable[[], bool],
) -> Ints | None:
    """A cheaper placement than the state's with only these communes changed, or `None`.

    The piece first finds prices of its own, which are better than those of the whole.
    """
    piece = taken_out(instance, state, communes)
    present = piece.current(state)
    now = float(present.cost.sum())
    if len(present.cost) < len(communes):
        now = instance.hard * len(communes)
    bargain = Generation(piece, prices, present)
    for _ in range(STEPS):
        if bargain.done or over():
            break
        bargain.advance()
    spread = now - bargain.value
    if spread <= 1e-9 * abs(now):
        return None
    lister = Lister(piece, bargain.best_prices)
    known = [present, bargain.master.known(), *listed(lister, spread, effort.patterns)]
    dealt = choose(piece, joined(known), seconds=effort.seconds, nodes=effort.nodes)
    if dealt.members is None or dealt.cost >= now - 1e-12:
        return None
    return piece.placed(state, dealt.members)
