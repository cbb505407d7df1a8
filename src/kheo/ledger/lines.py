"""Live entries as the arithmetic needs them, read in one stream."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from kheo.ledger import rules
from kheo.ledger.models import Credit, Entry, EntryQuerySet

READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the arithmetic needs it."""

    name: str
    standing: str
    law: rules.Law
    measure_id: int
    programme: str
    dimensions: str
    on: date
    until: date | None
    amount: int
    subject: str
    place_id: int | None
    credits: tuple[int, ...]

    def bodies(self, tree_id: int | None) -> tuple[int, ...]:
        """Who is credited in a tree of bodies; in the tree of places, where it was."""
        if tree_id is not None:
            return self.credits
        return () if self.place_id is None else (self.place_id,)


def read_lines(entries: EntryQuerySet) -> Iterator[tuple[int, Line]]:
    """Stream entries with their credits, each with its number, in that order.

    `entries` must not be filtered by credits: the others would be left out.
    """
    columns = (
        *("pk", "credits__organisation_id", "line", "standing"),
        *("measure__law", "measure_id"),
        *("programme", "dimensions", "on", "until", "amount", "subject", "place_id"),
    )
    ordered = entries.order_by("pk", "credits__organisation_id")
    rows = ordered.values_list(*columns).iterator(chunk_size=READ_AT_ONCE)
    for number, group in groupby(rows, key=lambda row: row[0]):
        first, *others = group
        _, body, name, standing, law, measure_id, programme, dimensions, *rest = first
        on, until, amount, subject, place_id = rest
        yield (
            number,
            Line(
                name=name,
                standing=standing,
                law=rules.Law(law),
                measure_id=measure_id,
                programme=programme,
                dimensions=dimensions,
                on=on,
                until=until,
                amount=amount,
                subject=subject,
                place_id=place_id,
                credits=(body, *(row[1] for row in others)),
            ),
        )


def subject_lines(entries: EntryQuerySet) -> Iterator[list[Line]]:
    """Give the identified sightings, subject by subject (they must be of one measure)."""
    by_subject: dict[str, list[Line]] = defaultdict(list)
    for _, line in read_lines(entries.exclude(subject="")):
        by_subject[line.subject].append(line)
    yield from by_subject.values()


def everyone(tree_id: int | None) -> set[int]:
    """Give every body that a live entry credits, or every place that one names."""
    if tree_id is None:
        placed = Entry.objects.filter(closed_at=None, place__isnull=False)
        return set(placed.values_list("place_id", flat=True).distinct())
    credited = Credit.objects.filter(entry__closed_at=None)
    return set(credited.values_list("organisation_id", flat=True).distinct())
