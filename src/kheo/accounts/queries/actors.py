"""From grants to actors."""

from collections import defaultdict
from datetime import date

from django.db.models import QuerySet

from kheo.accounts.models import Grant, User
from kheo.core.access import (
    BELOW_ONLY,
    EVERYWHERE,
    ROLE_CAPABILITIES,
    Actor,
    Capability,
    Role,
)
from kheo.organisations.queries import Seat, scopes_of


def grants_on(user: User, day: date) -> QuerySet[Grant]:
    """What the person holds on that day."""
    held = user.grants.filter(valid_from__lte=day, valid_to__gt=day)
    return held.select_related("organisation", "tree").order_by("pk")


def actor_of(user: User, day: date) -> Actor:
    """The person as an actor on that day, with the bodies each capability reaches.

    Grants at ended bodies follow succession; an inactive person holds nothing. What
    holds only below leaves out every body where the person holds a role.
    """
    by_place: dict[Seat, set[Capability]] = defaultdict(set)
    everywhere: set[Capability] = set()
    grants = grants_on(user, day) if user.is_active else Grant.objects.none()
    for grant in grants:
        capabilities = ROLE_CAPABILITIES[Role(grant.role)]
        if grant.organisation_id is None or grant.tree is None:
            everywhere |= capabilities
        else:
            place = (grant.tree.code, grant.organisation_id, not grant.is_own_only)
            by_place[place] |= capabilities
    return _actor(user, by_place, everywhere, day)


def _actor(
    user: User,
    by_place: dict[Seat, set[Capability]],
    everywhere: set[Capability],
    day: date,
) -> Actor:
    roots: dict[Capability, set[int]] = defaultdict(set)
    writable: dict[Capability, set[int]] = defaultdict(set)
    readable: dict[Capability, set[int]] = defaultdict(set)
    lines: dict[Capability, set[tuple[str, int]]] = defaultdict(set)
    scopes = scopes_of(by_place.keys(), day=day)
    for (tree, body, below), capabilities in by_place.items():
        scope = scopes[tree, body, below]
        for capability in capabilities:
            if below:
                roots[capability] |= scope.roots
                lines[capability] |= {(tree, root) for root in scope.roots}
            writable[capability] |= scope.writable
            readable[capability] |= scope.readable
    own = frozenset(root for scope in scopes.values() for root in scope.roots)
    for capability in BELOW_ONLY & writable.keys():
        writable[capability] -= own
        readable[capability] -= own
    for capability in everywhere:
        roots[capability].add(EVERYWHERE)
        writable[capability].add(EVERYWHERE)
        readable[capability].add(EVERYWHERE)
    return Actor(
        user_id=user.pk,
        name=user.name,
        roots={c: frozenset(ids) for c, ids in roots.items()},
        lines={c: frozenset(found) for c, found in lines.items()},
        writable={c: frozenset(ids) for c, ids in writable.items()},
        readable={c: frozenset(ids) for c, ids in readable.items()},
    )
