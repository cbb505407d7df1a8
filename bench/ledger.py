"""Time the ledger on a province: posting, totals, tables, verify, rebuild, memory.

Run in an empty database: `KHEO_DATA_DIR=$(mktemp -d) python bench/ledger.py [ACTIVITIES]`.
"""

import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection, transaction  # noqa: E402

from kheo.core.lineage import DatedTree, Placement  # noqa: E402
from kheo.core.periods import Interval  # noqa: E402
from kheo.ledger import queries, rules  # noqa: E402
from kheo.ledger.models import Measure  # noqa: E402
from kheo.ledger.services import (  # noqa: E402
    Posting,
    define_measure,
    post,
    rebuild,
    verify,
)
from kheo.organisations import models as organisations  # noqa: E402
from kheo.places import models as places  # noqa: E402

ACTIVITIES = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
COMMITTEES, CELLS, DISTRICTS, COMMUNES = 40, 2_460, 7, 137
START, YEARS = date(2021, 1, 1), 5
YEAR = Interval(date(2024, 1, 1), date(2025, 1, 1))
MONTH = Interval(date(2024, 2, 25), date(2024, 3, 25))
FLOWS = [f"flow_{n}" for n in range(9)]
STOCKS, DISTINCT = ["models", "in_charge"], ["households", "hamlets"]
FIELDS = ["economy", "culture", "security", "party"]
NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
TREE = "party"
BATCH = 5000
DICE = random.Random(20240330)


def bodies() -> tuple[list[int], list[int], list[int]]:
    """A board, its committees and their cells; returns their ids."""
    count = 1 + COMMITTEES + CELLS
    organisations.Organisation.objects.bulk_create(
        organisations.Organisation(code=f"b{n:04d}") for n in range(count)
    )
    ids = list(
        organisations.Organisation.objects.order_by("code").values_list("pk", flat=True)
    )
    top, committees, cells = ids[:1], ids[1 : COMMITTEES + 1], ids[COMMITTEES + 1 :]
    parents = dict.fromkeys(committees, top[0])
    parents |= {cell: committees[n % COMMITTEES] for n, cell in enumerate(cells)}
    tree = organisations.Tree.objects.create(code=TREE, name="Party")
    organisations.Placement.objects.bulk_create(
        organisations.Placement(
            tree=tree, organisation_id=pk, valid_from=START, parent_id=parents.get(pk)
        )
        for pk in ids
    )
    organisations.Reach.objects.bulk_create(
        organisations.Reach(
            tree=tree,
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in DatedTree(
            Placement(pk, START, parents.get(pk)) for pk in ids
        ).closure()
    )
    return top, committees, cells


def communes() -> list[int]:
    count = 1 + DISTRICTS + COMMUNES
    places.Place.objects.bulk_create(places.Place(code=f"p{n}") for n in range(count))
    ids = list(places.Place.objects.order_by("pk").values_list("pk", flat=True))
    parents = dict.fromkeys(ids[1 : DISTRICTS + 1], ids[0])
    last = ids[DISTRICTS + 1 :]
    parents |= {pk: ids[1 + n % DISTRICTS] for n, pk in enumerate(last)}
    places.PlaceVersion.objects.bulk_create(
        places.PlaceVersion(
            place_id=pk,
            valid_from=START,
            parent_id=parents.get(pk),
            name=str(pk),
            kind="xa",
            folded=str(pk),
            sort_name=str(pk),
        )
        for pk in ids
    )
    tree = DatedTree(Placement(pk, START, parents.get(pk)) for pk in ids)
    places.PlaceReach.objects.bulk_create(
        places.PlaceReach(
            superior_id=row.superior,
            inferior_id=row.inferior,
            valid_from=row.start,
            valid_to=row.end,
            depth=row.depth,
        )
        for row in tree.closure()
    )
    return last


def measures() -> dict[str, Measure]:
    laws = dict.fromkeys(FLOWS, "flow") | dict.fromkeys(STOCKS, "stock")
    laws |= dict.fromkeys(DISTINCT, "distinct")
    words = {"name_vi": "x", "name_en": "x", "unit_vi": "x", "unit_en": "x"}
    for code, law in laws.items():
        define_measure(code, law, **words)
    define_measure(
        "rate", "ratio", decimals=1, numerator=FLOWS[0], denominator=FLOWS[1], **words
    )
    codes = [*laws, "rate"]
    return dict(zip(codes, queries.measures_of(codes), strict=True))


def lines(number: int, cells: list[int], where: list[int]) -> list[Posting]:
    """Three lines of one activity: a flow each way, and a stock or a subject."""
    on = START + timedelta(days=DICE.randrange(365 * YEARS))
    joint = DICE.choice([1, 1, 1, 2, 3])
    partners = tuple(sorted(DICE.sample(cells, joint)))
    place = DICE.choice(where)
    field = {"field": DICE.choice(FIELDS)}

    def one(line: str, measure: str, amount: int, **others) -> Posting:
        return Posting(line, measure, on, amount, partners, place_id=place, **others)

    flows = DICE.sample(FLOWS, 2)
    found = [one(m, m, DICE.randrange(1, 500), dimensions=field) for m in flows]
    if number % 4 == 0:
        until = on + timedelta(days=DICE.randrange(30, 700))
        found.append(one("s", DICE.choice(STOCKS), 1, until=until))
    else:
        subject = f"s{DICE.randrange(ACTIVITIES // 3 + 1)}"
        found.append(one("d", DICE.choice(DISTINCT), 1, subject=subject))
    return found


ENTRY = (
    *("id", "key", "programme", "measure_id", '"on"', "until", "amount", "dimensions"),
    *("place_id", "subject", "standing", "source", "line", "revision", "posted_at"),
)
CREDIT = ("entry_id", "organisation_id")


def load(known: dict[str, Measure], cells: list[int], where: list[int]) -> int:
    """Write entries and credits as plain rows, a few thousand activities at a time."""
    moment = connection.ops.adapt_datetimefield_value(NOON)
    entries: list[tuple] = []
    takers: list[tuple] = []
    count = 0
    with transaction.atomic():
        for number in range(ACTIVITIES):
            source = f"activity:{number}"
            for line in lines(number, cells, where):
                count += 1
                key = rules.key_of(source, line.line, 1)
                entries.append(
                    (
                        *(count, key, "s0", known[line.measure].pk, line.on),
                        *(line.until, line.amount, rules.canonical(line.dimensions)),
                        *(line.place_id, line.subject, line.standing),
                        *(source, line.line, 1, moment),
                    )
                )
                takers.extend((count, body) for body in line.credits)
            if len(entries) >= BATCH or number == ACTIVITIES - 1:
                copy("ledger_entry", ENTRY, entries)
                copy("ledger_credit", CREDIT, takers)
                entries.clear()
                takers.clear()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('ledger_entry_id_seq', %s)", [count])
    return count


def copy(table: str, columns: tuple[str, ...], rows: list[tuple]) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def say(what: str, value: str) -> None:
    print(f"| {what} | {value} |", flush=True)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(what: str, works: list[Callable[[], object]]) -> float:
    """Print median, 95th percentile and processor time in ms; return the median."""
    before = time.process_time()
    times = sorted(1000 * timed(work) for work in works)
    busy = 1000 * (time.process_time() - before) / len(works)
    middle, high = statistics.median(times), times[int(len(times) * 0.95)]
    say(what, f"{middle:.1f} ms, p95 {high:.1f} ms, processor {busy:.1f} ms")
    return middle


def ask(measure: Measure, node: int | None, interval: Interval, **others) -> Callable:
    frame = {"tree": TREE, "node_id": node, "interval": interval, **others}
    return lambda: queries.total(measure, **frame)


def plain_sum(measure: Measure, node: int | None) -> Callable[[], object]:
    """What a report without stored totals does: SUM over the entries, joined upwards."""
    inside = (
        "AND EXISTS (SELECT 1 FROM ledger_credit c JOIN organisations_reach r"
        " ON r.inferior_id = c.organisation_id WHERE c.entry_id = e.id"
        " AND r.superior_id = %s AND r.valid_from <= e.on AND r.valid_to > e.on)"
    )
    query = (
        "SELECT dimensions, SUM(amount) FROM ledger_entry e WHERE closed_at IS NULL"
        ' AND measure_id = %s AND e."on" >= %s AND e."on" < %s '
        + (inside if node else "").replace("e.on", 'e."on"')
        + " GROUP BY dimensions"
    )
    values = [measure.pk, YEAR.start, YEAR.end, *([node] if node else [])]

    def work() -> list:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    return work


def posting_rate(cells: list[int], where: list[int]) -> None:
    def activity(number: int) -> Callable[[], object]:
        on = YEAR.start + timedelta(days=DICE.randrange(365))
        partners = tuple(sorted(DICE.sample(cells, 3)))
        place = DICE.choice(where)
        wanted = [
            Posting(
                m, m, on, 7, partners, place_id=place, dimensions={"field": "party"}
            )
            for m in FLOWS[:5]
        ]
        subject = f"s{DICE.randrange(1000)}"
        wanted.append(
            Posting("d", DISTINCT[0], on, 1, partners, place_id=place, subject=subject)
        )
        return lambda: post(f"posted:{number}", "s0", wanted, at=NOON)

    some = [activity(number) for number in range(320)]
    for work in some[300:]:
        work()
    del some[300:]
    spread("post one joint activity (3 units, 6 lines)", some)


def main() -> None:
    call_command("migrate", verbosity=0)
    top, committees, cells = bodies()
    where = communes()
    known = measures()
    print(f"| {connection.vendor}, {ACTIVITIES} activities | |\n|---|---|")
    count = 0

    def fill() -> None:
        nonlocal count
        count = load(known, cells, where)

    say("load entries in bulk", f"{timed(fill):.1f} s")
    say("entries", str(count))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    say("rebuild", f"{timed(rebuild):.1f} s")
    say("verify", f"{timed(lambda: say('discrepancies', str(len(verify())))):.1f} s")
    say(
        "most memory so far",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB",
    )
    posting_rate(cells, where)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    ask_totals(known, committees, cells)
    ask_tables(known, top, committees, cells)
    say("discrepancies after posting", str(len(verify())))


def ask_totals(
    known: dict[str, Measure], committees: list[int], cells: list[int]
) -> None:
    for name, code in (
        ("flow", FLOWS[0]),
        ("stock", STOCKS[0]),
        ("ratio", "rate"),
        ("distinct", DISTINCT[0]),
    ):
        for at, nodes in (
            ("root", [None] * 30),
            ("committee", committees[:30]),
            ("cell", cells[:30]),
        ):
            works = [ask(known[code], node, YEAR) for node in nodes]
            stored = spread(f"{name}, a year, {at}", works)
            if name == "flow" and at != "cell":
                plain = [plain_sum(known[code], node) for node in nodes[:10]]
                times = statistics.median(1000 * timed(work) for work in plain)
                say(
                    "… as SUM … GROUP BY over entries",
                    f"{times:.1f} ms, {times / stored:.0f} times",
                )
    past = date(2021, 6, 1)
    spread(
        "flow, a year, root, as of the last day",
        [ask(known[FLOWS[0]], None, YEAR, structure=date(2030, 1, 1))] * 10,
    )
    spread(
        "flow, a year, root, as of a past day",
        [ask(known[FLOWS[0]], None, YEAR, structure=past - timedelta(days=300))] * 2,
    )


def ask_tables(
    known: dict[str, Measure], top: list[int], committees: list[int], cells: list[int]
) -> None:
    some = list(known.values())
    draft = [
        lambda n=n: queries.totals(some, [n], MONTH, tree=TREE) for n in cells[:30]
    ]
    spread(f"draft: {len(some)} measures of one cell, a month", draft)
    consolidate = [
        lambda: queries.totals(some, [top[0], *committees], MONTH, tree=TREE)
    ] * 10
    spread(f"consolidate: {len(some)} measures of {COMMITTEES} committees", consolidate)
    by_child = {"tree": TREE, "node_id": top[0], "interval": YEAR, "by": "child"}
    spread(
        "flow by child, a year, board",
        [lambda: queries.breakdown(known[FLOWS[0]], **by_child)] * 10,
    )
    by_month = {"tree": TREE, "node_id": top[0], "interval": YEAR}
    spread(
        "flow by month, a year, board",
        [lambda: queries.monthly(known[FLOWS[0]], **by_month)] * 10,
    )
    rows = {"tree": TREE, "node_id": committees[0], "interval": YEAR}
    spread(
        "open the rows of a committee's year",
        [lambda: len(queries.rows(known[FLOWS[0]], **rows))] * 10,
    )


main()
