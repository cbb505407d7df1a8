"""The names of periods in both languages."""

from kheo.programmes.pack import Text

_ROMAN = ("I", "II", "III", "IV")
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_of_year(number: int) -> Text:
    """A month under the heading of its year."""
    return Text(vi=f"Tháng {number}", en=MONTHS_EN[number - 1])


def short_month(number: int) -> Text:
    """A month over a narrow column."""
    return Text(vi=f"T{number}", en=MONTHS_EN[number - 1][:3])


def quarter_of_year(number: int) -> Text:
    """A quarter under the heading of its year."""
    return Text(vi=f"Quý {_ROMAN[number - 1]}", en=f"Quarter {number}")


def period_name(code: str) -> Text:
    """`2024-03`, `2024-Q1`, `2024-H1`, `2024` or `stage` in words of both languages.

    Made here and not by gettext: the names stand in papers as well, in Vietnamese,
    whatever the language of the page.
    """
    year, _dash, part = code.partition("-")
    if part.isdigit():
        month = int(part)
        return Text(vi=f"tháng {month} năm {year}", en=f"{MONTHS_EN[month - 1]} {year}")
    if part.startswith("Q"):
        number = int(part[1:])
        vi = f"quý {_ROMAN[number - 1]} năm {year}"
        return Text(vi=vi, en=f"quarter {number} of {year}")
    if part.startswith("H"):
        is_first = part == "H1"
        vi = f"6 tháng {'đầu' if is_first else 'cuối'} năm {year}"
        half = "first" if is_first else "second"
        return Text(vi=vi, en=f"{half} half of {year}")
    if year.isdigit():
        return Text(vi=f"năm {year}", en=f"year {year}")
    return Text(vi="cả giai đoạn", en="the whole stage")
