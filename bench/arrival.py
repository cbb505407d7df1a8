"""Twenty postings a second from twenty connections, and a kill in the middle.

`KHEO_DATA_DIR=$(mktemp -d) python bench/arrival.py [--seconds 60] [--kill writer]`;
PostgreSQL: `python bench/postgres.py python bench/arrival.py [--kill server]`.

Arrivals are open: they come at their moments whether or not earlier ones are done, and
a posting's time runs from its arrival. The writers live in a process of their own,
which notes each posting after its commit; what it noted must be there, whatever is
killed. `writer` kills that process with SIGKILL, `server` stops PostgreSQL at once.
"""

import argparse
import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import OperationalError, connection  # noqa: E402

from kheo.core.middleware import WriteGate  # noqa: E402
from kheo.ledger.models import Entry  # noqa: E402
from kheo.ledger.services import post, rebuild, verify  # noqa: E402
from kheo.organisations.models import Reach  # noqa: E402
from kheo.places.models import PlaceReach  # noqa: E402
from postgres import at_hand  # noqa: E402
from world import (  # noqa: E402
    NOON,
    TREE,
    bodies,
    communes,
    joint_activity,
    load,
    measures,
)

LINES = 6
PATIENCE = 30
"""Seconds for which a client tries again when the server is gone."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=20)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--activities", type=int, default=5_000)
    parser.add_argument("--kill", choices=["writer", "server"])
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def cells_and_communes() -> tuple[list[int], list[int]]:
    """The bodies and places that stand lowest, as the world made them."""
    cells = Reach.objects.filter(tree__code=TREE, depth=2)
    low = PlaceReach.objects.filter(depth=2)
    return (
        sorted(cells.values_list("inferior_id", flat=True)),
        sorted(low.values_list("inferior_id", flat=True)),
    )


# The process that writes


def write(said: argparse.Namespace) -> None:
    """Post at the moments of arrival; note number, milliseconds, tries when done."""
    cells, where = cells_and_communes()
    connection.close()
    waiting: SimpleQueue[tuple[int, float] | None] = SimpleQueue()
    gate = WriteGate() if connection.vendor == "sqlite" else contextlib.nullcontext()
    notes = os.open(said.write, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def client() -> None:
        connection.ensure_connection()
        while (one := waiting.get()) is not None:
            number, due = one
            wanted = joint_activity(number, cells, where)
            tries = patiently(guarded, number, wanted)
            spent = 1000 * (time.perf_counter() - due)
            os.write(notes, f"{number} {spent:.2f} {tries}\n".encode())
        connection.close()

    def guarded(number: int, wanted: list) -> None:
        with gate:
            post(f"arrival:{number}", "s0", wanted, at=NOON)

    clients = [threading.Thread(target=client) for _ in range(said.clients)]
    for one in clients:
        one.start()
    time.sleep(1)
    dice, due = random.Random(said.first), time.perf_counter()
    end = due + said.seconds
    number = said.first
    while (due := due + dice.expovariate(said.rate)) < end:
        time.sleep(max(0.0, due - time.perf_counter()))
        waiting.put((number, due))
        number += 1
    for _ in clients:
        waiting.put(None)
    for one in clients:
        one.join()


def patiently(work: Callable[[int, list], None], number: int, wanted: list) -> int:
    """Do it; where the server is gone do it again, as a person would; say how often."""
    until = time.monotonic() + PATIENCE
    tries = 1
    while True:
        try:
            work(number, wanted)
        except OperationalError:
            if connection.vendor == "sqlite" or time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.2)
            tries += 1
        else:
            return tries


# The process that looks on


def writer(said: argparse.Namespace, notes: Path, *, first: int, seconds: int):
    words = [sys.executable, __file__, "--write", str(notes), "--first", str(first)]
    words += ["--seconds", str(seconds), "--rate", str(said.rate)]
    return subprocess.Popen([*words, "--clients", str(said.clients)])


def run(said: argparse.Namespace, notes: Path) -> int:
    """Let the writers run, with the kill in the middle; return how many ended badly."""
    if said.kill != "writer":
        process = writer(said, notes, first=0, seconds=said.seconds)
        if said.kill == "server":
            wait_for_half(notes, said.seconds)
            server = at_hand()
            server.stop("immediate")
            server.start()
            connection.close()
        return abs(process.wait())
    half = max(1, said.seconds // 2)
    process = writer(said, notes, first=0, seconds=said.seconds)
    wait_for_half(notes, said.seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rest = writer(said, notes, first=1_000_000, seconds=said.seconds - half)
    return abs(rest.wait())


def wait_for_half(notes: Path, seconds: int) -> None:
    """Wait for the first posting, then for half the time: a start takes its own."""
    while not notes.stat().st_size:
        time.sleep(0.05)
    time.sleep(seconds / 2)
    before = len(noted(notes))
    print(f"killed after {before} postings were acknowledged", flush=True)


def noted(notes: Path) -> list[tuple[int, float, int]]:
    rows = [line.split() for line in notes.read_text("ascii").splitlines()]
    return [(int(number), float(spent), int(tries)) for number, spent, tries in rows]


def deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def say(what: str, value: object) -> None:
    print(f"| {what} | {value} |", flush=True)


def main() -> int:
    said = options()
    if said.write:
        write(said)
        return 0
    call_command("migrate", verbosity=0)
    _top, _committees, cells = bodies()
    load(said.activities, measures(), cells, communes())
    rebuild()
    with TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        ended = run(said, notes)
        done = noted(notes)
    live = Counter(
        Entry.objects.filter(source__startswith="arrival:", closed_at=None).values_list(
            "source", flat=True
        )
    )
    lost = [n for n, _, _ in done if live[f"arrival:{n}"] != LINES]
    torn = [source for source, count in live.items() if count != LINES]
    wrong = len(verify())
    times = sorted(spent for _, spent, tries in done if tries == 1)
    busy = resource.getrusage(resource.RUSAGE_CHILDREN)
    each = 1000 * (busy.ru_utime + busy.ru_stime) / max(1, len(done))
    print(f"| {connection.vendor}, kill: {said.kill or 'none'} | |\n|---|---|")
    say("postings acknowledged", len(done))
    say("p50, p95, most", ", ".join(f"{at(times, q):.1f} ms" for q in (0.5, 0.95, 1)))
    say("processor time of the writing process, a posting", f"{each:.1f} ms")
    say("done at the second try or later", sum(tries > 1 for _, _, tries in done))
    say("writers that ended with an error", ended)
    say("deadlocks", deadlocks())
    say("acknowledged and lost", len(lost))
    say("in part there", len(torn))
    say(
        "there, but not yet acknowledged when killed", len(live) - len(done) + len(lost)
    )
    say("discrepancies that verify finds", wrong)
    return 1 if ended or lost or torn or wrong else 0


def at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


if __name__ == "__main__":
    sys.exit(main())
