"""Teams and places take turns; persons are never counted or compared."""

import re
from datetime import date, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kheo.activities import services
from kheo.activities.models import Activity, PartyRole, RosterLine, Team, Turn
from kheo.activities.queries import (
    team_turns,
    units_in,
    visits_to_communes,
    visits_to_hamlets,
)
from kheo.activities.services import Where
from kheo.activities.workflow import ActivityAction
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.periods import Interval
from tests.activities.make import sign_in
from tests.far_along import far_along
from tests.village import (
    NOON,
    SATURDAY,
    charge,
    hamlet,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def name_teams(village, *names, body="cell-a"):
    teams = [(name, 5) for name in names]
    services.name_teams(village[body], teams, actor=SYSTEM, at=NOON)
    return list(Team.objects.filter(organisation=village[body]).order_by("pk"))


def turns(village, actor=SYSTEM, body="cell-a"):
    found = team_turns([village[body].pk], actor).get(village[body].pk, [])
    return {one.team.name: (one.last, one.coming, one.is_next) for one in found}


def test_the_team_that_waited_longest_is_next(village):
    one, two, three = name_teams(village, "Tổ 1", "Tổ 2", "Phòng Hành chính")
    log(plan(village, on=SATURDAY - WEEK, teams=[two]), roads(1))
    log(plan(village, on=SATURDAY, teams=[one]), roads(1))

    assert turns(village) == {
        "Tổ 1": (SATURDAY, None, False),
        "Tổ 2": (SATURDAY - WEEK, None, False),
        "Phòng Hành chính": (None, None, True),
    }

    plan(village, on=SATURDAY + WEEK, teams=[three])

    assert turns(village)["Phòng Hành chính"] == (None, SATURDAY + WEEK, False)
    assert turns(village)["Tổ 2"] == (SATURDAY - WEEK, None, True)


def test_a_cancelled_day_is_no_turn(village):
    (one,) = name_teams(village, "Tổ 1")
    activity = plan(village, teams=[one])

    services.move_activity(
        activity, ActivityAction.CANCEL, actor=SYSTEM, at=NOON, note="mưa"
    )

    assert turns(village) == {"Tổ 1": (None, None, True)}


def test_a_team_of_less_than_three_is_a_person_and_refused(village):
    with pytest.raises(RuleBroken, match="Ông A") as refusal:
        services.name_teams(village["cell-a"], [("Ông A", 2)], actor=SYSTEM, at=NOON)

    assert refusal.value.field == "teams"
    assert not Team.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(organisation=village["cell-a"], name="Ông A", size=1)


def test_the_name_of_somebody_who_goes_along_is_no_team(village):
    party = plan(village).parties.get(role=PartyRole.LEAD)
    services.set_roster(party, [("Nông Văn Thử", "")], actor=SYSTEM, at=NOON)

    with pytest.raises(RuleBroken):
        name_teams(village, "Nông Văn Thử")

    assert not Team.objects.exists()


def test_only_the_own_unit_names_sees_and_sends_its_teams(village):
    (one,) = name_teams(village, "Tổ 1")
    stranger = make_actor(Role.CLERK, village["cell-b"])
    above = make_actor(Role.FOCAL_POINT, village["khoi"])

    with pytest.raises(NotAllowed):
        services.name_teams(village["cell-a"], [], actor=stranger, at=NOON)
    with pytest.raises(RuleBroken) as refusal:
        plan(village, "cell-b", teams=[one])

    assert refusal.value.field == "teams"
    assert not Activity.objects.exists()
    assert turns(village, stranger) == turns(village, above) == {}
    assert turns(village, make_actor(Role.CLERK, village["cell-a"])) != {}


def test_a_team_left_out_keeps_its_past_and_returns(village):
    one, _two = name_teams(village, "Tổ 1", "Tổ 2")
    log(plan(village, teams=[one]), roads(1))

    name_teams(village, "Tổ 3")
    assert list(turns(village)) == ["Tổ 3"]
    assert set(Team.objects.values_list("name", flat=True)) == {"Tổ 1", "Tổ 3"}

    name_teams(village, "Tổ 1", "Tổ 3")
    assert turns(village)["Tổ 1"] == (SATURDAY, None, False)


def test_changing_a_plan_keeps_its_teams_unless_others_are_said(village):
    one, two = name_teams(village, "Tổ 1", "Tổ 2")
    activity = plan(village, teams=[one])
    said = {
        "partners": [],
        "where": Where(village.places["vn-1"]),
        "on": SATURDAY,
        "title": "Khác",
        "actor": SYSTEM,
        "at": NOON,
    }

    services.change_plan(activity, **said)
    assert [turn.team for turn in Turn.objects.all()] == [one]

    services.change_plan(activity, teams=[two], **said)
    assert [turn.team for turn in Turn.objects.all()] == [two]


def test_accepting_a_period_keeps_only_each_teams_last_turn(village):
    one, two = name_teams(village, "Tổ 1", "Tổ 2")
    for week, team in ((3, one), (2, two), (1, one)):
        activity = plan(village, on=SATURDAY - week * WEEK, teams=[team])
        log(activity, roads(1))
    party = activity.parties.get(role=PartyRole.LEAD)
    services.set_roster(party, [("Nông Văn Thử", "")], actor=SYSTEM, at=NOON)
    march = Interval.of_days(date(2024, 3, 1), date(2024, 3, 31))

    services.forget_rosters(village["cell-a"], march, actor=SYSTEM, at=NOON)

    assert not RosterLine.objects.exists()
    kept = Turn.objects.values_list("team__name", "party__activity__on")
    assert set(kept) == {("Tổ 1", SATURDAY - WEEK), ("Tổ 2", SATURDAY - 2 * WEEK)}
    trail = str(list(AuditEntry.objects.values_list("data", flat=True)))
    assert "Tổ 1" not in trail


def test_the_commune_and_hamlet_without_a_visit_for_longest_come_first(village):
    first, second = hamlet(village, "1"), hamlet(village, "2")
    where = Where(village.places["vn-1"], second)
    log(plan(village, where=where, on=SATURDAY - WEEK), roads(1))
    log(plan(village, "cell-b"), roads(1))
    actor = make_actor(Role.FOCAL_POINT, village["khoi"])

    (commune,) = visits_to_communes(actor, SATURDAY)
    hamlets = visits_to_hamlets(village.places["vn-1"], actor, SATURDAY)

    assert (commune.last, commune.days, commune.units) == (SATURDAY, 2, 2)
    assert [one.place.place for one in hamlets] == [first, second]
    assert [one.is_next for one in hamlets] == [True, False]
    assert [one.last for one in hamlets] == [None, SATURDAY - WEEK]


def test_units_are_listed_by_name_never_by_how_often_they_went(village):
    log(plan(village, "cell-b"), roads(1))
    actor = make_actor(Role.FOCAL_POINT, village["khoi"])

    units = units_in(village.places["vn-1"], actor, SATURDAY)

    assert [(u.name, u.days, u.last) for u in units] == [
        ("Chi bộ A", 0, None),
        ("Chi bộ B", 1, SATURDAY),
    ]


def test_a_unit_counts_only_days_it_may_see(village):
    log(plan(village, "cell-b"), roads(1))
    actor = make_actor(Role.CLERK, village["cell-a"])

    (commune,) = visits_to_communes(actor, SATURDAY)

    assert (commune.last, commune.days) == (None, 0)
    names = [unit.name for unit in units_in(village.places["vn-1"], actor, SATURDAY)]
    assert names == ["Chi bộ A"]


def test_the_pages_name_teams_and_propose_the_next(client, village):
    sign_in(client, village, "clerk", "cell-a", language="vi")
    address = f"/activities/teams/{village['cell-a'].pk}/"

    answer = client.post(address, {"teams": "Tổ 1: 6\nPhòng Hành chính (4)"})
    assert answer.status_code == 302

    page = client.get("/activities/rotation/").content.decode()
    assert "Phòng Hành chính" in page
    assert "đến lượt" in page
    plan_page = client.get("/activities/plan/").content.decode()
    assert "Tổ 1 – chưa đi lần nào" in plan_page
    (first, _second) = Team.objects.order_by("pk")
    chosen = re.findall(r'name="teams" value="(\d+)"[^>]*checked', plan_page)
    assert chosen == [str(first.pk)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("Tổ 1", "the name and the number"), ("Tổ 1: 2", "at least 3 people")],
)
def test_a_wrong_line_is_refused_and_kept(client, village, typed, said):
    sign_in(client, village, "clerk", "cell-a")

    answer = client.post(f"/activities/teams/{village['cell-a'].pk}/", {"teams": typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert typed in page
    assert not Team.objects.exists()


@pytest.mark.parametrize(
    ("role", "code"),
    [("clerk", "cell-b"), ("focal_point", "khoi"), ("leader", "cell-a")],
)
def test_nobody_else_finds_the_teams_page(client, village, role, code):
    name_teams(village, "Tổ Mật")
    sign_in(client, village, role, code, own_only=role != "focal_point")

    assert client.get(f"/activities/teams/{village['cell-a'].pk}/").status_code == 404
    assert "Tổ Mật" not in client.get("/activities/rotation/").content.decode()


def test_a_partner_sends_its_own_teams_on_the_same_day(client, village):
    activity = plan(village, partners=["cell-b"])
    (team,) = name_teams(village, "Tổ B1", body="cell-b")
    sign_in(client, village, "clerk", "cell-b")

    answer = client.post(
        f"/activities/{activity.pk}/roster/", {"names": "", "teams": [team.pk]}
    )

    assert answer.status_code == 302
    turn = Turn.objects.get()
    assert (turn.team, turn.party.organisation) == (team, village["cell-b"])


def test_a_commune_that_is_not_ones_own_is_no_page(client, village):
    sign_in(client, village, "clerk", "cell-a")

    assert (
        client.get(f"/activities/rotation/{village.places['vn-2'].pk}/").status_code
        == 404
    )
    page = client.get(f"/activities/rotation/{village.places['vn-1'].pk}/")
    assert page.status_code == 200


def test_the_rotation_costs_the_same_for_one_commune_and_for_three(client, village):
    sign_in(client, village, "clerk", "cell-a")

    name_teams(village, "Tổ 1")
    log(plan(village), roads(1))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/activities/rotation/")
        return len(queries)

    cost()
    one = cost()
    charge(village, "cell-a", "vn-2")
    for week in range(3):
        log(plan(village, on=SATURDAY - week * WEEK), roads(1))
    name_teams(village, "Tổ 1", "Tổ 2", "Tổ 3")

    assert cost() == one


def test_a_day_like_before_is_copied_without_its_date_people_and_figures(
    client, village
):
    (team,) = name_teams(village, "Tổ 1")
    activity = plan(
        village,
        partners=["cell-b"],
        title="Nạo vét mương",
        means="Cuốc, xẻng",
        starts_at=time(7, 30),
        teams=[team],
    )
    log(activity, roads(77))
    sign_in(client, village, "clerk", "cell-a")

    page = client.get(f"/activities/plan/?copy={activity.pk}").content.decode()

    assert "Nạo vét mương" in page
    assert "Cuốc, xẻng" in page
    assert "07:30" in page
    assert 'value="06/04/2024"' in page
    assert "77" not in page.split("<main")[1].split('type="hidden"')[0]
    assert Activity.objects.count() == 1


def test_a_day_with_a_long_number_is_copied_from_the_link_of_the_page(client, village):
    far_along(Activity)
    plan(village, title="Nạo vét mương")
    sign_in(client, village, "clerk", "cell-a")
    page = client.get("/activities/plan/").content.decode()
    [link] = re.findall(r'href="(\?copy=[^"]+)"', page)

    copied = client.get(f"/activities/plan/{link}").content.decode()

    assert 'name="title" value="Nạo vét mương"' in copied


def test_the_day_of_a_unit_that_is_not_ones_own_is_not_copied(client, village):
    activity = plan(village, "cell-b")
    sign_in(client, village, "clerk", "cell-a")

    assert client.get(f"/activities/plan/?copy={activity.pk}").status_code == 404
