"""What a commune takes in a month: rules, refusals, requests, and the last place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connection

from kheo.activities import services
from kheo.activities.models import Activity, HostLimit
from kheo.activities.queries.hosting import (
    is_own_visit,
    month_of,
    months_ahead,
    rooms_of,
)
from kheo.activities.rules import Limit, limit_in
from kheo.activities.services import Where
from kheo.activities.services.hosting import drop_limit, set_limit
from kheo.activities.workflow import ActivityAction, ActivityState
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.periods import Frequency, Period
from tests.real_database import on_disk
from tests.village import SATURDAY, log, make_actor, make_village, plan, roads

EARLY = datetime(2024, 3, 1, 5, 0, tzinfo=UTC)
APRIL = Period(2024, Frequency.MONTH, 4)
MAY = APRIL.next()
FIRST, SECOND, THIRD = date(2024, 4, 6), date(2024, 4, 13), date(2024, 4, 20)


def limit(
    village, most, *, since=date(2024, 4, 1), only=False, reason="Vụ gặt", **said
):
    values = {"actor": SYSTEM, "at": EARLY} | said
    return set_limit(
        village["xa-1"],
        since=since,
        is_only=only,
        most=most,
        reason=reason,
        **values,
    )


def room(village, month=APRIL):
    return rooms_of(village.places["vn-1"], [month], day=date(2024, 3, 1))[0]


def propose(village, on, **said):
    return plan(village, on=on, at=EARLY, **said)


# Rules


@pytest.mark.parametrize(
    ("month", "most"),
    [
        (Period(2024, Frequency.MONTH, 2), None),
        (Period(2024, Frequency.MONTH, 3), 4),
        (APRIL, 1),
        (MAY, 4),
        (Period(2024, Frequency.MONTH, 6), 6),
        (Period(2025, Frequency.MONTH, 1), 6),
    ],
)
def test_the_months_own_rule_holds_before_the_lasting_one(month, most):
    limits = [
        Limit(date(2024, 6, 1), is_only=False, most=6),
        Limit(date(2024, 4, 1), is_only=True, most=1),
        Limit(date(2024, 3, 1), is_only=False, most=4),
    ]

    found = limit_in(month, limits)

    assert (found.most if found else None) == most


# Setting


@pytest.mark.django_db
def test_without_a_rule_a_commune_takes_any_number():
    village = make_village()

    for day in (FIRST, SECOND, THIRD):
        propose(village, day)

    assert (room(village).most, room(village).left, room(village).taken) == (
        None,
        None,
        3,
    )


@pytest.mark.django_db
def test_only_the_commune_sets_its_limit():
    village = make_village()
    stranger = make_actor(Role.HOST, village["xa-2"])

    with pytest.raises(NotAllowed):
        limit(village, 2, actor=stranger)

    assert not HostLimit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [{"reason": "  "}, {"since": date(2024, 2, 1)}],
    ids=["without a reason", "for a month that is over"],
)
def test_a_limit_is_refused(said):
    village = make_village()

    with pytest.raises(RuleBroken):
        limit(village, 2, **said)

    assert not HostLimit.objects.exists()


@pytest.mark.django_db
def test_a_rule_said_again_replaces_and_taken_back_is_gone():
    village = make_village()
    limit(village, 2)

    changed = limit(village, 3, reason="Bầu cử")
    assert (HostLimit.objects.count(), room(village).most) == (1, 3)

    drop_limit(changed, actor=SYSTEM, at=EARLY)
    assert room(village).most is None
    verbs = AuditEntry.objects.filter(verb__startswith="host.").order_by("pk")
    assert [entry.verb for entry in verbs] == [
        "host.limit",
        "host.limit",
        "host.limit_dropped",
    ]
    assert verbs[1].data["reason"] == "Bầu cử"


# Planning


@pytest.mark.django_db
def test_a_full_month_is_refused_with_the_months_that_are_free():
    village = make_village()
    limit(village, 1, only=True)
    propose(village, FIRST)

    with pytest.raises(
        RuleBroken, match=r"4/2024.*1 buổi.*Vụ gặt.*3/2024.*5/2024"
    ) as no:
        propose(village, SECOND, lead="cell-b")

    assert no.value.field == "beyond"
    assert Activity.objects.count() == 1
    propose(village, date(2024, 5, 4), lead="cell-b")


@pytest.mark.django_db
def test_with_a_reason_it_is_asked_beyond_and_the_commune_decides():
    village = make_village()
    limit(village, 1)
    propose(village, FIRST)

    asked = propose(village, SECOND, lead="cell-b", beyond="Đang dở đường thôn")

    assert (asked.state, asked.beyond) == (ActivityState.PROPOSED, "Đang dở đường thôn")
    assert (room(village).taken, room(village).asked_beyond) == (1, 1)

    host = make_actor(Role.HOST, village["xa-1"])
    services.move_activity(asked, ActivityAction.AGREE, actor=host, at=EARLY)
    assert (room(village).taken, room(village).left) == (2, 0)


@pytest.mark.django_db
def test_a_reason_that_was_not_needed_is_not_kept():
    village = make_village()
    limit(village, 2)

    assert propose(village, FIRST, beyond="phòng xa").beyond == ""


@pytest.mark.django_db
@pytest.mark.parametrize("action", [ActivityAction.DECLINE, ActivityAction.CANCEL])
def test_what_falls_away_gives_its_place_back(action):
    village = make_village()
    limit(village, 1)
    first = propose(village, FIRST)

    services.move_activity(first, action, actor=SYSTEM, at=EARLY, note="mưa")

    assert room(village).left == 1
    propose(village, SECOND, lead="cell-b")


@pytest.mark.django_db
def test_another_date_that_the_commune_proposes_takes_a_place_there():
    village = make_village()
    limit(village, 1)
    first = propose(village, FIRST)

    services.move_activity(
        first,
        ActivityAction.COUNTER,
        actor=SYSTEM,
        at=EARLY,
        note="bận",
        offered_on=date(2024, 5, 4),
    )

    assert (room(village).taken, room(village, MAY).taken) == (0, 1)
    with pytest.raises(RuleBroken):
        propose(village, date(2024, 5, 11), lead="cell-b")


@pytest.mark.django_db
def test_a_change_within_the_month_keeps_its_place_and_another_month_needs_one():
    village = make_village()
    limit(village, 1)
    first = propose(village, FIRST)
    propose(village, date(2024, 5, 4), lead="cell-b")
    same = {
        "partners": [],
        "where": Where(village.places["vn-1"]),
        "title": "Khác",
        "actor": SYSTEM,
        "at": EARLY,
    }

    services.change_plan(first, on=SECOND, **same)
    assert first.on == SECOND
    with pytest.raises(RuleBroken):
        services.change_plan(first, on=date(2024, 5, 11), **same)

    first.refresh_from_db()
    assert first.on == SECOND
    services.change_plan(first, on=date(2024, 5, 11), beyond="gấp", **same)
    assert (first.on, first.beyond) == (date(2024, 5, 11), "gấp")


@pytest.mark.django_db
def test_what_has_happened_needs_no_place():
    village = make_village()
    limit(village, 0, since=date(2024, 3, 1))

    done = services.log_unplanned(
        client_id="6f2c1c1e-0d0e-4a57-9a41-0f5f0d4f6a11",
        programme="s0",
        organisation=village["cell-a"],
        partners=[],
        where=Where(village.places["vn-1"]),
        on=SATURDAY,
        title="Dọn vệ sinh",
        done=[roads(5)],
        actor=SYSTEM,
        at=datetime(2024, 3, 30, 9, tzinfo=UTC),
    )

    assert done.state == ActivityState.DONE


@pytest.mark.django_db
def test_the_answer_to_another_date_asks_for_a_place_too():
    village = make_village()
    limit(village, 1, since=date(2024, 5, 1))
    propose(village, date(2024, 5, 4), lead="cell-b")
    first = propose(village, FIRST)
    services.move_activity(
        first, ActivityAction.DECLINE, actor=SYSTEM, at=EARLY, note="bận"
    )

    services.move_activity(
        first,
        ActivityAction.PROPOSE,
        actor=SYSTEM,
        at=EARLY,
        note="chỉ còn ngày này",
        offered_on=date(2024, 5, 11),
    )

    assert (first.state, first.on) == (ActivityState.PROPOSED, date(2024, 5, 11))
    assert first.beyond == "chỉ còn ngày này"
    assert first.offered_on is None


@pytest.mark.django_db
def test_units_see_what_is_left_and_which_saturdays_are_free():
    village = make_village()
    limit(village, 2)
    propose(village, FIRST)

    april = months_ahead(village.places["vn-1"], date(2024, 3, 31), 2)[1]

    assert (april.room.month, april.room.left, april.room.reason) == (
        APRIL,
        1,
        "Vụ gặt",
    )
    free = [one.day.day for one in april.saturdays if one.is_free]
    assert free == [13, 20, 27]
    assert [one.visits for one in april.saturdays] == [1, 0, 0, 0]


@pytest.mark.django_db
def test_own_is_what_one_could_have_logged_and_what_the_commune_did():
    village = make_village()
    visit = plan(village)
    by_commune = plan(village, "xa-1")
    host = make_actor(Role.HOST, village["xa-1"])
    clerk = make_actor(Role.CLERK, village["cell-a"])

    assert [is_own_visit(a, host) for a in (visit, by_commune)] == [False, True]
    assert [is_own_visit(a, clerk) for a in (visit, by_commune)] == [True, True]
    assert not is_own_visit(by_commune, SYSTEM)


@pytest.mark.django_db
def test_nobody_confirms_their_own_visit():
    village = make_village()
    by_commune = plan(village, "xa-1")
    log(by_commune, roads(5))
    host = make_actor(Role.HOST, village["xa-1"])

    with pytest.raises(NotAllowed, match="cấp trên"):
        services.move_activity(by_commune, ActivityAction.CONFIRM, actor=host, at=EARLY)

    by_commune.refresh_from_db()
    assert (by_commune.state, by_commune.confirmed_at) == (ActivityState.DONE, None)


@pytest.mark.django_db(transaction=True)
def test_two_units_that_want_the_last_place_get_one_of_it(tmp_path):
    village = make_village()
    limit(village, 1)
    together = Barrier(2)

    def ask(lead):
        together.wait()
        try:
            return propose(village, FIRST, lead=lead).state
        except RuleBroken:
            return "told"
        finally:
            connection.close()

    with on_disk(tmp_path), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, ["cell-a", "cell-b"]))
        taken = Activity.objects.filter(place=village.places["vn-1"]).count()

    assert sorted(answers) == ["proposed", "told"]
    assert taken == 1


def test_a_month_contains_its_days():
    assert month_of(FIRST) == APRIL
