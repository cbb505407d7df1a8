"""People of the small line who sign in."""

from datetime import date

from kheo.accounts.services import add_user, grant_role
from kheo.core.access import SYSTEM
from tests.village import NOON


def person(village, role, *codes, own=False):
    """Somebody with one role at these bodies."""
    name = f"{role}-{'-'.join(codes)}".replace("_", "-")
    user = add_user(username=name, name=name, actor=SYSTEM, at=NOON)
    for code in codes:
        grant_role(
            user,
            role,
            organisation=village[code],
            actor=SYSTEM,
            at=NOON,
            valid_from=date(2021, 1, 1),
            own_only=own,
        )
    return user
