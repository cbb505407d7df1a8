"""Which (body, window) pairs should report a measure: the ground of completeness."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from kheo.core.periods import Interval
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import duties_in, kept_since, packs_of
from kheo.programmes.regime import Duty, is_on_paper
from kheo.reporting.queries.obligations import cells_of, pack_in
from kheo.reporting.queries.rolls import Rolls

Pair = tuple[int, Interval]
NEAR = timedelta(days=62)
"""A report falls due so close to the end of its window, before or after."""


def expected_pairs(
    measure: str,
    interval: Interval,
    *,
    programme: str | None = None,
    bodies: Collection[int] | None = None,
) -> set[Pair]:
    """Every body that owes a report with this measure, with each window it owes it for.

    Reports kept on paper are not expected; whoever sent one here reported unasked.
    Windows belong to the interval in which their last day lies. Bodies owe what their
    group owes on that day; of `bodies` only, where given. Packs times members: nothing
    is stored, and the queries do not grow with the bodies.
    """
    programmes = Programme.objects.select_related("home").order_by("code")
    if programme is not None:
        programmes = programmes.filter(code=programme)
    rolls = Rolls.now()
    return {
        pair
        for each in programmes
        for pair in _pairs_in(each, rolls, measure, interval, bodies)
    }


def _pairs_in(
    programme: Programme,
    rolls: Rolls,
    measure: str,
    interval: Interval,
    bodies: Collection[int] | None,
) -> Iterator[Pair]:
    packs, since = packs_of(programme.code), kept_since(programme.code)
    span = Interval(_earlier(interval.start), _later(interval.end))
    for duty in duties_in(programme.code, span):
        if duty.window.last not in interval or is_on_paper(duty, since):
            continue
        pack = pack_in(packs, duty.last_day)
        if pack is None or measure not in measures_in(pack, duty):
            continue
        for body in rolls.group(programme, pack, duty.reporter, duty.window.last):
            if bodies is None or body in bodies:
                yield body, duty.window


def measures_in(pack: Pack, duty: Duty) -> frozenset[str]:
    """The measures that a report asks for, the parts of its ratios included."""
    cells = cells_of(pack, duty.report)
    parts = [part for cell in cells for part in cell.parts or ()]
    return frozenset([*(cell.measure for cell in cells), *parts])


def _earlier(day: date) -> date:
    return day - NEAR if day > date.min + NEAR else date.min


def _later(day: date) -> date:
    return day + NEAR if day < date.max - NEAR else date.max
