from datetime import date
from decimal import Decimal

import pytest

from kheo.stationery.paper import Family
from kheo.stationery.wording import date_line, figure, format_number, number_words


@pytest.mark.parametrize(
    ("family", "number", "code", "symbol", "written"),
    [
        (Family.PARTY, 2, "BC", "BTGDVTU", "02-BC/BTGDVTU"),
        (Family.PARTY, 427, "KH", "TU", "427-KH/TU"),
        (Family.PARTY, 84, "CV", "ĐU", "84-CV/ĐU"),
        (Family.STATE, 123, "BC", "UBND", "123/BC-UBND"),
        (Family.STATE, 5, "QĐ", "UBND", "05/QĐ-UBND"),
        (Family.STATE, 9086, "CV", "BNV-CTTN&BĐG", "9086/BNV-CTTN&BĐG"),
        (Family.FRONT, 16, "KH", "MTTQ-BTT", "16/KH-MTTQ-BTT"),
        (Family.FRONT, 249, "", "MTTQ-BTT", "249/MTTQ-BTT"),
    ],
)
def test_numbers_are_written_as_each_family_does(family, number, code, symbol, written):
    assert format_number(family, number, code, symbol) == written


@pytest.mark.parametrize(
    ("on", "written"),
    [
        (date(2025, 2, 5), "ngày 05 tháng 02 năm 2025"),
        (date(2025, 1, 15), "ngày 15 tháng 01 năm 2025"),
        (date(2025, 3, 9), "ngày 09 tháng 3 năm 2025"),
        (date(2025, 12, 10), "ngày 10 tháng 12 năm 2025"),
    ],
)
def test_days_below_ten_and_the_first_two_months_take_a_zero(on, written):
    assert date_line(on) == written


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (1234567, 0, "1.234.567"),
        (Decimal("1234.25"), 1, "1.234,3"),
        (Decimal("0.5"), 0, "1"),
        (-430, 0, "-430"),
        (0, 2, "0,00"),
    ],
)
def test_figures_have_points_between_thousands_and_a_comma(value, decimals, written):
    assert figure(value, decimals) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (11, "mười một"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (110, "một trăm mười"),
        (124, "một trăm hai mươi tư"),
        (1005, "một nghìn không trăm linh năm"),
        (2_000_000, "hai triệu"),
        (3_321_010, "ba triệu ba trăm hai mươi mốt nghìn không trăm mười"),
        (1_000_000_005, "một tỷ không trăm linh năm"),
        (12_500_000_000, "mười hai tỷ năm trăm triệu"),
        (-4, "âm bốn"),
    ],
)
def test_numbers_in_words(value, words):
    assert number_words(value) == words
