"""Vietnamese text made comparable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kheo.core.text import (
    counted_key,
    fold,
    normalise,
    number_in,
    numbers_in,
    sort_key,
)

names = st.text(st.sampled_from("aăâbcdđeêghikoôơuưvy áàảãạấầẩẫậ'’ĐẬ0 9-"), max_size=12)


def test_a_name_is_written_in_one_way():
    typed = unicodedata.normalize("NFD", "  Xã  Ea\u00a0H’leo ")

    assert normalise(typed) == "Xã Ea H'leo"


def test_search_sees_no_marks_and_no_case():
    assert fold("Đảng ủy XÃ Đắk Hà") == "dang uy xa dak ha"


@given(names)
def test_both_ways_of_composing_fold_and_sort_alike(name):
    decomposed = unicodedata.normalize("NFD", name)

    assert fold(decomposed) == fold(name)
    assert sort_key(decomposed) == sort_key(name)


@given(names)
def test_normalising_and_folding_twice_changes_nothing(name):
    assert normalise(normalise(name)) == normalise(name)
    assert fold(fold(name)) == fold(name)


@given(names, names)
def test_names_have_one_sort_key_if_and_only_if_they_are_one_name(one, other):
    same = normalise(one).casefold() == normalise(other).casefold()

    assert (sort_key(one) == sort_key(other)) == same


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g"],
        ["o", "ô", "ơ", "p", "u", "ư", "v"],
        ["ba", "bà", "bả", "bã", "bá", "bạ", "bă"],
        ["an", "anh", "ân"],
        ["Ban Dân vận", "Ban Tuyên giáo", "Đảng ủy"],
        ["Xã 1", "Xã Á", "Xã Ba"],
    ],
)
def test_names_sort_as_a_dictionary_does(ordered):
    keys = [sort_key(name) for name in ordered]

    assert keys == sorted(set(keys))


def test_letters_come_before_tones():
    assert sorted(["hoà bình", "hoa lư", "hòa an"], key=sort_key) == [
        "hòa an",
        "hoà bình",
        "hoa lư",
    ]


def test_numbers_in_names_sort_by_their_size():
    assert sorted(["Thôn 10", "Thôn 2", "Bản Á", "Thôn"], key=counted_key) == [
        "Bản Á",
        "Thôn",
        "Thôn 2",
        "Thôn 10",
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("017", 17),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("²", None),
        ("٢٠٢٥", None),
        ("-1", None),
        (" 1", None),
        ("1.0", None),
        ("", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_only_plain_digits_no_longer_than_a_key_are_a_number(text, number):
    assert number_in(text) == number


def test_what_is_no_number_is_passed_over():
    assert numbers_in(["2", "²", "", "1"]) == [2, 1]
