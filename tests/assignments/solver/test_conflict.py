"""Every rule alone can make an instance impossible; the answer says which, and what helps."""

from dataclasses import replace

import pytest

from kheo.assignments.solver import (
    Commune,
    Problem,
    Rules,
    Unit,
    as_data,
    check,
    conflict_data,
    solve,
)
from tests.assignments.solver.make import make_problem

TWO = (Commune("c1", "Một", "a"), Commune("c2", "Hai", "b"))


def provincial(number: int, **values) -> tuple[Unit, ...]:
    return tuple(
        Unit(f"u{n}", "", tier="province", headcount=1, **values) for n in range(number)
    )


ALONE = {
    "cover_min": Problem(TWO, (Unit("u1", "", headcount=1),)),
    "difficult_min": Problem(
        (Commune("c1", "", difficult=True),),
        (Unit("u1", "", headcount=1),),
        Rules(cover_min=0, difficult_min=2),
    ),
    "units_per_commune_max": Problem(
        TWO[:1],
        (Unit("u1", "", headcount=1), Unit("u2", "", headcount=1)),
        Rules(units_per_commune_max=1),
    ),
    "province_units_per_commune_max": Problem(
        TWO[:1], provincial(2), Rules(province_units_per_commune_max=1)
    ),
    "province_share_per_group_max": Problem(
        TWO, provincial(3), Rules(province_share_per_group_max=0.4)
    ),
    "communes": Problem(TWO, (Unit("u1", "", headcount=1, communes=3),)),
    "group": Problem(
        TWO,
        (
            Unit("u1", "", headcount=1, group="a"),
            Unit("u2", "", headcount=1, group="a"),
        ),
    ),
    "locked": Problem(
        TWO,
        (
            Unit("u1", "", headcount=1, locked=("c1",)),
            Unit("u2", "", headcount=1, locked=("c1",)),
        ),
    ),
    "forbidden": Problem(
        TWO[:1], (Unit("u1", "", headcount=1, forbidden=("c1",)),), Rules(cover_min=0)
    ),
    "exempt": Problem(TWO[:1], (Unit("u1", "", headcount=1, exempt=True),)),
}


def without(problem: Problem, rule: str) -> Problem:
    """The same instance with one rule gone."""
    gone = {"cover_min": 0, "difficult_min": 0}
    if hasattr(problem.rules, rule):
        rules = replace(problem.rules, **{rule: gone.get(rule)})
        return replace(problem, rules=rules)
    values = {
        "group": {"group": None},
        "locked": {"locked": ()},
        "forbidden": {"forbidden": ()},
        "exempt": {"exempt": False},
        "communes": {"communes": 2},
    }[rule]
    return replace(problem, units=tuple(replace(u, **values) for u in problem.units))


@pytest.mark.parametrize("rule", ALONE)
def test_every_rule_has_an_instance_that_only_it_makes_impossible(rule):
    answer = solve(ALONE[rule], seconds=10)

    assert answer.status == "infeasible"
    assert rule in {member.rule for member in answer.conflict.members}
    assert solve(without(ALONE[rule], rule), seconds=10).is_found


@pytest.mark.parametrize("rule", ALONE)
def test_the_relief_of_every_rule_is_one_that_helps(rule):
    reliefs = solve(ALONE[rule], seconds=10).conflict.reliefs

    found = {relief.rule: relief for relief in reliefs}
    assert found[rule].amount == 1
    assert found[rule].cost is not None


def test_a_shortage_is_said_as_a_clerk_would():
    communes = tuple(
        Commune(f"c{n}", f"Xã {n}", "d3" if n < 7 else "d1") for n in range(10)
    )
    units = tuple(
        Unit(f"u{n}", "", headcount=1, group="d3" if n < 5 else "d1") for n in range(12)
    )
    problem = Problem(communes, units)

    answer = solve(problem, seconds=20)
    data = conflict_data(problem, answer.conflict, "en")
    vietnamese = conflict_data(problem, answer.conflict, "vi")

    assert data["text"] == (
        "Group d3: 7 communes need a unit, only 5 units may go there."
    )
    assert vietnamese["text"] == (
        "Cụm d3: 7 xã cần đơn vị phụ trách, chỉ có 5 đơn vị được phép đến."
    )
    amounts = {each["rule"]: each["amount"] for each in data["relaxations"]}
    assert amounts == {"cover_min": 2, "group": 2, "communes": 2}


def test_a_lone_culprit_is_named_alone():
    problem = make_problem(6, 12)
    units = tuple(replace(unit, forbidden=("c4",)) for unit in problem.units)

    conflict = solve(Problem(problem.communes, units), seconds=20).conflict

    cover = next(m for m in conflict.members if m.rule == "cover_min")
    assert cover.communes == ("c4",)


def test_more_fixed_pairs_than_communes_of_a_unit_is_a_conflict():
    units = (Unit("u1", "", headcount=1, locked=("c1", "c2")),)

    conflict = solve(Problem(TWO, units, Rules(cover_min=0)), seconds=10).conflict

    assert {m.rule for m in conflict.members} == {"locked", "communes"}


def test_a_soft_cap_is_never_in_conflict():
    problem = ALONE["province_units_per_commune_max"]
    soft = replace(problem.rules, soft=("province_units_per_commune_max",))

    answer = solve(replace(problem, rules=soft), seconds=10)

    assert answer.status == "optimal"
    assert check(
        as_data(replace(problem, rules=soft)),
        {"pairs": [{"unit": u, "commune": c} for u, c in answer.pairs]},
    ).sound
