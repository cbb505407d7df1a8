"""Questions as people type them."""

import pytest

from kheo.core.periods import Frequency
from kheo.search.rules import alike, asked, corrected, holds, rank_of


@pytest.mark.parametrize(
    ("text", "words", "frequency", "number", "year"),
    [
        ("Lực Hành tháng 3/2024", ("luc", "hanh"), Frequency.MONTH, 3, 2024),
        ("thang 12 nam 2025 cho", ("cho",), Frequency.MONTH, 12, 2025),
        ("báo cáo quý II năm 2025", ("bao", "cao"), Frequency.QUARTER, 2, 2025),
        ("Q3 2024", (), Frequency.QUARTER, 3, 2024),
        ("6 tháng đầu năm 2026 khối", ("khoi",), Frequency.HALF, 1, 2026),
        ("second half of 2024", (), Frequency.HALF, 2, 2024),
        ("March 2024 report", ("report",), Frequency.MONTH, 3, 2024),
        ("năm 2025", (), Frequency.YEAR, None, 2025),
        ("2024-Q1", (), Frequency.QUARTER, 1, 2024),
        ("tháng 3", (), Frequency.MONTH, 3, None),
        ("thôn 3", ("thon", "3"), None, None, None),
        ("đồng đồng", ("dong",), None, None, None),
        ("  ", (), None, None, None),
    ],
)
def test_a_question_is_words_and_a_period(text, words, frequency, number, year):
    question = asked(text)

    assert question.words == words
    assert (question.frequency, question.number, question.year) == (
        frequency,
        number,
        year,
    )


def test_a_month_without_a_year_means_it_in_every_year():
    question = asked("tháng 3")

    assert [question.means(code) for code in ("2024-03", "2025-03", "2024-04")] == [
        True,
        True,
        False,
    ]
    assert question.covers() is None
    assert question.months() == {3}
    assert asked("quý 2").months() == {4, 5, 6}


def test_a_year_means_everything_in_it():
    question = asked("2024")

    codes = ("2024", "2024-Q1", "2024-H2", "2024-11", "2025")
    assert [question.means(code) for code in codes] == [True] * 4 + [False]


def test_what_is_not_a_year_of_ours_stays_a_word():
    assert asked("2150").words == ("2150",)


def test_a_long_question_is_cut():
    assert len(asked("x" * 5000).text) == 200


def test_a_slip_is_forgiven_and_a_known_beginning_kept():
    known = {"khuyen", "nong", "kheo", "tram"}

    assert corrected(("khuyem", "nomg"), known) == ("khuyen", "nong")
    assert corrected(("khoe",), known) == ("kheo",)
    assert corrected(("khu",), known) == ("khu",)
    assert corrected(("zzzzz",), known) == ("zzzzz",)


def test_a_word_is_found_at_the_beginning_of_words_only():
    assert holds("hang", "hang thang")
    assert not holds("hang", "bao cao thang")
    assert holds("thcs", "truong (thcs) tan trao")


def test_names_that_resemble_come_nearest_first():
    names = {1: "dang uy cong ty che lo giang", 2: "chi bo nha in hoa le", 3: "x"}

    assert alike("cong ty che lo dang", names, limit=5) == [1]


def test_marks_decide_between_names_alike():
    assert rank_of("dân", "Dân") < rank_of("dân", "Dần")
