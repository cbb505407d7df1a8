"""Who stands where on a day, and who bears what when the tree has changed since."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kheo.core.lineage import (
    CircleError,
    Dangling,
    DatedTree,
    Part,
    Placement,
    Reach,
    Succession,
    apportion,
)
from kheo.core.periods import OPEN_END

START = date(2020, 1, 1)
REFORM = date(2025, 7, 1)
BEFORE, AFTER = date(2025, 6, 30), REFORM
DAYS = [START + timedelta(days=n) for n in range(8)]
NODES = list(range(7))
HALF = Fraction(1, 2)


def at(node, on=START, below=None):
    return Placement(node, on, below)


def gone(node, on=REFORM):
    return Placement(node, on, is_end=True)


def became(predecessor, successor, share=None, on=REFORM):
    return Succession(predecessor, successor, on, share)


@st.composite
def placements(draw, *, circles=False):
    rows = []
    for node in NODES:
        for day in draw(st.sets(st.sampled_from(DAYS), max_size=3)):
            anywhere = circles and draw(st.integers(0, 7)) == 0
            above = NODES if anywhere else NODES[:node]
            parent = draw(st.sampled_from([None, *above]))
            rows.append(Placement(node, day, parent, draw(st.integers(0, 3)) == 0))
    return rows


@st.composite
def successions(draw):
    rows = []
    for node in draw(st.lists(st.sampled_from(NODES), unique=True)):
        heirs = draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=3))
        shares = [draw(st.sampled_from([None, 1, 2, 5])) for _heir in heirs]
        whole = sum(s or 0 for s in shares) + draw(st.integers(0, 2))
        day = draw(st.sampled_from(DAYS))
        rows += [
            Succession(node, heir, day, Fraction(share, whole) if share else None)
            for heir, share in zip(heirs, shares, strict=True)
        ]
    return rows


def tree_or_reject(rows, events=()):
    try:
        return DatedTree(rows, events)
    except CircleError:
        assume(False)


trees = st.builds(tree_or_reject, placements(circles=True), successions())


# What the tree says of a day


def test_a_node_stands_where_its_last_placement_put_it():
    tree = DatedTree([at("p"), at("q"), at("c", below="p"), at("c", REFORM, "q")])

    assert tree.parent("c", BEFORE) == "p"
    assert tree.parent("c", AFTER) == "q"
    assert list(tree.superiors("c", BEFORE)) == ["c", "p"]
    assert tree.children("p", AFTER) == []
    assert tree.children("q", AFTER) == ["c"]
    assert tree.children(None, BEFORE) == ["p", "q"]
    assert tree.subtree("p", BEFORE) == {"p", "c"}
    assert tree.subtree(None, AFTER) == {"p", "q", "c"}


def test_an_absent_node_has_no_parent_no_superiors_and_no_subtree():
    tree = DatedTree([at("p"), gone("p")])

    assert not tree.exists("p", AFTER)
    assert list(tree.superiors("p", AFTER)) == []
    assert tree.subtree("p", AFTER) == set()
    with pytest.raises(KeyError):
        tree.parent("p", AFTER)


def test_an_end_is_the_end_of_a_stretch_not_of_each_placement():
    moved, reborn = date(2021, 1, 1), date(2026, 1, 1)
    rows = [at("p"), at("c", below="p"), at("c", moved), gone("c"), at("c", reborn)]
    tree = DatedTree(rows)

    assert tree.ends_on("c", date(2023, 1, 1)) is None
    assert tree.ends_on("c", reborn) == REFORM
    assert [(s.start, s.end) for s in tree.life("c")] == [
        (START, REFORM),
        (reborn, OPEN_END),
    ]


def test_a_node_that_only_ever_ends_is_not_in_the_tree():
    tree = DatedTree([gone("x")])

    assert "x" not in tree
    assert tree.nodes == []
    assert tree.carry("x", AFTER) == (Part(None, Fraction(1), is_open=True),)


def test_a_node_without_its_parent_stands_at_the_virtual_root_and_is_named():
    tree = DatedTree([at("p"), gone("p"), at("c", below="p")])

    assert tree.parent("c", BEFORE) == "p"
    assert tree.parent("c", AFTER) is None
    assert tree.subtree(None, AFTER) == {"c"}
    assert list(tree.dangling()) == [Dangling("c", "p", REFORM, OPEN_END)]


def test_a_gap_in_the_parent_cuts_the_childs_stay_in_three():
    gap, back = date(2021, 1, 1), date(2022, 1, 1)
    rows = [at("p"), gone("p", gap), at("p", back), at("c", below="p")]
    tree = DatedTree(rows)

    assert [r for r in tree.closure(["c"]) if r.superior == "p"] == [
        Reach("p", "c", START, gap, 1),
        Reach("p", "c", back, OPEN_END, 1),
    ]
    assert [r for r in tree.closure(["c"]) if r.superior == "c"] == [
        Reach("c", "c", START, OPEN_END, 0)
    ]


def test_a_circle_is_refused_and_says_which_day():
    rows = [at("a"), at("b", below="a"), at("a", REFORM, "b")]

    with pytest.raises(CircleError, match="stands below itself on 2025-07-01") as error:
        DatedTree(rows)
    assert error.value.day == REFORM
    assert error.value.node in {"a", "b"}


def test_two_may_change_places_over_time_without_a_circle():
    rows = [at("a"), at("b", below="a"), at("b", REFORM), at("a", REFORM, "b")]
    tree = DatedTree(rows)

    assert tree.parent("b", BEFORE) == "a"
    assert tree.parent("a", AFTER) == "b"


def test_a_node_below_itself_is_refused():
    with pytest.raises(CircleError):
        DatedTree([at("a", below="a")])


def test_two_placements_on_one_day_are_refused():
    with pytest.raises(ValueError, match="placed twice on 2020-01-01"):
        DatedTree([at("a"), at("a")])


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([Fraction(2, 3), Fraction(1, 2)], "more than the whole"),
        ([Fraction(0)], "a share of 0"),
        ([Fraction(-1, 2)], "a share of -1/2"),
    ],
)
def test_impossible_shares_are_refused(shares, says):
    events = [became("a", n, share) for n, share in enumerate(shares)]

    with pytest.raises(ValueError, match=says):
        DatedTree([at("a")], events)


# Who bears what


PROVINCE = [at("tinh")]


def test_what_exists_bears_itself():
    tree = DatedTree([*PROVINCE, at("a", below="tinh")], [became("a", "tinh")])

    assert tree.carry("a", AFTER) == (Part("a", Fraction(1)),)


def test_after_a_merger_the_successor_bears_both_whole():
    rows = [at("bdv"), at("btg"), gone("bdv"), gone("btg"), at("btgdv", REFORM)]
    tree = DatedTree(rows, [became("bdv", "btgdv"), became("btg", "btgdv")])

    assert tree.carry("bdv", AFTER) == (Part("btgdv", Fraction(1)),)
    assert tree.heirs("btg", AFTER) == {"btgdv"}
    assert tree.carried_to({"btgdv"}, AFTER) == {"bdv", "btg"}


def test_seen_from_before_a_merger_is_open_between_its_origins():
    rows = [
        *PROVINCE,
        *(at(n, below="tinh") for n in ("bdv", "btg")),
        gone("bdv"),
        gone("btg"),
        at("btgdv", REFORM, "tinh"),
    ]
    tree = DatedTree(rows, [became("bdv", "btgdv"), became("btg", "btgdv")])

    assert tree.carry("btgdv", BEFORE) == (Part("tinh", Fraction(1), is_open=True),)
    assert tree.heirs("btgdv", BEFORE) == frozenset()


SPLIT = [
    *PROVINCE,
    at("khoi", below="tinh"),
    gone("khoi"),
    at("dang", REFORM, "tinh"),
    at("ubnd", REFORM, "tinh"),
]


def test_a_split_without_shares_is_open_at_the_common_superior():
    tree = DatedTree(SPLIT, [became("khoi", "dang"), became("khoi", "ubnd")])

    assert tree.carry("khoi", AFTER) == (Part("tinh", Fraction(1), is_open=True),)
    assert tree.heirs("khoi", AFTER) == {"dang", "ubnd"}


def test_a_split_with_shares_is_borne_by_them():
    shares = [
        became("khoi", "dang", Fraction(3, 5)),
        became("khoi", "ubnd", Fraction(2, 5)),
    ]
    tree = DatedTree(SPLIT, shares)

    assert tree.carry("khoi", AFTER) == (
        Part("dang", Fraction(3, 5)),
        Part("ubnd", Fraction(2, 5)),
    )


def test_the_one_successor_without_a_share_takes_what_the_others_leave():
    tree = DatedTree(
        SPLIT, [became("khoi", "dang", Fraction(3, 5)), became("khoi", "ubnd")]
    )

    assert tree.carry("khoi", AFTER) == (
        Part("dang", Fraction(3, 5)),
        Part("ubnd", Fraction(2, 5)),
    )


def test_what_the_shares_leave_stays_open_at_the_last_superior():
    tree = DatedTree(SPLIT, [became("khoi", "dang", Fraction(3, 5))])

    assert tree.carry("khoi", AFTER) == (
        Part("dang", Fraction(3, 5)),
        Part("tinh", Fraction(2, 5), is_open=True),
    )


def test_a_split_whose_parts_merge_again_is_closed_again():
    later = date(2026, 3, 1)
    rows = [*SPLIT, gone("dang", later), gone("ubnd", later), at("new", later, "tinh")]
    events = [became("khoi", "dang"), became("khoi", "ubnd")]
    events += [became("dang", "new", on=later), became("ubnd", "new", on=later)]
    tree = DatedTree(rows, events)

    assert tree.carry("khoi", later) == (Part("new", Fraction(1)),)
    assert tree.carry("new", BEFORE) == (Part("khoi", Fraction(1)),)


def test_shares_multiply_along_the_lineage():
    later = date(2026, 3, 1)
    rows = [*SPLIT, gone("dang", later), at("x", later, "tinh"), at("y", later, "tinh")]
    events = [became("khoi", "dang", HALF), became("khoi", "ubnd", HALF)]
    events += [became("dang", n, HALF, on=later) for n in ("x", "y")]
    tree = DatedTree(rows, events)

    assert tree.carry("khoi", later) == (
        Part("x", Fraction(1, 4)),
        Part("y", Fraction(1, 4)),
        Part("ubnd", HALF),
    )


def test_ended_without_successor_its_last_superior_bears_it_open():
    rows = [*PROVINCE, at("huyen", below="tinh"), at("cell", below="huyen")]
    tree = DatedTree([*rows, gone("cell"), gone("huyen")])

    assert tree.carry("cell", AFTER) == (Part("tinh", Fraction(1), is_open=True),)
    assert tree.heirs("cell", AFTER) == frozenset()
    assert tree.carried_to({"tinh"}, AFTER) == {"huyen", "cell"}


def test_a_root_ended_without_successor_is_borne_by_the_virtual_root():
    tree = DatedTree([at("a"), gone("a")])

    assert tree.carry("a", AFTER) == (Part(None, Fraction(1), is_open=True),)
    assert tree.carried_to({"a"}, AFTER) == set()


def test_the_last_superior_counts_even_where_it_left_before():
    rows = [*PROVINCE, at("huyen", below="tinh"), gone("huyen")]
    rows += [at("cell", below="huyen"), gone("cell", date(2025, 9, 1))]
    tree = DatedTree(rows)

    assert tree.carry("cell", date(2026, 1, 1)) == (
        Part("tinh", Fraction(1), is_open=True),
    )


def test_a_new_body_without_origin_belonged_to_its_first_superior():
    tree = DatedTree([*PROVINCE, at("new", REFORM, "tinh")])

    assert tree.carry("new", BEFORE) == (Part("tinh", Fraction(1), is_open=True),)


def test_what_was_extracted_belonged_to_the_body_that_goes_on():
    rows = [*PROVINCE, at("so", below="tinh"), at("chi-cuc", REFORM, "tinh")]
    tree = DatedTree(rows, [became("so", "chi-cuc", Fraction(1, 4))])

    assert tree.carry("chi-cuc", BEFORE) == (Part("so", Fraction(1)),)
    assert tree.carry("so", AFTER) == (Part("so", Fraction(1)),)


def test_a_body_that_left_the_tree_before_it_was_merged_follows_the_merger():
    rows = [at("a"), gone("a", date(2025, 3, 1)), at("b")]
    tree = DatedTree(rows, [became("a", "b")])

    assert tree.carry("a", BEFORE) == (Part(None, Fraction(1), is_open=True),)
    assert tree.carry("a", AFTER) == (Part("b", Fraction(1)),)


def test_a_lineage_that_goes_in_a_circle_ends_at_the_virtual_root():
    rows = [at("a"), at("b"), gone("a"), gone("b")]
    tree = DatedTree(rows, [became("a", "b"), became("b", "a")])

    assert tree.carry("a", AFTER) == (Part(None, Fraction(1), is_open=True),)
    assert tree.heirs("a", AFTER) == frozenset()


def test_the_common_superior_of_nothing_and_of_two_roots_is_the_virtual_root():
    tree = DatedTree([at("a"), at("b")])

    assert tree.common_superior([], START) is None
    assert tree.common_superior(["a", "b"], START) is None


def test_successors_are_asked_by_the_exact_day():
    tree = DatedTree(SPLIT, [became("khoi", "dang")])

    assert [e.successor for e in tree.successors("khoi", REFORM)] == ["dang"]
    assert tree.successors("khoi", BEFORE) == []


# Laws that hold for every tree


@given(tree=trees, node=st.sampled_from(NODES), day=st.sampled_from(DAYS))
def test_shares_add_up_to_one_and_bearers_exist(tree, node, day):
    parts = tree.carry(node, day)

    assert sum(part.share for part in parts) == 1
    assert all(part.share > 0 for part in parts)
    assert all(p.bearer is None or tree.exists(p.bearer, day) for p in parts)
    assert len({(p.bearer, p.is_open) for p in parts}) == len(parts)


@given(tree=trees, day=st.sampled_from(DAYS))
def test_carrying_to_a_day_on_which_it_exists_changes_nothing(tree, day):
    for node in tree.subtree(None, day):
        assert tree.carry(node, day) == (Part(node, Fraction(1)),)
        assert tree.heirs(node, day) == {node}


@given(tree=trees, node=st.sampled_from(NODES), day=st.sampled_from(DAYS))
def test_the_closure_says_what_the_superiors_say_day_by_day(tree, node, day):
    rows = [r for r in tree.closure() if r.inferior == node and r.start <= day < r.end]

    by_depth = [r.superior for r in sorted(rows, key=lambda r: r.depth)]
    assert by_depth == list(tree.superiors(node, day))


@given(tree=trees)
def test_closure_rows_of_a_pair_never_overlap_and_never_touch(tree):
    stretches = defaultdict(list)
    for row in tree.closure():
        assert row.start < row.end
        stretches[row.superior, row.inferior, row.depth].append((row.start, row.end))

    for found in stretches.values():
        ordered = sorted(found)
        assert all(a[1] < b[0] for a, b in pairwise(ordered))


@given(tree=trees, changed=st.sets(st.sampled_from(NODES), max_size=2))
def test_the_closure_of_some_nodes_is_the_part_of_the_whole(tree, changed):
    below = tree.ever_below(changed)

    part = {r for r in tree.closure() if r.inferior in below}
    assert set(tree.closure(below)) == part


@given(tree=trees, node=st.sampled_from([None, *NODES]), day=st.sampled_from(DAYS))
def test_a_subtree_is_everything_whose_way_up_meets_the_node(tree, node, day):
    present = {n for n in tree.nodes if tree.exists(n, day)}

    below = {n for n in present if node is None or node in tree.superiors(n, day)}
    assert tree.subtree(node, day) == below
    direct = {n for n in present if tree.parent(n, day) == node}
    assert set(tree.children(node, day)) == direct


@given(tree=trees, day=st.sampled_from(DAYS), nodes=st.sets(st.sampled_from(NODES)))
def test_the_common_superior_is_the_lowest_of_all_shared(tree, day, nodes):
    present = [n for n in nodes if tree.exists(n, day)]
    common = tree.common_superior(present, day)

    shared = [n for n in tree.nodes if present and set(present) <= tree.subtree(n, day)]
    if common is None:
        assert not shared
    else:
        assert all(n in tree.superiors(common, day) for n in shared)


@given(rows=placements(circles=True))
def test_a_tree_is_refused_if_and_only_if_some_day_has_a_circle(rows):
    def circle_on(day):
        last = {}
        for row in sorted(rows, key=lambda r: r.on):
            if row.on <= day:
                last[row.node] = row
        parents = {n: r.parent for n, r in last.items() if not r.is_end}

        def comes_back(node):
            step, count = node, 0
            while step in parents and count <= len(NODES):
                step, count = parents[step], count + 1
            return count > len(NODES)

        return any(comes_back(node) for node in parents)

    expected = any(circle_on(day) for day in DAYS)
    try:
        DatedTree(rows)
    except CircleError:
        assert expected
    else:
        assert not expected


@given(
    rows=placements(),
    events=successions(),
    node=st.sampled_from(NODES),
    day=st.sampled_from(DAYS),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_matter_to_who_bears_what(
    rows, events, node, day, seed
):
    shuffled_rows, shuffled_events = list(rows), list(events)
    seed.shuffle(shuffled_rows)
    seed.shuffle(shuffled_events)

    parts = set(DatedTree(rows, events).carry(node, day))
    assert set(DatedTree(shuffled_rows, shuffled_events).carry(node, day)) == parts


@given(
    amount=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(1, 1000), min_size=1, max_size=9),
)
def test_apportioned_pieces_add_up_and_stay_within_one_of_the_exact_share(
    amount, weights
):
    parts = [Part(n, Fraction(w, sum(weights))) for n, w in enumerate(weights)]
    pieces = apportion(amount, parts)

    assert sum(pieces) == amount
    assert all(
        abs(piece - amount * part.share) < 1
        for piece, part in zip(pieces, parts, strict=True)
    )
    assert apportion(-amount, parts) == [-piece for piece in pieces]


def test_equal_remainders_go_to_the_earlier_part():
    parts = [Part(n, Fraction(1, 3)) for n in "abc"]

    assert apportion(100, parts) == [34, 33, 33]
    assert apportion(-101, parts) == [-34, -34, -33]


def test_shares_that_are_not_one_whole_cannot_be_apportioned():
    with pytest.raises(ValueError, match="do not add up to one"):
        apportion(10, [Part("a", HALF)])
    with pytest.raises(ValueError, match="do not add up to one"):
        apportion(0, [])


def test_what_follows_a_change_is_everything_ever_below():
    rows = [
        at("p"),
        at("q"),
        at("c", below="p"),
        at("c", REFORM, "q"),
        at("d", below="c"),
    ]
    tree = DatedTree(rows)

    assert tree.ever_below(["p", "unknown"]) == {"p", "c", "d"}
    assert tree.ever_below(["q"]) == {"q", "c", "d"}
    assert "c" in tree
    assert "unknown" not in tree


# Size: the whole country, before and since July 2025


def test_fourteen_thousand_nodes_close():
    districts = [at(("d", n), below=("p", n % 63)) for n in range(696)]
    communes = [at(("c", n), below=("d", n % 696)) for n in range(10_040)]
    rows = [at(("p", n)) for n in range(63)] + districts + communes
    rows += [gone(r.node) for r in districts + communes]
    rows += [at(("n", n), REFORM, ("p", n % 34)) for n in range(3_321)]
    events = [became(("c", n), ("n", n % 3_321)) for n in range(10_040)]

    tree = DatedTree(rows, events)
    count = sum(1 for _row in tree.closure())

    assert count == 63 + 696 * 2 + 10_040 * 3 + 3_321 * 2
    assert ("c", 3_321) in tree.carried_to({("n", 0)}, AFTER)
