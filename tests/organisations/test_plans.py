"""Plans of reorganisation carried out, refused and undone."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.organisations.make import (
    AFTER,
    BEFORE,
    NOON,
    REFORM,
    SYSTEM,
    make_body,
    make_manager,
    plan_of,
    reorganise,
)

from kheo.audit.queries import history_of
from kheo.core.access import Capability
from kheo.core.errors import Conflict, NotAllowed
from kheo.organisations.models import (
    Lineage,
    NamedGroup,
    Organisation,
    OrganisationVersion,
    Placement,
    Plan,
    Reach,
    Tree,
)
from kheo.organisations.queries import (
    carry,
    children_on,
    dated_tree,
    parent_on,
    subtree_ids,
    version_on,
)
from kheo.organisations.rules import Flaw
from kheo.organisations.services import (
    PlanRefused,
    check_plan,
    parse_plan,
    preview_plan,
    rebuild_reach,
    sentences_of,
    undo_plan,
)
from kheo.organisations.services.reach import PIECEMEAL
from kheo.organisations.services.sentences import sentence_of_flaw

pytestmark = pytest.mark.django_db

BOARD = "{do: create, body: btgdv, name: Ban Tuyên giáo và Dân vận, kind: board, tier: province, below: tinh}"
MERGER = f"- {BOARD}\n- {{do: merge, bodies: [bdv, btg], into: btgdv}}"


@pytest.fixture
def tinh():
    """The province: boards bdv and btg, khoi with cells c1 and c2."""
    province = make_body("tinh", kind="provincial_committee", name="Tỉnh ủy")
    make_body("bdv", province, kind="board", name="Ban Dân vận")
    make_body("btg", province, kind="board", name="Ban Tuyên giáo")
    khoi = make_body("khoi", province, kind="direct_committee", name="Đảng ủy Khối")
    make_body("c1", khoi, kind="cell", name="Chi bộ 1")
    make_body("c2", khoi, kind="cell", name="Chi bộ 2")
    return province


def everything():
    """Every stored row of structure, as plain values."""
    tables = (Organisation, OrganisationVersion, Placement, Lineage, Reach)
    ignored = {"id", "plan"} | {"stamp"}
    return {
        table.__name__: sorted(
            tuple(str(value) for name, value in row.items() if name not in ignored)
            for row in table.objects.values()
        )
        for table in tables
    }


def body(code):
    return Organisation.objects.get(code=code)


def reach_is_the_closure():
    for tree in Tree.objects.all():
        rows = Reach.objects.filter(tree=tree)
        stored = set(
            rows.values_list("superior", "inferior", "valid_from", "valid_to", "depth")
        )
        expected = {
            (r.superior, r.inferior, r.start, r.end, r.depth)
            for r in dated_tree(tree.code).closure()
        }
        if stored != expected:
            return False
    return True


# Carried out


def test_two_boards_become_one_on_the_day(tinh):
    applied = reorganise(MERGER)

    board = body("btgdv")
    assert version_on(board, BEFORE) is None
    assert version_on(board, AFTER).name == "Ban Tuyên giáo và Dân vận"
    assert version_on(body("bdv"), BEFORE).name == "Ban Dân vận"
    assert version_on(body("bdv"), AFTER) is None
    assert parent_on(board, AFTER) == tinh
    assert [p.bearer for p in carry([body("bdv").pk], AFTER)[body("bdv").pk]] == [
        board.pk
    ]
    assert applied.organisations == {body(c).pk for c in ("bdv", "btg", "btgdv")}
    assert applied.since == REFORM
    assert reach_is_the_closure()


def test_a_plan_keeps_its_steps_its_basis_and_who_did_it(tinh):
    plan = reorganise(MERGER).plan

    assert plan.basis == "60-NQ/TW"
    assert plan.steps["steps"][1] == {
        "do": "merge",
        "bodies": ["bdv", "btg"],
        "into": "btgdv",
    }
    assert [entry.verb for entry in history_of(plan)] == ["plan.apply"]
    assert [entry.verb for entry in history_of(body("bdv"))] == [
        "organisation.create",
        "organisation.reorganise",
    ]
    assert set(Lineage.objects.values_list("plan", "basis")) == {(plan.pk, "60-NQ/TW")}


def test_cells_of_a_split_committee_go_where_a_table_says(tinh):
    reorganise(
        """
- {do: create, body: dang, name: Các cơ quan Đảng, kind: direct_committee, tier: province, below: tinh}
- {do: create, body: ubnd, name: UBND tỉnh, kind: direct_committee, tier: province, below: tinh}
- {do: split, body: khoi, into: [{body: dang, share: 2/5}, {body: ubnd, share: 3/5}]}
- {do: move, bodies: [c1], below: dang}
- {do: move, bodies: [c2], below: ubnd}
"""
    )

    assert list(children_on(body("ubnd"), AFTER)) == [body("c2")]
    assert list(children_on(body("khoi"), BEFORE)) == [body("c1"), body("c2")]
    assert subtree_ids([body("khoi").pk], AFTER) == frozenset()
    parts = carry([body("khoi").pk], AFTER)[body("khoi").pk]
    assert {(p.bearer, str(p.share), p.is_open) for p in parts} == {
        (body("dang").pk, "2/5", False),
        (body("ubnd").pk, "3/5", False),
    }
    assert reach_is_the_closure()


def test_cells_follow_the_only_successor_by_themselves(tinh):
    applied = reorganise("- {do: merge, bodies: [khoi], into: bdv}")

    assert applied.outcome.followers == ("c1", "c2")
    assert body("c1").pk in applied.organisations
    assert list(children_on(body("bdv"), AFTER)) == [body("c1"), body("c2")]
    assert "organisation.reorganise" not in [e.verb for e in history_of(body("c1"))]


def test_an_amendment_keeps_what_it_does_not_say(tinh):
    reorganise("- {do: amend, body: bdv, officer: Bà A, symbol: BDVTU}")
    reorganise("- {do: rename, body: bdv, name: Ban DV}", code="two", on="2025-09-01")

    version = version_on(body("bdv"), date(2025, 9, 1))
    assert (version.name, version.officer, version.symbol) == (
        "Ban DV",
        "Bà A",
        "BDVTU",
    )
    assert version_on(body("bdv"), AFTER).name == "Ban Dân vận"


def test_a_unit_that_becomes_armed_loses_its_strength(tinh):
    reorganise("- {do: amend, body: bdv, headcount: 12}")
    reorganise(
        "- {do: amend, body: bdv, kind: armed_forces}", code="two", on="2025-09-01"
    )

    assert version_on(body("bdv"), AFTER).headcount == 12
    assert version_on(body("bdv"), date(2025, 9, 1)).headcount is None


def test_a_second_plan_of_the_same_day_builds_on_the_first(tinh):
    reorganise(MERGER)
    reorganise("- {do: amend, body: btgdv, officer: Ông B}", code="two")
    reorganise("- {do: move, bodies: [khoi], below: btgdv}", code="three")

    assert version_on(body("btgdv"), AFTER).officer == "Ông B"
    assert body("btgdv").versions.count() == 1
    assert list(children_on(body("btgdv"), AFTER)) == [body("khoi")]
    assert reach_is_the_closure()


def test_a_plan_applied_late_leaves_what_came_later(tinh):
    reorganise("- {do: move, bodies: [c1], below: btg}", on="2025-09-01")
    reorganise("- {do: move, bodies: [c1], below: bdv}", code="late")

    assert parent_on(body("c1"), AFTER) == body("bdv")
    assert parent_on(body("c1"), date(2025, 9, 1)) == body("btg")
    assert reach_is_the_closure()


def test_a_tree_is_made_when_a_body_first_stands_in_it(tinh):
    reorganise("- {do: move, bodies: [bdv], below: {front: null}}")

    assert set(Tree.objects.values_list("code", flat=True)) == {"party", "front"}
    assert list(children_on(None, AFTER, tree="front")) == [body("bdv")]


def test_a_preview_changes_nothing(tinh):
    before = everything()

    outcome = preview_plan(plan_of(MERGER))

    assert outcome.affected == {"bdv", "btg", "btgdv"}
    assert everything() == before


# Refused


def test_a_refusal_names_every_reason_and_changes_nothing(tinh):
    before = everything()

    with pytest.raises(PlanRefused) as error:
        reorganise("- {do: end, bodies: [khoi]}\n- {do: move, bodies: [x], below: bdv}")

    assert error.value.problems == (
        "Bước 1: “Chi bộ 1” (c1) đang trực thuộc “Đảng ủy Khối” (khoi) trong hệ thống “party” và không có một đơn vị kế thừa duy nhất để đi theo: hãy chuyển hoặc kết thúc đơn vị này.",
        "Bước 1: “Chi bộ 2” (c2) đang trực thuộc “Đảng ủy Khối” (khoi) trong hệ thống “party” và không có một đơn vị kế thừa duy nhất để đi theo: hãy chuyển hoặc kết thúc đơn vị này.",
        "Bước 2: Không có đơn vị x.",
    )
    assert everything() == before
    assert not Plan.objects.exists()


def test_a_body_that_has_ended_is_refused_with_its_successor(tinh):
    reorganise(MERGER)

    with pytest.raises(PlanRefused, match="kế thừa: Ban Tuyên giáo và Dân vận"):
        reorganise("- {do: end, bodies: [bdv]}", code="two", on="2025-09-01")


def test_a_text_that_is_no_plan_is_refused_with_every_flaw():
    with pytest.raises(PlanRefused) as error:
        parse_plan("code: x\nsteps: [{do: vanish}]")

    assert error.value.problems == (
        "title: còn thiếu.",
        "on: còn thiếu.",
        "basis: còn thiếu.",
        "steps 1: “do” phải là create, amend, rename, merge, split, extract, move hoặc end.",
    )


def test_the_same_plan_twice_is_a_conflict(tinh):
    reorganise("- {do: amend, body: bdv, officer: Bà A}")

    with pytest.raises(Conflict):
        reorganise("- {do: amend, body: bdv, officer: Bà B}")


def test_who_manages_only_one_side_may_not_move_to_the_other(tinh):
    manager = make_manager(body("khoi"), day=BEFORE)

    with pytest.raises(NotAllowed, match="bdv"):
        reorganise("- {do: move, bodies: [c1], below: bdv}", actor=manager)
    reorganise("- {do: move, bodies: [c1], below: c2}", actor=manager)
    assert parent_on(body("c1"), AFTER) == body("c2")


def test_who_only_reads_may_not_reorganise(tinh):
    reader = make_manager(tinh, capabilities=(Capability.VIEW_ORGANISATIONS,))

    with pytest.raises(NotAllowed):
        reorganise(MERGER, actor=reader)
    assert not Plan.objects.exists()


def test_a_plan_does_not_tell_of_bodies_that_one_may_not_see(tinh):
    reorganise("- {do: end, bodies: [btg]}", on="2025-03-01", code="old")
    manager = make_manager(body("khoi"))

    with pytest.raises(NotAllowed, match="btg"):
        reorganise("- {do: end, bodies: [btg]}", actor=manager)


def test_only_an_operator_makes_a_body_out_of_nothing(tinh):
    steps = "- {do: create, body: n, name: N, kind: board, tier: province}"

    with pytest.raises(NotAllowed, match="n"):
        reorganise(steps, actor=make_manager(tinh))
    reorganise(steps)
    assert version_on(body("n"), AFTER).name == "N"


def test_a_manager_carries_out_what_lies_in_the_own_province(tinh):
    reorganise(MERGER, actor=make_manager(tinh))

    assert version_on(body("btgdv"), AFTER)


# Undone


@pytest.mark.parametrize(
    "steps",
    [
        MERGER,
        "- {do: merge, bodies: [khoi], into: bdv}",
        "- {do: extract, body: bdv, into: btg}",
        "- {do: amend, body: bdv, officer: Bà A}\n- {do: move, bodies: [c1], below: bdv}",
        "- {do: end, bodies: [c1, c2, khoi]}",
    ],
)
def test_undoing_a_plan_leaves_everything_as_it_was(tinh, steps):
    before = everything()
    plan = reorganise(steps).plan

    undo_plan(plan, actor=SYSTEM, at=NOON)

    assert everything() == before
    assert Plan.objects.get().undone_at == NOON
    assert [entry.verb for entry in history_of(plan)] == ["plan.apply", "plan.undo"]


def test_what_a_plan_replaced_on_its_day_comes_back(tinh):
    first = reorganise("- {do: amend, body: bdv, officer: Bà A}").plan
    second = reorganise("- {do: amend, body: bdv, officer: Bà B}", code="two").plan
    with pytest.raises(Conflict):
        undo_plan(first, actor=SYSTEM, at=NOON)

    undo_plan(second, actor=SYSTEM, at=NOON)

    assert version_on(body("bdv"), AFTER).officer == "Bà A"
    undo_plan(first, actor=SYSTEM, at=NOON)
    assert version_on(body("bdv"), AFTER).officer == ""


def test_an_undone_plan_can_be_applied_again(tinh):
    undo_plan(reorganise(MERGER).plan, actor=SYSTEM, at=NOON)

    reorganise(MERGER)

    assert body("btgdv")


@pytest.mark.parametrize(
    "newer",
    [
        "- {do: amend, body: btgdv, officer: Bà A}",
        "- {do: move, bodies: [c1], below: btgdv}",
        "- {do: extract, body: btgdv, into: khoi}",
    ],
)
def test_a_plan_on_which_something_newer_stands_is_not_undone(tinh, newer):
    plan = reorganise(MERGER).plan
    reorganise(newer, code="newer", on="2025-09-01")
    before = everything()

    with pytest.raises(Conflict, match="Sắp xếp"):
        undo_plan(plan, actor=SYSTEM, at=NOON)

    assert everything() == before
    assert Plan.objects.filter(undone_at=None).count() == 2


def test_a_plan_whose_new_body_is_in_use_is_not_undone(tinh):
    plan = reorganise(MERGER).plan
    NamedGroup.objects.create(
        code="g", name="G", tree=Tree.objects.get(), below=body("btgdv")
    )
    before = everything()

    with pytest.raises(Conflict):
        undo_plan(plan, actor=SYSTEM, at=NOON)

    assert everything() == before


def test_undoing_twice_is_a_conflict_and_undoing_needs_the_right(tinh):
    plan = reorganise(MERGER).plan

    with pytest.raises(NotAllowed):
        undo_plan(plan, actor=make_manager(body("khoi")), at=NOON)
    undo_plan(plan, actor=SYSTEM, at=NOON)
    with pytest.raises(Conflict):
        undo_plan(plan, actor=SYSTEM, at=NOON)


# What the database refuses by itself


def test_the_strength_of_armed_units_cannot_be_stored(tinh):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationVersion.objects.create(
            organisation=tinh,
            valid_from=REFORM,
            name="x",
            kind="armed_forces",
            tier="province",
            headcount=1,
        )


def test_the_closure_can_be_made_anew_at_any_time(tinh):
    count = Reach.objects.count()
    Reach.objects.all().delete()

    assert rebuild_reach() == count == Reach.objects.count()
    assert reach_is_the_closure()


def test_each_problem_has_its_sentence(tinh):
    outcome = preview_plan(plan_of("- {do: move, bodies: [khoi], below: c1}"))

    assert sentences_of(outcome) == (
        "Bước 1: “Đảng ủy Khối” (khoi) sẽ trực thuộc chính mình trong hệ thống “party”.",
    )


def test_a_plan_is_told_in_plain_words(tinh):
    steps = """
- {do: amend, body: tinh, officer: Bà A}
- {do: extract, body: btg, into: bdv}
- {do: split, body: c1, into: [{body: c2, share: 0.25}, {body: khoi}]}
- {do: move, bodies: [khoi], below: {front: null}}
- {do: move, bodies: [c2], below: bdv}
"""

    assert check_plan(plan_of(steps), actor=SYSTEM) == [
        "Sửa “Tỉnh ủy” (tinh): người phụ trách “Bà A”.",
        "Kết thúc “Chi bộ 1” (c1).",
        "25 % của “Chi bộ 1” (c1) trở thành “Chi bộ 2” (c2).",
        "“Chi bộ 1” (c1) trở thành “Đảng ủy Khối” (khoi).",
        "Tách “Ban Dân vận” (bdv) ra khỏi “Ban Tuyên giáo” (btg).",
        "“Đảng ủy Khối” (khoi) đứng đầu hệ thống “front”.",
        "“Chi bộ 2” (c2) trực thuộc “Ban Dân vận” (bdv) trong hệ thống “party”.",
        "“Chi bộ 1” (c1) ra khỏi hệ thống “party”.",
    ]
    with pytest.raises(PlanRefused):
        check_plan(plan_of("- {do: end, bodies: [x]}"), actor=SYSTEM)


def test_an_amendment_tells_every_particular_and_what_it_becomes(tinh):
    steps = """
- {do: amend, body: c1, name: Chi bộ Một, kind: agency, symbol: null, is_exempt: true}
"""

    assert check_plan(plan_of(steps), actor=SYSTEM) == [
        (
            "Sửa “Chi bộ 1” (c1): được miễn, loại hình “cơ quan”,"
            " tên “Chi bộ Một”, không còn ký hiệu."
        )
    ]


def test_a_replaced_placement_comes_back_when_its_plan_is_undone(tinh):
    reorganise("- {do: move, bodies: [c1], below: btg}")
    second = reorganise("- {do: move, bodies: [c1], below: bdv}", code="two").plan
    before_undo = parent_on(body("c1"), AFTER)

    undo_plan(second, actor=SYSTEM, at=NOON)

    assert before_undo == body("bdv")
    assert parent_on(body("c1"), AFTER) == body("btg")
    assert reach_is_the_closure()


def test_a_change_that_reaches_many_makes_the_closure_anew(tinh):
    cells = "".join(
        f"- {{do: create, body: n{n}, name: N, kind: cell, tier: province, below: khoi}}\n"
        for n in range(PIECEMEAL)
    )
    reorganise(cells, code="cells")

    reorganise("- {do: move, bodies: [khoi], below: bdv}")

    assert len(subtree_ids([body("bdv").pk], AFTER)) == PIECEMEAL + 4
    assert reach_is_the_closure()


def test_a_text_too_long_in_a_field_is_said_so():
    with pytest.raises(PlanRefused) as error:
        plan_of(f"- {{do: rename, body: a, name: {'x' * 256}}}")
    assert error.value.problems == ("steps 1 name: dài quá mức.",)


def test_what_has_no_sentence_of_its_own_is_said_in_english():
    assert (
        sentence_of_flaw(Flaw("steps 1", "odd", "It is odd")) == "steps 1: It is odd."
    )


@pytest.mark.parametrize(
    ("share", "says"),
    [("half", "không phải là một phần"), ("1.5", "lớn"), ("0", "nhỏ")],
)
def test_a_wrong_share_is_said_so(share, says):
    with pytest.raises(PlanRefused, match=says):
        plan_of(f"- {{do: split, body: a, into: [{{body: b, share: {share}}}]}}")
