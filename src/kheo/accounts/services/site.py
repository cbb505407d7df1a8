"""What this database is, and how its first administrator gets in."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.accounts.models import Grant, Site, User
from kheo.accounts.queries.people import administrators_on
from kheo.accounts.rules import proposed_username
from kheo.accounts.services.grants import grant_role
from kheo.accounts.services.invitations import invite
from kheo.accounts.services.people import add_user
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import Conflict

FIRST = "admin"


@dataclass(frozen=True, slots=True)
class First:
    """The first administrator and the token of the one-time link."""

    user: User
    token: str


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
def invite_first_administrator(*, at: datetime) -> First | None:
    """A link for whoever is to administer a real site that nobody can administer yet.

    The account is made where there is none; asked again before the link was used, the
    older link dies. `None` on a sample, and as soon as an administrator has a password.
    """
    site, day = open_site(is_sample=False, at=at), localdate(at)
    if site.is_sample or administrators_on(day).exists():
        return None
    waiting = Grant.objects.filter(
        role=Role.ADMINISTRATOR,
        user__is_active=True,
        valid_from__lte=day,
        valid_to__gt=day,
    )
    first = waiting.select_related("user").order_by("pk").first()
    user = first.user if first else _first(at)
    return First(user, invite(user, actor=SYSTEM, at=at))


def _first(at: datetime) -> User:
    taken = set(User.objects.values_list("username", flat=True))
    username = proposed_username(FIRST, taken)
    user = add_user(username=username, name=_("Administrator"), actor=SYSTEM, at=at)
    grant_role(
        user,
        Role.ADMINISTRATOR,
        organisation=None,
        actor=SYSTEM,
        at=at,
        valid_from=localdate(at),
    )
    return user
