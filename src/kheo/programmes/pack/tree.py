"""YAML read from its events: plain data, and the line and column of every part.

Only what a pack needs: mappings, lists and plain values. Anchors, aliases, merges and
type tags are refused, so a small file cannot grow into a large one; size and depth are
limited. Keys are text (`on` and `no` are words here, not true and false), dates stay
text until the schema reads them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kheo.programmes.pack.messages import Message, say

Path = tuple[str | int, ...]

# libyaml where PyYAML was built with it: ten times faster, the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_CHARACTERS = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 20

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,12}\Z")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the file, as editors count: from 1."""

    line: int = 1
    column: int = 1


class Number(str):
    """A number with a decimal point, kept as written so that nothing is rounded."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, where, and what was expected."""

    mark: Mark
    path: Path
    message: Message


@dataclass(slots=True)
class Tree:
    """The data of a file, where each value and each key stands, and what was wrong."""

    data: Any = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def mark(self, path: Path) -> Mark:
        """Where `path` stands, or the nearest part above it that is in the file."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark())

    def key_mark(self, path: Path) -> Mark:
        return self.keys.get(path) or self.mark(path)


class _Stop(Exception):  # noqa: N818  ends the reading, is not an error to anyone else
    """The file cannot be read any further."""


def read_tree(text: str) -> Tree:
    """Read a file as far as it can be read; what stopped it is in `problems`."""
    tree = Tree()
    if len(text) > MAX_CHARACTERS:
        message = say("too_long", limit=MAX_CHARACTERS)
        tree.problems.append(Problem(Mark(), (), message))
        return tree
    try:
        _Reader(tree, yaml.parse(text, Loader=_LOADER)).read()
    except _Stop:
        tree.data = None
    except yaml.MarkedYAMLError as error:
        tree.data = None
        parts = (error.context, error.problem)
        problem = ", ".join(part for part in parts if part)
        where = _mark(error.problem_mark or error.context_mark)
        tree.problems.append(Problem(where, (), say("yaml", problem=problem)))
    except yaml.YAMLError as error:
        tree.data = None
        tree.problems.append(Problem(Mark(), (), say("yaml", problem=str(error))))
    return tree


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark()


class _Reader:
    """Builds the tree; its own recursion is bounded by `MAX_DEPTH`."""

    def __init__(self, tree: Tree, events: Iterator[yaml.Event]) -> None:
        self.tree = tree
        self.events = events
        self.nodes = 0

    def read(self) -> None:
        next(self.events)  # the stream begins
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, (), "empty")
            return
        first = next(self.events)
        self.tree.data = self._value(first, (), 0)
        if self.tree.data is None and not self.tree.problems:
            self._refuse(first, (), "empty")
        next(self.events)  # the document ends
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._refuse(event, (), "one_document")

    def _refuse(self, event: yaml.Event, path: Path, code: str, **values: Any) -> None:
        problem = Problem(_mark(event.start_mark), path, say(code, **values))
        self.tree.problems.append(problem)

    def _value(self, event: yaml.Event, path: Path, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(event, path, "too_many", limit=MAX_NODES)
            raise _Stop
        if depth > MAX_DEPTH:
            self._refuse(event, path, "too_deep", limit=MAX_DEPTH)
            raise _Stop
        self.tree.values[path] = _mark(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, path, "alias")
            return None
        if getattr(event, "anchor", None):
            self._refuse(event, path, "alias")
        if getattr(event, "tag", None):
            self._refuse(event, path, "tag")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        assert isinstance(event, yaml.ScalarEvent)
        return event.value if event.style else plain(event.value)

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path, depth)
            here = (*path, key)
            if key in pairs:
                line = self.tree.keys[here].line
                self._refuse(event, here, "key_twice", key=key, line=line)
                here = (*path, f"{key} ({self.nodes})")  # the first value stays
            else:
                self.tree.keys[here] = _mark(event.start_mark)
            value = self._value(next(self.events), here, depth + 1)
            pairs.setdefault(key, value)
        return pairs

    def _key(self, event: yaml.Event, path: Path, depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent) and not (event.anchor or event.tag):
            return str(event.value)
        self._refuse(event, path, "key_text")
        self._value(event, (*path, "?"), depth + 1)
        return f"?{self.nodes}"


def plain(value: str) -> Any:
    """An unquoted value: empty, true, false, a number, or else text."""
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.match(value):
        return int(value)
    return Number(value) if _NUMBER.match(value) else value
