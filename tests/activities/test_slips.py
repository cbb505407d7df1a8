"""The field slip on paper, and the code that leads back from it."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kheo.activities import services
from kheo.activities.models import PartyRole
from kheo.activities.rules import CODE_LETTERS, number_of, short_code
from kheo.core.access import SYSTEM
from tests.activities.make import sign_in
from tests.village import NOON, SATURDAY, log, make_village, plan, roads


@given(st.integers(min_value=0, max_value=10**9))
def test_a_code_leads_back_to_its_number(number):
    code = short_code(number)

    assert number_of(code) == number
    assert number_of(f" {code.lower()} ") == number


@given(
    st.integers(min_value=0, max_value=10**7),
    st.integers(min_value=0, max_value=3),
    st.sampled_from(CODE_LETTERS),
)
def test_one_wrong_letter_always_shows(number, place, letter):
    code = short_code(number)
    wrong = code[:place] + letter + code[place + 1 :]

    assert (number_of(wrong) is None) == (wrong != code)


@pytest.mark.parametrize("typed", ["", "AAA", "đường", "B0I1", "A" * 80, "100%"])
def test_words_are_no_codes(typed):
    assert number_of(typed) is None


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


@pytest.mark.django_db
def test_the_slip_holds_what_the_clerk_needs_and_no_name(client, village):
    activity = plan(
        village,
        partners=["cell-b"],
        means="Cuốc, xẻng",
        safety="Găng tay",
    )
    party = activity.parties.get(role=PartyRole.LEAD)
    services.set_roster(party, [("Nông Văn Thử", "lái xe")], actor=SYSTEM, at=NOON)
    log(activity, roads(777))
    sign_in(client, village, "clerk", "cell-a", language="vi")

    page = client.get(f"/activities/{activity.pk}/slip/").content.decode()

    for said in (
        activity.code,
        "Đổ bê tông đường thôn",
        "30/03/2024",
        "Hùng Lợi",
        "Chi bộ A",
        "Chi bộ B",
        "Đảng ủy xã Hùng Lợi",
        "Cuốc, xẻng",
        "Găng tay",
        "Có diễn ra",
        "Không diễn ra",
        "Nhận xét",
        "lượt người",
        "ngày công",
    ):
        assert said in page, said
    assert "Nông Văn Thử" not in page
    assert "777" not in page
    assert page.count('class="slip-box"') == 15


@pytest.mark.django_db
def test_a_partners_slip_has_boxes_for_its_own_people_alone(client, village):
    activity = plan(village, partners=["cell-b"])
    sign_in(client, village, "clerk", "cell-b")

    page = client.get(f"/activities/{activity.pk}/slip/").content.decode()

    assert page.count('class="slip-box"') == 3
    assert "Roads" not in page


@pytest.mark.django_db
def test_a_slip_of_others_is_no_page(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-h")

    assert client.get(f"/activities/{activity.pk}/slip/").status_code == 404


@pytest.mark.django_db
def test_the_slips_of_a_month_are_the_own_plans_of_that_month(client, village):
    mine = [plan(village, title=f"Việc {n}") for n in range(3)]
    other = plan(village, "cell-b", title="Việc của B")
    sign_in(client, village, "clerk", "cell-a")

    page = client.get("/activities/month/slips/?month=2024-03").content.decode()

    assert page.count("<article") == 3
    assert all(activity.code in page for activity in mine)
    assert other.code not in page
    empty = client.get("/activities/month/slips/?month=2024-02").content.decode()
    assert "<article" not in empty
    assert client.get("/activities/month/slips/?month=2024-13").status_code == 404


@pytest.mark.django_db
def test_a_months_slips_cost_the_same_for_one_and_for_three(client, village):
    sign_in(client, village, "clerk", "cell-a")
    plan(village)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/activities/month/slips/?month=2024-03")
        return len(queries)

    cost()
    one = cost()
    plan(village, title="Hai", partners=["cell-b"])
    plan(village, title="Ba")

    assert cost() == one


@pytest.mark.django_db
def test_typing_a_code_opens_its_day_only_for_those_who_see_it(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")

    found = client.get("/activities/", {"q": activity.code.lower()})
    assert (found.status_code, found["Location"]) == (302, activity.get_absolute_url())

    sign_in(client, village, "clerk", "cell-h")
    assert client.get("/activities/", {"q": activity.code}).status_code == 200


@pytest.mark.django_db
def test_words_that_fit_come_before_a_code(client, village):
    activity = plan(village)
    plan(village, title=f"Việc {activity.code}", on=SATURDAY)
    sign_in(client, village, "clerk", "cell-a")

    assert client.get("/activities/", {"q": activity.code}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_day_leads_to_its_slip_and_text(client, village, language):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a", language=language)

    page = client.get(activity.get_absolute_url()).content.decode()

    assert f"/activities/{activity.pk}/slip/" in page
    assert f"/activities/{activity.pk}/share/" in page
    assert activity.code in page
