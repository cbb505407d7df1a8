"""A month's form, taken away as a workbook, filled in, corrected and brought back.

The tests run in the order of the file: each goes on where the one before stopped.
"""

import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

WALKED = {}
"""What an earlier step made and a later one goes on with."""

FIGURES, WORDS = "Số liệu", "Lời văn"
DECLARED = "F"


def downloaded(page, link):
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path()).read_bytes()


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def put(book, key, value, *, sheet=FIGURES, column=DECLARED):
    """Type into the row that the hidden first column names."""
    keys = book[sheet].iter_rows(min_col=1, max_col=1)
    line = next(row[0].row for row in keys if row[0].value == key)
    book[sheet][f"{column}{line}"] = value
    return f"{column}{line}"


def send(page, book, folder):
    path = folder / "bieu-da-dien.xlsx"
    book.save(path)
    page.get_by_label("Biểu đã điền").set_input_files(path)
    page.get_by_role("button", name="Xem những gì sẽ thay đổi").click()
    page.wait_for_url(re.compile(r"/form/[0-9a-f-]{36}/$"))


def test_the_clerk_takes_the_form_away(person):
    clerk = person("can-bo-chi-bo")
    clerk.go("/reports/")
    page = clerk.page
    page.locator("main a", has_text=re.compile("Báo cáo quý")).first.click()
    begin = page.get_by_role("button", name="Lập báo cáo này")
    if begin.count():
        begin.click()
        page.wait_for_url(re.compile(r"/edit/$"))
        page.get_by_role("link", name="Nộp biểu Excel đã điền").wait_for()
    WALKED["report"] = re.match(r"/reports/\d+/", urlsplit(page.url).path)[0]
    clerk.go(WALKED["report"])
    clerk.see("12-report-with-form")

    content = downloaded(page, page.get_by_role("link", name="Tải biểu Excel"))

    book = opened(content)
    assert book[FIGURES].protection.sheet
    assert "Dữ liệu mẫu" in book[FIGURES]["B1"].value
    WALKED["form"] = content


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_wrong_cells_come_back_marked_and_nothing_is_written(person, tmp_path, width):
    clerk = person("can-bo-chi-bo", width=width, script=width == "wide")
    clerk.go(WALKED["report"])
    page = clerk.page
    page.get_by_role("link", name="Nộp biểu Excel đã điền").click()
    book = opened(WALKED["form"])
    at = put(book, "roads", "một nghìn hai")
    put(book, "trees", 150)
    put(book, "results", "Đã làm cùng Nhân dân.", sheet=WORDS, column="C")

    send(page, book, tmp_path)

    assert "1 ô cần sửa" in clerk.text()
    assert "150" in clerk.text()
    if width == "wide":
        clerk.see("12-form-errors", picture=True)
    link = page.get_by_role("link", name="Tải tệp đã đánh dấu ô sai")
    WALKED["marked"] = downloaded(page, link)
    cell = opened(WALKED["marked"])[FIGURES][at]
    assert cell.value == "một nghìn hai"
    assert "không phải số liệu" in cell.comment.text


def test_the_corrected_file_is_taken_over(person, tmp_path):
    clerk = person("can-bo-chi-bo")
    clerk.go(f"{WALKED['report']}form/")
    clerk.see("12-form")
    page = clerk.page
    book = opened(WALKED["marked"])
    put(book, "roads", 1200)
    send(page, book, tmp_path)
    clerk.see("12-form-changes", picture=True)

    page.get_by_role("button", name="Ghi vào dự thảo").click()

    page.wait_for_url(re.compile(rf"{WALKED['report']}$"))
    assert "Đã ghi vào dự thảo: 2 chỉ tiêu, 1 mục lời văn." in clerk.text()
    assert "1.200" in clerk.text()


def test_the_same_file_again_changes_nothing(person, tmp_path):
    clerk = person("can-bo-chi-bo", width="phone")
    clerk.go(f"{WALKED['report']}form/")
    book = opened(WALKED["marked"])
    put(book, "roads", 1200)

    send(clerk.page, book, tmp_path)

    assert "Không có gì thay đổi" in clerk.text()
    clerk.see("12-form-nothing")


def test_what_was_changed_on_both_sides_asks_for_a_choice(person, tmp_path):
    clerk = person("can-bo-chi-bo")
    clerk.go(f"{WALKED['report']}edit/")
    page = clerk.page
    page.locator("[name=declared-roads]").fill("900")
    page.get_by_role("button", name="Lưu dự thảo").click()
    page.wait_for_url(re.compile(rf"{WALKED['report']}$"))
    clerk.go(f"{WALKED['report']}form/")
    book = opened(WALKED["form"])
    put(book, "roads", 1500)
    send(page, book, tmp_path)
    assert "trên máy chủ: 900" in clerk.text()
    assert "trong tệp: 1.500" in clerk.text()
    clerk.see("12-form-choice", picture=True)

    page.get_by_label("lấy theo tệp").check()
    page.get_by_role("button", name="Ghi vào dự thảo").click()

    page.wait_for_url(re.compile(rf"{WALKED['report']}$"))
    assert "1.500" in clerk.text()
