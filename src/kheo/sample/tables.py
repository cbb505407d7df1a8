"""Which tables and columns a prepared sample holds, and whether a file fits them.

Columns go by their names. A file made before a column was added still fits if that
column has a default or may be empty; what the file names must still be there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from django.apps import apps
from django.db import models
from django.db.models import NOT_PROVIDED

from kheo.accounts.rules import found_by, name_order
from kheo.core.text import fold, sort_key
from kheo.ledger.rules import key_of
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
Field: TypeAlias = "models.Field[Any, Any]"
REBUILT = frozenset(
    {
        *("ledger.slice", "ledger.projection", "ledger.daytotal", "ledger.seen"),
        *("audit.auditentry", "audit.block"),
    }
)
"""Tables that follow from others, or that their own context takes over: totals, trail."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that follows from others of its row; it is not kept."""

    column: str
    sources: tuple[str, ...]
    rule: Callable[..., Any]


DERIVED: Mapping[str, tuple[Derived, ...]] = {
    "organisations.organisationversion": (
        Derived("sort_name", ("name",), sort_key),
        Derived("folded", ("name",), fold),
    ),
    "accounts.user": (
        Derived("folded", ("name", "title", "username"), found_by),
        Derived("sort_name", ("name",), name_order),
    ),
    "ledger.entry": (Derived("key", ("source", "line", "revision"), key_of),),
}


@cache
def tables() -> tuple[type[models.Model], ...]:
    """Every table of a sample, what is referred to before what refers."""
    found: list[type[models.Model]] = []
    for context in CONTEXTS:
        waiting = [
            model
            for model in apps.get_app_config(context).get_models()
            if model._meta.label_lower not in REBUILT
        ]
        while waiting:
            ready = [m for m in waiting if not _needs(m) & set(waiting) - {m}]
            found += ready
            waiting = [m for m in waiting if m not in ready]
    return tuple(found)


def derived_of(model: type[models.Model]) -> tuple[Derived, ...]:
    return DERIVED.get(model._meta.label_lower, ())


def is_place(field: Field) -> bool:
    """Places stand by their codes: their keys are another database's own."""
    return field.related_model is Place


def misfits(held: Mapping[str, list[str]]) -> list[str]:
    """What in this version of Khéo stands against a file that holds these columns.

    `held` maps each table of the file to its columns. Empty: the file fits.
    """
    known = {model._meta.label_lower: model for model in tables()}
    found = [f"{label} ?" for label in held if label not in known]
    for label, columns in held.items():
        if label in known:
            found += _misfits_in(known[label], columns)
    return sorted(found)


def _misfits_in(model: type[models.Model], columns: list[str]) -> Iterator[str]:
    label = model._meta.label_lower
    fields = {field.attname: field for field in model._meta.concrete_fields}
    yield from (f"{label}.{name} ?" for name in columns if name not in fields)
    follow = {derived.column for derived in derived_of(model)}
    for name, field in fields.items():
        if name not in columns and name not in follow and not may_be_left_out(field):
            yield f"{label}.{name}"


def may_be_left_out(field: Field) -> bool:
    """Whether a row can do without the column."""
    is_blank_text = field.blank and field.empty_strings_allowed
    has_default = field.has_default() or field.db_default is not NOT_PROVIDED
    return field.null or has_default or is_blank_text


def _needs(model: type[models.Model]) -> set[Any]:
    return {f.related_model for f in model._meta.concrete_fields if f.is_relation}
