"""How numbers, dates and figures are written in official Vietnamese papers."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kheo.stationery.paper import Family

LETTER_CODE = "CV"
BLANK_NUMBER = "\u00a0" * 6
BLANK_DAY = "\u00a0" * 4
"""Room for two digits; more would break the line of place and day."""
SAMPLE_MARK = "Dữ liệu mẫu – không có giá trị sử dụng"
MISSING_FIGURE = "…"
"""A figure that should be there and is not (statistical yearbooks write it so)."""


def format_number(
    family: Family, number: int | None, type_code: str, symbol: str
) -> str:
    """The number and symbol as printed: `02-BC/BTGDVTU`, `123/BC-UBND`, `45/UBND-VX`.

    Below ten a zero goes before (36-HD/VPTW, Decree 30/2020). The State and the Front
    give letters (công văn) no code; `None` leaves room for the pen.
    """
    digits = BLANK_NUMBER if number is None else f"{number:02d}"
    if family is Family.PARTY:
        return f"{digits}-{type_code}/{symbol}"
    coded = "" if type_code in {"", LETTER_CODE} else f"{type_code}-"
    return f"{digits}/{coded}{symbol}"


def date_line(on: date, *, is_day_open: bool = False) -> str:
    """`ngày 05 tháng 02 năm 2025`: days below 10, January and February take a zero.

    Source: Decree 30/2020, annex I; 36-HD/VPTW. Months 3 to 12 stay plain.
    """
    day = BLANK_DAY if is_day_open else f" {on.day:02d} "
    month = f"{on.month:02d}" if on.month <= 2 else f"{on.month}"
    return f"ngày{day}tháng {month} năm {on.year:04d}"


def figure(value: int | Decimal, decimals: int = 0) -> str:
    """`1.234,5`: a point between thousands, a comma before decimals, halves up."""
    exponent = Decimal(1).scaleb(-decimals)
    rounded = Decimal(value).quantize(exponent, ROUND_HALF_UP)
    english = f"{rounded:,.{decimals}f}"
    return english.translate(str.maketrans(",.", ".,"))


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu")


def number_words(value: int) -> str:
    """A whole number in words: `một trăm hai mươi tư`, `một nghìn không trăm linh năm`."""
    if value < 0:
        return f"âm {number_words(-value)}"
    if value < 10**9:
        return _below_thousand_million(value, is_first=True)
    above, rest = divmod(value, 10**9)
    words = f"{number_words(above)} tỷ"
    if not rest:
        return words
    return f"{words} {_below_thousand_million(rest, is_first=False)}"


def _below_thousand_million(value: int, *, is_first: bool) -> str:
    if not value:
        return _DIGITS[0]
    words: list[str] = []
    for power in (2, 1, 0):
        group = value // 1000**power % 1000
        if group:
            is_whole = not words and is_first
            words.append(_below_thousand(group, is_first=is_whole))
            words.append(_GROUPS[power])
    return " ".join(word for word in words if word)


def _below_thousand(value: int, *, is_first: bool) -> str:
    hundreds, rest = divmod(value, 100)
    words: list[str] = []
    if hundreds or not is_first:
        words.append(f"{_DIGITS[hundreds]} trăm")
        if 0 < rest < 10:
            words.append("linh")
    if rest:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(value: int) -> str:
    tens, units = divmod(value, 10)
    if not tens:
        return _DIGITS[units]
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if not units:
        return head
    if units == 5:
        return f"{head} lăm"
    if tens > 1 and units in {1, 4}:
        return f"{head} {'mốt' if units == 1 else 'tư'}"
    return f"{head} {_DIGITS[units]}"
