"""`kheo user add | list | invite | end | deactivate | reactivate`."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from kheo.accounts import services
from kheo.accounts.models import Grant, Site, User
from kheo.accounts.queries import (
    account_of,
    found_people,
    is_sample,
    keeping_of,
    people_on_page,
)
from kheo.accounts.queries.people import Person, Wanted
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import DomainError
from kheo.core.periods import OPEN_END
from kheo.organisations.models import Organisation, Tree

STATES = {state.name.lower(): state for state in Wanted}


class Command(BaseCommand):
    help = (
        "Make accounts, list them, invite, end roles, close and reopen;"
        " links are printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="make an account; print its one-time link")
        add.add_argument("username")
        add.add_argument("--name", required=True)
        add.add_argument("--title", default="")
        add.add_argument("--role", choices=[str(role) for role in Role], required=True)
        add.add_argument("--at", help="code of the body", default=None)
        add.add_argument("--tree", default="party")
        add.add_argument("--own-only", action="store_true", help="not below it")
        lister = actions.add_parser("list", help="accounts with their roles")
        lister.add_argument("--state", choices=list(STATES), default="open")
        lister.add_argument("--role", choices=[str(role) for role in Role], default="")
        lister.add_argument("--find", default="", help="a part of a name or a body")
        inviter = actions.add_parser("invite", help="a new link; older ones die")
        ender = actions.add_parser("end", help="end a role")
        closer = actions.add_parser("deactivate", help="close; sessions end at once")
        opener = actions.add_parser("reactivate", help="open a closed account again")
        for one in (inviter, ender, closer, opener):
            one.add_argument("username")
        ender.add_argument(
            "--role", choices=[str(role) for role in Role], required=True
        )
        ender.add_argument("--at", help="code of the body", default=None)
        ender.add_argument(
            "--on",
            type=date.fromisoformat,
            help="first day without it; today if left out",
        )
        for one in (add, lister, inviter, ender, closer, opener):
            one.add_argument("--json", action="store_true")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        do = {
            "add": self._add,
            "list": self._list,
            "invite": self._invite,
            "end": self._end,
            "deactivate": self._deactivate,
            "reactivate": self._reactivate,
        }
        _require_tables()
        try:
            answer, lines = do[action](options)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for line in lines:
            self.stdout.write(line)

    def _add(self, options: dict[str, Any]) -> "Answer":
        now, body = timezone.now(), _body(options["at"])
        if body and not Tree.objects.filter(code=options["tree"]).exists():
            raise CommandError(f"There is no line of bodies {options['tree']}.")
        if not Site.objects.exists():
            services.open_site(is_sample=False, at=now)
        joined = services.add_person(
            client_id=None,
            username=options["username"],
            name=options["name"],
            title=options["title"],
            role=Role(options["role"]),
            organisation=body,
            tree=options["tree"],
            own_only=options["own_only"],
            valid_from=timezone.localdate(),
            actor=SYSTEM,
            at=now,
            is_sample=is_sample(),
        )
        return self._link(joined.user, joined.token)

    def _invite(self, options: dict[str, Any]) -> "Answer":
        user = _user(options["username"])
        token = services.invite(user, actor=SYSTEM, at=timezone.now())
        return self._link(user, token)

    def _link(self, user: User, token: str) -> "Answer":
        link = address_of(token)
        until = services.invitation_ends(timezone.now())
        answer = {
            "username": user.username,
            "link": link,
            "until": until.isoformat(timespec="seconds"),
        }
        return answer, [link]

    def _list(self, options: dict[str, Any]) -> "Answer":
        keeping, now = keeping_of(SYSTEM, timezone.localdate()), timezone.now()
        state = STATES[options["state"]]
        found = found_people(
            keeping=keeping,
            at=now,
            q=options["find"],
            role=options["role"],
            state=state,
        )
        people = people_on_page(list(found), keeping=keeping, at=now)
        lines = [
            f"{one.user.username:<24} {_state(one):<8} {one.user.name}"
            + "".join(f"\n    {told.sentence}" for told in one.roles)
            for one in people
        ]
        return [_said(one) for one in people], lines

    def _end(self, options: dict[str, Any]) -> "Answer":
        user, body = _user(options["username"]), _body(options["at"])
        on = options["on"] or timezone.localdate()
        held = user.grants.filter(
            role=options["role"], organisation=body, valid_to__gt=on
        )
        grants = list(held.select_related("user", "organisation").order_by("pk"))
        if not grants:
            raise CommandError(f"{user.username} does not hold this role there then.")
        for grant in grants:
            services.end_grant(grant, on=on, actor=SYSTEM, at=timezone.now())
        answer = {"username": user.username, "ended": len(grants), "on": on.isoformat()}
        return answer, [f"{user.username}: {options['role']} ends on {on}."]

    def _deactivate(self, options: dict[str, Any]) -> "Answer":
        user = _user(options["username"])
        services.deactivate(user, actor=SYSTEM, at=timezone.now())
        return self._state(user)

    def _reactivate(self, options: dict[str, Any]) -> "Answer":
        user = _user(options["username"])
        services.reactivate(user, actor=SYSTEM, at=timezone.now())
        return self._state(user)

    def _state(self, user: User) -> "Answer":
        state = account_of(user, at=timezone.now()).state
        answer = {"username": user.username, "state": str(state)}
        return answer, [f"{user.username}: {state}"]


def _require_tables() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(
            "The database is not prepared for this version: start `kheo serve` once first."
        )


Answer = tuple[Any, list[str]]
"""What --json prints, and the lines for people."""


def address_of(token: str) -> str:
    """A whole address where the site has a public name, else the path."""
    path = reverse("accounts:invitation", args=[token])
    return f"https://{settings.ALLOWED_HOSTS[0]}{path}" if settings.HTTPS else path


def _state(one: Person) -> str:
    return str(one.account.state) if one.account else ""


def _said(one: Person) -> dict[str, Any]:
    return {
        "username": one.user.username,
        "name": one.user.name,
        "title": one.user.title,
        "state": _state(one),
        "roles": [_grant(told.grant) for told in one.roles],
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "role": str(grant.role),
        "body": grant.organisation.code if grant.organisation else None,
        "tree": grant.tree.code if grant.tree else None,
        "own_only": grant.is_own_only,
        "from": grant.valid_from.isoformat(),
        "to": None if grant.valid_to == OPEN_END else grant.valid_to.isoformat(),
    }


def _user(username: str) -> User:
    user = User.objects.filter(username=username.lower()).first()
    if user is None:
        raise CommandError(f"There is no account {username}.")
    return user


def _body(code: str | None) -> Organisation | None:
    if code is None:
        return None
    body = Organisation.objects.filter(code=code).first()
    if body is None:
        raise CommandError(f"There is no body {code}.")
    return body
