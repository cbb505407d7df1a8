"""People as those see them who look after accounts: who, which roles, which account."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)

from kheo.accounts.models import Grant, Invitation, User
from kheo.accounts.queries.grants import Told, told_of
from kheo.accounts.queries.keeping import Keeping
from kheo.core.access import Role
from kheo.core.text import fold
from kheo.organisations.queries import search


class AccountState(StrEnum):
    """Where an account stands, the most pressing first."""

    CLOSED = "closed"
    LOCKED = "locked"
    WAITING = "waiting"
    EXPIRED = "expired"
    OPEN = "open"


class Wanted(StrEnum):
    """What the list may be narrowed to."""

    OPEN = ""
    NEVER = "never"
    WAITING = "waiting"
    EXPIRED = "expired"
    ROLELESS = "roleless"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Account:
    """Whether and how the person gets in. `link_until` is that of an unused link."""

    is_active: bool
    is_locked: bool
    has_way_in: bool
    link_until: datetime | None
    last_login: datetime | None

    @property
    def state(self) -> AccountState:
        if not self.is_active:
            return AccountState.CLOSED
        if self.is_locked:
            return AccountState.LOCKED
        if self.has_way_in:
            return AccountState.OPEN
        return AccountState.WAITING if self.link_until else AccountState.EXPIRED

    @property
    def needs_link(self) -> bool:
        """Whether the person has never set a password: only a link lets them in."""
        return self.is_active and not self.has_way_in


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list: roles held today or later.

    Without an account it is somebody whose other roles, and account, are not to be seen.
    """

    user: User
    account: Account | None
    roles: list[Told]


def administrators_on(day: date) -> QuerySet[User]:
    """Those who can administer accounts that day: the role, an open account, a way in."""
    held = Grant.objects.filter(
        role=Role.ADMINISTRATOR,
        organisation=None,
        valid_from__lte=day,
        valid_to__gt=day,
    )
    return User.objects.filter(
        _way_in(), is_active=True, pk__in=held.values("user")
    ).order_by("sort_name", "pk")


def found_people(
    *,
    keeping: Keeping,
    at: datetime,
    q: str = "",
    role: str = "",
    state: str = "",
) -> QuerySet[User]:
    """Those whose name, title or user name holds every word, or who hold a role at such a body.

    By given name; closed accounts only where they are asked for. Only roles that may be
    seen are looked at, and how an account stands only where it is looked after.
    """
    wanted = Wanted(state)
    is_about_roles = wanted in {Wanted.OPEN, Wanted.ALL}
    asked = keeping.people_seen() if is_about_roles else keeping.people_kept()
    people = _in_state(_with_account(asked, at), wanted, keeping.day)
    held = keeping.grants().filter(user=OuterRef("pk"), valid_to__gt=keeping.day)
    if role:
        people = people.filter(Exists(held.filter(role=role)))
    if words := fold(q).split():
        named = Q()
        for word in words:
            named &= Q(folded__contains=word)
        at_bodies = held.filter(organisation__in=search(q))
        people = people.filter(named | Q(Exists(at_bodies)))
    return people.order_by("sort_name", "pk")


def without_way_in(people: Iterable[int], *, at: datetime) -> QuerySet[User]:
    """Those of these people whose open account has no password yet: a link is theirs."""
    asked = User.objects.filter(pk__in=list(people), is_active=True)
    return (
        _with_account(asked, at).filter(Q(has_way_in=False)).order_by("sort_name", "pk")
    )


def people_on_page(
    users: Sequence[User], *, keeping: Keeping, at: datetime
) -> list[Person]:
    """The lines of one page; as many questions for one person as for fifty."""
    grants = keeping.grants().filter(user__in=users, valid_to__gt=keeping.day)
    told: dict[int, list[Told]] = defaultdict(list)
    for one in told_of(grants, keeping.day):
        told[one.grant.user_id].append(one)
    locked = _locked([user.username for user in users], at)
    shown = keeping.people_kept().filter(pk__in=[user.pk for user in users])
    kept = set(shown.values_list("pk", flat=True))
    return [
        Person(
            user,
            _account(user, is_locked=user.username in locked)
            if user.pk in kept
            else None,
            told[user.pk],
        )
        for user in users
    ]


def account_of(user: User, *, at: datetime) -> Account:
    found = _with_account(User.objects.filter(pk=user.pk), at).get()
    return _account(found, is_locked=bool(_locked([user.username], at)))


def _in_state(people: QuerySet[User], wanted: Wanted, day: date) -> QuerySet[User]:
    held = Grant.objects.filter(
        user=OuterRef("pk"), valid_from__lte=day, valid_to__gt=day
    )
    kept = {
        Wanted.ALL: Q(),
        Wanted.OPEN: Q(is_active=True),
        Wanted.CLOSED: Q(is_active=False),
        Wanted.NEVER: Q(is_active=True, last_login=None),
        Wanted.WAITING: Q(is_active=True, has_way_in=False, link_until__isnull=False),
        Wanted.EXPIRED: Q(is_active=True, has_way_in=False, link_until=None),
        Wanted.ROLELESS: Q(is_active=True) & ~Q(Exists(held)),
    }
    return people.filter(kept[wanted])


def _with_account(people: QuerySet[User], at: datetime) -> QuerySet[User]:
    unused = Invitation.objects.filter(
        user=OuterRef("pk"), used_at=None, expires_at__gt=at
    )
    return people.annotate(
        link_until=Subquery(unused.order_by("-expires_at").values("expires_at")[:1]),
        has_way_in=ExpressionWrapper(_way_in(), output_field=BooleanField()),
    )


def _way_in() -> Q:
    """A password, or the one click of a sample's own people."""
    invited = Exists(Invitation.objects.filter(user=OuterRef("pk")))
    return ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | (
        Q(is_sample=True) & ~Q(invited)
    )


def _account(user: Any, *, is_locked: bool) -> Account:
    return Account(
        is_active=user.is_active,
        is_locked=is_locked,
        has_way_in=user.has_way_in,
        link_until=user.link_until,
        last_login=user.last_login,
    )


def _locked(usernames: Iterable[str], at: datetime) -> set[str]:
    """Who is refused now for wrong passwords, from one address at least."""
    since = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        username__in=list(usernames), attempt_time__gte=since
    )
    failed = attempts.order_by().values("username", "ip_address")
    sums = failed.annotate(failures=Sum("failures_since_start"))
    locked = sums.filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    return set(locked.values_list("username", flat=True))
