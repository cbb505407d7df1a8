"""What was done to an account, in plain words: who, when, which role where."""

from dataclasses import dataclass
from datetime import date

from kheo.accounts.models import User
from kheo.accounts.wording import ROLE_NAMES
from kheo.audit.models import AuditEntry
from kheo.audit.queries import history_of
from kheo.core.access import Role
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the trail with the role and the body it is about, where it has one.

    `is_own` marks a role over content that an administrator gave to himself.
    """

    entry: AuditEntry
    role: str = ""
    body: str = ""
    is_own: bool = False


def history_of_account(user: User, day: date) -> list[Line]:
    """Newest first; a fixed number of queries however much was done."""
    entries = list(history_of(user))
    codes = {
        data["body"] for entry in entries if (data := entry.data or {}).get("body")
    }
    keys = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))
    names = names_on(keys.values(), day) if keys else {}
    lines = []
    for entry in reversed(entries):
        data = entry.data or {}
        role = data.get("role", "")
        lines.append(
            Line(
                entry,
                role=str(ROLE_NAMES[Role(role)]) if role in set(Role) else "",
                body=names.get(keys.get(data.get("body") or "", 0), ""),
                is_own=bool(data.get("self")),
            )
        )
    return lines
