"""Questions that are asked once while nothing of their answer can change.

One page asks for the rules in force, the names and the measures many times over. Inside
`remembering()` a function marked `@remembered` asks the first time only: while a page is
read (see `core.middleware`), and while a sample is lived, where one process is alone and
says itself when to `forget()`. Everywhere else the marked functions ask as they always
did; above all in whatever writes, which has to see what others wrote a moment ago.
"""

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_answers: ContextVar[dict[Hashable, object] | None] = ContextVar(
    "answers", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember from here to the end; what was remembered outside is kept for later."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def forget() -> None:
    """Ask anew from here on: what the answers stand on has changed."""
    answers = _answers.get()
    if answers is not None:
        answers.clear()


def remembered(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let the same question be asked once inside `remembering()`.

    Everything asked with must be hashable, and nobody may change an answer.
    """

    @functools.wraps(function)
    def asked_once(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        answers = _answers.get()
        if answers is None:
            return function(*args, **kwargs)
        question = (function, args, tuple(sorted(kwargs.items())))
        if question not in answers:
            answers[question] = function(*args, **kwargs)
        answer: Answer = answers[question]  # type: ignore[assignment]  # put there by this function
        return answer

    return asked_once
