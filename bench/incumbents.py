"""The month of 1,500 units as offices add it up today, beside ours, in one run.

`KHEO_DATA_DIR=$(mktemp -d) python bench/incumbents.py [--units 1500]`. Three ways:

- a workbook from each unit, read and added with openpyxl, and with pandas (only here:
  `pip install pandas` into the environment first; without it that row is left out);
- one JSON file behind a form, read, changed and written whole for each submission,
  with twenty writers at once, which also loses some;
- ours: each unit's month posted to the ledger by twenty writers, then the total asked.

The amounts are the same everywhere, so the sums must be. Times of the machine that it
runs on; what to take from it is the ratio of the rows.
"""

import argparse
import importlib
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection  # noqa: E402
from openpyxl import load_workbook  # noqa: E402

from kheo.core.middleware import WriteGate  # noqa: E402
from kheo.core.periods import Interval  # noqa: E402
from kheo.ledger import queries  # noqa: E402
from kheo.ledger.services import Posting, post, rebuild, verify  # noqa: E402
from kheo.stationery.paper import Column, Row  # noqa: E402
from kheo.stationery.workbook import Sheet, workbook  # noqa: E402
from world import FLOWS, NOON, TREE, bodies, communes, measures  # noqa: E402

WRITERS = 20
DAY = date(2024, 3, 20)
MONTH = Interval(date(2024, 2, 25), date(2024, 3, 25))
COLUMNS = (Column("Chỉ tiêu"), Column("Số lượng"))
Amounts = dict[str, int]
APPEND = """
import json, sys
path, start, stop, made = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
wanted = json.load(open(made))
for number in range(start, stop):
    with open(path) as file:
        try:
            known = json.load(file)
        except ValueError:
            print("unreadable", number)
            continue
    known[str(number)] = wanted[str(number)]
    with open(path, "w") as file:
        json.dump(known, file)
"""
"""What the form of today does for one submission; each writer is a process."""


def month_of(units: int) -> dict[int, Amounts]:
    dice = random.Random(2024)
    return {n: {m: dice.randrange(500) for m in FLOWS} for n in range(units)}


def sums_of(months: dict[int, Amounts]) -> Amounts:
    return {m: sum(one[m] for one in months.values()) for m in FLOWS}


def timed(work: Callable[[], object]) -> tuple[float, object]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


# Workbooks


def write_workbooks(folder: Path, months: dict[int, Amounts]) -> None:
    for number, amounts in months.items():
        rows = tuple(Row(pair) for pair in amounts.items())
        sheet = Sheet("Tháng 3", COLUMNS, rows, (f"Đơn vị {number}",))
        content = workbook([sheet], author="Kiểm thử", on=DAY)
        (folder / f"{number}.xlsx").write_bytes(content)


def add_with_openpyxl(folder: Path) -> Amounts:
    found = dict.fromkeys(FLOWS, 0)
    for path in folder.glob("*.xlsx"):
        sheet = load_workbook(path, read_only=True, data_only=True).active
        for row in sheet.iter_rows(values_only=True):
            if row and row[0] in found:
                found[row[0]] += int(row[1])
    return found


def add_with_pandas(folder: Path) -> Amounts:
    pandas = importlib.import_module("pandas")
    frames = [pandas.read_excel(path, header=None) for path in folder.glob("*.xlsx")]
    whole = pandas.concat(frames)
    rows = whole[whole[0].isin(FLOWS)]
    added = rows.groupby(0)[1].apply(lambda values: int(values.astype(int).sum()))
    return {str(code): int(value) for code, value in added.items()}


# One JSON file


def submit_to_json(folder: Path, months: dict[int, Amounts]) -> tuple[int, Amounts]:
    """Give how many submissions are still there, and what they add up to."""
    path, made = folder / "data.json", folder / "made.json"
    path.write_text("{}")
    made.write_text(json.dumps(months))
    cuts = [len(months) * n // WRITERS for n in range(WRITERS + 1)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, str(path), str(start), str(stop), str(made)],
            stdout=subprocess.DEVNULL,
        )
        for start, stop in pairwise(cuts)
    ]
    for process in running:
        process.wait()
    try:
        kept = json.loads(path.read_text())
    except ValueError:
        return 0, {}
    return len(kept), sums_of({int(n): one for n, one in kept.items()})


# Ours


def post_months(months: dict[int, Amounts], units: list[int]) -> None:
    gate = WriteGate()
    is_sqlite = connection.vendor == "sqlite"

    def one(number: int) -> None:
        lines = [
            Posting(m, m, DAY, a, (units[number],)) for m, a in months[number].items()
        ]
        if is_sqlite:
            with gate:
                post(f"report:{number}", "s0", lines, at=NOON)
        else:
            post(f"report:{number}", "s0", lines, at=NOON)

    def some(start: int) -> None:
        try:
            for number in range(start, len(months), WRITERS):
                one(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(some, range(WRITERS)))


def ask_totals(known: list) -> Amounts:
    found = queries.totals(known, [None], MONTH, tree=TREE, programme="s0")
    return {code: total.value or 0 for (code, _node), total in found.items()}


def say(what: str, seconds: float, base: float, note: str) -> None:
    print(f"| {what} | {seconds:.2f} s | {seconds / base:,.1f} | {note} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=1500)
    units = parser.parse_args().units
    call_command("migrate", verbosity=0)
    _top, _committees, cells = bodies()
    communes()
    known = [one for code, one in measures().items() if code in FLOWS]
    rebuild()
    months = month_of(units)
    right = sums_of(months)
    posting, _ = timed(lambda: post_months(months, cells))
    asking, ours = timed(lambda: ask_totals(known))
    lost = len(verify())
    is_right = ours == right
    print(f"{connection.vendor}, {units} units, {len(FLOWS)} figures each\n")
    print("| the same month | time | times our answer | |\n|---|---|---|---|")
    say("ours: the total, asked", asking, asking, "right" if is_right else "WRONG")
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_workbooks(folder, months)
        spent, found = timed(lambda: add_with_openpyxl(folder))
        note = "right" if found == right else "WRONG"
        say("workbooks read and added with openpyxl", spent, asking, note)
        if importlib.util.find_spec("pandas"):
            spent, found = timed(lambda: add_with_pandas(folder))
            note = "right" if found == right else "WRONG"
            say("workbooks read and added with pandas", spent, asking, note)
        else:
            print("| with pandas | not installed: `pip install pandas` | | |")
    print(
        "\n| submissions, twenty writers | time | times ours | lost |\n|---|---|---|---|"
    )
    say("ours: posted to the ledger", posting, posting, f"0 ({lost} discrepancies)")
    with TemporaryDirectory() as name:
        spent, kept = timed(lambda: submit_to_json(Path(name), months))
        count = kept[0] if isinstance(kept, tuple) else 0
        say("one JSON file rewritten", spent, posting, f"{units - count} of {units}")
    return 0 if is_right and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
