"""From what a day achieved to the ledger's lines; numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kheo.activities.rules import (
    CODE_LENGTH,
    CODE_LETTERS,
    Done,
    NotANumber,
    format_amount,
    format_dimensions,
    lines_of,
    parse_amount,
    parse_dimensions,
    random_code,
    split_codes,
)
from kheo.programmes.pack import Measure, Origin

NOWHERE = {"assumption": True, "owner": "x", "reason": {"vi": "x", "en": "x"}}


def measure(code, origin, law="flow"):
    return Measure.model_validate(
        {
            "code": code,
            "name": {"vi": code, "en": code},
            "law": law,
            "unit": {"vi": "m", "en": "m"},
            "origin": origin,
            "source": NOWHERE,
        },
        strict=False,
    )


def test_joint_work_credits_everybody_and_own_people_their_body():
    done = [Done("roads", 430), Done("cadre_turns", 7, organisation=1)]

    joint, own = lines_of(done, [], parties=(1, 2), hamlet="")

    assert (joint.amount, joint.credits) == (430, (1, 2))
    assert (own.amount, own.credits) == (7, (1,))


def test_a_session_and_its_hamlet_are_counted_without_being_typed():
    measures = [
        measure("sessions", Origin.SESSIONS),
        measure("hamlets", Origin.HAMLETS, "distinct"),
    ]

    lines = lines_of([], measures, parties=(1,), hamlet="vn-1-h01")

    assert [(line.measure, line.amount, line.subject) for line in lines] == [
        ("sessions", 1, ""),
        ("hamlets", 1, "vn-1-h01"),
    ]


def test_no_hamlet_is_no_line():
    measures = [measure("hamlets", Origin.HAMLETS, "distinct")]

    assert lines_of([Done("roads", 0)], measures, parties=(1,), hamlet="") == []


@pytest.mark.parametrize(
    ("typed", "decimals", "amount"),
    [
        ("430", 0, 430),
        ("1.234", 0, 1234),
        ("1 234", 0, 1234),
        ("1.234.567", 0, 1_234_567),
        ("1,5", 1, 15),
        ("1.5", 1, 15),
        ("1.234,5", 1, 12345),
        ("1,234.5", 1, 12345),
        ("0", 0, 0),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, decimals, amount):
    assert parse_amount(typed, decimals) == amount


@pytest.mark.parametrize(
    ("typed", "decimals"),
    [
        ("-1", 0),
        ("1,5", 0),
        ("1.23", 0),
        ("12.34.56", 0),
        ("mười", 0),
        ("1e5", 0),
        ("1,55", 1),
        ("٣", 0),
    ],
)
def test_what_is_no_such_number_is_refused(typed, decimals):
    with pytest.raises(NotANumber):
        parse_amount(typed, decimals)


@given(st.integers(0, 10**12), st.integers(0, 3))
def test_what_is_shown_can_be_typed_again(amount, decimals):
    assert parse_amount(format_amount(amount, decimals), decimals) == amount


def test_dimensions_have_one_text():
    text = format_dimensions({"b": "2", "a": "1"})

    assert text == "a=1;b=2"
    assert parse_dimensions(text) == {"a": "1", "b": "2"}
    assert parse_dimensions("") == {}


def test_household_codes_are_easy_to_copy_and_say_nothing():
    code = random_code()

    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    assert not set("0O1IB8S5Z2") & set(CODE_LETTERS)


def test_codes_are_read_from_whatever_separates_them():
    assert split_codes("h7k3qac, H7K3QAC\nT4M6NPR") == ["H7K3QAC", "T4M6NPR"]
