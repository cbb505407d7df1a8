"""A measure over the months, with the days on which the bodies were reorganised."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.queries.frames import Frame
from kheo.ledger import queries as ledger
from kheo.ledger.models import Measure
from kheo.ledger.queries import Row
from kheo.organisations.models import Lineage, Plan, Reach
from kheo.organisations.queries import PARTY

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Month:
    """One month and whether something was reorganised since the month before."""

    period: Period
    row: Row
    break_on: date | None = None


def months_before(interval: Interval, count: int = MONTHS) -> Interval:
    """The calendar months up to the one in which the days end."""
    period = Period.containing(interval.last, Frequency.MONTH)
    end = period.interval.end
    for _step in range(count - 1):
        period = period.previous()
    return Interval(period.interval.start, end)


def monthly(frame: Frame, measure: Measure) -> list[Month]:
    """Each calendar month for itself, whatever the reporting windows are."""
    span = months_before(frame.interval)
    rows = ledger.monthly(
        measure,
        tree=PARTY,
        node_id=frame.at.pk,
        interval=span,
        programme=frame.programme,
        structure=frame.known_structure,
    )
    breaks = breaks_below(frame, span)
    months = []
    period = Period.containing(span.start, Frequency.MONTH)
    for row in rows:
        inside = [day for day in breaks if day in period.interval]
        is_first = period.interval.start == span.start
        months.append(
            Month(period, row, inside[0] if inside and not is_first else None)
        )
        period = period.next()
    return months


def breaks_below(frame: Frame, span: Interval) -> list[date]:
    """Days on which bodies below were merged, split or moved by a plan."""
    below = Reach.objects.filter(
        tree__code=PARTY,
        superior=frame.at,
        valid_from__lt=span.end,
        valid_to__gt=span.start,
    ).values("inferior")
    touched = Q(predecessor__in=below) | Q(successor__in=below)
    bonds = Lineage.objects.filter(touched, on__gte=span.start, on__lt=span.end)
    days = set(bonds.values_list("on", flat=True))
    plans = Plan.objects.filter(undone_at=None, on__gte=span.start, on__lt=span.end)
    affected = {on: set(ids) for on, ids in plans.values_list("on", "affected")}
    if set(affected) - days:
        inside = set(below.values_list("inferior", flat=True))
        days |= {on for on, ids in affected.items() if ids & inside}
    return sorted(days)
