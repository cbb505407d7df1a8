"""Days that others typed in for one's own unit stand on its first page until it looks."""

from dataclasses import replace
from datetime import date

import pytest
import time_machine

from kheo.activities import services
from kheo.activities.workflow import ActivityAction
from kheo.core.access import Role
from kheo.workspace.queries.days import days_of
from kheo.workspace.queries.typed import SHOWN, typed_for_us
from tests.activities.make import sign_in
from tests.village import (
    NOON,
    SATURDAY,
    log,
    make_actor,
    make_user,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FEBRUARY, JANUARY = date(2024, 2, 3), date(2024, 1, 27)


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


@pytest.fixture
def focal(village):
    user = make_user("dau-moi", name="Hà Đầu Mối")
    return make_actor(Role.FOCAL_POINT, village["khoi"], user=user)


def of(village, code, role=Role.CLERK):
    user = make_user(f"{role}-{code}".replace("_", "-"))
    return make_actor(role, village[code], user=user)


def listed(actor):
    return [one.day.activity for one in typed_for_us(actor, TODAY).rows]


def test_what_was_typed_for_the_unit_is_listed_for_its_clerk_alone(village, focal):
    march, february = plan(village), plan(village, on=FEBRUARY)
    for one in (march, february):
        log(one, roads(5), actor=focal)
    log(plan(village, on=JANUARY), roads(5), actor=focal)

    assert {*listed(of(village, "cell-a"))} == {march, february}
    assert listed(of(village, "cell-b")) == []
    assert listed(of(village, "cell-a", Role.LEADER)) == []
    assert listed(focal) == []


def test_what_the_unit_logs_over_it_leaves_the_list(village, focal):
    visit = plan(village)
    log(visit, roads(5), actor=focal)
    clerk = of(village, "cell-a")
    assert listed(clerk) == [visit]

    log(visit, roads(4), actor=clerk)

    assert listed(clerk) == []


def test_a_plan_typed_for_the_unit_is_listed_and_its_cancelled_one_not(village, focal):
    visit = plan(village, actor=focal)
    clerk = of(village, "cell-a")
    assert listed(clerk) == [visit]

    services.move_activity(
        visit, ActivityAction.CANCEL, actor=clerk, at=NOON, note="mưa lũ"
    )

    assert listed(clerk) == []


def test_a_days_log_counts_no_longer_its_plan(village, focal):
    visit = plan(village, actor=focal)
    clerk = of(village, "cell-a")

    log(visit, roads(4), actor=clerk)

    assert listed(clerk) == []


def test_a_partners_part_is_the_partners_and_the_leads_own_log_is_not(village, focal):
    visit = plan(village, partners=["cell-b"])
    lead = of(village, "cell-a")
    log(visit, roads(5), actor=lead)
    log(visit, actor=focal)

    assert listed(of(village, "cell-b")) == [visit]
    assert listed(lead) == []


def test_a_long_list_is_cut(village, focal):
    for _number in range(SHOWN + 2):
        log(plan(village), roads(5), actor=focal)

    found = typed_for_us(of(village, "cell-a"), TODAY)

    assert (len(found.rows), found.more) == (SHOWN, 2)


def test_the_first_page_names_who_typed_and_leads_to_the_day(client, village, focal):
    visit = plan(village, on=SATURDAY)
    log(visit, roads(5), actor=focal)
    sign_in(client, village, "clerk", "cell-b")
    assert "Typed in for you" not in client.get("/").content.decode()

    sign_in(client, village, "clerk", "cell-a")
    shown = " ".join(client.get("/").content.decode().split())

    part = shown.split("Typed in for you")[1].split("</section>")[0]
    assert "typed in by Hà Đầu Mối on 31/03/2024" in part
    assert f'href="{visit.get_absolute_url()}"' in part


def test_who_typed_a_day_for_a_unit_is_not_asked_to_confirm_it_for_the_commune(
    village, focal
):
    host = of(village, "xa-1", Role.HOST)
    both = replace(focal, writable={**host.writable, **focal.writable})
    typed = log(plan(village), roads(5), actor=focal)
    logged = log(plan(village, on=FEBRUARY), roads(5))

    def waiting(actor):
        rows = days_of(actor, SATURDAY)["to_confirm"].rows
        return [row.activity for row in rows]

    assert waiting(both) == [logged]
    assert waiting(host) == [logged, typed]
