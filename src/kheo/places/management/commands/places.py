"""`kheo places load | find | show | geometry`: places from the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.core.access import SYSTEM
from kheo.core.errors import DomainError
from kheo.core.periods import OPEN_END
from kheo.places import services
from kheo.places.dataset import REFORM
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import Bond, find, heirs_of, origins_of, superiors_on


class Command(BaseCommand):
    help = (
        "Load the places of Vietnam, find one by name, show one with its history, "
        "import the borders of communes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("load", help="bring the tables to the shipped data")
        finder = actions.add_parser("find", help="find places by name or code")
        finder.add_argument("text")
        finder.add_argument("--on", type=_day, help="as of that day (default: today)")
        finder.add_argument("--json", action="store_true")
        shower = actions.add_parser("show", help="show one place: versions, lineage")
        shower.add_argument("code", help="our own code, such as vn25-08")
        shower.add_argument("--json", action="store_true")
        _add_geometry(actions.add_parser("geometry", help="import borders (GeoJSON)"))

    def handle(self, **options: Any) -> None:
        match options["action"]:
            case "load":
                self._load()
            case "find":
                self._find(options["text"], options["on"], as_json=options["json"])
            case "geometry":
                self._geometry(options)
            case _:
                self._show(options["code"], as_json=options["json"])

    def _load(self) -> None:
        try:
            loaded = services.load_places(
                actor=SYSTEM, at=timezone.now(), progress=self._progress
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if loaded.is_current:
            self.stdout.write(_("The places were already loaded."))
            return
        sentence = _(
            "Places loaded: %(created)d rows created, %(changed)d changed, "
            "%(removed)d removed."
        )
        self.stdout.write(
            sentence
            % {
                "created": loaded.created,
                "changed": loaded.changed,
                "removed": loaded.removed,
            }
        )

    def _progress(self, what: str, done: int, total: int) -> None:
        self.stderr.write(f"{what}: {done} / {total}")

    def _find(self, text: str, on: date | None, *, as_json: bool) -> None:
        day = on or timezone.localdate()
        found = [_brief(version, day) for version in find(text, day)]
        if as_json:
            self._print(found)
        for row in [] if as_json else found:
            path = " < ".join([row["name"], *row["below"]])
            self.stdout.write(f"{row['code']:<14}{row['official_code']:<7}{path}")
        if not found:
            raise CommandError(_("No place is called so on that day."))

    def _show(self, code: str, *, as_json: bool) -> None:
        place = Place.objects.filter(code=code.lower()).first()
        if place is None:
            raise CommandError(_("There is no place %(code)s.") % {"code": code})
        shown: dict[str, Any] = {
            "code": place.code,
            "versions": _history(place),
            "origins": [_bond(bond) for bond in origins_of(place)],
            "heirs": [_bond(bond) for bond in heirs_of(place)],
        }
        if as_json:
            self._print(shown)
            return
        self.stdout.write(place.code)
        for row in shown["versions"]:
            span = f"{row['valid_from']} – {row['valid_to'] or '…'}"
            doubt = f"  [? {row['note']}]" if row["is_doubtful"] else ""
            self.stdout.write(f"  {span}  {row['name']}  {row['basis']}{doubt}")
        for title, rows in ((_("made from"), "origins"), (_("became"), "heirs")):
            for row in shown[rows]:
                doubt = "  [?]" if row["is_doubtful"] else ""
                line = f"{row['on']}  {row['kind']}  {row['code']}  {row['name']}"
                self.stdout.write(f"  {title}  {line}{doubt}")

    def _geometry(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        try:
            done = services.import_borders(
                content,
                on=options["on"],
                origin=options["source"],
                licence=options["licence"],
                code_property=options["code_property"],
                skip_unknown=options["skip_unknown"],
                actor=SYSTEM,
                at=timezone.now(),
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        words = _(
            "Borders of %(count)d communes stored (%(points)d points), valid from "
            "%(day)s. Communes without a border: %(missing)d."
        )
        facts = {"count": done.count, "points": done.points, "missing": done.missing}
        day = f"{done.borders.valid_from:%d/%m/%Y}"
        self.stdout.write(words % {**facts, "day": day})
        if done.skipped:
            left = _("Left out, no commune bears the code: %(codes)s.")
            self.stdout.write(left % {"codes": ", ".join(done.skipped)})

    def _print(self, value: object) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def _add_geometry(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="GeoJSON, plain or gzipped, WGS84")
    parser.add_argument("--source", required=True, help="whose borders these are")
    parser.add_argument("--licence", required=True, help="the terms of using them")
    parser.add_argument(
        "--on",
        type=_day,
        default=REFORM,
        help="the day from which they hold (default: %(default)s)",
    )
    parser.add_argument(
        "--code-property",
        default="code",
        help="property with the official code (default: code); id takes the feature's own",
    )
    parser.add_argument(
        "--skip-unknown",
        action="store_true",
        help="leave out features whose code no commune bears",
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _brief(version: PlaceVersion, day: date) -> dict[str, Any]:
    above = superiors_on(version.place, day)[1:]
    return {
        "code": version.place.code,
        "name": version.name,
        "kind": version.kind,
        "official_code": version.official_code,
        "below": [superior.name for superior in above],
        "is_doubtful": version.is_doubtful,
    }


def _history(place: Place) -> list[dict[str, Any]]:
    """Versions as half-open stretches, as the exports give them."""
    versions = list(place.versions.select_related("parent").order_by("valid_from"))
    ends = [v.valid_from for v in versions[1:]] + [OPEN_END]
    return [
        {
            "valid_from": version.valid_from.isoformat(),
            "valid_to": "" if end == OPEN_END else end.isoformat(),
            "name": version.name,
            "kind": version.kind,
            "official_code": version.official_code,
            "parent": version.parent.code if version.parent else "",
            "area_ha": version.area_ha,
            "latitude": version.latitude,
            "longitude": version.longitude,
            "is_doubtful": version.is_doubtful,
            "note": version.note,
            "basis": version.basis,
        }
        for version, end in zip(versions, ends, strict=True)
        if not version.is_end
    ]


def _bond(bond: Bond) -> dict[str, Any]:
    return {
        "code": bond.code,
        "name": bond.name,
        "kind": bond.transfer.kind,
        "on": bond.transfer.on.isoformat(),
        "share_ppm": bond.transfer.share_ppm,
        "is_default": bond.transfer.is_default,
        "is_doubtful": bond.transfer.is_doubtful,
        "basis": bond.transfer.basis,
    }
