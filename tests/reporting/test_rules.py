from datetime import date

import pytest

from kheo.activities.rules import NotANumber
from kheo.programmes.periods import period_name
from kheo.reporting.queries.papers import subject_of
from kheo.reporting.rules import (
    Separation,
    canonical,
    differences,
    digest_of,
    found_in,
    is_late,
    may_send,
    result_of,
    separation_of,
    short_digest,
    signed_amount,
    strongest,
)
from kheo.reporting.sentences import told


@pytest.mark.parametrize(
    ("typed", "decimals", "amount"),
    [
        ("", 0, None),
        ("  ", 0, None),
        ("0", 0, 0),
        ("430", 0, 430),
        ("1.234", 0, 1234),
        ("1.234.567", 0, 1234567),
        ("1.234,5", 1, 12345),
        ("1,234.5", 1, 12345),
        ("12,5", 1, 125),
        ("-70", 0, -70),
        ("−1.234,5", 1, -12345),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, decimals, amount):
    assert signed_amount(typed, decimals) == amount


@pytest.mark.parametrize(
    ("typed", "decimals"),
    [("1,5", 0), ("abc", 0), ("1.23", 0), ("--5", 0), ("1e9", 0), ("9" * 16, 0)],
)
def test_a_number_that_cannot_be_meant_is_refused(typed, decimals):
    with pytest.raises(NotANumber):
        signed_amount(typed, decimals)


def test_a_cell_adds_what_was_declared_to_what_was_logged():
    assert result_of(430, 70) == 500
    assert result_of(430, None) == 430
    assert result_of(None, 70) == 70
    assert result_of(430, -30) == 400


def test_nothing_said_stays_missing_and_zero_is_zero():
    assert result_of(None, None) is None
    assert result_of(None, None, says_empty=True) == 0
    assert result_of(0, None) == 0


LOCK = date(2024, 4, 4)


@pytest.mark.parametrize(
    ("on", "until", "is_first", "goes"),
    [
        (date(2024, 4, 3), None, True, True),
        (LOCK, None, True, False),
        (LOCK, date(2024, 4, 10), True, True),
        (date(2024, 4, 11), date(2024, 4, 10), True, False),
        (date(2024, 6, 1), None, False, True),
    ],
)
def test_after_the_lock_only_an_extension_or_a_correction_goes(
    on, until, is_first, goes
):
    assert may_send(on, lock_on=LOCK, until=until, is_first=is_first) is goes


def test_without_a_lock_it_is_never_too_late():
    assert may_send(date(2030, 1, 1), lock_on=None, until=None, is_first=True)


def test_late_is_after_the_last_day_sent_or_not():
    last = date(2024, 3, 24)

    assert not is_late(last, last_day=last, on=date(2024, 5, 1))
    assert is_late(date(2024, 3, 25), last_day=last, on=date(2024, 5, 1))
    assert not is_late(None, last_day=last, on=last)
    assert is_late(None, last_day=last, on=date(2024, 3, 25))


def test_one_person_takes_two_steps_only_where_nobody_else_could():
    assert separation_of(1, before={2}, others=True) is Separation.SEPARATE
    assert separation_of(1, before={1}, others=True) is Separation.REFUSED
    assert separation_of(1, before={1}, others=False) is Separation.SAME_PERSON
    assert separation_of(None, before={None}, others=True) is Separation.SEPARATE


def test_equal_content_gives_one_digest_whatever_the_order_or_the_form_of_letters():
    one = {"b": "hòa", "a": [1, None]}
    same = {"a": [1, None], "b": "ho\u0300a"}

    assert canonical(one) == canonical(same) == b'{"a":[1,null],"b":"h\xc3\xb2a"}'
    assert digest_of(one) == digest_of(same)
    assert digest_of(one) != digest_of({**one, "a": [0, None]})


def test_a_digest_is_found_however_it_was_set():
    digest = digest_of({"a": 1})

    assert found_in(digest, f"Mã kiểm tra: {short_digest(digest).upper()}\n Trang 1")
    assert not found_in(digest, "Mã kiểm tra: 0000")
    assert not found_in("", "anything")


def test_differences_name_what_changed_by_how_much_and_what_is_gone():
    found = list(differences({"a": 1, "b": 2, "c": None}, {"a": 4, "b": 2, "d": 5}))

    assert [(d.key, d.before, d.after, d.change) for d in found] == [
        ("a", 1, 4, 3),
        ("d", None, 5, None),
    ]
    assert [d.key for d in differences({"x": 1}, {})] == ["x"]


def test_a_figure_speaks_for_its_measure():
    assert strongest(None, "nil") == "nil"
    assert strongest("not_applicable", "nil") == "nil"
    assert strongest("figure", "zero") == "figure"


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("2024-03", "tháng 3 năm 2024", "March 2024"),
        ("2024-Q2", "quý II năm 2024", "quarter 2 of 2024"),
        ("2024-H1", "6 tháng đầu năm 2024", "first half of 2024"),
        ("2024-H2", "6 tháng cuối năm 2024", "second half of 2024"),
        ("2024", "năm 2024", "year 2024"),
        ("stage", "cả giai đoạn", "the whole stage"),
    ],
)
def test_periods_have_names_in_both_languages(code, vi, en):
    assert (period_name(code).vi, period_name(code).en) == (vi, en)


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(37570, 1, "3.757"), (37575, 1, "3.757,5"), (0, 1, "0"), (-120, 1, "-12")],
)
def test_a_sentence_says_no_empty_decimals(value, decimals, said):
    assert told(value, decimals) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Hoạt động với Nhân dân", "Kết quả hoạt động với Nhân dân năm\u00a02025"),
        ("MTTQ giám sát", "Kết quả MTTQ giám sát năm\u00a02025"),
    ],
)
def test_a_report_names_what_it_is_about(name, said):
    content = {"programme_name": {"vi": name}, "period": "2025"}

    assert subject_of(content) == said
