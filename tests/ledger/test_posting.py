"""Posting a source again replaces its lines; measures and claims keep their promises."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.core.errors import Conflict, RuleBroken
from kheo.ledger import queries
from kheo.ledger.models import Claim, ClaimKind, DayTotal, Entry, Measure, Seen
from kheo.ledger.services import (
    Posted,
    Posting,
    claim,
    post,
    rebuild,
    verify,
    withdraw,
    withdraw_claims,
)
from tests.ledger.books import NOON, World, at, day, days
from tests.ledger.database import PARTY, make_bodies, make_measure

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
MARCH, APRIL = days("2024-03-01", "2024-03-31"), days("2024-04-01", "2024-04-30")
ROAD = Posting("road", "road_m", day("2024-03-02"), 430, ())


@pytest.fixture
def bodies():
    make_measure("road_m")
    make_measure("models", "stock")
    make_measure("households", "distinct")
    tree = [at("T"), at("A", "T"), at("B", "T"), at("A1", "A"), at("B1", "B")]
    return make_bodies(World(tree))


def value(measure, node, interval=MARCH, **others):
    found = queries.measure_of(measure)
    frame = {"tree": PARTY, "node_id": node, "interval": interval, **others}
    return queries.total(found, **frame).value


def live():
    return Entry.objects.filter(closed_at=None)


def test_posting_the_same_again_changes_nothing(bodies):
    road = replace(ROAD, credits=(bodies["A1"], bodies["B1"]))
    first = post("activity:1", "s0", [road], at=NOON)
    before = list(Entry.objects.values())

    second = post("activity:1", "s0", [replace(road)], at=LATER)

    assert first == Posted(entered=1, closed=0, unchanged=0)
    assert second == Posted(entered=0, closed=0, unchanged=1)
    assert list(Entry.objects.values()) == before


def test_a_large_posting_asks_no_more_often_than_a_small_one(bodies):
    partners = (bodies["A1"], bodies["B1"])
    road = replace(ROAD, credits=partners)
    home = Posting("h", "households", ROAD.on, 1, partners, subject="h0")
    many = [replace(road, line=f"road {n}") for n in range(5)]
    many += [replace(home, line=f"h{n}", subject=f"h{n}") for n in range(5)]
    post("activity:0", "s0", [road, replace(home, subject="other")], at=NOON)

    def cost(source, lines):
        with CaptureQueriesContext(connection) as asked:
            post(source, "s0", lines, at=NOON)
        return len(asked)

    small = cost("activity:1", [road, home])

    assert cost("activity:2", many) == small
    assert small <= 18


def test_a_replacement_may_change_day_amount_and_partners(bodies):
    road = replace(ROAD, credits=(bodies["A1"], bodies["B1"]))
    post("activity:1", "s0", [road], at=NOON)

    moved = replace(road, on=day("2024-04-06"), amount=200, credits=(bodies["B1"],))
    outcome = post("activity:1", "s0", [moved], at=LATER)

    assert outcome == Posted(entered=1, closed=1, unchanged=0)
    assert value("road_m", bodies["T"]) is None
    assert value("road_m", bodies["A"], APRIL) is None
    assert value("road_m", bodies["B"], APRIL) == 200
    old, new = Entry.objects.order_by("revision")
    assert (old.amount, old.closed_at) == (430, LATER)
    assert (new.amount, new.revision, new.closed_at) == (200, 2, None)
    assert verify() == []


def test_a_line_that_is_gone_is_closed_and_comes_back_as_a_new_revision(bodies):
    road = replace(ROAD, credits=(bodies["A1"],))
    drain = replace(road, line="drain", amount=70)
    post("activity:1", "s0", [road, drain], at=NOON)
    post("activity:1", "s0", [drain], at=NOON)

    outcome = post("activity:1", "s0", [road, drain], at=LATER)

    assert outcome == Posted(entered=1, closed=0, unchanged=1)
    assert value("road_m", bodies["A"]) == 500
    assert live().get(line="road").revision == 2
    assert Entry.objects.filter(line="road").values("key").distinct().count() == 2


def test_withdrawing_removes_figures_upward_at_once(bodies):
    post("report:1", "s0", [replace(ROAD, credits=(bodies["A1"],))], at=NOON)

    withdraw("report:1", at=LATER)

    assert value("road_m", bodies["A1"]) is None
    assert value("road_m", None) is None
    assert not live().exists()
    assert verify() == []


def test_an_estimate_that_becomes_actual_is_a_new_revision(bodies):
    road = replace(ROAD, credits=(bodies["A1"],), standing="estimated")
    post("report:1", "s0", [road], at=NOON)

    post("report:1", "s0", [replace(road, standing="actual")], at=LATER)

    assert live().get().standing == "actual"
    assert live().get().revision == 2


def test_another_programme_is_another_line(bodies):
    road = replace(ROAD, credits=(bodies["A1"],))
    post("report:1", "s0", [road], at=NOON)

    post("report:1", "s1", [road], at=LATER)

    assert value("road_m", bodies["T"], programme="s0") is None
    assert value("road_m", bodies["T"], programme="s1") == 430


def test_one_household_seen_twice_and_taken_back_once(bodies):
    def seen(on, body):
        return Posting("h", "households", day(on), 1, (bodies[body],), subject="h1")

    post("a", "s0", [seen("2024-03-02", "A1")], at=NOON)
    post("b", "s0", [seen("2024-03-09", "B1")], at=NOON)
    assert value("households", bodies["T"]) == 1

    withdraw("a", at=LATER)

    assert value("households", bodies["A"]) is None
    assert value("households", bodies["T"]) == 1
    assert verify() == []


def test_a_declared_distinct_answers_for_its_own_body_and_window_only(bodies):
    declared = Posting(
        "h", "households", MARCH.start, 12, (bodies["A1"],), until=MARCH.end
    )
    seen = Posting("i", "households", MARCH.start, 1, (bodies["A1"],), subject="h1")
    post("report:1", "s0", [declared, seen], at=NOON)

    assert value("households", bodies["A1"]) == 13
    assert value("households", bodies["A"]) == 1
    assert value("households", None) == 1
    assert value("households", bodies["A1"], days("2024-03-01", "2024-03-30")) == 1
    assert value("households", bodies["A1"], days("2024-03-01", "2024-04-30")) == 1
    assert value("households", bodies["A1"], programme="s1") is None
    frame = {"tree": PARTY, "node_id": bodies["A1"], "interval": MARCH}
    assert queries.rows(queries.measure_of("households"), **frame).count() == 2
    assert verify() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "nobody_knows"},
        {"credits": ()},
        {"credits": (1, 1)},
        {"amount": 2**62},
        {"standing": "guessed"},
        {"until": day("2024-03-02")},
        {"until": day("2024-03-20")},
        {"dimensions": {"a;b": "x"}},
        {"dimensions": {"a": ""}},
        {"measure": "households"},
        {"measure": "households", "subject": "h1", "amount": 2},
        {"measure": "models", "until": day("2024-01-01")},
        {"measure": "rate"},
    ],
)
def test_a_line_against_the_law_is_refused_and_nothing_changes(bodies, wrong):
    make_measure("rate", "ratio", numerator="road_m", denominator="road_m")
    right = replace(ROAD, credits=(bodies["A1"],))

    with pytest.raises(RuleBroken) as refusal:
        post("s", "s0", [replace(right, line="x"), replace(right, **wrong)], at=NOON)

    assert refusal.value.field
    assert not Entry.objects.exists()
    assert not DayTotal.objects.exists()


def test_two_lines_of_one_name_are_refused(bodies):
    road = replace(ROAD, credits=(bodies["A1"],))

    with pytest.raises(RuleBroken):
        post("s", "s0", [road, replace(road, amount=1)], at=NOON)

    assert not Entry.objects.exists()


def test_defining_a_measure_again_changes_its_names_only(bodies):
    again = make_measure("road_m")

    assert Measure.objects.filter(code="road_m").get() == again


@pytest.mark.parametrize("change", [{"law": "stock"}, {"decimals": 2}])
def test_law_and_decimals_of_a_measure_never_change(bodies, change):
    with pytest.raises(Conflict):
        make_measure("road_m", **change)

    assert Measure.objects.get(code="road_m").law == "flow"


@pytest.mark.parametrize(
    "wrong",
    [
        {"law": "median"},
        {"law": "ratio"},
        {"law": "ratio", "numerator": "road_m", "denominator": "nobody_knows"},
        {"law": "ratio", "numerator": "road_m", "denominator": "models"},
        {"law": "ratio", "numerator": "rate", "denominator": "rate"},
        {"numerator": "road_m", "denominator": "road_m"},
        {"decimals": 7},
    ],
)
def test_a_measure_that_cannot_add_up_is_refused(bodies, wrong):
    make_measure("rate", "ratio", numerator="road_m", denominator="road_m")

    with pytest.raises(RuleBroken):
        make_measure("new", **wrong)

    assert not Measure.objects.filter(code="new").exists()


def test_claims_are_replaced_and_withdrawn(bodies):
    said = {"road_m": ClaimKind.ZERO, "models": ClaimKind.NIL}
    assert claim("report:1", "s0", bodies["A1"], MARCH, said, at=NOON) == 2
    assert claim("report:1", "s0", bodies["A1"], MARCH, said, at=LATER) == 0
    assert value("road_m", bodies["A"]) == 0

    changed = {"road_m": ClaimKind.NOT_APPLICABLE}
    assert claim("report:1", "s0", bodies["A1"], MARCH, changed, at=LATER) == 1
    assert value("road_m", bodies["A"]) is None
    assert value("models", bodies["A"]) is None

    claim("report:1", "s0", bodies["A1"], MARCH, said, at=LATER)
    withdraw_claims("report:1", at=LATER)
    assert value("road_m", bodies["A"]) is None
    assert not Claim.objects.filter(closed_at=None).exists()


@pytest.mark.parametrize("code", ["rate", "nobody_knows"])
def test_nothing_is_claimed_of_a_ratio_or_of_the_unknown(bodies, code):
    make_measure("rate", "ratio", numerator="road_m", denominator="road_m")

    with pytest.raises(RuleBroken):
        claim("r", "s0", bodies["A1"], MARCH, {code: ClaimKind.ZERO}, at=NOON)

    assert not Claim.objects.exists()


def test_not_applicable_leaves_what_is_expected(bodies):
    measure = queries.measure_of("road_m")
    owed = [(bodies["A1"], MARCH), (bodies["B1"], MARCH), (bodies["B"], MARCH)]
    kinds = {"A1": ClaimKind.ZERO, "B1": ClaimKind.NOT_APPLICABLE}
    for body, kind in kinds.items():
        said = {"road_m": kind}
        claim(f"report:{body}", "s0", bodies[body], MARCH, said, at=NOON)
    frame = {"tree": PARTY, "node_id": bodies["T"], "interval": MARCH}

    counted = queries.completeness(measure, owed, **frame)

    assert (counted.expected, counted.reported, counted.missing) == (2, 1, 1)
    assert queries.reported(measure, **frame) == 1


def test_a_ratio_is_reported_when_both_parts_are(bodies):
    make_measure("due")
    make_measure("rate", "ratio", numerator="road_m", denominator="due")
    frame = {"tree": PARTY, "node_id": bodies["T"], "interval": MARCH}
    measure = queries.measure_of("rate")
    half = {"road_m": ClaimKind.FIGURE}
    claim("report:1", "s0", bodies["A1"], MARCH, half, at=NOON)
    assert queries.reported(measure, **frame) == 0

    both = half | {"due": ClaimKind.ZERO}
    claim("report:1", "s0", bodies["A1"], MARCH, both, at=NOON)

    assert queries.reported(measure, **frame) == 1


def test_verify_names_what_was_touched_and_rebuild_mends_it(bodies):
    seen = Posting("h", "households", MARCH.start, 1, (bodies["A1"],), subject="h1")
    post("a", "s0", [replace(ROAD, credits=(bodies["A1"],)), seen], at=NOON)
    DayTotal.objects.filter(node=bodies["T"]).update(amount=431)
    Seen.objects.filter(node=bodies["T"]).delete()

    found = verify()

    assert {d.table for d in found} == {"daytotal", "seen"}
    touched = next(d for d in found if d.table == "daytotal")
    assert (touched.stored[0], touched.expected[0]) == (431, 430)
    steps = []
    rebuild(lambda done, of: steps.append((done, of)))
    assert steps[-1][0] == steps[-1][1]
    assert verify() == []


def test_a_tree_defined_after_the_first_facts_gets_its_totals(bodies):
    from kheo.organisations.models import Tree

    post("a", "s0", [replace(ROAD, credits=(bodies["A1"],))], at=NOON)
    Tree.objects.create(code="front", name="Front")
    frame = {"tree": "front", "node_id": None, "interval": MARCH}
    measure = queries.measure_of("road_m")
    assert [d.table for d in verify()] == ["projection"]
    assert queries.total(measure, **frame).value == 430

    post("b", "s0", [replace(ROAD, credits=(bodies["B1"],), amount=1)], at=NOON)

    assert verify() == []
    assert queries.total(measure, **frame).value == 431


def test_rows_print_the_values_as_their_measure_writes_them(bodies):
    make_measure("money", decimals=2)
    make_measure("rate", "ratio", decimals=1, numerator="road_m", denominator="money")
    paid = Posting("p", "money", day("2024-03-02"), 300, (bodies["A1"],))
    post("a", "s0", [replace(ROAD, credits=(bodies["A1"],), amount=1), paid], at=NOON)
    frame = {"tree": PARTY, "node_id": bodies["A"], "interval": MARCH}

    money = queries.total(queries.measure_of("money"), **frame)
    rate = queries.total(queries.measure_of("rate"), **frame)

    assert money.text == "3.00"
    assert (rate.text, rate.numerator, rate.denominator) == ("33.3", 1, 300)


def test_an_empty_interval_is_refused(bodies):
    with pytest.raises(RuleBroken):
        value("road_m", bodies["A"], days("2024-03-01", "2024-02-29"))
