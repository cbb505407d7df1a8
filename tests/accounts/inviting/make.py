"""What those who invite do, and what must not have changed."""

import re
from uuid import uuid4

import pytest

from kheo.accounts import services
from kheo.accounts.models import Grant, Invitation, User
from kheo.accounts.queries import keeping_of
from kheo.accounts.rules import found_by
from kheo.accounts.tables import Scope, read_people
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import NotAllowed
from tests.accounts.make import SINCE, WORDS, acting, table
from tests.village import NOON, make_user

TODAY = NOON.date()
PLAN = "code: join\ntitle: x\non: 2024-03-01\nbasis: x\nsteps:\n"


def grant(user, role, body, *, actor=SYSTEM, since=SINCE, **said):
    return services.grant_role(
        user, role, organisation=body, actor=actor, at=NOON, valid_from=since, **said
    )


def holder(village, code, role=Role.CLERK, *, name, own_only=True):
    username = re.sub(r"\W", "-", f"{role}-{code}-{name}".lower()).encode(
        "ascii", "ignore"
    )
    user = make_user(username.decode(), name=name, folded=found_by(name, "", ""))
    user.set_password(WORDS)
    user.save()
    grant(user, role, village[code], own_only=own_only)
    return user


def add(village, code, role=Role.CLERK, *, actor, **said):
    values = {
        "client_id": uuid4(),
        "organisation": village[code],
        "name": "Nông Thị Lan",
        "title": "",
        "username": "",
        "tree": "party",
        "own_only": role not in {Role.FOCAL_POINT, Role.OBSERVER},
        "valid_from": SINCE,
    }
    return services.add_person(role=role, actor=actor, at=NOON, **(values | said))


def state():
    """Everything that an invitation could change."""
    return (
        list(User.objects.order_by("pk").values_list("username", "name", "password")),
        list(Grant.objects.order_by("pk").values_list("pk", "user", "valid_to")),
        list(Invitation.objects.order_by("pk").values_list("pk", "expires_at")),
        AuditEntry.objects.count(),
    )


def refused(attempt, kind=NotAllowed):
    before = state()
    with pytest.raises(kind) as refusal:
        attempt()
    assert state() == before
    return refusal.value


def rows(focal, *rows):
    scope = Scope.of(keeping_of(acting(focal), TODAY))
    return read_people(table(*rows), day=TODAY, scope=scope)


def row(name, body, role="clerk", username=""):
    return (name, "", username, role, body, "", "01/01/2024")


def names_seen(user):
    keeping = keeping_of(acting(user), TODAY)
    return {one.name for one in keeping.people_seen()}


def names_kept(user):
    keeping = keeping_of(acting(user), TODAY)
    return {one.name for one in keeping.people_kept()}
