"""The optimum, against every assignment tried and against another formulation."""

import pytest

from kheo.assignments.solver import (
    Commune,
    Problem,
    Rules,
    Unit,
    Weights,
    as_data,
    solve,
)
from tests.assignments.solver.make import assert_sound, make_problem, random_problem
from tests.assignments.solver.oracles import Plain, cheapest_of_all, holds_together


@pytest.mark.parametrize("block", range(10))
def test_small_instances_have_the_optimum_of_trying_everything(block):
    for seed in range(20 * block, 20 * block + 20):
        problem = random_problem(seed)

        best = cheapest_of_all(as_data(problem))
        answer = solve(problem, seconds=30)

        if best is None:
            assert answer.status == "infeasible", seed
        else:
            assert answer.status == "optimal", seed
            assert answer.cost == pytest.approx(best, abs=1e-8), seed
            assert answer.gap == 0
            assert_sound(problem, answer)


@pytest.mark.parametrize("seed", range(8))
def test_medium_instances_agree_with_a_plain_formulation(seed):
    problem = random_problem(1000 + seed, communes=5, units=11)

    cost, bound = Plain(as_data(problem)).solve()
    answer = solve(problem, seconds=30)

    if cost is None:
        assert answer.status == "infeasible"
    else:
        assert answer.cost == pytest.approx(cost, abs=1e-7)
        assert answer.bound <= cost + 1e-9
        assert bound <= answer.cost + 1e-9


def test_the_bound_is_below_every_cost_at_every_moment():
    problem = random_problem(81, communes=6, units=16, rich=False)
    cost, _ = Plain(as_data(problem)).solve(20)
    seen = []

    answer = solve(problem, work=40, report=lambda p: seen.append((p.cost, p.bound)))

    assert seen
    assert max(bound for _, bound in seen) <= min(answer.cost, cost) + 1e-9
    assert [c for c, _ in seen] == sorted((c for c, _ in seen), reverse=True)
    assert [b for _, b in seen] == sorted(b for _, b in seen)


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_the_same_work_gives_the_same_answer(seed):
    problem = random_problem(seed, communes=8, units=24, rich=False)

    first, second = (solve(problem, work=35) for _ in range(2))

    assert first.pairs == second.pairs
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_a_proven_optimum_does_not_depend_on_the_time_given():
    problem = random_problem(2, communes=4, units=9, rich=False)

    first, second = solve(problem, seconds=20), solve(problem, seconds=30)

    assert first.status == second.status == "optimal"
    assert first.pairs == second.pairs


def test_a_good_start_is_never_made_worse():
    problem = random_problem(12, communes=8, units=24, rich=False)
    good = solve(problem, work=400)

    warm = solve(problem, work=1, start=good.pairs)

    assert warm.cost <= good.cost + 1e-12
    assert warm.ignored_start == 0


def test_pairs_of_a_start_that_the_rules_forbid_are_left_out_and_counted():
    problem = make_problem(2, 2)
    barred = Unit("u1", "Đơn vị 1", headcount=10, forbidden=("c1",))
    problem = Problem(problem.communes, (barred, problem.units[1]))

    answer = solve(problem, work=5, start=[("u1", "c1"), ("u2", "c1")])

    assert answer.ignored_start == 1
    assert answer.pairs == (("u1", "c2"), ("u2", "c1"))


def test_hundreds_of_identical_units_do_not_stall_it():
    communes = tuple(Commune(f"c{n}", "", None, 21.0, 105.0, 1.0 + n) for n in range(5))
    units = tuple(
        Unit(f"u{n}", "", headcount=10, lat=21.0, lon=105.0) for n in range(150)
    )
    problem = Problem(communes, units)

    answer = solve(problem, seconds=30)

    # 1500 heads over weights 1 to 5 of 15: multiples of ten everywhere, a perfect fit.
    assert answer.status == "optimal"
    assert answer.cost == pytest.approx(0, abs=1e-12)


def test_identical_units_that_cannot_fit_exactly_are_proven_too():
    communes = tuple(Commune(f"c{n}", "", None, None, None, 1.0) for n in range(4))
    units = tuple(Unit(f"u{n}", "", headcount=9) for n in range(30))
    problem = Problem(communes, units)

    answer = solve(problem, seconds=30)

    # 67.5 heads each, nines only: two communes with 7 and two with 8 units.
    assert answer.status == "optimal"
    assert answer.cost == pytest.approx(4 * 4.5 / 270)


def test_several_communes_per_unit_are_distinct_and_share_its_heads():
    communes = tuple(Commune(f"c{n}", "", None, None, None, 1.0) for n in range(4))
    units = (
        Unit("u1", "", headcount=40, communes=4),
        Unit("u2", "", headcount=20, communes=2),
        Unit("u3", "", headcount=20, communes=2),
    )

    answer = solve(Problem(communes, units), seconds=20)

    assert answer.status == "optimal"
    assert answer.cost == pytest.approx(0, abs=1e-12)
    assert len(set(answer.pairs)) == 8


def test_last_year_is_kept_when_keeping_is_all_that_counts():
    problem = make_problem(3, 3, fit=0, far=0, keep=1)
    units = tuple(
        Unit(u.id, u.name, headcount=10, previous=(f"c{4 - n}",))
        for n, u in enumerate(problem.units, 1)
    )

    answer = solve(Problem(problem.communes, units, weights=problem.weights))

    assert dict(answer.pairs) == {"u1": "c3", "u2": "c2", "u3": "c1"}
    assert answer.cost == 0


def test_a_soft_cap_is_passed_at_its_price_and_reported():
    rules = Rules(
        cover_min=0,
        province_units_per_commune_max=0,
        soft=("province_units_per_commune_max",),
    )
    units = (Unit("u1", "", tier="province", headcount=1),)
    problem = Problem(make_problem(1).communes, units, rules, Weights(0, 0, 0, 0.25))

    answer = solve(problem, seconds=10)

    assert answer.status == "optimal"
    assert answer.cost == pytest.approx(0.25)
    assert [(b.rule, b.count, b.limit) for b in answer.excess] == [
        ("province_units_per_commune_max", 1, 0)
    ]


def test_all_units_exempt_is_infeasible_and_says_so():
    units = tuple(Unit(f"u{n}", "", headcount=5, exempt=True) for n in range(2))

    answer = solve(Problem(make_problem(2).communes, units), seconds=10)

    assert answer.status == "infeasible"
    assert {m.rule for m in answer.conflict.members} == {"cover_min", "exempt"}


def test_no_units_and_nothing_asked_costs_nothing():
    answer = solve(Problem(make_problem(2).communes, (), Rules(cover_min=0)))

    assert (answer.status, answer.cost, answer.pairs) == ("optimal", 0, ())


def test_one_unit_for_137_communes():
    communes = make_problem(137, 1).communes
    unit = Unit("u1", "", headcount=7, communes=137)

    answer = solve(Problem(communes, (unit,)), seconds=20)

    assert answer.status == "optimal"
    assert len(answer.pairs) == 137


def test_five_hundred_units_for_three_communes():
    problem = make_problem(3, 500)

    answer = solve(problem, work=60)

    assert answer.is_found
    assert_sound(problem, answer)
    assert answer.gap < 0.02


def test_a_unit_larger_than_all_need_together_is_placed():
    problem = make_problem(3, 5)
    giant = Unit("u0", "", headcount=10**6, lat=21.0, lon=105.0)
    problem = Problem(problem.communes, (giant, *problem.units))

    answer = solve(problem, seconds=20)

    assert answer.status == "optimal"
    assert_sound(problem, answer)


def test_a_group_without_units_of_its_own_is_served_by_those_without_a_group():
    communes = (Commune("c1", "", "a"), Commune("c2", "", "b"))
    units = (Unit("u1", "", headcount=3, group="a"), Unit("u2", "", headcount=3))

    answer = solve(Problem(communes, units), seconds=10)

    assert dict(answer.pairs) == {"u1": "c1", "u2": "c2"}


def test_no_headcount_and_no_distance_cost_nothing():
    communes = (Commune("c1", ""), Commune("c2", ""))
    units = (Unit("u1", "", headcount=0), Unit("u2", "", headcount=0))

    answer = solve(Problem(communes, units), seconds=10)

    assert (answer.status, answer.cost) == ("optimal", 0)


@pytest.mark.parametrize("block", range(5))
def test_a_conflict_is_irreducible(block):
    """Its members cannot hold together; without any one of them they can."""
    met = 0
    for seed in range(2000 + 20 * block, 2020 + 20 * block):
        problem = random_problem(seed)
        answer = solve(problem, work=1)
        if answer.status != "infeasible":
            continue
        met += 1
        data = as_data(problem)
        members = [
            {
                "rule": m.rule,
                "communes": m.communes,
                "units": m.units,
                "groups": m.groups,
            }
            for m in answer.conflict.members
        ]
        assert not holds_together(data, members), seed
        for member in members:
            rest = [each for each in members if each is not member]
            assert holds_together(data, rest), (seed, member["rule"])
    assert met
