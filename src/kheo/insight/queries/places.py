"""What was done in a place, as far as the actor may see it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kheo.activities.models import Activity
from kheo.core.access import Actor, Capability
from kheo.core.periods import Interval
from kheo.insight.queries.scope import entries_visible_to, sees_everything
from kheo.ledger import queries as ledger
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.models import Entry, Measure
from kheo.ledger.queries import PLACES, Total
from kheo.ledger.queries.answers import Scope, parts_of, total_of
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
    parts = {part.pk: part for measure in measures for part in parts_of(measure)}
    values = _values(frame, parts)
    return {
        one.code: total_of(one, [values[part.pk] for part in parts_of(one)])
        for one in measures
    }


def _values(frame: PlaceFrame, parts: Mapping[int, Measure]) -> dict[int, int | None]:
    """What each counts in the place, of the entries that the actor may see."""
    scope = Scope(PLACES, frame.interval, frame.programme)
    found = ledger.rows_of(parts.values(), frame.place.pk, scope)
    seen = entries_visible_to(frame.actor, SEE).filter(pk__in=found.values("pk"))
    entries: dict[int, list[Entry]] = defaultdict(list)
    for entry in seen:
        entries[entry.measure_id].append(entry)
    places = {one.place_id for some in entries.values() for one in some if one.place_id}
    ground = Bearings(None, places)
    return {
        pk: rules.value_of(
            rules.tally(
                rules.Law(part.law),
                _facts(entries[pk]),
                frame.place.pk,
                frame.interval,
                structure=rules.RECORDED,
                bear=ground.on,
            ).whole,
            is_said=False,
        )
        for pk, part in parts.items()
    }


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
