"""The commune's pages: its month, answers to many, one list that confirms it all."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from kheo.activities import services
from kheo.activities.models import Activity, HostLimit
from kheo.activities.services import Where
from kheo.activities.services.hosting import (
    Verdict,
    answer_all,
    confirm_month,
    correct_day,
)
from kheo.activities.workflow import ActivityAction, ActivityState, Objection
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import Conflict, NotAllowed
from kheo.core.periods import Interval
from kheo.ledger.queries import measure_of, total
from tests.activities.people import person
from tests.far_along import far_along
from tests.village import (
    NOON,
    SATURDAY,
    cadres,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
MARCH = ("xa-1", 2024, 3)
NEXT = date(2024, 4, 6)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def village():
    return make_village()


@pytest.fixture
def host(client, village):
    client.force_login(person(village, Role.HOST, "xa-1"))
    return client


def confirm(client, **said):
    return client.post(reverse("activities:host_confirm", args=MARCH), said)


def answer(activity, word, **more):
    said = {f"answer-{activity.pk}": word}
    return said | {f"{name}-{activity.pk}": value for name, value in more.items()}


def visits(client, name="host_month"):
    return client.get(reverse(f"activities:{name}", args=MARCH)).context["host_month"]


def states(*activities):
    return [Activity.objects.get(pk=one.pk).state for one in activities]


def roads_in(village, first, last):
    node = village["cell-a"].pk
    span = Interval.of_days(first, last)
    counted = measure_of("roads")
    return total(counted, tree="party", node_id=node, interval=span).value


# The month


def test_the_commune_lands_on_its_month(host):
    answered = host.get(reverse("activities:hosting"))

    assert answered["Location"] == reverse("activities:host_month", args=MARCH)


def test_the_month_shows_who_comes_what_was_done_and_whose_turn_it_is(host, village):
    waiting = plan(village, on=SATURDAY)
    done = log(plan(village, "cell-b", title="Trồng cây"), roads(1234))
    plan(village, on=NEXT, title="Tháng sau")

    page = host.get(reverse("activities:host_month", args=MARCH))

    shown = page.context["host_month"]
    assert [one.activity for one in shown.to_answer] == [waiting]
    assert [one.activity for one in shown.happened] == [done]
    assert shown.to_answer[0].turn == "commune"
    text = page.content.decode()
    assert "Trồng cây" in text
    assert "1.234 m" in text
    assert "Tháng sau" not in text
    assert "Chi bộ B" in text


def test_the_household_codes_are_one_click_from_the_month(host, village):
    codes = reverse("activities:codes")

    made = host.post(codes, {"count": "3"}, follow=True)

    month = host.get(reverse("activities:host_month", args=MARCH)).content.decode()
    assert f'href="{codes}"' in month
    assert "Đã cấp 3 mã." in made.content.decode()
    assert len(made.context["codes"]) == 3


def test_the_units_own_people_are_not_shown_to_the_commune(host, village):
    log(plan(village), roads(5), cadres(village, "cell-a", 1777))

    text = host.get(reverse("activities:host_confirm", args=MARCH)).content.decode()

    assert "1.777" not in text


def test_other_communes_and_bad_months_are_no_page(host, village):
    for name in ("host_month", "host_confirm"):
        assert (
            host.get(reverse(f"activities:{name}", args=("xa-2", 2024, 3))).status_code
            == 404
        )
        assert (
            host.get(reverse(f"activities:{name}", args=("xa-1", 2024, 13))).status_code
            == 404
        )
    assert host.get(reverse("activities:host_limits", args=["xa-2"])).status_code == 404


def test_a_unit_has_no_commune_pages(client, village):
    client.force_login(person(village, Role.CLERK, "cell-a"))

    assert client.get(reverse("activities:hosting")).status_code == 404
    assert client.get(reverse("activities:host_month", args=MARCH)).status_code == 404


@pytest.mark.parametrize("name", ["host_month", "host_confirm"])
def test_the_month_costs_the_same_for_one_visit_and_for_three(
    host, village, name, django_assert_max_num_queries
):
    address = reverse(f"activities:{name}", args=MARCH)
    log(plan(village), roads(1))
    with django_assert_max_num_queries(60) as first:
        host.get(address)
    for lead in ("cell-b", "cell-h"):
        log(plan(village, lead), roads(1))

    with django_assert_max_num_queries(len(first)):
        host.get(address)


# Answers


def test_several_are_agreed_at_once_and_what_was_refused_is_named(host, village):
    first, second = plan(village), plan(village, "cell-b")
    gone = plan(village, "cell-h", title="Đã hủy rồi")
    services.move_activity(
        gone, ActivityAction.CANCEL, actor=SYSTEM, at=NOON, note="mưa"
    )

    page = host.post(
        reverse("activities:host_month", args=MARCH),
        {"visit": [first.pk, second.pk, gone.pk], "action": "agree"},
        follow=True,
    )

    assert states(first, second, gone) == ["agreed", "agreed", "cancelled"]
    text = page.content.decode()
    assert "Đã đồng ý 2 buổi." in text
    assert "Đã hủy rồi: " in text


def test_visits_with_long_numbers_are_answered_as_the_page_ticks_them(host, village):
    far_along(Activity)
    first, second = plan(village), plan(village, on=NEXT)
    month = reverse("activities:host_month", args=MARCH)
    page = host.get(month).content.decode()
    ticks = re.findall(r'name="visit"\s+value="([^"]+)"', page)

    host.post(month, {"visit": ticks, "action": "agree"})

    assert states(first, second) == ["agreed", "proposed"]


def test_agreeing_twice_is_one_answer(village):
    visit = plan(village)
    host = make_actor(Role.HOST, village["xa-1"])
    answer_all([visit], ActivityAction.AGREE, actor=host, at=NOON)

    again = answer_all([visit], ActivityAction.AGREE, actor=host, at=NOON)

    assert (again.done, again.kept, again.refused) == ([], [visit], [])


def test_visits_of_another_commune_cannot_be_slipped_in(host, village):
    other = plan(village, where=services.Where(village.places["vn-2"]))

    host.post(
        reverse("activities:host_month", args=MARCH),
        {"visit": [other.pk, "x"], "action": "agree"},
    )

    assert states(other) == ["proposed"]


def reply(host, *visits, **said):
    picked = {"visit": [visit.pk for visit in visits]}
    return host.post(reverse("activities:host_month", args=MARCH), picked | said)


def test_several_are_moved_to_another_date_or_declined_at_once(host, village):
    moved, declined = plan(village), plan(village, "cell-b")

    reply(host, moved, action="counter", offered_on="6/4/2024", note="Bận bầu cử")
    reply(host, declined, action="decline", note="Bận bầu cử")

    assert states(moved, declined) == ["countered", "declined"]
    moved.refresh_from_db()
    assert (moved.on, moved.offered_on, moved.note) == (SATURDAY, NEXT, "Bận bầu cử")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"action": "decline"}, "note"),
        ({"action": "counter", "note": "bận"}, "offered_on"),
        ({"action": "counter", "note": "bận", "offered_on": "31/4/2024"}, "offered_on"),
        ({"action": "agree", "note": "bận"}, "__all__"),
        ({"action": "confirm"}, "action"),
    ],
)
def test_an_answer_that_lacks_something_changes_nothing_and_keeps_ticks(
    host, village, said, field
):
    visit = plan(village)

    page = reply(host, visit, **said)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert states(visit) == ["proposed"]
    ticked = page.content.decode().split(f'value="{visit.pk}"')[1].split(">")[0]
    assert "checked" in ticked


def test_declining_twice_is_one_answer(village):
    visit = plan(village)
    host = make_actor(Role.HOST, village["xa-1"])
    said = {"actor": host, "at": NOON, "note": "Bận bầu cử"}
    answer_all([visit], ActivityAction.DECLINE, **said)

    again = answer_all([visit], ActivityAction.DECLINE, **said)

    assert (again.done, again.kept, again.refused) == ([], [visit], [])


def test_whoever_answers_for_no_commune_of_today_is_told_whom_to_ask(client, village):
    client.force_login(person(village, Role.HOST, "cell-a"))

    page = client.get(reverse("activities:hosting"))

    assert page.status_code == 200
    assert "Quản trị" in page.content.decode() or "quản trị" in page.content.decode()


def test_a_declined_visit_goes_back_to_the_unit_which_may_ask_again(village):
    visit = plan(village)
    host = make_actor(Role.HOST, village["xa-1"])
    clerk = make_actor(Role.CLERK, village["cell-a"])
    move = services.move_activity

    move(visit, ActivityAction.DECLINE, actor=host, at=NOON, note="Bận bầu cử")
    assert (visit.state, visit.note) == (ActivityState.DECLINED, "Bận bầu cử")
    move(
        visit,
        ActivityAction.PROPOSE,
        actor=clerk,
        at=NOON,
        note="Ngày khác",
        offered_on=NEXT,
    )

    assert (visit.state, visit.on) == (ActivityState.PROPOSED, NEXT)


def test_agreeing_after_a_counter_forgets_the_other_day(village):
    visit = plan(village)
    move = services.move_activity
    move(
        visit,
        ActivityAction.COUNTER,
        actor=SYSTEM,
        at=NOON,
        note="bận",
        offered_on=NEXT,
    )

    move(visit, ActivityAction.AGREE, actor=SYSTEM, at=NOON)

    assert (visit.on, visit.offered_on) == (SATURDAY, None)


# One list confirms the month


def test_one_list_confirms_questions_and_leaves_the_rest(host, village):
    took, did_not, other, silent = (
        log(plan(village, title=title), roads(1)) for title in "ABCD"
    )
    said = (
        answer(took, "yes", remark="Bà con phấn khởi")
        | answer(did_not, "no")
        | answer(other, "other", day="2024-03-23", remark="Lùi một tuần")
        | answer(silent, "")
    )

    page = confirm(host, **said)

    assert page.status_code == 302
    assert states(took, did_not, other, silent) == [
        "confirmed",
        "disputed",
        "disputed",
        "done",
    ]
    took, other = (Activity.objects.get(pk=one.pk) for one in (took, other))
    assert (took.note, took.confirmed_at) == ("Bà con phấn khởi", NOON)
    assert (other.objection, other.offered_on, other.note) == (
        Objection.OTHER_DAY,
        date(2024, 3, 23),
        "Lùi một tuần",
    )
    assert visits(host).unconfirmed == 1


def test_silence_is_never_a_confirmation(host, village):
    visit = log(plan(village), roads(1))

    page = host.post(reverse("activities:host_confirm", args=MARCH), {}, follow=True)

    assert states(visit) == ["done"]
    assert "chưa xác nhận" in page.content.decode()


def test_all_the_rest_is_confirmed_only_when_said(host, village):
    first, second = (log(plan(village), roads(1)) for _ in range(2))
    page = opened(host)
    unseen = log(plan(village), roads(1))

    confirm(host, **page, rest="on", **answer(first, "no"))

    assert states(first, second, unseen) == ["disputed", "confirmed", "done"]


def opened(host):
    """What the form of the month brings back of the visits that it showed."""
    form = host.get(reverse("activities:host_confirm", args=MARCH)).context["form"]
    stamps = (name for name in form.fields if name.startswith("seen-"))
    return {name: form[name].value() for name in stamps}


def test_of_two_who_confirm_the_month_neither_undoes_the_other(host, village):
    visit = log(plan(village), roads(1))
    page = opened(host)
    confirm(host, **page, **answer(visit, "no", remark="Hôm ấy mưa"))

    told = host.post(
        reverse("activities:host_confirm", args=MARCH),
        page | {"rest": "on"},
        follow=True,
    )

    visit.refresh_from_db()
    assert (visit.state, visit.note) == ("disputed", "Hôm ấy mưa")
    assert "đã thay đổi sau khi" in told.content.decode()
    confirm(host, **opened(host), **answer(visit, "yes"))
    assert states(visit) == ["confirmed"]


def test_of_two_who_answer_the_month_neither_undoes_the_other(host, village):
    visit = plan(village)
    month = reverse("activities:host_month", args=MARCH)
    page = host.get(month).content.decode()
    stamps = dict(re.findall(r'name="(seen-\d+)"\s+value="([^"]+)"', page))
    tick = {"visit": [visit.pk], **stamps}
    other = {"action": "counter", "note": "Bận", "offered_on": "2024-04-06"}
    host.post(month, tick | other)

    told = host.post(month, tick | {"action": "agree"}, follow=True)

    visit.refresh_from_db()
    assert (visit.state, str(visit.offered_on)) == ("countered", "2024-04-06")
    assert "đã thay đổi sau khi" in told.content.decode()


def test_a_step_taken_on_an_older_page_of_the_day_is_told_and_shown(host, village):
    visit = plan(village)
    address = reverse("activities:detail", args=[visit.pk])
    stamp = host.get(address).context["stamp"]
    services.change_plan(
        visit,
        partners=[],
        where=Where(village.places["vn-1"]),
        on=NEXT,
        title=visit.title,
        actor=SYSTEM,
        at=NOON,
    )

    agree = reverse("activities:move", args=[visit.pk, ActivityAction.AGREE])
    told = host.post(agree, {"seen": stamp})

    assert told.status_code == 422
    assert "đã thay đổi sau khi" in told.content.decode()
    assert states(visit) == ["proposed"]
    host.post(agree, {"seen": told.context["stamp"]})
    assert states(visit) == ["agreed"]


def test_the_same_list_twice_is_harmless(host, village):
    first, second = (log(plan(village), roads(1)) for _ in range(2))
    said = answer(first, "yes") | answer(second, "other", day="2024-03-23")
    confirm(host, **said)
    before = [Activity.objects.get(pk=pk) for pk in (first.pk, second.pk)]

    page = confirm(host, **said)

    assert page.status_code == 302
    after = [Activity.objects.get(pk=pk) for pk in (first.pk, second.pk)]
    assert [(a.state, a.confirmed_at, a.offered_on) for a in after] == [
        (a.state, a.confirmed_at, a.offered_on) for a in before
    ]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Hãy ghi ngày"),
        ("2024-03-30", "Đây là ngày đã ghi"),
        ("2024-04-20", "hưa đến ngày"),
        ("30/02/2024", ""),
    ],
)
def test_a_wrong_other_day_is_told_and_nothing_is_lost(host, village, day, sentence):
    first, second = (log(plan(village), roads(1)) for _ in range(2))
    said = answer(first, "yes", remark="Tốt") | answer(second, "other", day=day)

    page = confirm(host, **said)

    assert page.status_code == 422
    assert states(first, second) == ["done", "done"]
    text = page.content.decode()
    assert sentence in text
    assert 'value="Tốt"' in text


def test_own_work_is_marked_and_not_asked(host, village):
    own = log(plan(village, "xa-1"), roads(1))

    page = host.get(reverse("activities:host_confirm", args=MARCH))
    assert f"answer-{own.pk}" not in page.content.decode()
    assert "cấp trên kiểm tra" in page.content.decode()
    confirm(host, rest="on", **answer(own, "yes"))

    assert states(own) == ["done"]
    assert visits(host).unconfirmed == 0


def test_a_refused_line_does_not_stop_the_others(village):
    own, visit = log(plan(village, "xa-1"), roads(1)), log(plan(village), roads(1))
    host = make_actor(Role.HOST, village["xa-1"])

    outcome = confirm_month(
        [Verdict(own, took_place=True), Verdict(visit, took_place=True)],
        actor=host,
        at=NOON,
    )

    assert [one.activity for one in outcome.refused] == [own]
    assert states(own, visit) == ["done", "confirmed"]


def test_a_stranger_confirms_nothing(village):
    visit = log(plan(village), roads(1))
    stranger = make_actor(Role.HOST, village["xa-2"])

    outcome = confirm_month([Verdict(visit, took_place=True)], actor=stranger, at=NOON)

    assert (len(outcome.refused), states(visit)) == (1, ["done"])


# The unit answers


def test_taking_over_the_communes_day_moves_the_figures(village):
    visit = log(plan(village), roads(40))
    earlier = SATURDAY - timedelta(days=35)
    host = make_actor(Role.HOST, village["xa-1"])
    other = Verdict(
        visit, took_place=False, objection=Objection.OTHER_DAY, other_day=earlier
    )
    confirm_month([other], actor=host, at=NOON)
    visit.refresh_from_db()

    correct_day(visit, actor=make_actor(Role.CLERK, village["cell-a"]), at=NOON)

    assert (visit.state, visit.on, visit.offered_on) == ("done", earlier, None)
    assert visit.objection == ""
    assert roads_in(village, earlier, earlier) == 40
    assert roads_in(village, SATURDAY, SATURDAY) is None


def test_without_a_day_from_the_commune_there_is_none_to_take(village):
    visit = log(plan(village), roads(40))

    with pytest.raises(Conflict):
        correct_day(visit, actor=SYSTEM, at=NOON)
    with pytest.raises(NotAllowed):
        correct_day(visit, actor=make_actor(Role.CLERK, village["cell-b"]), at=NOON)

    assert states(visit) == ["done"]


def test_the_page_offers_the_communes_day_to_the_unit(client, village):
    visit = log(plan(village), roads(40))
    other = Verdict(
        visit,
        took_place=False,
        objection=Objection.OTHER_DAY,
        other_day=date(2024, 3, 23),
    )
    confirm_month([other], actor=SYSTEM, at=NOON)
    client.force_login(person(village, Role.CLERK, "cell-a"))

    page = client.get(visit.get_absolute_url())
    assert "23/03/2024" in page.content.decode()
    client.post(reverse("activities:correct_day", args=[visit.pk]))

    assert Activity.objects.get(pk=visit.pk).on == date(2024, 3, 23)


# Limits on the pages


def test_the_commune_sets_a_limit_and_the_unit_sees_it_before_it_plans(
    host, client, village
):
    address = reverse("activities:host_limits", args=["xa-1"])
    said = {"since": "2024-04-01", "is_only": "only", "most": "1", "reason": "Vụ gặt"}
    assert host.post(address, said | {"reason": ""}).status_code == 422
    assert not HostLimit.objects.exists()
    assert host.post(address, said).status_code == 302
    plan(village, on=NEXT)

    client.force_login(person(village, Role.CLERK, "cell-b"))
    for name in ("activities:plan", "activities:room"):
        text = client.get(reverse(name)).content.decode()
        assert "Vụ gặt" in text
        assert "đã đủ" in text

    form = {
        "client_id": "6f2c1c1e-0d0e-4a57-9a41-0f5f0d4f6a11",
        "organisation": village["cell-b"].pk,
        "place": village.places["vn-1"].pk,
        "on": "2024-04-13",
        "title": "Dọn vệ sinh",
    }
    refused = client.post(reverse("activities:plan"), form)
    assert refused.status_code == 422
    assert "Dọn vệ sinh" in refused.content.decode()
    assert "xã nhận 1 buổi" in refused.context["form"].errors["beyond"][0]
    asked = client.post(reverse("activities:plan"), form | {"beyond": "Dở việc"})
    assert asked.status_code == 302
    assert Activity.objects.get(title="Dọn vệ sinh").beyond == "Dở việc"


def test_a_limit_is_taken_back_by_its_own_commune_only(host, client, village):
    address = reverse("activities:host_limits", args=["xa-1"])
    said = {"since": "2024-04-01", "is_only": "on", "most": "1", "reason": "Vụ gặt"}
    host.post(address, said)
    rule = HostLimit.objects.get()
    drop = reverse("activities:host_limit_drop", args=["xa-1", rule.pk])

    client.force_login(person(village, Role.HOST, "xa-2"))
    assert client.post(drop).status_code == 404
    other = reverse("activities:host_limit_drop", args=["xa-2", rule.pk])
    assert client.post(other).status_code == 404
    assert HostLimit.objects.exists()

    host.force_login(person(village, Role.HOST, "xa-1", "xa-2"))
    assert host.post(drop).status_code == 302
    assert not HostLimit.objects.exists()


def test_what_communes_take_is_for_those_who_plan(client, village):
    client.force_login(person(village, Role.LEADER, "cell-a"))

    assert client.get(reverse("activities:room")).status_code == 404
