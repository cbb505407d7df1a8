"""A column of values as a few words, and back: what repeats or grows is said briefly.

Pure: values are what JSON knows, a column is a list of them. The shortest of several ways
to say a column is chosen by trying them.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

SAME, PLAIN, STEPS, WORDS, GAPS, TREES = (
    "same",
    "plain",
    "steps",
    "words",
    "gaps",
    "trees",
)
"""One value for all; as they are; differences; a dictionary; some missing; nested."""

MARK = "\x00"
"""Stands for a leaf where a shape is written down as text."""

Said = list[Any]
"""The name of a way, then what it needs."""


def say(values: Sequence[Any]) -> Said:
    """Say a column in the shortest of the ways that fit it."""
    if all(value == values[0] and type(value) is type(values[0]) for value in values):
        return [SAME, len(values), values[0] if values else None]
    if any(value is None for value in values):
        missing = [place for place, value in enumerate(values) if value is None]
        present = [value for value in values if value is not None]
        return [GAPS, _steps(missing), say(present)]
    ways = list(_ways(values))
    return ways[0] if len(ways) == 1 else min(ways, key=_size)


def hear(said: Said) -> list[Any]:
    """Give the column back; the values are the very same."""
    way, *rest = said
    match way:
        case "same":
            count, value = rest
            return list(repeat(value, count))
        case "plain":
            return list(rest[0])
        case "steps":
            return list(accumulate(rest[0]))
        case "words":
            known = rest[0]
            return [known[number] for number in hear(rest[1])]
        case "gaps":
            return _with_gaps(list(accumulate(rest[0])), hear(rest[1]))
        case "trees":
            return list(_grown(rest[0], hear(rest[1]), rest[2]))
    raise ValueError(f"unknown way: {way}")


def hear_texts(said: Said) -> list[str | None]:
    """Give a column of nested values back as JSON texts, without building the values."""
    way, *rest = said
    if way == "gaps":
        return _with_gaps(list(accumulate(rest[0])), hear_texts(rest[1]))
    if way == "trees":
        shapes = [_text(_filled(shape, repeat(MARK))) for shape in rest[0]]
        return list(_joined([shape.split(_text(MARK)) for shape in shapes], *rest[1:]))
    return [None if value is None else _text(value) for value in hear(said)]


def _joined(
    shapes: Sequence[Sequence[str]], numbers: Said, columns: Sequence[Sequence[Said]]
) -> Iterator[str]:
    """The pieces of each shape with the texts of its leaves between them."""
    indexes = hear(numbers)
    leaves = [iter(zip(*map(_leaf_texts, some), strict=True)) for some in columns]
    for number in indexes:
        first, *pieces = shapes[number]
        between = next(leaves[number]) if pieces else ()
        yield first + "".join(chain.from_iterable(zip(between, pieces, strict=True)))


def _leaf_texts(said: Said) -> list[str]:
    known: dict[tuple[type, Any], str] = {}
    texts = []
    for value in hear(said):
        key = (type(value), value)
        if key not in known:
            known[key] = _text(value)
        texts.append(known[key])
    return texts


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _ways(values: Sequence[Any]) -> Iterator[Said]:
    yield [PLAIN, list(values)]
    if any(isinstance(value, dict | list) for value in values):
        yield _trees(values)
        return
    if all(type(value) is int for value in values):
        yield [STEPS, _steps(values)]
    numbers = {word: place for place, word in enumerate(_distinct(values))}
    if len(numbers) * 2 <= len(values):
        indexes = [numbers[_typed(value)] for value in values]
        yield [WORDS, [word for _kind, word in numbers], [PLAIN, indexes]]


def _size(said: Said) -> int:
    return len(zlib.compress(json.dumps(said).encode(), 1))


def _steps(numbers: Sequence[int]) -> list[int]:
    return [*numbers[:1], *(after - before for before, after in pairwise(numbers))]


def _typed(value: Any) -> tuple[type, Any]:
    """A value with its kind: for JSON 1, 1.0 and true are three things."""
    return type(value), value


def _distinct(values: Sequence[Any]) -> dict[tuple[type, Any], None]:
    return dict.fromkeys(map(_typed, values))


def _with_gaps(missing: Sequence[int], present: Sequence[Any]) -> list[Any]:
    gaps, values = set(missing), iter(present)
    count = len(missing) + len(present)
    return [None if place in gaps else next(values) for place in range(count)]


# Nested values: their shapes, each with the columns of its leaves


def _trees(values: Sequence[Any]) -> Said:
    shapes: dict[str, int] = {}
    rows: list[list[list[Any]]] = []
    indexes = []
    for value in values:
        leaves: list[Any] = []
        shape = json.dumps(_shape(value, leaves), ensure_ascii=False)
        number = shapes.setdefault(shape, len(shapes))
        if number == len(rows):
            rows.append([])
        rows[number].append(leaves)
        indexes.append(number)
    columns = [[say(leaf) for leaf in zip(*some, strict=True)] for some in rows]
    return [TREES, [json.loads(shape) for shape in shapes], say(indexes), columns]


def _shape(value: Any, leaves: list[Any]) -> Any:
    """The value with 0 for each leaf; the leaves are put into the list, in order."""
    if isinstance(value, dict):
        return {name: _shape(part, leaves) for name, part in value.items()}
    if isinstance(value, list):
        return [_shape(part, leaves) for part in value]
    leaves.append(value)
    return 0


def _grown(
    shapes: Sequence[Any], indexes: Sequence[int], columns: Sequence[Sequence[Said]]
) -> Iterator[Any]:
    counts = [indexes.count(number) for number in range(len(shapes))]
    rows = [
        iter(zip(*map(hear, some), strict=True)) if some else repeat((), count)
        for some, count in zip(columns, counts, strict=True)
    ]
    for number in indexes:
        leaves = chain(next(rows[number]))
        yield _filled(shapes[number], leaves)


def _filled(shape: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(shape, dict):
        return {name: _filled(part, leaves) for name, part in shape.items()}
    if isinstance(shape, list):
        return [_filled(part, leaves) for part in shape]
    return next(leaves)
