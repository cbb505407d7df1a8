"""A workbook given back with its errors marked; and what is no workbook at all."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from kheo.core.errors import RuleBroken
from kheo.stationery.marking import COMMENT_AUTHOR, ERROR_COLOUR, mark_errors
from kheo.stationery.packages import FORM, Limits, check_package
from kheo.stationery.tables import CellError

YELLOW = "FFFFF9DB"


def make_book():
    book = openpyxl.Workbook()
    book.active.title = "Số liệu"
    book.active["B2"], book.active["C2"] = "abc", "=1+1"
    book.active["B2"].fill = PatternFill("solid", start_color=YELLOW)
    book.create_sheet("Lời văn")["A1"] = "Một"
    return book


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


ERRORS = (
    CellError("B2", "=Not a number.", "Số liệu", "Đường"),
    CellError("A1", "Too long.", "Lời văn", "Kết quả"),
)


def test_each_error_stands_in_its_own_cell_of_its_own_sheet():
    book = opened(mark_errors(saved(make_book()), ERRORS))

    figures, words = book["Số liệu"], book["Lời văn"]
    assert figures["B2"].comment.text == "=Not a number."
    assert words["A1"].fill.start_color.rgb == ERROR_COLOUR
    assert (figures["B2"].value, figures["C2"].value) == ("abc", "=1+1")
    assert figures["C2"].comment is None


def test_a_last_sheet_lists_them_with_links_and_without_formulas():
    book = opened(mark_errors(saved(make_book()), ERRORS, note="Dữ liệu mẫu"))

    listed = book.worksheets[-1]
    assert [cell.value for cell in listed[3]][1:] == [
        *(1, "Số liệu", "B2", "Đường"),
        "=Not a number.",
    ]
    assert listed["F3"].data_type == "s"
    assert listed["D3"].hyperlink.location == "'Số liệu'!B2"
    assert listed["F1"].value == "Dữ liệu mẫu"
    assert book.worksheets[0].title == "Số liệu"


def test_marking_again_takes_the_earlier_marks_away():
    once = opened(mark_errors(saved(make_book()), ERRORS))
    once["Số liệu"]["B2"] = 12

    book = opened(mark_errors(saved(once), ERRORS[1:]))

    figures = book["Số liệu"]
    assert figures["B2"].comment is None
    assert figures["B2"].fill.start_color.rgb == YELLOW
    assert book["Lời văn"]["A1"].comment.text == "Too long."
    assert len(book.worksheets) == 3


def test_without_errors_nothing_is_marked_any_more():
    once = mark_errors(saved(make_book()), ERRORS)

    book = opened(mark_errors(once, ()))

    assert book.sheetnames == ["Số liệu", "Lời văn"]
    assert book["Lời văn"]["A1"].comment is None


def test_a_comment_of_somebody_else_stays():
    book = make_book()
    book["Số liệu"]["B2"].comment = Comment("Hỏi lại thôn 3", "An")

    marked = opened(mark_errors(saved(book), ERRORS))["Số liệu"]["B2"].comment

    assert marked.text == "Hỏi lại thôn 3\n=Not a number."
    assert marked.author == COMMENT_AUTHOR


def test_an_error_among_merged_cells_is_marked_on_the_first():
    book = make_book()
    book["Số liệu"].merge_cells("B2:B4")

    page = opened(mark_errors(saved(book), [CellError("B3", "Wrong.", "Số liệu")]))

    assert page["Số liệu"]["B2"].comment.text == "Wrong."


def zipped(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            package.writestr(f"xl/{name}", content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"roads;12\n", "Save it in"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "old kind, or locked"),
        (zipped(**{"vbaProject.bin": b"x"}), "macros"),
        (zipped(a=b"<c>" * (FORM.tags + 1)), "far more than the form"),
        (zipped(a=b"0" * (FORM.unpacked + 1)), "too large once unpacked"),
        (b"PK" + b"0" * FORM.file, "larger than 2 MB"),
    ],
)
def test_what_is_no_form_is_refused_before_it_is_opened(content, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        check_package(content, FORM)


def test_a_package_with_a_broken_part_is_refused():
    content = bytearray(zipped(a=b"0" * 1000))
    content[content.index(b"xl/a") + 8] ^= 0xFF

    with pytest.raises(RuleBroken, match="damaged"):
        check_package(bytes(content), Limits(tags=10))
