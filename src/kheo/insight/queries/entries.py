"""The live entries behind a figure, as far as the actor may see them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from kheo.activities.models import Activity
from kheo.core.access import Actor
from kheo.core.text import number_in
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.scope import entries_visible_to, sees_everything
from kheo.ledger import queries as ledger
from kheo.ledger.models import Credit, Entry, Measure, Standing
from kheo.ledger.rules import dimensions_of
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import PARTY
from kheo.places.models import PlaceVersion
from kheo.places.rules import PlaceKind, Tier, kinds_of
from kheo.reporting.models import Report

ACTIVITY, REPORT = "activity", "report"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, with the names of its day and a way to what it comes from."""

    entry: Entry
    bodies: tuple[str, ...]
    place: str
    dimensions: Mapping[str, str]
    origin: Activity | Report | None

    @property
    def is_declared(self) -> bool:
        return self.entry.source.startswith(f"{REPORT}:")

    @property
    def is_estimated(self) -> bool:
        return self.entry.standing == Standing.ESTIMATED


def entries_behind(
    frame: Frame, measure: Measure, *, dimensions: dict[str, str] | None = None
) -> QuerySet[Entry]:
    """The entries that contribute to the figure and that the actor may see, by day."""
    found = ledger.rows(
        measure,
        tree=PARTY,
        node_id=frame.at.pk,
        interval=frame.interval,
        programme=frame.programme,
        dimensions=dimensions,
        structure=frame.known_structure,
    )
    if sees_everything(frame.actor):
        return found.select_related("measure")
    seen = entries_visible_to(frame.actor)
    return seen.filter(pk__in=found.values("pk")).select_related("measure")


def described(entries: Sequence[Entry], actor: Actor) -> list[Line]:
    """Names and origins in a handful of queries, however many entries there are."""
    bodies = _bodies_of(entries)
    places = _places_of(entries)
    origins = _origins_of(entries, actor)
    return [
        Line(
            entry=entry,
            bodies=bodies[entry.pk],
            place=places.get(entry.pk, ""),
            dimensions=dimensions_of(entry.dimensions),
            origin=origins.get(entry.source),
        )
        for entry in entries
    ]


def _bodies_of(entries: Sequence[Entry]) -> dict[int, tuple[str, ...]]:
    credited: dict[int, list[int]] = defaultdict(list)
    rows = Credit.objects.filter(entry__in=entries).order_by("organisation__code")
    for entry, body in rows.values_list("entry_id", "organisation_id"):
        credited[entry].append(body)
    ids = {body for some in credited.values() for body in some}
    versions = OrganisationVersion.objects.filter(organisation__in=ids)
    names = _dated(versions.values_list("organisation_id", "valid_from", "name"))
    return {
        entry.pk: tuple(
            _as_of(names[body], entry.on) or "" for body in credited[entry.pk]
        )
        for entry in entries
    }


def _places_of(entries: Sequence[Entry]) -> dict[int, str]:
    """Places by entry, named as of its day; a hamlet with its commune, for many a
    commune has a Thôn 2.
    """
    ids = {entry.place_id for entry in entries if entry.place_id}
    hamlets = PlaceVersion.objects.filter(
        place__in=ids, kind__in=kinds_of(Tier.HAMLET), parent__isnull=False
    )
    inside = _dated(hamlets.values_list("place_id", "valid_from", "parent_id"))
    communes = {parent for some in inside.values() for _since, parent in some}
    versions = PlaceVersion.objects.filter(place__in=ids | communes)
    names = _dated(versions.values_list("place_id", "valid_from", "name"))

    def named(place: int, day: date) -> str:
        own = _as_of(names[place], day) or ""
        commune = _as_of(inside.get(place, ()), day)
        above = _as_of(names[commune], day) if commune else ""
        return f"{own}, {_inside_a_line(above)}" if above else own

    return {
        entry.pk: named(entry.place_id, entry.on) for entry in entries if entry.place_id
    }


def _inside_a_line(commune: str) -> str:
    """`xã Hùng Lợi`: what kind it is begins small, its name does not."""
    has_kind = any(commune.startswith(f"{kind.term} ") for kind in PlaceKind)
    return commune[:1].lower() + commune[1:] if has_kind else commune


Held = TypeVar("Held", int, str)


def _dated(
    rows: Iterable[tuple[int, date, Held]],
) -> dict[int, list[tuple[date, Held]]]:
    held: dict[int, list[tuple[date, Held]]] = defaultdict(list)
    for key, since, one in sorted(rows):
        held[key].append((since, one))
    return held


def _as_of(held: Sequence[tuple[date, Held]], day: date) -> Held | None:
    begun = [one for since, one in held if since <= day]
    return begun[-1] if begun else (held[0][1] if held else None)


def _origins_of(entries: Sequence[Entry], actor: Actor) -> dict[str, Activity | Report]:
    """What each source is, where the actor may open it."""
    sources = {entry.source for entry in entries}
    days = [
        client_id
        for source in sources
        if source.startswith(f"{ACTIVITY}:") and (client_id := _uuid(source))
    ]
    reports = [
        number
        for source in sources
        if source.startswith(f"{REPORT}:") and (number := _number(source))
    ]
    found: dict[str, Activity | Report] = {}
    activities = Activity.objects.visible_to(actor).filter(client_id__in=days)
    for activity in activities:
        found[f"{ACTIVITY}:{activity.client_id}"] = activity
    for report in Report.objects.visible_to(actor).filter(pk__in=reports):
        found[report.source] = report
    return found


def _uuid(source: str) -> UUID | None:
    try:
        return UUID(source.partition(":")[2])
    except ValueError:
        return None


def _number(source: str) -> int | None:
    return number_in(source.partition(":")[2])
