"""What every change to people asks first."""

from datetime import date

from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.accounts.queries.keeping import keeping_of
from kheo.accounts.queries.people import administrators_on
from kheo.accounts.rules import INVITED_ROLES
from kheo.core.access import Actor, Capability, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.organisations.models import Kind, Organisation
from kheo.organisations.queries import scopes_of, version_on


def is_administrator(actor: Actor) -> bool:
    """Whether the actor administers the accounts of the whole site."""
    return actor.holds_everywhere(Capability.MANAGE_PEOPLE)


def require_people(actor: Actor) -> None:
    """Let administrators of accounts pass: the role holds for the whole site or not."""
    if not is_administrator(actor):
        raise NotAllowed(_("Only an administrator of accounts may do this."))


def require_keeper(actor: Actor) -> None:
    """Let pass who looks after any accounts at all."""
    if not (is_administrator(actor) or actor.holds(Capability.INVITE_PEOPLE)):
        raise NotAllowed(_("Only an administrator of accounts may do this."))


def require_kept(actor: Actor, user: User, *, on: date) -> None:
    """Let pass who looks after this account: of somebody below, every role is below.

    So nobody reaches beyond the bodies below by somebody else's account.
    """
    require_keeper(actor)
    if is_administrator(actor):
        return
    refuse_oneself(actor, user)
    if not keeping_of(actor, on).keeps(user):
        raise NotAllowed(
            _(
                "This person holds roles beyond the bodies below yours: an administrator"
                " of accounts looks after the account."
            )
        )


def refuse_oneself(actor: Actor, user: User) -> None:
    """Nobody who is no administrator changes the own account."""
    if actor.user_id == user.pk and not is_administrator(actor):
        raise NotAllowed(
            _("Nobody changes his own roles: ask an administrator of accounts.")
        )


def require_gift(
    actor: Actor,
    role: Role,
    organisation: Organisation | None,
    *,
    tree: str,
    own_only: bool,
    on: date,
) -> None:
    """Let pass a role that the actor may give there; an administrator gives every one.

    Who invites gives the ordinary roles of the bodies below, and none that reaches
    beyond them: `NotAllowed`. Raises `RuleBroken` for a host elsewhere than in a
    commune and for a focal point above nothing.
    """
    if is_administrator(actor):
        return
    if role not in INVITED_ROLES or organisation is None:
        raise NotAllowed(
            _("This role is given by an administrator of accounts."), field="role"
        )
    seat, whole = (tree, organisation.pk, not own_only), (tree, organisation.pk, True)
    scopes = scopes_of({seat, whole}, day=on)
    reach = scopes[seat].writable
    if not reach or not reach <= actor.bodies(Capability.INVITE_PEOPLE):
        raise NotAllowed(
            _("You give roles only at bodies below your own."), field="organisation"
        )
    if role is Role.HOST and not _is_commune(organisation, on):
        raise RuleBroken(
            _("Only the Party committee of a commune has a host."),
            field="organisation",
        )
    if role is Role.FOCAL_POINT and len(scopes[whole].writable) < 2:
        raise RuleBroken(
            _("A focal point looks after bodies below: this one has none."),
            field="organisation",
        )


def _is_commune(organisation: Organisation, day: date) -> bool:
    version = version_on(organisation, day)
    return version is not None and version.kind == Kind.COMMUNE_COMMITTEE


def require_another_administrator(user: User, *, on: date) -> None:
    """Raise `Conflict` where the site would be left without anybody who can administer it."""
    able = administrators_on(on)
    if able.filter(pk=user.pk).exists() and not able.exclude(pk=user.pk).exists():
        raise Conflict(
            _(
                "This is the last administrator of accounts who can sign in."
                " Give the role to somebody else first."
            )
        )
