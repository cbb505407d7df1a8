"""Why a unit is where it is; what a move costs is what the two costs differ by."""

from dataclasses import replace
from datetime import date

import pytest

from kheo.assignments.solver import (
    Commune,
    Explainer,
    Problem,
    Rules,
    Unit,
    answer_data,
    as_data,
    check,
    explained_data,
    solve,
)
from kheo.assignments.solver.costing import Account
from kheo.assignments.solver.example import example
from tests.assignments.solver.make import make_problem, random_problem
from tests.assignments.solver.oracles import km

SINCE_AND_BEFORE = [date(2021, 9, 30), date(2025, 7, 1)]


def dealt(problem):
    """Any complete assignment that the units' own restrictions allow."""
    pairs = []
    for number, unit in enumerate(problem.active):
        inside = [c.id for c in problem.communes if unit.group in (None, c.group)]
        at = number % len(inside)
        pairs += [(unit.id, c) for c in (inside[at:] + inside)[: unit.communes]]
    return pairs


@pytest.mark.parametrize("seed", range(30))
def test_the_change_of_a_move_is_the_difference_of_the_costs(seed):
    problem = random_problem(seed, communes=5, units=8)
    pairs = dealt(problem)
    explainer = Explainer(problem, pairs)
    data = as_data(problem)
    before = check(data, {"pairs": [{"unit": u, "commune": c} for u, c in pairs]})

    for target in explainer.account.communes:
        for move in explainer.move(pairs[0][0], target):
            moved = [(u, c) for u, c in pairs if (u, c) != (pairs[0][0], move.source)]
            moved.append((pairs[0][0], target))
            after = check(
                data, {"pairs": [{"unit": u, "commune": c} for u, c in moved]}
            )
            for term, delta in move.change.terms.items():
                expected = after.terms[term] - before.terms[term]
                assert delta == pytest.approx(expected, abs=1e-9), term
            old = {(f.code, f.values.get("commune")) for f in before.findings}
            new = {(f.code, f.values.get("commune")) for f in after.findings}
            if new - old:
                assert move.change.breaks


@pytest.mark.parametrize("seed", range(10))
def test_no_single_move_improves_a_proven_optimum(seed):
    problem = random_problem(seed + 300, communes=4, units=7, rich=False)
    answer = solve(problem, seconds=20)
    if not answer.is_found:
        pytest.skip("infeasible by chance")
    explainer = Explainer(problem, list(answer.pairs))

    for unit, _ in answer.pairs:
        for place in explainer.unit(unit):
            assert all(option.cost >= -1e-8 for option in place.options)
            assert place.exchange is None or place.exchange.cost >= -1e-8


def reasons_of(problem, pairs, unit):
    explainer = Explainer(problem, pairs)
    return {reason.code for place in explainer.unit(unit) for reason in place.reasons}


def test_reasons_name_what_binds_the_unit():
    problem = make_problem(3, 4)
    first = replace(problem.units[0], locked=("c1",), previous=("c1",))
    only = replace(problem.units[1], forbidden=("c1", "c3"))
    problem = Problem(problem.communes, (first, only, *problem.units[2:]))
    pairs = [("u1", "c1"), ("u2", "c2"), ("u3", "c3"), ("u4", "c3")]

    assert {"locked", "kept", "needed", "closest"} <= reasons_of(problem, pairs, "u1")
    assert {"only", "needed"} <= reasons_of(problem, pairs, "u2")
    assert "next" in reasons_of(problem, pairs, "u4") | reasons_of(problem, pairs, "u3")


def test_a_unit_that_cannot_leave_is_said_to_be_needed():
    problem = make_problem(2, 2)
    pairs = [("u1", "c1"), ("u2", "c2")]

    assert {"needed", "no_move"} <= reasons_of(problem, pairs, "u1")


def test_a_move_names_every_rule_it_would_break():
    communes = (Commune("c1", "", "a"), Commune("c2", "", "b"))
    units = (
        Unit(
            "u1",
            "",
            tier="province",
            headcount=1,
            group="a",
            locked=("c1",),
            forbidden=("c2",),
        ),
        Unit("u2", "", tier="province", headcount=1),
    )
    rules = Rules(units_per_commune_max=1, province_units_per_commune_max=1,
                  province_share_per_group_max=0.5)  # fmt: skip
    explainer = Explainer(Problem(communes, units, rules), [("u1", "c1"), ("u2", "c2")])

    (move,) = explainer.move("u1", "c2")

    assert {breach.rule for breach in move.change.breaks} == {
        "locked", "forbidden", "group", "cover_min", "units_per_commune_max",
        "province_units_per_commune_max", "province_share_per_group_max",
    }  # fmt: skip


def test_moving_to_where_it_is_changes_nothing():
    explainer = Explainer(make_problem(2, 2), [("u1", "c1"), ("u2", "c2")])

    assert explainer.move("u1", "c1") == []
    with pytest.raises(KeyError):
        explainer.move("u1", "c9")


def test_every_pair_of_an_answer_has_its_reasons():
    problem = make_problem(4, 8)
    answer = solve(problem, work=20)

    data = answer_data(problem, answer, "vi")

    assert len(data["pairs"]) == 8
    assert all(pair["why"] for pair in data["pairs"])


@pytest.mark.parametrize("on", SINCE_AND_BEFORE)
def test_at_province_size_it_answers(on):
    problem = example("08", units=600, on=on)
    pairs = dealt(problem)
    unit = pairs[50][0]

    explainer = Explainer(problem, pairs)
    places = explainer.unit(unit)
    moves = explainer.move(unit, problem.communes[7].id)

    assert explained_data(explainer, places, moves, "vi")["places"]


def test_the_farthest_distance_is_found_without_trying_all():
    problem = example("08", units=60)
    account = Account(problem, [])
    data = as_data(problem)
    placed = [u for u in data["units"] if not u["exempt"]]
    farthest = max(km(u, c) for u in placed for c in data["communes"])

    assert account.span_km == pytest.approx(farthest, abs=1e-6)
