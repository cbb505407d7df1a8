"""What was typed when a session had ended, carried through signing in again.

The fields travel signed in the page itself; nothing of them is kept on the server.
"""

from dataclasses import dataclass
from typing import Self

from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

SALT = "kheo.accounts.carrying"
HOURS = 12
MOST = 200_000
"""Characters; a month of 124 slips has a third of it."""
NOT_CARRIED = frozenset({"csrfmiddlewaretoken"})
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that could not be sent: where it goes, its fields, whether it had files."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """Take what was sent; nothing with a password, and nothing unusually large."""
        fields = tuple(
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in NOT_CARRIED
        )
        is_secret = any("password" in name for name, _value in fields)
        size = sum(len(name) + len(value) for name, value in fields)
        if not fields or is_secret or size > MOST:
            return None
        return cls(request.get_full_path(), fields, bool(request.FILES))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `sealed` wrote; `None` where it is changed, too old or absent."""
        try:
            told = signing.loads(text, salt=SALT, max_age=HOURS * 3600)
        except signing.BadSignature:
            return None
        fields = tuple((name, value) for name, value in told["fields"])
        return cls(told["path"], fields, told["had_files"])

    def sealed(self) -> str:
        told = {"path": self.path, "fields": self.fields, "had_files": self.had_files}
        return signing.dumps(told, salt=SALT, compress=True)

    def is_ours(self) -> bool:
        """Whether it goes to this site: a path that only looks local does not."""
        return url_has_allowed_host_and_scheme(self.path, allowed_hosts=None)

    def words(self) -> list[str]:
        """Some of what was typed, to be recognised by: values of several words."""
        return [value for _name, value in self.fields if " " in value.strip()][:SHOWN]
