"""Single rules: rounding, names, windows, and who bears what."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kheo.core.lineage import Part
from kheo.core.periods import Interval
from kheo.ledger import rules
from tests.ledger.books import days


def piece(bearer, share=Fraction(1), *above, is_open=False):
    return rules.Piece(Part(bearer, share, is_open), (bearer, *above, None))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (None, 2, None),
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-1234, 1, "-123.4"),
    ],
)
def test_values_are_written_with_exactly_their_decimals(value, decimals, text):
    assert rules.formatted(value, decimals) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "value"),
    [
        (1, 3, 1, 333),
        (2, 3, 1, 667),
        (1, 8, 1, 125),
        (1, 16, 1, 63),
        (1, 200, 0, 1),
        (-1, 200, 0, -1),
        (0, 5, 1, 0),
        (None, 5, 1, None),
        (5, None, 1, None),
        (5, 0, 1, None),
    ],
)
def test_ratios_round_half_up_and_are_missing_with_a_part(
    numerator, denominator, decimals, value
):
    assert rules.percent(numerator, denominator, decimals=decimals) == value


def test_parts_of_a_ratio_may_have_different_decimals():
    assert rules.percent(150, 3, decimals=0, scale=2) == 50


@given(st.dictionaries(st.sampled_from("abc"), st.text("xyz ", min_size=1)))
def test_dimensions_have_one_written_form(dimensions):
    text = rules.canonical(dimensions)

    assert rules.dimensions_of(text) == dimensions
    assert rules.canonical(dict(reversed(dimensions.items()))) == text


@pytest.mark.parametrize("wrong", [{"a=b": "x"}, {"a": "x;y"}, {"": "x"}, {"a": ""}])
def test_reserved_signs_do_not_name_dimensions(wrong):
    with pytest.raises(ValueError, match="cannot name"):
        rules.canonical(wrong)


def test_keys_tell_sources_lines_and_revisions_apart():
    keys = {
        rules.key_of(*parts)
        for parts in [("a", "b", 1), ("a", "b", 2), ("ab", "", 1), ("a", "c", 1)]
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("window", "until"),
    [
        (days("2023-10-01", "2023-10-31"), "2023-12-01"),
        (days("2023-09-25", "2023-10-24"), "2023-11-25"),
        (days("2023-12-15", "2024-06-14"), "2024-12-15"),
        (days("2024-01-31", "2024-02-28"), "2024-03-29"),
        (days("2023-10-01", "2023-10-10"), "2023-10-21"),
    ],
)
def test_a_stock_holds_until_the_end_of_the_next_window(window, until):
    assert rules.holds_until(window) == date.fromisoformat(until)


def test_a_new_word_takes_the_place_of_the_last():
    october, november = (
        days("2023-10-01", "2023-10-31"),
        days("2023-11-01", "2023-11-30"),
    )
    silent = rules.held(october, next_window=november, is_said_next=False)
    replaced = rules.held(october, next_window=november, is_said_next=True)

    assert silent == Interval(date(2023, 10, 31), date(2023, 12, 1))
    assert replaced == Interval(date(2023, 10, 31), date(2023, 11, 30))


def test_facts_are_dated_the_last_day_of_the_window_or_of_the_body():
    march = days("2024-03-01", "2024-03-31")

    assert rules.dated_on(march, date(2024, 3, 31)) == date(2024, 3, 31)
    assert rules.dated_on(march, date(2024, 3, 9)) == date(2024, 3, 9)
    assert rules.dated_on(march, date(2024, 2, 9)) == date(2024, 3, 31)
    assert rules.dated_on(march, None) == date(2024, 3, 31)


def test_joint_work_counts_once_and_a_split_adds_up():
    halves = (piece("A1", Fraction(1, 2), "A"), piece("A2", Fraction(1, 2), "A"))
    found = rules.contributions(5, [halves, (piece("B", Fraction(1)),)])

    amounts = {node: c.amount for node, c in found.items()}
    assert amounts == {"A1": 3, "A2": 2, "A": 5, "B": 5, None: 5}


def test_an_open_part_is_the_unallocated_line_of_its_bearer():
    found = rules.contributions(5, [(piece("A", Fraction(1), is_open=True),)])

    assert found["A"] == rules.Contribution(5, 0, 5, 1)


def test_a_subject_is_seen_whole_wherever_a_part_is_borne():
    halves = (piece("A1", Fraction(1, 2), "A"), piece("A2", Fraction(1, 2), "A"))

    found = rules.presence([halves])

    assert {node: c.amount for node, c in found.items()} == dict.fromkeys(
        ["A1", "A2", "A", None], 1
    )


@given(st.sets(st.dates(date(2024, 1, 1), date(2024, 2, 1))), st.data())
def test_seen_pairs_count_each_subject_once_in_any_interval(seen, data):
    first, last = sorted(
        data.draw(st.tuples(*[st.dates(date(2024, 1, 1), date(2024, 2, 1))] * 2))
    )

    pairs = rules.seen_pairs(seen)
    counted = sum(first <= day <= last and before < first for day, before in pairs)

    assert counted == int(any(first <= day <= last for day in seen))


def test_a_stock_moves_with_its_bearer_and_ends():
    moves = {date(2024, 1, 1): "A", date(2024, 3, 1): "B"}

    def found_on(day):
        bearer = moves[max(d for d in moves if d <= day)]
        return rules.contributions(7, [(piece(bearer),)])

    deltas = rules.stock_deltas(
        date(2024, 2, 1), date(2024, 4, 1), [date(2024, 3, 1)], found_on
    )

    assert {key: c.amount for key, c in deltas.items()} == {
        (date(2024, 2, 1), "A"): 7,
        (date(2024, 2, 1), None): 7,
        (date(2024, 3, 1), "A"): -7,
        (date(2024, 3, 1), "B"): 7,
        (date(2024, 4, 1), "B"): -7,
        (date(2024, 4, 1), None): -7,
    }
