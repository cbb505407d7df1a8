"""Live entries as the arithmetic needs them, read in one stream."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, TypeAlias

from django.db import connection

from kheo.ledger import rules
from kheo.ledger.models import Credit, Entry, EntryQuerySet

READ_AT_ONCE = 5000
Subject: TypeAlias = tuple[int, str]
"""A measure and whom or what is counted in it."""

COLUMNS = (
    "e.id, c.organisation_id, e.line, e.standing, m.law, e.measure_id, e.programme,"
    ' e.dimensions, e."on", e.until, e.amount, e.subject, e.place_id'
)
OF_A_SOURCE = f"""
    SELECT {COLUMNS}, e.revision, e.closed_at FROM ledger_entry e
    JOIN ledger_measure m ON m.id = e.measure_id
    LEFT JOIN ledger_credit c ON c.entry_id = e.id AND e.closed_at IS NULL
    WHERE e.source = %s ORDER BY e.id, c.organisation_id
"""  # noqa: S608  only the names above
OF_SUBJECTS = f"""
    SELECT {COLUMNS} FROM ledger_entry e
    JOIN ledger_measure m ON m.id = e.measure_id
    JOIN ledger_credit c ON c.entry_id = e.id
    WHERE e.closed_at IS NULL AND e.subject IN (%s) AND e.measure_id IN (%s)
    ORDER BY e.id, c.organisation_id
"""  # noqa: S608  only the names above


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
    yield from _grouped(ordered.values_list(*columns).iterator(chunk_size=READ_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a source says now, by number, and how often it revised each line."""

    live: dict[int, Line]
    revisions: dict[str, int]


def read_source(source: str) -> Spoken:
    """Read all that one source ever said. Every posting asks; so the statement is fixed."""
    with connection.cursor() as cursor:
        cursor.execute(OF_A_SOURCE, [source])
        rows = cursor.fetchall()
    revisions: dict[str, int] = {}
    for row in rows:
        name, revision = row[2], row[-2]
        revisions[name] = max(revision, revisions.get(name, 0))
    live = _grouped(row[:-2] for row in rows if row[-1] is None)
    return Spoken(dict(live), revisions)


def read_subjects(subjects: Collection[Subject]) -> dict[Subject, list[Line]]:
    """Read the live sightings of all these subjects at once; of none, an empty list."""
    found: dict[Subject, list[Line]] = {subject: [] for subject in sorted(subjects)}
    if not found:
        return found
    measures = sorted({measure for measure, _ in found})
    names = sorted({name for _, name in found})
    for start in range(0, len(names), READ_AT_ONCE):
        some = names[start : start + READ_AT_ONCE]
        statement = OF_SUBJECTS % (_places(some), _places(measures))
        with connection.cursor() as cursor:
            cursor.execute(statement, [*some, *measures])
            rows = cursor.fetchall()
        for _, line in _grouped(rows):
            if (line.measure_id, line.subject) in found:
                found[line.measure_id, line.subject].append(line)
    return found


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, Line]]:
    """Make one line of the rows of each entry, which differ in the credited body."""
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


def by_subject(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Give the identified sightings, subject by subject (they must be of one measure)."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.subject:
            found[line.subject].append(line)
    yield from found.values()


def everyone(tree_id: int | None) -> set[int]:
    """Give every body that a live entry credits, or every place that one names."""
    if tree_id is None:
        placed = Entry.objects.filter(closed_at=None, place__isnull=False)
        return set(placed.values_list("place_id", flat=True).distinct())
    credited = Credit.objects.filter(entry__closed_at=None)
    return set(credited.values_list("organisation_id", flat=True).distinct())
