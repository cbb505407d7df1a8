"""A process that dies in the middle loses nothing that it has acknowledged."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection

from kheo.ledger.models import Entry
from kheo.ledger.services import verify
from tests.ledger.books import World, at
from tests.ledger.database import make_bodies, make_measure
from tests.real_database import on_disk

ENOUGH = 25
WRITER = """
import sys
import django
django.setup()
from datetime import date, timedelta
from tests.ledger.books import NOON
from kheo.ledger.services import Posting, post
bodies = tuple(map(int, sys.argv[1:]))
for number in range(100_000):
    on = date(2024, 1, 1) + timedelta(days=number % 300)
    subject = f"h{number % 7}"
    lines = [
        Posting("road", "road_m", on, 3, bodies),
        Posting("home", "households", on, 1, bodies, subject=subject),
    ]
    post(f"activity:{number}", "s0", lines, at=NOON)
    print(number, flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_no_acknowledged_posting_is_lost_when_the_writer_is_killed(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("a server of its own is killed by bench/arrival.py")
    with on_disk(tmp_path):
        make_measure("road_m")
        make_measure("households", "distinct")
        bodies = make_bodies(World([at("T"), at("A", "T"), at("B", "T")]))
        words = [sys.executable, "-c", WRITER, str(bodies["A"]), str(bodies["B"])]
        url = f"sqlite:///{connection.settings_dict['NAME']}"
        around = {**os.environ, "KHEO_DATABASE_URL": url, "PYTHONPATH": _paths()}
        with subprocess.Popen(
            words, env=around, stdout=subprocess.PIPE, text=True
        ) as writer:
            told = [int(writer.stdout.readline()) for _ in range(ENOUGH)]
            writer.send_signal(signal.SIGKILL)
            told += map(int, writer.stdout.read().split())

        live = Entry.objects.filter(closed_at=None)
        sources = list(live.order_by("source").values_list("source", flat=True))

        assert writer.returncode == -signal.SIGKILL
        assert {f"activity:{number}" for number in told} <= set(sources)
        assert len(set(sources)) - len(told) in {0, 1}
        assert len(sources) == 2 * len(set(sources))
        assert verify() == []


def _paths():
    return os.pathsep.join(path for path in sys.path if path)
