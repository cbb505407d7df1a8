"""What is found, and that it is never more than one may see."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.services import grant_role
from kheo.activities import services
from kheo.core.access import SYSTEM, Role
from kheo.organisations.services import apply_plan, parse_plan
from kheo.search.queries import Kind, find
from kheo.search.rules import asked
from tests.reporting.make import make_report, make_world
from tests.village import NOON, SATURDAY, log, make_user, make_village, plan, roads

pytestmark = pytest.mark.django_db
TODAY = date(2024, 4, 20)
MERGER = """\
code: merger
title: Sáp nhập
on: 2024-05-01
basis: test
steps:
  - {do: rename, body: cell-a, name: Chi bộ Thư viện số}
"""


@pytest.fixture
def village():
    village = make_village()
    log(plan(village, title="Đổ bê tông đường thôn"), roads(430))
    log(plan(village, "cell-b", title="Trồng cây đầu xuân"), roads(10))
    return village


def sign_in(client, village, role, body, *, own=False, username="an"):
    user = make_user(username)
    grant_role(
        user,
        role,
        organisation=village[body],
        actor=SYSTEM,
        at=NOON,
        valid_from=date(2020, 1, 1),
        own_only=own,
    )
    client.force_login(user)
    return client


def names(response, kind):
    answers = {answer.kind: answer for answer in response.context["found"].answers}
    return [hit.name for hit in answers[kind].hits] if kind in answers else []


def ask(client, text, **words):
    return client.get(reverse("search:search"), {"q": text} | words)


@pytest.fixture
def board(client, village):
    return sign_in(client, village, Role.SPECIALIST, "tu")


@pytest.mark.parametrize("text", ["hung loi", "HÙNG LỢI", "lợi hùng", "hung lo"])
def test_marks_case_and_order_do_not_matter(board, text):
    response = ask(board, text)

    assert names(response, Kind.BODIES) == ["Đảng ủy xã Hùng Lợi"]
    assert names(response, Kind.PLACES) == ["Xã Hùng Lợi"]


def test_a_day_is_found_by_work_commune_unit_and_month(board):
    for text in (
        "be tong",
        "bê tông Hùng Lợi",
        "chi bộ a bê tông",
        "bê tông tháng 3/2024",
        "bê tông tháng 3",
        "bê tông 2024",
    ):
        assert names(ask(board, text), Kind.ACTIVITIES) == ["Đổ bê tông đường thôn"], (
            text
        )

    assert names(ask(board, "bê tông tháng 4/2024"), Kind.ACTIVITIES) == []


def test_slips_are_forgiven_and_said(board):
    response = ask(board, "trong cay dau xuam")

    assert names(response, Kind.ACTIVITIES) == ["Trồng cây đầu xuân"]
    assert response.context["found"].meant == "trong cay dau xuan"
    assert "trong cay dau xuan" in response.content.decode()


def test_a_body_is_found_by_a_name_it_once_had(board, village):
    apply_plan(parse_plan(MERGER), actor=SYSTEM, at=NOON + timedelta(days=40))

    response = ask(board, "Chi bộ A")

    hits = response.context["found"].answers[0].hits
    assert (hits[0].name, hits[0].once) == ("Chi bộ Thư viện số", "Chi bộ A")


def test_a_report_is_found_by_body_kind_and_period(world_of_reports):
    client = world_of_reports

    assert len(names(ask(client, "a1 tháng 3/2024"), Kind.REPORTS)) == 1
    assert len(names(ask(client, "báo cáo tháng 3 năm 2024"), Kind.REPORTS)) == 1
    assert names(ask(client, "a1 quý 1 2024"), Kind.REPORTS) == []


@pytest.fixture
def world_of_reports(client):
    world = make_world()
    make_report(world, "a1")
    client.force_login(world.person("observer", "tu", own=False))
    return client


def test_nothing_of_others_is_found_nor_used_to_correct(client, village):
    outsider = sign_in(client, village, Role.CLERK, "cell-h", own=True)

    for text in ("bê tông", "be tomg", "Chi bộ A", "trong cay dau xuam"):
        response = ask(outsider, text)
        found = response.context["found"]
        hits = {hit.name for answer in found.answers for hit in answer.hits}
        assert (hits - {"Chi bộ H"}, found.meant) == (set(), ""), text
        assert "Đổ bê tông" not in response.content.decode()


def test_a_person_without_grants_finds_nothing(client, village):
    client.force_login(make_user("nobody"))

    for text in ("hung loi", "be tong", "thang 3/2024"):
        assert ask(client, text).context["found"].count == 0


@pytest.mark.parametrize(
    "text", ["%_'\"<script>", "%", "_", "'; drop table", "\x00", "((((", "a" * 4000, ""]
)
def test_odd_questions_are_answered_plainly(board, text):
    response = ask(board, text)

    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace("<script src", "")


def test_all_of_one_kind_page_by_page(board, village):
    for week in range(1, 46):
        plan(village, on=SATURDAY + timedelta(weeks=week), title="Dọn vệ sinh")

    first = ask(board, "don ve sinh", kind="activities")
    second = ask(board, "don ve sinh", kind="activities", page="2")

    assert first.context["answer"].count == 45
    assert [len(one.context["answer"].hits) for one in (first, second)] == [40, 5]


def test_an_unknown_kind_answers_with_all(board):
    assert ask(board, "hung loi", kind="secrets").context["found"].count


def test_queries_do_not_grow_with_what_is_found(board, village):
    plan(village, on=SATURDAY + timedelta(weeks=1), title="Dọn vệ sinh")
    ask(board, "don ve sinh")  # packs are parsed once for a process
    with CaptureQueriesContext(connection) as one:
        ask(board, "don ve sinh")
    for week in range(2, 5):
        plan(village, on=SATURDAY + timedelta(weeks=week), title="Dọn vệ sinh")
    with CaptureQueriesContext(connection) as several:
        ask(board, "don ve sinh")

    assert len(one) == len(several)


def test_the_system_finds_everything(village):
    assert find(asked("bê tông"), SYSTEM, on=TODAY).count


def test_a_renamed_work_is_found_by_its_new_name_only(board, village):
    activity = plan(village, on=SATURDAY + timedelta(weeks=1), title="Sửa nhà")
    log(activity, roads(1), at=NOON + timedelta(weeks=2))
    services.log_activity(
        activity,
        done=[roads(1)],
        actor=SYSTEM,
        at=NOON + timedelta(weeks=2),
        title="Lợp mái",
    )

    assert names(ask(board, "lop mai"), Kind.ACTIVITIES) == ["Lợp mái"]
    assert names(ask(board, "sua nha"), Kind.ACTIVITIES) == []
