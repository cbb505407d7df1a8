"""A descent ends: every move it makes gains more than the rounding of its own figures."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.assignments.solver import Commune, Problem, Rules, Unit, Weights
from kheo.assignments.solver.engine.instance import Instance
from kheo.assignments.solver.engine.local import State, arenas, least_gain, migrate
from kheo.assignments.solver.engine.repair import repaired
from tests.assignments.solver.make import random_problem

MOST = 20
"""Moves for every slot: far more than a descent needs, far fewer than a circle makes."""


def greedy(problem):
    instance = Instance(problem)
    state = State(instance)
    nothing = np.zeros(0, dtype=np.int64)
    state.settle(repaired(instance, state, nothing, nothing))
    return instance, state


def assert_ends(problem):
    """The first descent makes few moves, and none of them for the worse."""
    instance, state = greedy(problem)
    before, most = state.cost(), MOST * len(state.slots)

    for arena in arenas(instance):
        asked = itertools.count()
        moves = arena.descend(state, lambda asked=asked: next(asked) > most)
        assert moves <= most
    state.settle(state.place)

    assert state.cost() <= before + least_gain(instance, before)


def nobody_may_go_anywhere(weight):
    """The heads do not divide evenly over the communes either."""
    communes = tuple(
        Commune(f"c{n}", "", "a", 21.0 + n / 7, 105.0, 0.3 + n) for n in range(4)
    )
    everywhere = tuple(c.id for c in communes)
    units = tuple(
        Unit(f"u{n}", "", headcount=7 + n % 3, lat=21.1, lon=105.0,
             communes=3 if n % 2 else 1, forbidden=everywhere)
        for n in range(9)
    )  # fmt: skip
    weights = Weights(weight, weight, weight, weight)
    return Problem(communes, units, Rules(), weights)


@pytest.mark.parametrize(
    ("seed", "communes", "units"),
    [(438, 3, 11), (826, 3, 12), (350778, 3, 10), (847525, 3, 8), (366323, 5, 6)],
)
def test_it_ends_where_a_unit_must_stay_where_it_may_not(seed, communes, units):
    assert_ends(random_problem(seed, communes=communes, units=units))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 14))
def test_it_ends_from_any_greedy_start(seed, communes, units):
    assert_ends(random_problem(seed, communes=communes, units=units))


@pytest.mark.parametrize("weight", [1e-3, 1.0, 1e3])
def test_it_ends_whatever_the_weights(weight):
    assert_ends(nobody_may_go_anywhere(weight))


@pytest.mark.parametrize("weight", [1e-3, 1.0, 1e3])
def test_migration_ends_whatever_the_weights(weight):
    instance, state = greedy(nobody_may_go_anywhere(weight))

    rounds = (migrate(instance, state, lambda: False) for _ in range(MOST))

    assert 0 in rounds
