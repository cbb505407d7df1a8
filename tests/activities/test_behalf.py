"""A focal point types in a unit's paper: marked, inside its line, never over the unit."""

import re
from importlib import import_module

import pytest
import time_machine
from django.urls import reverse

from kheo.accounts.queries import actor_of
from kheo.activities import services
from kheo.activities.models import Activity, Quantity, Team, Turn
from kheo.activities.workflow import ActivityAction, ActivityState
from kheo.assignments.models import CommuneAssignment
from kheo.audit.models import AuditEntry
from kheo.core.access import Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.ledger.models import Entry
from kheo.organisations.models import Organisation
from tests.activities.make import person, sign_in
from tests.activities.test_month import PAGE, row_of, sheet, value
from tests.village import (
    NOON,
    cadres,
    charge,
    log,
    make_actor,
    make_user,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


@pytest.fixture
def focal(village):
    return make_actor(Role.FOCAL_POINT, village["khoi"], user=make_user("dau-moi"))


def clerk(village, code, name="van-thu"):
    return make_actor(Role.CLERK, village[code], user=make_user(name))


def counted():
    return (
        Activity.objects.count(),
        Quantity.objects.count(),
        Entry.objects.count(),
        AuditEntry.objects.count(),
    )


def unit(page, code):
    return f"{page}&unit={code}"


def test_a_focal_point_types_in_a_slip_of_its_cell_and_everybody_reads_so(
    client, village
):
    activity = plan(village)
    user = person(village, "focal_point", "khoi", own_only=False, name="Hà Đầu Mối")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    page = unit(PAGE, "cell-a")
    typed = sheet(client, page)
    row = row_of(typed, activity)

    answer = client.post(page, typed | {f"{row}-roads.new": "430"})

    assert answer.status_code == 302
    assert value(village, "roads") == 430
    sign_in(client, village, "clerk", "cell-a")
    shown = " ".join(client.get(activity.get_absolute_url()).content.decode().split())
    assert "Hà Đầu Mối typed this in for Chi bộ A" in shown
    assert "on behalf of the unit" in shown
    entry = AuditEntry.objects.get(verb="activity.log")
    assert (entry.data["behalf"], entry.data["of"]) == (True, ["cell-a"])


def test_what_a_unit_logs_itself_is_not_marked(client, village):
    activity = plan(village)
    log(activity, roads(5), actor=clerk(village, "cell-a"))

    sign_in(client, village, "leader", "cell-a")
    shown = client.get(activity.get_absolute_url()).content.decode()

    assert "behalf" not in shown


def test_the_unit_corrects_what_was_typed_for_it_and_the_mark_goes(village, focal):
    activity = plan(village)
    log(activity, roads(430), actor=focal)

    log(activity, roads(400), actor=clerk(village, "cell-a"))

    assert value(village, "roads") == 400
    last = AuditEntry.objects.filter(verb="activity.log").latest("pk")
    assert "behalf" not in last.data


def test_what_a_unit_logged_itself_is_left_to_the_unit(village, focal):
    activity = plan(village)
    log(activity, roads(5), actor=clerk(village, "cell-a"))
    before = counted()

    with pytest.raises(Conflict):
        log(activity, roads(500), actor=focal)
    with pytest.raises(NotAllowed):
        services.move_activity(
            activity, ActivityAction.WITHDRAW, actor=focal, at=NOON, note="x"
        )

    assert counted() == before
    assert value(village, "roads") == 5


def test_a_partner_is_typed_for_while_the_lead_keeps_its_own_log(village, focal):
    activity = plan(village, partners=["cell-b"])
    log(
        activity, roads(5), cadres(village, "cell-a", 3), actor=clerk(village, "cell-a")
    )

    log(activity, cadres(village, "cell-b", 2), actor=focal)

    assert value(village, "roads") == 5
    assert value(village, "cadre_turns", "cell-a") == 3
    assert value(village, "cadre_turns", "cell-b") == 2
    with pytest.raises(RuleBroken):
        log(activity, roads(500), actor=focal)


def test_the_focal_point_takes_back_what_it_typed_by_mistake(village, focal):
    activity = plan(village)
    log(activity, roads(430), actor=focal)

    services.move_activity(
        activity, ActivityAction.WITHDRAW, actor=focal, at=NOON, note="nhập nhầm"
    )

    assert activity.state == ActivityState.CANCELLED
    assert value(village, "roads") is None
    last = AuditEntry.objects.get(verb="activity.withdraw")
    assert last.data["behalf"]


def test_a_plan_made_on_behalf_says_so_and_one_of_the_unit_is_not_cancelled(
    village, focal
):
    mine = plan(village, actor=focal)
    theirs = plan(village, actor=clerk(village, "cell-a"), title="Khác")

    services.move_activity(
        mine, ActivityAction.CANCEL, actor=focal, at=NOON, note="mưa"
    )
    with pytest.raises(NotAllowed):
        services.move_activity(
            theirs, ActivityAction.CANCEL, actor=focal, at=NOON, note="mưa"
        )

    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("cancelled", "proposed")
    assert AuditEntry.objects.filter(verb="activity.plan", data__behalf=True).exists()


def test_a_cell_of_another_line_is_not_typed_for(village):
    charge(village, "cell-h", "vn-2")
    other = make_actor(Role.FOCAL_POINT, village["huyen"], user=make_user("khac"))
    activity = plan(village)
    before = counted()

    with pytest.raises(NotAllowed):
        log(activity, roads(5), actor=other)
    with pytest.raises(NotAllowed):
        plan(village, actor=other)

    assert counted() == before


def test_the_committee_of_a_host_does_not_type_for_it(village):
    """The commune's committee is below the district: its visitors are not."""
    other = make_actor(Role.FOCAL_POINT, village["huyen"], user=make_user("khac"))
    activity = plan(village)
    log(activity, roads(5))
    assert activity.parties.filter(organisation=village["xa-1"]).exists()

    with pytest.raises(NotAllowed):
        log(activity, cadres(village, "xa-1", 9), actor=other)

    assert value(village, "cadre_turns") is None


def test_another_lines_units_are_404_and_in_no_list(client, village):
    charge(village, "cell-h", "vn-2")
    activity = plan(village)
    sign_in(client, village, "focal_point", "khoi", own_only=False)
    page = client.get(PAGE).content.decode()
    assert "Chi bộ A" in page
    assert "Chi bộ H" not in page
    assert client.get(unit(PAGE, "cell-h")).status_code == 404
    assert client.get(unit(PAGE, "no-such")).status_code == 404

    sign_in(client, village, "focal_point", "huyen", own_only=False)
    page = client.get(PAGE).content.decode()
    assert "Chi bộ H" in page
    assert "Chi bộ A" not in page
    for step in ("log/", "change/"):
        assert client.get(f"/activities/{activity.pk}/{step}").status_code == 404


@pytest.mark.parametrize("role", ["leader", "observer", "specialist", "host"])
def test_no_other_role_types_for_units(client, village, role):
    activity = plan(village)
    sign_in(client, village, role, "khoi", own_only=False)
    before = counted()

    assert client.get(PAGE).status_code == 404
    assert client.post(f"/activities/{activity.pk}/log/", {}).status_code == 404

    assert counted() == before


def test_typing_gives_no_right_to_rosters_reports_or_the_communes_word(village, focal):
    activity = plan(village)
    log(activity, roads(430), actor=focal)

    with pytest.raises(NotAllowed):
        services.move_activity(activity, ActivityAction.CONFIRM, actor=focal, at=NOON)
    lead = activity.parties.get(organisation=village["cell-a"])
    with pytest.raises(NotAllowed):
        services.set_roster(lead, [("Nguyễn Văn A", "")], actor=focal, at=NOON)

    assert not lead.roster.exists()
    activity.refresh_from_db()
    assert activity.state == ActivityState.DONE


def test_whoever_typed_a_day_does_not_confirm_it_for_the_commune(client, village):
    activity = plan(village)
    user = person(village, "focal_point", "khoi", own_only=False)
    host = person(village, "host", "xa-1")
    host.grants.update(user=user)
    client.force_login(user)
    page = unit(PAGE, "cell-a")
    typed = sheet(client, page)
    client.post(page, typed | {f"{row_of(typed, activity)}-roads.new": "4"})

    answer = client.post(f"/activities/{activity.pk}/confirm/")

    assert answer.status_code == 422
    activity.refresh_from_db()
    assert activity.state == ActivityState.DONE


def test_the_months_list_asks_nobody_of_a_day_that_the_person_typed(client, village):
    activity, other = plan(village), plan(village)
    user = person(village, "focal_point", "khoi", own_only=False)
    host = person(village, "host", "xa-1")
    host.grants.update(user=user)
    log(activity, roads(4), actor=actor_of(user, NOON.date()))
    log(other, roads(4))
    client.force_login(user)
    client.cookies["django_language"] = "en"
    page = reverse("activities:host_confirm", args=["xa-1", 2024, 3])

    shown = client.get(page).content.decode()

    assert f'name="answer-{other.pk}"' in shown
    assert f'name="answer-{activity.pk}"' not in shown
    assert shown.count("you typed it in: somebody else confirms") == 1
    told = dict(re.findall(r'name="(seen-\d+)"\s+value="([^"]+)"', shown))
    client.post(page, told | {"rest": "on"})
    activity.refresh_from_db()
    other.refresh_from_db()
    assert (activity.state, other.state) == ("done", "confirmed")


def test_a_day_is_planned_and_logged_on_behalf_on_its_own_pages(client, village):
    activity = plan(village)
    sign_in(client, village, "focal_point", "khoi", own_only=False)

    page = client.get(f"/activities/{activity.pk}/log/").content.decode()
    plan_page = client.get("/activities/plan/").content.decode()

    assert "on behalf of Chi bộ A" in " ".join(page.split())
    assert "Chi bộ A" in plan_page
    assert "/log/" in client.get(activity.get_absolute_url()).content.decode()


def test_with_many_units_one_is_chosen_first(client, village, monkeypatch):
    activity = plan(village)
    monkeypatch.setattr(
        import_module("kheo.activities.views.month_entry"), "FEW_UNITS", 1
    )
    sign_in(client, village, "focal_point", "khoi", own_only=False)

    everybody = client.get(PAGE).content.decode()
    one = client.get(unit(PAGE, "cell-a")).content.decode()

    assert "Choose a unit" in everybody
    assert str(activity.client_id) not in everybody
    assert str(activity.client_id) in one


def test_a_focal_point_at_its_body_alone_types_for_no_cell(client, village):
    activity = plan(village)
    sign_in(client, village, "focal_point", "khoi", own_only=True)

    assert client.get(unit(PAGE, "cell-a")).status_code == 404
    assert client.get(f"/activities/{activity.pk}/log/").status_code == 404
    assert Organisation.objects.filter(code="cell-a").exists()


def test_a_change_on_behalf_keeps_the_partner_and_the_units_own_teams(client, village):
    activity = plan(village, partners=["cell-b"])
    services.name_teams(
        village["cell-a"], [("Tổ 1", 5)], actor=clerk(village, "cell-a"), at=NOON
    )
    team = Team.objects.get()
    lead = activity.parties.get(organisation=village["cell-a"])
    Turn.objects.create(party=lead, team=team)
    sign_in(client, village, "focal_point", "khoi", own_only=False)
    page = client.get(f"/activities/{activity.pk}/change/").content.decode()
    assert "Tổ 1" not in page

    answer = client.post(
        f"/activities/{activity.pk}/change/",
        {
            "client_id": str(activity.client_id),
            "organisation": village["cell-a"].pk,
            "on": "2024-03-30",
            "place": village.places["vn-1"].pk,
            "title": "Làm đường",
            "partners": [village["cell-b"].pk],
        },
    )

    assert answer.status_code == 302
    assert activity.parties.filter(organisation=village["cell-b"]).exists()
    assert Turn.objects.filter(party=lead, team=team).exists()
    assert AuditEntry.objects.get(verb="activity.change").data["behalf"]


def test_slips_and_texts_of_one_unit_are_at_hand_and_of_another_line_404(
    client, village
):
    charge(village, "cell-h", "vn-2")
    plan(village)
    plan(village, "cell-b", title="Dọn kênh")
    sign_in(client, village, "focal_point", "khoi", own_only=False)
    slips, share = "/activities/month/slips/", "/activities/month/share/"

    printed = client.get(f"{slips}?month=2024-03&unit=cell-a").content.decode()

    assert "Đổ bê tông" in printed
    assert "Dọn kênh" not in printed
    assert client.get(f"{share}?month=2024-03&unit=cell-b").status_code == 200
    for page in (slips, share):
        assert client.get(f"{page}?month=2024-03&unit=cell-h").status_code == 404


def test_rotation_stays_the_business_of_the_units(client, village):
    sign_in(client, village, "focal_point", "khoi", own_only=False)

    shown = client.get("/activities/rotation/")

    assert shown.context["units"] == []


def test_a_plan_typed_for_one_unit_offers_that_unit_alone(client, village):
    charge(village, "cell-h", "vn-2")
    sign_in(client, village, "focal_point", "khoi", own_only=False)
    asked = f"/activities/plan/?unit={village['cell-a'].pk}"
    other = f"/activities/plan/?unit={village['cell-h'].pk}"

    offered = client.get(asked).context["form"].fields["organisation"].choices
    strange = client.get(other).context["form"].fields["organisation"].choices

    assert [name for _pk, name in offered] == ["Chi bộ A"]
    assert "Chi bộ H" not in {name for _pk, name in strange}


def test_a_plan_typed_for_one_unit_starts_with_that_units_commune_and_days(
    client, village
):
    CommuneAssignment.objects.filter(organisation=village["cell-b"]).delete()
    charge(village, "cell-b", "vn-2")
    plan(village, title="Việc của chi bộ A")
    where = services.Where(village.places["vn-2"])
    plan(village, "cell-b", where=where, title="Việc của chi bộ B")
    sign_in(client, village, "focal_point", "khoi", own_only=False)

    for cell, commune in (("cell-a", "vn-1"), ("cell-b", "vn-2")):
        shown = client.get(f"/activities/plan/?unit={village[cell].pk}").context

        assert shown["form"]["place"].value() == village.places[commune].pk
        assert len(shown["communes_ahead"]) == 1
        led = {row.activity.organisation_id for row in shown["recent"]}
        assert led == {village[cell].pk}
