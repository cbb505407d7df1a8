"""`kheo ledger verify | rebuild`"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.core.errors import DomainError
from kheo.ledger import services
from kheo.ledger.services import Discrepancy

SHOWN = 20


class Command(BaseCommand):
    help = "Compare the stored totals with the entries, or make them anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify", "rebuild"])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, action: str, json: bool, **options: Any) -> None:
        self._is_shown = not json and options["verbosity"] > 0
        try:
            if action == "rebuild":
                self._rebuild(is_json=json)
            else:
                self._verify(is_json=json)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _rebuild(self, *, is_json: bool) -> None:
        steps = services.rebuild(self._progress)
        if is_json:
            self.stdout.write(json.dumps({"rebuilt": True, "steps": steps}))
        else:
            self.stdout.write(_("The stored totals have been made anew."))

    def _verify(self, *, is_json: bool) -> None:
        found = services.verify(self._progress)
        if is_json:
            told = [asdict(one) for one in found]
            self.stdout.write(json.dumps({"discrepancies": told}, ensure_ascii=False))
        else:
            self._tell(found)
        if found:
            message = ngettext(
                "%(count)d stored total is not what the entries give.",
                "%(count)d stored totals are not what the entries give.",
                len(found),
            )
            raise CommandError(message % {"count": len(found)})

    def _tell(self, found: list[Discrepancy]) -> None:
        for one in found[:SHOWN]:
            where = " ".join((one.table, *one.key))
            self.stdout.write(f"{where}: {one.stored} ≠ {one.expected}")
        if not found:
            self.stdout.write(_("Every stored total is what the entries give."))

    def _progress(self, done: int, steps: int) -> None:
        """Count on one line of a terminal; say nothing into a file."""
        if self._is_shown and self.stderr.isatty():
            self.stderr.write(f"\r{done}/{steps}", ending="" if done < steps else "\n")
