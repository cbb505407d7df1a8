"""How answers are written, in what order, and what they cost."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kheo.ledger import queries
from kheo.ledger.models import DayTotal
from kheo.ledger.queries.answers import Kept, Scope
from kheo.ledger.queries.sums import sums_at
from kheo.ledger.services import Posting, post
from kheo.organisations.models import OrganisationVersion
from tests.ledger.books import NOON, World, at, day, days
from tests.ledger.database import PARTY, make_bodies, make_measure

pytestmark = pytest.mark.django_db
QUARTER = days("2024-01-01", "2024-03-31")


@pytest.fixture
def bodies():
    make_measure("road_m")
    make_measure("due")
    make_measure("models", "stock")
    make_measure("households", "distinct")
    make_measure("rate", "ratio", decimals=1, numerator="road_m", denominator="due")
    tree = [at("T"), at("A", "T"), at("B", "T"), at("A1", "A"), at("B1", "B")]
    ids = make_bodies(World(tree))
    for name, called in {"A": "Đông", "B": "Dân"}.items():
        OrganisationVersion.objects.create(
            organisation_id=ids[name],
            valid_from=day("2020-01-01"),
            name=called,
            kind="cell",
            tier="commune",
            sort_name=called,
            folded=called,
        )
    line = Posting("road", "road_m", day("2024-03-02"), 30, (ids["A1"], ids["B1"]))
    due = replace(line, line="due", measure="due", amount=60)
    seen = replace(line, line="h", measure="households", amount=1, subject="h1")
    stock = replace(line, line="m", measure="models", amount=2)
    post("activity:1", "s0", [line, due, seen, stock], at=NOON)
    return ids


def frame(node, interval=QUARTER, **others):
    return {"tree": PARTY, "node_id": node, "interval": interval, **others}


def test_children_come_in_vietnamese_order_and_corrections_last(bodies):
    with translation.override("en"):
        rows = queries.breakdown(
            queries.measure_of("road_m"), by="child", **frame(bodies["T"])
        )

    assert [(row.label, row.value) for row in rows] == [
        ("Dân", 30),
        ("Đông", 30),
        ("its own", 0),
        ("joint work counted once", -30),
        ("unallocated", 0),
    ]


def test_months_come_in_order_and_missing_ones_are_missing(bodies):
    rows = queries.monthly(queries.measure_of("road_m"), **frame(bodies["A"]))

    assert [(row.key, row.value) for row in rows] == [
        ("2024-01", None),
        ("2024-02", None),
        ("2024-03", 30),
    ]


def test_rows_of_a_ratio_carry_their_parts(bodies):
    rows = queries.breakdown(
        queries.measure_of("rate"), by="child", **frame(bodies["T"])
    )

    first = rows[0].total
    assert (first.text, first.numerator, first.denominator) == ("50.0", 30, 60)


def test_a_value_that_no_entry_states_has_its_own_row(bodies):
    paved = Posting(
        "r", "road_m", day("2024-03-03"), 5, (bodies["A1"],), dimensions={"kind": "new"}
    )
    post("activity:2", "s0", [paved], at=NOON)

    rows = queries.breakdown(
        queries.measure_of("road_m"), by=("breakdown", "kind"), **frame(bodies["T"])
    )

    assert [(row.key, row.value) for row in rows] == [("new", 5), ("=none", 30)]


def test_a_table_costs_the_same_for_one_and_for_many_bodies(bodies):
    measures = queries.measures_of(["road_m", "models", "households", "rate"])

    def cost(nodes):
        with CaptureQueriesContext(connection) as asked:
            queries.totals(measures, nodes, QUARTER, tree=PARTY)
        return len(asked)

    one, many = cost([bodies["A"]]), cost(list(bodies.values()))

    assert one == many
    assert many <= 6


@pytest.mark.parametrize("code", ["road_m", "models", "households", "rate"])
@pytest.mark.parametrize("structure", [queries.RECORDED, day("2030-01-01")])
def test_no_stored_total_touches_the_entries(bodies, code, structure):
    with CaptureQueriesContext(connection) as asked:
        found = queries.total(
            queries.measure_of(code), **frame(bodies["T"], structure=structure)
        )

    assert found.value is not None
    tables = [q["sql"] for q in asked if 'FROM "ledger_entry"' in q["sql"]]
    assert tables == []


def test_a_total_is_one_search_in_the_order_of_the_keys(bodies):
    if connection.vendor != "sqlite":
        pytest.skip("the plan is SQLite's; PostgreSQL chooses by the size of the table")
    scope = Scope(PARTY, QUARTER)
    with CaptureQueriesContext(connection) as asked:
        sums_at(queries.measures_of(["road_m"]), [bodies["T"]], scope, Kept.of(scope))
    sums = next(q["sql"] for q in asked if "ledger_daytotal" in q["sql"])

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sums)
        plan = " ".join(row[3] for row in cursor.fetchall())

    assert "SEARCH ledger_daytotal USING PRIMARY KEY" in plan


@pytest.mark.parametrize("code", ["road_m", "models", "households", "rate"])
@pytest.mark.parametrize("node", ["T", "A", None])
def test_no_statement_of_a_total_reads_a_large_table_through(bodies, code, node):
    if connection.vendor != "sqlite":
        pytest.skip("the plan is SQLite's; PostgreSQL chooses by the size of the table")
    measure = queries.measure_of(code)
    with CaptureQueriesContext(connection) as asked:
        queries.total(measure, **frame(bodies[node] if node else None))

    with connection.cursor() as cursor:
        plans = []
        for query in asked:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plans += [row[3] for row in cursor.fetchall()]
    large = ("ledger_entry", "ledger_credit", "ledger_daytotal", "ledger_seen")
    assert plans
    assert [p for p in plans if p.startswith("SCAN") and p.endswith(large)] == []


def run(*arguments):
    out = StringIO()
    call_command("ledger", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_yes_when_all_is_right(bodies):
    assert json.loads(run("verify", "--json")) == {"discrepancies": []}
    assert run("verify").strip()


def test_the_command_says_no_and_what_and_rebuild_mends_it(bodies):
    DayTotal.objects.filter(node=bodies["T"]).update(amount=1)

    with pytest.raises(CommandError) as refusal:
        run("verify")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("ledger", "verify", "--json", stdout=out)

    assert refusal.value.returncode == 1
    found = json.loads(out.getvalue())["discrepancies"]
    assert {row["table"] for row in found} == {"daytotal"}
    assert [row["expected"][0] for row in found if "due" in row["key"]] == [60]
    assert json.loads(run("rebuild", "--json"))["rebuilt"] is True
    assert run("rebuild").strip()
    assert json.loads(run("verify", "--json")) == {"discrepancies": []}
