"""What stands between an installed package and a site that answers."""

import hashlib
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kheo.config.assets import make_fonts
from kheo.config.backups import write_backup
from kheo.places.models import Place

Say = Callable[[str], None]

UNUSED = [
    "bootstrap-*",
    "bootstrap.css*",
    "bootstrap.rtl*",
    "*.esm.*",
    "ext",
    "htmax*",
    "htmx-4*",
    "htmx-2.js",
    "django-htmx.js",
]
"""What the packages of others bring and no page loads."""


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def prepare(say: Say) -> None:
    """Bring fonts, static files, schema and places up to this version; safe to repeat."""
    make_fonts(settings.DATA_DIR / "fonts")
    _static_files(say)
    _schema(say)
    if not Place.objects.exists():
        say("Nạp địa danh cả nước… / Loading the country's places…")
        apart("places", "load")


def apart(*words: str) -> None:
    """Run one of our commands in a process of its own.

    What loads a hundred thousand rows needs memory that Python keeps: the processes
    that serve for weeks begin without it. The command says itself what is wrong.
    """
    command = [sys.executable, "-m", "kheo", *words]
    if subprocess.run(command, check=False).returncode:  # noqa: S603  our own commands
        raise CommandError(f"kheo {' '.join(words)}")


def _static_files(say: Say) -> None:
    stamp = settings.STATIC_ROOT / ".made-from"
    wanted = _static_digest()
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    say("Chuẩn bị giao diện… / Preparing static files…")
    call_command(
        "collectstatic",
        interactive=False,
        clear=True,
        verbosity=0,
        ignore_patterns=UNUSED,
    )
    stamp.write_text(wanted, "ascii")


def _static_digest() -> str:
    """What the static files are made from: names, sizes, times."""
    running = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            running.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return running.hexdigest()


def _schema(say: Say) -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    if executor.loader.applied_migrations:
        folder: Path = settings.DATA_DIR / "backups"
        say(f"Sao lưu trước khi nâng cấp… / Backing up first: {write_backup(folder)}")
    say("Chuẩn bị cơ sở dữ liệu… / Preparing the database…")
    call_command("migrate", interactive=False, verbosity=0)
