"""Time the ledger on a province: posting, totals, tables, verify, rebuild, memory.

Run in an empty database: `KHEO_DATA_DIR=$(mktemp -d) python bench/ledger.py [ACTIVITIES]`.
300,000 activities are the size that is promised; 20,000 show the same in a minute.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection  # noqa: E402

from kheo.core.periods import Interval  # noqa: E402
from kheo.ledger import queries  # noqa: E402
from kheo.ledger.models import Measure  # noqa: E402
from kheo.ledger.services import post, rebuild, verify  # noqa: E402
from world import (  # noqa: E402
    COMMITTEES,
    DISTINCT,
    FLOWS,
    MONTH,
    NOON,
    STOCKS,
    TREE,
    YEAR,
    bodies,
    communes,
    joint_activity,
    load,
    measures,
)


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


def whole(what: str, work: Callable[[], object]) -> None:
    """Print the seconds of one long piece of work, and those of the processor."""
    before = time.process_time()
    seconds = timed(work)
    say(what, f"{seconds:.1f} s, processor {time.process_time() - before:.1f} s")


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
        wanted = joint_activity(number, cells, where)
        return lambda: post(f"posted:{number}", "s0", wanted, at=NOON)

    some = [activity(number) for number in range(320)]
    for work in some[300:]:
        work()
    spread("post one joint activity (3 units, 6 lines)", some[:300])


def main() -> None:
    activities = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    call_command("migrate", verbosity=0)
    print(f"| {connection.vendor}, {activities} activities | |\n|---|---|")
    top, committees, cells = bodies()
    where = communes()
    known = measures()
    seconds = timed(lambda: load(activities, known, cells, where))
    say("load entries in bulk", f"{seconds:.1f} s")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    whole("rebuild", rebuild)
    whole("verify", lambda: say("discrepancies", str(len(verify()))))
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


if __name__ == "__main__":
    main()
