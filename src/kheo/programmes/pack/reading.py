"""From text to a pack, or to the list of everything that is wrong with it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kheo.programmes.pack.check import find_misfits, hints
from kheo.programmes.pack.messages import MESSAGES, Message, say
from kheo.programmes.pack.model import Pack
from kheo.programmes.pack.parts import IN_BOTH, IN_ONE
from kheo.programmes.pack.tree import Mark, Path, Problem, Tree, read_tree


@dataclass(frozen=True, slots=True, order=True)
class PackError:
    """One thing to correct: where it stands, and what was expected there."""

    file: str
    line: int
    column: int
    path: str
    vi: str
    en: str

    def __str__(self) -> str:
        return self.render("en")

    def render(self, language: str) -> str:
        """`file:line:column: path: sentence`, as editors and compilers write it."""
        sentence = self.vi if language == "vi" else self.en
        place = f"{self.file}:{self.line}:{self.column}: "
        return f"{place}{self.path}: {sentence}" if self.path else f"{place}{sentence}"


class PackErrors(ValueError):  # noqa: N818  it holds them all
    """Everything wrong with one file, in the order of its lines."""

    def __init__(self, errors: list[PackError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


def load_pack(text: str, name: str = "pack.yaml") -> Pack:
    """Read one pack; raises `PackErrors` with all errors, `name` being the file's."""
    tree = read_tree(text)
    pack: Pack | None = None
    problems = list(tree.problems)
    if tree.data is not None:
        try:
            pack = Pack.model_validate_json(_as_json(tree.data))
        except ValidationError as error:
            problems.extend(_schema_problems(tree, error))
        problems.extend(
            Problem(tree.mark(path), path, message)
            for path, message in find_misfits(tree)
        )
    if pack is None or problems:
        raise PackErrors(sorted({_error(name, problem) for problem in problems}))
    return pack


def _as_json(data: Any) -> str:
    """JSON lets the strict schema read dates, codes and lists, and guess nothing."""
    return json.dumps(data, ensure_ascii=False)


def _error(name: str, problem: Problem) -> PackError:
    mark, message = problem.mark, problem.message
    path = path_text(problem.path)
    return PackError(name, mark.line, mark.column, path, message.vi, message.en)


def path_text(path: Path) -> str:
    """`reports[2].due.before.day`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _schema_problems(tree: Tree, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        said = (IN_BOTH, IN_ONE)
        path: Path = tuple(step for step in detail["loc"] if step not in said)
        mark = _where(tree, detail["type"], path)
        yield Problem(mark, path, _sentence(detail, path))


def _where(tree: Tree, kind: str, path: Path) -> Mark:
    if kind == "missing":
        return tree.mark(path[:-1])
    return tree.key_mark(path) if kind == "extra_forbidden" else tree.mark(path)


_SAME = {
    "float_type": "number",
    "decimal_type": "number",
    "decimal_parsing": "number",
    "int_parsing": "int_type",
    "int_from_float": "int_type",
    "tuple_type": "list",
    "list_type": "list",
    "model_type": "mapping",
    "dict_type": "mapping",
    "literal_error": "enum",
    "bool_parsing": "bool_type",
}


def _sentence(detail: ErrorDetails, path: Path) -> Message:
    """Pydantic's error said in our words, in both languages."""
    kind, context = detail["type"], dict(detail.get("ctx") or {})
    if kind == "pack":
        return say(context["code"], **context["values"])
    code = "date" if kind.startswith("date_") else _SAME.get(kind, kind)
    if code not in MESSAGES:
        return say("other", problem=detail["msg"])
    if code in ("missing", "extra_forbidden"):
        context |= _about_key(path)
    if code == "enum":
        context["expected"] = str(context["expected"]).replace("'", "")
        context["expected"] = context["expected"].replace(" or ", ", ")
    return say(code, **context)


def _about_key(path: Path) -> dict[str, str]:
    vi, en = hints(str(path[-1]), _known_keys(path[:-1]))
    return {"key": str(path[-1]), "hint_vi": vi, "hint_en": en}


def _known_keys(path: Path) -> set[str]:
    """The keys that the schema has at `path`."""
    model: type[BaseModel] | None = Pack
    for step in path:
        if isinstance(step, str) and model is not None:
            model = next(
                (
                    _model_in(field.annotation)
                    for name, field in model.model_fields.items()
                    if step == (field.alias or name)
                ),
                None,
            )
    fields = model.model_fields if model is not None else {}
    return {field.alias or name for name, field in fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model | None` or `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in get_args(annotation))
    return next((model for model in inner if model is not None), None)
