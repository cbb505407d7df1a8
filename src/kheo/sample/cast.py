"""Who acts in the sample: people with accounts where there are some, or invented ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml

from kheo.accounts import services as accounts
from kheo.accounts.models import Grant, User
from kheo.core.access import ROLE_CAPABILITIES, SYSTEM, Actor, Role
from kheo.organisations.models import Organisation

DATA = resources.files("kheo.sample") / "data"


@cache
def people() -> tuple[Mapping[str, Any], ...]:
    """The accounts listed on the sign-in page, as the data file says them."""
    return tuple(yaml.safe_load((DATA / "people.yaml").read_text("utf-8")))


def make_people(*, since: date, at: datetime) -> None:
    """Make the accounts and their grants."""
    bodies = {body.code: body for body in Organisation.objects.all()}
    for person in people():
        user = accounts.add_user(
            username=person["user"],
            name=person["name"],
            title=person["title"],
            actor=SYSTEM,
            at=at,
            is_sample=True,
        )
        for grant in person["grants"]:
            accounts.grant_role(
                user,
                Role(grant["role"]),
                organisation=bodies[grant["at"]] if "at" in grant else None,
                actor=SYSTEM,
                at=at,
                valid_from=since,
                own_only=grant.get("own", False),
            )


@dataclass
class Cast:
    """Finds, for a body and a role, the person who plays it; makes one if needed."""

    at: datetime
    _known: dict[tuple[int, Role], Actor] = field(default_factory=dict)

    def play(self, body: Organisation, role: Role) -> Actor:
        """An actor with this role at this body alone."""
        key = (body.pk, role)
        if key not in self._known:
            self._known[key] = _actor(self._user(body, role), body, role)
        return self._known[key]

    def _user(self, body: Organisation, role: Role) -> User:
        granted = Grant.objects.filter(
            organisation=body, role=role, user__is_active=True
        )
        first = granted.select_related("user").order_by("pk").first()
        if first is not None:
            return first.user
        username = f"{body.code}-{role}"[:60].replace("_", "-")
        user = User.objects.filter(username=username).first()
        return user or self._extra(username, body, role)

    def _extra(self, username: str, body: Organisation, role: Role) -> User:
        version = body.versions.order_by("valid_from").first()
        user = accounts.add_user(
            username=username,
            name=f"{TITLES[role]}, {version.name if version else body.code}",
            actor=SYSTEM,
            at=self.at,
            is_sample=True,
        )
        User.objects.filter(pk=user.pk).update(is_active=False)
        return user


TITLES = {
    Role.CLERK: "Cán bộ",
    Role.LEADER: "Người đứng đầu",
    Role.HOST: "Cán bộ xã",
    Role.FOCAL_POINT: "Đầu mối",
}


def _actor(user: User, body: Organisation, role: Role) -> Actor:
    here = {capability: frozenset({body.pk}) for capability in ROLE_CAPABILITIES[role]}
    return Actor(user_id=user.pk, name=user.name, writable=here, readable=here)
