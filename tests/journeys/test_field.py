"""The unit's side of a day: teams in turn, a slip on paper, a month typed in at once."""

import re
from datetime import date, timedelta

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

SATURDAY = 5


def saturdays():
    """The last Saturday that is over, and the month to type it in."""
    today = date.today()
    last = today - timedelta(days=(today.weekday() - SATURDAY) % 7 or 7)
    return last, f"/activities/month/?month={last:%Y-%m}"


def test_teams_are_named_and_the_next_one_is_chosen_in_the_plan(person):
    clerk = person("can-bo-chi-bo", width="phone")
    clerk.go("/activities/")
    page = clerk.page
    page.get_by_role("link", name="Luân phiên").click()
    clerk.see("field-rotation")
    page.get_by_role("link", name="Đặt tên các tổ").click()
    page.get_by_label(re.compile("Các tổ")).fill("Tổ 1: 6\nTổ 2: 5")
    clerk.see("field-teams")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("đến lượt").first.wait_for()

    clerk.go("/activities/plan/")

    assert page.get_by_label(re.compile("Tổ 1")).is_checked()
    assert not page.get_by_label(re.compile("Tổ 2")).is_checked()
    clerk.see("field-plan")


@pytest.mark.parametrize("width", ["wide", "phone"])
def test_a_month_is_typed_in_without_a_script_and_told_in_a_text(person, width):
    last, address = saturdays()
    clerk = person("can-bo-chi-bo", width=width, script=False)
    work = f"Phát quang đường thôn {width}"
    clerk.go(address)
    page = clerk.page
    row = page.locator("tr", has=page.locator('input[name$="-on"]')).first
    row.locator('input[name$="-on"]').fill(str(last.day))
    row.locator('input[name$="-title"]').fill(work)
    row.locator('input[name$="-cadre_turns"]').fill("9x")
    page.get_by_role("button", name="Lưu phiếu").click()
    wrong = page.locator("td.wrong").first
    assert "số nguyên" in wrong.inner_text()

    wrong.locator("input").fill("9")
    page.get_by_role("button", name="Lưu phiếu").click()
    page.get_by_role("link", name=work).click()
    page.get_by_role("link", name="Chép tin Zalo").click()

    text = page.get_by_label("Nội dung tin").input_value()
    assert f"Việc: {work}" in text
    assert "9 lượt người" in text
    assert clerk.site in text


def test_slips_of_a_month_stand_on_one_screen(person):
    _last, address = saturdays()
    clerk = person("can-bo-chi-bo")

    clerk.go(address)

    assert clerk.page.locator('input[name$="-on"]').count() >= 5
    clerk.see("3-month-slips", picture=True)
