"""One small world kept in three books: the pure rules, the naive oracle, the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction

from kheo.core.lineage import DatedTree, Placement, Succession
from kheo.core.periods import Interval
from kheo.ledger import rules
from tests.ledger.oracle import Oracle
from tests.ledger.oracle import percent as naive_percent

START = date(2020, 1, 1)
NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
P = "p"


def day(text):
    return date.fromisoformat(text)


def days(first, last):
    return Interval.of_days(day(first), day(last))


def at(node, below=None, on="2020-01-01"):
    return Placement(node, day(on), below)


def gone(node, on):
    return Placement(node, day(on), is_end=True)


def became(old, new, on, share=None):
    return Succession(old, new, day(on), share and Fraction(share, 1_000_000))


@dataclass(frozen=True)
class World:
    """Who stands where, what is counted, and what was done and said."""

    placements: list = field(default_factory=list)
    successions: list = field(default_factory=list)
    facts: Mapping[str, list] = field(default_factory=dict)
    claims: Mapping[str, list] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)
    ratios: Mapping[str, tuple] = field(default_factory=dict)

    @property
    def tree(self):
        return DatedTree(self.placements, self.successions)

    def law(self, measure):
        return rules.Law(self.laws[measure])


def flow(on, amount, *bodies, **others):
    return rules.Fact(day(on), amount, bodies, **others)


def stock(on, until, amount, *bodies, **others):
    ends = day(until) if until else None
    return rules.Fact(day(on), amount, bodies, until=ends, **others)


def seen(on, subject, *bodies, **others):
    return rules.Fact(day(on), 1, bodies, subject=subject, **others)


def said(body, window, kind="figure"):
    return rules.Claim(body, window, rules.ClaimKind(kind))


def _fits(fact, dimensions):
    return all(fact.dimensions.get(name) == v for name, v in (dimensions or {}).items())


class RulesBook:
    """Asks the pure rules."""

    def __init__(self, world):
        self.world = world
        self.ground = rules.TreeGround(world.tree)

    def value(self, measure, node, interval, structure=None, dimensions=None):
        if measure in self.world.ratios:
            return self._ratio(measure, node, interval, structure)
        table = self._table(measure, node, interval, structure, dimensions)
        is_said = rules.is_said(
            self.world.law(measure),
            self.world.claims.get(measure, ()),
            node,
            interval,
            structure=structure or rules.RECORDED,
            ground=self.ground,
        )
        return rules.value_of(table.whole, is_said=is_said)

    def rows(self, measure, node, interval, structure=None):
        table = self._table(measure, node, interval, structure, None)
        rows = {child: c.amount for child, c in table.children.items()}
        return rows | {
            "=own": table.whole.own,
            "=shared": table.shared,
            "=unallocated": table.whole.unallocated,
        }

    def _table(self, measure, node, interval, structure, dimensions):
        facts = [f for f in self.world.facts.get(measure, ()) if _fits(f, dimensions)]
        return rules.tally(
            self.world.law(measure),
            facts,
            node,
            interval,
            structure=structure or rules.RECORDED,
            bear=self.ground.on,
        )

    def _ratio(self, measure, node, interval, structure):
        parts = self.world.ratios[measure]
        top, bottom = (self.value(p, node, interval, structure) for p in parts)
        return rules.percent(top, bottom, decimals=1)


class OracleBook:
    """Asks the naive oracle."""

    def __init__(self, world):
        self.world = world

    def _oracle(self, measure, dimensions=None):
        facts = [f for f in self.world.facts.get(measure, ()) if _fits(f, dimensions)]
        return Oracle(self.world.tree, facts, self.world.claims.get(measure, ()))

    def value(self, measure, node, interval, structure=None, dimensions=None):
        if measure in self.world.ratios:
            parts = self.world.ratios[measure]
            top, bottom = (self.value(p, node, interval, structure) for p in parts)
            return naive_percent(top, bottom, 1)
        oracle = self._oracle(measure, dimensions)
        return oracle.value(self.world.law(measure), node, interval, structure)

    def rows(self, measure, node, interval, structure=None):
        law = self.world.law(measure)
        rows = self._oracle(measure).rows(law, node, interval, structure)
        return {key: value for key, value in rows.items() if value is not None}
