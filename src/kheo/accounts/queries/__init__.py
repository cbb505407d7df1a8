"""From grants to actors; people, their accounts and roles as their administrator sees them."""

from kheo.accounts.queries.actors import actor_of, grants_on
from kheo.accounts.queries.bodies import Bodies, bodies_named
from kheo.accounts.queries.grants import Told, told_of
from kheo.accounts.queries.keeping import Keeping, keeping_of
from kheo.accounts.queries.people import (
    Account,
    Person,
    account_of,
    administrators_on,
    found_people,
    people_on_page,
    without_way_in,
)
from kheo.accounts.queries.site import is_sample, sample_accounts, site

__all__ = [
    "Account",
    "Bodies",
    "Keeping",
    "Person",
    "Told",
    "account_of",
    "actor_of",
    "administrators_on",
    "bodies_named",
    "found_people",
    "grants_on",
    "is_sample",
    "keeping_of",
    "people_on_page",
    "sample_accounts",
    "site",
    "told_of",
    "without_way_in",
]
