"""The trail: who may read which part of it, and how it is narrowed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.services import grant_role
from kheo.audit.models import AuditEntry
from kheo.audit.services import record
from kheo.core.access import SYSTEM, Role
from kheo.workspace.queries.trail import TOPICS
from tests.village import NOON, log, make_user, make_village, plan, roads

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    village = make_village()
    log(plan(village, title="Đổ bê tông đường thôn"), roads(430))
    return village


def sign_in(client, village, role, body=None, *, username="an"):
    user = make_user(username)
    grant_role(
        user,
        role,
        organisation=village[body] if body else None,
        actor=SYSTEM,
        at=NOON,
        valid_from=date(2020, 1, 1),
    )
    client.force_login(user)
    return client


def read(client, **words):
    return client.get(reverse("workspace:trail"), words)


def verbs(response):
    return [line.entry.verb for line in response.context["lines"]]


def test_a_specialist_reads_what_the_bodies_below_did(client, village):
    response = read(sign_in(client, village, Role.SPECIALIST, "tu"))

    page = response.content.decode()
    assert verbs(response)[:2] == ["activity.log", "activity.plan"]
    assert "ghi kết quả" in page
    assert "Đổ bê tông đường thôn" in page
    assert "Chi bộ A" in page


def test_what_happened_last_stands_first_whenever_it_was_written(client, village):
    later = NOON + timedelta(days=2)
    for verb, at in (("activity.confirm", later), ("activity.agree", NOON)):
        record(
            village["cell-a"],
            verb,
            actor=SYSTEM,
            at=at,
            organisation_id=village["cell-a"].pk,
        )

    response = read(sign_in(client, village, Role.SPECIALIST, "tu"), topic="activity")

    assert verbs(response)[:2] == ["activity.confirm", "activity.agree"]


def test_a_line_of_others_is_not_in_it(client, village):
    response = read(sign_in(client, village, Role.SPECIALIST, "huyen"))

    assert "activity.log" not in verbs(response)
    assert "Đổ bê tông" not in response.content.decode()


def test_an_administrator_of_accounts_reads_accounts_only(client, village):
    response = read(sign_in(client, village, Role.ADMINISTRATOR))

    assert set(verbs(response)) == {"user.grant"}


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEADER, Role.HOST, Role.OBSERVER])
def test_others_do_not_find_the_page(client, village, role):
    assert read(sign_in(client, village, role, "tu")).status_code == 404


def test_what_a_body_does_to_its_own_draft_stays_its_own(client, village):
    record(
        village["cell-a"],
        "report.save",
        actor=SYSTEM,
        at=NOON,
        organisation_id=village["cell-a"].pk,
    )

    assert "report.save" not in verbs(
        read(sign_in(client, village, Role.SPECIALIST, "tu"))
    )


def test_it_is_narrowed_by_topic_body_and_days(client, village):
    board = sign_in(client, village, Role.SPECIALIST, "tu")

    assert set(verbs(read(board, topic="activity"))) == {
        "activity.log",
        "activity.plan",
    }
    assert verbs(read(board, topic="activity", body="trung minh")) == []
    day = NOON.date()
    assert verbs(read(board, topic="activity", first=f"{day:%d/%m/%Y}")) != []
    after = day + timedelta(days=1)
    assert verbs(read(board, topic="activity", first=f"{after:%d/%m/%Y}")) == []
    assert "Không có ghi nhận" in read(board, body="chi bo zz").content.decode()


def test_a_wrong_day_is_said_and_the_rest_kept(client, village):
    response = read(sign_in(client, village, Role.SPECIALIST, "tu"), first="31/6/2025")

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"first"}


def test_queries_do_not_grow_with_the_entries(client, village):
    board = sign_in(client, village, Role.SPECIALIST, "tu")
    read(board)
    with CaptureQueriesContext(connection) as few:
        read(board)
    for _time in range(3):
        log(plan(village), roads(1))
    with CaptureQueriesContext(connection) as more:
        read(board)

    assert len(more) == len(few)


def test_every_topic_is_one_that_is_written(village):
    written = {
        verb.partition(".")[0]
        for verb in AuditEntry.objects.values_list("verb", flat=True)
    }

    assert (
        {"activity", "organisation", "programme"}
        <= written
        <= set(TOPICS)
        | {
            "place",
            "plan",
            "tree",
        }
    )
