"""Prices and pattern tables, against every set of units tried one by one."""

import itertools

import numpy as np
import pytest

from kheo.assignments.solver import Problem, Rules, as_data, solve
from kheo.assignments.solver.engine import market
from kheo.assignments.solver.engine import pieces as pieces_module
from kheo.assignments.solver.engine.columns import Generation
from kheo.assignments.solver.engine.dive import Dive
from kheo.assignments.solver.engine.instance import Instance
from kheo.assignments.solver.engine.listing import Lister
from kheo.assignments.solver.engine.local import State
from kheo.assignments.solver.engine.pieces import apart, taken_out
from kheo.assignments.solver.engine.pricing import Ascent, Prices, evaluate
from kheo.assignments.solver.engine.repair import repaired
from tests.assignments.solver.make import assert_sound, random_problem
from tests.assignments.solver.oracles import Plain, cheapest_of_all


def prices_for(instance, seed, spread=0.3):
    """Any prices at all, those of caps and minima never below nothing."""
    chance = np.random.default_rng(seed)
    size = len(instance.communes)
    provincial = np.where(instance.provincial_cap.room < 10**8, 0.1, 0.0)
    return Prices(
        chance.normal(0, spread, len(instance.units)),
        np.where(instance.total_cap.room < 10**8, 0.05, 0.0),
        provincial,
        np.where(instance.share_cap.room < 10**8, 0.02, 0.0),
        np.where(instance.minimum >= 2, 0.03, np.zeros(size)),
    )


def alike(prices, instance):
    """The same price for units that nothing tells apart, as the pieces take them."""
    units = prices.units.copy()
    for kind in np.unique(instance.kinds):
        mine = instance.kinds == kind
        units[mine] = units[mine][0]
    return Prices(units, prices.total, prices.provincial, prices.share, prices.minimum)


def every_pattern(piece):
    """All sets of items that any commune could have, as rows of members."""
    numbers = [range(int(copies) + 1) for copies in piece.copies]
    return np.array(list(itertools.product(*numbers)), dtype=np.uint8)


def reduced_by_hand(piece, prices, column, patterns):
    """True costs less what the units are worth, plus tolls, for one commune."""
    commune = piece.communes[column]
    count = patterns.members.sum(axis=1, dtype=int)
    provincial = patterns.members[:, piece.provincial].sum(axis=1, dtype=int)
    toll = prices.share[piece.group[column]]
    if not piece.layers:
        toll = toll + prices.provincial[commune]
    found = patterns.cost - patterns.members @ prices.units[piece.units]
    found += count * (prices.total[commune] - prices.minimum[commune])
    return found + provincial * toll


def feasible_instances(number, **options):
    for seed in range(3000, 3000 + number):
        problem = random_problem(seed, **options)
        instance = Instance(problem)
        if (instance.left >= 0).all() and instance.left.sum():
            yield seed, instance


@pytest.mark.parametrize("soft", [False, True])
def test_no_set_of_units_is_cheaper_than_what_the_table_chooses(soft):
    """Of those that keep the caps in the table; tolls pay for the other caps."""
    met = 0
    for seed, instance in feasible_instances(40, communes=3, units=6):
        hard = instance.provincial_cap.price >= instance.hard
        if hard == soft or (instance.total_cap.room < 10**8).any():
            continue
        prices = alike(prices_for(instance, seed), instance)
        for piece in apart(instance):
            choice = evaluate(piece, prices)
            for column in range(len(piece.communes)):
                rows = every_pattern(piece)
                known = piece.priced(np.full(len(rows), column), rows)
                if not len(known.cost) or (piece.minimum[column] >= 2):
                    continue
                by_hand = reduced_by_hand(piece, prices, column, known).min()
                assert choice.value[column] <= by_hand + 1e-9, seed
                if not soft and piece.layers:
                    assert choice.value[column] == pytest.approx(by_hand), seed
                met += 1
    assert met > 20


def test_every_pattern_within_the_spread_is_listed_and_no_other():
    met = 0
    for seed, instance in feasible_instances(30, communes=3, units=6):
        if (instance.total_cap.room < 10**8).any() or (instance.minimum > 1).any():
            continue
        prices = alike(prices_for(instance, seed, 0.1), instance)
        for piece in apart(instance):
            lister = Lister(piece, prices)
            for column in range(len(piece.communes)):
                rows = every_pattern(piece)
                known = piece.priced(np.full(len(rows), column), rows)
                worth = reduced_by_hand(piece, prices, column, known)
                near = known.members[worth <= lister.best.value[column] + 0.05]
                found = lister.near(column, 0.05, 10_000)
                listed = {row.tobytes() for row in found.members}
                assert {row.tobytes() for row in near} <= listed, seed
                met += len(near)
    assert met > 50


def test_any_prices_prove_no_more_than_the_optimum():
    met = 0
    for seed, instance in feasible_instances(40):
        best = cheapest_of_all(as_data(instance.problem))
        if best is None:
            continue
        for spread in (0.0, 0.05, 0.3):
            prices = alike(prices_for(instance, seed, spread), instance)
            bound = sum(evaluate(piece, prices).bound for piece in apart(instance))
            assert bound + instance.fixed_cost <= best + 1e-9, seed
        met += 1
    assert met > 15


def settled(instance, prices):
    """What all pieces prove when their prices have settled."""
    state = State(instance)
    nothing = np.zeros(0, dtype=np.int64)
    state.settle(repaired(instance, state, nothing, nothing))
    found = instance.fixed_cost
    for piece in apart(instance):
        bargain = Generation(piece, prices, piece.current(state))
        for _ in range(500):
            if bargain.done:
                break
            before = bargain.value
            bargain.advance()
            assert bargain.value >= before
        found += bargain.value
    return found


def test_settled_prices_prove_more_than_the_first_and_less_than_the_optimum():
    gained = 0
    for seed in range(6):
        instance = Instance(random_problem(1000 + seed, communes=5, units=11))
        cost, _ = Plain(as_data(instance.problem)).solve()
        if cost is None or (instance.left < 0).any():
            continue
        prices = alike(prices_for(instance, seed, 0.0), instance)
        first = sum(evaluate(piece, prices).bound for piece in apart(instance))

        proven = settled(instance, prices)

        assert proven <= cost + 1e-9, seed
        gained += proven > first + instance.fixed_cost + 1e-6
    assert gained


def capped_problem():
    """More provincial units than the caps like, so that they bind."""
    problem = random_problem(17, communes=6, units=16, rich=False)
    rules = Rules(province_units_per_commune_max=2)
    units = tuple(
        unit.__class__(
            unit.id, unit.name, tier="province" if at % 2 else "district",
            headcount=5 + 3 * at, lat=unit.lat, lon=unit.lon,
        )
        for at, unit in enumerate(problem.units)
    )  # fmt: skip
    return Problem(problem.communes, units, rules, problem.weights, 1)


def test_caps_in_the_table_prove_at_least_what_tolls_prove(monkeypatch):
    instance = Instance(capped_problem())
    prices = alike(prices_for(instance, 1, 0.0), instance)

    exact = settled(instance, prices)
    monkeypatch.setattr(pieces_module, "MOST_LAYERS", 0)
    tolls = settled(instance, prices)

    cost, _ = Plain(as_data(instance.problem)).solve()
    assert tolls - 1e-6 <= exact <= cost + 1e-9


def test_a_dive_gives_no_unit_more_places_than_it_has():
    instance = Instance(capped_problem())
    state = State(instance)
    nothing = np.zeros(0, dtype=np.int64)
    state.settle(repaired(instance, state, nothing, nothing))
    (piece,) = apart(instance)
    bargain = Generation(piece, prices_for(instance, 1, 0.0), piece.current(state))
    while not bargain.done:
        bargain.advance()

    members, left = Dive(bargain, rest=2).run(lambda: False)

    assert (members.sum(axis=0, dtype=int) <= piece.supply).all()
    assert len(left) <= 2
    assert not members[left].any()
    mixture = bargain.master.solve()
    assert mixture is not None
    assert mixture.cost == pytest.approx(bargain.value, rel=1e-4)


def test_pieces_that_no_unit_connects_are_solved_apart():
    problem = random_problem(4, communes=6, units=14, rich=False)
    communes = tuple(
        c.__class__(c.id, c.name, f"g{at % 2}", c.lat, c.lon, c.size, c.need)
        for at, c in enumerate(problem.communes)
    )
    units = tuple(
        u.__class__(
            u.id,
            u.name,
            headcount=u.headcount,
            lat=u.lat,
            lon=u.lon,
            group=f"g{at % 2}",
        )
        for at, u in enumerate(problem.units)
    )
    problem = Problem(communes, units, Rules(), problem.weights, 1)

    answer = solve(problem, seconds=30)
    cost, _ = Plain(as_data(problem)).solve()

    assert len(apart(Instance(problem))) == 2
    assert answer.status == "optimal"
    assert answer.cost == pytest.approx(cost, abs=1e-7)
    assert_sound(problem, answer)


def test_a_piece_too_large_for_a_master_takes_subgradient_steps(monkeypatch):
    monkeypatch.setattr(market, "MOST_ROWS", 0)
    problem = random_problem(1001, communes=5, units=11)
    cost, _ = Plain(as_data(problem)).solve()

    answer = solve(problem, seconds=30)

    assert answer.cost == pytest.approx(cost, abs=1e-7)
    assert answer.bound <= cost + 1e-9


def test_subgradient_steps_never_lose_what_is_proven():
    instance = Instance(random_problem(81, communes=6, units=16, rich=False))
    (piece,) = apart(instance)
    ascent = Ascent(piece, prices_for(instance, 1, 0.0))
    proven = []

    for _ in range(30):
        ascent.advance(1.0)
        proven.append(ascent.value)

    assert proven == sorted(proven)
    assert proven[-1] > proven[0]


def test_a_placement_is_made_whole_within_the_caps_where_there_is_room():
    instance = Instance(capped_problem())
    state = State(instance)
    nothing = np.zeros(0, dtype=np.int64)

    state.settle(repaired(instance, state, nothing, nothing))

    assert (state.provincials <= 2).all()


def test_a_piece_taken_out_and_put_back_changes_nothing():
    instance = Instance(capped_problem())
    state = State(instance)
    nothing = np.zeros(0, dtype=np.int64)
    state.settle(repaired(instance, state, nothing, nothing))
    piece = taken_out(instance, state, np.array([1, 3, 4]))

    present = piece.current(state)
    before, cost = state.load.copy(), state.cost()
    state.settle(piece.placed(state, present.members))

    assert state.load == pytest.approx(before)
    assert state.cost() == pytest.approx(cost)
