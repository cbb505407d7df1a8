"""`kheo pack check | load | export | list`: programme packs, from the command line."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kheo.core.access import SYSTEM
from kheo.core.errors import DomainError
from kheo.organisations.models import Organisation
from kheo.programmes import services
from kheo.programmes.models import ProgrammeVersion
from kheo.programmes.pack import Pack, PackErrors, dump_pack, load_pack
from kheo.programmes.queries import has_tables, pack_of, packs_of
from kheo.programmes.shipped import shipped_names, shipped_pack, shipped_text

USAGE = 2


class Command(BaseCommand):
    help = "Check, load, export and list programme packs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        checker = actions.add_parser("check", help="say everything wrong with files")
        checker.add_argument("files", nargs="+", metavar="FILE")
        checker.add_argument("--json", action="store_true")
        loader = actions.add_parser("load", help="put a pack into force")
        loader.add_argument("files", nargs="+", metavar="FILE")
        loader.add_argument(
            "--home", metavar="BODY", help="groups look below this body"
        )
        exporter = actions.add_parser("export", help="write a loaded or shipped pack")
        exporter.add_argument("code", metavar="CODE")
        exporter.add_argument("--on", type=date.fromisoformat, metavar="DAY")
        exporter.add_argument("--out", metavar="FILE")
        lister = actions.add_parser("list", help="list loaded and shipped packs")
        lister.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        match options["action"]:
            case "check":
                self._check(options["files"], as_json=options["json"])
            case "load":
                self._load(options["files"], options["home"])
            case "export":
                self._export(options["code"], options["on"], options["out"])
            case _:
                self._list(as_json=options["json"])

    def _check(self, names: list[str], *, as_json: bool) -> None:
        errors = [error for name in names for error in _errors_in(name)]
        if as_json:
            rows = [
                {name: getattr(error, name) for name in type(error).__slots__}
                for error in errors
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            for error in errors:
                self.stdout.write(error.render(_language()))
        if errors:
            count = len(errors)
            message = ngettext("%(n)d error.", "%(n)d errors.", count)
            raise CommandError(message % {"n": count})
        if not as_json:
            for name in names:
                self.stdout.write(_("%(file)s: no errors.") % {"file": name})

    def _load(self, names: list[str], home: str | None) -> None:
        body = Organisation.objects.filter(code=home).first() if home else None
        if home and body is None:
            raise CommandError(_("There is no body %(code)s.") % {"code": home})
        for name in names:
            pack = self._read(name)
            try:
                version = services.load(
                    pack, actor=SYSTEM, at=timezone.now(), home=body
                )
            except DomainError as refusal:
                raise CommandError(str(refusal.message)) from refusal
            sentence = _("%(code)s is in force from %(day)s.")
            values = {"code": pack.code, "day": version.valid_from.isoformat()}
            self.stdout.write(sentence % values)

    def _read(self, name: str) -> Pack:
        try:
            return load_pack(_text(name), name)
        except PackErrors as errors:
            lines = (error.render(_language()) for error in errors.errors)
            raise CommandError("\n".join(lines)) from errors

    def _export(self, code: str, on: date | None, out: str | None) -> None:
        text = dump_pack(_wanted(code, on))
        if out is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(out).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(str(error), returncode=USAGE) from error

    def _list(self, *, as_json: bool) -> None:
        rows = [*(_loaded() if has_tables() else ()), *_shipped()]
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            where = _("shipped") if row["file"] else _("loaded")
            span = f"[{row['valid']['from']}, {row['valid']['until'] or '…'})"
            label = f" ({row['label'][_language()]})" if row["label"] else ""
            name = row["name"][_language()]
            file = row["file"] or ""
            self.stdout.write(
                f"{row['code']:<16}{where:<12}{span:<27}{name}{label}  {file}".rstrip()
            )


def _language() -> str:
    return "vi" if (get_language() or "vi").startswith("vi") else "en"


def _text(name: str) -> str:
    """A file's text, or that of the shipped pack of this name."""
    path = Path(name)
    if not path.exists() and name in shipped_names():
        return shipped_text(name)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = _("%(file)s is not UTF-8 text.") % {"file": name}
        raise CommandError(sentence) from error
    except OSError as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _errors_in(name: str) -> Iterator[Any]:
    try:
        load_pack(_text(name), name)
    except PackErrors as errors:
        yield from errors.errors


def _wanted(code: str, on: date | None) -> Pack:
    """The loaded version in force on the day (today), else the shipped pack."""
    day = on or timezone.localdate()
    loaded = packs_of(code) if has_tables() else []
    begun = [pack for pack in loaded if pack.valid.start <= day]
    if loaded and on is None:
        return (begun or loaded)[-1]
    if begun and day in begun[-1].valid:
        return begun[-1]
    if not loaded and code in shipped_names():
        return shipped_pack(code)
    raise CommandError(_("There is no pack %(code)s.") % {"code": code})


def _loaded() -> Iterator[dict[str, Any]]:
    versions = ProgrammeVersion.objects.select_related("programme")
    for version in versions.order_by("programme__code", "valid_from"):
        yield _row(pack_of(version), None)


def _shipped() -> Iterator[dict[str, Any]]:
    for name in shipped_names():
        yield _row(shipped_pack(name), name)


def _row(pack: Pack, file: str | None) -> dict[str, Any]:
    return {
        "code": pack.code,
        "name": pack.name.model_dump(),
        "label": pack.label.model_dump() if pack.label else None,
        "valid": pack.valid.model_dump(mode="json", by_alias=True),
        "file": file,
    }
