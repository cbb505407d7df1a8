"""The stored totals: computed from lines and trees, written by one sorted upsert."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias

from django.db import connection

from kheo.ledger import rules
from kheo.ledger.bearings import FOR_EVER, Bearings, Units, ways_above
from kheo.ledger.lines import Line
from kheo.ledger.models import Credit, DayTotal, Entry, Projection, Seen, Slice
from kheo.ledger.projections import Projections

ALL = "*"
ROWS_AT_ONCE = 500

TotalKey: TypeAlias = tuple[int, int, int, date, int]
"""Projection, measure, node, day, slice: the order in which rows are locked."""
SeenKey: TypeAlias = tuple[int, int, int, int, int, date, date]
"""Projection, measure, node, slice, part, day, previous day."""
Sightings: TypeAlias = dict[tuple[int, int, int], set[date]]

TOTAL_COLUMNS = (
    *("projection_id", "measure_id", "node", "day", "slice_id"),
    *("amount", "own", "unallocated", "entries"),
)
SEEN_COLUMNS = (
    *("projection_id", "measure_id", "node", "slice_id", "part"),
    *("day", "previous_day", "subjects"),
)
KEY_LENGTHS: dict[type[DayTotal | Seen], int] = {DayTotal: 5, Seen: 7}


class Slices:
    """The numbers of programmes and combinations of dimensions, made when first used."""

    def __init__(self, programmes: Iterable[str] | None = None) -> None:
        names = () if programmes is None else (*{*programmes, ALL},)
        only = f" WHERE programme IN ({', '.join(['%s'] * len(names))})"
        statement = "SELECT programme, dimensions, id FROM ledger_slice"
        with connection.cursor() as cursor:
            cursor.execute(statement + (only if names else ""), names)
            self._numbers = {(p, d): n for p, d, n in cursor.fetchall()}

    def number(self, programme: str, dimensions: str) -> int:
        known = self._numbers.get((programme, dimensions))
        if known is None:
            made, _ = Slice.objects.get_or_create(
                programme=programme, dimensions=dimensions
            )
            known = self._numbers[programme, dimensions] = made.pk
        return known

    def prepare(self, lines: Iterable[Line]) -> None:
        """Make what the lines need in one order, so that two makers do not cross."""
        wanted = {(line.programme, line.dimensions) for line in lines}
        wanted |= {(line.programme, ALL) for line in lines} | {(ALL, ALL)}
        for programme, dimensions in sorted(wanted - self._numbers.keys()):
            self.number(programme, dimensions)


class Sums:
    """Changes of the stored totals, gathered until they are written."""

    def __init__(
        self, projections: dict[int | None, Projections], slices: Slices
    ) -> None:
        self.projections = projections
        self.slices = slices
        self.totals: dict[TotalKey, list[int]] = {}
        self.seen: Counter[SeenKey] = Counter()

    def add(
        self, line: Line, tree_id: int | None, ground: Bearings, *, sign: int
    ) -> None:
        """Add one flow or stock (`sign` 1), or take it away (-1)."""
        bodies = line.bodies(tree_id)
        if not bodies:
            return
        kept = self.projections[tree_id]
        units = ground.lasting(bodies, line.on)
        if units is not None:
            self._gather_units(kept.recorded, line, line.on, units, sign)
            if line.until is not None:
                self._gather_units(kept.recorded, line, line.until, units, -sign)
            return
        recorded, shift = _deltas(line, bodies, ground)
        self._gather(kept.recorded, line, recorded, sign)
        self._gather(kept.shift, line, shift, sign)

    def add_subject(
        self, lines: Sequence[Line], tree_id: int | None, ground: Bearings, *, sign: int
    ) -> None:
        """Add all sightings of one subject in one measure, or take them away."""
        measure_id = lines[0].measure_id
        kept = self.projections[tree_id]
        recorded, is_lasting = self._recorded(lines, tree_id, ground)
        self._pair(kept.recorded, measure_id, recorded, sign)
        if is_lasting:
            return
        current: Sightings = defaultdict(set)
        for line in lines:
            bearings = [ground.on(body, FOR_EVER) for body in line.bodies(tree_id)]
            self._sight(current, line, rules.presence(bearings))
        if current != recorded:
            self._pair(kept.shift, measure_id, current, sign)
            self._pair(kept.shift, measure_id, recorded, -sign)

    def write(self, *, is_fresh: bool = False) -> None:
        """Apply everything in the order of the keys: the last write of a transaction.

        `is_fresh` promises that no row of these keys exists, and none can appear.
        """
        totals = [(*key, *change) for key, change in self.totals.items() if any(change)]
        seen = [(*key, change) for key, change in self.seen.items() if change]
        store = _copy if is_fresh and connection.vendor == "postgresql" else _upsert
        store(DayTotal, TOTAL_COLUMNS, sorted(totals))
        store(Seen, SEEN_COLUMNS, sorted(seen))
        self.totals.clear()
        self.seen.clear()

    def _gather_units(
        self, projection: int, line: Line, day: date, units: Units, sign: int
    ) -> None:
        """Add one line where it is borne: the way of nearly all, so no detours."""
        slice_id = self.slices.number(line.programme, line.dimensions)
        measure_id, amount, totals = line.measure_id, sign * line.amount, self.totals
        for node, (whole, own, unallocated, entries) in units.items():
            key = (projection, measure_id, node or 0, day, slice_id)
            known = totals.get(key)
            if known is None:
                known = totals[key] = [0, 0, 0, 0]
            known[0] += amount * whole
            known[1] += amount * own
            known[2] += amount * unallocated
            known[3] += sign * entries

    def _gather(
        self, projection: int, line: Line, deltas: rules.Deltas[int], sign: int
    ) -> None:
        slice_id = self.slices.number(line.programme, line.dimensions)
        for (day, node), delta in deltas.items():
            key = (projection, line.measure_id, node or 0, day, slice_id)
            known = self.totals.setdefault(key, [0, 0, 0, 0])
            for place, change in enumerate(delta):
                known[place] += sign * change

    def _recorded(
        self, lines: Iterable[Line], tree_id: int | None, ground: Bearings
    ) -> tuple[Sightings, bool]:
        """Give the sightings as recorded, and whether no reorganisation moved any."""
        days: Sightings = defaultdict(set)
        is_lasting = True
        for line in lines:
            bodies = line.bodies(tree_id)
            if not bodies:
                continue
            found = ground.lasting(bodies, line.on)
            if found is None:
                is_lasting = False
                found = rules.presence([ground.on(body, line.on) for body in bodies])
            self._sight(days, line, found)
        return days, is_lasting

    def _sight(self, days: Sightings, line: Line, seen: Units) -> None:
        everywhere = self.slices.number(ALL, ALL)
        here = self.slices.number(line.programme, ALL)
        for node, found in seen.items():
            for part in _parts(found):
                days[node or 0, everywhere, part].add(line.on)
                days[node or 0, here, part].add(line.on)

    def _pair(
        self, projection: int, measure_id: int, sightings: Sightings, sign: int
    ) -> None:
        for (node, scope, part), days in sightings.items():
            for day, before in rules.seen_pairs(days):
                key = (projection, measure_id, node, scope, part, day, before)
                self.seen[key] += sign


def begin_projections(tree_ids: Iterable[int | None]) -> None:
    """Set up empty sums for trees; the caller holds the trees, and fills them."""
    for tree_id in tree_ids:
        for kind in Projection.Kind:
            Projection.objects.create(tree_id=tree_id, kind=kind)


def grounds_for(
    tree_ids: Iterable[int | None], lines: Iterable[Line]
) -> dict[int | None, Bearings]:
    """Read the bearings of everything the lines credit, all trees of bodies at once."""
    kept = list(lines)
    bodies = {body for line in kept for body in line.credits}
    places = {line.place_id for line in kept if line.place_id is not None}
    ways = ways_above(bodies)
    return {
        tree_id: Bearings(tree_id, places)
        if tree_id is None
        else Bearings(tree_id, bodies, ways=ways[tree_id])
        for tree_id in tree_ids
    }


def _deltas(
    line: Line, bodies: Sequence[int], ground: Bearings
) -> tuple[rules.Deltas[int], rules.Deltas[int]]:
    """Give what is recorded, and what the structure of today shifts of it."""
    final = [ground.on(body, FOR_EVER) for body in bodies]
    if line.law is rules.Law.STOCK:
        cuts = {
            cut
            for b in bodies
            for cut in ground.cuts(b, line.on, line.until or date.max)
        }
        recorded = rules.stock_deltas(
            line.on,
            line.until,
            cuts,
            lambda day: rules.contributions(
                line.amount, [ground.on(b, day) for b in bodies]
            ),
        )
        held = rules.contributions(line.amount, final)
        current = rules.stock_deltas(line.on, line.until, (), lambda _day: held)
        return recorded, _difference(current, recorded)
    borne = [ground.on(body, line.on) for body in bodies]
    recorded = rules.flow_deltas(line.on, rules.contributions(line.amount, borne))
    if borne == final:
        return recorded, {}
    current = rules.flow_deltas(line.on, rules.contributions(line.amount, final))
    return recorded, _difference(current, recorded)


def _difference(
    after: rules.Deltas[int], before: rules.Deltas[int]
) -> rules.Deltas[int]:
    changes = {
        key: after.get(key, rules.NOTHING).minus(before.get(key, rules.NOTHING))
        for key in {**before, **after}
    }
    return {key: change for key, change in changes.items() if change != rules.NOTHING}


def _parts(found: rules.Contribution) -> list[int]:
    parts = [Seen.Part.WHOLE.value]
    if found.own:
        parts.append(Seen.Part.OWN.value)
    if found.unallocated:
        parts.append(Seen.Part.UNALLOCATED.value)
    return parts


def insert(
    model: type[Credit | Entry],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert plain rows in one statement for many; the mapper needs longer to build it."""
    table = connection.ops.quote_name(model._meta.db_table)
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    tail = f" RETURNING {returning}" if returning else ""
    place = f"({', '.join(['%s'] * len(columns))})"
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = [value for row in some for value in row]
            cursor.execute(head + ", ".join([place] * len(some)) + tail, values)
            if returning:
                found.extend(cursor.fetchall())
    return found


def _upsert(
    model: type[DayTotal | Seen],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Insert rows, or add their numbers to the rows of the same key.

    SQLite prepares one statement for all; PostgreSQL is asked once for many rows.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    key = columns[: KEY_LENGTHS[model]]
    sums = ", ".join(f"{c} = {table}.{c} + excluded.{c}" for c in columns[len(key) :])
    # Only names from the two column lists above go into the statement.
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    tail = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"
    place = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            if rows:
                # The stubs want a sequence; SQLite takes rows as they come.
                texts: Any = _as_text(rows)
                cursor.executemany(head + place + tail, texts)
            return
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            values = [value for row in some for value in row]
            cursor.execute(head + ", ".join([place] * len(some)) + tail, values)


def _as_text(rows: Sequence[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Write days as SQLite keeps them: few days, many rows."""
    known: dict[Any, str] = {}
    kinds = [isinstance(value, date) for value in rows[0]]
    days = [place for place, is_day in enumerate(kinds) if is_day]
    for row in rows:
        values = list(row)
        for place in days:
            day = values[place]
            text = known.get(day)
            if text is None:
                text = known[day] = day.isoformat()
            values[place] = text
        yield values


def _copy(
    model: type[DayTotal | Seen],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Load rows that are all new, as PostgreSQL does it fastest."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
