"""Random worlds: everything the queries answer is what the naive oracle answers.

Trees with moves, ends, splits with and without shares; joint entries, negative ones,
stocks, subjects, dimensions; lines replaced and withdrawn; claims; and, in between, the
whole tree exchanged for another, as no reorganisation would ever do it.
"""

import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kheo.core.lineage import DatedTree, Placement, Succession
from kheo.core.periods import Interval
from kheo.ledger import queries, rules
from kheo.ledger.models import ClaimKind
from kheo.ledger.services import claim, post, rebearing, rebuild, verify, withdraw
from kheo.organisations.models import Lineage
from kheo.organisations.models import Placement as BodyPlacement
from tests.ledger.books import NOON, World
from tests.ledger.database import (
    PARTY,
    fill_tree,
    make_bodies,
    make_measures,
    make_places,
    posting,
)
from tests.ledger.oracle import Oracle, percent

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("KHEO_TEST_EXAMPLES", "25"))
FIRST = date(2024, 2, 24)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
NODES = [f"N{n}" for n in range(6)]
LAWS = {"f": "flow", "g": "flow", "s": "stock", "d": "distinct"}
RATIOS = {"r": ("f", "g")}
COMBINATIONS = [{}, {"a": "x"}, {"a": "y"}, {"a": "x", "b": "z"}]
# An example costs a second: shrinking one would take minutes, and worlds are small.
RANDOM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
days_drawn = st.sampled_from(DAYS)
intervals = st.builds(
    lambda one, other: Interval.of_days(min(one, other), max(one, other)),
    days_drawn,
    days_drawn,
)
structures = st.one_of(st.none(), days_drawn, st.just(date(2030, 1, 1)))


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@st.composite
def trees(draw):
    placements, ends = [], []
    for index, node in enumerate(NODES):
        for day in sorted(draw(st.sets(days_drawn, max_size=3))):
            is_end = draw(st.integers(0, 2)) == 0
            parent = None if is_end else draw(st.sampled_from([None, *NODES[:index]]))
            placements.append(Placement(node, day, parent, is_end))
            if is_end:
                ends.append((node, day))
    successions = [s for end in ends for s in draw(heirs_of(*end))]
    DatedTree(placements, successions)
    return placements, successions


@st.composite
def heirs_of(draw, node, day):
    others = [other for other in NODES if other != node]
    heirs = draw(st.lists(st.sampled_from(others), unique=True, max_size=3))
    shares = st.sampled_from([None, Fraction(1, 4), Fraction(333_333, 1_000_000)])
    return [Succession(node, heir, day, draw(shares)) for heir in heirs]


@st.composite
def facts(draw):
    measure = draw(st.sampled_from(list(LAWS)))
    law = LAWS[measure]
    on = draw(days_drawn)
    until = None
    if law == "stock" and draw(st.booleans()):
        until = on + timedelta(days=draw(st.integers(1, 8)))
    bodies = draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=3, unique=True))
    return measure, rules.Fact(
        on=on,
        amount=1 if law == "distinct" else draw(st.integers(-9, 9)),
        credits=tuple(bodies),
        until=until,
        subject=draw(st.sampled_from(["s1", "s2", "s3"])) if law == "distinct" else "",
        dimensions=draw(st.sampled_from(COMBINATIONS)),
        programme=draw(st.sampled_from(["p", "q"])),
    )


sources = st.sampled_from(["one", "two", "three", "four", "five", "six"])
posts = st.tuples(sources, st.lists(facts(), max_size=3))
claims_drawn = st.tuples(
    st.sampled_from(["f", "s", "d"]),
    st.builds(
        rules.Claim,
        st.sampled_from(NODES),
        st.builds(
            lambda start, length: Interval(start, start + timedelta(days=length)),
            days_drawn,
            st.integers(1, 5),
        ),
        st.sampled_from(list(rules.ClaimKind)),
    ),
)


def write(source, lines, bodies, places):
    programme = lines[0][1].programme if lines else "p"
    wanted = [
        posting(str(n), measure, fact, bodies, places)
        for n, (measure, fact) in enumerate(lines)
    ]
    if wanted:
        post(source, programme, wanted, at=NOON)
    else:
        withdraw(source, at=NOON)
    return [(measure, replace(fact, programme=programme)) for measure, fact in lines]


def exchange(world, bodies):
    with rebearing():
        BodyPlacement.objects.all().delete()
        Lineage.objects.all().delete()
        fill_tree(world, bodies)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=trees(),
    second=trees(),
    before=st.lists(posts, max_size=6),
    after=st.lists(posts, max_size=4),
    told=st.lists(claims_drawn, max_size=4),
    data=st.data(),
)
def test_every_answer_is_the_oracles(first, second, before, after, told, data):
    with undone():
        world = World(*first, laws=LAWS, ratios=RATIOS)
        bodies = make_bodies(replace(world, facts=_names_only()))
        places = make_places(replace(world, facts=_names_only()))
        make_measures(world)
        live = {}
        for source, lines in before:
            live[source] = write(source, lines, bodies, places)
        exchange(World(*second), bodies)
        for source, lines in after:
            live[source] = write(source, lines, bodies, places)
        for number, (measure, one) in enumerate(told):
            said = {measure: ClaimKind(one.kind)}
            claim(f"c{number}", "p", bodies[one.body], one.window, said, at=NOON)
        assert verify() == []

        book = Book(live, told, bodies, DatedTree(*second), PARTY)
        book.compare(data)
        book = Book(live, [], places, DatedTree(*first), queries.PLACES)
        book.compare(data)

        rebuild()
        assert verify() == []


def _names_only():
    return {"f": [rules.Fact(FIRST, 0, tuple(NODES))]}


class Book:
    """One tree's answers beside the oracle's."""

    def __init__(self, live, told, ids, tree, code):
        self.ids, self.tree, self.code = ids, tree, code
        self.names = {str(pk): name for name, pk in ids.items()}
        self.facts = [pair for lines in live.values() for pair in lines]
        self.sources = [
            (source, *pair) for source, lines in live.items() for pair in lines
        ]
        self.told = told

    def credited(self, fact):
        """Places are credited with what was done there: by the first body named."""
        if self.code == queries.PLACES:
            return replace(fact, credits=fact.credits[:1])
        return fact

    def oracle(self, measure, programme=None, dimensions=None):
        wanted = (dimensions or {}).items()
        facts = [
            self.credited(fact)
            for code, fact in self.facts
            if code == measure
            and wanted <= fact.dimensions.items()
            and programme in {None, fact.programme}
        ]
        spoken = [c for code, c in self.told if code == measure and programme != "q"]
        return Oracle(self.tree, facts, spoken)

    def compare(self, data):
        node = data.draw(st.sampled_from([None, *NODES]), label="node")
        interval = data.draw(intervals, label="interval")
        structure = data.draw(structures, label="structure")
        frame = {
            "tree": self.code,
            "node_id": node and self.ids[node],
            "interval": interval,
            "structure": structure or queries.RECORDED,
        }
        programme = data.draw(st.sampled_from([None, "p", "q"]), label="programme")
        dimensions = data.draw(st.sampled_from(COMBINATIONS), label="dimensions")
        for measure, law in LAWS.items():
            found = queries.measure_of(measure)
            asked = (law, node, interval, structure)
            self.compare_totals(found, asked, frame, programme, dimensions)
            self.compare_rows(found, asked, frame)
            self.compare_sources(found, asked, frame)
        self.compare_ratio(node, interval, structure, frame)
        self.compare_table(interval, structure)

    def compare_totals(self, found, asked, frame, programme, dimensions):
        assert queries.total(found, **frame).value == self.oracle(found.code).value(
            *asked
        )
        narrow = queries.total(
            found, programme=programme, dimensions=dimensions, **frame
        )
        oracle = self.oracle(found.code, programme, dimensions)
        assert narrow.value == oracle.value(*asked)

    def compare_rows(self, found, asked, frame):
        oracle = self.oracle(found.code)
        assert self.rows(found, "child", frame) == oracle.rows(*asked)
        many = queries.children_of_many([found], **frame)[found.code]
        together = {self.names.get(row.key, row.key): row.value for row in many}
        assert together == oracle.rows(*asked)
        law, node, interval, structure = asked
        values = oracle.by_dimension(law, node, interval, "a", structure)
        assert self.rows(found, ("breakdown", "a"), frame) == values
        months = {}
        for first, last in (
            (date(2024, 2, 1), date(2024, 3, 1)),
            (date(2024, 3, 1), date(2024, 4, 1)),
        ):
            start, end = max(first, interval.start), min(last, interval.end)
            if start < end:
                value = oracle.value(law, node, Interval(start, end), structure)
                months[f"{first:%Y-%m}"] = value
        assert self.rows(found, "month", frame) == months

    def compare_sources(self, found, asked, frame):
        law, node, interval, structure = asked
        oracle = self.oracle(found.code)
        day_of = oracle.day_of(law, interval, structure)
        expected = [
            source
            for source, code, fact in self.sources
            if code == found.code
            and fact in Oracle(self.tree, [fact]).in_time(law, interval)
            and oracle.touches(self.credited(fact), node, day_of(fact))
        ]
        rows = queries.rows(found, **frame)
        assert sorted(rows.values_list("source", flat=True)) == sorted(expected)

    def compare_ratio(self, node, interval, structure, frame):
        parts = [
            self.oracle(p).value("flow", node, interval, structure) for p in ("f", "g")
        ]
        answer = queries.total(queries.measure_of("r"), **frame)
        assert answer.value == percent(*parts, 1)
        assert [answer.numerator, answer.denominator] == parts

    def compare_table(self, interval, structure):
        measures = queries.measures_of(LAWS)
        nodes = [None, *self.ids.values()]
        frame = {"tree": self.code, "structure": structure or queries.RECORDED}
        table = queries.totals(measures, nodes, interval, **frame)
        names = {pk: name for name, pk in self.ids.items()}
        for (code, pk), answer in table.items():
            asked = (LAWS[code], names.get(pk), interval, structure)
            assert answer.value == self.oracle(code).value(*asked)

    def rows(self, found, by, frame):
        rows = queries.breakdown(found, by=by, **frame)
        return {self.names.get(row.key, row.key): row.value for row in rows}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tree=trees(),
    told=st.lists(claims_drawn, max_size=8),
    owed=st.lists(st.tuples(st.sampled_from(NODES), days_drawn), max_size=4),
    interval=intervals,
    structure=structures,
    node=st.sampled_from([None, *NODES]),
)
def test_completeness_is_the_oracles(tree, told, owed, interval, structure, node):
    with undone():
        bodies = make_bodies(World(*tree, facts=_names_only()))
        make_measures(World(laws=LAWS))
        for number, (_, one) in enumerate(told):
            said = {"f": ClaimKind(one.kind)}
            claim(f"c{number}", "p", bodies[one.body], one.window, said, at=NOON)
        windows = [(body, Interval(on, on + timedelta(days=3))) for body, on in owed]

        counted = queries.completeness(
            queries.measure_of("f"),
            [(bodies[body], window) for body, window in windows],
            tree=PARTY,
            node_id=node and bodies[node],
            interval=interval,
            structure=structure or queries.RECORDED,
        )

        oracle = Oracle(DatedTree(*tree), [], [c for _, c in told])
        expected = oracle.completeness(node, interval, windows, structure)
        assert (counted.expected, counted.reported) == expected
