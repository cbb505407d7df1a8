"""What was done to an account, in plain words: who, when, which role where."""

from dataclasses import dataclass

from kheo.accounts.models import User
from kheo.accounts.queries.keeping import Keeping
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


def history_of_account(user: User, keeping: Keeping) -> list[Line]:
    """Newest first; a fixed number of queries however much was done.

    Whoever looks after a part of the site reads of the account itself and of roles
    there; of a role elsewhere, long ended, nothing.
    """
    entries = list(history_of(user))
    codes = {
        data["body"] for entry in entries if (data := entry.data or {}).get("body")
    }
    keys = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk"))
    names = names_on(keys.values(), keeping.day) if keys else {}
    lines = []
    for entry in reversed(entries):
        data = entry.data or {}
        role = data.get("role", "")
        if role and not _is_near(keys.get(data.get("body") or ""), keeping):
            continue
        lines.append(
            Line(
                entry,
                role=str(ROLE_NAMES[Role(role)]) if role in set(Role) else "",
                body=names.get(keys.get(data.get("body") or "", 0), ""),
                is_own=bool(data.get("self")),
            )
        )
    return lines


def _is_near(body: int | None, keeping: Keeping) -> bool:
    return keeping.near is None or body in keeping.near
