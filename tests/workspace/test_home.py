"""The first page: what each role is told, what it costs, what it must not tell."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.core.access import SYSTEM, Role
from kheo.reporting.models import Summary
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from kheo.workspace.queries.home import home_of
from tests.reporting.make import (
    IN_TIME,
    accept,
    keep_since,
    make_report,
    make_world,
    sent,
    work,
)
from tests.village import make_user

pytestmark = pytest.mark.django_db
MOST_QUERIES = 51
AFTER = datetime(2024, 3, 27, 3, tzinfo=UTC)


@pytest.fixture
def world():
    with time_machine.travel(IN_TIME, tick=False):
        yield make_world()


def home(world, role, at, *, on=IN_TIME, **said):
    return home_of(world.actor(role, at, **said), on.date(), at=on)


def page(client, world, role, at, **said):
    client.force_login(world.person(role, at, **said))
    client.cookies["django_language"] = "en"
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


# The clerk and the leader


def test_a_clerk_reads_the_next_report_with_the_days_left(world):
    found = home(world, "clerk", "a1")

    assert found.next_report.period == "2024-03"
    assert (found.next_report.due, found.days_to_report) == (date(2024, 3, 24), 2)


def test_what_is_late_is_counted_and_the_next_report_is_one_still_to_come(world):
    found = home(world, "clerk", "a1", on=AFTER)

    assert found.late > 0
    assert found.next_report.due >= AFTER.date()


def test_a_sent_report_waits_for_others_and_an_accepted_one_does_not(world):
    report = sent(world)
    waiting = home(world, "clerk", "a1").elsewhere

    assert [line.url for line in waiting] == [report.get_absolute_url()]
    accept(report)
    assert home(world, "clerk", "a1").elsewhere == []


def test_a_leader_sees_the_figures_of_a_report_to_approve(world):
    report = make_report(world, roads=430)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)
    found = home(world, "leader", "a1").approvals

    assert [one.line.url for one in found] == [report.get_absolute_url()]
    assert [figure.value for figure in found[0].figures] == [430]


def test_a_draft_is_offered_to_no_leader(world):
    make_report(world, roads=430)

    assert home(world, "leader", "a1").approvals == []


# The receiver


def test_a_focal_point_reads_who_sent_and_who_is_late(world):
    sent(world, "a1")
    found = home(world, "focal_point", "a", on=AFTER)
    [desk] = found.received

    assert (desk.tally.expected, desk.tally.sent, desk.to_accept) == (2, 1, 1)
    assert [line.name for line in desk.behind] == ["a2"]
    assert len(found.to_accept.rows) == 1


def test_a_focal_point_waits_for_nothing_that_is_kept_on_paper(client, world):
    sent(world, "a1")
    keep_since({"units": date(2024, 3, 25)})

    [desk] = home(world, "focal_point", "a", on=AFTER).received
    assert (desk.tally.expected, desk.late, desk.behind) == (1, 0, [])
    assert home(world, "focal_point", "b", on=AFTER).received == []
    page(client, world, "focal_point", "b")


def test_a_focal_point_does_not_see_another_committee(world):
    [desk] = home(world, "focal_point", "b", on=AFTER).received

    assert desk.receiver == world["b"]
    assert {line.name for line in desk.behind} == {"b1"}


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_a_role_at_the_committee_alone_tells_nothing_of_its_cells(world, role):
    sent(world, "a1")
    found = home(world, role, "a", own=True, on=AFTER)

    assert found.received == []
    assert found.glance is None


def test_an_observer_of_a_committee_reads_its_desk_but_is_not_led_to_it(client, world):
    [desk] = home(world, "observer", "a", own=False, on=AFTER).received
    text = page(client, world, "observer", "a", own=False)

    assert not desk.may_review
    assert "/reports/desk/" not in text


# The Board


def test_the_board_reads_the_province_and_who_is_behind(world):
    work("x", "2024-03-10", 430, world["a1"])
    user = world.person("specialist", "tu", own=False)
    world.grant(user, "focal_point", "ban", own=False)
    found = home(world, "specialist", "tu", own=False, on=AFTER)

    assert found.glance.name == "tu"
    assert len(found.glance.figures) == 4
    board = {one.receiver.code: one for one in found.received}["ban"]
    assert {line.name for line in board.behind} == {"a", "b"}


def test_the_board_is_never_told_that_nothing_is_known(client, world):
    text = page(client, world, "specialist", "tu", own=False)

    assert "month before" in text or "missing" in text


# Nobody, ended, administrators


def test_a_person_without_a_role_is_told_whom_to_ask(client, world):
    keeper = make_user("giu", name="Người giữ tài khoản")
    keeper.grants.create(role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))
    client.force_login(make_user("moi", name="Người mới"))
    client.cookies["django_language"] = "en"

    text = client.get("/").content.decode()

    assert "You hold no role" in text
    assert "Người giữ tài khoản" in text
    assert "moi" in text


def test_both_lines_of_two_grants_are_shown(client, world):
    user = world.person("clerk", "a1")
    world.grant(user, "leader", "b1")

    text = page(client, world, "clerk", "a1")

    assert "Clerk" in text
    assert "Leader who approves" in text
    assert "a1" in text
    assert "b1" in text


def test_an_administrator_sees_accounts_and_no_content(client, world):
    keeper = make_user("giu")
    keeper.grants.create(role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))
    make_user("moi", name="Người mới")
    client.force_login(keeper)
    client.cookies["django_language"] = "en"

    text = client.get("/").content.decode()

    assert "Người mới" in text
    assert "Next Saturday" not in text


# What it costs


def queries_of(client):
    client.get("/")
    with CaptureQueriesContext(connection) as found:
        client.get("/")
    return len(found)


@pytest.mark.parametrize(
    ("role", "at"),
    [("clerk", "a1"), ("leader", "a1"), ("focal_point", "a"), ("specialist", "tu")],
)
def test_the_first_page_has_a_fixed_budget(client, world, role, at):
    client.force_login(world.person(role, at, own=role in ("clerk", "leader")))

    assert queries_of(client) <= MOST_QUERIES


def test_more_reports_cost_no_more_queries(client, world):
    sent(world, "a1")
    client.force_login(world.person("focal_point", "a", own=False))
    one = queries_of(client)
    sent(world, "a2")

    assert queries_of(client) == one


# The receiver's own report


def test_who_writes_or_approves_for_the_board_is_led_to_its_own_report(client, world):
    text = page(client, world, "leader", "ban", own=True)
    [line] = home(world, "leader", "ban").summaries

    assert (line.period, line.state) == ("2024-03", "")
    assert line.url.replace("&", "&amp;") in text
    assert client.get(line.url).status_code == 200
    assert home(world, "observer", "ban").summaries == []


def test_a_draft_of_another_window_stays_on_the_first_page_until_it_is_approved(world):
    Summary.objects.create(
        programme="s0",
        organisation=world["ban"],
        frequency="quarter",
        period="2024-Q1",
        on=date(2024, 3, 24),
        words={},
    )
    lines = home(world, "leader", "ban").summaries

    assert {(one.period, one.is_draft) for one in lines} == {
        ("2024-03", False),
        ("2024-Q1", True),
    }


def test_a_committee_that_owes_a_report_has_it_among_its_reports(world):
    assert home(world, "leader", "a").summaries == []
