"""Time the pages of figures on a province: boards, measures, rows, places, files.

Run in an empty database: `KHEO_DATA_DIR=$(mktemp -d) python bench/insight.py [ACTIVITIES]`.
Run again there it finds its province made; the person `xem` may sign in to look at it.
"""

import io
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the set-up
from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from kheo.accounts.models import User  # noqa: E402
from kheo.accounts.services import add_user, grant_role  # noqa: E402
from kheo.core.access import SYSTEM, Role  # noqa: E402
from kheo.ledger.models import Credit, Entry, Measure  # noqa: E402
from kheo.ledger.rules import key_of  # noqa: E402
from kheo.ledger.services import rebuild  # noqa: E402
from kheo.organisations.models import Organisation  # noqa: E402
from kheo.organisations.rules import Details  # noqa: E402
from kheo.organisations.services import create_organisation  # noqa: E402
from kheo.places.models import Place  # noqa: E402
from kheo.places.rules import Found, PlaceKind  # noqa: E402
from kheo.places.services import apply_plan  # noqa: E402
from kheo.programmes.services import load  # noqa: E402
from kheo.programmes.shipped import shipped_packs  # noqa: E402

ACTIVITIES = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
CELLS, COMMUNES, COMMITTEES = 140, 124, 4
START, YEARS = date(2021, 10, 1), 4
NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
MONTH = {"from": "2024-02-25", "to": "2024-03-24", "programme": "s0"}
YEAR = {"from": "2023-12-15", "to": "2024-12-14", "programme": "s0"}
DICE = random.Random(20240330)
BATCH, ROUNDS = 5000, 9
FIRST = date(2020, 1, 1)


def body(code: str, name: str, kind: str, below: Organisation | None) -> Organisation:
    return create_organisation(
        code,
        Details(name=name, kind=kind, tier="province"),
        on=FIRST,
        below={"party": below},
        actor=SYSTEM,
        at=NOON,
    )


def province() -> tuple[list[Organisation], list[Place]]:
    """The province with committees, cells and communes; who works, and where."""
    top = body("tu", "Tỉnh ủy", "provincial_committee", None)
    body("ban", "Ban Dân vận", "board", top)
    committees = [
        body(f"du{n}", f"Đảng ủy trực thuộc số {n}", "direct_committee", top)
        for n in range(COMMITTEES)
    ]
    cells = [
        body(f"cb{n}", f"Chi bộ cơ quan số {n}", "cell", committees[n % COMMITTEES])
        for n in range(CELLS)
    ]
    for n in range(COMMUNES):
        body(f"xa{n}", f"Đảng ủy xã số {n}", "commune_committee", top)
    found = [Found("bench-tq", "Tuyên Quang", PlaceKind.TINH, None, "08")]
    found += [
        Found(f"bench-{n}", f"Xã số {n}", PlaceKind.XA, "bench-tq", f"{n:05d}")
        for n in range(COMMUNES)
    ]
    apply_plan(found, on=FIRST, basis="", actor=SYSTEM, at=NOON)
    for pack in shipped_packs("s0"):
        load(pack, actor=SYSTEM, at=NOON, home=top)
    workers = [*cells, *Organisation.objects.filter(code__startswith="xa")]
    return workers, list(
        Place.objects.filter(code__startswith="bench-").exclude(code="bench-tq")
    )


def facts(workers: list[Organisation], communes: list[Place]) -> int:
    """Entries as activities post them, written in bulk; the totals are built after."""
    measures = {m.code: m for m in Measure.objects.all()}
    flows = ["sessions", "cadre_turns", "resident_turns", "work_days", "roads", "trees"]
    entries, credited = [], []
    for number in range(ACTIVITIES):
        on = START + timedelta(days=DICE.randrange(365 * YEARS))
        partners = DICE.sample(workers, DICE.choice([1, 1, 1, 2]))
        place = DICE.choice(communes)
        source = f"activity:{uuid.UUID(int=number)}"
        lines = [(code, 1 + DICE.randrange(60), "") for code in flows]
        lines.append(("households_helped", 1, f"h{DICE.randrange(4000)}"))
        for code, amount, subject in lines:
            entries.append(
                Entry(
                    key=key_of(source, code, 1),
                    programme="s0",
                    measure=measures[code],
                    on=on,
                    amount=amount,
                    place=place,
                    subject=subject,
                    source=source,
                    line=code,
                    revision=1,
                    posted_at=NOON,
                )
            )
            credited.append(partners)
    made = Entry.objects.bulk_create(entries, batch_size=BATCH)
    Credit.objects.bulk_create(
        (
            Credit(entry=entry, organisation=partner)
            for entry, partners in zip(made, credited, strict=True)
            for partner in partners
        ),
        batch_size=BATCH,
    )
    rebuild()
    return len(made)


def reader() -> User:
    top = Organisation.objects.get(code="tu")
    user = add_user(username="xem", name="Người xem", actor=SYSTEM, at=NOON)
    user.set_password("xem so lieu 1")
    user.save(update_fields=["password"])
    grant_role(
        user,
        Role.OBSERVER,
        organisation=top,
        actor=SYSTEM,
        at=NOON,
        valid_from=FIRST,
    )
    return user


def timed(what: str, work: Callable[[], int]) -> None:
    """Median of several rounds, after one to warm up; on a shared machine they differ."""
    size = work()
    with CaptureQueriesContext(connection) as queries:
        work()
        asked = len(queries)
    times, own = [], []
    for _round in range(ROUNDS):
        begin, cpu = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - begin) * 1000)
        own.append((time.process_time() - cpu) * 1000)
    wall, spent = statistics.median(times), statistics.median(own)
    print(f"| {what} | {wall:.0f} | {spent:.0f} | {asked} | {size / 1000:.0f} |")


def main() -> None:
    call_command("migrate", verbosity=0)
    person = User.objects.filter(username="xem").first()
    if person is None:
        if Organisation.objects.exists():
            sys.exit("Run this in an empty database.")
        begin = time.perf_counter()
        made = facts(*province())
        person = reader()
        print(f"{made} entries made in {time.perf_counter() - begin:.0f} s")
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    entries = Entry.objects.count()
    print(f"{entries} entries, {connection.vendor}\n")
    print(
        "| page | median ms | of it processor ms | queries | kB |\n|---|---|---|---|---|"
    )

    def page(name: str, words: dict[str, str], *args: str) -> Callable[[], int]:
        def ask() -> int:
            response = client.get(reverse(f"insight:{name}", args=args), words)
            assert response.status_code == 200, response.status_code
            return len(response.content)

        return ask

    board = {"programme": "s0", "year": "2024", "period": "m3", "at": "tu"}
    of_map = board | {"measure": "roads", "province": "bench-tq"}
    pages = {
        "the province at a glance, month": page("overview", board),
        "the province at a glance, half-year": page(
            "overview", board | {"period": "h1"}
        ),
        "who sent, month": page("sent", board),
        "map of communes, month": page("map", of_map),
        "map of communes, year": page("map", of_map | {"period": "y"}),
        "both tables as Excel": page("overview_file", board, "xlsx"),
        "board of 129 children, month": page("board", board),
        "board of 129 children, year": page("board", board | {"period": "y"}),
        "the same, as it is today": page("board", board | {"structure": "today"}),
        "board of 35 cells, month": page("board", board | {"at": "du1"}),
        "one measure, month": page("measure", MONTH | {"at": "tu", "measure": "roads"}),
        "one share": page("measure", MONTH | {"at": "tu", "measure": "units_met_rate"}),
        "households, year": page(
            "measure", YEAR | {"at": "tu", "measure": "households_helped"}
        ),
        "rows of a year": page("rows", YEAR | {"at": "tu", "measure": "roads"}),
        "a commune, year": page("place", YEAR, "bench-7"),
        "the province as a place": page("place", YEAR, "bench-tq"),
        "board as Excel": page("board_file", MONTH | {"at": "tu"}, "xlsx"),
    }
    for what, ask in pages.items():
        timed(what, ask)
    numbers = count()
    with TemporaryDirectory() as folder:

        def export() -> int:
            path = Path(folder) / f"{next(numbers)}.csv"
            call_command("export", "facts", "--out", str(path), stdout=io.StringIO())
            return path.stat().st_size

        begin = time.perf_counter()
        size = export()
        print(
            f"\nexport facts: {time.perf_counter() - begin:.1f} s, {size / 1e6:.0f} MB"
        )


if __name__ == "__main__":
    main()
