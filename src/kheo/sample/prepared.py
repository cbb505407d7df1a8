"""The sample as a file: lived once through the services, then loaded in seconds.

A packed file of JSON lines: first which tables and columns it holds, then the hamlets,
then stretches of columns, each said briefly (`columns`). What follows from the rest is
not in it: totals and keys of the ledger, and the trail's salts, digests and numbers,
which the audit context makes anew.
"""

import json
import lzma
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from kheo.audit.models import AuditEntry, Block
from kheo.audit.services import Past, reseal
from kheo.core.errors import Conflict
from kheo.ledger.services import rebuild
from kheo.organisations.models import Organisation
from kheo.places.models import Place
from kheo.sample import hamlets
from kheo.sample.bulk import EPOCH, MICROSECOND, roomy, store
from kheo.sample.columns import hear, hear_texts
from kheo.sample.columns import say as said
from kheo.sample.tables import derived_of, is_place, misfits, tables

FORMAT = "kheo.sample/3"
STRETCH = 20_000
"""Rows of one table that are packed together."""
TRAIL = "audit.auditentry"
TRAIL_COLUMNS = (
    *("at", "verb", "actor_id", "subject_kind", "subject_id"),
    *("organisation_id", "data"),
)
Say = Callable[[str], None]
Field: TypeAlias = "models.Field[Any, Any]"


# Writing


def write(path: Path) -> int:
    """Write the whole database of a sample; return how many rows that was."""
    kept: list[tuple[type[models.Model], list[str]]] = [
        (model, _kept_columns(model)) for model in tables()
    ]
    held = {model._meta.label_lower: names for model, names in kept}
    count = 0
    with lzma.open(path, "wt", encoding="utf-8", preset=9) as packed:
        packed.write(_line({"format": FORMAT, "tables": held}))
        packed.write(_line(_told_hamlets()))
        kept.append((AuditEntry, list(TRAIL_COLUMNS)))
        for model, names in kept:
            for rows in _stretches(_rows(model, names)):
                packed.write(_line(_stretch(model, names, rows)))
                count += len(rows)
    return count


def _told_hamlets() -> list[Any]:
    """The hamlets, columns of which go before all tables: rows stand in them."""
    rows = [(*row[:3], row[3].toordinal()) for row in hamlets.known()]
    return [said(list(column)) for column in zip(*rows, strict=True)]


def _stretch(
    model: type[models.Model], names: list[str], rows: list[tuple[Any, ...]]
) -> list[Any]:
    """One stretch of a table: its label, how many rows, its columns."""
    columns = [
        said([_plain(_field(model, name), value) for value in column])
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    ]
    return [model._meta.label_lower, len(rows), columns]


def _kept_columns(model: type[models.Model]) -> list[str]:
    """All columns but those that follow from others in every row there is."""
    follow = {
        derived.column
        for derived in derived_of(model)
        if all(
            derived.rule(*sources) == value
            for value, *sources in model._default_manager.values_list(
                derived.column, *derived.sources
            ).iterator()
        )
    }
    names = [field.attname for field in model._meta.concrete_fields]
    return [name for name in names if name not in follow]


def _rows(model: type[models.Model], names: list[str]) -> Iterator[tuple[Any, ...]]:
    asked = [
        f"{field.name}__code" if is_place(field) else name
        for name in names
        for field in [_field(model, name)]
    ]
    yield from model._default_manager.order_by("pk").values_list(*asked).iterator()


def _stretches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    some: list[tuple[Any, ...]] = []
    for row in rows:
        some.append(row)
        if len(some) == STRETCH:
            yield some
            some = []
    if some:
        yield some


def _field(model: type[models.Model], attname: str) -> Field:
    return next(f for f in model._meta.concrete_fields if f.attname == attname)


def _plain(field: Field, value: Any) -> Any:
    """A value as JSON knows it; days and moments as numbers."""
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(field, models.JSONField) or value is None:
        return value
    return value if isinstance(value, bool | int | str) else str(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


# Reading


def read(path: Path, *, at: datetime, say: Say) -> int:
    """Load a prepared sample into an empty database; return how many rows came.

    Raises `Conflict` where the database holds bodies, or the file does not fit it: then
    the sentence names the tables and columns that stand against it.
    """
    if Organisation.objects.exists():
        raise Conflict(_("The sample needs an empty database."))
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        held = _held(next(lines))
        _check(held)
        with roomy(), transaction.atomic():
            hamlets.add(_heard_hamlets(next(lines)), at=at)
            _forget_preparation()
            count = _load(lines, held, at=at, say=say)
            _reset_sequences()
            _learn_sizes()
            say(f"  {count} dòng; cộng sổ… / rows; adding up…")
            rebuild()
    return count


def columns_in(path: Path) -> dict[str, list[str]]:
    """The tables and columns that a file holds."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return _held(next(lines))


def rows_in(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of a file without a database, stretch by stretch: plain values by name."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        held = _held(next(lines))
        next(lines)  # the hamlets
        for line in lines:
            label, _count, columns = json.loads(line)
            names = TRAIL_COLUMNS if label == TRAIL else held[label]
            rows = zip(*map(hear, columns), strict=True)
            yield label, [dict(zip(names, row, strict=True)) for row in rows]


def _heard_hamlets(line: str) -> list[hamlets.Row]:
    rows = zip(*map(hear, json.loads(line)), strict=True)
    return [(*row[:3], date.fromordinal(row[3])) for row in rows]


def _held(line: str) -> dict[str, list[str]]:
    try:
        head = json.loads(line)
        if head["format"] == FORMAT:
            found: dict[str, list[str]] = head["tables"]
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise Conflict(_("This file is no prepared sample of this version of Khéo."))


def _check(held: dict[str, list[str]]) -> None:
    if wrong := misfits(held):
        message = _("The prepared sample is of another version of Khéo: %(what)s.")
        raise Conflict(message % {"what": ", ".join(wrong)})


def _forget_preparation() -> None:
    """The trail of an empty site says only that places were loaded; the file's own
    trail says it too, and begins the chain.
    """
    AuditEntry.objects.all().delete()
    Block.objects.all().delete()


def _load(
    lines: Iterable[str], held: dict[str, list[str]], *, at: datetime, say: Say
) -> int:
    places = dict(Place.objects.values_list("code", "pk"))
    models_of = {model._meta.label_lower: model for model in tables()}
    count, told = 0, ""
    for line in lines:
        label, rows, columns = json.loads(line)
        count += rows
        if label == TRAIL:
            heard = dict(zip(TRAIL_COLUMNS, map(hear, columns), strict=True))
            store(AuditEntry, _sealed(heard, columns[-1], at), rows, places)
        else:
            named = dict(zip(held[label], columns, strict=True))
            store(models_of[label], _heard(models_of[label], named), rows, places)
        if label.split(".")[0] != told:
            told = label.split(".")[0]
            say(f"  {told}…")
    return count


def _heard(
    model: type[models.Model], columns: dict[str, list[Any]]
) -> dict[str, list[Any]]:
    return {
        name: hear_texts(column)
        if isinstance(_field(model, name), models.JSONField)
        else hear(column)
        for name, column in columns.items()
    }


def _sealed(
    columns: dict[str, list[Any]], data: list[Any], at: datetime
) -> dict[str, list[Any]]:
    """The trail with salts, digests and numbers of its own in this database."""
    moments: dict[int, datetime] = {}
    for moment in columns["at"]:
        if moment not in moments:
            moments[moment] = EPOCH + moment * MICROSECOND
    rows = zip(*columns.values(), strict=True)
    past = (Past(moments[moment], *rest) for moment, *rest in rows)
    seals = reseal(past, at=at)
    names = ("salt", "digest", "number")
    sealed = {name: [getattr(one, name) for one in seals] for name in names}
    return columns | {"data": hear_texts(data)} | sealed


def _learn_sizes() -> None:
    """Tell PostgreSQL that a million rows have come, in this very transaction.

    It may have looked at the tables while they were empty; joining them as if they
    were takes it minutes, and it would look again only after the commit.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), list(tables()))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
