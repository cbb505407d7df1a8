"""Inviting in the browser: what is offered, what is refused, what is not shown."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts import services
from kheo.accounts.models import User
from kheo.core.access import SYSTEM, Role
from tests.accounts.inviting.make import (
    TODAY,
    add,
    row,
    state,
)
from tests.accounts.make import SINCE, WORDS, acting, administrator, filled, table
from tests.organisations.make import make_body
from tests.village import NOON

pytestmark = pytest.mark.django_db
PEOPLE = "/accounts/people/"
ADD, UNITS, TABLE = f"{PEOPLE}add/", f"{PEOPLE}units/", f"{PEOPLE}table/"
AGAIN, BODIES = f"{PEOPLE}links/", f"{PEOPLE}bodies/"


@pytest.fixture
def browser(client, focal):
    client.force_login(focal)
    client.cookies["django_language"] = "en"
    return client


def page(client, user, name="person", *more):
    return client.get(reverse(f"accounts:{name}", args=[user.pk, *more]))


def press(client, user, name, *more, **said):
    return client.post(reverse(f"accounts:{name}", args=[user.pk, *more]), said)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_the_menu_and_the_list_of_bodies_lead_to_inviting(browser, below, village):
    menu = text_of(browser.get(PEOPLE))
    units = text_of(browser.get(UNITS))
    form = text_of(browser.get(f"{ADD}?at=cell-b"))

    assert f'href="{PEOPLE}"' in menu
    assert "Chi bộ B" in units
    assert "Chi bộ A" not in units
    assert f"{ADD}?at=cell-b" in units
    assert 'value="Chi bộ B · cell-b"' in form
    assert '<option value="clerk" selected>' in form
    assert "administrator" not in form.split("<main")[1].split("</select>")[0]


def test_a_form_names_no_body_beyond_that_its_address_asks_for(browser, village):
    assert "Chi bộ H" not in text_of(browser.get(f"{ADD}?at=cell-h"))


def test_somebody_below_is_invited_from_the_form(browser, village):
    answer = browser.post(ADD, filled(organisation="Chi bộ A · cell-a"))

    assert answer.status_code == 200
    link = re.search(r"/accounts/invitation/[\w-]+/", text_of(answer))[0]
    said = {"password": WORDS, "again": WORDS}
    assert Client().post(link, said).status_code == 302
    assert "Nông Thị Lan" in text_of(browser.get(PEOPLE))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"organisation": "cell-h"}, "No body below yours"),
        ({"organisation": "khoi"}, "No body below yours"),
        ({"organisation": ""}, "required"),
        ({"role": "specialist"}, "specialist"),
        ({"role": "administrator", "organisation": ""}, "administrator"),
        ({"role": "host"}, "Only the Party committee of a commune"),
        ({"role": "focal_point"}, "this one has none"),
        ({"tree": "front"}, "front"),
    ],
    ids=[
        "beside",
        "own",
        "none",
        "specialist",
        "administrator",
        "host",
        "focal",
        "line",
    ],
)
def test_a_form_beyond_is_refused_beside_its_field(browser, village, said, sentence):
    before = state()

    answer = browser.post(ADD, filled(**said))

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert state() == before


def test_bodies_beyond_are_neither_offered_nor_counted(browser, village):
    offered = text_of(browser.get(BODIES, {"organisation": "chi bo"}))
    asked = text_of(browser.post(ADD, filled(organisation="chi bo", body="cell-h")))
    template = openpyxl.load_workbook(BytesIO(browser.get(f"{TABLE}template/").content))
    codes = [one[0].value for one in template.worksheets[2].iter_rows(min_row=2)]

    assert offered.count('type="radio"') == 2
    assert "Chi bộ H" not in offered + asked
    assert {one for one in codes if one} == {"cell-a", "cell-b"}


def test_of_people_beyond_these_are_no_pages(browser, beside):
    keeper = administrator()
    for user in (beside, keeper):
        for name in ("person", "person_change", "person_close", "grant_add"):
            assert page(browser, user, name).status_code == 404, name
        for name in ("person_link", "person_close", "person_reopen", "person_unlock"):
            assert press(browser, user, name).status_code == 404, name
        given = user.grants.get()
        assert (
            press(browser, user, "grant_end", given.pk, on="01/05/2024").status_code
            == 404
        )
        given.refresh_from_db()
        assert given.valid_to.year == 9999
    shown = text_of(browser.get(PEOPLE, {"q": "hoa", "state": "all"}))
    assert "Hoa Bên" not in shown


def test_of_who_reaches_beyond_only_the_name_and_the_roles_below_are_shown(
    browser, shared, village
):
    listed = text_of(browser.get(PEOPLE))
    shown = text_of(page(browser, shared))

    assert "Mai Chung" in listed
    assert shared.username not in listed + shown
    assert "has roles elsewhere too" in listed
    assert "Chi bộ A" in shown
    assert "Chi bộ H" not in listed + shown
    assert "History" not in shown
    before = state()
    for name in ("person_change", "person_close", "grant_add"):
        assert page(browser, shared, name).status_code == 403, name
    for name in ("person_link", "person_close", "person_reopen", "person_unlock"):
        assert press(browser, shared, name).status_code == 403, name
    outside = shared.grants.get(organisation=village["cell-h"])
    assert page(browser, shared, "grant_end", outside.pk).status_code == 404
    assert state() == before
    inside = shared.grants.get(organisation=village["cell-a"])
    answer = press(browser, shared, "grant_end", inside.pk, on="31/03/2024")
    assert answer.status_code == 302
    assert page(browser, shared).status_code == 404, "nothing below is left"


def test_of_somebody_below_the_account_is_looked_after(browser, below, village):
    shown = text_of(page(browser, below))
    assert "New one-time link" in shown
    assert "Close the account" not in shown
    assert press(browser, below, "person_close").status_code == 403
    assert "/invitation/" in text_of(press(browser, below, "person_link"))
    given = press(
        *(browser, below, "grant_add"),
        role="leader",
        organisation="cell-b",
        own_only="own",
        tree="party",
        valid_from="01/03/2024",
    )

    assert given.status_code == 302
    assert "Leader who approves at Chi bộ B alone" in text_of(page(browser, below))
    history = text_of(page(browser, below)).split("History of the account")[1]
    assert "Ma Thị Đầu" in history


def test_the_history_says_nothing_of_a_role_elsewhere_that_has_ended(
    browser, shared, village
):
    old = shared.grants.get(organisation=village["cell-h"])
    services.end_grant(old, on=TODAY, actor=SYSTEM, at=NOON)

    shown = text_of(page(browser, shared))

    assert "History of the account" in shown
    assert "Chi bộ A" in shown
    assert "Chi bộ H" not in shown


def test_a_table_goes_the_whole_way(browser, village):
    file = SimpleUploadedFile("bang.xlsx", table(row("Mới Toanh", "cell-b")))
    tried = text_of(browser.post(TABLE, {"file": file}))
    sealed = re.search(r'name="rows" value="([^"]+)"', tried)[1]

    done = browser.post(f"{TABLE}apply/", {"rows": sealed})

    assert "/invitation/" in text_of(done)
    assert User.objects.get(name="Mới Toanh").grants.get().organisation.code == "cell-b"


def test_slips_for_many_leave_the_others_unnamed(
    browser, village, focal, beside, shared
):
    mine = add(village, "cell-a", actor=acting(focal)).user

    shown = text_of(browser.post(AGAIN, {"person": [mine.pk, beside.pk, shared.pk]}))

    assert shown.count('class="link-slip"') == 1
    assert "Hoa Bên" not in shown
    assert "Mai Chung" in shown, "seen, and left out"


def test_another_cells_list_costs_no_more_questions(browser, village, focal):
    def cost(address):
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    pages = (PEOPLE, f"{UNITS}?show=all", "/", TABLE, f"{TABLE}template/")
    add(village, "cell-a", actor=acting(focal))
    before = {address: cost(address) for address in pages}
    for number in range(3):
        code = f"more-{number}"
        village.bodies[code] = make_body(
            code, village["khoi"], kind="cell", tier="province", on=SINCE
        )
        add(village, code, actor=acting(focal), name=f"Người {number}")
        add(village, code, Role.LEADER, actor=acting(focal), name=f"Bí thư {number}")

    assert {address: cost(address) for address in pages} == before
