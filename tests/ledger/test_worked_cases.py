"""The worked cases of the architecture: the same questions to the rules, the oracle and
the database, with the answers worked out by hand.
"""

import pytest

from kheo.core.periods import Interval
from kheo.ledger import rules
from tests.ledger.books import (
    OracleBook,
    RulesBook,
    World,
    at,
    became,
    day,
    days,
    flow,
    gone,
    said,
    seen,
    stock,
)
from tests.ledger.database import DatabaseBook

pytestmark = pytest.mark.django_db
HALF = 500_000
PROVINCE = [at("T"), at("A", "T"), at("B", "T"), at("A1", "A"), at("B1", "B")]
MARCH, APRIL = days("2024-03-01", "2024-03-31"), days("2024-04-01", "2024-04-30")
YEAR = days("2024-01-01", "2024-12-31")


@pytest.fixture(params=[RulesBook, OracleBook, DatabaseBook])
def book_of(request):
    return request.param


def test_a_saturday_in_march_falls_into_the_april_window_and_the_first_half(book_of):
    world = World(
        PROVINCE, facts={"m": [flow("2024-03-30", 40, "A1")]}, laws={"m": "flow"}
    )
    book = book_of(world)

    assert book.value("m", "A", days("2024-02-25", "2024-03-24")) is None
    assert book.value("m", "A", days("2024-03-25", "2024-04-24")) == 40
    assert book.value("m", "A", days("2023-12-15", "2024-06-14")) == 40


def test_joint_work_counts_once_above_its_first_common_superior(book_of):
    facts = {"m": [flow("2024-03-02", 430, "A1", "B1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "flow"}))

    assert book.value("m", "A", MARCH) == 430
    assert book.value("m", "B", MARCH) == 430
    assert book.value("m", "T", MARCH) == 430
    assert book.value("m", None, MARCH) == 430
    assert book.rows("m", "T", MARCH) == {
        "A": 430,
        "B": 430,
        "=own": 0,
        "=shared": -430,
        "=unallocated": 0,
    }


def test_work_shared_by_a_superior_and_its_inferior_counts_once(book_of):
    facts = {"m": [flow("2024-03-02", 430, "A", "A1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "flow"}))

    rows = {"A1": 430, "=own": 430, "=shared": -430, "=unallocated": 0}
    assert book.value("m", "A", MARCH) == 430
    assert book.rows("m", "A", MARCH) == rows


def test_a_body_that_moves_leaves_its_earlier_facts_where_they_were(book_of):
    tree = [*PROVINCE, at("C", "A"), at("C", "B", on="2024-03-15")]
    facts = {"m": [flow("2024-03-10", 7, "C"), flow("2024-03-20", 20, "C")]}
    book = book_of(World(tree, facts=facts, laws={"m": "flow"}))

    assert book.value("m", "A", MARCH) == 7
    assert book.value("m", "B", MARCH) == 20
    assert book.value("m", "C", MARCH) == 27
    assert book.value("m", "A", MARCH, day("2024-12-31")) is None
    assert book.value("m", "B", MARCH, day("2024-12-31")) == 27
    assert book.value("m", "A", MARCH, day("2024-03-01")) == 27
    assert book.rows("m", "A", MARCH)["C"] == 7
    assert book.rows("m", "B", MARCH)["C"] == 20


def test_a_stock_is_observed_on_the_last_day_and_never_summed(book_of):
    facts = {"m": [stock("2024-03-10", "2024-04-20", 3, "A1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "stock"}))

    assert book.value("m", "A", MARCH) == 3
    assert book.value("m", "A", days("2024-01-01", "2024-03-31")) == 3
    assert book.value("m", "A", days("2024-04-01", "2024-04-19")) == 3
    assert book.value("m", "A", APRIL) is None
    assert book.value("m", "A", days("2024-04-01", "2024-06-30")) is None


def test_the_year_of_a_cumulative_figure_is_its_last_value(book_of):
    told = [
        stock("2024-01-31", "2024-02-29", 5, "A1"),
        stock("2024-02-29", "2024-03-31", 6, "A1"),
        stock("2024-03-31", None, 8, "A1"),
    ]
    book = book_of(World(PROVINCE, facts={"m": told}, laws={"m": "stock"}))

    assert book.value("m", "A", YEAR) == 8


def test_a_stock_follows_succession_when_its_district_ends(book_of):
    reform = "2025-07-01"
    tree = [
        *[at("T"), at("D", "T"), gone("D", reform)],
        *[at("X", "T", on=reform), at("Y", "T", on=reform)],
    ]
    split = [became("D", "X", reform), became("D", "Y", reform)]
    facts = {"m": [stock("2023-05-01", None, 12, "D")]}
    book = book_of(World(tree, split, facts, laws={"m": "stock"}))
    june, july = days("2025-06-01", "2025-06-30"), days("2025-07-01", "2025-07-31")

    assert book.value("m", "D", june) == 12
    assert book.value("m", "T", june) == 12
    assert book.rows("m", "T", june)["D"] == 12
    assert book.value("m", "X", july) is None
    assert book.value("m", "T", july) == 12
    assert book.rows("m", "T", july)["=unallocated"] == 12


def test_a_split_with_shares_divides_every_entry_without_losing_one(book_of):
    reform = "2025-07-01"
    tree = [
        *[at("T"), at("D", "T"), gone("D", reform)],
        *[at("X", "T", on=reform), at("Y", "T", on=reform)],
    ]
    split = [became("D", "X", reform, 600_000), became("D", "Y", reform, 400_000)]
    facts = {"m": [flow("2024-03-02", 7, "D"), flow("2024-03-03", -7, "D")]}
    book = book_of(World(tree, split, facts, laws={"m": "flow"}))
    today = day("2026-01-01")
    second, third = days("2024-03-02", "2024-03-02"), days("2024-03-03", "2024-03-03")

    assert book.value("m", "X", second, today) == 4
    assert book.value("m", "Y", second, today) == 3
    assert book.value("m", "X", third, today) == -4
    assert book.value("m", "T", MARCH, today) == 0
    assert book.value("m", "D", MARCH) == 0


def test_declared_stocks_hold_until_the_end_of_the_next_window(book_of):
    months = [days("2023-10-01", "2023-10-31"), days("2023-11-01", "2023-11-30")]
    months += [days("2023-12-01", "2023-12-31"), days("2024-01-01", "2024-01-31")]
    october, november, december, january = months

    def declared(window, following, amount, body):
        time = rules.held(window, next_window=following, is_said_next=False)
        return rules.Fact(time.start, amount, (body,), until=time.end)

    told = [
        declared(october, november, 5, "A"),
        declared(october, november, 3, "B"),
        declared(december, january, 4, "B"),
    ]
    claims = [said("A", october), said("B", october), said("B", december)]
    world = World(PROVINCE, [], {"m": told}, {"m": claims}, {"m": "stock"})
    book = book_of(world)
    quarter = days("2023-10-01", "2023-12-31")

    assert book.value("m", "A", november) == 5
    assert book.value("m", "A", quarter) is None
    assert book.value("m", "B", quarter) == 4
    assert book.value("m", "T", quarter) == 4


def test_one_household_in_two_months_under_two_bodies_is_one(book_of):
    facts = {"m": [seen("2024-01-10", "h1", "A1"), seen("2024-02-10", "h1", "B1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "distinct"}))

    assert book.value("m", "A", YEAR) == 1
    assert book.value("m", "B", YEAR) == 1
    assert book.value("m", "T", YEAR) == 1
    assert book.value("m", "A", days("2024-02-01", "2024-02-29")) is None
    assert book.rows("m", "T", YEAR)["=shared"] == -1


def test_a_household_poor_then_near_poor_is_one_in_all_and_one_in_each(book_of):
    facts = [
        seen("2024-01-10", "h1", "A1", dimensions={"poverty": "poor"}),
        seen("2024-03-10", "h1", "A1", dimensions={"poverty": "near"}),
    ]
    book = book_of(World(PROVINCE, facts={"m": facts}, laws={"m": "distinct"}))

    assert book.value("m", "T", YEAR) == 1
    assert book.value("m", "T", YEAR, dimensions={"poverty": "poor"}) == 1
    assert book.value("m", "T", YEAR, dimensions={"poverty": "near"}) == 1
    assert book.value("m", "T", YEAR, dimensions={"poverty": "no"}) is None


def test_two_merged_hamlets_keep_their_figures_and_are_never_counted_as_one(book_of):
    merger = "2024-06-01"
    tree = [
        *[at("X"), at("H1", "X"), at("H2", "X"), at("H", "X", on=merger)],
        *[gone("H1", merger), gone("H2", merger)],
    ]
    merged = [became("H1", "H", merger), became("H2", "H", merger)]
    facts = {
        "m": [
            flow("2024-01-10", 4, "H1"),
            flow("2024-02-10", 5, "H2"),
            flow("2024-08-10", 6, "H"),
        ],
        "h": [
            seen("2024-01-10", "H1", "H1"),
            seen("2024-02-10", "H2", "H2"),
            seen("2024-08-10", "H", "H"),
        ],
    }
    world = World(tree, merged, facts, laws={"m": "flow", "h": "distinct"})
    book = book_of(world)
    today = day("2026-01-01")

    assert book.value("m", "X", YEAR) == 15
    assert book.value("m", "H", YEAR) == 6
    assert book.value("m", "H", YEAR, today) == 15
    assert book.value("h", "H", YEAR, today) == 3
    assert book.value("h", "X", YEAR) == 3


def test_a_ratio_with_a_part_missing_is_missing(book_of):
    facts = {
        "done": [flow("2024-03-02", 1, "A1"), flow("2024-04-02", 5, "A1")],
        "due": [flow("2024-03-02", 3, "A1"), flow("2024-05-02", 0, "A1")],
    }
    laws = {"done": "flow", "due": "flow"}
    ratios = {"rate": ("done", "due")}
    book = book_of(World(PROVINCE, [], facts, {}, laws, ratios))

    assert book.value("rate", "T", MARCH) == 333
    assert book.value("rate", "T", APRIL) is None
    assert book.value("rate", "T", days("2024-05-01", "2024-05-31")) is None
    assert book.value("rate", "T", days("2024-03-01", "2024-04-30")) == 2000
    assert book.value("rate", "B", MARCH) is None


def test_partners_that_merge_later_still_counted_once(book_of):
    merger = "2024-07-01"
    tree = [*PROVINCE, at("M", "T", on=merger), gone("A1", merger), gone("B1", merger)]
    merged = [became("A1", "M", merger), became("B1", "M", merger)]
    facts = {"m": [flow("2024-03-02", 430, "A1", "B1"), flow("2024-03-02", 70, "A1")]}
    book = book_of(World(tree, merged, facts, laws={"m": "flow"}))

    assert book.value("m", "T", YEAR) == 500
    assert book.value("m", "M", YEAR) is None
    assert book.value("m", "M", YEAR, day("2024-12-31")) == 500
    assert book.value("m", "T", YEAR, day("2024-12-31")) == 500
    assert book.value("m", "A", YEAR, day("2024-12-31")) is None


def test_merged_bodies_with_figures_of_one_month_give_their_sum(book_of):
    merger = "2024-04-01"
    tree = [*PROVINCE, at("M", "T", on=merger), gone("A", merger), gone("B", merger)]
    merged = [became("A", "M", merger), became("B", "M", merger)]
    facts = {"m": [flow("2024-03-31", 10, "A"), flow("2024-03-31", 5, "B")]}
    tree = [p for p in tree if p.node not in {"A1", "B1"}]
    book = book_of(World(tree, merged, facts, laws={"m": "flow"}))

    assert book.value("m", "T", MARCH) == 15
    assert book.value("m", "M", MARCH, day("2024-04-01")) == 15
    assert {"A": 10, "B": 5}.items() <= book.rows("m", "T", MARCH).items()


def test_a_declared_addition_stands_beside_what_was_logged(book_of):
    facts = {"m": [flow("2024-03-02", 430, "A1"), flow("2024-03-31", 70, "A1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "flow"}))

    assert book.value("m", "A1", MARCH) == 500


def test_zero_is_a_value_and_cancelling_amounts_are_not_missing(book_of):
    facts = {
        "zero": [flow("2024-03-02", 0, "A1")],
        "cancelled": [flow("2024-03-02", 5, "A1"), flow("2024-03-09", -5, "B1")],
    }
    laws = {"zero": "flow", "cancelled": "flow"}
    book = book_of(World(PROVINCE, facts=facts, laws=laws))

    assert book.value("zero", "T", MARCH) == 0
    assert book.value("zero", "B", MARCH) is None
    assert book.value("cancelled", "T", MARCH) == 0
    assert book.value("cancelled", "B", MARCH) == -5


@pytest.mark.parametrize(
    ("kind", "value"),
    [("figure", 0), ("zero", 0), ("nil", 0), ("not_applicable", None)],
)
def test_only_a_figure_zero_or_nil_makes_nothing_a_zero(book_of, kind, value):
    claims = {"m": [said("A1", MARCH, kind)]}
    book = book_of(World(PROVINCE, [], {}, claims, {"m": "flow"}))

    assert book.value("m", "A", MARCH) == value
    assert book.value("m", "B", MARCH) is None
    assert book.value("m", "A", APRIL) is None


def test_a_claim_is_dated_the_last_day_of_the_body_if_that_is_earlier(book_of):
    tree = [*PROVINCE, gone("A1", "2024-03-20"), at("A2", "B", on="2024-03-20")]
    heirs = [became("A1", "A2", "2024-03-20")]
    claims = {"m": [said("A1", MARCH, "zero")]}
    book = book_of(World(tree, heirs, {}, claims, {"m": "flow"}))

    assert book.value("m", "A", MARCH) == 0
    assert book.value("m", "A", days("2024-03-01", "2024-03-19")) == 0
    assert book.value("m", "B", MARCH) is None
    assert book.value("m", "B", MARCH, day("2024-12-31")) == 0


def test_a_body_outside_the_tree_stands_at_the_virtual_root_unallocated(book_of):
    facts = {"m": [flow("2024-03-02", 9, "S"), flow("2024-03-02", 1, "A1")]}
    tree = [*PROVINCE]
    book = book_of(World(tree, facts=facts, laws={"m": "flow"}))

    assert book.value("m", None, MARCH) == 10
    assert book.value("m", "T", MARCH) == 1
    assert book.rows("m", None, MARCH)["=unallocated"] == 9


def test_an_interval_is_half_open(book_of):
    facts = {"m": [flow("2024-03-31", 1, "A1"), flow("2024-04-01", 10, "A1")]}
    book = book_of(World(PROVINCE, facts=facts, laws={"m": "flow"}))

    assert book.value("m", "A", Interval(day("2024-03-01"), day("2024-04-01"))) == 1
