"""`kheo serve`: one command from an installed package to a site that answers."""

import gc
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from gunicorn.app.base import BaseApplication

from kheo.accounts import services as accounts
from kheo.accounts.models import User
from kheo.accounts.queries import is_sample, sample_accounts
from kheo.config.allocator import be_thrifty
from kheo.config.preparation import apart, port_is_free, prepare
from kheo.sample.services import STORIES

THREADS = 8
PATIENCE = 30
HEARTBEAT = 180
"""A busy machine must not have the one web process of a SQLite site killed."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our options.

    The application is made after everything is prepared: it looks at the static files
    once, when it begins.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()
        # Looking through the program itself for garbage, of which it makes none, stopped
        # a large page now and then for a tenth of a second.
        gc.collect()
        gc.freeze()
        return application


class Command(BaseCommand):
    help = "Prepare everything that is missing, then serve the site until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--sample", choices=list(STORIES), help="load it when empty"
        )
        parser.add_argument("--workers", type=int, default=2, help="PostgreSQL only")

    def handle(
        self,
        *args: Any,
        host: str,
        port: int,
        sample: str | None,
        workers: int,
        **options: Any,
    ) -> None:
        if not port_is_free(host, port):
            raise CommandError(
                f"Cổng {port} đang được dùng; chọn cổng khác bằng PORT=… / "
                f"Port {port} is in use: choose another with PORT=…"
            )
        prepare(self._say)
        self.check(tags=["security"])
        address = f"http://{host}:{port}"
        if sample and not User.objects.exists():
            apart("demo", "load", sample)
        elif sample and is_sample():
            apart("demo", "extend")
        self._greet(address)
        connections.close_all()
        self._serve(f"{host}:{port}", 1 if settings.IS_SQLITE else workers)

    def _serve(self, bind: str, workers: int) -> None:
        words = [sys.executable, "-m", "kheo", "worker"]
        be_thrifty()
        helper = subprocess.Popen(words)  # noqa: S603  our own command
        try:
            Server(
                {
                    "bind": bind,
                    "workers": workers,
                    "threads": THREADS,
                    "worker_class": "gthread",
                    "loglevel": "warning",
                    "graceful_timeout": 10,
                    "timeout": HEARTBEAT,
                    "control_socket_disable": True,
                }
            ).run()
        finally:
            helper.terminate()
            _wait(helper)

    def _greet(self, address: str) -> None:
        self._say(f"Khéo: {address}")
        if is_sample():
            self._say(
                "Tài khoản mẫu (bấm một lần ở trang đăng nhập) / sample accounts:"
            )
            for user in sample_accounts():
                self._say(f"  {user.username:<18} {user.title} – {user.name}")
        elif first := accounts.invite_first_administrator(at=timezone.now()):
            self._say_first(address, first)
        self._say("Ctrl-C để dừng / to stop.")

    def _say_first(self, address: str, first: accounts.First) -> None:
        """Until somebody can administer the accounts, every start prints a new link."""
        public = f"https://{settings.ALLOWED_HOSTS[0]}" if settings.HTTPS else address
        path = reverse("accounts:invitation", args=[first.token])
        self._say(
            "Chưa có quản trị viên nào đăng nhập được. Mở đường dẫn này một lần để đặt"
            f" mật khẩu cho “{first.user.username}” (đường dẫn cũ hết hiệu lực) /"
            " nobody can administer the accounts yet; open this once to set a password:"
        )
        self._say(f"  {public}{path}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _wait(helper: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it is at; then it has to go."""
    try:
        helper.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        helper.kill()
        helper.wait()
