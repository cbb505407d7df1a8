"""Run a command at a PostgreSQL made for it, which reaches the disk with every commit.

`python bench/postgres.py python bench/ledger.py`; the server of `tools/postgres.sh`
does not wait for the disk, so it is right for tests and wrong for measuring.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


class Server:
    """One PostgreSQL in a folder of its own, run by an unprivileged user."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    @property
    def url(self) -> str:
        return f"postgres://kheo@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *words: str) -> None:
        command = [*self.user, str(self.bin / program), "-D", str(self.folder / "data")]
        subprocess.run(
            [*command, *words], check=True, cwd=self.folder, stdout=subprocess.DEVNULL
        )

    def make(self) -> None:
        if self.user:
            shutil.chown(self.folder, "postgres")
        self.run(
            "initdb", "-U", "kheo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-s", "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-s", "-w", "-m", mode, "stop")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at_hand() -> Server:
    """The server that the surrounding command was started at."""
    words = os.environ["KHEO_BENCH_POSTGRES"]
    port, folder = words.split(":", 1)
    return Server(Path(folder), int(port))


def main() -> int:
    folder = Path(tempfile.mkdtemp())
    server = Server(folder, free_port())
    server.make()
    server.start()
    around = {
        "KHEO_DATABASE_URL": server.url,
        "KHEO_BENCH_POSTGRES": f"{server.port}:{folder}",
    }
    try:
        return subprocess.call(sys.argv[1:], env={**os.environ, **around})
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
