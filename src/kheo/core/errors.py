"""The three ways a service says no; anything else that goes wrong is a bug."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a sentence for people; nothing has changed when it is raised."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(DomainError):  # noqa: N818  reads as the sentence it stands for
    """The actor may see the thing, but may not do this to it."""

    code = "not_allowed"
    status = 403


class RuleBroken(DomainError):  # noqa: N818  reads as the sentence it stands for
    """The input breaks a rule; `field` names the input where there is one."""

    code = "rule_broken"
    status = 422


class Conflict(DomainError):  # noqa: N818  reads as the sentence it stands for
    """Right in itself, but not now: the state has moved on, or the time is over."""

    code = "conflict"
    status = 409


class Outdated(Conflict):
    """Somebody else saved in between: the form shows what is no longer so."""
