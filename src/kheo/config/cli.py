"""The `kheo` command: pure tools start at once, the rest through Django."""

import os
import sys
from importlib import import_module

PURE = {
    "read": "kheo.directives.reading.command",
    "assign": "kheo.assignments.solver.command",
}
"""Commands that need neither database nor settings, and the modules that hold them."""


def main() -> None:
    """Run one command and leave with its exit code: 0 yes, 1 no or refused, 2 usage."""
    name, *rest = sys.argv[1:] or [""]
    if name in PURE:
        sys.exit(import_module(PURE[name]).main(rest))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
    management = import_module("django.core.management")
    management.execute_from_command_line(["kheo", *sys.argv[1:]])
