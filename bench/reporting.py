"""How long a report, a desk and a consolidated table take: 40 cells of a committee.

    python bench/reporting.py

Makes a database of its own in memory, with the shipped programme S0, three years of
logged work and the stored totals that every site has. Prints one table.
"""

import io
import os
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("KHEO_DATA_DIR", tempfile.mkdtemp(prefix="kheo-bench-"))
os.environ.setdefault("KHEO_SECRET_KEY", "only for the bench")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kheo.config.settings")
os.environ["KHEO_DATABASE_URL"] = os.environ.get(
    "KHEO_BENCH_DATABASE_URL", "sqlite://:memory:"
)

import django
import openpyxl

django.setup()

from django.core.management import call_command  # noqa: E402

from kheo.core.access import SYSTEM, Actor, Capability  # noqa: E402
from kheo.core.periods import Interval  # noqa: E402
from kheo.ledger import services as ledger  # noqa: E402
from kheo.ledger.models import ClaimKind  # noqa: E402
from kheo.organisations.rules import Details  # noqa: E402
from kheo.organisations.services import create_organisation  # noqa: E402
from kheo.programmes.models import Programme  # noqa: E402
from kheo.programmes.services import load  # noqa: E402
from kheo.programmes.shipped import shipped_packs  # noqa: E402
from kheo.reporting.models import Report  # noqa: E402
from kheo.reporting.queries.desk import rows_of, windows_of  # noqa: E402
from kheo.reporting.queries.expected import expected_pairs  # noqa: E402
from kheo.reporting.queries.figures import figures_of  # noqa: E402
from kheo.reporting.queries.lines import waiting_for  # noqa: E402
from kheo.reporting.queries.obligations import owed_in, rules_of  # noqa: E402
from kheo.reporting.queries.papers import paper_of  # noqa: E402
from kheo.reporting.queries.statements import table_of  # noqa: E402
from kheo.reporting.queries.typed import Typed  # noqa: E402
from kheo.reporting.queries.workbooks import form_of, plan_for  # noqa: E402
from kheo.reporting.services.drafts import open_report, save_report  # noqa: E402
from kheo.reporting.services.moves import move_report  # noqa: E402
from kheo.reporting.workflow import ReportAction  # noqa: E402
from kheo.stationery.word import word  # noqa: E402

CELLS = 40
START = date(2020, 1, 1)
AT = datetime(2024, 3, 22, 3, tzinfo=UTC)
MARCH = Interval(date(2024, 2, 25), date(2024, 3, 25))
MEASURES = ("sessions", "cadre_turns", "resident_turns", "roads", "trees", "waste")


def body(code, below, kind, **said):
    details = {"name": f"Đơn vị {code}", "kind": kind, "tier": "province"} | said
    return create_organisation(
        code,
        Details(**details),
        on=START,
        below={"party": below},
        actor=SYSTEM,
        at=AT,
    )


def build():
    province = body("tu", None, "provincial_committee")
    body("ban", province, "board", symbol="BDVTU")
    committee = body("a", province, "direct_committee")
    cells = [body(f"a{n}", committee, "cell") for n in range(CELLS)]
    for pack in shipped_packs("s0"):
        load(pack, actor=SYSTEM, at=AT, home=province)
    ledger.rebuild()
    day = date(2021, 10, 2)
    while day < MARCH.end:
        for number, cell in enumerate(cells):
            post(f"activity:{day}:{number}", day, cell)
        day += timedelta(days=28)
    return province, committee, cells


def post(source, day, cell):
    ledger.post(
        source,
        "s0",
        [
            ledger.Posting(m, m, day, 10 * number + 7, (cell.pk,))
            for number, m in enumerate(MEASURES)
        ],
        at=AT,
    )


def owed(definition):
    span = Interval(date(2024, 3, 1), date(2024, 4, 1))
    return [
        one
        for one in owed_in(span)
        if one.duty.report == definition and one.duty.window == MARCH
    ]


def whole_life(one):
    report = open_report(one, actor=SYSTEM, at=AT)
    cells = {"initiatives-running": Typed(declared=2), "money": Typed(declared=5)}
    cells["houses"] = Typed(said=ClaimKind.ZERO)
    save_report(
        report,
        cells=cells,
        paragraphs={"results": "…"},
        is_nil=True,
        actor=SYSTEM,
        at=AT,
    )
    for action in (ReportAction.SUBMIT, ReportAction.APPROVE, ReportAction.ACCEPT):
        move_report(report, action, actor=SYSTEM, at=AT)
    return report


def timed(name, call, times):
    took = []
    for _round in range(times):
        start = time.perf_counter()
        call()
        took.append((time.perf_counter() - start) * 1000)
    p95 = sorted(took)[max(int(len(took) * 0.95) - 1, 0)]
    print(f"| {name} | {statistics.median(took):.0f} ms | {p95:.0f} ms |")


def timed_on_the_processor(name, call, times):
    """Without what others on the machine take."""
    took = []
    for _round in range(times):
        start = time.process_time()
        call()
        took.append((time.process_time() - start) * 1000)
    p95 = sorted(took)[max(int(len(took) * 0.95) - 1, 0)]
    print(f"| {name} (CPU) | {statistics.median(took):.0f} ms | {p95:.0f} ms |")


def filled_in(content):
    """Every open number of the form typed in, as a clerk would."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["Số liệu"]
    for line in range(5, page.max_row + 1):
        if not page[f"F{line}"].protection.locked:
            page[f"F{line}"] = line
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def main():
    call_command("migrate", verbosity=0)
    _province, committee, _cells = build()
    programme = Programme.objects.select_related("home").get(code="s0")
    waiting = iter(owed("unit-month"))
    print("| what | median | p95 |\n|---|---|---|")
    timed(
        "one report: open, write, submit, approve, accept",
        lambda: whole_life(next(waiting)),
        30,
    )
    (above,) = owed("committee-month")
    report = open_report(above, actor=SYSTEM, at=AT)
    draft = open_report(owed("unit-month")[-1], actor=SYSTEM, at=AT)
    fresh = lambda pk: Report.objects.with_bodies().get(pk=pk)  # noqa: E731  two uses
    timed(
        "draft of a cell, with last period and last year",
        lambda: figures_of(fresh(draft.pk), with_past=True),
        20,
    )
    timed(
        "draft of the committee, the same",
        lambda: figures_of(fresh(report.pk), with_past=True),
        20,
    )
    timed_on_the_processor(
        "the Excel form of a cell",
        lambda: form_of(fresh(draft.pk), at=AT),
        20,
    )
    filled = filled_in(form_of(fresh(draft.pk), at=AT))
    timed_on_the_processor(
        "the form filled in: read, compared",
        lambda: plan_for(fresh(draft.pk), filled),
        20,
    )
    timed(
        f"{CELLS} cells side by side, 20 figures",
        lambda: table_of(report, rules_of(report), label="a"),
        10,
    )
    window = next(w for w in windows_of(programme.code, 2024) if w.code == "2024-03")
    timed(
        f"the desk with {CELLS} cells",
        lambda: rows_of(committee, programme, window, AT.date()),
        20,
    )
    timed(
        "what waits on a person",
        lambda: waiting_for(clerk_of(committee), AT.date()),
        20,
    )
    year = Interval(date(2024, 1, 1), date(2025, 1, 1))
    timed(
        "expected pairs of a year",
        lambda: expected_pairs("roads", year, programme="s0"),
        10,
    )
    for action in (ReportAction.SUBMIT, ReportAction.APPROVE):
        move_report(report, action, actor=SYSTEM, at=AT)
    statement = report.statements.get()
    timed("the Word report", lambda: word(paper_of(statement)), 5)


def clerk_of(organisation):
    here = {c: frozenset({organisation.pk}) for c in Capability}
    return Actor(user_id=None, roots=here, writable=here, readable=here)


if __name__ == "__main__":
    main()
