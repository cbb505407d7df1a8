"""The pages: what runs, why each date, assumptions shown as such, days of focal points."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from kheo.accounts.services import add_user, grant_role
from kheo.core.access import SYSTEM, Role
from kheo.programmes.models import FocalDay
from kheo.programmes.queries import kept_since
from kheo.programmes.shipped import shipped_pack
from tests.organisations.make import make_body

from .test_services import NOON, load, province

MAY = datetime(2024, 5, 1, 5, 0, tzinfo=UTC)

__all__ = ["province"]


@pytest.fixture(autouse=True)
def in_may_2024():
    with time_machine.travel(MAY, tick=False):
        yield


def sign_in(client, role, body):
    user = add_user(username=role, name="Một người", actor=SYSTEM, at=NOON)
    grant_role(
        user,
        role,
        organisation=body,
        valid_from=date(2020, 1, 1),
        actor=SYSTEM,
        at=NOON,
    )
    client.force_login(user)


def page(client, name, *args, language="vi", **query):
    path = reverse(f"programmes:{name}", args=args)
    return client.get(path, query, headers={"accept-language": language})


def text(response):
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", ["list", "detail", "focal_days", "kept_here"])
def test_a_stranger_is_sent_to_sign_in(client, province, name):
    load(shipped_pack("s0"))
    args = [] if name == "list" else ["s0"]

    response = page(client, name, *args)

    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:sign_in"))


def test_the_list_keeps_apart_what_runs_and_what_does_not(client, province):
    load(shipped_pack("s0"))
    load(shipped_pack("s0-continued"))
    sign_in(client, Role.OBSERVER, province["tu"])

    shown = text(page(client, "list"))

    running, others = shown.split("Không còn hoặc chưa có hiệu lực hôm nay")
    assert reverse("programmes:detail", args=["s0"]) in running
    assert reverse("programmes:detail", args=["s0-continued"]) in others
    assert "giả định, chưa có văn bản" not in running
    assert "giả định, chưa có văn bản" in others


def test_the_page_says_why_each_date_and_marks_assumptions(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.OBSERVER, province["tu"])

    shown = text(page(client, "detail", "s0"))

    assert "Hạn ghi “trước ngày 25/1/2024”, nên ngày cuối cùng là 24/1/2024" in shown
    assert "giả định của Nhóm phát triển Khéo" in shown
    assert "02-HD/BDVTU, IV.2" in shown
    assert "mâu thuẫn trong văn bản" in shown
    assert "khuyến khích" in shown


def test_the_page_speaks_english_too(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.OBSERVER, province["tu"])

    shown = text(page(client, "detail", "s0", language="en"))

    assert "Activities with the people at the grassroots" in shown
    assert "so the last day is 24 January 2024" in shown
    assert "contradiction in the text" in shown


def test_a_year_and_a_version_can_be_chosen(client, province):
    load(shipped_pack("s0"))
    load(shipped_pack("s0-2025"))
    sign_in(client, Role.OBSERVER, province["tu"])

    old = text(page(client, "detail", "s0", year="2022"))
    new = text(page(client, "detail", "s0", version="2025-07-01", year="2025"))

    assert "24/1/2022" in old
    assert "Ban Tuyên giáo và Dân vận Tỉnh ủy" not in old
    assert "24/1/2024" not in old
    assert "Ban Tuyên giáo và Dân vận Tỉnh ủy" in new
    assert page(client, "detail", "s0", version="2020-01-01").status_code == 404
    assert page(client, "detail", "s0", year="x").status_code == 200
    assert page(client, "detail", "none").status_code == 404


def set_day(client, body, **said):
    values = {"report": "unit-month", "day": "20", "valid_from": "2024-05-01"} | said
    path = reverse("programmes:focal_days", args=["s0"])
    return client.post(path, {"organisation": body.pk, **values})


def test_a_focal_point_sets_a_day_for_its_own_body(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.FOCAL_POINT, province["huyen"])

    response = set_day(client, province["huyen"])

    assert response.status_code == 302
    row = FocalDay.objects.get()
    assert (row.organisation, row.day) == (province["huyen"], 20)
    assert row.set_by.name == "Một người"
    assert "Một người" in text(page(client, "focal_days", "s0"))


def test_another_committees_day_cannot_be_set(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.FOCAL_POINT, province["huyen"])

    response = set_day(client, province["khoi"])

    assert response.status_code == 422
    assert not FocalDay.objects.exists()


def test_a_day_beyond_the_month_is_refused_beside_its_field(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.FOCAL_POINT, province["huyen"])

    response = set_day(client, province["huyen"], day="31")

    assert response.status_code == 422
    assert "day" in response.context["form"].errors
    assert not FocalDay.objects.exists()


def test_who_receives_no_reports_does_not_find_the_page_of_days(client, province):
    load(shipped_pack("s0"))
    sign_in(client, Role.OBSERVER, province["tu"])

    assert page(client, "focal_days", "s0").status_code == 404


def test_who_manages_the_programme_says_since_when_reports_are_kept_here(
    client, province
):
    load(shipped_pack("s0"), home=province["tu"])
    sign_in(client, Role.SPECIALIST, province["tu"])
    path = reverse("programmes:kept_here", args=["s0"])
    assert path in text(page(client, "detail", "s0"))

    answer = client.post(path, {"units": "01/11/2023", "committees": ""})

    assert answer.status_code == 302
    assert kept_since("s0") == {"units": date(2023, 11, 1)}
    shown = text(page(client, "detail", "s0", language="en", year="2023"))
    assert "since 01/11/2023" in shown
    assert "set by Một người on 01/05/2024" in shown
    assert "they are kept here since 1 November 2023" in shown
    assert 'value="01/11/2023"' in text(page(client, "kept_here", "s0"))


def test_a_day_that_is_none_is_refused_beside_its_group(client, province):
    load(shipped_pack("s0"), home=province["tu"])
    sign_in(client, Role.SPECIALIST, province["tu"])
    path = reverse("programmes:kept_here", args=["s0"])

    answer = client.post(path, {"units": "31/11/2023", "committees": "01/11/2023"})

    assert answer.status_code == 422
    assert "units" in answer.context["form"].errors
    assert kept_since("s0") == {}


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.FOCAL_POINT])
def test_others_read_since_when_and_set_nothing(client, province, role):
    load(shipped_pack("s0"), home=province["tu"])
    sign_in(client, role, province["tu"])
    path = reverse("programmes:kept_here", args=["s0"])

    shown = text(page(client, "detail", "s0", language="en"))

    assert "since the programme began" in shown
    assert path not in shown
    assert client.get(path).status_code == 404
    assert client.post(path, {"units": "01/11/2023"}).status_code == 404
    assert kept_since("s0") == {}


def test_pages_cost_the_same_for_one_programme_and_three(
    client, province, django_assert_max_num_queries
):
    load(shipped_pack("s0"))
    sign_in(client, Role.OBSERVER, province["tu"])
    page(client, "list")

    with django_assert_max_num_queries(14):
        page(client, "list")
    load(shipped_pack("s0-2025"))
    make_body("khac", province["tu"])
    with django_assert_max_num_queries(14):
        page(client, "list")
