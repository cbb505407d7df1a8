"""Accounts: made, corrected, closed and reopened; passwords and sessions."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.accounts.models import Site, User
from kheo.accounts.rules import LONGEST_USERNAME, USERNAME, found_by, name_order
from kheo.accounts.services.locks import forget_attempts
from kheo.accounts.services.rights import (
    require_another_administrator,
    require_kept,
    require_people,
)
from kheo.audit.services import record
from kheo.core.access import Actor
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.text import normalise


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    actor: Actor,
    at: datetime,
    title: str = "",
    is_sample: bool = False,
    client_id: UUID | None = None,
) -> User:
    """Make an account without a password: an invitation sets it."""
    require_people(actor)
    return make_account(
        username=username,
        name=name,
        actor=actor,
        at=at,
        title=title,
        is_sample=is_sample,
        client_id=client_id,
    )


def make_account(
    *,
    username: str,
    name: str,
    actor: Actor,
    at: datetime,
    title: str = "",
    is_sample: bool = False,
    client_id: UUID | None = None,
) -> User:
    """`add_user` for whoever gives the first role in the same transaction."""
    username = username.strip().lower()
    if User.objects.filter(username=username).exists():
        raise RuleBroken(_("This user name is taken."), field="username")
    if not is_sample and Site.objects.filter(pk=1, is_sample=True).exists():
        raise Conflict(_("A sample site has sample accounts only."))
    user = User(
        username=username, is_sample=is_sample, created_at=at, client_id=client_id
    )
    _call(user, name, title)
    user.set_unusable_password()
    _refuse_what_does_not_fit(user)
    user.save()
    record(user, "user.add", actor=actor, at=at, data={"username": username})
    return user


@transaction.atomic
def change_person(
    user: User, *, name: str, title: str, actor: Actor, at: datetime
) -> User:
    """Correct name and title; the user name stays, what was done keeps its author."""
    require_kept(actor, user, on=localdate(at))
    before = (user.name, user.title)
    _call(user, name, title)
    if (user.name, user.title) == before:
        return user
    _refuse_what_does_not_fit(user)
    user.save(update_fields=["name", "title", "folded", "sort_name"])
    changed = [
        field
        for field, old in zip(("name", "title"), before, strict=True)
        if getattr(user, field) != old
    ]
    record(user, "user.change", actor=actor, at=at, data={"fields": changed})
    return user


@transaction.atomic
def deactivate(user: User, *, actor: Actor, at: datetime) -> User:
    """Close the account: its sessions end at once, its links die, its roles rest.

    Closed twice it is closed. Raises `Conflict` for the last administrator.
    """
    require_people(actor)
    require_another_administrator(user, on=localdate(at))
    if User.objects.filter(pk=user.pk, is_active=True).update(
        is_active=False, session_round=F("session_round") + 1
    ):
        user.invitations.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
        record(user, "user.deactivate", actor=actor, at=at)
    user.refresh_from_db()
    return user


@transaction.atomic
def reactivate(user: User, *, actor: Actor, at: datetime) -> User:
    """Open a closed account again, with the password and the roles it had."""
    require_people(actor)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        record(user, "user.reactivate", actor=actor, at=at)
    user.refresh_from_db()
    return user


@transaction.atomic
def unlock(user: User, *, actor: Actor, at: datetime) -> bool:
    """Let the person try again after wrong passwords; whether there was anything to do."""
    require_people(actor)
    had_failed = forget_attempts(user)
    if had_failed:
        record(user, "user.unlock", actor=actor, at=at)
    return had_failed


@transaction.atomic
def change_password(
    user: User, *, old: str, password: str, actor: Actor, at: datetime
) -> User:
    """Choose another password; every session ends but the one that the edge renews.

    Raises `RuleBroken` where the old one is not right, and Django's `ValidationError`
    for a weak new one.
    """
    _require_oneself(user, actor)
    if not user.check_password(old):
        raise RuleBroken(_("The old password is not right."), field="old")
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(user, "user.password", actor=actor, at=at)
    return user


@transaction.atomic
def sign_out_everywhere(user: User, *, actor: Actor, at: datetime) -> User:
    """End every session of the person, on every device."""
    _require_oneself(user, actor)
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    record(user, "user.sign_out", actor=actor, at=at)
    user.refresh_from_db()
    return user


def _require_oneself(user: User, actor: Actor) -> None:
    if actor.user_id != user.pk:
        raise NotAllowed("")


def _call(user: User, name: str, title: str) -> None:
    user.name, user.title = normalise(name), normalise(title)
    user.folded = found_by(user.name, user.title, user.username)[:500]
    user.sort_name = name_order(user.name)[:1600]


def _refuse_what_does_not_fit(user: User) -> None:
    """Raise `RuleBroken` with the first thing that a column refuses, beside its field."""
    if not USERNAME.fullmatch(user.username):
        message = _(
            "A user name has letters without marks, digits and hyphens,"
            " %(most)d at most."
        )
        raise RuleBroken(message % {"most": LONGEST_USERNAME}, field="username")
    try:
        user.clean_fields(exclude={"password", "folded", "sort_name"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise RuleBroken(" ".join(sentences), field=field) from error
