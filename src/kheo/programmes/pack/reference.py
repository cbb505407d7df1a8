"""The reference page of packs, made from the schema.

`python -m kheo.programmes.pack.reference > docs/reference/pack.md`; a test compares.
"""

import sys
from collections.abc import Iterator
from enum import Enum
from inspect import getdoc
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kheo.programmes.pack.model import Pack
from kheo.programmes.pack.tree import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES

HEAD = f"""# Programme packs

For whoever writes or reads a pack. Made from the schema; do not edit by hand.

One YAML file (UTF-8) is one version of one programme. Plain YAML only: no anchors, no
type tags, keys once each; at most {MAX_CHARACTERS:,} characters, {MAX_NODES:,} elements,
{MAX_DEPTH} levels. Words such as `on`, `no` and `yes` are words. Codes are lower-case
letters without marks and digits, joined by `-` or `_`. Days are `year-month-day`. All
spans are half-open: `until` is the first day that no longer counts.

    kheo pack check FILE…        every mistake at once: file, line, column, path
    kheo pack load FILE… [--home BODY]
    kheo pack export CODE [--on DAY] [--out FILE]
    kheo pack list

Exit codes: 0 yes, 1 errors or refused (with the reason), 2 usage. `--json` at `check` gives
`file`, `line`, `column`, `path`, `vi`, `en` of each error. `FILE` may be the name of a
shipped pack. Loading the same pack again changes nothing; another text from the same
first day, and a measure that would change its law, unit or decimals, are refused.
"""


def render() -> str:
    """The whole page."""
    seen: list[type[BaseModel]] = []
    _collect(Pack, seen)
    return "\n".join([HEAD, *(line for model in seen for line in _section(model))])


def _collect(model: type[BaseModel], seen: list[type[BaseModel]]) -> None:
    if model in seen:
        return
    seen.append(model)
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _collect(inner, seen)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _section(model: type[BaseModel]) -> Iterator[str]:
    yield f"## {model.__name__}\n"
    yield f"{getdoc(model)}\n"
    yield "| key | value | when left out |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        yield f"| `{field.alias or name}` | {_kind(field.annotation)} | {_absent(field)} |"
    yield ""


def _absent(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default is None or field.default == ():
        return "none"
    if isinstance(field.default, Enum):
        return f"`{field.default.value}`"
    return f"`{str(field.default).lower()}`"


NAMES = {"str": "text", "int": "whole number", "Decimal": "number", "bool": "yes or no"}


def _kind(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _single(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in parts)
    if origin is tuple:
        return f"list of {_kind(parts[0])}"
    if origin in (Union, UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    return _kind(parts[0])


def _single(kind: type) -> str:
    if issubclass(kind, Enum):
        return ", ".join(f"`{one.value}`" for one in kind)
    if issubclass(kind, BaseModel):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return NAMES.get(kind.__name__, kind.__name__)


if __name__ == "__main__":
    sys.stdout.write(render())
