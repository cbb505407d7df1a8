"""A plan of reorganisation as it is written down, and how its text is read."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kheo.core.text import normalise

LONGEST = 1_000_000
"""Characters in a plan: some 10,000 steps."""


def _clean(value: Any) -> Any:
    return normalise(value) if isinstance(value, str) else value


def _fraction(value: Any) -> Any:
    """`0.6`, `60%` and `3/5` are one share; YAML's numbers are read as written."""
    if isinstance(value, Fraction):
        return value
    text = str(value).strip().replace(",", ".")
    try:
        if text.endswith("%"):
            return Fraction(text[:-1].strip()) / 100
        return Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError("a share cannot be divided by zero") from error


Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
Text = Annotated[str, BeforeValidator(_clean)]
Share = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str),
    Field(gt=0, le=1),
]
Below = Code | dict[Code, Code | None]
"""A superior in the plan's own tree, or one for each tree; `null` makes a root."""


class Details(BaseModel):
    """What a version says of a body; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Annotated[Text, StringConstraints(min_length=1, max_length=255)] | None = None
    short_name: Annotated[Text, StringConstraints(max_length=120)] | None = None
    kind: str | None = None
    tier: str | None = None
    symbol: Annotated[Text, StringConstraints(max_length=30)] | None = None
    place: str | None = None
    headcount: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    is_exempt: bool | None = None
    focal_point: Annotated[Text, StringConstraints(max_length=255)] | None = None
    officer: Annotated[Text, StringConstraints(max_length=200)] | None = None

    @property
    def details(self) -> dict[str, Any]:
        """Only what was said, by field; said `null` counts as said."""
        said = self.model_fields_set & Details.model_fields.keys()
        return {name: getattr(self, name) for name in sorted(said)}


class Create(Details):
    """A new body, from the plan's day."""

    do: Literal["create"]
    body: Annotated[Code, StringConstraints(max_length=80)]
    name: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    kind: str
    tier: str
    below: Below | None = None


class Amend(Details):
    """A new version of a body: another name, kind, focal point …"""

    do: Literal["amend", "rename"]
    body: Code

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.details:
            raise PydanticCustomError("nothing_amended", "nothing is amended")
        return self


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Merge(_Step):
    """The bodies end, `into` takes over all of each; it may be new or go on."""

    do: Literal["merge"]
    bodies: Annotated[tuple[Code, ...], Field(min_length=1)]
    into: Code


class Heir(_Step):
    body: Code
    share: Share | None = None


class Split(_Step):
    """The body ends, several take over from it; without shares in unknown parts."""

    do: Literal["split"]
    body: Code
    into: Annotated[tuple[Heir, ...], Field(min_length=1)]


class Extract(_Step):
    """`into` is taken out of the body, which goes on."""

    do: Literal["extract"]
    body: Code
    into: Code
    share: Share | None = None


class Move(_Step):
    """The bodies stand below another superior from the plan's day."""

    do: Literal["move"]
    bodies: Annotated[tuple[Code, ...], Field(min_length=1)]
    below: Below


class End(_Step):
    """The bodies end without a successor."""

    do: Literal["end"]
    bodies: Annotated[tuple[Code, ...], Field(min_length=1)]


Step = Annotated[
    Create | Amend | Merge | Split | Extract | Move | End, Field(discriminator="do")
]


class PlanText(BaseModel):
    """A reorganisation as it is written down: one day, one legal basis, its steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[Code, StringConstraints(max_length=80)]
    title: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    on: date
    basis: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    tree: Code = "party"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @property
    def named(self) -> frozenset[str]:
        """Every body that a step names."""
        return frozenset(body for step in self.steps for body in _named(step))


def _named(step: Any) -> Iterator[str]:
    yield from getattr(step, "bodies", ())
    yield from filter(None, [getattr(step, "body", None)])
    below = getattr(step, "below", None)
    yield from filter(None, below.values() if isinstance(below, dict) else [below])
    into = getattr(step, "into", ())
    yield from [into] if isinstance(into, str) else [heir.body for heir in into]


# Reading


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a text: where (step and field, or line), and what kind."""

    where: str
    kind: str
    detail: str = ""


class UnreadableError(ValueError):
    """The text is no plan; `flaws` names everything wrong with it."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(f"{f.where}: {f.kind} {f.detail}" for f in flaws))
        self.flaws = tuple(flaws)


class _Loader(yaml.SafeLoader):
    """Plain YAML only: no aliases (they can blow up), no key said twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  as overridden
    ) -> dict[Hashable, Any]:
        keys = [key.value for key, _value in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.MarkedYAMLError(problem="twice", problem_mark=mark)
        return super().construct_mapping(node, deep)


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# YAML 1.1 reads the bare words on, off, yes, no as booleans: `on` is one of our keys.
_Loader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$"), ["t", "f"])


def read_plan(text: str) -> PlanText:
    """Read a plan from YAML or JSON; raise `UnreadableError` with every flaw."""
    if len(text) > LONGEST:
        raise UnreadableError([Flaw("", "too_long")])
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader's subclass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = str(mark.line + 1) if mark else ""
        kind = error.problem if error.problem in {"alias", "twice"} else "yaml"
        raise UnreadableError([Flaw(line, kind, error.problem or "")]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError([Flaw("", "yaml", str(error))]) from error
    try:
        return PlanText.model_validate(data)
    except ValidationError as error:
        raise UnreadableError(flaws_of(error)) from error


def flaws_of(error: ValidationError) -> list[Flaw]:
    """Say where each error is as `steps 2 below`, counting steps from 1.

    A list is not called too short because of entries that are wrong themselves.
    """
    flaws = [
        Flaw(_where(found["loc"]), found["type"], found["msg"])
        for found in error.errors(include_url=False, include_context=False)
    ]
    return [
        flaw
        for flaw in flaws
        if flaw.kind != "too_short"
        or not any(other.where.startswith(f"{flaw.where} ") for other in flaws)
    ]


_TAGS = frozenset(
    [
        "create",
        "amend",
        "rename",
        "merge",
        "split",
        "extract",
        "move",
        "end",
        "constrained-str",
    ]
)
"""What pydantic puts into a path without its being in the text."""


def _where(path: tuple[int | str, ...]) -> str:
    names = [str(p + 1) if isinstance(p, int) else p for p in path if p not in _TAGS]
    return " ".join(name for name in names if "[" not in name)
