"""Which (body, window) pairs should report a measure: the ground of completeness."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from kheo.core.periods import Interval
from kheo.programmes.models import Programme
from kheo.programmes.pack import Pack
from kheo.programmes.queries import duties_in, members, pack_on
from kheo.programmes.regime import Duty
from kheo.reporting.queries.obligations import cells_of

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

    Windows belong to the interval in which their last day lies. Bodies owe what their
    group owes on that day; of `bodies` only, where given. Packs times members: nothing
    is stored, and the queries do not grow with the bodies.
    """
    programmes = Programme.objects.select_related("home").order_by("code")
    if programme is not None:
        programmes = programmes.filter(code=programme)
    return {
        pair
        for each in programmes
        for pair in _pairs_in(each, measure, interval, bodies)
    }


def _pairs_in(
    programme: Programme,
    measure: str,
    interval: Interval,
    bodies: Collection[int] | None,
) -> Iterator[Pair]:
    groups = _Groups(programme, bodies)
    span = Interval(interval.start - NEAR, _later(interval.end))
    for duty in duties_in(programme.code, span):
        if duty.window.last not in interval:
            continue
        pack = pack_on(programme.code, duty.last_day)
        if measure in measures_in(pack, duty):
            for body in groups.members(pack, duty.reporter, duty.window.last):
                yield body, duty.window


def measures_in(pack: Pack, duty: Duty) -> frozenset[str]:
    """The measures that a report asks for, the parts of its ratios included."""
    cells = cells_of(pack, duty.report)
    parts = [part for cell in cells for part in cell.parts or ()]
    return frozenset([*(cell.measure for cell in cells), *parts])


def _later(day: date) -> date:
    return day + NEAR if day < date.max - NEAR else date.max


class _Groups:
    """The members of groups, each asked once for each day."""

    def __init__(self, programme: Programme, bodies: Collection[int] | None) -> None:
        self.programme = programme
        self.bodies = bodies
        self.known: dict[tuple[int, str, date], list[int]] = {}

    def members(self, pack: Pack, code: str, day: date) -> list[int]:
        key = (id(pack), code, day)
        if key not in self.known:
            found = members(pack.group(code), day, programme=self.programme)
            if self.bodies is not None:
                found = found.filter(pk__in=self.bodies)
            self.known[key] = list(found.values_list("pk", flat=True))
        return self.known[key]
