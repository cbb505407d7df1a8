"""`kheo backup`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kheo.config.backups import BackupError, write_backup


class Command(BaseCommand):
    help = "Write database and files into one archive. The secret key is kept apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="folder (default: DATA/backups)")

    def handle(self, *args: Any, to: Path | None, **options: Any) -> None:
        try:
            path = write_backup(to or settings.DATA_DIR / "backups")
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(path))
