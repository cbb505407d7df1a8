"""Measure the assignment solver beside the dense formulation, annealing and the hand method.

`python bench/solver.py small|before|since|country|infeasible [--seconds 60] [--dense 120]`
prints one JSON object. All methods run in this one process, one after the other. With
`--cpu` the seconds are the process's own: what it would do with a core to itself.
"""

import argparse
import dataclasses
import json
import math
import random
import resource
import time
from datetime import date

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from kheo.assignments.solver import Problem, as_data, check, solve
from kheo.assignments.solver.costing import Account
from kheo.assignments.solver.engine.instance import BARRED, NO_CAP, Instance
from kheo.assignments.solver.example import example

BEFORE, SINCE = date(2021, 9, 30), date(2025, 7, 1)


def instance(size: str, seed: int) -> Problem:
    """The instance of one line of the table in `solver.md`."""
    if size == "country":
        return example("all", units=8000, seed=seed)
    if size in ("before", "since"):
        return example(
            "08", units=600, seed=seed, on=BEFORE if size == "before" else SINCE
        )
    if size == "infeasible":
        return starved(example("08", units=600, seed=seed, on=BEFORE))
    return small(example("08", units=30, seed=seed, on=BEFORE))


def small(problem: Problem) -> Problem:
    """Ten communes of one district, and thirty units put into it."""
    group = problem.communes[0].group
    communes = tuple(c for c in problem.communes if c.group == group)[:10]
    units = tuple(
        dataclasses.replace(u, group=group, communes=1, exempt=False)
        for u in problem.units
    )
    rules = dataclasses.replace(problem.rules, province_share_per_group_max=None)
    return dataclasses.replace(problem, communes=communes, units=units, rules=rules)


def starved(problem: Problem) -> Problem:
    """All but five units kept out of one district."""
    groups = sorted({c.group for c in problem.communes})
    kept = 0
    units = []
    for unit in problem.units:
        moved = unit
        if unit.group in (None, groups[2]):
            kept += unit.group == groups[2]
            if unit.group is None or kept > 5:
                moved = dataclasses.replace(unit, group=groups[0])
        units.append(moved)
    rules = dataclasses.replace(
        problem.rules,
        province_share_per_group_max=None,
        province_units_per_commune_max=None,
    )
    return dataclasses.replace(problem, units=tuple(units), rules=rules)


def ours(problem: Problem, seconds: float, *, cpu: bool) -> dict:
    curve = []
    began, spent = time.perf_counter(), time.process_time()

    def told(progress):
        gap = 1 - progress.bound / progress.cost if progress.cost else 0.0
        curve.append((round(progress.seconds, 2), progress.cost, round(gap, 4)))

    clock = time.process_time if cpu else time.monotonic
    answer = solve(problem, seconds=seconds, report=told, clock=clock)
    passed = {
        "wall_seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - spent,
    }
    if answer.conflict is not None:
        members = [m.rule for m in answer.conflict.members]
        return {"status": answer.status, **passed, "conflict": members}
    pairs = [{"unit": u, "commune": c} for u, c in answer.pairs]
    assert check(as_data(problem), {"pairs": pairs, "cost": answer.cost}).sound
    marks = [1, 5, 10, 20, 30, 60, 120, 300, 600]
    return {
        "status": answer.status,
        "first_feasible": curve[0][0] if curve else None,
        "cost": answer.cost,
        "bound": answer.bound,
        "gap": answer.gap,
        **passed,
        "over_time": {
            mark: [p for p in curve if p[0] <= mark][-1][1:]
            for mark in marks
            if mark <= seconds and curve and curve[0][0] <= mark
        },
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def dense(problem: Problem, seconds: float) -> dict:
    """Every allowed pair a column, the misfit split in two: what HiGHS makes of it alone."""
    it = Instance(problem)
    units, places = np.arange(len(it.units)), np.arange(len(it.communes))
    costs = it.pair_costs(units, places)
    row, column = np.nonzero(costs < BARRED / 2)
    pairs, size = len(row), len(places)
    wide = pairs + 2 * size

    def rows(values, at, height):
        return sparse.csr_matrix((values, (at, np.arange(pairs))), (height, wide))

    provincial = it.is_provincial[row].astype(float)
    load = rows(it.heads[row], column, size).tolil()
    for commune in range(size):
        load[commune, pairs + commune] = -1
        load[commune, pairs + size + commune] = 1
    goal = it.target - it.load
    groups = it.no_group + 1
    limits = [
        LinearConstraint(rows(np.ones(pairs), row, len(units)), it.left, it.left),
        LinearConstraint(load.tocsr(), goal, goal),
        LinearConstraint(rows(np.ones(pairs), column, size), it.minimum, np.inf),
        LinearConstraint(rows(provincial, column, size), -np.inf, it.provincial_cap.room),
        LinearConstraint(
            rows(provincial, it.group_of[column], groups), -np.inf,
            np.where(it.share_cap.room < NO_CAP // 2, it.share_cap.room, np.inf),
        ),
    ]  # fmt: skip
    began = time.perf_counter()
    result = milp(
        np.concatenate([costs[row, column], np.full(2 * size, it.fit_price)]),
        constraints=limits,
        bounds=Bounds(0, np.concatenate([np.ones(pairs), np.full(2 * size, np.inf)])),
        integrality=np.concatenate([np.ones(pairs), np.zeros(2 * size)]),
        options={"time_limit": seconds},
    )
    cost = None if result.x is None else result.fun + it.fixed_cost
    return {
        "cost": cost,
        "bound": result.mip_dual_bound + it.fixed_cost,
        "gap": result.mip_gap if cost is not None else None,
        "seconds": time.perf_counter() - began,
    }


def by_hand(problem: Problem) -> tuple[list[tuple[str, str]], float]:
    """Largest unit first, each to the nearest commune with fewest units: what clerks do."""
    account = Account(problem, [])
    count = dict.fromkeys(account.communes, 0)
    pairs = []
    it = Instance(problem)
    costs = it.pair_costs(np.arange(len(it.units)), np.arange(len(it.communes)))
    room = dict.fromkeys(count, problem.rules.province_units_per_commune_max or 10**9)
    share = dict.fromkeys(
        {c.group for c in problem.communes}, problem.share_cap() or 10**9
    )
    for at in np.argsort(-it.heads, kind="stable"):
        unit = it.units[at]
        for _ in range(unit.communes):

            def rank(c, at=at, unit=unit):
                commune = it.communes[c]
                full = unit.is_provincial and (
                    room[commune.id] <= 0 or share[commune.group] <= 0
                )
                taken = (unit.id, commune.id) in pairs[-unit.communes :]
                return (costs[at, c] > BARRED / 2, taken, full, count[commune.id] > 0,
                        count[commune.id], costs[at, c])  # fmt: skip

            commune = it.communes[min(range(len(it.communes)), key=rank)]
            pairs.append((unit.id, commune.id))
            count[commune.id] += 1
            if unit.is_provincial:
                room[commune.id] -= 1
                share[commune.group] -= 1
    return pairs, sum(Account(problem, pairs).terms().values())


def annealed(problem: Problem, start: list[tuple[str, str]], seconds: float) -> dict:
    """Simulated annealing from the hand method: shifts and exchanges that break no rule."""
    chance = random.Random(problem.seed)
    account = Account(problem, start)
    cost = best = sum(account.terms().values())
    pairs, moves = list(start), 0
    began = time.perf_counter()
    hot = cost / len(pairs)
    while (passed := (time.perf_counter() - began) / seconds) < 1:
        moves += 1
        heat = hot * (1e-3**passed)
        at = chance.randrange(len(pairs))
        unit, home = pairs[at]
        if chance.random() < 0.5:
            target = chance.choice(problem.communes).id
            swap, removed, added = None, [(unit, home)], [(unit, target)]
        else:
            swap = chance.randrange(len(pairs))
            other, target = pairs[swap]
            removed = [(unit, home), (other, target)]
            added = [(unit, target), (other, home)]
        if target == home or len(set(removed)) != len(removed):
            continue
        change = account.change(removed, added)
        if change.breaks or change.cost > heat * -math.log(chance.random() + 1e-300):
            continue
        for pair, sign in [(p, -1) for p in removed] + [(p, 1) for p in added]:
            settle(account, pair, sign)
        pairs[at] = added[0]
        if swap is not None:
            pairs[swap] = added[1]
        cost += change.cost
        best = min(best, cost)
    return {"cost": best, "moves": moves, "seconds": seconds}


def settle(account: Account, pair: tuple[str, str], sign: int) -> None:
    """Carry one pair into the counts of an account, or out of them."""
    unit = account.units[pair[0]]
    account.load[pair[1]] += sign * unit.headcount / unit.communes
    account.count[pair[1]] += sign
    if unit.is_provincial:
        account.provincial[pair[1]] += sign
        account.grouped[account.communes[pair[1]].group] += sign
    places = account.places[unit.id]
    if sign > 0:
        places.append(pair[1])
    else:
        places.remove(pair[1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "size", choices=["small", "before", "since", "country", "infeasible"]
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--dense", type=float, default=0)
    parser.add_argument("--annealing", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--cpu", action="store_true", help="count the process's own time"
    )
    options = parser.parse_args()
    problem = instance(options.size, options.seed)
    found: dict = {
        "size": options.size,
        "ours": ours(problem, options.seconds, cpu=options.cpu),
    }
    if options.size not in ("infeasible", "country"):
        pairs, cost = by_hand(problem)
        found["by_hand"] = {"cost": cost}
        if options.annealing:
            found["annealing"] = annealed(problem, pairs, options.annealing)
    if options.dense and options.size != "infeasible":
        found["dense"] = dense(problem, options.dense)
    mine = found["ours"].get("cost")
    for name in ("by_hand", "annealing", "dense"):
        if mine and found.get(name, {}).get("cost"):
            found[name]["ratio_to_ours"] = round(found[name]["cost"] / mine, 4)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
