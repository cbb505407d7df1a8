import pytest

from kheo.core.access import ROLE_CAPABILITIES, Capability, Role
from kheo.core.menu import MENU, menu_for


def opened(role, view_name="workspace:home"):
    held = {c.value: c in ROLE_CAPABILITIES[role] for c in Capability}
    return [link for _title, links in menu_for(held, view_name) for link in links]


def test_the_page_itself_is_marked_and_its_context_otherwise():
    desk = {
        link.href: link.current for link in opened(Role.SPECIALIST, "reporting:desk")
    }
    report = {
        link.href: link.current for link in opened(Role.SPECIALIST, "reporting:detail")
    }

    assert [href for href, current in desk.items() if current] == ["/reports/desk/"]
    assert desk["/reports/desk/"] == "page"
    assert {href: c for href, c in report.items() if c} == {"/reports/": "true"}


@pytest.mark.parametrize(
    ("view_name", "entry"),
    [
        ("activities:calendar_year", "/activities/calendar/"),
        ("activities:host_month", "/activities/hosting/"),
        ("activities:host_limits", "/activities/hosting/"),
        ("activities:detail", "/activities/"),
    ],
)
def test_a_page_stands_under_the_entry_that_leads_to_it(view_name, entry):
    marked = {one.href for one in opened(Role.HOST, view_name) if one.current}

    assert marked == {entry}


@pytest.mark.parametrize("role", [Role.CLERK, Role.HOST])
def test_units_and_communes_find_their_calendar(role):
    assert "/activities/calendar/" in {one.href for one in opened(role)}


def test_only_a_commune_finds_the_visits_to_it():
    assert "/activities/hosting/" in {one.href for one in opened(Role.HOST)}
    assert "/activities/hosting/" not in {one.href for one in opened(Role.CLERK)}


def test_a_page_outside_the_menu_marks_nothing():
    assert not any(link.current for link in opened(Role.CLERK, ""))


def test_an_administrator_of_accounts_is_led_to_no_content():
    links = [link.href for link in opened(Role.ADMINISTRATOR)]
    assert links == ["/", "/accounts/people/"]


@pytest.mark.parametrize("role", [Role.HOST, Role.CLERK])
def test_only_receivers_are_led_to_the_desk(role):
    assert "/reports/desk/" not in {link.href for link in opened(role)}


def test_every_page_stands_once():
    pages = [entry.page for group in MENU for entry in group.entries]

    assert len(pages) == len(set(pages))
