"""The lifecycle: every state, action and role; locks, separation, what moves bring."""

import pytest

from kheo.accounts.queries import actor_of
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.reporting.models import Report, RoundKind, Statement
from kheo.reporting.queries.statements import is_intact
from kheo.reporting.services.drafts import save_report
from kheo.reporting.services.extensions import extend_report
from kheo.reporting.services.moves import RemarkAt, move_report, move_reports
from kheo.reporting.workflow import WORKFLOW, ReportAction, ReportState
from tests.reporting.make import (
    IN_TIME,
    LATE,
    LOCKED,
    NEXT_DAY,
    accept,
    as_typed,
    make_report,
    make_world,
    send,
    sent,
)

pytestmark = pytest.mark.django_db
A, S = ReportAction, ReportState

TABLE = {
    (S.DRAFT, A.SUBMIT): (S.AWAITING, "clerk"),
    (S.RETURNED, A.SUBMIT): (S.AWAITING, "clerk"),
    (S.AWAITING, A.TAKE_BACK): (S.DRAFT, "clerk"),
    (S.AWAITING, A.HAND_BACK): (S.DRAFT, "leader"),
    (S.AWAITING, A.APPROVE): (S.SENT, "leader"),
    (S.SENT, A.RETURN): (S.RETURNED, "focal_point"),
    (S.SENT, A.ACCEPT): (S.ACCEPTED, "focal_point"),
    (S.ACCEPTED, A.REOPEN): (S.RETURNED, "focal_point"),
}
"""The lifecycle written down a second time, by who may take each step."""

PEOPLE = [
    ("clerk", "a1"),
    ("leader", "a1"),
    ("focal_point", "a"),
    ("clerk", "a"),
    ("leader", "a"),
    ("observer", "a"),
    ("specialist", "tu"),
    ("focal_point", "b"),
    ("clerk", "b1"),
    ("administrator", None),
]
REVIEWERS = {("focal_point", "a"), ("specialist", "tu")}


def in_state(world, state):
    """A report of a1 brought to a state by the steps that lead there."""
    report = make_report(world)
    if state is S.DRAFT:
        return report
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)
    if state is S.AWAITING:
        return report
    move_report(report, A.APPROVE, actor=SYSTEM, at=IN_TIME)
    if state is S.SENT:
        return report
    if state is S.ACCEPTED:
        return accept(report)
    return move_report(report, A.RETURN, actor=SYSTEM, at=NEXT_DAY, note="Xem lại")


def allowed(state, action, role, at):
    if (state, action) not in TABLE:
        return False
    _target, who = TABLE[state, action]
    if who == "focal_point":
        return (role, at) in REVIEWERS
    return (role, at) == (who, "a1")


def test_the_table_is_the_lifecycle():
    from_table = {
        (state, move.action): move.target
        for move in WORKFLOW.moves
        for state in move.sources
    }

    assert from_table == {key: target for key, (target, _who) in TABLE.items()}


@pytest.mark.parametrize("state", ReportState)
def test_every_step_is_for_its_own_people_only(state):
    world = make_world()
    report = in_state(world, state)
    for role, at in PEOPLE:
        if at is None:
            actor = actor_of(world.person("observer", "b"), IN_TIME.date())
        else:
            actor = world.actor(role, at)
        for action in ReportAction:
            row = Report.objects.get(pk=report.pk)
            if allowed(state, action, role, at):
                continue
            with pytest.raises((Conflict, NotAllowed)) as refusal:
                move_report(row, action, actor=actor, at=NEXT_DAY, note="vì sao")
            expected = NotAllowed if (state, action) in TABLE else Conflict
            assert type(refusal.value) is expected, (role, at, action)
            row.refresh_from_db()
            assert row.state == state


@pytest.mark.parametrize(("step", "outcome"), TABLE.items())
def test_every_step_leads_where_the_table_says(step, outcome):
    (state, action), (target, who) = step, outcome
    world = make_world()
    report = in_state(world, state)
    actor = world.actor(who, "a" if who == "focal_point" else "a1")

    moved = move_report(report, action, actor=actor, at=NEXT_DAY, note="vì sao")

    assert moved.state == target
    entry = AuditEntry.objects.filter(verb=f"report.{action}").latest("pk")
    assert entry.data["from"] == state
    assert entry.data["to"] == target
    assert entry.actor_id == actor.user_id
    assert entry.organisation_id == world["a1"].pk


@pytest.mark.parametrize("action", [A.HAND_BACK, A.RETURN, A.REOPEN])
def test_a_step_back_needs_its_reason(action):
    world = make_world()
    state = {A.HAND_BACK: S.AWAITING, A.RETURN: S.SENT, A.REOPEN: S.ACCEPTED}[action]
    report = in_state(world, state)

    with pytest.raises(RuleBroken) as refusal:
        move_report(report, action, actor=SYSTEM, at=NEXT_DAY, note="  ")

    assert refusal.value.field == "note"
    assert Report.objects.get(pk=report.pk).state == state


# Separation of duties


def test_who_submitted_does_not_approve_where_there_is_another_leader():
    world = make_world()
    both = world.person("clerk", "a1")
    world.grant(both, "leader", "a1")
    world.person("leader", "a1")
    actor = actor_of(both, IN_TIME.date())
    report = make_report(world)
    move_report(report, A.SUBMIT, actor=actor, at=IN_TIME)

    with pytest.raises(NotAllowed):
        move_report(report, A.APPROVE, actor=actor, at=IN_TIME)

    assert Report.objects.get(pk=report.pk).state == S.AWAITING
    assert not Statement.objects.exists()


def test_in_an_office_of_one_the_step_is_allowed_and_marked():
    world = make_world()
    both = world.person("clerk", "a1")
    world.grant(both, "leader", "a1")
    actor = actor_of(both, IN_TIME.date())

    report = send(make_report(world), actor=actor)

    assert report.is_same_person
    assert report.statements.get().is_same_person
    assert not sent(world, "a2").is_same_person


def test_a_leader_of_a_superior_is_nobody_who_could_approve_instead():
    world = make_world()
    both = world.person("clerk", "a1")
    world.grant(both, "leader", "a1")
    world.person("leader", "a")

    report = send(make_report(world), actor=actor_of(both, IN_TIME.date()))

    assert report.is_same_person


@pytest.mark.parametrize("step", ["submitted", "approved"])
def test_nobody_accepts_what_they_submitted_or_approved(step):
    world = make_world()
    person = world.person("focal_point", "a", own=False)
    world.grant(person, "clerk" if step == "submitted" else "leader", "a1")
    actor = actor_of(person, IN_TIME.date())
    report = make_report(world)
    by = {"submitted": (actor, SYSTEM), "approved": (SYSTEM, actor)}[step]
    move_report(report, A.SUBMIT, actor=by[0], at=IN_TIME)
    move_report(report, A.APPROVE, actor=by[1], at=IN_TIME)

    with pytest.raises(NotAllowed):
        move_report(report, A.ACCEPT, actor=actor, at=NEXT_DAY)

    assert Report.objects.get(pk=report.pk).state == S.SENT


# Late, lock, extension


def test_late_is_marked_and_not_refused():
    world = make_world()

    report = sent(world, at=LATE)

    assert report.state == S.SENT
    assert report.sent_at == LATE


def test_after_the_lock_a_report_needs_an_extension_with_its_reason():
    world = make_world()
    report = make_report(world)
    focal = world.actor("focal_point", "a")

    with pytest.raises(Conflict):
        move_report(report, A.SUBMIT, actor=SYSTEM, at=LOCKED)
    with pytest.raises(RuleBroken):
        extend_report(report, until=LOCKED.date(), reason=" ", actor=focal, at=LOCKED)
    extend_report(report, until=LOCKED.date(), reason="Lũ", actor=focal, at=LOCKED)
    send(report, at=LOCKED)

    assert report.state == S.SENT


def test_only_the_receiver_gives_more_time():
    world = make_world()
    report = make_report(world)

    for role, at in (("clerk", "a1"), ("leader", "a1"), ("focal_point", "b")):
        with pytest.raises(NotAllowed):
            extend_report(
                report,
                until=LOCKED.date(),
                reason="xin thêm",
                actor=world.actor(role, at),
                at=LATE,
            )
    assert not report.extensions.exists()


def test_more_time_given_twice_is_given_once():
    world = make_world()
    report = make_report(world)

    for _time in range(2):
        extend_report(report, until=LOCKED.date(), reason="Lũ", actor=SYSTEM, at=LATE)

    assert report.extensions.count() == 1


def test_a_correction_asked_for_after_the_lock_needs_no_extension():
    world = make_world()
    report = sent(world)
    move_report(report, A.RETURN, actor=SYSTEM, at=NEXT_DAY, note="Sai số")

    send(report, at=LOCKED)

    assert report.state == S.SENT
    assert report.sent_at == IN_TIME


# Statements, versions, rounds


def test_approving_freezes_figures_and_words_with_a_digest():
    world = make_world()
    report = make_report(world, roads=70)
    save_report(
        report,
        cells={},
        paragraphs={"results": "Làm đường ở thôn 3."},
        actor=SYSTEM,
        at=IN_TIME,
    )
    leader = world.actor("leader", "a1")
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)

    move_report(report, A.APPROVE, actor=leader, at=IN_TIME)

    statement = report.statements.get()
    figures = {one["key"]: one for one in statement.content["figures"]}
    words = {one["key"]: one["text"] for one in statement.content["words"]}
    assert figures["roads"]["value"] == 70
    assert figures["roads"]["claim"] == "figure"
    assert figures["trees"]["value"] is None
    assert words["results"] == "Làm đường ở thôn 3."
    assert statement.content["approved_by"] == leader.name
    assert statement.content["audit_head"] == statement.audit_head
    assert len(statement.digest) == 64
    assert is_intact(statement)
    statement.content["figures"][0]["value"] = 1
    assert not is_intact(statement)


def test_a_correction_is_a_new_version_and_the_old_statement_stays():
    world = make_world()
    report = sent(world, roads=70)
    accept(report)
    before = report.statements.get().digest
    move_report(report, A.REOPEN, actor=SYSTEM, at=NEXT_DAY, note="Sai số")
    assert report.version == 2
    save_report(
        report, cells={"roads": as_typed(90)}, paragraphs={}, actor=SYSTEM, at=NEXT_DAY
    )

    send(report, at=NEXT_DAY)

    old, new = report.statements.order_by("version")
    assert (old.version, new.version) == (1, 2)
    assert old.digest == before
    assert is_intact(old)
    assert new.digest != old.digest


def test_rounds_are_numbered_kept_and_carry_their_remarks():
    world = make_world()
    report = sent(world)
    focal = world.actor("focal_point", "a")
    move_report(
        report,
        A.RETURN,
        actor=focal,
        at=NEXT_DAY,
        note="Đề nghị xem lại",
        remarks=[
            RemarkAt("Thấp hơn số lượt", cell_key="work-days"),
            RemarkAt("Nêu tên thôn", paragraph_key="results"),
            RemarkAt("  "),
        ],
    )
    send(report, at=NEXT_DAY)
    accept(report)
    move_report(report, A.REOPEN, actor=focal, at=NEXT_DAY, note="Bổ sung")

    first, second = report.rounds.order_by("number")
    assert (first.number, first.kind, first.version) == (1, RoundKind.RETURN, 1)
    assert (second.number, second.kind, second.version) == (2, RoundKind.REOPEN, 2)
    assert first.by_id == focal.user_id
    remarks = list(first.remarks.order_by("pk"))
    assert [r.cell_key or r.paragraph_key for r in remarks] == ["work-days", "results"]
    assert all(r.closed_at for r in remarks)


def test_an_answered_remark_is_closed_and_the_others_stay_open():
    world = make_world()
    report = sent(world)
    remarks = [RemarkAt("một"), RemarkAt("hai")]
    move_report(
        report, A.RETURN, actor=SYSTEM, at=NEXT_DAY, note="xem", remarks=remarks
    )
    first, second = report.rounds.get().remarks.order_by("pk")

    save_report(
        report,
        cells={},
        paragraphs={},
        answers={first.pk: "đã sửa"},
        actor=SYSTEM,
        at=NEXT_DAY,
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.answer, first.closed_at) == ("đã sửa", NEXT_DAY)
    assert second.closed_at is None


def test_the_leader_s_words_reach_the_clerk_and_go_with_the_next_submission():
    world = make_world()
    report = in_state(world, S.AWAITING)

    move_report(report, A.HAND_BACK, actor=SYSTEM, at=IN_TIME, note="Thiếu số hộ")
    assert report.note == "Thiếu số hộ"
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)

    assert report.note == ""
    assert not report.rounds.exists()


# Two at once


def test_of_two_browsers_that_submit_one_wins_and_the_other_is_told():
    world = make_world()
    report = make_report(world)
    twin = Report.objects.get(pk=report.pk)
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)

    with pytest.raises(Conflict):
        move_report(twin, A.SUBMIT, actor=SYSTEM, at=IN_TIME)

    assert AuditEntry.objects.filter(verb="report.submit").count() == 1


def test_a_draft_that_changed_meanwhile_is_not_approved_unseen():
    world = make_world()
    report = make_report(world)
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)
    seen = Report.objects.get(pk=report.pk)
    move_report(report, A.TAKE_BACK, actor=SYSTEM, at=IN_TIME)
    save_report(report, cells={}, paragraphs={}, actor=SYSTEM, at=IN_TIME)
    move_report(report, A.SUBMIT, actor=SYSTEM, at=IN_TIME)

    with pytest.raises(Conflict):
        move_report(seen, A.APPROVE, actor=SYSTEM, at=IN_TIME)

    assert not Statement.objects.exists()


def test_several_are_accepted_at_once_and_the_refused_are_named():
    world = make_world()
    good = sent(world, "a1")
    draft = make_report(world, "a2")

    refused = move_reports([good, draft], A.ACCEPT, actor=SYSTEM, at=NEXT_DAY)

    good.refresh_from_db()
    assert good.state == S.ACCEPTED
    assert [report for report, _why in refused] == [draft]
    assert refused[0][1]


def test_every_role_of_the_system_was_thought_of():
    assert {role for role, _at in PEOPLE} | {"host"} == set(Role)


@pytest.mark.django_db(transaction=True)
def test_outside_any_transaction_the_statement_is_read_in_one_snapshot():
    world = make_world()

    report = sent(world, roads=70)

    assert is_intact(report.statements.get())
