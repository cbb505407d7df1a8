"""What was done in a place, as far as the actor may see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kheo.activities.models import Activity
from kheo.core.access import Actor, Capability
from kheo.core.periods import Interval
from kheo.insight.queries.scope import entries_visible_to, sees_everything
from kheo.ledger import queries as ledger
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import Entry, Measure
from kheo.ledger.queries import PLACES, Total
from kheo.places.models import Place, PlaceReach

SEE = Capability.VIEW_ACTIVITIES
LATEST = 20


@dataclass(frozen=True)
class PlaceFrame:
    """A place over days, in one programme or all, for one actor."""

    actor: Actor
    place: Place
    interval: Interval
    programme: str | None = None


def totals_in(frame: PlaceFrame, measures: list[Measure]) -> dict[str, Total]:
    """Each measure in the place; counted only from entries that the actor may see."""
    if sees_everything(frame.actor, SEE):
        found = ledger.totals(
            measures,
            [frame.place.pk],
            frame.interval,
            tree=PLACES,
            programme=frame.programme,
        )
        return {code: total for (code, _place), total in found.items()}
    return {measure.code: _total(frame, measure) for measure in measures}


def _total(frame: PlaceFrame, measure: Measure) -> Total:
    if measure.numerator is None or measure.denominator is None:
        return Total(_value(frame, measure), measure.decimals)
    top, bottom = measure.numerator, measure.denominator
    numerator, denominator = _value(frame, top), _value(frame, bottom)
    percent = rules.percent(
        numerator,
        denominator,
        decimals=measure.decimals,
        scale=top.decimals - bottom.decimals,
    )
    return Total(percent, measure.decimals, numerator, denominator)


def _value(frame: PlaceFrame, measure: Measure) -> int | None:
    entries = list(_visible(frame, measure))
    ground = Bearings(None, {e.place_id for e in entries if e.place_id})
    tally = rules.tally(
        rules.Law(measure.law),
        _facts(entries),
        frame.place.pk,
        frame.interval,
        structure=rules.RECORDED,
        bear=ground.on,
    )
    return rules.value_of(tally.whole, is_said=False)


def _visible(frame: PlaceFrame, measure: Measure) -> QuerySet[Entry]:
    found = ledger.rows(
        measure,
        tree=PLACES,
        node_id=frame.place.pk,
        interval=frame.interval,
        programme=frame.programme,
    )
    return entries_visible_to(frame.actor, SEE).filter(pk__in=found.values("pk"))


def _facts(entries: Iterable[Entry]) -> Iterable[rules.Fact[int]]:
    for entry in entries:
        if entry.place_id is not None:
            yield rules.Fact(
                entry.on,
                entry.amount,
                (entry.place_id,),
                until=entry.until,
                subject=entry.subject,
            )


def latest_in(frame: PlaceFrame) -> list[Activity]:
    """The last days of work in the place that the actor may see."""
    below = PlaceReach.objects.filter(superior=frame.place).values("inferior")
    rows = Activity.objects.visible_to(frame.actor).happened()
    rows = rows.filter(
        place__in=below, on__gte=frame.interval.start, on__lt=frame.interval.end
    )
    if frame.programme:
        rows = rows.filter(programme=frame.programme)
    return list(rows.order_by("-on", "-pk")[:LATEST])
