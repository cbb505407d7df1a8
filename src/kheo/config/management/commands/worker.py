"""`kheo worker`: what happens by itself, every few seconds."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from kheo.audit.services import seal

PAUSE_SECONDS = 5


class Command(BaseCommand):
    help = "Seal the audit trail every few seconds. `kheo serve` starts it itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then leave")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                sealed = seal(at=timezone.now())
            except OperationalError as error:
                self.stderr.write(f"worker: {error}")  # the next round tries again
                sealed = 0
            if once:
                self.stdout.write(f"sealed {sealed}")
                return
            close_old_connections()
            stop.wait(PAUSE_SECONDS if not sealed else 1)
