"""`kheo due PACK --year 2024`: what a programme asks for, when, and why then."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kheo.programmes.pack import Pack, PackErrors, load_pack
from kheo.programmes.queries import has_tables, kept_since, packs_of
from kheo.programmes.regime import (
    YEARS_RECKONED,
    Duty,
    duties_through,
    with_paper,
)
from kheo.programmes.shipped import shipped_names, shipped_pack, shipped_packs


class Command(BaseCommand):
    help = "List the reports due in a year, with window, last day, lock and reasons."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "pack",
            metavar="PACK",
            help="a file, the code of a loaded programme, or a shipped pack's name",
        )
        parser.add_argument(
            "--year", type=int, help="reports whose due day lies in it (this year)"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        year = options["year"] or timezone.localdate().year
        if year not in YEARS_RECKONED:
            message = _("The year must lie between %(first)d and %(last)d.")
            values = {"first": YEARS_RECKONED[0], "last": YEARS_RECKONED[-1]}
            raise CommandError(message % values, returncode=2)
        packs, since = _asked(options["pack"])
        found = [with_paper(duty, since) for duty in duties_through(packs, year)]
        if options["json"]:
            rows = [as_row(duty) for duty in found]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for duty in found:
            self._print(duty)
        if not found:
            self.stdout.write(_("Nothing is due in %(year)d.") % {"year": year})

    def _print(self, duty: Duty) -> None:
        is_vietnamese = (get_language() or "vi").startswith("vi")
        line = _(
            "%(last_day)s  %(report)s %(code)s: %(reporter)s → %(receiver)s, "
            "figures %(first)s – %(last)s"
        )
        values = {
            "last_day": duty.last_day.isoformat(),
            "report": duty.report,
            "code": duty.code,
            "reporter": duty.reporter,
            "receiver": duty.receiver,
            "first": duty.window.start.isoformat(),
            "last": duty.window.last.isoformat(),
        }
        self.stdout.write(line % values)
        for reason in duty.why:
            self.stdout.write(f"    {reason.vi if is_vietnamese else reason.en}")


def as_row(duty: Duty) -> dict[str, Any]:
    """The shape of `--json`; `window` is half-open, as everywhere."""
    return {
        "report": duty.report,
        "frequency": duty.frequency.value,
        "reporter": duty.reporter,
        "receiver": duty.receiver,
        "window": {
            "from": duty.window.start.isoformat(),
            "to": duty.window.end.isoformat(),
        },
        "due_on": duty.due_on.isoformat(),
        "last_day": duty.last_day.isoformat(),
        "lock_on": duty.lock_on.isoformat() if duty.lock_on else None,
        "why": [reason.model_dump() for reason in duty.why],
    }


def _asked(name: str) -> tuple[list[Pack], dict[str, date]]:
    """A file's pack, or all versions of a loaded programme or a shipped one.

    With a loaded one since when its reports are kept here.
    """
    path = Path(name)
    if path.is_file():
        return [_read(path)], {}
    if has_tables() and (loaded := packs_of(name)):
        return loaded, kept_since(name)
    if name in shipped_names():
        # `s0` means all its versions, `s0-2025` that file alone.
        return shipped_packs(name) or [shipped_pack(name)], {}
    message = _("There is no file, programme or shipped pack %(name)s.")
    raise CommandError(message % {"name": name}, returncode=2)


def _read(path: Path) -> Pack:
    try:
        return load_pack(path.read_text(encoding="utf-8-sig"), str(path))
    except PackErrors as errors:
        raise CommandError(str(errors)) from errors
    except UnicodeDecodeError as error:
        sentence = _("%(file)s is not UTF-8 text.") % {"file": str(path)}
        raise CommandError(sentence) from error
