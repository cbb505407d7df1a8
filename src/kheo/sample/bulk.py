"""Columns into a table, as fast as the database takes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from django.db import connection, models

from kheo.sample.tables import derived_of, is_place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Field: TypeAlias = "models.Field[Any, Any]"
Column = Sequence[Any]


@contextmanager
def roomy() -> Iterator[None]:
    """Let SQLite keep the pages it fills in memory while a sample is loaded."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute("PRAGMA cache_size = -200000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {int(usual)}")


def store(
    model: type[models.Model],
    columns: Mapping[str, Column],
    count: int,
    places: Mapping[str, int],
) -> None:
    """Insert `count` rows, given by columns of plain values; the rest by defaults.

    Days are ordinals, moments microseconds since 1970, nested values JSON texts.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    filled: dict[str, Column] = {
        name: _as_places(column, places) if is_place(fields[name]) else column
        for name, column in columns.items()
    }
    for derived in derived_of(model):
        if derived.column not in filled:
            sources = [columns[name] for name in derived.sources]
            filled[derived.column] = list(map(derived.rule, *sources))
    ready: dict[str, Column] = {
        name: _prepared(fields[name], column) for name, column in filled.items()
    }
    for name, field in fields.items():
        if name not in ready and not field.primary_key and not _by_database(field):
            ready[name] = [_saved(field, field.get_default()) for _row in range(count)]
    _insert(
        model,
        [str(fields[name].column) for name in ready],
        zip(*ready.values(), strict=True),
    )


def _by_database(field: Field) -> bool:
    return field.has_db_default()


def _as_places(column: Column, places: Mapping[str, int]) -> Column:
    return [None if code is None else places[code] for code in column]


def _prepared(field: Field, column: Column) -> Column:
    """A column of plain values as the driver takes it; each distinct value once."""
    make = _maker(field)
    if make is None:
        return column
    known: dict[Any, Any] = {None: None}
    ready = []
    for value in column:
        if value not in known:
            known[value] = make(value)
        ready.append(known[value])
    return ready


def _maker(field: Field) -> Callable[[Any], Any] | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.DateTimeField):
        return lambda value: _saved(field, EPOCH + value * MICROSECOND)
    if isinstance(field, models.DateField):
        return lambda value: _saved(field, date.fromordinal(value))
    plain = (models.IntegerField, models.CharField, models.TextField, models.JSONField)
    if isinstance(field, plain):
        return None
    return lambda value: _saved(field, field.to_python(value))


def _saved(field: Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterator[tuple[Any, ...]]
) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        # Only names of our own tables and columns go into the statement.
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        cursor.executemany(statement, rows)  # type: ignore[arg-type]  # any iterable
