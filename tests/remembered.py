"""Grounds that many tests begin on: built once per process, then put back row by row.

What comes back is what the services wrote, key by key; only the stamps of the trees are
new each time, as after any change, so that nothing kept in memory outlives its test.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils.translation import get_language

from kheo.organisations.services.reach import restamp_all

T = TypeVar("T")
PREPARED = {"auth_permission", "django_content_type", "django_migrations"}
"""Tables that are never empty."""


@dataclass(frozen=True, slots=True)
class _Ground:
    rows: dict[type[models.Model], Any]
    made: bytes


def remembered(build: Callable[[], T]) -> Callable[[], T]:
    """Let `build` work the first time only, in each language it writes in.

    In a database that holds anything already it is always built.
    """
    known: dict[str | None, _Ground] = {}

    @wraps(build)
    def made() -> T:
        if _filled():
            return build()
        language = get_language()
        if language not in known:
            result = build()
            known[language] = _Ground(_read(_filled()), pickle.dumps(result))
            return result
        _put_back(known[language].rows)
        return pickle.loads(known[language].made)

    return made


def _filled() -> set[str]:
    """The names of our tables that hold a row."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})"
        for table in {model._meta.db_table for model in _models()} - PREPARED
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


def _models() -> list[type[models.Model]]:
    return apps.get_models(include_auto_created=True)


def _read(tables: set[str]) -> dict[type[models.Model], Any]:
    """The rows of these tables in the form that the driver takes back fastest."""
    kept = {}
    for model in _models():
        if model._meta.db_table in tables:
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {_place(model)} TO STDOUT") as stream:
                        kept[model] = b"".join(bytes(piece) for piece in stream)
                else:
                    columns = ", ".join(_columns(model))
                    cursor.execute(f"SELECT {columns} FROM {model._meta.db_table}")
                    kept[model] = cursor.fetchall()
    return kept


@transaction.atomic
def _put_back(kept: dict[type[models.Model], Any]) -> None:
    with connection.cursor() as cursor:
        for model, rows in kept.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {_place(model)} FROM STDIN") as stream:
                    stream.write(rows)
            else:
                marks = ", ".join("?" for _column in _columns(model))
                statement = f"INSERT INTO {_place(model)} VALUES ({marks})"
                connection.connection.executemany(statement, rows)
        if resets := connection.ops.sequence_reset_sql(no_style(), list(kept)):
            cursor.execute("".join(resets))
    restamp_all()


def _place(model: type[models.Model]) -> str:
    return f"{model._meta.db_table} ({', '.join(_columns(model))})"


def _columns(model: type[models.Model]) -> list[str]:
    fields = [f for f in model._meta.concrete_fields if not f.generated]
    return [connection.ops.quote_name(str(field.column)) for field in fields]
