"""Somebody new: an account, its first role and its one-time link, in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kheo.accounts.models import User
from kheo.accounts.rules import proposed_username
from kheo.accounts.services.grants import give
from kheo.accounts.services.invitations import make_link
from kheo.accounts.services.people import make_account
from kheo.accounts.services.rights import require_keeper
from kheo.core.access import Actor, Role
from kheo.core.periods import OPEN_END
from kheo.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Joined:
    """An account and the token of its link: known now and never again.

    Without a token the same form had made the account before; its link was shown then.
    """

    user: User
    token: str = ""


@transaction.atomic
def add_person(
    *,
    client_id: UUID | None,
    name: str,
    title: str,
    username: str,
    role: Role,
    organisation: Organisation | None,
    tree: str,
    own_only: bool,
    valid_from: date,
    actor: Actor,
    at: datetime,
    valid_to: date = OPEN_END,
    is_sample: bool = False,
) -> Joined:
    """Make the account, give the role, make the link; without a user name one is proposed.

    The same form sent twice makes one account. Who invites gives a role below, else
    `NotAllowed` and no account.
    """
    require_keeper(actor)
    if client_id and (made := User.objects.filter(client_id=client_id).first()):
        return Joined(made)
    user = make_account(
        client_id=client_id,
        username=username or proposed_for(name),
        name=name,
        title=title,
        actor=actor,
        at=at,
        is_sample=is_sample,
    )
    give(
        user,
        role,
        organisation=organisation,
        actor=actor,
        at=at,
        valid_from=valid_from,
        valid_to=valid_to,
        tree=tree,
        own_only=own_only,
    )
    return Joined(user, make_link(user, actor=actor, at=at))


def proposed_for(name: str) -> str:
    """A free user name made from the name."""
    stem = proposed_username(name)
    alike = User.objects.filter(username__startswith=stem)
    return proposed_username(name, set(alike.values_list("username", flat=True)))
