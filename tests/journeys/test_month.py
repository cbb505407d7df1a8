"""S0's month, walked in a browser: from the Saturday in the village to the province.

The tests run in the order of the file: each goes on where the one before stopped, as
people do. The site is a fresh sample, so the first report that is due is always open.
"""

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import docx
import openpyxl
import pytest
from PIL import Image

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

WORK = "Đổ bê tông đường thôn, làm cùng xã"
SATURDAY = 5
WALKED = {}
"""What an earlier step made and a later one goes on with."""


def last_saturday():
    today = date.today()
    return today - timedelta(days=(today.weekday() - SATURDAY) % 7 or 7)


def picture(folder):
    path = folder / "anh.jpg"
    Image.new("RGB", (1200, 800), (70, 120, 60)).save(path, exif=b"")
    return path


def first_month_report(page):
    """The link to the next monthly report of the person's own body."""
    links = page.locator(
        "main a", has_text=re.compile(r"Báo cáo tháng .*tháng", re.IGNORECASE)
    )
    return links.first


def the_report(page):
    """The link to the report of this walk, on whichever page shows it."""
    return page.locator(f'main a[href="{WALKED["report"]}"]').first


def open_the_report(reader):
    """From the first page; a province has more reports waiting than stand there."""
    link = the_report(reader.page)
    if link.count():
        link.click()
    else:
        reader.go(WALKED["report"])


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_the_first_page_offers_an_account_for_each_role(person, width):
    visitor = person(width=width)

    visitor.go("/accounts/sign-in/")

    assert "Dữ liệu mẫu" in visitor.text()
    assert visitor.page.locator(".sample-accounts li").count() >= 8
    visitor.see("0-sign-in")


def test_the_clerk_plans_a_day_with_the_commune(person):
    clerk = person("can-bo-chi-bo")
    clerk.see("1-home-clerk", picture=True)
    clerk.go("/activities/plan/")
    page = clerk.page
    page.get_by_label("Ngày", exact=True).fill(last_saturday().isoformat())
    page.get_by_label("Việc sẽ làm").fill(WORK)
    clerk.see("1-plan", picture=True)

    page.get_by_role("button", name="Gửi xã").click()

    page.wait_for_url(re.compile(r"/activities/\d+/$"))
    assert "đã gửi xã" in clerk.text()


def test_the_commune_agrees(person):
    host = person("xa-luc-hanh", width="phone")
    host.go("/activities/hosting/")
    host.see("2-host-month", picture=True)
    host.go("/activities/")
    host.page.get_by_role("link", name=WORK).first.click()
    host.see("2-agree", picture=True)

    host.page.get_by_role("button", name="Thống nhất").click()

    host.page.get_by_text("đã thống nhất").first.wait_for()


def test_the_clerk_logs_it_on_a_phone_with_a_photo(person, tmp_path):
    clerk = person("can-bo-chi-bo", width="phone")
    clerk.go("/activities/")
    page = clerk.page
    page.get_by_role("link", name=WORK).first.click()
    page.get_by_role("link", name="Ghi kết quả").click()
    page.get_by_label(re.compile("Lượt cán bộ")).first.fill("9")
    page.get_by_label(re.compile("Lượt đoàn viên")).first.fill("31")
    clerk.see("3-log", picture=True)
    page.get_by_label(re.compile(r"Đường giao thông.*Làm mới")).fill("1.2x")
    page.get_by_role("button", name="Lưu").click()
    clerk.see("3-log-error")
    assert "số nguyên" in clerk.text()
    assert page.get_by_label(re.compile("Lượt cán bộ")).first.input_value() == "9"

    page.get_by_label(re.compile(r"Đường giao thông.*Làm mới")).fill("1.250")
    page.get_by_label(re.compile("xã hội hóa", re.IGNORECASE)).fill("12.500.000")
    page.get_by_role("button", name="Lưu").click()
    page.wait_for_url(re.compile(r"/activities/\d+/$"))

    page.get_by_role("link", name="Thêm ảnh").click()
    page.get_by_label("Ảnh").set_input_files(picture(tmp_path))
    page.get_by_label("Chú thích").fill("Đoạn đường vừa đổ xong, thứ bảy")
    page.get_by_role("button", name="Thêm").click()
    page.get_by_text("Đoạn đường vừa đổ xong").first.wait_for()
    page.locator(".photos img").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.photos img').naturalWidth > 0")
    assert "1.250 m" in clerk.text()
    assert "12.500.000 đồng" in clerk.text()
    clerk.see("3-activity")


def test_the_commune_confirms_that_it_took_place(person):
    host = person("xa-luc-hanh", width="phone")
    host.see("4-home-commune")
    if not host.page.get_by_role("link", name=WORK).count():
        # In a province other days wait before it on the first page.
        host.go("/activities/")
    host.page.get_by_role("link", name=WORK).first.click()

    host.page.get_by_role("button", name="Xác nhận đã diễn ra").click()

    host.page.get_by_text("xã đã xác nhận").first.wait_for()


def test_the_report_writes_its_first_draft_and_every_figure_opens(person):
    clerk = person("can-bo-chi-bo")
    clerk.go("/reports/")
    clerk.see("5-reports")
    page = clerk.page
    first_month_report(page).click()
    begin = page.get_by_role("button", name="Lập báo cáo này")
    if begin.count():
        clerk.see("5-begin")
        begin.click()
    page.wait_for_url(re.compile(r"/edit/$"))
    clerk.see("5-edit", picture=True)
    page.locator("[name=declared-initiatives-running]").fill("3")
    page.get_by_label(re.compile("Kết quả hoạt động")).fill("Đã làm cùng Nhân dân.")
    page.get_by_label(re.compile("Mọi ô để trống")).check()

    page.get_by_role("button", name="Lưu và trình lãnh đạo").click()

    page.wait_for_url(re.compile(r"/reports/\d+/$"))
    WALKED["report"] = urlsplit(page.url).path
    assert "chờ duyệt số liệu" in clerk.text()
    clerk.see("5-awaiting")
    figures = page.locator("main table a[href*='/insight/rows']")
    figures.first.click()
    page.wait_for_load_state()
    clerk.see("5-rows")
    assert page.locator("main table tbody tr").count() >= 1


def test_the_leader_approves_the_figures(person):
    leader = person("bi-thu-chi-bo", width="phone")
    leader.see("6-home-leader", picture=True)
    the_report(leader.page).click()

    leader.page.get_by_role("button", name="Duyệt số liệu").click()

    leader.page.get_by_text("đã gửi", exact=True).first.wait_for()
    leader.see("6-approved")


def test_the_focal_point_returns_it_with_a_reason(person):
    focal = person("dau-moi")
    focal.see("7-home-focal", picture=True)
    open_the_report(focal)
    page = focal.page
    page.get_by_role("link", name="Trả lại").click()
    page.locator("[name=note]").fill("Kiểm tra lại số mô hình.")
    focal.see("7-return", picture=True)

    page.get_by_role("button", name=re.compile("^Trả lại")).first.click()

    page.get_by_text("đã trả lại").first.wait_for()


def test_the_clerk_corrects_and_the_leader_approves_again(person):
    clerk = person("can-bo-chi-bo")
    assert "bị trả lại" in clerk.text()
    the_report(clerk.page).click()
    page = clerk.page
    clerk.see("8-returned")
    if not page.url.endswith("/edit/"):
        page.get_by_role("link", name=re.compile("Soạn|Sửa")).first.click()
    page.locator("[name=declared-initiatives-running]").fill("2")
    page.get_by_role("button", name="Lưu và trình lãnh đạo").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))

    leader = person("bi-thu-chi-bo")
    the_report(leader.page).click()
    leader.page.get_by_role("button", name="Duyệt số liệu").click()
    leader.page.get_by_text("đã gửi", exact=True).first.wait_for()


def test_the_focal_point_accepts_on_one_screen(person):
    focal = person("dau-moi")
    open_the_report(focal)
    page = focal.page
    page.get_by_role("link", name="Tiếp nhận báo cáo").last.click()
    page.wait_for_url(re.compile("/desk/"))
    focal.see("9-desk", picture=True)
    page.locator("input[name=report]").first.check()

    page.get_by_role("button", name=re.compile("Tiếp nhận")).first.click()

    page.get_by_text("đã tiếp nhận").first.wait_for()
    focal.see("9-accepted")


def test_the_board_sees_totals_and_opens_them(person):
    board = person("chuyen-vien")
    board.see("10-home-board", picture=True)
    board.go("/insight/")
    board.see("10-glance", picture=True)
    board.go("/insight/board/")
    board.see("10-board", picture=True)
    board.go("/insight/map/")
    board.see("10-map", picture=True)
    board.go("/insight/board/")
    page = board.page
    total = page.locator("main table tfoot a").first

    total.click()

    page.wait_for_load_state()
    board.see("10-rows", picture=True)
    assert page.locator("main table tbody tr").count() >= 1


def test_anybody_finds_a_commune_without_marks(person):
    somebody = person("dau-moi")
    box = somebody.page.get_by_role("searchbox").first
    box.fill("luc hanh")

    box.press("Enter")

    somebody.page.wait_for_url(re.compile("/search/"))
    assert "Lực Hành" in somebody.text()
    somebody.see("11-search", picture=True)


def test_the_board_takes_the_month_as_a_word_draft(person):
    board = person("chuyen-vien")
    board.go("/reports/desk/")
    board.see("10-desk")

    draft = download(
        board.page, board.page.get_by_role("link", name=re.compile("Word"))
    )

    tables = docx.Document(BytesIO(draft)).tables
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    assert any("TỈNH ỦY TUYÊN QUANG" in cell for cell in cells)
    assert "Số cuộc hoạt động tại cơ sở" in cells


def download(page, link):
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path()).read_bytes()


def test_the_word_report_and_the_excel_table_open_again(person):
    focal = person("dau-moi")
    focal.go("/reports/?state=accepted")
    page = focal.page
    page.locator("main li", has_text="đã tiếp nhận").locator("a").first.click()

    word = download(page, page.get_by_role("link", name=re.compile("Word")))
    excel = download(page, page.get_by_role("link", name=re.compile("Excel")))

    text = "\n".join(
        [p.text for p in docx.Document(BytesIO(word)).paragraphs]
        + [
            cell.text
            for table in docx.Document(BytesIO(word)).tables
            for row in table.rows
            for cell in row.cells
        ]
    )
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in text
    assert "BÁO CÁO" in text
    book = openpyxl.load_workbook(BytesIO(excel))
    numbers = [
        cell.value
        for row in book.worksheets[0].iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert numbers


@pytest.mark.parametrize("width", ["wide", "phone"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_the_menu_fits_and_reads(person, width, language):
    someone = person("chuyen-vien", width=width, language=language)
    links = someone.page.locator(".site-nav").first.locator("a").all()
    paths = [link.get_attribute("href") for link in links]
    assert len(paths) > 5

    for number, path in enumerate(paths):
        someone.go(path)
        assert someone.page.locator("h1").count() == 1
        someone.see(f"11-menu-{number}-{language}")


def test_another_unit_sees_neither_the_activity_nor_the_report(person):
    stranger = person("dau-moi-huyen")
    stranger.go("/activities/")

    assert WORK not in stranger.text()
    assert "Trung tâm Tư liệu số" not in stranger.text()
