"""One-time links: made, used once, dead when a new one is made."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.accounts.models import Invitation, User
from kheo.accounts.queries.actors import actor_of
from kheo.accounts.queries.keeping import keeping_of
from kheo.accounts.queries.people import without_way_in
from kheo.accounts.services.locks import forget_attempts, hold
from kheo.accounts.services.rights import (
    is_administrator,
    require_keeper,
    require_kept,
)
from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.core.errors import Conflict

INVITATION_DAYS = 7


def invitation_ends(at: datetime) -> datetime:
    """Until when a link made at that moment can be used."""
    return at + timedelta(days=INVITATION_DAYS)


@transaction.atomic
def invite(user: User, *, actor: Actor, at: datetime) -> str:
    """Return a one-time token, of which only the digest is kept; older links die.

    A link lets one into the account: who invites makes it only for those of whom every
    role is below. Raises `Conflict` for a closed account: reopen it first.
    """
    hold(user)
    require_kept(actor, user, on=localdate(at))
    return make_link(user, actor=actor, at=at)


def make_link(user: User, *, actor: Actor, at: datetime) -> str:
    """`invite` for somebody whose account the actor has just made, or looks after."""
    if not user.is_active:
        raise Conflict(_("This account is closed. Reopen it first."))
    user.invitations.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user,
        inviter_id=None if is_administrator(actor) else actor.user_id,
        token_digest=_digest(token),
        expires_at=invitation_ends(at),
    )
    record(user, "user.invite", actor=actor, at=at)
    return token


def stop_links_beyond(user: User, *, at: datetime) -> None:
    """Let unused links die whose inviter no longer looks after the person.

    Else who made one could enter by it what a role given later opens.
    """
    day = localdate(at)
    unused = user.invitations.filter(used_at=None, expires_at__gt=at)
    for link in unused.exclude(inviter=None).select_related("inviter"):
        if link.inviter and not keeping_of(actor_of(link.inviter, day), day).keeps(
            user
        ):
            link.expires_at = at
            link.save(update_fields=["expires_at"])


@dataclass(frozen=True, slots=True)
class Renewed:
    """A person and the token of the new link: known now and never again."""

    user: User
    token: str


@transaction.atomic
def invite_again(
    people: Sequence[User], *, actor: Actor, at: datetime
) -> list[Renewed]:
    """New links for those who have none to sign in with; the older ones die.

    Whoever has a password already, or whose account is closed or not the actor's to
    look after, is left out: a list is no place to take an account over.
    """
    require_keeper(actor)
    for user in sorted(people, key=_key):
        hold(user)
    kept = keeping_of(actor, localdate(at)).people_kept()
    waiting = without_way_in((user.pk for user in people), at=at)
    return [
        Renewed(user, make_link(user, actor=actor, at=at))
        for user in waiting.filter(pk__in=kept.values("pk"))
    ]


def _key(user: User) -> int:
    return user.pk


def invitation_for(token: str, *, at: datetime) -> Invitation:
    """The open invitation of a token; raises `Conflict` when used, old or unknown."""
    invitation = (
        Invitation.objects.select_related("user")
        .filter(
            token_digest=_digest(token),
            used_at=None,
            expires_at__gt=at,
            user__is_active=True,
        )
        .first()
    )
    if invitation is None:
        raise Conflict(_("This link was used or is too old. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, password: str, at: datetime) -> User:
    """Set the password once; a second use of the link is refused.

    Sessions begun with an older password end, and a lock-out by wrong ones is over.
    """
    invitation = invitation_for(token, at=at)
    open_ones = Invitation.objects.filter(pk=invitation.pk, used_at=None)
    if not open_ones.update(used_at=at):
        raise Conflict(_("This link was used or is too old. Ask for a new one."))
    user = invitation.user
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    forget_attempts(user)
    record(user, "user.password", actor=Actor(user_id=user.pk, name=user.name), at=at)
    return user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
