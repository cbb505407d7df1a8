"""Many people at once: all of them or, with every error at once, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.accounts.queries.keeping import Keeping, keeping_of
from kheo.accounts.rules import proposed_username
from kheo.accounts.services.grants import give
from kheo.accounts.services.invitations import make_link
from kheo.accounts.services.people import make_account
from kheo.accounts.services.rights import require_keeper
from kheo.accounts.wording import ROLE_NAMES
from kheo.core.access import Actor, Role
from kheo.core.errors import DomainError, NotAllowed, RuleBroken
from kheo.core.text import fold, normalise
from kheo.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One row: a person and one role. Two rows of one user name are one person."""

    line: int
    name: str
    role: Role
    organisation: Organisation
    valid_from: date
    own_only: bool
    title: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What a row came to. `token` is that of a new account's one-time link."""

    row: NewPerson
    user: User
    is_new: bool
    has_new_role: bool
    token: str = ""

    @property
    def role_name(self) -> str:
        return str(ROLE_NAMES[self.row.role])

    @property
    def is_unchanged(self) -> bool:
        return not (self.is_new or self.has_new_role)


@dataclass(frozen=True, slots=True)
class RowError:
    """What stands against one row; `field` is its column where it has one."""

    line: int
    field: str
    message: str


class RowsRefused(DomainError):  # noqa: N818  reads as the sentence it stands for
    """Rows that cannot be taken over, each with its reason; nothing has changed."""

    code = "rows_refused"
    status = 422

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(_("Some rows cannot be taken over; nothing was changed."))
        self.errors = tuple(errors)


def try_all(
    rows: Sequence[NewPerson], *, actor: Actor, at: datetime, is_sample: bool = False
) -> list[Added]:
    """What `add_all` would do, done and undone; raises what it would raise."""
    with transaction.atomic():
        done = _add(rows, actor=actor, at=at, is_sample=is_sample, invites=False)
        transaction.set_rollback(True)
    return done


@transaction.atomic
def add_all(
    rows: Sequence[NewPerson], *, actor: Actor, at: datetime, is_sample: bool = False
) -> list[Added]:
    """Make the accounts that are missing, give the roles that are missing.

    A row whose user name exists, or whose name holds a role at that body already, is
    that person; the same table twice changes nothing. Raises `RowsRefused` with all errors.
    Who invites is known only the people below, and gives nobody else a role.
    """
    return _add(rows, actor=actor, at=at, is_sample=is_sample, invites=True)


def _add(
    rows: Sequence[NewPerson],
    *,
    actor: Actor,
    at: datetime,
    is_sample: bool,
    invites: bool,
) -> list[Added]:
    require_keeper(actor)
    known = _Known.read(keeping_of(actor, localdate(at)))
    done: list[Added] = []
    errors: list[RowError] = []
    for row in rows:
        try:
            with transaction.atomic():
                user, is_new = _person(
                    row, known, actor=actor, at=at, is_sample=is_sample
                )
                given = (is_new or _may_give(row, user, known)) and _give(
                    row, user, actor=actor, at=at
                )
        except DomainError as error:
            errors.append(RowError(row.line, error.field or "", error.message))
            continue
        known.learn(user, row.organisation.pk)
        token = make_link(user, actor=actor, at=at) if is_new and invites else ""
        done.append(Added(row, user, is_new, given, token))
    if errors:
        raise RowsRefused(errors)
    return done


@dataclass
class _Known:
    """The people whom the actor sees: by user name, and by name and body of a role.

    `taken` holds every user name there is, `kept` whose roles the actor may add to.
    """

    by_username: dict[str, User]
    by_place: dict[tuple[str, int], User]
    taken: set[str]
    kept: set[int]

    @classmethod
    def read(cls, keeping: Keeping) -> "_Known":
        people = {user.pk: user for user in keeping.people_seen().order_by("pk")}
        places = keeping.grants().exclude(organisation=None).order_by("-pk")
        return cls(
            {user.username: user for user in people.values()},
            {
                (fold(people[user].name), body): people[user]
                for user, body in places.values_list("user", "organisation")
                if body is not None and user in people
            },
            set(User.objects.values_list("username", flat=True)),
            set(keeping.people_kept().values_list("pk", flat=True)),
        )

    def learn(self, user: User, body: int) -> None:
        self.by_username[user.username] = user
        self.by_place.setdefault((fold(user.name), body), user)
        self.taken.add(user.username)

    def made(self, user: User) -> None:
        """Somebody new is looked after by whoever makes the account."""
        self.kept.add(user.pk)

    def find(self, row: NewPerson) -> User | None:
        if row.username:
            return self.by_username.get(row.username)
        return self.by_place.get((fold(row.name), row.organisation.pk))


def _person(
    row: NewPerson, known: _Known, *, actor: Actor, at: datetime, is_sample: bool
) -> tuple[User, bool]:
    found = known.find(row)
    if found is None:
        username = row.username or proposed_username(row.name, known.taken)
        user = make_account(
            username=username,
            name=row.name,
            title=row.title,
            actor=actor,
            at=at,
            is_sample=is_sample,
        )
        known.made(user)
        return user, True
    if fold(found.name) != fold(normalise(row.name)):
        message = _("This user name belongs to %(name)s.")
        raise RuleBroken(message % {"name": found.name}, field="username")
    if not found.is_active:
        raise RuleBroken(
            _("The account %(username)s is closed. Reopen it first.")
            % {"username": found.username},
            field="name",
        )
    return found, False


def _may_give(row: NewPerson, user: User, known: _Known) -> bool:
    """Whether the role can be given; one held already needs no giving."""
    if user.pk in known.kept:
        return True
    same = user.grants.filter(role=row.role, organisation=row.organisation)
    if same.filter(valid_from__lte=row.valid_from, valid_to__gt=row.valid_from):
        return False
    raise NotAllowed(
        _(
            "This person holds roles beyond the bodies below yours: an administrator"
            " of accounts looks after the account."
        ),
        field="name",
    )


def _give(row: NewPerson, user: User, *, actor: Actor, at: datetime) -> bool:
    """Whether the role was not held yet."""
    before = user.grants.count()
    give(
        user,
        row.role,
        organisation=row.organisation,
        actor=actor,
        at=at,
        valid_from=row.valid_from,
        own_only=row.own_only,
    )
    return user.grants.count() > before
