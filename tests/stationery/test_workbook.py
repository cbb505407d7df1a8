import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet, workbook
from tests.stationery.make import COLUMNS, make_rows

ON = date(2025, 10, 24)


def opened(*sheets, is_sample=False):
    content = workbook(
        sheets, author="Ban Tuyên giáo và Dân vận", on=ON, is_sample=is_sample
    )
    return openpyxl.load_workbook(io.BytesIO(content))


def make_sheet(*rows, name="Tháng 10", columns=COLUMNS):
    return Sheet(name, columns, rows, title=("Kết quả tháng 10",), notes=("Ghi chú",))


def test_figures_are_real_numbers_with_formats():
    page = opened(make_sheet(*make_rows(3)))["Tháng 10"]

    values = [cell.value for cell in page[3]]
    assert values == [1, "Đảng ủy xã Thử nghiệm 1", 1001, 1.5, 2_500_000]
    assert (page["C3"].number_format, page["D3"].number_format) == ("#,##0", "#,##0.0")
    assert page["E5"].value is None
    assert page["C6"].value == -430
    assert (page["B6"].font.italic, page["B7"].font.bold) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","x")',
        "+84 912",
        "-2+3",
        "@SUM(A1)",
        "{=A1}",
        "\t=1",
        "http://example.org",
        "007",
    ],
)
def test_text_never_becomes_a_formula_a_link_or_a_number(text):
    row = Row(("", text, 1, 1, 1))

    cell = opened(make_sheet(row))["Tháng 10"]["B3"]

    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.hyperlink is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A", "\t=1"])
def test_text_that_looks_like_a_formula_stays_text_when_edited(text):
    cell = opened(make_sheet(Row(("", text, 1, 1, 1))))["Tháng 10"]["B3"]

    assert cell.quotePrefix


def test_dates_are_dates_and_numbers_beyond_excel_stay_exact():
    columns = (Column("Ngày"), Column("Số"))
    row = Row((date(2025, 3, 30), 12_345_678_901_234_567))

    page = opened(make_sheet(row, columns=columns))["Tháng 10"]

    assert page["A3"].value == datetime(2025, 3, 30)
    assert page["B3"].value == "12345678901234567"


def test_decimals_arrive_as_written():
    columns = (Column("m", decimals=2),)

    page = opened(make_sheet(Row((Decimal("890.25"),)), columns=columns))["Tháng 10"]

    assert page["A3"].value == 890.25


def test_a_row_with_a_unit_of_its_own_has_its_own_decimals():
    columns = (Column("Kết quả", decimals=2),)
    rows = (Row((39,), decimals=0), Row((Decimal("78.4"),), decimals=1), Row((1,)))

    page = opened(make_sheet(*rows, columns=columns))["Tháng 10"]

    formats = [page[f"A{line}"].number_format for line in (3, 4, 5)]
    assert formats == ["#,##0", "#,##0.0", "#,##0.00"]


def test_the_header_is_frozen_and_repeated_in_print():
    page = opened(make_sheet(*make_rows(2)))["Tháng 10"]

    assert page.freeze_panes == "B3"
    assert page.print_title_rows == "$2:$2"
    assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0)


def test_a_sample_is_marked_on_every_sheet_and_page():
    book = opened(make_sheet(name="A"), make_sheet(name="B"), is_sample=True)

    for page in book.worksheets:
        assert "Dữ liệu mẫu" in page["A1"].value
        assert "Dữ liệu mẫu" in page.oddHeader.center.text


def test_sheet_names_are_made_fit_and_different():
    long = "Đảng ủy các cơ quan Đảng, đoàn thể tỉnh"

    book = opened(
        make_sheet(name="a/b:c"), make_sheet(name=long), make_sheet(name=long.upper())
    )

    assert book.sheetnames[0] == "a-b-c"
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert len({name.casefold() for name in book.sheetnames}) == 3


def test_sections_reach_over_the_whole_width():
    page = opened(make_sheet(Row(("Khối tỉnh",), RowKind.SECTION)))["Tháng 10"]

    assert page["A3"].value == "Khối tỉnh"
    assert page["E3"].fill.start_color.rgb == page["A3"].fill.start_color.rgb


def test_wrapped_words_have_room():
    columns = (Column("Đơn vị\nBody", 10), Column("m", 5))

    page = opened(make_sheet(Row(("một tên đơn vị rất dài", 1)), columns=columns))[
        "Tháng 10"
    ]

    heights = [page.row_dimensions[line].height for line in (2, 3)]
    assert heights == [33, 49.5]


def test_the_file_says_nothing_of_the_machine_and_is_made_equal_twice():
    sheet = make_sheet(*make_rows(2))
    made = [workbook([sheet], author="Ban", on=ON) for __ in range(2)]

    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as package:
        core = package.read("docProps/core.xml").decode()
    assert "<dc:creator>Ban</dc:creator>" in core
    assert "2025-10-24" in core
