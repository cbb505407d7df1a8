"""The sample as a file: lived once through the services, then loaded in seconds.

One JSON line a row, table by table. Places stand by their codes, since their keys are
another database's own; totals are not in it, the ledger rebuilds them.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from kheo.audit.models import AuditEntry, Block
from kheo.core.errors import Conflict
from kheo.ledger.services import rebuild
from kheo.organisations.models import Organisation
from kheo.places.models import Place

CONTEXTS = (
    "organisations",
    "accounts",
    "audit",
    "ledger",
    "documents",
    "directives",
    "programmes",
    "assignments",
    "activities",
    "reporting",
)
DERIVED = frozenset(
    {"ledger.slice", "ledger.projection", "ledger.daytotal", "ledger.seen"}
)
"""Tables that the ledger rebuilds from its entries."""

AT_ONCE = 1000
Say = Callable[[str], None]


def write(path: Path) -> int:
    """Write the whole database of a sample; return how many rows that was."""
    count = 0
    with (
        path.open("wb") as target,
        gzip.GzipFile("", "wb", 9, target, mtime=0) as packed,
    ):
        packed.write(_line({"schema": schema()}))
        for model in tables():
            for row in _rows(model):
                packed.write(_line([model._meta.label_lower, row]))
                count += 1
    return count


def read(path: Path, *, say: Say) -> int:
    """Load a prepared sample into an empty database; return how many rows came.

    Raises `Conflict` where the database holds bodies, or the file is of another schema.
    """
    if Organisation.objects.exists():
        raise Conflict(_("The sample needs an empty database."))
    if schema_of(path) != schema():
        raise Conflict(_("The prepared sample is of another version of Khéo."))
    with gzip.open(path, "rt", encoding="utf-8") as lines, transaction.atomic():
        next(lines)
        _forget_preparation()
        places = dict(Place.objects.values_list("code", "pk"))
        count = sum(_insert(lines, places))
        _reset_sequences()
        say(f"  {count}")
        rebuild()
    return count


def schema_of(path: Path) -> list[str]:
    """The schema that a file was written with."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found: list[str] = json.loads(next(lines))["schema"]
    return found


def _forget_preparation() -> None:
    """The trail of an empty site says only that places were loaded; the file's own
    trail says it too, and begins the chain.
    """
    AuditEntry.objects.all().delete()
    Block.objects.all().delete()


def schema() -> list[str]:
    """The last migration of each context: a file fits the schema it was made with."""
    graph = MigrationLoader(connection).graph
    return [name for context in CONTEXTS for _app, name in graph.leaf_nodes(context)]


@cache
def tables() -> tuple[type[models.Model], ...]:
    """Every table of the sample, what is referred to before what refers."""
    found: list[type[models.Model]] = []
    for context in CONTEXTS:
        waiting = [
            model
            for model in apps.get_app_config(context).get_models()
            if model._meta.label_lower not in DERIVED
        ]
        while waiting:
            ready = [m for m in waiting if not _needs(m) & set(waiting) - {m}]
            found += ready
            waiting = [m for m in waiting if m not in ready]
    return tuple(found)


def _needs(model: type[models.Model]) -> set[Any]:
    return {f.related_model for f in model._meta.concrete_fields if f.is_relation}


def _rows(model: type[models.Model]) -> Iterator[list[Any]]:
    names = [
        f"{field.name}__code" if field.related_model is Place else field.attname
        for field in model._meta.concrete_fields
    ]
    rows = model._default_manager.order_by("pk").values_list(*names)
    yield from (list(row) for row in rows.iterator())


def _insert(lines: Iterator[str], places: dict[str, int]) -> Iterator[int]:
    batch: list[models.Model] = []
    for line in lines:
        label, values = json.loads(line)
        model = apps.get_model(label)
        if batch and (type(batch[0]) is not model or len(batch) >= AT_ONCE):
            yield _flush(batch)
        batch.append(model(**_named(model, values, places)))
    if batch:
        yield _flush(batch)


def _flush(batch: list[models.Model]) -> int:
    count = len(batch)
    type(batch[0])._default_manager.bulk_create(batch)
    batch.clear()
    return count


def _named(
    model: type[models.Model], values: list[Any], places: dict[str, int]
) -> dict[str, Any]:
    fields = model._meta.concrete_fields
    return {
        field.attname: places[value]
        if field.related_model is Place and value is not None
        else field.to_python(value)
        for field, value in zip(fields, values, strict=True)
    }


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), list(tables()))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _line(value: Any) -> bytes:
    text = json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()
