"""Where a body has nobody who can report, whoever may invite somebody is led there."""

import pytest

from kheo.accounts.models import Site
from tests.activities.make import sign_in
from tests.village import NOON, make_village

pytestmark = pytest.mark.django_db
ADD = "/accounts/people/add/?at="


@pytest.fixture
def village():
    return make_village()


def shown(client, address, **asked):
    return " ".join(client.get(address, asked).content.decode().split())


def focal(client, village):
    sign_in(client, village, "clerk", "cell-a")
    sign_in(client, village, "focal_point", "khoi", own_only=False)


def test_the_first_page_of_who_invites_says_where_nobody_is(client, village):
    focal(client, village)

    home = shown(client, "/")

    assert "1 of 2 bodies has nobody who can report" in home
    assert f"{ADD}cell-b" in home
    assert f"{ADD}cell-a" not in home
    assert "this sample" not in home


def test_a_sample_says_who_plays_the_others(client, village):
    Site.objects.create(pk=1, is_sample=True, created_at=NOON)
    focal(client, village)

    assert "this sample" in shown(client, "/")
    assert "this sample" in shown(client, "/accounts/people/units/")


def test_the_desk_marks_who_has_not_sent_and_has_nobody(client, village):
    focal(client, village)

    desk = shown(client, "/reports/desk/", receiver=village["khoi"].pk)

    assert desk.count("nobody who can report") == 1
    assert f"{ADD}cell-b" in desk


@pytest.mark.parametrize("role", ["clerk", "leader", "observer"])
def test_nobody_else_is_told_or_led(client, village, role):
    sign_in(client, village, role, "khoi", own_only=False)

    for address in ("/", "/reports/desk/", "/organisations/cell-a/"):
        page = shown(client, address)
        assert "nobody who can report" not in page
        assert ADD not in page


def test_the_page_of_a_body_below_leads_to_its_people_and_the_own_does_not(
    client, village
):
    focal(client, village)

    assert f"{ADD}cell-a" in shown(client, "/organisations/cell-a/")
    assert ADD not in shown(client, "/organisations/khoi/")
