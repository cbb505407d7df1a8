"""Planning and logging in the browser: nothing lost, errors beside their field."""

import re
from datetime import date

import pytest
import time_machine

from kheo.accounts.models import User
from kheo.accounts.services import grant_role
from kheo.activities.forms import plans
from kheo.activities.models import Activity, PartyRole, Quantity
from kheo.activities.rules import hidden_sum
from kheo.activities.services import move_activity
from kheo.activities.workflow import ActivityAction
from kheo.core.access import SYSTEM, Role
from tests.activities.make import sign_in
from tests.village import (
    NOON,
    cadres,
    charge,
    hamlet,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

PLAN = "/activities/plan/"


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def test_a_sum_of_one_is_no_sum():
    assert hidden_sum([]) is None
    assert hidden_sum([5]) is None
    assert hidden_sum([5, 4]) == 9


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


@pytest.mark.django_db
def test_a_plan_starts_on_the_next_saturday_in_the_own_commune(client, village):
    sign_in(client, village, "clerk", "cell-a")

    page = client.get(PLAN).content.decode()

    assert 'name="on" value="06/04/2024"' in page
    assert f'<option value="{village.places["vn-1"].pk}" selected>' in page


@pytest.mark.django_db
def test_a_plan_sent_twice_is_one_plan(client, village):
    sign_in(client, village, "clerk", "cell-a")
    page = client.get(PLAN).content.decode()
    typed = {
        "client_id": hidden(page, "client_id"),
        "organisation": village["cell-a"].pk,
        "place": village.places["vn-1"].pk,
        "on": "2024-04-06",
        "title": "Nạo vét mương",
    }

    first = client.post(PLAN, typed)
    second = client.post(PLAN, typed)

    assert first["Location"] == second["Location"]
    assert Activity.objects.count() == 1


@pytest.mark.django_db
def test_a_province_of_communes_shows_the_hamlets_of_the_chosen_one(
    client, village, monkeypatch
):
    monkeypatch.setattr(plans, "FEW_COMMUNES", 0)
    third, other = hamlet(village), hamlet(village, "4", commune="vn-2")
    first, second = (village.places[code].pk for code in ("vn-1", "vn-2"))
    sign_in(client, village, "clerk", "cell-a")

    here, there = (
        client.get(PLAN, {"place": place}).content.decode() for place in (first, second)
    )
    answer = client.post(
        PLAN,
        {
            "client_id": hidden(there, "client_id"),
            "organisation": village["cell-a"].pk,
            "place": second,
            "hamlet": other.pk,
            "on": "2024-04-06",
            "title": "Nạo vét mương",
        },
    )

    assert f'value="{third.pk}"' in here
    assert f'value="{other.pk}"' not in here
    assert f'value="{other.pk}"' in there
    assert answer.status_code == 302
    assert Activity.objects.get().hamlet == other


@pytest.mark.django_db
def test_a_refused_plan_keeps_every_word(client, village):
    sign_in(client, village, "clerk", "cell-a")

    answer = client.post(
        PLAN,
        {
            "client_id": "6f2c1c1e-0d0e-4a57-9a41-0f5f0d4f6a11",
            "organisation": village["cell-a"].pk,
            "place": village.places["vn-1"].pk,
            "on": "2024-04-03",
            "title": "Nạo vét mương",
            "means": "Cuốc, xẻng",
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_reason_error"' in page
    assert "Nạo vét mương" in page
    assert "Cuốc, xẻng" in page
    assert not Activity.objects.exists()


def names_of(page):
    """Inputs of the log by what their labels say."""
    labels = re.findall(r'<label for="id_(m\d+)"[^>]*>\s*([^<]+?)\s*<', page)
    return {label: name for name, label in labels}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "stored"), [("1.234,5", 12345), ("1,234.5", 12345), ("1234", 12340)]
)
def test_numbers_are_understood_both_ways(client, village, typed, stored):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/log/"
    names = names_of(client.get(address).content.decode())
    days = next(v for k, v in names.items() if "Work-days" in k and "Cadres" in k)

    client.post(address, {"title": "Việc", days: typed})

    assert Quantity.objects.get().amount == stored


@pytest.mark.django_db
def test_an_implausible_figure_is_refused_beside_its_own_input(client, village):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/log/"
    page = client.get(address).content.decode()
    names = names_of(page)
    cleared = next(v for k, v in names.items() if "Repaired, cleared" in k)
    turns = next(v for k, v in names.items() if "Turns of cadres" in k)

    answer = client.post(address, {"title": "Việc", cleared: "20.001", turns: "7"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{cleared}_error"' in page
    assert "20.000" in page
    assert f'name="{turns}" value="7"' in page
    assert not Quantity.objects.exists()


@pytest.mark.django_db
def test_people_come_first_and_then_the_days_own_field_of_work(client, village):
    activity = plan(village, field="environment")
    sign_in(client, village, "clerk", "cell-a")

    page = client.get(f"/activities/{activity.pk}/log/").content.decode()

    labels = list(names_of(page))
    places = [
        next(n for n, label in enumerate(labels) if word in label)
        for word in ("Turns of cadres", "Work-days", "Area cleaned", "Roads")
    ]
    assert places == sorted(places)
    assert "Work-days: Cadres and Party members" in labels
    assert "Waste collected (kg)" in labels
    assert 'inputmode="numeric"' in page
    assert 'inputmode="decimal"' in page


@pytest.mark.django_db
def test_the_lead_sees_partners_by_name_and_their_sum_only_where_it_hides_each(
    client, village
):
    charge(village, "cell-h", "vn-1")
    two = plan(village, partners=["cell-b"], title="Hai đơn vị")
    three = plan(village, partners=["cell-b", "cell-h"], title="Ba đơn vị")
    own, other = cadres(village, "cell-a", 7), cadres(village, "cell-b", 51)
    log(two, roads(1), own, other)
    log(three, roads(1), own, other, cadres(village, "cell-h", 62))
    sign_in(client, village, "clerk", "cell-a")

    first = client.get(two.get_absolute_url()).content.decode()
    second = client.get(three.get_absolute_url()).content.decode()

    assert "Chi bộ B" in first
    assert not re.search(r">\s*51 ", first)
    assert re.search(r">\s*113 ", second)
    assert not re.search(r">\s*(51|62) ", second)


@pytest.mark.django_db
def test_a_body_that_has_not_written_its_people_is_named_after_the_day(client, village):
    activity = plan(village, partners=["cell-b"])
    sign_in(client, village, "clerk", "cell-a", language="vi")
    said = "chưa ghi người của đơn vị"
    assert said not in client.get(activity.get_absolute_url()).content.decode()

    log(activity, roads(1), cadres(village, "cell-a", 7))
    page = client.get(activity.get_absolute_url()).content.decode()
    assert page.count(said) == 1

    partner = make_actor("clerk", village["cell-b"])
    log(activity, cadres(village, "cell-b", 5), actor=partner)
    assert activity.parties.filter(role=PartyRole.PARTNER).exists()
    page = client.get(activity.get_absolute_url()).content.decode()
    assert page.count(said) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["do be tong", "Đổ bê tông", "đuong THON", "thôn bê", "bê tông\x00"]
)
def test_the_list_finds_work_without_marks_and_in_any_order(client, village, words):
    sign_in(client, village, "clerk", "cell-a")
    found = plan(village)
    plan(village, title="Nạo vét mương")

    page = client.get("/activities/", {"q": words})

    assert [row.activity for row in page.context["rows"]] == [found]


@pytest.mark.django_db
def test_the_list_is_narrowed_to_days(client, village):
    sign_in(client, village, "clerk", "cell-a")
    plan(village)
    found = plan(village, on=date(2024, 4, 13))
    plan(village, on=date(2024, 5, 11))

    page = client.get("/activities/", {"first": "13/04/2024", "last": "30/4/2024"})
    wrong = client.get("/activities/", {"first": "31/02/2024", "state": "nonsense"})
    none = client.get("/activities/", {"first": "1/1/2030", "page": "3"})

    assert [row.activity for row in page.context["rows"]] == [found]
    assert page.context["query"] == "first=13%2F04%2F2024&last=30%2F4%2F2024"
    assert len(wrong.context["rows"]) == 3
    assert set(wrong.context["form"].errors) == {"first", "state"}
    assert "widen the days" in none.content.decode()


@pytest.mark.django_db
def test_signs_of_a_pattern_are_only_signs(client, village):
    sign_in(client, village, "clerk", "cell-a")
    plan(village)

    page = client.get("/activities/", {"q": "%_'\"<script>"})

    assert page.context["rows"] == []
    assert "<script>" not in page.content.decode().split("<main", 1)[1]


@pytest.mark.django_db
def test_an_hour_is_typed_as_people_write_it(client, village):
    sign_in(client, village, "clerk", "cell-a")
    page = client.get(PLAN).content.decode()
    typed = {
        "client_id": hidden(page, "client_id"),
        "organisation": village["cell-a"].pk,
        "place": village.places["vn-1"].pk,
        "on": "6/4/2024",
        "title": "Nạo vét mương\x00",
        "starts_at": "7h30",
    }

    refused = client.post(PLAN, typed | {"starts_at": "7h75"})
    client.post(PLAN, typed)

    assert refused.status_code == 422
    assert 'value="7h75"' in refused.content.decode()
    made = Activity.objects.get()
    assert f"{made.starts_at:%H:%M}" == "07:30"
    assert made.title == "Nạo vét mương"


@pytest.mark.django_db
def test_a_commune_plans_in_its_own_commune_first(client, village):
    sign_in(client, village, "clerk", "xa-2")

    page = client.get(PLAN).content.decode()

    assert f'<option value="{village.places["vn-2"].pk}" selected>' in page


@pytest.mark.django_db
def test_who_is_unit_and_commune_of_a_day_has_one_next_step(client, village):
    sign_in(client, village, "clerk", "cell-a")
    grant_role(
        User.objects.get(username="clerk-cell-a-user"),
        Role.HOST,
        organisation=village["xa-1"],
        actor=SYSTEM,
        at=NOON,
        valid_from=date(2021, 1, 1),
        own_only=True,
    )

    activity = plan(village)

    page = client.get(activity.get_absolute_url()).content.decode()

    [primary] = re.findall(r'class="btn btn-primary"[^>]*>', page)
    assert f"/activities/{activity.pk}/agree/" in primary
    assert f'href="/activities/{activity.pk}/log/"' in page


@pytest.mark.django_db
def test_a_unit_s_next_step_is_to_log(client, village):
    sign_in(client, village, "clerk", "cell-a")
    activity = plan(village)

    page = client.get(activity.get_absolute_url()).content.decode()

    [primary] = re.findall(r'class="btn btn-primary"\s+href="([^"]+)"', page)
    assert primary == f"/activities/{activity.pk}/log/"


# Two browsers


def opened(client, address):
    """The values of the form as the page shows it."""
    return typed_in(client.get(address))


def typed_in(page):
    form = page.context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value()}


@pytest.mark.django_db
def test_two_browsers_that_log_one_day_lose_nothing(client, village):
    activity = log(plan(village), cadres(village, "cell-a", 9))
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/log/"
    first, second = opened(client, address), opened(client, address)
    people = next(name for name, value in first.items() if value == "9")

    client.post(address, first | {people: "14", "title": "Đổ đường"})
    answer = client.post(address, second | {people: "3"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this day meanwhile" in page
    assert answer.context["form"][people].value() == "3"
    assert "Saved now: 14" in page
    assert "Saved now: Đổ đường" in page
    assert Quantity.objects.get(activity=activity).amount == 14

    assert client.post(address, typed_in(answer)).status_code == 302
    assert Quantity.objects.get(activity=activity).amount == 3


@pytest.mark.django_db
def test_going_back_and_saving_the_same_log_again_is_harmless(client, village):
    activity = log(plan(village), cadres(village, "cell-a", 9))
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/log/"
    typed = opened(client, address)
    people = next(name for name, value in typed.items() if value == "9")
    typed[people] = "14"

    answers = [client.post(address, typed) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Quantity.objects.get(activity=activity).amount == 14


@pytest.mark.django_db
def test_partners_who_log_their_own_people_do_not_stop_each_other(client, village):
    activity = log(plan(village, partners=["cell-b"]), cadres(village, "cell-a", 9))
    sign_in(client, village, "clerk", "cell-b")
    address = f"/activities/{activity.pk}/log/"
    typed = opened(client, address)
    log(activity, cadres(village, "cell-a", 10), roads(5))

    answer = client.post(address, typed | {"m0": "4"})

    assert answer.status_code == 302
    assert (
        Quantity.objects.filter(activity=activity, amount__in=[10, 5, 4]).count() == 3
    )


@pytest.mark.django_db
def test_two_browsers_that_change_one_plan_lose_nothing(client, village):
    activity = plan(village, means="Cuốc")
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/change/"
    first, second = opened(client, address), opened(client, address)

    client.post(address, first | {"means": "Xẻng, xe rùa"})
    twice = client.post(address, first | {"means": "Xẻng, xe rùa"})
    answer = client.post(address, second | {"title": "Trồng cây"})

    page = answer.content.decode()
    activity.refresh_from_db()
    assert twice.status_code == 302
    assert answer.status_code == 422
    assert "Saved now: Xẻng, xe rùa" in page
    assert (activity.means, activity.title) == ("Xẻng, xe rùa", "Đổ bê tông đường thôn")
    assert client.post(address, typed_in(answer)).status_code == 302
    activity.refresh_from_db()
    assert (activity.means, activity.title) == ("Cuốc", "Trồng cây")


@pytest.mark.django_db
def test_an_answer_of_the_commune_stops_a_change_made_without_knowing_it(
    client, village
):
    activity = plan(village)
    sign_in(client, village, "clerk", "cell-a")
    address = f"/activities/{activity.pk}/change/"
    typed = opened(client, address)
    move_activity(activity, ActivityAction.AGREE, actor=SYSTEM, at=NOON)

    answer = client.post(address, typed | {"title": "Trồng cây"})

    assert answer.status_code == 422
    activity.refresh_from_db()
    assert (activity.state, activity.title) == ("agreed", "Đổ bê tông đường thôn")
