"""`kheo audit verify`"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kheo.audit.services import head_digest, seal, verify


class Command(BaseCommand):
    help = "Seal what waits and recompute the chain of the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, action: str, json: bool, **options: Any) -> None:
        while seal(at=timezone.now()):
            pass
        blocks, breaks = verify()
        answer = {
            "blocks": blocks,
            "head": head_digest(),
            "breaks": [asdict(found) for found in breaks],
        }
        self.stdout.write(_as_json(answer) if json else _as_text(answer))
        if breaks:
            raise CommandError("The audit trail does not fit its digests.")


def _as_json(answer: dict[str, Any]) -> str:
    return json.dumps(answer)


def _as_text(answer: dict[str, Any]) -> str:
    lines = [f"blocks {answer['blocks']}", f"head {answer['head']}"]
    lines += [f"block {b['block']}: {b['reason']}" for b in answer["breaks"]]
    return "\n".join(lines)
