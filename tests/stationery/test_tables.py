import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from kheo.core.errors import RuleBroken
from kheo.stationery import packages, tables
from kheo.stationery.marking import mark_errors
from kheo.stationery.tables import (
    CellError,
    Kind,
    Wanted,
    read_number,
    read_table,
)

WANTED = (
    Wanted("body", ("Đơn vị", "Body"), is_required=True),
    Wanted("persons", ("Lượt người",), Kind.INTEGER, least=Decimal(0)),
    Wanted("metres", ("Đường bê tông (m)",), Kind.DECIMAL, most=Decimal(10_000)),
    Wanted("on", ("Ngày",), Kind.DATE),
    Wanted("kind", ("Loại",), choices=("Xã", "Phường")),
)
HEADINGS = ["STT", "Đơn vị\nBody", "Lượt người", "Đường bê tông (m)", "Ngày", "Loại"]


def make_workbook(*rows, headings=HEADINGS, above=()):
    book = openpyxl.Workbook()
    for line in (*above, headings, *rows):
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_good_table_is_read_with_its_cells():
    content = make_workbook(
        [1, " Chi  bộ A ", 12, "1.234,5", datetime(2025, 3, 30), "XÃ"],
        [2, "Chi bộ B", None, 7.5, "05/02/2025", None],
        above=[["Dữ liệu mẫu"], []],
    )

    reading = read_table(content, WANTED)

    assert reading.errors == ()
    first, second = reading.rows
    assert first.values == {
        "body": "Chi bộ A",
        "persons": 12,
        "metres": Decimal("1234.5"),
        "on": date(2025, 3, 30),
        "kind": "Xã",
    }
    assert (first.line, first.cells["metres"]) == (4, "D4")
    assert second.values["persons"] is None
    assert second.values["on"] == date(2025, 2, 5)


def test_all_errors_come_at_once_and_good_rows_stay():
    content = make_workbook(
        [1, None, "mười", "1,234", "31/06/2025", "Thị trấn"],
        [2, "Chi bộ B", 3, 4, None, "xa"],
        [3, "Chi bộ C", -1, 10_001, "hôm qua", None],
        [4, "Chi bộ D", 1.5, None, None, None],
    )

    reading = read_table(content, WANTED)

    assert [row.values["body"] for row in reading.rows] == ["Chi bộ B"]
    assert [error.cell for error in reading.errors] == [
        *("B2", "C2", "D2", "E2", "F2"),
        *("C4", "D4", "E4"),
        "C5",
    ]
    messages = {error.cell: error.message for error in reading.errors}
    assert messages["B2"] == "This cell must not be empty."
    assert "two ways" in messages["D2"]
    assert messages["E2"] == "There is no day 31/06/2025."
    assert "Xã, Phường" in messages["F2"]
    assert messages["C5"] == "Write a whole number."


def test_a_missing_column_is_named():
    content = make_workbook([1, 2], headings=["STT", "Lượt người"])

    reading = read_table(content, WANTED)

    assert reading.rows == ()
    assert reading.errors == (CellError("A1", "No column is headed “Đơn vị”."),)


def test_a_formula_without_a_stored_result_is_an_error_not_an_empty_cell():
    content = make_workbook([1, "Chi bộ A", "=1+1", None, None, None])

    (error,) = read_table(content, WANTED).errors

    assert error.cell == "C2"
    assert "no result" in error.message


def test_a_formula_with_a_stored_result_is_read():
    content = make_workbook([1, "Chi bộ A", "=6*7", None, None, None])
    stored = _with_result(content, "6*7", "42")

    (row,) = read_table(stored, WANTED).rows

    assert row.values["persons"] == 42


def _with_result(content, formula, result):
    """What Excel would have saved: the formula and its value."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w") as package,
    ):
        for name in source.namelist():
            part = source.read(name)
            for empty in (b"<v></v>", b"<v />", b"<v/>"):
                part = part.replace(
                    f"<f>{formula}</f>".encode() + empty,
                    f"<f>{formula}</f><v>{result}</v>".encode(),
                )
            package.writestr(name, part)
    return target.getvalue()


def test_bad_cells_come_back_coloured_and_explained():
    content = make_workbook(
        [1, None, "mười", 3, None, None], [2, "B", 4, 5, None, None]
    )
    errors = read_table(content, WANTED).errors

    page = openpyxl.load_workbook(io.BytesIO(mark_errors(content, errors))).active

    assert "must not be empty" in page["B2"].comment.text
    assert "not a number" in page["C2"].comment.text
    assert page["C2"].fill.start_color.rgb == "FFFFC7CE"
    assert page["C3"].comment is None
    assert page["C3"].value == 4


def test_marking_twice_leaves_one_comment_with_every_reason():
    content = make_workbook([1, None, 2, 3, None, None])
    errors = [CellError("B2", "One."), CellError("B2", "Two.")]

    page = openpyxl.load_workbook(io.BytesIO(mark_errors(content, errors))).active

    assert page["B2"].comment.text == "One.\nTwo."


def _bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/sheet.xml", b"0" * (packages.TABLE.unpacked + 1))
    return target.getvalue()


def _other_zip():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"STT;Ten\n1;A\n", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old kind"),
        (_other_zip(), "not an Excel workbook"),
        (_bomb(), "too large once unpacked"),
        (make_workbook([1, "A"])[:-200], "not an Excel workbook"),
        (b"0" * (packages.TABLE.file + 1), "larger than 10 MB"),
    ],
    ids=["empty", "csv", "xls", "docx", "bomb", "cut", "large"],
)
def test_what_is_no_table_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        read_table(content, WANTED)
    with pytest.raises(RuleBroken, match=sentence):
        mark_errors(content, [])


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)

    with pytest.raises(RuleBroken, match="more than 3 rows"):
        read_table(make_workbook(*([i, "A"] for i in range(4))), WANTED)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1 234", "1234"),
        ("1\u00a0234,5", "1234.5"),
        ("-7", "-7"),
        ("\u22127", "-7"),
        ("007", "7"),
    ],
)
def test_numbers_are_read_as_people_type_them(text, value):
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "12,3,4", "1.23.4", "1e5", "12m", "--1", "١٢", "1,2.3"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(RuleBroken, match="not a number"):
        read_number(text)


def test_a_number_with_two_readings_is_refused_with_both():
    with pytest.raises(RuleBroken, match="Write 1234 or 1,2340"):
        read_number("1,234")
