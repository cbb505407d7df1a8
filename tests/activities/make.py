"""People who may sign in to the village, with the grants that the site itself gives."""

from datetime import date

from kheo.accounts.queries import actor_of
from kheo.accounts.services import grant_role
from kheo.core.access import SYSTEM, Role
from tests.village import NOON, SATURDAY, make_user

SINCE = date(2021, 1, 1)


def person(village, role, *codes, own_only=True, name=""):
    user = make_user(
        f"{role}-{'-'.join(codes)}-user", name=name or f"Người {role} {codes[0]}"
    )
    for code in codes:
        grant_role(
            user,
            Role(role),
            organisation=village[code],
            actor=SYSTEM,
            at=NOON,
            valid_from=SINCE,
            own_only=own_only,
        )
    return user


def sign_in(client, village, role, *codes, own_only=True, language="en", name=""):
    """The browser of somebody with this role; returns who it is to the rules."""
    user = person(village, role, *codes, own_only=own_only, name=name)
    client.force_login(user)
    client.cookies["django_language"] = language
    return actor_of(user, SATURDAY)
