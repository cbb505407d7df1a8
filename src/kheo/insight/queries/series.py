"""A measure over the months, with the days on which the bodies were reorganised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.utils.formats import date_format

from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.queries.frames import Frame
from kheo.ledger import queries as ledger
from kheo.ledger.models import Claim, Entry, Law, Measure, Seen
from kheo.ledger.queries import Row
from kheo.ledger.queries.answers import Kept, Scope, parts_of, total_of
from kheo.ledger.queries.sums import day_totals, seen_rows
from kheo.ledger.rules import NOTHING, Contribution
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
    values = [_values(frame, part, periods) for part in parts_of(measure)]
    breaks = breaks_below(frame, span)
    return [
        Month(
            period,
            Row(
                period.code,
                date_format(period.interval.start, "YEAR_MONTH_FORMAT"),
                total_of(measure, [by_period[period] for by_period in values]),
            ),
            next((day for day in breaks if day in period.interval and number), None),
        )
        for number, period in enumerate(periods)
    ]


def _periods(span: Interval) -> Iterator[Period]:
    period = Period.containing(span.start, Frequency.MONTH)
    while period.interval.start < span.end:
        yield period
        period = period.next()


def _values(
    frame: Frame, part: Measure, periods: Sequence[Period]
) -> dict[Period, int | None]:
    """Kept sums come in one query; only months without an entry are asked alone."""
    span = Interval(periods[0].interval.start, periods[-1].interval.end)
    scope = Scope(PARTY, span, frame.programme, structure=frame.known_structure)
    kept = Kept.of(scope)
    if not kept.projections:
        return {period: _asked_alone(frame, part, period) for period in periods}
    read = _kept_subjects if part.law == Law.DISTINCT else _kept_sums
    sums = read(frame, part, periods, scope, kept)
    if not _is_told(frame, part):
        return {p: sums[p].amount if sums[p].entries else None for p in periods}
    return {
        period: sums[period].amount
        if sums[period].entries and part.law != Law.DISTINCT
        else _asked_alone(frame, part, period)
        for period in periods
    }


def _is_told(frame: Frame, part: Measure) -> bool:
    """Whether reports speak of it at all: then a month without an entry may be 0."""
    claims = Claim.objects.filter(measure=part, closed_at=None)
    if frame.programme:
        claims = claims.filter(programme=frame.programme)
    if claims.exists():
        return True
    declared = Entry.objects.filter(measure=part, closed_at=None, subject="")
    return part.law == Law.DISTINCT and declared.exists()


def _kept_subjects(
    frame: Frame,
    part: Measure,
    periods: Sequence[Period],
    scope: Scope,
    kept: Kept,
) -> dict[Period, Contribution]:
    """Subjects of each month: those not seen before within the same month."""
    rows = seen_rows([part], scope, kept).filter(
        node=frame.at.pk,
        part=Seen.Part.WHOLE,
        day__gte=scope.interval.start,
        day__lt=scope.interval.end,
    )
    found = dict.fromkeys(periods, NOTHING)
    pairs = rows.values_list("day", "previous_day", "subjects")
    for day, before, count in pairs.iterator():
        if before < day.replace(day=1):
            period = Period.containing(day, Frequency.MONTH)
            found[period] = found[period].plus(Contribution(count, 0, 0, count))
    return found


def _kept_sums(
    frame: Frame,
    part: Measure,
    periods: Sequence[Period],
    scope: Scope,
    kept: Kept,
) -> dict[Period, Contribution]:
    """What the days of each month add; of a stock, what all days up to its end do."""
    rows = day_totals([part], [frame.at.pk], scope, kept)
    is_stock = part.law == Law.STOCK
    if not is_stock:
        rows = rows.filter(day__gte=scope.interval.start)
    grouped = rows.values("day").annotate(sum=Sum("amount"), count=Sum("entries"))
    days = [
        (row["day"], Contribution(row["sum"], 0, 0, row["count"]))
        for row in grouped.order_by("day")
    ]
    found: dict[Period, Contribution] = {}
    for period in periods:
        time = period.interval
        found[period] = NOTHING
        for day, change in days:
            if day < time.end and (is_stock or day >= time.start):
                found[period] = found[period].plus(change)
    return found


def _asked_alone(frame: Frame, part: Measure, period: Period) -> int | None:
    return ledger.total(
        part,
        tree=PARTY,
        node_id=frame.at.pk,
        interval=period.interval,
        programme=frame.programme,
        structure=frame.known_structure,
    ).value


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
