"""Which roles somebody holds, whom to ask for one, and the accounts of the site."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import Grant, Invitation, User
from kheo.accounts.queries import grants_on
from kheo.core.access import Actor, Capability, Role
from kheo.organisations.queries import names_on, scope_of

SHOWN = 12

ROLE_NAMES: dict[Role, Promise] = {
    Role.CLERK: _("Clerk"),
    Role.LEADER: _("Leader who approves"),
    Role.FOCAL_POINT: _("Focal point"),
    Role.HOST: _("Host in the commune"),
    Role.SPECIALIST: _("Specialist"),
    Role.OBSERVER: _("Observer"),
    Role.ADMINISTRATOR: _("Administrator of accounts"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One role of the person, and the bodies where it holds today.

    A grant follows succession; where nothing succeeded, the ended body is named.
    """

    role: Promise
    body: str
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """The accounts as their administrator sees them."""

    active: int
    invited: int
    without_role: list[User]
    more_without_role: int


def held_by(actor: Actor, on: date) -> list[Held]:
    """Each role once, in the order in which it was granted."""
    if actor.user_id is None:
        return []
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    grants = list(grants_on(user, on)) if user else []
    today = {one.pk: _bodies_of(one, on) for one in grants}
    ended = {one.organisation_id for one in grants if one.organisation_id}
    names = names_on(ended.union(*today.values()), on) if ended else {}
    found = []
    for one in grants:
        bodies = today[one.pk] or frozenset({one.organisation_id or 0})
        body = ", ".join(sorted(names[pk] for pk in bodies if pk in names))
        found.append(
            Held(ROLE_NAMES[Role(one.role)], body, bool(body and not today[one.pk]))
        )
    return found


def _bodies_of(grant: Grant, on: date) -> frozenset[int]:
    if grant.organisation_id is None or grant.tree is None:
        return frozenset()
    below = not grant.is_own_only
    scope = scope_of({grant.organisation_id}, tree=grant.tree.code, day=on, below=below)
    return frozenset(scope.roots)


def administrators(on: date) -> list[str]:
    """Whom to ask for a role: the names of those who may give one."""
    grants = Grant.objects.filter(
        role=Role.ADMINISTRATOR,
        user__is_active=True,
        valid_from__lte=on,
        valid_to__gt=on,
    )
    return list(grants.order_by("user__name").values_list("user__name", flat=True)[:3])


def people_for(actor: Actor, on: date) -> People | None:
    """The accounts, for whoever may manage people; nobody else."""
    if not actor.holds(Capability.MANAGE_PEOPLE):
        return None
    held = Grant.objects.filter(
        user=OuterRef("pk"), valid_from__lte=on, valid_to__gt=on
    )
    active = User.objects.filter(is_active=True)
    without = list(active.filter(~Exists(held)).order_by("name", "pk"))
    return People(
        active=active.count(),
        invited=Invitation.objects.filter(used_at=None, expires_at__date__gte=on)
        .values("user")
        .distinct()
        .count(),
        without_role=without[:SHOWN],
        more_without_role=max(0, len(without) - SHOWN),
    )
