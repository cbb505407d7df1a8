"""Who owes what to whom, the desk, what waits on a person, completeness."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.accounts.queries import actor_of
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger import queries as ledger
from kheo.ledger.models import ClaimKind
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.queries import duties_of
from kheo.programmes.services import set_focal_day
from kheo.reporting.models import Report
from kheo.reporting.queries.desk import (
    desk_windows,
    node_of,
    receivers_for,
    rows_of,
    tally_of,
    window_at,
    windows_of,
)
from kheo.reporting.queries.expected import expected_pairs
from kheo.reporting.queries.lines import to_do, waiting_for
from kheo.reporting.queries.obligations import owed_in
from kheo.reporting.services.drafts import Typed, open_report, save_report
from kheo.reporting.services.extensions import extend_report
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.organisations.make import make_body, reorganise
from tests.reporting.make import (
    IN_TIME,
    LATE,
    LOCKED,
    MARCH,
    NEXT_DAY,
    START,
    accept,
    keep_since,
    make_report,
    make_world,
    owed_by,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
TODAY = IN_TIME.date()
SPRING = Interval(date(2024, 3, 1), date(2024, 4, 1))


def as_plain(owed):
    return (
        owed.programme,
        owed.duty,
        owed.organisation.pk,
        owed.receiver.pk if owed.receiver else None,
    )


def test_all_bodies_at_once_owe_what_each_owes_alone():
    world = make_world()
    programme = Programme.objects.get(code="s0")
    set_focal_day(
        programme,
        world["a"],
        report="unit-month",
        day=20,
        valid_from=START + timedelta(days=1000),
        actor=SYSTEM,
        at=IN_TIME - timedelta(days=900),
    )
    span = Interval(date(2024, 1, 1), date(2025, 1, 1))

    together = owed_in(span)

    for code in ("a", "b", "a1", "b1"):
        alone = [
            one for one in duties_of(world[code], span) if one.duty.last_day in span
        ]
        mine = [one for one in together if one.organisation == world[code]]
        assert sorted(map(as_plain, mine), key=repr) == sorted(
            map(as_plain, alone), key=repr
        )
        assert len(mine) == 12 + 4 + 1 + 1


def test_all_bodies_at_once_are_on_paper_as_each_is_alone():
    world = make_world()
    keep_since({"units": date(2024, 7, 1)})
    span = Interval(date(2024, 1, 1), date(2025, 1, 1))

    together = {(as_plain(one), one.is_on_paper) for one in owed_in(span)}

    for code in ("a", "a1"):
        for one in duties_of(world[code], span):
            if one.duty.last_day in span:
                assert (as_plain(one), one.is_on_paper) in together
    assert {on_paper for _one, on_paper in together} == {True, False}


def test_the_focal_point_s_earlier_day_is_the_last_day_of_its_cells_only():
    world = make_world()
    set_focal_day(
        Programme.objects.get(code="s0"),
        world["a"],
        report="unit-month",
        day=20,
        valid_from=date(2024, 1, 1),
        actor=SYSTEM,
        at=IN_TIME - timedelta(days=100),
    )

    assert owed_by(world["a1"]).duty.last_day == date(2024, 3, 20)
    assert owed_by(world["b1"]).duty.last_day == date(2024, 3, 24)
    assert owed_by(world["a"], definition="committee-month").receiver == world["ban"]


def test_a_change_of_structure_is_seen_at_once():
    world = make_world()
    before = {one.organisation.code for one in owed_in(SPRING)}

    make_body("a3", world["a"], kind="cell", on=START)

    assert {one.organisation.code for one in owed_in(SPRING)} - before == {"a3"}


# Opening


def test_opening_twice_is_one_report_with_its_days_and_reasons():
    world = make_world()
    owed = owed_by(world["a1"])
    clerk = world.actor("clerk", "a1")

    first = open_report(owed, actor=clerk, at=IN_TIME)
    again = open_report(owed, actor=clerk, at=NEXT_DAY)

    assert first == again
    assert (first.due_on, first.last_day) == (date(2024, 3, 25), date(2024, 3, 24))
    assert first.lock_on == date(2024, 4, 4)
    assert first.receiver == world["a"]
    assert (first.period, first.on) == ("2024-03", MARCH.last)
    assert "25/3/2024" in first.why[0]["vi"]


@pytest.mark.parametrize(
    ("role", "at"),
    [("leader", "a1"), ("clerk", "a"), ("clerk", "b1"), ("observer", "a")],
)
def test_only_the_body_s_own_clerk_or_its_receiver_begins_a_report(role, at):
    world = make_world()

    with pytest.raises(NotAllowed):
        open_report(owed_by(world["a1"]), actor=world.actor(role, at), at=IN_TIME)

    assert not Report.objects.exists()


def test_only_the_body_s_own_clerk_writes_it():
    world = make_world()
    report = make_report(world)

    for role, at in (("focal_point", "a"), ("clerk", "a"), ("leader", "a1")):
        with pytest.raises(NotAllowed):
            save_report(
                report,
                cells={"roads": Typed(declared=1)},
                paragraphs={},
                actor=world.actor(role, at),
                at=IN_TIME,
            )
    assert not report.cells.exists()


def test_two_browsers_on_one_draft_the_second_is_told_and_nothing_is_lost():
    world = make_world()
    report = make_report(world)
    revision = report.revision
    save_report(
        report,
        cells={"roads": Typed(declared=1)},
        paragraphs={},
        revision=revision,
        actor=SYSTEM,
        at=IN_TIME,
    )

    with pytest.raises(Conflict):
        save_report(
            report,
            cells={"roads": Typed(declared=2)},
            paragraphs={"results": "khác"},
            revision=revision,
            actor=SYSTEM,
            at=IN_TIME,
        )

    assert report.cells.get().declared == 1
    assert not report.paragraphs.exists()


def test_nothing_to_report_fills_what_is_blank_and_nothing_else():
    world = make_world()
    report = make_report(world)

    save_report(
        report,
        cells={"roads": Typed(declared=5), "trees": Typed(said=ClaimKind.ZERO)},
        paragraphs={},
        is_nil=True,
        actor=SYSTEM,
        at=IN_TIME,
    )

    said = dict(report.cells.values_list("key", "said"))
    assert (said["roads"], said["trees"], said["waste"]) == ("", "zero", "nil")
    assert said.keys().isdisjoint({"units-due", "units-met", "units-met-rate"})


def test_an_unknown_figure_is_refused():
    world = make_world()
    report = make_report(world)

    with pytest.raises(RuleBroken):
        save_report(
            report,
            cells={"moons": Typed(declared=1)},
            paragraphs={},
            actor=SYSTEM,
            at=IN_TIME,
        )


# The desk


def march(programme):
    return next(
        one for one in windows_of(programme.code, 2024) if one.code == "2024-03"
    )


def test_the_desk_shows_who_sent_who_is_late_who_is_missing():
    world = make_world()
    programme = Programme.objects.get(code="s0")
    work("activity:1", "2024-03-02", 5, world["a1"])
    accept(sent(world, "a1"))

    rows = rows_of(world["a"], programme, march(programme), LATE.date())

    assert [(row.line.name, row.line.state, row.line.is_late) for row in rows] == [
        ("a1", "accepted", False),
        ("a2", "", True),
    ]
    assert rows[1].line.days_late == 4
    tally = tally_of(row.line for row in rows)
    assert (tally.expected, tally.sent, tally.in_time, tally.late) == (2, 1, 1, 0)
    assert (tally.missing, tally.accepted) == (1, 1)


def test_an_extension_is_not_late():
    world = make_world()
    programme = Programme.objects.get(code="s0")
    report = make_report(world)
    extend_report(report, until=LATE.date(), reason="Lũ", actor=SYSTEM, at=LATE)

    rows = rows_of(world["a"], programme, march(programme), LATE.date())

    assert {row.line.name: row.line.is_late for row in rows} == {
        "a1": False,
        "a2": True,
    }


def test_the_board_receives_the_committees_and_counts_below_the_home():
    world = make_world()
    programme = Programme.objects.select_related("home").get(code="s0")

    rows = rows_of(world["ban"], programme, march(programme), TODAY)

    assert [row.line.name for row in rows] == ["a", "b"]
    assert node_of(world["ban"], programme, march(programme)) == world["tu"]
    assert node_of(world["a"], programme, march(programme)) == world["a"]


def test_each_reviewer_has_the_desk_of_their_own_body():
    world = make_world()

    programme = Programme.objects.select_related("home").get(code="s0")

    def desks(role, at):
        actor = world.actor(role, at)
        found = receivers_for(actor, programme, march(programme), TODAY)
        return [body.code for body in found]

    assert desks("focal_point", "a") == ["a"]
    assert desks("focal_point", "ban") == ["ban"]
    assert desks("specialist", "tu") == ["a", "b", "ban"]
    assert desks("clerk", "a1") == []


def test_the_desk_of_an_ended_receiver_is_kept_by_its_successor():
    world = make_world()
    sent(world, "a1")
    reorganise("  - {do: merge, bodies: [a], into: b}", on="2024-06-01", code="gop")
    programme = Programme.objects.select_related("home").get(code="s0")
    later = date(2024, 6, 2)

    focal = world.actor("focal_point", "b", day=later)
    found = receivers_for(focal, programme, march(programme), later)

    assert [body.code for body in found] == ["a", "b"]
    rows = rows_of(found[0], programme, march(programme), later)
    accepted = move_report(
        rows[0].report, ReportAction.ACCEPT, actor=focal, at=IN_TIME.replace(month=6)
    )
    assert accepted.state == "accepted"


def test_what_a_body_left_open_without_a_successor_its_superior_finishes():
    world = make_world()
    report = make_report(world, "a1")
    reorganise("  - {do: end, bodies: [a1]}", on=str(NEXT_DAY.date()), code="giai-the")
    later, at = NEXT_DAY.date(), NEXT_DAY
    clerk, leader, focal = (
        world.actor(role, "a", day=later) for role in ("clerk", "leader", "focal_point")
    )

    [line] = [one for one in to_do(clerk, later) if one.report == report]
    assert line.is_carried_on
    for role, where in (("clerk", "a2"), ("clerk", "b"), ("clerk", "tu")):
        stranger = world.actor(role, where, day=later)
        assert report not in [one.report for one in to_do(stranger, later)]
        with pytest.raises(NotAllowed):
            move_report(report, ReportAction.SUBMIT, actor=stranger, at=at)

    for action, actor in (
        (ReportAction.SUBMIT, clerk),
        (ReportAction.APPROVE, leader),
        (ReportAction.ACCEPT, focal),
    ):
        report = move_report(report, action, actor=actor, at=at)
    assert report.state == "accepted"


def test_the_desk_opens_with_the_month_now_due():
    make_world()
    windows = windows_of("s0", 2024)

    assert window_at(windows, date(2024, 3, 4)).code == "2024-03"
    assert window_at(windows, date(2024, 3, 3)).code == "2024-02"
    assert window_at([], date(2024, 3, 3)) is None


def test_the_desk_opens_on_december_while_january_is_far():
    make_world()
    programme = Programme.objects.get(code="s0")

    codes = {
        on: window_at(desk_windows(programme, on), on).code
        for on in (date(2024, 1, 2), date(2024, 1, 4))
    }

    assert list(codes.values()) == ["2023-12", "2024-01"]


def test_the_desk_costs_the_same_for_few_and_many():
    world = make_world()
    programme = Programme.objects.get(code="s0")
    sent(world, "a1")
    window = march(programme)
    rows_of(world["a"], programme, window, TODAY)
    with CaptureQueriesContext(
        connection,
    ) as few:
        rows_of(world["a"], programme, window, TODAY)
    for number in range(3, 7):
        make_body(f"a{number}", world["a"], kind="cell", on=START)
    world.bodies |= {f"a{n}": owed_by_code(f"a{n}") for n in range(3, 7)}
    for number in range(3, 6):
        sent(world, f"a{number}")
    rows_of(world["a"], programme, window, TODAY)

    with CaptureQueriesContext(connection) as many:
        rows = rows_of(world["a"], programme, window, TODAY)

    assert len(rows) == 6
    assert len(many) == len(few)


def owed_by_code(code):
    return Organisation.objects.get(code=code)


# What waits on a person


def kinds(actor, on=TODAY):
    return [
        (one.kind, one.name, one.period)
        for one in waiting_for(actor, on)
        if one.window == MARCH
    ]


def test_what_waits_moves_from_clerk_to_leader_to_receiver_and_back():
    world = make_world()
    clerk, leader = world.actor("clerk", "a1"), world.actor("leader", "a1")
    focal = world.actor("focal_point", "a")
    assert kinds(clerk) == [("write", "a1", "2024-03")]
    assert kinds(leader) == kinds(focal) == []

    report = make_report(world)
    move_report(report, ReportAction.SUBMIT, actor=clerk, at=IN_TIME)
    assert kinds(clerk) == []
    assert kinds(leader) == [("approve", "a1", "2024-03")]

    move_report(report, ReportAction.APPROVE, actor=leader, at=IN_TIME)
    assert kinds(leader) == []
    assert kinds(focal) == [("review", "a1", "2024-03")]

    move_report(report, ReportAction.RETURN, actor=focal, at=IN_TIME, note="xem")
    assert kinds(focal) == []
    assert kinds(clerk) == [("correct", "a1", "2024-03")]


def test_changed_figures_wait_on_the_clerk_above():
    world = make_world()
    accept(sent(world, "a", definition="committee-month"))
    sent(world, "a1", at=LATE, roads=3)

    assert kinds(world.actor("clerk", "a")) == [("changed", "a", "2024-03")]


def test_waiting_says_until_when_and_where_to_go():
    world = make_world()

    found = [
        o
        for o in waiting_for(world.actor("clerk", "a1"), LATE.date())
        if o.window == MARCH
    ]

    assert found[0].due == date(2024, 3, 24)
    assert found[0].is_late
    assert found[0].url == "/reports/begin/s0/unit-month/a1/2024-03/"


def test_a_stranger_has_nothing_to_do():
    world = make_world()
    person = world.person("administrator", "b")

    assert waiting_for(actor_of(person, TODAY), TODAY) == []
    assert to_do(world.actor("observer", "a"), TODAY) == []


def test_to_do_costs_the_same_for_few_and_many():
    world = make_world()
    person = world.person("clerk", "a1")
    one = actor_of(person, TODAY)
    make_report(world, "a1")
    to_do(one, TODAY)
    with CaptureQueriesContext(connection) as few:
        to_do(one, TODAY)
    world.grant(person, "clerk", "a2")
    world.grant(person, "clerk", "b1")
    make_report(world, "a2")
    make_report(world, "b1")
    more = actor_of(person, TODAY)

    with CaptureQueriesContext(connection) as many:
        to_do(more, TODAY)

    assert len(many) == len(few)


# Succession


def test_the_successor_carries_an_open_report_on_marked_so():
    world = make_world()
    make_body("a9", world["a"], kind="cell", on=START)
    report = make_report(world, "a1")
    world.person("clerk", "a1"), world.person("leader", "a1")
    reorganise("  - {do: merge, bodies: [a1], into: a9}", on="2024-03-26", code="gop")
    world.bodies["a9"] = owed_by_code("a9")
    day = LATE.date()
    clerk = world.actor("clerk", "a9", day=day)
    leader = world.actor("leader", "a9", day=day)

    lines = [one for one in to_do(clerk, day) if one.report == report]
    move_report(report, ReportAction.SUBMIT, actor=clerk, at=LATE)
    move_report(report, ReportAction.APPROVE, actor=leader, at=LATE)

    assert lines[0].is_carried_on
    assert report.state == "sent"
    assert report.organisation == world["a1"]
    with pytest.raises(NotAllowed):
        move_report(
            make_report(world, "a2"),
            ReportAction.SUBMIT,
            actor=clerk,
            at=LATE,
        )


# Completeness


def test_expected_are_the_bodies_that_owe_times_the_windows_in_the_interval():
    world = make_world()

    pairs = expected_pairs("roads", MARCH, programme="s0")

    quarter = Interval(date(2023, 12, 25), date(2024, 3, 25))
    bodies = {world[code].pk for code in ("a", "b", "a1", "a2", "b1")}
    assert pairs == {(body, window) for body in bodies for window in (MARCH, quarter)}
    only = expected_pairs("roads", MARCH, bodies={world["a1"].pk})
    assert {body for body, _window in only} == {world["a1"].pk}
    assert expected_pairs("nothing-such", MARCH) == set()


def test_completeness_counts_who_said_something():
    world = make_world()
    sent(world, "a1", roads=Typed(said=ClaimKind.NIL))
    sent(world, "a2", roads=Typed(said=ClaimKind.NOT_APPLICABLE))

    found = ledger.completeness(
        ledger.measure_of("roads"),
        expected_pairs("roads", MARCH),
        tree="party",
        node_id=world["a"].pk,
        interval=MARCH,
        programme="s0",
    )

    assert (found.expected, found.reported) == (3 * 2 - 1, 1)


def test_the_lock_of_a_correction_is_not_asked_again():
    world = make_world()
    report = sent(world)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=NEXT_DAY, note="xem")

    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=LOCKED)

    assert report.state == "awaiting"


# Kept on paper


def desk_of_a(world, period="2024-03", on=LATE):
    programme = Programme.objects.select_related("home").get(code="s0")
    window = next(one for one in windows_of("s0", 2024) if one.code == period)
    return rows_of(world["a"], programme, window, on.date())


def test_nobody_waits_for_what_was_kept_on_paper():
    world = make_world()
    clerk = world.actor("clerk", "a1")
    assert [one.period for one in to_do(clerk, LATE.date()) if one.is_late]

    keep_since({"units": MARCH.end})

    assert "2024-03" not in {one.period for one in to_do(clerk, LATE.date())}
    assert not any(one.is_late for one in waiting_for(clerk, LATE.date()))
    assert {one.period for one in to_do(clerk, LATE.date())} >= {"2024-04"}


def test_the_desk_counts_paper_beside_what_is_expected():
    world = make_world()
    sent(world, "a1")
    keep_since({"units": MARCH.end})

    rows = desk_of_a(world)

    tally = tally_of(row.line for row in rows)
    assert {row.code: row.standing for row in rows} == {
        "a1": "waiting",
        "a2": "on_paper",
    }
    assert (tally.expected, tally.sent, tally.in_time) == (1, 1, 1)
    assert (tally.missing, tally.overdue, tally.late) == (0, 0, 0)
    assert (tally.on_paper, tally.rows) == (1, 2)


def test_a_report_that_was_begun_counts_as_it_is():
    world = make_world()
    make_report(world, "a1")
    keep_since({"units": MARCH.end})

    rows = {row.code: row for row in desk_of_a(world)}

    assert (rows["a1"].standing, rows["a1"].line.is_late) == ("missing", True)
    clerk = world.actor("clerk", "a1")
    assert {one.period for one in to_do(clerk, LATE.date())} >= {"2024-03"}


def test_completeness_expects_what_was_kept_on_paper_only_of_who_sent_it_here():
    world = make_world()
    sent(world, "a1", roads=Typed(said=ClaimKind.NIL))
    keep_since({"units": MARCH.end, "committees": MARCH.end})

    pairs = expected_pairs("roads", MARCH, programme="s0")
    found = ledger.completeness(
        ledger.measure_of("roads"),
        pairs,
        tree="party",
        node_id=world["a"].pk,
        interval=MARCH,
        programme="s0",
    )

    assert pairs == set()
    assert (found.expected, found.reported) == (1, 1)
