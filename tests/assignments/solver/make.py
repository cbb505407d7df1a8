"""Small instances for the solver's tests: plain values, nothing random unless seeded."""

import random

from kheo.assignments.solver import (
    Answer,
    Commune,
    Problem,
    Rules,
    Unit,
    Weights,
    answer_data,
    as_data,
    check,
)


def make_problem(communes=3, units=3, rules=None, **weights) -> Problem:
    """Communes c1… on a line, units u1… beside them, ten heads each."""
    return Problem(
        tuple(
            Commune(f"c{n}", f"Xã {n}", None, 21.0 + n / 10, 105.0)
            for n in range(1, communes + 1)
        ),
        tuple(
            Unit(f"u{n}", f"Đơn vị {n}", headcount=10, lat=21.0 + n / 10, lon=105.0)
            for n in range(1, units + 1)
        ),
        rules or Rules(),
        Weights(**weights),
    )


def random_problem(seed: int, *, communes=3, units=4, rich=True) -> Problem:
    """A small instance that uses every field; often feasible, not always."""
    chance = random.Random(seed)
    groups = ["g1", "g2"] if rich and chance.random() < 0.6 else [None]
    places = tuple(
        Commune(
            f"c{n}",
            f"Xã {n}",
            groups[n % len(groups)],
            round(21 + chance.random(), 3) if chance.random() < 0.9 else None,
            105.0,
            round(chance.uniform(0.2, 3), 2),
            round(chance.random(), 2),
            difficult=chance.random() < 0.4,
        )
        for n in range(communes)
    )
    places = tuple(p if p.lat is not None else _unplaced(p) for p in places)
    made = tuple(_random_unit(chance, n, places, groups, rich) for n in range(units))
    rules = Rules(
        cover_min=chance.choice([0, 1, 1]),
        units_per_commune_max=chance.choice([None, None, 3]),
        province_units_per_commune_max=chance.choice([None, 1, 2]),
        province_share_per_group_max=chance.choice([None, 0.5, 0.7]),
        difficult_min=chance.choice([0, 1, 2]) if rich else 1,
        soft=tuple(
            cap
            for cap in (
                "units_per_commune_max",
                "province_units_per_commune_max",
                "province_share_per_group_max",
            )
            if chance.random() < 0.3
        ),
    )
    weights = Weights(
        chance.choice([0.0, 1.0, 1.0]),
        chance.choice([0.0, 0.3, 1.0]),
        chance.choice([0.0, 0.5]),
        chance.choice([0.1, 1.0]),
    )
    return Problem(places, made, rules, weights, seed)


def _unplaced(place: Commune) -> Commune:
    return Commune(
        place.id,
        place.name,
        place.group,
        None,
        None,
        place.size,
        place.need,
        place.difficult,
    )


def _random_unit(chance, number, places, groups, rich) -> Unit:
    ids = [place.id for place in places]
    group = chance.choice([*groups, None])
    inside = [p.id for p in places if group in (None, p.group)]
    exempt = rich and chance.random() < 0.05
    locked = (
        (chance.choice(inside),)
        if rich and not exempt and chance.random() < 0.1
        else ()
    )
    barred = chance.choice(ids)
    forbidden = (barred,) if chance.random() < 0.15 and barred not in locked else ()
    return Unit(
        f"u{number}",
        f"Đơn vị {number}",
        tier=chance.choice(["province", "district", "district"]),
        headcount=chance.choice([0, 3, 7, 10, 10, 25]),
        lat=round(21 + chance.random(), 3),
        lon=105.0,
        communes=2 if rich and chance.random() < 0.2 else 1,
        group=group,
        exempt=exempt,
        locked=locked,
        forbidden=forbidden,
        previous=(chance.choice([*ids, "gone"]),) if chance.random() < 0.5 else (),
    )


def assert_sound(problem: Problem, answer: Answer) -> None:
    """The answer file passes `check`, figures and all."""
    data = answer_data(problem, answer, "en")
    verdict = check(as_data(problem), data)
    assert verdict.sound, verdict.findings
    assert answer.bound is not None
    assert answer.cost is not None
    assert answer.bound <= answer.cost
