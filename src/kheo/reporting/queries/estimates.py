"""How much of a total is estimated, at every body below which it was declared."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from kheo.core.periods import Interval
from kheo.ledger.models import Entry, Law, Standing
from kheo.ledger.rules import dimensions_of
from kheo.organisations.models import Reach
from kheo.organisations.queries import PARTY
from kheo.reporting.models import Report
from kheo.reporting.queries.obligations import FormCell


@dataclass(frozen=True, slots=True)
class _Part:
    """One estimated entry, and every body in whose total it counts."""

    measure: str
    where: Mapping[str, str]
    amount: int
    bodies: frozenset[int]


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimated entries of a window; each counts once at a body, as any entry does."""

    parts: tuple[_Part, ...] = ()

    def at(self, cell: FormCell, body: int | None) -> int | None:
        """The estimated part of a figure at a body; of a ratio none can be named."""
        found = [
            part.amount
            for part in self.parts
            if part.measure == cell.measure
            and body in part.bodies
            and cell.where.items() <= part.where.items()
        ]
        return sum(found) if found else None


def estimates_in(
    programme: str,
    window: Interval,
    measures: Collection[str],
    *,
    without: Report | None = None,
) -> Estimates:
    """The estimated entries of a window, in two queries; `without` leaves a report out.

    What is estimated was declared, so it has a body of its own. Joint and divided
    quantities are logged and never estimated.
    """
    entries = Entry.objects.filter(
        _in_time(window),
        closed_at=None,
        standing=Standing.ESTIMATED,
        programme=programme,
        measure__code__in=measures,
    )
    if without is not None:
        entries = entries.exclude(source=without.source)
    rows = entries.values_list(
        "measure__code",
        "measure__law",
        "dimensions",
        "amount",
        "on",
        "credits__organisation_id",
    )
    found = list(rows)
    if not found:
        return Estimates()
    above = _Above({body for *_others, body in found if body is not None})
    return Estimates(
        tuple(
            _Part(
                measure,
                dimensions_of(dimensions),
                amount,
                frozenset({body})
                if law == Law.DISTINCT
                else above.on(body, window.last if law == Law.STOCK else on),
            )
            for measure, law, dimensions, amount, on, body in found
            if body is not None
        )
    )


def _in_time(window: Interval) -> Q:
    flows = Q(measure__law=Law.FLOW, on__gte=window.start, on__lt=window.end)
    held = Q(until=None) | Q(until__gt=window.last)
    stocks = held & Q(measure__law=Law.STOCK, on__lte=window.last)
    # A declared distinct count answers for its own window only.
    declared = Q(measure__law=Law.DISTINCT, on=window.start, until=window.end)
    return flows | stocks | declared


@dataclass
class _Above:
    """Who stood above the bodies, and when: one query for all of them."""

    bodies: Iterable[int]
    spans: dict[int, list[tuple[date, date, int]]] = field(init=False)

    def __post_init__(self) -> None:
        self.spans = defaultdict(list)
        rows = Reach.objects.filter(tree__code=PARTY, inferior__in=self.bodies)
        for inferior, since, until, superior in rows.values_list(
            "inferior", "valid_from", "valid_to", "superior"
        ):
            self.spans[inferior].append((since, until, superior))

    def on(self, body: int, day: date) -> frozenset[int]:
        above = {
            superior
            for since, until, superior in self.spans[body]
            if since <= day < until
        }
        return frozenset(above | {body})
