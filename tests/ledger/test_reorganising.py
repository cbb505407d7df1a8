"""Plans applied late or early, undone, and what the stored totals say then."""

from datetime import timedelta

import pytest

from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict, RuleBroken
from kheo.ledger import queries
from kheo.ledger.models import DayTotal, Entry, Projection
from kheo.ledger.services import (
    Posting,
    post,
    reorganise,
    undo_reorganisation,
    verify,
)
from kheo.organisations.models import Organisation
from kheo.organisations.services import apply_plan, define_tree, parse_plan
from tests.ledger.books import NOON, day, days
from tests.ledger.database import PARTY, make_measure

pytestmark = pytest.mark.django_db
YEAR = days("2025-01-01", "2025-12-31")
FOUNDING = """
code: founding
title: The beginning
on: 2020-01-01
basis: none
steps:
  - {do: create, body: t, name: T, kind: board, tier: province, below: {party: null}}
  - {do: create, body: d1, name: D1, kind: district_committee, tier: district, below: t}
  - {do: create, body: d2, name: D2, kind: district_committee, tier: district, below: t}
  - {do: create, body: x1, name: X1, kind: cell, tier: commune, below: d1}
  - {do: create, body: x2, name: X2, kind: cell, tier: commune, below: d2}
"""
REFORM = """
code: reform
title: Districts end
on: 2025-07-01
basis: 1684/NQ-UBTVQH15
steps:
  - {do: create, body: n, name: N, kind: commune_committee, tier: commune, below: t}
  - {do: merge, bodies: [x1, x2], into: n}
  - {do: end, bodies: [d1, d2]}
"""


@pytest.fixture
def bodies():
    define_tree(PARTY, "Party", actor=SYSTEM, at=NOON)
    apply_plan(parse_plan(FOUNDING), actor=SYSTEM, at=NOON)
    make_measure("road_m")
    make_measure("models", "stock")
    make_measure("households", "distinct")
    return Ids()


class Ids:
    def __getitem__(self, code):
        return Organisation.objects.get(code=code).pk


def road(on, amount, *bodies):
    return Posting("road", "road_m", day(on), amount, bodies)


def apply(text=REFORM):
    return reorganise(parse_plan(text), actor=SYSTEM, at=NOON)


def value(measure, node, interval=YEAR, **others):
    found = queries.measure_of(measure)
    frame = {"tree": PARTY, "node_id": node, "interval": interval, **others}
    return queries.total(found, **frame).value


def test_a_plan_applied_late_bears_the_facts_of_its_time_anew(bodies):
    post("a", "s0", [road("2025-07-10", 30, bodies["x1"])], at=NOON)
    post("b", "s0", [road("2025-06-10", 5, bodies["x1"])], at=NOON)
    assert value("road_m", bodies["d1"]) == 35
    entries = list(Entry.objects.values())

    apply()

    assert value("road_m", bodies["d1"]) == 5
    assert value("road_m", bodies["n"]) == 30
    assert value("road_m", bodies["x1"]) == 5
    assert value("road_m", bodies["t"]) == 35
    assert value("road_m", bodies["n"], structure=day("2026-01-01")) == 35
    assert list(Entry.objects.values()) == entries
    assert verify() == []


def test_an_early_plan_and_a_late_fact_meet_in_the_same_totals(bodies):
    apply()

    post("a", "s0", [road("2025-07-10", 30, bodies["x1"])], at=NOON)
    post("b", "s0", [road("2025-06-10", 5, bodies["x1"])], at=NOON)

    assert value("road_m", bodies["n"]) == 30
    assert value("road_m", bodies["d1"]) == 5
    assert verify() == []


def test_stocks_and_subjects_follow_a_plan(bodies):
    stock = Posting("m", "models", day("2023-01-01"), 4, (bodies["d1"],))
    early = Posting(
        "h", "households", day("2025-02-01"), 1, (bodies["x1"],), subject="h"
    )
    late = Posting(
        "i", "households", day("2025-08-01"), 1, (bodies["x2"],), subject="h"
    )
    post("a", "s0", [stock, early, late], at=NOON)

    apply()

    june, july = days("2025-06-01", "2025-06-30"), days("2025-07-01", "2025-07-31")
    assert value("models", bodies["d1"], june) == 4
    assert value("models", bodies["d1"], july) is None
    assert value("models", bodies["t"], july) == 4
    assert value("households", bodies["t"]) == 1
    assert value("households", bodies["n"]) == 1
    assert value("households", bodies["n"], days("2025-01-01", "2025-06-30")) is None
    assert verify() == []


def test_what_nobody_can_allocate_stays_visible(bodies):
    post("a", "s0", [road("2025-07-10", 30, bodies["d1"])], at=NOON)
    apply()

    frame = {"tree": PARTY, "node_id": bodies["t"], "interval": YEAR}
    rows = queries.breakdown(queries.measure_of("road_m"), by="child", **frame)

    assert {row.key: row.value for row in rows}["=unallocated"] == 30


def test_only_what_a_plan_touched_is_kept_a_second_time(bodies):
    post("a", "s0", [road("2025-06-10", 5, bodies["t"])], at=NOON)
    post("b", "s0", [road("2025-06-10", 7, bodies["x1"])], at=NOON)
    shift = Projection.objects.get(tree__code=PARTY, kind="shift")
    moved = DayTotal.objects.filter(projection=shift).exclude(entries=0)
    assert not moved.exists()

    apply()

    nodes = {bodies["x1"], bodies["d1"], bodies["n"]}
    assert set(moved.values_list("node", flat=True)) == nodes


def test_a_plan_can_be_undone_until_the_first_new_fact(bodies):
    post("a", "s0", [road("2025-07-10", 30, bodies["x1"])], at=NOON)
    applied = apply()
    later = NOON + timedelta(hours=1)

    undo_reorganisation(applied.plan, actor=SYSTEM, at=later)

    assert value("road_m", bodies["d1"]) == 30
    assert verify() == []


def test_a_new_fact_keeps_the_plan(bodies):
    applied = apply()
    later = NOON + timedelta(hours=1)
    post("a", "s0", [road("2025-07-10", 30, bodies["n"])], at=later)

    with pytest.raises(Conflict):
        undo_reorganisation(applied.plan, actor=SYSTEM, at=later)

    assert value("road_m", bodies["n"]) == 30
    assert verify() == []


def test_a_refused_plan_changes_no_total(bodies):
    post("a", "s0", [road("2025-07-10", 30, bodies["x1"])], at=NOON)

    with pytest.raises(RuleBroken):
        apply(REFORM.replace("x1, x2", "x1, nobody"))

    assert value("road_m", bodies["d1"]) == 30
    assert verify() == []
