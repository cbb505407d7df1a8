"""What a report brings into the ledger, takes back, and what superiors are told."""

from datetime import date

import pytest

from kheo.core.access import SYSTEM
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger import queries as ledger
from kheo.ledger.models import Claim, ClaimKind, Entry, Standing
from kheo.ledger.services import rebuild, verify
from kheo.reporting.models import Settlement
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.statements import since_signed
from kheo.reporting.services.drafts import Typed, save_report
from kheo.reporting.services.flags import settle_flag
from kheo.reporting.services.moves import move_report
from kheo.reporting.workflow import ReportAction
from tests.reporting.make import (
    APRIL,
    IN_TIME,
    LATE,
    MARCH,
    NEXT_DAY,
    accept,
    as_typed,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
MAY = Interval(date(2024, 4, 25), date(2024, 5, 25))
QUARTER = Interval(date(2023, 12, 25), date(2024, 3, 25))
APRIL_DAY = IN_TIME.replace(month=4)


def value(measure, body, window=MARCH, **dimensions):
    return ledger.total(
        ledger.measure_of(measure),
        tree="party",
        node_id=body.pk,
        interval=window,
        programme="s0",
        dimensions=dimensions or None,
    ).value


def figure(report, key):
    return next(one for one in figures_of(report, with_past=True) if one.key == key)


def live(report):
    return Entry.objects.filter(source=report.source, closed_at=None)


def claims(report):
    rows = Claim.objects.filter(source=report.source, closed_at=None)
    return dict(rows.values_list("measure__code", "kind"))


def test_a_report_says_500_where_the_log_says_430():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"])

    report = sent(world, roads=70)

    assert (figure(report, "roads").logged, figure(report, "roads").value) == (430, 500)
    assert value("roads", world["a1"]) == 500
    assert value("roads", world["a"]) == 500
    entry = live(report).get()
    assert (entry.amount, entry.line, entry.on) == (70, "roads", MARCH.last)
    assert list(entry.credits.values_list("organisation", flat=True)) == [
        world["a1"].pk
    ]


def test_a_draft_posts_nothing():
    world = make_world()

    report = make_report(world, roads=70)
    move_report(report, ReportAction.SUBMIT, actor=SYSTEM, at=IN_TIME)

    assert value("roads", world["a1"]) is None
    assert not Claim.objects.exists()


def test_a_correction_downwards_needs_its_reason():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"])
    report = make_report(world)

    with pytest.raises(RuleBroken) as refusal:
        save_report(
            report,
            cells={"roads": Typed(declared=-30)},
            paragraphs={},
            actor=SYSTEM,
            at=IN_TIME,
        )
    assert refusal.value.field == "reason-roads"
    assert not report.cells.exists()
    save_report(
        report,
        cells={"roads": Typed(declared=-30, reason="Đo lại")},
        paragraphs={},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(report)

    assert value("roads", world["a1"]) == 400


@pytest.mark.parametrize("key", ["units-met-rate", "units-met"])
def test_what_is_computed_is_never_declared(key):
    world = make_world()
    report = make_report(world)

    with pytest.raises(RuleBroken):
        save_report(
            report,
            cells={key: Typed(declared=50)},
            paragraphs={},
            actor=SYSTEM,
            at=IN_TIME,
        )


def test_the_five_kinds_of_empty_differ():
    world = make_world()
    work("activity:1", "2024-03-02", 0, world["a1"], measure="trees")
    report = sent(
        world,
        waste=Typed(said=ClaimKind.ZERO),
        canals=Typed(said=ClaimKind.NIL),
        houses=Typed(said=ClaimKind.NOT_APPLICABLE),
        roads=Typed(declared=5, is_estimated=True),
    )

    assert claims(report)["waste"] == ClaimKind.ZERO
    assert claims(report)["canals"] == ClaimKind.NIL
    assert claims(report)["houses"] == ClaimKind.NOT_APPLICABLE
    assert claims(report)["trees"] == ClaimKind.FIGURE
    assert "area_cleaned" not in claims(report)
    assert value("waste", world["a"]) == 0
    assert value("canals", world["a"]) == 0
    assert value("houses", world["a"]) is None
    assert value("area_cleaned", world["a"]) is None
    assert live(report).get().standing == Standing.ESTIMATED


def test_a_figure_goes_before_any_word():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"])

    report = sent(world, roads=Typed(said=ClaimKind.NIL))

    assert claims(report)["roads"] == ClaimKind.FIGURE
    assert value("roads", world["a1"]) == 430


def test_a_total_holds_its_declared_parts():
    world = make_world()

    report = make_report(world, money_own=100, money_social=200, money=50)

    assert figure(report, "money-own").value == 100
    assert figure(report, "money").value == 350
    send(report)
    assert value("money", world["a1"]) == 350
    assert value("money", world["a1"], **{"money-source": "social"}) == 200
    assert figure(report, "money").logged is None
    assert figure(report, "money").value == 350


def test_joint_work_is_logged_for_each_partner_and_counts_once_above():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"], world["b1"])

    assert figure(make_report(world, "a1"), "roads").logged == 430
    assert figure(make_report(world, "b1"), "roads").logged == 430
    assert value("roads", world["tu"]) == 430


# Stocks and distinct counts


def test_a_declared_stock_holds_to_the_end_of_the_next_window_and_then_is_missing():
    world = make_world()
    sent(world, initiatives_running=3)

    assert value("initiatives_running", world["a1"], MARCH) == 3
    assert value("initiatives_running", world["a"], APRIL) == 3
    assert value("initiatives_running", world["a"], MAY) is None


def test_the_next_word_takes_the_place_of_a_declared_stock():
    world = make_world()
    sent(world, initiatives_running=3)
    april = make_report(world, window=APRIL, at=APRIL_DAY, initiatives_running=5)

    before = figure(april, "initiatives-running")
    assert (before.logged, before.offered, before.value) == (None, 3, 5)
    send(april, at=APRIL_DAY)

    assert value("initiatives_running", world["a1"], APRIL) == 5
    assert value("initiatives_running", world["a1"], MARCH) == 3


def test_a_stated_stock_is_not_diminished_by_the_one_before_it():
    world = make_world()
    sent(world, initiatives_running=3)
    april = make_report(world, window=APRIL, at=APRIL_DAY, initiatives_running=5)
    send(april, at=APRIL_DAY)
    april.refresh_from_db()

    stated = figure(april, "initiatives-running")

    assert (stated.logged, stated.value) == (None, 5)
    assert since_signed(april.statements.get(), figures_of(april)) == []


def test_returning_the_next_word_lets_the_one_before_hold_again():
    world = make_world()
    sent(world, initiatives_running=3)
    april = sent(world, window=APRIL, at=APRIL_DAY, initiatives_running=5)

    move_report(april, ReportAction.RETURN, actor=SYSTEM, at=APRIL_DAY, note="sai")

    assert value("initiatives_running", world["a1"], APRIL) == 3


def test_a_stock_that_the_next_report_says_nil_of_is_over():
    world = make_world()
    sent(world, initiatives_running=3)
    sent(
        world,
        window=APRIL,
        at=APRIL_DAY,
        initiatives_running=Typed(said=ClaimKind.NIL),
    )

    assert value("initiatives_running", world["a1"], APRIL) == 0


def test_a_declared_distinct_count_answers_for_its_own_body_and_window_only():
    world = make_world()

    report = sent(world, households_helped=4)

    assert figure(report, "households-helped").value == 4
    assert value("households_helped", world["a1"], MARCH) == 4
    assert value("households_helped", world["a"], MARCH) == 0
    assert value("households_helped", world["a1"], QUARTER) == 0


# Last period and last year


def test_last_period_and_last_year_stand_beside_the_figure():
    world = make_world()
    work("activity:1", "2023-03-04", 100, world["a1"])
    work("activity:2", "2024-02-03", 200, world["a1"])
    work("activity:3", "2024-03-02", 300, world["a1"])

    shown = figure(make_report(world), "roads")

    assert (shown.last_year, shown.previous, shown.logged) == (100, 200, 300)


def test_a_ratio_is_made_of_the_parts_this_report_has():
    world = make_world()
    work("r:1", "2024-03-24", 1, world["a1"], measure="units_due")
    work("r:2", "2024-03-24", 1, world["a1"], measure="units_met")
    work("r:3", "2024-03-24", 1, world["a2"], measure="units_due")
    committee = make_report(world, "a", definition="committee-month")

    assert figure(committee, "units-met-rate").value == 500
    assert figure(make_report(world, "b1"), "units-met-rate").value is None


# Returning, and the figures above


def test_returning_an_accepted_report_takes_its_figures_back_at_once():
    world = make_world()
    report = accept(sent(world, roads=70))

    move_report(report, ReportAction.REOPEN, actor=SYSTEM, at=NEXT_DAY, note="sai")

    assert value("roads", world["a1"]) is None
    assert value("roads", world["tu"]) is None
    assert not live(report).exists()
    assert claims(report) == {}


def test_superiors_are_flagged_by_how_much_and_cleared_when_it_is_right_again():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a2"])
    child = accept(sent(world, roads=70))
    above = sent(world, "a", definition="committee-month")

    move_report(child, ReportAction.REOPEN, actor=SYSTEM, at=NEXT_DAY, note="sai")

    flag = above.flags.get(settled_at=None)
    assert flag.changes["roads"] == -70
    assert flag.cause == child
    save_report(
        child, cells={"roads": as_typed(73)}, paragraphs={}, actor=SYSTEM, at=NEXT_DAY
    )
    send(child, at=NEXT_DAY)
    flag.refresh_from_db()
    assert flag.changes == {"roads": 3}
    move_report(child, ReportAction.RETURN, actor=SYSTEM, at=NEXT_DAY, note="sai")
    save_report(
        child, cells={"roads": as_typed(70)}, paragraphs={}, actor=SYSTEM, at=NEXT_DAY
    )
    send(child, at=NEXT_DAY)
    flag.refresh_from_db()
    assert flag.settlement == Settlement.GONE
    assert not above.flags.filter(settled_at=None).exists()


def test_a_late_report_flags_the_superior_s_approved_figures():
    world = make_world()
    above = sent(world, "a", definition="committee-month")

    sent(world, "a1", at=LATE, roads=3)

    assert above.flags.get().changes["roads"] is None
    assert figure(above, "roads").value == 3


def test_another_line_is_not_flagged():
    world = make_world()
    other = sent(world, "b", definition="committee-month")

    sent(world, "a1", at=LATE, roads=3)

    assert not other.flags.exists()


def test_a_difference_can_be_carried_over_by_the_body_s_own_clerk_only():
    world = make_world()
    above = sent(world, "a", definition="committee-month")
    sent(world, "a1", at=LATE, roads=3)
    flag = above.flags.get()

    with pytest.raises(NotAllowed):
        settle_flag(flag, Settlement.CARRIED, actor=world.actor("clerk", "a1"), at=LATE)
    with pytest.raises(RuleBroken):
        settle_flag(flag, Settlement.GONE, actor=SYSTEM, at=LATE)
    settle_flag(flag, Settlement.CARRIED, actor=world.actor("clerk", "a"), at=LATE)

    flag.refresh_from_db()
    assert (flag.settlement, flag.settled_at) == (Settlement.CARRIED, LATE)


def test_sending_the_same_again_changes_nothing_in_the_ledger():
    world = make_world()
    report = sent(world, roads=70)
    move_report(report, ReportAction.RETURN, actor=SYSTEM, at=NEXT_DAY, note="xem")
    send(report, at=NEXT_DAY)

    assert live(report).count() == 1
    assert value("roads", world["a1"]) == 70


def test_totals_stay_right_through_returns_and_corrections():
    world = make_world()
    rebuild()
    first = sent(world, roads=70, initiatives_running=2, households_helped=3)
    april = sent(world, window=APRIL, at=APRIL_DAY, initiatives_running=4)
    move_report(first, ReportAction.RETURN, actor=SYSTEM, at=APRIL_DAY, note="xem")
    send(first, at=APRIL_DAY)
    move_report(april, ReportAction.RETURN, actor=SYSTEM, at=APRIL_DAY, note="xem")

    assert verify() == []
    assert value("initiatives_running", world["tu"], APRIL) == 2
