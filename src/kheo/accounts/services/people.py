"""People, grants and invitations: every change, each in one transaction."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from kheo.accounts.models import Grant, Invitation, Site, User
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import OPEN_END
from kheo.core.text import normalise
from kheo.organisations.models import Organisation, Tree

INVITATION_DAYS = 7


@transaction.atomic
def open_site(*, is_sample: bool, at: datetime) -> Site:
    """Say once what this database is; a sample is refused where a real person exists."""
    if is_sample and User.objects.filter(is_sample=False).exists():
        raise Conflict(
            _("This database has real accounts; the sample needs an empty one.")
        )
    site, _created = Site.objects.get_or_create(
        pk=1, defaults={"is_sample": is_sample, "created_at": at}
    )
    if is_sample and not site.is_sample:
        raise Conflict(_("This database belongs to a real site."))
    return site


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    actor: Actor,
    at: datetime,
    title: str = "",
    is_sample: bool = False,
) -> User:
    """Make an account without a password: an invitation sets it."""
    _require_people(actor)
    username = username.strip().lower()
    if User.objects.filter(username=username).exists():
        raise RuleBroken(_("This user name is taken."), field="username")
    if not is_sample and Site.objects.filter(pk=1, is_sample=True).exists():
        raise Conflict(_("A sample site has sample accounts only."))
    user = User(
        username=username,
        name=normalise(name),
        title=normalise(title),
        is_sample=is_sample,
        created_at=at,
    )
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    record(user, "user.add", actor=actor, at=at, data={"username": username})
    return user


@transaction.atomic
def grant_role(
    user: User,
    role: Role,
    *,
    organisation: Organisation | None,
    actor: Actor,
    at: datetime,
    valid_from: date,
    valid_to: date = OPEN_END,
    tree: str = "party",
    own_only: bool = False,
) -> Grant:
    """Give a role at a body (`own_only`: not below it); the same grant twice is the one that exists."""
    _require_people(actor)
    if organisation is None and role is not Role.ADMINISTRATOR:
        raise RuleBroken(
            _("Choose the body where the role holds."), field="organisation"
        )
    line = Tree.objects.get(code=tree) if organisation else None
    grant, created = Grant.objects.get_or_create(
        user=user,
        role=role,
        organisation=organisation,
        tree=line,
        valid_from=valid_from,
        is_own_only=own_only,
        defaults={"valid_to": valid_to},
    )
    if created:
        record(
            user,
            "user.grant",
            actor=actor,
            at=at,
            data={"role": role, "body": organisation.code if organisation else None},
        )
    return grant


@transaction.atomic
def end_grant(grant: Grant, *, on: date, actor: Actor, at: datetime) -> Grant:
    """Let a grant end; what was done under it stays."""
    _require_people(actor)
    grant.valid_to = max(on, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    record(grant.user, "user.ungrant", actor=actor, at=at, data={"role": grant.role})
    return grant


@transaction.atomic
def invite(user: User, *, actor: Actor, at: datetime) -> str:
    """Return a one-time token; only its digest is kept."""
    _require_people(actor)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user,
        token_digest=_digest(token),
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    record(user, "user.invite", actor=actor, at=at)
    return token


def invitation_for(token: str, *, at: datetime) -> Invitation:
    """The open invitation of a token; raises `Conflict` when used, old or unknown."""
    invitation = (
        Invitation.objects.select_related("user")
        .filter(token_digest=_digest(token), used_at=None, expires_at__gt=at)
        .first()
    )
    if invitation is None:
        raise Conflict(_("This link was used or is too old. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, password: str, at: datetime) -> User:
    """Set the password once; a second use of the link is refused."""
    invitation = invitation_for(token, at=at)
    open_ones = Invitation.objects.filter(pk=invitation.pk, used_at=None)
    if not open_ones.update(used_at=at):
        raise Conflict(_("This link was used or is too old. Ask for a new one."))
    user = invitation.user
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(user, "user.password", actor=Actor(user_id=user.pk, name=user.name), at=at)
    return user


def _require_people(actor: Actor) -> None:
    if not actor.holds(Capability.MANAGE_PEOPLE):
        raise NotAllowed(_("Only an administrator of accounts may do this."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
