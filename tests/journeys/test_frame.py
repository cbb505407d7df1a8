"""What holds on every page: without a script, by keyboard, on a slow network."""

import re

import pytest

from tests.journeys.test_month import first_month_report, last_saturday

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

WORK = "Phát quang đường vào thôn, không cần mã lệnh"
FIRST_VISIT, LATER = 200_000, 40_000
SMALLEST = 24


def test_the_month_works_without_a_script(person):
    clerk = person("can-bo-chi-bo", script=False)
    page = clerk.page
    clerk.go("/activities/plan/")
    page.get_by_label("Ngày", exact=True).fill(last_saturday().isoformat())
    page.get_by_label("Việc sẽ làm").fill(WORK)
    page.get_by_role("button", name="Gửi xã").click()
    day = page.url
    assert WORK in page.inner_text("h1")

    host = person("xa-luc-hanh", width="phone", script=False)
    host.page.goto(day)
    host.page.get_by_role("button", name="Thống nhất").click()
    assert "đã thống nhất" in host.text()

    page.goto(day)
    page.get_by_role("link", name="Ghi kết quả").click()
    page.get_by_label(re.compile("Lượt cán bộ")).first.fill("5")
    page.get_by_role("button", name="Lưu").click()
    assert page.url == day

    host.page.goto(day)
    host.page.get_by_role("button", name="Xác nhận đã diễn ra").click()
    assert "xã đã xác nhận" in host.text()


def test_a_report_goes_its_way_without_a_script(person):
    host = person("xa-luc-hanh", script=False)
    page = host.page
    host.go("/reports/")
    first_month_report(page).click()
    begin = page.get_by_role("button", name="Lập báo cáo này")
    if begin.count():
        begin.click()
    page.get_by_label(re.compile("Mọi ô để trống")).check()
    page.get_by_role("button", name="Lưu và trình lãnh đạo").click()
    report = page.url
    assert "chờ duyệt số liệu" in host.text()

    leader = person("bi-thu-xa", script=False)
    leader.page.goto(report)
    leader.page.get_by_role("button", name="Duyệt số liệu").click()
    assert "đã gửi" in leader.text()

    board = person("chuyen-vien", script=False)
    board.page.goto(report)
    board.page.get_by_role("button", name=re.compile("^Tiếp nhận")).first.click()
    assert "đã tiếp nhận" in board.text()


def test_the_phone_menu_opens_without_a_script(person):
    clerk = person("can-bo-chi-bo", width="phone", script=False)
    page = clerk.page
    page.locator(".menu-pages > summary").click()

    page.locator(".menu-sheet .site-nav").get_by_role("link", name="Báo cáo").click()

    assert "/reports/" in page.url


def test_the_keyboard_reaches_the_content_first(person):
    page = person("can-bo-chi-bo").page
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#main"

    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.keyboard.press("Tab")
    ring = page.locator(":focus").evaluate("one => getComputedStyle(one).outlineStyle")
    assert ring == "solid"


def test_what_has_the_focus_is_seen(person):
    one = person("can-bo-chi-bo")
    one.go("/activities/plan/")
    unseen = []
    for _stop in range(40):
        one.page.keyboard.press("Tab")
        seen = one.page.evaluate(
            """() => {
              const it = document.activeElement, drawn = getComputedStyle(it);
              const width = parseFloat(drawn.outlineWidth);
              const ring = drawn.outlineStyle !== "none" && width >= 2;
              return [it.outerHTML.slice(0, 80), ring || it === document.body];
            }"""
        )
        if not seen[1]:
            unseen.append(seen[0])
    assert unseen == []


def test_escape_closes_an_open_menu(person):
    page = person("can-bo-chi-bo").page
    page.locator(".menu-person > summary").click()
    assert page.get_by_role("button", name="Đăng xuất").is_visible()

    page.keyboard.press("Escape")

    assert not page.get_by_role("button", name="Đăng xuất").is_visible()


def test_a_day_is_chosen_from_the_calendar_and_reads_day_first(person):
    board = person("chuyen-vien", language="en")
    board.go("/assignments/")
    page = board.page
    page.locator("input.day-native").evaluate(
        "one => { one.value = '2026-08-07'; one.dispatchEvent(new Event('change')); }"
    )

    assert page.locator("#on").input_value() == "07/08/2026"


def test_pages_are_light(person):
    visitor = person()
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    sizes = []
    session.on(
        "Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"])
    )

    def weight(path):
        sizes.clear()
        visitor.go(path)
        visitor.page.wait_for_load_state("networkidle")
        return sum(sizes)

    first = weight("/accounts/sign-in/")
    visitor.sign_in("chuyen-vien")
    later = {
        path: weight(path) for path in ("/", "/reports/", "/insight/", "/activities/")
    }

    assert 20_000 < first <= FIRST_VISIT
    assert {path: size for path, size in later.items() if size > LATER} == {}


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_contrast_holds_in_both_schemes(person, scheme):
    board = person("chuyen-vien")
    board.page.emulate_media(color_scheme=scheme)
    for path in ("/", "/reports/", "/insight/"):
        board.go(path)
        board.see(f"12-{scheme}{path.replace('/', '-')}")


SHEET_ACROSS = 1030
"""CSS pixels between the margins of a landscape A4 sheet."""


def test_the_month_of_slips_prints_every_column(person):
    clerk = person("can-bo-chi-bo")
    clerk.go("/activities/month/")
    clerk.page.set_viewport_size({"width": SHEET_ACROSS, "height": 700})
    clerk.page.emulate_media(media="print")

    assert clerk.page.evaluate("document.querySelector('.entry').offsetWidth") <= (
        SHEET_ACROSS
    )


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_long_word_in_the_way_back_breaks_the_line_and_not_the_page(person, width):
    clerk = person("can-bo-chi-bo", width=width)
    clerk.go("/activities/month/")
    clerk.page.evaluate(
        "document.querySelector('.crumbs a').textContent = 'Đường'.repeat(36)"
    )

    assert clerk.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
