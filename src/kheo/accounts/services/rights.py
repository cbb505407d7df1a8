"""What every change to people asks first."""

from datetime import date

from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.accounts.queries.people import administrators_on
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed


def require_people(actor: Actor) -> None:
    """Let administrators of accounts pass: the role holds for the whole site or not."""
    if not actor.holds_everywhere(Capability.MANAGE_PEOPLE):
        raise NotAllowed(_("Only an administrator of accounts may do this."))


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
