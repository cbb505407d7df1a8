"""`kheo reference`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from kheo.config.reference import pages

FOLDER = Path("docs") / "reference"


class Command(BaseCommand):
    help = "Write the generated reference pages, or check that they are fresh."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("--write", action="store_true")
        group.add_argument("--check", action="store_true")

    def handle(self, *args: Any, write: bool, check: bool, **options: Any) -> None:
        if not FOLDER.is_dir():
            raise CommandError(f"There is no folder {FOLDER} here.")
        with translation.override("en"):
            made = pages()
        if write:
            for name, text in made.items():
                (FOLDER / name).write_text(text, "utf-8")
        stale = [n for n, t in made.items() if _read(FOLDER / n) != t]
        if stale:
            raise CommandError(f"Run `kheo reference --write`: {', '.join(stale)}")
        self.stdout.write(f"{len(made)} pages are fresh")


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
