"""`kheo user add`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from kheo.accounts import services
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import DomainError
from kheo.organisations.models import Organisation


class Command(BaseCommand):
    help = "Make an account with a role at a body; print its one-time link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="make an account")
        add.add_argument("username")
        add.add_argument("--name", required=True)
        add.add_argument("--title", default="")
        add.add_argument("--role", choices=list(Role), required=True)
        add.add_argument("--at", help="code of the body", default=None)
        add.add_argument("--tree", default="party")
        add.add_argument("--own-only", action="store_true", help="not below it")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        now = timezone.now()
        body = self._body(options["at"])
        try:
            user = services.add_user(
                username=options["username"],
                name=options["name"],
                title=options["title"],
                actor=SYSTEM,
                at=now,
            )
            services.grant_role(
                user,
                Role(options["role"]),
                organisation=body,
                actor=SYSTEM,
                at=now,
                valid_from=timezone.localdate(),
                tree=options["tree"],
                own_only=options["own_only"],
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        token = services.invite(user, actor=SYSTEM, at=now)
        self.stdout.write(reverse("accounts:invitation", args=[token]))

    def _body(self, code: str | None) -> Organisation | None:
        if code is None:
            return None
        body = Organisation.objects.filter(code=code).first()
        if body is None:
            raise CommandError(f"There is no body {code}.")
        return body
