"""`kheo export`: the tables from which anyone recomputes our totals."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.accounts.queries import is_sample
from kheo.core.access import SYSTEM
from kheo.insight.queries.exports import EXPORTS, Row

STEP = 50_000


class Command(BaseCommand):
    help = "Write one table of facts, structure or claims as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=sorted(EXPORTS))
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.csv")

    def handle(self, *args: Any, table: str, out: Path, **options: Any) -> None:
        export = EXPORTS[table]
        size = export.size(SYSTEM)
        rows = self._counted(export.rows(SYSTEM), size)
        try:
            count = write_csv(out, export.columns, rows)
        except OSError as error:
            message = _("%(file)s cannot be written: %(why)s.")
            why = error.strerror or str(error)
            raise CommandError(message % {"file": out, "why": why}) from error
        marks = " (dữ liệu mẫu)" if is_sample() else ""
        sentence = _("%(count)d rows written to %(file)s.")
        self.stdout.write(sentence % {"count": count, "file": out} + marks)

    def _counted(self, rows: Iterable[Row], size: int) -> Iterator[Row]:
        for number, row in enumerate(rows, start=1):
            if number % STEP == 0:
                self.stderr.write(f"{number} / {size}")
            yield row


def write_csv(out: Path, columns: Row, rows: Iterable[Row]) -> int:
    """Write beside the file and put it there whole; says how many rows there are."""
    beside = out.with_name(f".{out.name}.part")
    count = 0
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for count, row in enumerate(rows, start=1):  # noqa: B007  told afterwards
                writer.writerow(row)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return count
