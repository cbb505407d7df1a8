"""`kheo worker`: what happens by itself, every few seconds or once a day."""

import signal
import threading
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from kheo.activities.services import settle
from kheo.audit.services import seal
from kheo.documents.passing import forget_passing
from kheo.documents.services import erase_withdrawn

PAUSE_SECONDS = 5


class Command(BaseCommand):
    help = "Seal the audit trail, count days due and met, erase withdrawn files. `kheo serve` starts it itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then leave")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        worked_on: date | None = None
        while not stop.is_set():
            try:
                worked_on = self._daily(worked_on)
                sealed = seal(at=timezone.now())
            except OperationalError as error:
                self.stderr.write(f"worker: {error}")  # the next round tries again
                sealed = 0
            if once:
                self.stdout.write(f"sealed {sealed}")
                return
            close_old_connections()
            stop.wait(PAUSE_SECONDS if not sealed else 1)

    def _daily(self, worked_on: date | None) -> date:
        """What is due once a day, at the first round of it; safe to repeat."""
        today = timezone.localdate()
        if worked_on != today:
            settle(today, at=timezone.now())
            erase_withdrawn(at=timezone.now())
            forget_passing(at=timezone.now())
        return today
