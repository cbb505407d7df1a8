"""`kheo demo load province`, `kheo demo extend`, `kheo demo build province`"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kheo.core.errors import DomainError
from kheo.core.periods import DAY
from kheo.organisations.models import Organisation
from kheo.sample import prepared, services


class Command(BaseCommand):
    help = "Load the sample into an empty database, bring it up to today, or remake it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="into an empty database")
        load.add_argument("size", choices=list(services.STORIES))
        load.add_argument("--live", action="store_true", help="not from the file")
        _until(load)
        _until(actions.add_parser("extend", help="let it live up to today"))
        build = actions.add_parser("build", help="live it and write the prepared file")
        build.add_argument("size", choices=list(services.STORIES))
        build.add_argument("--out", type=Path, required=True)
        _until(build)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        until = (options["until"] or timezone.localdate()) + DAY
        try:
            getattr(self, f"_{action}")(until, options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _load(self, until: date, options: dict[str, Any]) -> None:
        self._say("Nạp dữ liệu mẫu… / Loading the sample…")
        now = timezone.now()
        if options["live"]:
            services.live(options["size"], until=until, at=now, say=self._say)
        else:
            services.load(options["size"], until=until, at=now, say=self._say)

    def _extend(self, until: date, options: dict[str, Any]) -> None:
        services.extend(until=until, say=self._say)

    def _build(self, until: date, options: dict[str, Any]) -> None:
        size, out = options["size"], options["out"]
        if not Organisation.objects.exists():
            services.live(size, until=until, at=timezone.now(), say=self._say)
        elif services.told_here() == size:
            services.extend(until=until, say=self._say)
        else:
            raise CommandError("This database holds the other sample.")
        self._say(f"{out}: {prepared.write(out)}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _until(parser: ArgumentParser) -> None:
    parser.add_argument("--until", type=date.fromisoformat, help="its last day")
