"""`kheo demo load small`, `kheo demo extend`"""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kheo.core.errors import DomainError
from kheo.core.periods import DAY
from kheo.sample import services


class Command(BaseCommand):
    help = "Load the sample province into an empty database, or bring it up to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="make it")
        load.add_argument("size", choices=["small"])
        load.add_argument("--until", type=date.fromisoformat, help="its last day")
        extend = actions.add_parser("extend", help="let it live up to today")
        extend.add_argument("--until", type=date.fromisoformat, help="its last day")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        until = (options["until"] or timezone.localdate()) + DAY
        try:
            if action == "load":
                self.stdout.write("Nạp dữ liệu mẫu… / Loading the sample…")
                services.load_small(until=until, at=timezone.now(), say=self._say)
            else:
                services.extend(until=until, say=self._say)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
