"""An administrator adds a person, who signs in, works, and is thrown out when closed."""

import io
import re

import openpyxl
import pytest

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

NAME = "Lò Thị Hành Trình"
WORDS = "một câu của riêng tôi"
WALKED = {}
"""What an earlier step made and a later one goes on with."""


def test_an_administrator_adds_a_person_and_gets_a_link(person):
    keeper = person("quan-tri")
    page = keeper.page
    page.locator(".site-nav").first.get_by_role("link", name="Người dùng").click()
    keeper.see("13-people", picture=True)
    page.get_by_role("link", name="Thêm người dùng").click()
    page.get_by_label("Họ và tên").fill(NAME)
    page.get_by_label("Vai trò", exact=True).select_option("clerk")
    page.get_by_label("Tổ chức nơi").press_sequentially("tu lieu")
    page.get_by_role("radio", name=re.compile("Tư liệu số")).check()
    keeper.see("13-add", picture=True)

    page.get_by_role("button", name="Thêm và tạo đường dẫn").click()

    WALKED["link"] = page.get_by_label(re.compile("Hãy sao chép")).input_value()
    assert "trinhlth" in keeper.text()
    keeper.see("13-link")


def test_the_link_works_without_a_script_and_once(person):
    somebody = person(width="phone", script=False)
    page = somebody.page
    page.goto(WALKED["link"])
    page.get_by_label("Mật khẩu mới").fill(WORDS)
    page.get_by_label("Nhập lại mật khẩu").fill(WORDS)

    page.get_by_role("button", name="Lưu và đăng nhập").click()

    page.get_by_text("Cán bộ tổng hợp").first.wait_for()
    page.goto(WALKED["link"])
    assert "không còn dùng được" in somebody.text()


def sign_in(somebody):
    somebody.go("/accounts/sign-in/")
    somebody.page.get_by_label("Tên đăng nhập").fill("trinhlth")
    somebody.page.get_by_label("Mật khẩu").fill(WORDS)
    somebody.page.locator("main form button").first.click()
    somebody.page.wait_for_load_state()


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_the_person_reads_what_he_may_do(person, width):
    somebody = person(width=width)
    somebody.go("/accounts/sign-in/")
    somebody.see("13-sign-in")
    sign_in(somebody)
    somebody.page.locator(".menu-person > summary").click()

    somebody.page.get_by_role("link", name="Tài khoản của tôi").click()

    assert "soạn báo cáo" in somebody.text()
    somebody.see("13-me", picture=True)


def test_who_is_closed_is_thrown_out_at_once(person):
    somebody, keeper = person(), person("quan-tri", width="phone")
    sign_in(somebody)
    somebody.go("/reports/")
    assert "/reports/" in somebody.page.url
    page = keeper.page
    keeper.go("/accounts/people/?q=hanh+trinh")
    page.get_by_role("link", name=NAME).click()
    keeper.see("13-person", picture=True)
    page.get_by_role("link", name="Đóng tài khoản").click()
    keeper.see("13-close")

    page.get_by_role("button", name="Đóng tài khoản").click()

    assert "đã đóng" in keeper.text()
    somebody.go("/reports/")
    assert "/sign-in/" in somebody.page.url
    sign_in(somebody)
    assert "không đúng" in somebody.text()


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_table_is_mended_and_taken_over(person, width, tmp_path):
    keeper = person("quan-tri", width=width)
    page = keeper.page
    keeper.go("/accounts/people/table/")
    keeper.see("13-table")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải bảng mẫu").click()
    book = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    sheet = book.worksheets[0]
    row = (f"Lường Văn {width}", "", "", "Lãnh đạo", "cb-tu-lieu-so", "", "")
    line = sheet.max_row + 1
    for place, value in enumerate(row, start=1):
        sheet.cell(line, place, value)
    path = tmp_path / "bang.xlsx"
    book.save(path)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Kiểm tra bảng").click()
    page.get_by_text(f"D{line}").first.wait_for()
    keeper.see("13-table-wrong")

    sheet.cell(line, 4, "Lãnh đạo duyệt")
    book.save(path)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Kiểm tra bảng").click()
    page.get_by_text("1 tài khoản mới").first.wait_for()
    keeper.see("13-table-trial", picture=True)
    page.get_by_role("button", name="Ghi vào hệ thống").click()
    keeper.see("13-table-links")

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tải đường dẫn").click()
    links = openpyxl.load_workbook(
        io.BytesIO(waiting.value.path().read_bytes())
    ).worksheets[0]
    cells = [str(cell.value) for line in links.iter_rows() for cell in line]
    assert len([cell for cell in cells if "/invitation/" in cell]) == 1
