"""Time what people wait for: reading the files, loading the tables, asking by day.

Run in an empty database: `KHEO_DATA_DIR=$(mktemp -d) python bench/places.py`.
"""

import os
import statistics
import time
from datetime import UTC, date, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection, transaction  # noqa: E402

from kheo.core.access import SYSTEM  # noqa: E402
from kheo.places import dataset  # noqa: E402
from kheo.places.models import Place  # noqa: E402
from kheo.places.queries import find, place_tree, subtree_on, version_on  # noqa: E402
from kheo.places.services import add_hamlet, load_places  # noqa: E402

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
DAY = date(2024, 5, 1)
TODAY = date(2026, 1, 5)


def timed(name, action, *, times=1):
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spans.append((time.perf_counter() - start) * 1000)
    middle, worst = statistics.median(spans), max(spans)
    print(f"| {name} | {times} | {middle:.1f} | {worst:.1f} |")


def main():
    call_command("migrate", verbosity=0, run_syncdb=True)
    print(
        f"{connection.vendor}\n\n| what | times | median ms | worst ms |\n|---|---|---|---|"
    )
    timed("read the shipped files", lambda: (dataset.versions(), dataset.transfers()))
    timed("load the country", lambda: load_places(actor=SYSTEM, at=NOON))
    timed("load again", lambda: load_places(actor=SYSTEM, at=NOON), times=3)
    old, new = (Place.objects.get(code=code) for code in ("vn-08", "vn25-08"))
    commune = Place.objects.get(code="vn25-02455")
    timed("a place on a day", lambda: version_on(commune, TODAY), times=100)
    timed(
        "a province's 145 places in 2024", lambda: list(subtree_on(old, DAY)), times=50
    )
    timed(
        "a province's 125 places today", lambda: list(subtree_on(new, TODAY)), times=50
    )
    timed("find “dong van”", lambda: find("dong van", TODAY), times=50)
    timed("find “xa” (2,600 answers)", lambda: find("xa", TODAY), times=5)
    timed("the tree for carrying", place_tree, times=3)
    numbers = iter(range(100))

    def hamlet():
        name = f"Thôn {next(numbers)}"
        add_hamlet(commune, name=name, on=TODAY, actor=SYSTEM, at=NOON)

    with transaction.atomic():
        timed("add a hamlet", hamlet, times=50)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
