"""A pack as readable YAML: what `load_pack` reads back as an equal pack."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml
from pydantic import BaseModel

from kheo.programmes.pack.model import Pack
from kheo.programmes.pack.tree import plain

WIDTH = 88


_ODD_BREAKS = "\x85\u2028\u2029"
"""YAML takes these for line breaks; only double quotes keep them what they are."""


class _Inline(dict[str, Any]):
    """A mapping short enough for one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists, keeps the order of the schema, and writes no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  PyYAML's own signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  PyYAML's own signature
        return True


def dump_pack(pack: Pack) -> str:
    """The canonical text of a pack: equal packs give equal text."""
    text: str = yaml.dump(
        _data(pack),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDTH,
        default_flow_style=False,
    )
    return text


def _data(value: Any) -> Any:
    """Plain data without what the schema supplies by itself."""
    if isinstance(value, BaseModel):
        return _mapping(value)
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return _number(value)
    return value


def _mapping(part: BaseModel) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if field.is_required() or value != field.default:
            pairs[field.alias or name] = _data(value)
    inner = list(pairs.values())
    is_flat = all(isinstance(item, (str, int, date, _Plain)) for item in inner)
    return _Inline(pairs) if is_flat and _length(pairs) < WIDTH - 20 else pairs


def _length(pairs: dict[str, Any]) -> int:
    return sum(len(str(key)) + len(str(value)) + 4 for key, value in pairs.items())


class _Plain(str):
    """A number written exactly as it is."""

    __slots__ = ()


def _number(value: Decimal) -> Any:
    if value == value.to_integral_value():
        return int(value)
    return _Plain(format(value.normalize(), "f"))


def _represent_inline(dumper: yaml.SafeDumper, data: _Inline) -> yaml.Node:
    return dumper.represent_mapping(_MAP, data.items(), flow_style=True)


def _represent_plain(dumper: yaml.SafeDumper, data: _Plain) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(data))


def _represent_text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
    # Unquoted only where this package's reader, too, takes it for text.
    style = None if isinstance(plain(data), str) else "'"
    if any(mark in data for mark in _ODD_BREAKS):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_MAP = "tag:yaml.org,2002:map"
_Dumper.add_representer(_Inline, _represent_inline)
_Dumper.add_representer(_Plain, _represent_plain)
_Dumper.add_representer(str, _represent_text)
