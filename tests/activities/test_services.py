"""Planning, agreeing, logging, confirming; what the ledger then says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, product
from uuid import uuid4

import pytest

from kheo.activities import services
from kheo.activities.forms import MoveForm
from kheo.activities.models import (
    Activity,
    HouseholdCode,
    PartyRole,
    Quantity,
    RosterLine,
)
from kheo.activities.pages import detail_context
from kheo.activities.queries import is_in_charge, measures_of
from kheo.activities.rules import Done
from kheo.activities.services import Where
from kheo.activities.workflow import WORKFLOW, ActivityAction, ActivityState
from kheo.audit.models import AuditEntry
from kheo.audit.queries import history_of
from kheo.core.access import SYSTEM, Actor, Capability, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger.models import Entry
from kheo.ledger.queries import measure_of, total
from kheo.ledger.services import reorganise
from kheo.organisations.services import parse_plan
from kheo.programmes.pack import Plausible
from tests.village import (
    NOON,
    SATURDAY,
    cadres,
    hamlet,
    log,
    make_actor,
    make_village,
    plan,
    roads,
)

pytestmark = pytest.mark.django_db
MARCH = Interval.of_days(date(2024, 3, 1), date(2024, 3, 31))


def value(village, measure, code, interval=MARCH):
    counted, node = measure_of(measure), village[code].pk
    return total(counted, tree="party", node_id=node, interval=interval).value


def test_planning_twice_with_one_id_is_one_activity():
    village = make_village()
    client_id = uuid4()

    first = plan(village, client_id=client_id)
    second = plan(village, client_id=client_id, title="Khác")

    assert first == second
    assert second.title == "Đổ bê tông đường thôn"
    assert Activity.objects.count() == 1


def test_words_that_grow_when_folded_still_fit_their_column():
    village = make_village()

    planned = plan(village, title="ß" * 255)

    planned.refresh_from_db()
    assert planned.folded == "s" * 400


def test_the_commune_is_a_party_of_its_own():
    village = make_village()

    activity = plan(village, partners=["cell-b"])

    roles = dict(activity.parties.values_list("organisation__code", "role"))
    assert roles == {
        "cell-a": PartyRole.LEAD,
        "cell-b": PartyRole.PARTNER,
        "xa-1": PartyRole.HOST,
    }


def test_only_the_own_clerk_plans():
    village = make_village()
    stranger = make_actor(Role.CLERK, village["cell-h"])

    with pytest.raises(NotAllowed):
        plan(village, actor=stranger)

    assert not Activity.objects.exists()


def test_a_day_outside_the_programme_is_refused_with_a_sentence():
    village = make_village()

    with pytest.raises(RuleBroken, match="2019"):
        plan(village, on=date(2019, 5, 4))


def test_joint_work_counts_once_above_its_partners():
    village = make_village()
    activity = plan(village, partners=["cell-b"])

    log(
        activity,
        roads(430),
        cadres(village, "cell-a", 7),
        cadres(village, "cell-b", 5),
    )

    assert value(village, "roads", "cell-a") == 430
    assert value(village, "roads", "cell-b") == 430
    assert value(village, "roads", "khoi") == 430
    assert value(village, "roads", "tu") == 430
    assert value(village, "cadre_turns", "cell-a") == 7
    assert value(village, "cadre_turns", "khoi") == 12
    assert value(village, "sessions", "tu") == 1


def test_what_the_commune_did_counts_for_its_district_too():
    village = make_village()
    activity = plan(village)

    log(activity, roads(100), cadres(village, "xa-1", 4, tier="commune"))

    assert value(village, "roads", "huyen") == 100
    assert value(village, "cadre_turns", "huyen") == 4
    assert value(village, "cadre_turns", "khoi") is None
    assert value(village, "roads", "tu") == 100


def test_logging_again_replaces_what_was_said():
    village = make_village()
    activity = plan(village)
    log(activity, roads(430))

    log(activity, roads(500))

    assert value(village, "roads", "tu") == 500
    assert Entry.objects.filter(measure__code="roads", closed_at=None).count() == 1


def test_a_partner_writes_its_own_people_and_nothing_else():
    village = make_village()
    activity = plan(village, partners=["cell-b"])
    partner = make_actor(Role.CLERK, village["cell-b"])
    log(activity, roads(430), cadres(village, "cell-a", 7))

    log(activity, cadres(village, "cell-b", 5), actor=partner)

    assert value(village, "cadre_turns", "khoi") == 12
    assert value(village, "roads", "khoi") == 430
    with pytest.raises(RuleBroken):
        log(activity, roads(999), actor=partner)
    with pytest.raises(RuleBroken):
        log(activity, cadres(village, "cell-a", 50), actor=partner)
    assert value(village, "cadre_turns", "cell-a") == 7


def test_a_partner_does_not_log_before_the_lead():
    village = make_village()
    activity = plan(village, partners=["cell-b"])
    partner = make_actor(Role.CLERK, village["cell-b"])

    with pytest.raises(Conflict):
        log(activity, cadres(village, "cell-b", 5), actor=partner)

    assert not Quantity.objects.exists()


def test_a_partners_later_people_leave_the_confirmation_standing():
    village = make_village()
    activity = plan(village, partners=["cell-b"])
    log(activity, roads(430))
    services.move_activity(activity, ActivityAction.CONFIRM, actor=SYSTEM, at=NOON)

    log(
        activity,
        cadres(village, "cell-b", 5),
        actor=make_actor(Role.CLERK, village["cell-b"]),
    )

    assert activity.state == ActivityState.CONFIRMED


def test_a_day_to_come_cannot_be_logged():
    village = make_village()
    activity = plan(village, on=date(2024, 4, 6))

    with pytest.raises(RuleBroken, match=r"(?i)chưa đến"):
        log(activity, roads(1))


@pytest.mark.parametrize(
    "done",
    [
        Done("no_such", 1),
        Done("roads", 20_001, dimensions="road-work=new"),
        Done("households_helped", 1, dimensions="household=poor", subject="H7K3QAC"),
    ],
)
def test_what_the_programme_does_not_know_is_refused_and_nothing_changes(done):
    village = make_village()
    activity = plan(village)

    with pytest.raises(RuleBroken):
        log(activity, roads(430), done)

    activity.refresh_from_db()
    assert activity.state == ActivityState.PROPOSED
    assert not Entry.objects.filter(source=services.source_of(activity)).exists()


def test_a_household_counts_once_in_the_year_whoever_helps_it():
    village = make_village()
    (code,) = services.issue_codes(
        village["xa-1"],
        programme="s0",
        place=village.places["vn-1"],
        count=1,
        actor=SYSTEM,
        at=NOON,
    )
    helped = Done(
        "households_helped", 1, dimensions="household=poor", subject=code.code
    )
    log(plan(village, on=date(2024, 1, 6)), helped)
    log(plan(village, "cell-b", on=date(2024, 2, 3)), helped)

    year = Interval.of_days(date(2024, 1, 1), date(2024, 12, 31))

    assert value(village, "households_helped", "tu", year) == 1
    assert value(village, "households_helped", "cell-b", year) == 1


def test_codes_of_another_commune_are_refused_by_name():
    village = make_village()
    (code,) = services.issue_codes(
        village["xa-2"],
        programme="s0",
        place=village.places["vn-2"],
        count=1,
        actor=SYSTEM,
        at=NOON,
    )
    line = Done("households_helped", 1, dimensions="household=poor", subject=code.code)

    with pytest.raises(RuleBroken, match=code.code):
        log(plan(village), line)


@pytest.mark.parametrize("metres", [25_000, -5])
def test_a_quantity_that_no_day_brings_is_refused_with_the_plausible_range(metres):
    village = make_village()
    activity = plan(village)

    with pytest.raises(RuleBroken) as refusal:
        log(activity, roads(metres))

    sentence = str(refusal.value)
    assert f"{metres:,} m".replace(",", ".") in sentence
    assert "từ 0 đến 20.000 m" in sentence
    assert refusal.value.field == "roads"
    before = activity.state
    activity.refresh_from_db()
    assert activity.state == before
    assert not activity.quantities.exists()
    assert value(village, "roads", "tu", MARCH) is None


def test_a_quantity_below_the_least_plausible_is_refused_with_both_limits(monkeypatch):
    village = make_village()
    activity = plan(village)
    known = measures_of(activity)
    least = Plausible(min=Decimal("10.5"), max=Decimal(100))
    narrow = [m.model_copy(update={"plausible": least}) for m in known]
    monkeypatch.setattr("kheo.activities.services.logs.measures_of", lambda _: narrow)

    with pytest.raises(RuleBroken, match=r"từ 10,5 đến 100 m"):
        log(activity, roads(9))

    log(activity, roads(11))


@pytest.mark.parametrize("count", [0, 501])
def test_codes_are_made_in_sensible_numbers(count):
    village = make_village()

    with pytest.raises(RuleBroken):
        services.issue_codes(
            village["xa-1"],
            programme="s0",
            place=village.places["vn-1"],
            count=count,
            actor=SYSTEM,
            at=NOON,
        )

    assert not HouseholdCode.objects.exists()


def test_the_commune_proposes_another_day_and_the_unit_accepts_it():
    village = make_village()
    activity = plan(village)
    host = make_actor(Role.HOST, village["xa-1"])
    other = SATURDAY + timedelta(days=7)

    services.move_activity(
        activity,
        ActivityAction.COUNTER,
        actor=host,
        at=NOON,
        note="Bận họp thôn",
        offered_on=other,
    )
    assert (activity.state, activity.on) == (ActivityState.COUNTERED, SATURDAY)

    clerk = make_actor(Role.CLERK, village["cell-a"])
    services.move_activity(activity, ActivityAction.ACCEPT_DATE, actor=clerk, at=NOON)

    assert (activity.state, activity.on) == (ActivityState.AGREED, other)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (ActivityAction.COUNTER, {"offered_on": date(2024, 4, 6)}),
        (ActivityAction.COUNTER, {"note": "Bận"}),
        (ActivityAction.CANCEL, {}),
        (ActivityAction.LOG, {}),
    ],
)
def test_a_step_that_lacks_its_reason_or_day_is_refused(action, said):
    village = make_village()
    activity = plan(village)

    with pytest.raises(RuleBroken):
        services.move_activity(activity, action, actor=SYSTEM, at=NOON, **said)

    activity.refresh_from_db()
    assert activity.state == ActivityState.PROPOSED


METRES = count(1)
"""The same said again is no new word."""


def attempt(activity, action, actor):
    if action is ActivityAction.LOG:
        return log(activity, roads(next(METRES)), actor=actor)
    return services.move_activity(
        activity, action, actor=actor, at=NOON, note="vì", offered_on=SATURDAY
    )


@pytest.mark.parametrize("role", [Role.CLERK, Role.HOST, Role.LEADER])
def test_every_state_and_action_does_as_the_table_says(role):
    village = make_village()
    activity = plan(village)
    actor = make_actor(role, village["xa-1"], village["cell-a"])
    rows = Activity.objects.filter(pk=activity.pk)
    for state, action in product(ActivityState, ActivityAction):
        rows.update(state=state, logged_at=NOON, confirmed_at=NOON, offered_on=SATURDAY)
        moves = [m for m in WORKFLOW.moves if m.action == action and state in m.sources]
        if [m for m in moves if actor.holds(m.capability)]:
            assert attempt(rows.get(), action, actor).state == moves[0].target
        else:
            with pytest.raises(NotAllowed if moves else Conflict):
                attempt(rows.get(), action, actor)
            assert rows.get().state == state


@pytest.mark.parametrize("other", ["xa-1", "cell-b"], ids=["commune", "partner"])
@pytest.mark.parametrize(
    ("state", "action"),
    [
        (ActivityState.COUNTERED, ActivityAction.ACCEPT_DATE),
        (ActivityState.COUNTERED, ActivityAction.PROPOSE),
        (ActivityState.AGREED, ActivityAction.CANCEL),
        (ActivityState.CONFIRMED, ActivityAction.WITHDRAW),
    ],
)
def test_only_the_leading_unit_takes_the_steps_of_the_unit(other, state, action):
    village = make_village()
    activity = log(plan(village, partners=["cell-b"]), roads(430))
    rows = Activity.objects.filter(pk=activity.pk)
    rows.update(state=state, offered_on=date(2024, 4, 6), confirmed_at=NOON)
    clerk = make_actor(Role.CLERK, village[other])

    with pytest.raises(NotAllowed, match="chủ trì"):
        attempt(rows.get(), action, clerk)

    buttons = detail_context(rows.get(), clerk, MoveForm())
    assert action not in {m.action for m in buttons["plain_moves"]}
    assert action not in {m.action for m in buttons["noted_moves"]}
    assert rows.get().state == state
    assert value(village, "roads", "tu") == 430


def test_the_commune_of_a_partner_does_not_answer_for_the_commune_visited():
    village = make_village()
    activity = plan(village, partners=["xa-2"])

    with pytest.raises(NotAllowed):
        attempt(activity, ActivityAction.AGREE, make_actor(Role.HOST, village["xa-2"]))
    attempt(activity, ActivityAction.AGREE, make_actor(Role.HOST, village["xa-1"]))

    assert activity.state == ActivityState.AGREED


def test_the_same_log_again_leaves_the_confirmation_and_the_trail():
    village = make_village()
    activity = log(plan(village), roads(430))
    confirm = ActivityAction.CONFIRM
    services.move_activity(activity, confirm, actor=SYSTEM, at=NOON)
    told = history_of(activity).count()

    log(activity, roads(430))

    assert Activity.objects.get(pk=activity.pk).state == ActivityState.CONFIRMED
    assert history_of(activity).count() == told
    assert log(activity, roads(431)).state == ActivityState.DONE


def test_the_same_log_again_answers_the_commune_that_questions_it():
    village = make_village()
    activity = log(plan(village), roads(430))
    services.move_activity(
        activity, ActivityAction.DISPUTE, actor=SYSTEM, at=NOON, note="Chưa đúng"
    )

    assert log(activity, roads(430)).state == ActivityState.DONE


def test_a_day_is_logged_on_its_own_morning():
    """Before seven in Vietnam it is still the day before in UTC."""
    village = make_village()
    dawn = datetime(2024, 3, 29, 23, 30, tzinfo=UTC)

    activity = log(plan(village, on=SATURDAY), roads(5), at=dawn)

    assert activity.state == ActivityState.DONE


def test_withdrawing_a_log_takes_its_figures_back():
    village = make_village()
    activity = plan(village)
    log(activity, roads(430))

    services.move_activity(
        activity, ActivityAction.WITHDRAW, actor=SYSTEM, at=NOON, note="nhầm ngày"
    )

    assert activity.state == ActivityState.CANCELLED
    assert value(village, "roads", "tu") is None


def test_somebody_elses_change_is_noticed():
    village = make_village()
    activity = plan(village)
    stale = Activity.objects.get(pk=activity.pk)
    services.move_activity(activity, ActivityAction.AGREE, actor=SYSTEM, at=NOON)

    with pytest.raises(Conflict, match="vừa thay đổi"):
        services.move_activity(
            stale, ActivityAction.CANCEL, actor=SYSTEM, at=NOON, note="mưa"
        )


def test_another_day_or_commune_asks_the_commune_again():
    village = make_village()
    activity = plan(village)
    services.move_activity(activity, ActivityAction.AGREE, actor=SYSTEM, at=NOON)
    same = {
        "partners": [],
        "where": Where(village.places["vn-1"]),
        "title": "Khác",
        "actor": SYSTEM,
        "at": NOON,
    }

    services.change_plan(activity, on=SATURDAY, **same)
    assert (activity.state, activity.title) == (ActivityState.AGREED, "Khác")

    services.change_plan(activity, on=SATURDAY + timedelta(days=1), **same)
    assert activity.state == ActivityState.PROPOSED


def test_a_day_that_is_over_is_not_planned_anew():
    village = make_village()
    activity = plan(village)
    log(activity, roads(1))

    with pytest.raises(Conflict):
        services.change_plan(
            activity,
            partners=[],
            where=Where(village.places["vn-1"]),
            on=SATURDAY,
            title="Khác",
            actor=SYSTEM,
            at=NOON,
        )


def test_unplanned_work_is_logged_once_however_often_it_is_sent():
    village = make_village()
    said = {
        "client_id": uuid4(),
        "programme": "s0",
        "organisation": village["cell-a"],
        "partners": [],
        "where": Where(village.places["vn-1"], hamlet(village)),
        "on": SATURDAY,
        "title": "Giúp dân khắc phục sạt lở",
        "done": [roads(50)],
        "actor": SYSTEM,
        "at": NOON,
    }

    first = services.log_unplanned(**said)
    second = services.log_unplanned(**said)

    assert first == second
    assert value(village, "roads", "tu") == 50


def test_rosters_are_for_the_own_body_and_are_forgotten():
    village = make_village()
    activity = plan(village)
    party = activity.parties.get(role=PartyRole.LEAD)
    services.set_roster(party, [("Nông Văn Thử", "lái xe")], actor=SYSTEM, at=NOON)
    stranger = make_actor(Role.CLERK, village["cell-b"])

    with pytest.raises(NotAllowed):
        services.set_roster(party, [], actor=stranger, at=NOON)
    assert RosterLine.objects.count() == 1

    gone = services.forget_rosters(village["cell-a"], MARCH, actor=SYSTEM, at=NOON)

    assert gone == 1
    assert not RosterLine.objects.exists()
    assert "Nông Văn Thử" not in str(list(AuditEntry.objects.values_list("data")))


def test_met_and_due_are_dated_the_windows_last_day():
    village = make_village()
    log(plan(village, on=date(2024, 3, 16)), roads(1))
    on_a_weekday = plan(village, "cell-b", on=date(2024, 3, 20), reason="mưa")
    log(on_a_weekday, roads(1))

    services.settle(date(2024, 3, 25), at=NOON)

    window = Interval.of_days(date(2024, 3, 24), date(2024, 3, 24))
    assert value(village, "units_due", "khoi", window) == 2
    assert value(village, "units_met", "khoi", window) == 1
    assert value(village, "units_met_rate", "khoi", window) is not None


def test_a_late_log_settles_its_window_again():
    village = make_village()
    services.settle(date(2024, 3, 1), at=NOON)
    late = datetime(2024, 4, 2, 5, tzinfo=UTC)
    assert value(village, "units_met", "khoi") == 0

    log(plan(village, on=date(2024, 3, 16)), roads(1), at=late)

    assert value(village, "units_met", "khoi") == 1
    assert value(village, "units_due", "khoi") == 2


def test_settling_twice_changes_nothing():
    make_village()
    services.settle(date(2024, 3, 25), at=NOON)
    before = Entry.objects.count()

    services.settle(date(2024, 3, 25), at=NOON)

    assert Entry.objects.count() == before


def test_everything_is_in_the_trail():
    village = make_village()
    activity = plan(village)
    log(activity, roads(1))

    verbs = history_of(activity)

    assert list(verbs.values_list("verb", flat=True)) == [
        "activity.plan",
        "activity.log",
    ]


def test_who_sees_an_activity():
    village = make_village()
    activity = plan(village)
    seen = {
        code: Activity.objects.visible_to(
            make_actor(Role.OBSERVER, village[code])
        ).exists()
        for code in village.bodies
    }

    assert seen == {
        "tu": True,
        "ban": False,
        "khoi": True,
        "cell-a": True,
        "cell-b": False,
        "huyen": True,
        "cell-h": False,
        "xa-1": True,
        "xa-2": False,
    }
    assert not Activity.objects.visible_to(Actor()).exists()
    writable = Activity.objects.visible_to(
        make_actor(Role.CLERK, village["cell-a"]), Capability.EDIT_ACTIVITIES
    )
    assert list(writable) == [activity]


def test_a_weekday_needs_a_reason_and_then_counts():
    village = make_village()
    wednesday = date(2024, 3, 27)

    with pytest.raises(RuleBroken) as refusal:
        plan(village, on=wednesday)
    assert refusal.value.field == "reason"

    activity = plan(village, on=wednesday, reason="Dân bận ngày thứ bảy")
    log(activity, roads(10))

    assert activity.note == "Dân bận ngày thứ bảy"
    assert value(village, "roads", "tu") == 10


def test_a_body_that_was_not_there_that_day_is_refused_with_its_successor():
    village = make_village()
    text = (
        "code: join\ntitle: x\non: 2024-02-01\nbasis: x\nsteps:\n"
        "  - {do: merge, bodies: [cell-b], into: cell-a}\n"
    )
    reorganise(parse_plan(text), actor=SYSTEM, at=NOON)

    with pytest.raises(RuleBroken, match="Chi bộ A"):
        plan(village, "cell-b")
    with pytest.raises(RuleBroken, match="Chi bộ A"):
        plan(village, "cell-a", partners=["cell-b"])


def test_another_units_commune_is_allowed_and_flagged():
    village = make_village()
    own = plan(village)
    other = plan(village, where=Where(village.places["vn-2"]))

    assert is_in_charge(own)
    assert not is_in_charge(other)
