"""`check` accepts what `solve` answers and nothing that breaks a rule or misstates a figure."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.assignments.solver import (
    Commune,
    Problem,
    Rules,
    Unit,
    answer_data,
    as_data,
    check,
    checking,
    solve,
)
from tests.assignments.solver.make import assert_sound, make_problem, random_problem
from tests.assignments.solver.oracles import km


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 14))
def test_every_answer_of_solve_is_accepted(seed, communes, units):
    problem = random_problem(seed, communes=communes, units=units)

    answer = solve(problem, work=15)

    if answer.is_found:
        assert_sound(problem, answer)
        assert sum(answer.terms.values()) == pytest.approx(answer.cost)


def test_it_imports_nothing_of_the_solver():
    tree = ast.parse(Path(checking.__file__).read_text(encoding="utf-8"))

    imported = {
        node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    } | {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}

    assert imported <= {
        "math",
        "collections",
        "collections.abc",
        "dataclasses",
        "typing",
    }


def test_the_cost_by_hand():
    """Two communes of weight 1 and 3, 40 heads: ten and thirty would fit."""
    communes = (
        Commune("c1", "", None, 21.0, 105.0, 1.0),
        Commune("c2", "", None, 22.0, 105.0, 3.0),
    )
    units = (
        Unit("u1", "", headcount=20, lat=21.0, lon=105.0, previous=("c2",)),
        Unit("u2", "", headcount=20, lat=21.0, lon=105.0, previous=("c2", "gone")),
    )
    data = as_data(Problem(communes, units))
    pairs = [{"unit": "u1", "commune": "c1"}, {"unit": "u2", "commune": "c2"}]

    verdict = check(data, {"pairs": pairs})

    assert verdict.sound
    assert verdict.terms["fit"] == pytest.approx((10 + 10) / 40)
    assert verdict.terms["far"] == pytest.approx(0.3 / 2)
    assert verdict.terms["keep"] == pytest.approx(0.5 / 2)
    assert verdict.cost == pytest.approx(0.9)
    assert km(data["units"][0], data["communes"][1]) == pytest.approx(111.195, abs=1e-3)


BASE = Problem(
    (
        Commune("c1", "", "a", difficult=True),
        Commune("c2", "", "a"),
        Commune("c3", "", "b"),
    ),
    (
        Unit("u1", "", tier="province", headcount=4, group="a", locked=("c1",)),
        Unit("u2", "", tier="province", headcount=4, forbidden=("c1",)),
        Unit("u3", "", headcount=4),
        Unit("u4", "", headcount=4, exempt=True),
        Unit("u5", "", headcount=4),
    ),
    Rules(
        units_per_commune_max=2,
        province_units_per_commune_max=1,
        province_share_per_group_max=0.5,
        difficult_min=2,
    ),
)
GOOD = [("u1", "c1"), ("u2", "c3"), ("u3", "c1"), ("u5", "c2")]


def judged(pairs, **stated):
    listed = [{"unit": u, "commune": c} for u, c in pairs]
    verdict = check(as_data(BASE), {"pairs": listed, **stated})
    return {finding.code for finding in verdict.findings}


def test_a_good_answer_has_no_findings():
    assert judged(GOOD) == set()


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        (GOOD[1:], "locked"),
        (GOOD[:-1], "count"),
        ([*GOOD, ("u4", "c2")], "exempt"),
        ([*GOOD, GOOD[0]], "repeated"),
        ([*GOOD, ("u9", "c1")], "unknown"),
        ([*GOOD, ("u1", "c9")], "unknown"),
        ([GOOD[0], ("u2", "c1"), *GOOD[2:]], "forbidden"),
        ([("u1", "c3"), *GOOD[1:]], "group"),
        ([*GOOD[:2], ("u3", "c2"), GOOD[3]], "difficult_min"),
        ([GOOD[0], ("u2", "c2"), *GOOD[2:]], "cover_min"),
        ([*GOOD[:3], ("u5", "c1")], "units_per_commune_max"),
        ([GOOD[0], ("u2", "c1"), *GOOD[2:]], "province_units_per_commune_max"),
        ([GOOD[0], ("u2", "c2"), *GOOD[2:]], "province_share_per_group_max"),
    ],
)
def test_every_broken_rule_is_found(pairs, code):
    assert code in judged(pairs)


def test_misstated_figures_are_found():
    assert judged(GOOD, cost=0.0) == {"stated"}
    assert judged(GOOD, terms={"fit": 9}) == {"stated"}
    assert judged(GOOD, bound=10.0) == {"bound"}
    assert judged(GOOD, cost="cheap") == {"stated"}
    assert judged(GOOD, cost=float("nan")) == {"stated"}


@pytest.mark.parametrize("answer", [None, [], {}, {"pairs": None}, {"pairs": "u1"}])
def test_what_is_no_answer_is_said_to_be_none(answer):
    assert [f.code for f in check(as_data(BASE), answer).findings] == ["shape"]


def test_a_passed_soft_cap_is_reported_not_refused():
    rules = Rules(units_per_commune_max=1, soft=("units_per_commune_max",))
    problem = make_problem(1, 3, rules)
    answer = solve(problem, seconds=5)

    verdict = check(as_data(problem), answer_data(problem, answer, "en"))

    assert verdict.sound
    assert [(f.code, f.values["count"]) for f in verdict.excess] == [
        ("units_per_commune_max", 3)
    ]
    assert verdict.terms["soft"] == pytest.approx(2 / 3)
