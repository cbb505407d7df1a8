"""`kheo org show | find | plan | import`: bodies from the command line."""

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
from kheo.ledger.services import reorganise, undo_reorganisation
from kheo.organisations import services
from kheo.organisations.models import Lineage, Organisation, Placement
from kheo.organisations.queries import names_on, search
from kheo.organisations.rules import Outcome, PlanText

USAGE = 2


class Command(BaseCommand):
    help = "Show and find bodies; check and apply plans of reorganisation; import."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        shower = actions.add_parser("show", help="one body: versions, places, lineage")
        shower.add_argument("code")
        finder = actions.add_parser("find", help="bodies by any name they ever bore")
        finder.add_argument("text")
        finder.add_argument("--on", type=date.fromisoformat, help="that exist that day")
        planner = actions.add_parser("plan", help="check, apply or undo a plan (YAML)")
        planner.add_argument("what", choices=["check", "apply", "undo"])
        planner.add_argument("file", help="the file; for undo the plan's code")
        importer = actions.add_parser("import", help="create bodies from .csv or .xlsx")
        importer.add_argument("file")
        for action in (shower, finder, planner, importer):
            action.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        self._is_json = options["json"]
        try:
            answer = self._answer(options)
        except services.PlanRefused as refusal:
            if options["json"]:
                self._print({"problems": list(refusal.problems)})
            raise CommandError(refusal.message) from refusal
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if options["json"]:
            self._print(answer)

    def _answer(self, options: dict[str, Any]) -> Any:
        match options["action"]:
            case "show":
                return self._show(options["code"])
            case "find":
                return self._find(options["text"], options["on"])
            case "import":
                return self._import(Path(options["file"]))
            case _:
                return self._plan(options["what"], options["file"])

    # what each action does

    def _show(self, code: str) -> dict[str, Any]:
        body = Organisation.objects.filter(code=code).first()
        if body is None:
            raise CommandError(_("There is no body %(code)s.") % {"code": code})
        shown: dict[str, Any] = {
            "code": body.code,
            "versions": [
                {
                    "from": version.valid_from.isoformat(),
                    "is_end": version.is_end,
                    "name": version.name,
                    "kind": version.kind,
                    "tier": version.tier,
                    "symbol": version.symbol,
                    "basis": version.basis,
                }
                for version in body.versions.order_by("valid_from")
            ],
            "placements": _placements(body),
            "lineage": _lineage(body),
        }
        for part in ("versions", "placements", "lineage"):
            for row in shown[part]:
                self._say("  ".join(str(value) for value in row.values()))
        return shown

    def _find(self, text: str, on: date | None) -> list[dict[str, str]]:
        found = search(text, on).order_by("code")
        names = names_on([body.pk for body in found], on or timezone.localdate())
        rows = [{"code": body.code, "name": names[body.pk]} for body in found]
        for row in rows:
            self._say(f"{row['code']:<24}{row['name']}")
        if not rows:
            raise CommandError(_("No body is called so."))
        return rows

    def _plan(self, what: str, name: str) -> dict[str, Any]:
        if what == "undo":
            return self._undo(name)
        plan = services.parse_plan(_read(Path(name)).decode("utf-8", "replace"))
        if what == "check":
            return self._check(plan)
        applied = reorganise(plan, actor=SYSTEM, at=timezone.now())
        self._say(_("The plan “%(code)s” has been applied.") % {"code": plan.code})
        return _told(plan, applied.outcome)

    def _check(self, plan: PlanText) -> dict[str, Any]:
        for line in services.check_plan(plan, actor=SYSTEM):
            self._say(line)
        return _told(plan, services.preview_plan(plan))

    def _undo(self, code: str) -> dict[str, Any]:
        plan = services.plan_in_force(code)
        undo_reorganisation(plan, actor=SYSTEM, at=timezone.now())
        self._say(_("The plan “%(code)s” has been undone.") % {"code": code})
        return {"plan": code, "undone": True}

    def _import(self, path: Path) -> dict[str, Any]:
        rows = services.parse_table(path.name, _read(path))
        made = services.import_organisations(rows, actor=SYSTEM, at=timezone.now())
        self._say(_("%(count)d bodies have been created.") % {"count": len(made)})
        return {"created": [body.code for body in made]}

    def _say(self, line: str) -> None:
        if not self._is_json:
            self.stdout.write(line)

    def _print(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = _("%(path)s cannot be read: %(reason)s.")
        values = {"path": path, "reason": error.strerror or ""}
        raise CommandError(message % values, returncode=USAGE) from error


def _told(plan: PlanText, outcome: Outcome) -> dict[str, Any]:
    return {
        "plan": plan.code,
        "on": plan.on.isoformat(),
        "created": sorted(outcome.created),
        "ended": sorted(outcome.ended),
        "affected": sorted(outcome.affected),
        "followers": sorted(outcome.followers),
    }


def _placements(body: Organisation) -> list[dict[str, Any]]:
    rows = Placement.objects.filter(organisation=body).select_related("tree", "parent")
    return [
        {
            "tree": row.tree.code,
            "from": row.valid_from.isoformat(),
            "below": row.parent.code if row.parent else None,
            "is_end": row.is_end,
        }
        for row in rows.order_by("tree__code", "valid_from")
    ]


def _lineage(body: Organisation) -> list[dict[str, Any]]:
    bonds = body.origins.all() | body.heirs.all()
    rows: list[Lineage] = list(
        bonds.select_related("predecessor", "successor").order_by("on", "pk")
    )
    return [
        {
            "on": row.on.isoformat(),
            "kind": row.kind,
            "predecessor": row.predecessor.code,
            "successor": row.successor.code,
            "share_ppm": row.share_ppm,
            "basis": row.basis,
        }
        for row in rows
    ]
