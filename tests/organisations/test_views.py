"""The pages on bodies: what is shown, to whom, and plans from pasted text."""

import re
from html import unescape

import pytest
from django.urls import reverse
from tests.organisations.make import NOON, START, make_body, plan_of, reorganise

from kheo.accounts.models import Grant, User
from kheo.core.access import SYSTEM, Role
from kheo.organisations.models import Organisation, Plan, Tree
from kheo.organisations.services import add_alias, apply_plan, parse_plan

pytestmark = pytest.mark.django_db

MERGER = """
- {do: create, body: btgdv, name: Ban Tuyên giáo và Dân vận, kind: board, tier: province, below: tinh}
- {do: merge, bodies: [bdv, btg], into: btgdv}
"""
TEXT = f"""code: ban-2025
title: Hợp nhất hai ban
on: 2025-07-01
basis: 60-NQ/TW
steps:{MERGER}"""


@pytest.fixture
def tinh():
    """The province with two boards; another province beside it."""
    province = make_body("tinh", kind="provincial_committee", name="Tỉnh ủy A")
    make_body("bdv", province, kind="board", name="Ban Dân vận", symbol="BDVTU")
    make_body("btg", province, kind="board", name="Ban Tuyên giáo")
    other = make_body("khac", kind="provincial_committee", name="Tỉnh ủy B")
    make_body("mat", other, kind="board", name="Ban Dân vận tỉnh khác")
    return province


@pytest.fixture
def specialist(client, tinh):
    return signed_in(client, Role.SPECIALIST, tinh)


def signed_in(client, role, body):
    user = User.objects.create(username="can-bo", name="Cán bộ", created_at=NOON)
    Grant.objects.create(
        user=user,
        role=role,
        organisation=body,
        tree=Tree.objects.get(code="party"),
        valid_from=START,
    )
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def shown(response):
    return response.content.decode()


def test_the_list_shows_what_one_may_see_in_vietnamese_order(specialist):
    response = specialist.get(reverse("organisations:list"))

    names = [body.name for body in response.context["page"].object_list]
    assert names == ["Ban Dân vận", "Ban Tuyên giáo", "Tỉnh ủy A"]
    assert "Tỉnh ủy B" not in shown(response)
    assert "3 đơn vị" in shown(response)


def test_the_list_says_what_each_is_and_below_whom(specialist):
    response = specialist.get(reverse("organisations:list"))

    said = [
        (body.name, str(kind), above) for body, kind, above in response.context["rows"]
    ]
    assert said == [
        ("Ban Dân vận", "ban của cấp ủy", "Tỉnh ủy A"),
        ("Ban Tuyên giáo", "ban của cấp ủy", "Tỉnh ủy A"),
        ("Tỉnh ủy A", "tỉnh ủy, thành ủy", ""),
    ]


def test_a_body_names_those_directly_below_that_one_may_see(client, tinh):
    board = Organisation.objects.get(code="bdv")
    make_body("phong", board, kind="agency", name="Phòng Dân vận")
    observer = signed_in(client, Role.SPECIALIST, tinh)

    above = observer.get(reverse("organisations:detail", args=["tinh"]))
    below = observer.get(reverse("organisations:detail", args=["phong"]))

    assert [one.code for one in above.context["below"]] == ["bdv", "btg"]
    assert "2 đơn vị trực thuộc" in shown(above)
    assert not below.context["below"]
    assert "trực thuộc Ban Dân vận" in shown(below)


def test_a_search_narrows_by_name_kind_and_day(specialist):
    url = reverse("organisations:list")

    found = specialist.get(url, {"q": "dan van"}).context["page"].object_list
    assert [body.code for body in found] == ["bdv"]
    found = specialist.get(url, {"kind": "board"}).context["page"].object_list
    assert [body.code for body in found] == ["bdv", "btg"]
    found = specialist.get(url, {"on": "2019-01-01"}).context["page"].object_list
    assert list(found) == []


def test_a_search_without_a_hit_says_what_to_do(specialist):
    response = specialist.get(reverse("organisations:list"), {"q": "zzz"})

    assert "Không có đơn vị phù hợp." in shown(response)


def test_an_ended_body_is_found_apart_from_those_of_the_day(specialist):
    reorganise(MERGER)

    response = specialist.get(reverse("organisations:list"), {"q": "dân vận"})

    assert [b.code for b in response.context["page"].object_list] == ["btgdv"]
    assert [(b.code, n) for b, n in response.context["absent"]] == [
        ("bdv", "Ban Dân vận")
    ]


def test_a_wrong_day_is_said_beside_its_field(specialist):
    response = specialist.get(reverse("organisations:list"), {"on": "31/31"})

    assert response.status_code == 422
    assert "id_on_error" in shown(response)


def test_the_list_costs_the_same_for_few_and_many(
    specialist, tinh, django_assert_max_num_queries
):
    url = reverse("organisations:list")
    specialist.get(url)
    for number in range(5):
        make_body(f"more-{number}", tinh)

    with django_assert_max_num_queries(12):
        specialist.get(url)


def test_a_body_shows_its_names_places_lineage_and_history(specialist):
    reorganise(MERGER)
    add_alias(Organisation.objects.get(code="bdv"), "BDV", actor=SYSTEM, at=NOON)

    page = shown(specialist.get(reverse("organisations:detail", args=["bdv"])))

    assert "không còn tồn tại từ ngày 01/07/2025" in page
    assert "BDV" in page
    assert "hợp nhất" in page
    assert reverse("organisations:detail", args=["btgdv"]) in page
    assert reverse("organisations:detail", args=["tinh"]) in page
    assert "sắp xếp lại đơn vị" in page


def test_what_one_may_not_see_is_not_there(specialist):
    assert (
        specialist.get(reverse("organisations:detail", args=["mat"])).status_code == 404
    )
    assert (
        specialist.get(reverse("organisations:detail", args=["xyz"])).status_code == 404
    )


def test_a_stranger_is_sent_to_sign_in(client, tinh):
    for url in (
        reverse("organisations:list"),
        reverse("organisations:detail", args=["tinh"]),
        reverse("ledger:plan_new"),
    ):
        assert client.get(url).status_code == 302


def test_a_plan_is_checked_before_it_is_carried_out(specialist):
    response = specialist.post(reverse("ledger:plan_new"), {"text": TEXT})

    page = shown(response)
    assert response.status_code == 200
    assert "Lập “Ban Tuyên giáo và Dân vận” (btgdv)." in page
    assert "Kết thúc “Ban Dân vận” (bdv)." in page
    assert not Plan.objects.exists()


def test_a_checked_plan_is_carried_out(specialist):
    response = specialist.post(
        reverse("ledger:plan_apply"), {"text": TEXT}, follow=True
    )

    assert Plan.objects.get().code == "ban-2025"
    assert "Đã thực hiện phương án “Hợp nhất hai ban”." in shown(response)


@pytest.mark.parametrize("name", ["plan_new", "plan_apply"])
def test_a_refused_plan_says_every_reason_and_keeps_the_text(specialist, name):
    text = TEXT.replace("[bdv, btg]", "[bdv, xyz, uvw]")

    response = specialist.post(reverse(f"ledger:{name}"), {"text": text})

    page = shown(response)
    assert response.status_code == 422
    assert "Bước 2: Không có đơn vị xyz." in page
    assert "Bước 2: Không có đơn vị uvw." in page
    assert "Hợp nhất hai ban" in page
    assert not Plan.objects.exists()


def test_a_plan_for_another_province_is_refused_at_the_check(specialist):
    text = TEXT.replace("[bdv, btg]", "[bdv, mat]")

    response = specialist.post(reverse("ledger:plan_new"), {"text": text})

    assert response.status_code == 422
    assert "mat" in shown(response)
    assert "Ban Dân vận tỉnh khác" not in shown(response)


@pytest.mark.parametrize("name", ["plan_new", "plan_apply"])
def test_who_manages_nothing_does_not_find_the_plans(client, tinh, name):
    clerk = signed_in(client, Role.CLERK, tinh)

    response = clerk.post(reverse(f"ledger:{name}"), {"text": TEXT})

    assert response.status_code == 404
    assert not Plan.objects.exists()


def test_plans_of_others_are_not_listed(specialist):
    steps = "- {do: amend, body: mat, officer: Bà A}"
    apply_plan(plan_of(steps, code="kin"), actor=SYSTEM, at=NOON)

    response = specialist.get(reverse("ledger:plan_new"))

    assert response.context["plans"] == []


def test_the_example_beside_an_empty_plan_is_one_that_can_be_read(specialist):
    page = specialist.get(reverse("ledger:plan_new")).content.decode()

    text = unescape(re.search(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)[1])
    plan = parse_plan(text)

    assert [step.do for step in plan.steps] == ["merge", "create"]
