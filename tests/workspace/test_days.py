"""The days on the first page: whose turn it is, since when, and the way to them all."""

from datetime import date, timedelta

import pytest
import time_machine

from kheo.activities import services
from kheo.activities.workflow import ActivityAction
from kheo.core.access import SYSTEM
from kheo.workspace.queries.days import SHOWN, days_of
from tests.activities.make import sign_in
from tests.village import NOON, log, make_actor, make_village, plan, roads

pytestmark = pytest.mark.django_db
TODAY = date(2024, 3, 31)
COMING = date(2024, 4, 6)
THREE_DAYS_AGO = NOON - timedelta(days=3)


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def step(activity, action, **said):
    return services.move_activity(activity, action, actor=SYSTEM, **said)


def listed(village, role, body, name):
    rows = days_of(make_actor(role, village[body]), TODAY)[name].rows
    return [(row.activity, row.waits) for row in rows]


def test_a_commune_reads_how_long_a_plan_waits_for_its_answer(village):
    waiting = plan(village, on=COMING, at=THREE_DAYS_AGO)

    assert listed(village, "host", "xa-1", "to_answer") == [(waiting, 3)]
    assert listed(village, "clerk", "cell-a", "with_commune") == [(waiting, 3)]
    assert listed(village, "host", "xa-2", "to_answer") == []


def test_waiting_begins_anew_with_each_step(village):
    visit = plan(village, on=COMING, at=NOON - timedelta(days=9))
    step(visit, ActivityAction.DECLINE, at=NOON - timedelta(days=5), note="bận")
    step(visit, ActivityAction.PROPOSE, at=NOON - timedelta(days=1), note="xin lại")

    assert listed(village, "host", "xa-1", "to_answer") == [(visit, 1)]


def test_a_declined_day_is_the_units_turn_and_the_commune_still_sees_it(village):
    visit = plan(village, on=COMING, at=NOON - timedelta(days=9))
    step(visit, ActivityAction.DECLINE, at=THREE_DAYS_AGO, note="bận bầu cử")

    assert listed(village, "clerk", "cell-a", "declined") == [(visit, 3)]
    assert listed(village, "host", "xa-1", "with_unit") == [(visit, 3)]
    assert listed(village, "clerk", "cell-b", "declined") == []


def test_a_questioned_log_comes_back_to_the_unit(village):
    done = plan(village)
    log(done, roads(4))
    step(done, ActivityAction.DISPUTE, at=NOON, note="chưa đủ")

    assert listed(village, "clerk", "cell-a", "questioned") == [(done, 0)]


def test_a_long_list_is_counted_whole_and_leads_to_all(client, village):
    for _number in range(SHOWN + 2):
        plan(village, on=COMING)
    sign_in(client, village, "host", "xa-1", language="vi")

    page = client.get("/")

    found = page.context["home"].days["to_answer"]
    assert (len(found.rows), found.count) == (SHOWN, SHOWN + 2)
    text = page.content.decode()
    assert f"Xem cả {SHOWN + 2} mục" in text
    assert "/activities/hosting/" in text
