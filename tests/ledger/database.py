"""A small world put into the database, and asked through the public queries."""

from datetime import date

from kheo.core.lineage import DatedTree
from kheo.ledger import queries
from kheo.ledger.models import ClaimKind
from kheo.ledger.services import Posting, claim, define_measure, post
from kheo.organisations.models import Lineage, Organisation, Placement, Reach, Tree
from kheo.places.models import Place, PlaceLineage, PlaceReach, PlaceVersion
from tests.ledger.books import NOON, P

PARTY = "party"


def make_bodies(world):
    """Bodies in one tree; returns their ids by name."""
    Tree.objects.get_or_create(code=PARTY, defaults={"name": "Party"})
    for name in sorted(_names(world)):
        Organisation.objects.get_or_create(code=name.lower())
    names = sorted(_names(world))
    ids = {name: Organisation.objects.get(code=name.lower()).pk for name in names}
    fill_tree(world, ids)
    return ids


def fill_tree(world, ids):
    """Write placements, lineage and closure of a world whose bodies exist."""
    tree = Tree.objects.get(code=PARTY)
    Placement.objects.bulk_create(
        Placement(
            tree=tree,
            organisation_id=ids[p.node],
            valid_from=p.on,
            parent_id=ids.get(p.parent),
            is_end=p.is_end,
        )
        for p in world.placements
    )
    Lineage.objects.bulk_create(
        Lineage(
            kind="succeed",
            predecessor_id=ids[s.predecessor],
            successor_id=ids[s.successor],
            on=s.on,
            share_ppm=s.share and int(s.share * 1_000_000),
        )
        for s in world.successions
    )
    Reach.objects.filter(tree=tree).delete()
    Reach.objects.bulk_create(
        Reach(
            tree=tree,
            superior_id=ids[r.superior],
            inferior_id=ids[r.inferior],
            valid_from=r.start,
            valid_to=r.end,
            depth=r.depth,
        )
        for r in DatedTree(world.placements, world.successions).closure()
    )


def make_places(world):
    """The same world as places; returns their ids by name."""
    names = _names(world)
    ids = {n: Place.objects.get_or_create(code=n.lower())[0].pk for n in sorted(names)}
    PlaceVersion.objects.bulk_create(
        PlaceVersion(
            place_id=ids[p.node],
            valid_from=p.on,
            parent_id=ids.get(p.parent),
            is_end=p.is_end,
            name=p.node,
            kind="xa",
            folded=p.node.lower(),
            sort_name=p.node,
        )
        for p in world.placements
    )
    PlaceLineage.objects.bulk_create(
        PlaceLineage(
            kind="merge",
            predecessor_id=ids[s.predecessor],
            successor_id=ids[s.successor],
            on=s.on,
            share_ppm=s.share and int(s.share * 1_000_000),
        )
        for s in world.successions
    )
    PlaceReach.objects.bulk_create(
        PlaceReach(
            superior_id=ids[r.superior],
            inferior_id=ids[r.inferior],
            valid_from=r.start,
            valid_to=r.end,
            depth=r.depth,
        )
        for r in DatedTree(world.placements, world.successions).closure()
    )
    return ids


def make_measures(world):
    for code, law in world.laws.items():
        make_measure(code, law)
    for code, (numerator, denominator) in world.ratios.items():
        make_measure(
            code, "ratio", decimals=1, numerator=numerator, denominator=denominator
        )


def make_measure(code, law="flow", **others):
    return define_measure(
        code, law, name_vi=code, name_en=code, unit_vi="m", unit_en="m", **others
    )


def posting(line, measure, fact, ids, places=None):
    return Posting(
        line=line,
        measure=measure,
        on=fact.on,
        amount=fact.amount,
        credits=tuple(ids[body] for body in fact.credits),
        until=fact.until,
        dimensions=fact.dimensions,
        subject=fact.subject,
        place_id=places and places[fact.credits[0]],
    )


def _names(world):
    nodes = {p.node for p in world.placements} | {p.parent for p in world.placements}
    for event in world.successions:
        nodes |= {event.predecessor, event.successor}
    for facts in world.facts.values():
        nodes |= {body for fact in facts for body in fact.credits}
    for claims in world.claims.values():
        nodes |= {c.body for c in claims}
    return nodes - {None}


class DatabaseBook:
    """Asks the queries, of bodies or (`places=True`) of places."""

    def __init__(self, world, *, places=False):
        self.world = world
        self.tree = queries.PLACES if places else PARTY
        bodies = make_bodies(world)
        self.ids = make_places(world) if places else bodies
        make_measures(world)
        for measure, facts in world.facts.items():
            for number, fact in enumerate(facts):
                one = posting("a", measure, fact, bodies, self.ids if places else None)
                post(f"fact:{measure}:{number}", P, [one], at=NOON)
        for measure, claims in world.claims.items():
            for number, told in enumerate(claims):
                claim(
                    f"claim:{measure}:{number}",
                    P,
                    bodies[told.body],
                    told.window,
                    {measure: ClaimKind(told.kind)},
                    at=NOON,
                )
        self.names = {str(pk): name for name, pk in self.ids.items()}

    def frame(self, node, interval, structure):
        return {
            "tree": self.tree,
            "node_id": self.ids[node] if node else None,
            "interval": interval,
            "structure": structure if isinstance(structure, date) else queries.RECORDED,
        }

    def value(self, measure, node, interval, structure=None, dimensions=None):
        frame = self.frame(node, interval, structure)
        found = queries.measure_of(measure)
        return queries.total(found, dimensions=dimensions, **frame).value

    def rows(self, measure, node, interval, structure=None):
        found = self.all_rows(measure, "child", node, interval, structure)
        return {key: value for key, value in found.items() if value is not None}

    def all_rows(self, measure, by, node, interval, structure=None):
        frame = self.frame(node, interval, structure)
        rows = queries.breakdown(queries.measure_of(measure), by=by, **frame)
        return {self.names.get(row.key, row.key): row.value for row in rows}

    def sources(self, measure, node, interval, structure=None):
        frame = self.frame(node, interval, structure)
        found = queries.rows(queries.measure_of(measure), **frame)
        return set(found.values_list("source", flat=True))
