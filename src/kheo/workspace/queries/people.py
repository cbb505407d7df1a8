"""Which roles somebody holds, whom to ask for one, and the accounts of the site."""

from dataclasses import dataclass
from datetime import date, datetime

from kheo.accounts.models import Grant, User
from kheo.accounts.queries import found_people, grants_on, keeping_of, told_of
from kheo.accounts.queries.people import Wanted
from kheo.accounts.queries.units import bodies_kept, found_units, without_reporter
from kheo.core.access import Actor, Capability, Role
from kheo.organisations.models import Organisation

SHOWN = 12
UNITS = 5
"""Bodies without anybody that are named; the page of the list has the rest."""


@dataclass(frozen=True, slots=True)
class Held:
    """One role of the person, and the bodies where it holds today.

    A grant follows succession; where nothing succeeded, the ended body is named.
    """

    role: str
    body: str
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """The accounts as their administrator sees them."""

    active: int
    waiting: int
    expired: int
    without_role: list[User]
    more_without_role: int


@dataclass(frozen=True, slots=True)
class Below:
    """The bodies below whoever invites their people: how many, and where nobody is yet."""

    bodies: int
    lacking: int
    first: list[Organisation]
    expired: int

    @property
    def more(self) -> int:
        return self.lacking - len(self.first)


def held_by(actor: Actor, on: date) -> list[Held]:
    """Each role once, in the order in which it was granted."""
    if actor.user_id is None:
        return []
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    told = told_of(grants_on(user, on), on) if user else []
    return [
        Held(
            one.role, one.now or one.body, has_ended=one.has_ended_body and not one.now
        )
        for one in told
    ]


def administrators(on: date) -> list[str]:
    """Whom to ask for a role: the names of those who may give one."""
    grants = Grant.objects.filter(
        role=Role.ADMINISTRATOR,
        user__is_active=True,
        valid_from__lte=on,
        valid_to__gt=on,
    )
    return list(grants.order_by("user__name").values_list("user__name", flat=True)[:3])


def people_for(actor: Actor, on: date, at: datetime) -> People | None:
    """The accounts, for whoever may manage people; nobody else."""
    if not actor.holds_everywhere(Capability.MANAGE_PEOPLE):
        return None
    keeping = keeping_of(actor, on)
    count = {
        state: found_people(keeping=keeping, at=at, state=state).count()
        for state in (Wanted.OPEN, Wanted.WAITING, Wanted.EXPIRED, Wanted.ROLELESS)
    }
    without = found_people(keeping=keeping, at=at, state=Wanted.ROLELESS)
    return People(
        active=count[Wanted.OPEN],
        waiting=count[Wanted.WAITING],
        expired=count[Wanted.EXPIRED],
        without_role=list(without[:SHOWN]),
        more_without_role=max(0, count[Wanted.ROLELESS] - SHOWN),
    )


def below_for(actor: Actor, on: date, at: datetime) -> Below | None:
    """The bodies whose people the actor invites; `None` for everybody else."""
    keeping = keeping_of(actor, on)
    if keeping.is_whole or not keeping.bodies:
        return None
    lacking = without_reporter(keeping)
    expired = found_people(keeping=keeping, at=at, state=Wanted.EXPIRED)
    return Below(
        bodies=bodies_kept(keeping).count(),
        lacking=len(lacking),
        first=list(found_units(keeping, lacking=lacking)[:UNITS]),
        expired=expired.count(),
    )
