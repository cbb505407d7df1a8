"""A measure over the months, with the days on which the bodies were reorganised."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.formats import date_format

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.trends import totals_in
from kheo.ledger import queries as ledger
from kheo.ledger.models import Measure
from kheo.ledger.queries import Row, Total
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
    periods = list(_periods(span))
    windows = [period.interval for period in periods]
    known = totals_in(frame, [measure], windows)
    if known is None:
        totals = [_asked_alone(frame, measure, window) for window in windows]
    else:
        totals = known[measure.code]
    breaks = breaks_below(frame, span)
    return [
        Month(
            period,
            Row(
                period.code,
                date_format(period.interval.start, "YEAR_MONTH_FORMAT"),
                total,
            ),
            next((day for day in breaks if day in period.interval and number), None),
        )
        for number, (period, total) in enumerate(zip(periods, totals, strict=True))
    ]


def _periods(span: Interval) -> Iterator[Period]:
    period = Period.containing(span.start, Frequency.MONTH)
    while period.interval.start < span.end:
        yield period
        period = period.next()


def _asked_alone(frame: Frame, measure: Measure, window: Interval) -> Total:
    return ledger.total(
        measure,
        tree=PARTY,
        node_id=frame.at.pk,
        interval=window,
        programme=frame.programme,
        structure=frame.known_structure,
    )


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
