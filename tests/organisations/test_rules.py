"""Plans read, and worked out without a database."""

from datetime import date
from fractions import Fraction

import pytest

from kheo.core.lineage import Placement
from kheo.organisations.rules import (
    Bond,
    Ground,
    Heir,
    Problem,
    TransferKind,
    Trouble,
    UnreadableError,
    read_plan,
    work_out,
)

START = date(2020, 1, 1)
REFORM = date(2025, 7, 1)
LATER = date(2025, 8, 1)

HEAD = """
code: cap-tinh-2025
title: Sắp xếp tổ chức đảng
on: 2025-07-01
basis: 60-NQ/TW
steps:
"""


def plan(steps):
    return read_plan(HEAD + steps)


def ground(*, versions=None, rows=(), **said):
    """The province: tinh, below it bdv and btg, khoi with cells c1 and c2, and ca."""
    bodies = ["tinh", "bdv", "btg", "khoi", "c1", "c2", "ca"]
    stays = [Placement("tinh", START)]
    stays += [Placement(b, START, "tinh") for b in ("bdv", "btg", "khoi", "ca")]
    stays += [Placement(b, START, "khoi") for b in ("c1", "c2")]
    known = {body: [(START, False)] for body in bodies} | (versions or {})
    return Ground(
        versions=known,
        placements={"party": [*stays, *rows], "front": []},
        kinds={"board", "agency", "cell", "armed_forces"},
        tiers={"province"},
        places={"p-1"},
        armed={"ca"},
        **said,
    )


def problems(steps, **said):
    return list(work_out(plan(steps), ground(**said)).problems)


CREATE = "- {do: create, body: btgdv, name: Ban mới, kind: board, tier: province, below: tinh}\n"


# Reading


def test_a_plan_is_read_with_its_shares_as_exact_fractions():
    read = plan(
        """
- do: split
  body: khoi
  into: [{body: a, share: 0.6}, {body: b, share: 30%}, {body: c, share: 1/10}]
- {do: extract, body: d, into: e, share: null}
"""
    )

    shares = [heir.share for heir in read.steps[0].into]
    assert shares == [Fraction(3, 5), Fraction(3, 10), Fraction(1, 10)]
    assert read.on == REFORM
    assert read.tree == "party"
    assert read.steps[1].share is None
    assert read.named == {"khoi", "a", "b", "c", "d", "e"}


def test_a_share_may_be_given_as_an_exact_fraction():
    assert Heir(body="a", share=Fraction(1, 3)).share == Fraction(1, 3)


def test_json_is_read_as_well():
    text = '{"code":"x","title":"T","on":"2025-07-01","basis":"B","steps":[{"do":"end","bodies":["a"]}]}'

    assert read_plan(text).steps[0].bodies == ("a",)


def test_a_plan_survives_being_stored_as_json():
    read = plan(
        CREATE + "- {do: split, body: khoi, into: [{body: a, share: 1/3}, {body: b}]}"
    )

    stored = read.model_dump(mode="json", exclude_unset=True)
    assert type(read).model_validate(stored) == read


def test_every_flaw_of_a_text_is_named_with_its_step():
    with pytest.raises(UnreadableError) as error:
        plan(
            "- {do: vanish}\n- {do: end, bodies: []}\n- {do: end, bodies: [A b], x: 1}"
        )

    assert {(f.where, f.kind) for f in error.value.flaws} == {
        ("steps 1", "union_tag_invalid"),
        ("steps 2 bodies", "too_short"),
        ("steps 3 bodies 1", "string_pattern_mismatch"),
        ("steps 3 x", "extra_forbidden"),
    }


@pytest.mark.parametrize(
    ("text", "where", "kind"),
    [
        ("a: [1", "1", "yaml"),
        ("a: 1\na: 2", "2", "twice"),
        ("a: &x [1]\nb: *x", "2", "alias"),
        ("just words", "", "model_type"),
        ("", "", "model_type"),
        ("x" * 1_000_001, "", "too_long"),
        ("a: 2025-02-31", "", "yaml"),
        ("a: \x00", "", "yaml"),
    ],
)
def test_unreadable_text_is_refused_with_its_line(text, where, kind):
    with pytest.raises(UnreadableError) as error:
        read_plan(text)

    assert [(f.where, f.kind) for f in error.value.flaws[:1]] == [(where, kind)]


@pytest.mark.parametrize("share", ["0", "1.5", "-1/2", "1/0", "half", "110%"])
def test_impossible_shares_are_flaws(share):
    with pytest.raises(UnreadableError):
        plan(f"- {{do: split, body: a, into: [{{body: b, share: {share}}}]}}")


def test_an_amendment_that_amends_nothing_is_a_flaw():
    with pytest.raises(UnreadableError, match="nothing is amended"):
        plan("- {do: amend, body: bdv}")


# What follows


def test_a_merger_ends_both_and_links_them_to_the_new_body():
    outcome = work_out(
        plan(CREATE + "- {do: merge, bodies: [bdv, btg], into: btgdv}"), ground()
    )

    assert outcome.problems == ()
    assert outcome.created == ("btgdv",)
    assert outcome.ended == ("bdv", "btg")
    assert outcome.bonds == (
        Bond(TransferKind.MERGE, "bdv", "btgdv"),
        Bond(TransferKind.MERGE, "btg", "btgdv"),
    )
    assert set(outcome.placements) == {
        ("party", Placement("btgdv", REFORM, "tinh")),
        ("party", Placement("bdv", REFORM, is_end=True)),
        ("party", Placement("btg", REFORM, is_end=True)),
    }
    assert outcome.affected == {"bdv", "btg", "btgdv"}
    assert outcome.superiors == {"tinh"}


def test_the_order_of_the_steps_does_not_matter():
    merge = "- {do: merge, bodies: [bdv, btg], into: btgdv}\n"

    backwards = work_out(plan(merge + CREATE), ground())
    assert backwards.problems == ()
    assert backwards.bonds == work_out(plan(CREATE + merge), ground()).bonds


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ("- {do: merge, bodies: [bdv, btg], into: ca}", TransferKind.ABSORB),
        ("- {do: merge, bodies: [bdv], into: ca}", TransferKind.SUCCEED),
        ("- {do: split, body: bdv, into: [{body: ca}]}", TransferKind.SUCCEED),
        (
            "- {do: split, body: bdv, into: [{body: ca}, {body: btg}]}",
            TransferKind.SPLIT,
        ),
        ("- {do: extract, body: bdv, into: ca}", TransferKind.EXTRACT),
    ],
)
def test_the_kind_of_transfer_follows_from_what_happens(steps, kind):
    outcome = work_out(plan(steps), ground())

    assert outcome.problems == ()
    assert {bond.kind for bond in outcome.bonds} == {kind}


def test_an_extraction_ends_nothing():
    outcome = work_out(
        plan("- {do: extract, body: bdv, into: ca, share: 1/4}"), ground()
    )

    assert outcome.ended == ()
    assert outcome.placements == ()
    assert outcome.bonds[0].share_ppm == 250_000


def test_thirds_add_up_to_the_whole_in_millionths():
    heirs = ", ".join(f"{{body: {b}, share: 1/3}}" for b in ("bdv", "btg", "ca"))
    steps = f"- {{do: split, body: c1, into: [{heirs}]}}"

    outcome = work_out(plan(steps), ground())
    assert [bond.share_ppm for bond in outcome.bonds] == [333_334, 333_333, 333_333]


def test_the_smallest_share_is_a_millionth():
    steps = "- {do: extract, body: bdv, into: ca, share: 1/10000000}"

    assert work_out(plan(steps), ground()).bonds[0].share_ppm == 1


def test_children_follow_the_only_successor():
    outcome = work_out(plan("- {do: merge, bodies: [khoi], into: ca}"), ground())

    assert outcome.problems == ()
    assert outcome.followers == ("c1", "c2")
    assert ("party", Placement("c1", REFORM, "ca")) in outcome.placements


def test_children_that_are_moved_or_ended_do_not_follow():
    outcome = work_out(
        plan(
            "- {do: merge, bodies: [khoi], into: ca}\n"
            "- {do: move, bodies: [c1], below: tinh}\n"
            "- {do: end, bodies: [c2]}"
        ),
        ground(),
    )

    assert outcome.problems == ()
    assert outcome.followers == ()
    assert ("party", Placement("c1", REFORM, "tinh")) in outcome.placements


def test_a_child_that_takes_over_stands_where_its_superior_stood():
    outcome = work_out(plan("- {do: merge, bodies: [khoi], into: c1}"), ground())

    assert outcome.problems == ()
    assert ("party", Placement("c1", REFORM, "tinh")) in outcome.placements
    assert ("party", Placement("c2", REFORM, "c1")) in outcome.placements


def test_a_placement_of_the_same_day_is_replaced():
    rows = [Placement("c1", REFORM, "bdv")]
    outcome = work_out(
        plan("- {do: move, bodies: [c1], below: btg}"), ground(rows=rows)
    )

    assert outcome.problems == ()
    assert outcome.placements == (("party", Placement("c1", REFORM, "btg")),)


def test_a_move_can_name_several_trees_and_a_root():
    steps = "- {do: move, bodies: [c1], below: {party: tinh, front: null}}"

    assert work_out(plan(steps), ground()).placements == (
        ("party", Placement("c1", REFORM, "tinh")),
        ("front", Placement("c1", REFORM, None)),
    )


# What stands against it


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- {do: end, bodies: [x]}", Problem(Trouble.UNKNOWN, 1, "x")),
        ("- {do: rename, body: x, name: X}", Problem(Trouble.UNKNOWN, 1, "x")),
        ("- {do: merge, bodies: [c1], into: x}", Problem(Trouble.UNKNOWN, 1, "x")),
        ("- {do: extract, body: x, into: c1}", Problem(Trouble.UNKNOWN, 1, "x")),
        (CREATE * 2, Problem(Trouble.TWICE_CREATED, 1, "btgdv")),
        (CREATE.replace("btgdv", "bdv"), Problem(Trouble.TAKEN, 1, "bdv")),
        (
            "- {do: end, bodies: [bdv]}\n- {do: end, bodies: [bdv]}",
            Problem(Trouble.TWICE_ENDED, 2, "bdv"),
        ),
        (
            "- {do: move, bodies: [c1], below: bdv}\n- {do: move, bodies: [c1], below: btg}",
            Problem(Trouble.TWICE_PLACED, 2, "c1", tree="party"),
        ),
        (
            "- {do: rename, body: c1, name: A}\n- {do: amend, body: c1, name: B}",
            Problem(Trouble.TWICE_AMENDED, 2, "c1"),
        ),
        (
            "- {do: end, bodies: [c1]}\n- {do: rename, body: c1, name: B}",
            Problem(Trouble.ENDED_AND_AMENDED, 2, "c1"),
        ),
        (
            "- {do: end, bodies: [c1]}\n- {do: move, bodies: [c1], below: bdv}",
            Problem(Trouble.ENDED_AND_MOVED, 2, "c1"),
        ),
        (
            CREATE + "- {do: end, bodies: [btgdv]}",
            Problem(Trouble.ENDS_AS_IT_BEGINS, 2, "btgdv"),
        ),
        (
            "- {do: merge, bodies: [bdv], into: bdv}",
            Problem(Trouble.INTO_ITSELF, 1, "bdv"),
        ),
        (
            "- {do: merge, bodies: [bdv], into: btg}\n- {do: end, bodies: [btg]}",
            Problem(Trouble.HEIR_ENDS, 1, "bdv", "btg"),
        ),
        (
            "- {do: split, body: c1, into: [{body: bdv}, {body: bdv}]}",
            Problem(Trouble.TWICE_HEIR, 1, "c1"),
        ),
        (
            "- {do: split, body: c1, into: [{body: bdv, share: 1}, {body: btg}]}",
            Problem(Trouble.SHARES_EXCEED, 1, "c1"),
        ),
        (
            "- {do: split, body: c1, into: [{body: bdv, share: .7}, {body: btg, share: .7}]}",
            Problem(Trouble.SHARES_EXCEED, 1, "c1"),
        ),
        (
            "- {do: split, body: c1, into: [{body: bdv, share: .3}, {body: btg, share: .3}]}",
            Problem(Trouble.SHARES_FALL_SHORT, 1, "c1"),
        ),
        (
            "- {do: move, bodies: [c1], below: {union: bdv}}",
            Problem(Trouble.UNKNOWN_TREE, 1, "c1", tree="union"),
        ),
        (
            "- {do: move, bodies: [c1], below: {front: bdv}}",
            Problem(Trouble.SUPERIOR_NOT_THERE, 1, "c1", "bdv", "front"),
        ),
        (
            "- {do: end, bodies: [bdv]}\n- {do: move, bodies: [c1], below: bdv}",
            Problem(Trouble.SUPERIOR_NOT_THERE, 2, "c1", "bdv", "party"),
        ),
        (
            "- {do: move, bodies: [khoi], below: c1}",
            Problem(Trouble.CIRCLE, 1, "khoi", tree="party"),
        ),
        (
            "- {do: end, bodies: [khoi]}",
            Problem(Trouble.LEFT_BEHIND, 1, "c1", "khoi", "party"),
        ),
        (
            "- {do: split, body: khoi, into: [{body: bdv}, {body: btg}]}",
            Problem(Trouble.LEFT_BEHIND, 1, "c2", "khoi", "party"),
        ),
        (
            """
- {do: create, body: n, name: N, kind: board, tier: province}
- {do: merge, bodies: [khoi], into: n}""",
            Problem(Trouble.HEIR_NOT_IN_TREE, 2, "c1", "n", "party"),
        ),
        (
            "- {do: amend, body: c1, kind: x}",
            Problem(Trouble.UNKNOWN_KIND, 1, "c1", "x"),
        ),
        (
            "- {do: amend, body: c1, tier: x}",
            Problem(Trouble.UNKNOWN_TIER, 1, "c1", "x"),
        ),
        (
            "- {do: amend, body: c1, place: x}",
            Problem(Trouble.UNKNOWN_PLACE, 1, "c1", "x"),
        ),
        (
            "- {do: amend, body: c1, kind: null}",
            Problem(Trouble.MISSING, 1, "c1", "kind"),
        ),
        (
            "- {do: amend, body: ca, headcount: 9}",
            Problem(Trouble.ARMED_STRENGTH, 1, "ca"),
        ),
        (
            "- {do: amend, body: c1, kind: armed_forces, headcount: 9}",
            Problem(Trouble.ARMED_STRENGTH, 1, "c1"),
        ),
    ],
)
def test_what_cannot_be_is_a_problem_of_its_step(steps, expected):
    assert expected in problems(steps)


def test_all_problems_are_named_at_once():
    found = problems(
        "- {do: end, bodies: [x, khoi]}\n- {do: move, bodies: [y], below: z}"
    )

    assert [(p.trouble, p.body) for p in found] == [
        (Trouble.UNKNOWN, "x"),
        (Trouble.UNKNOWN, "y"),
        (Trouble.LEFT_BEHIND, "c1"),
        (Trouble.LEFT_BEHIND, "c2"),
    ]


@pytest.mark.parametrize(
    ("versions", "trouble"),
    [
        ([(START, False), (REFORM, True)], Trouble.ABSENT),
        ([(LATER, False)], Trouble.ABSENT),
        ([(START, False), (LATER, False)], Trouble.CHANGES_LATER),
        ([(START, False), (LATER, True)], Trouble.CHANGES_LATER),
        ([(REFORM, False)], Trouble.ENDS_AS_IT_BEGINS),
    ],
)
def test_a_body_ends_only_on_a_day_of_its_life_with_nothing_after(versions, trouble):
    found = problems("- {do: end, bodies: [bdv]}", versions={"bdv": versions})

    assert [p.trouble for p in found] == [trouble]


def test_a_body_with_a_later_move_cannot_end_before_it():
    rows = [Placement("bdv", LATER, "khoi")]

    assert [p.trouble for p in problems("- {do: end, bodies: [bdv]}", rows=rows)] == [
        Trouble.CHANGES_LATER
    ]


def test_who_comes_later_below_an_ended_body_would_be_left():
    rows = [Placement("c1", LATER, "bdv")]

    assert problems("- {do: end, bodies: [bdv]}", rows=rows) == [
        Problem(Trouble.LEFT_LATER, 0, "c1", "bdv", "party")
    ]


def test_what_dangled_before_is_not_held_against_the_plan():
    rows = [Placement("c1", LATER, "nowhere")]

    assert problems("- {do: end, bodies: [bdv]}", rows=rows) == []


def test_a_link_that_is_already_there_is_refused():
    found = problems(
        "- {do: extract, body: bdv, into: ca}", linked=frozenset({("bdv", "ca")})
    )

    assert found == [Problem(Trouble.LINKED, 1, "bdv", "ca")]
