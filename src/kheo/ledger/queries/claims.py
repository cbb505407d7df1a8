"""Which nodes have a word of their bodies: figure, zero or nil, heard in time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kheo.core.periods import DAY, Interval
from kheo.core.remembering import remembered
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings, Source
from kheo.ledger.models import Claim, ClaimKind, Law, Measure
from kheo.ledger.queries.answers import Kept, Scope
from kheo.ledger.queries.children import Child
from kheo.ledger.queries.presence import absent_through
from kheo.organisations.models import Lineage

FEW = 50
"""So few bodies are asked one by one."""

Said: TypeAlias = set[tuple[int, int | None]]
"""Measures and nodes."""


def said_at(
    measures: Sequence[Measure], nodes: Collection[int | None], scope: Scope, kept: Kept
) -> Said:
    """Give the measures and nodes of which something was said; places say nothing."""
    if kept.tree_id is None or not nodes or not measures:
        return set()
    loners = _loners(kept.tree_id, scope)
    if loners and None not in nodes:
        loners &= heard_from(nodes, kept.tree_id)
    found: Said = set()
    for is_stock in (False, True):
        some = [m for m in measures if (m.law == Law.STOCK) is is_stock]
        if None in nodes:
            heard = _speaking(some, scope, but=loners)
            found |= {(measure.pk, None) for measure in heard}
        found |= _above(some, nodes, kept.tree_id, scope, loners)
        for measure, day, body, ground in _heard_loners(some, loners, scope, kept):
            for piece in ground.on(body, day):
                found |= {(measure.pk, node) for node in piece.chain if node in nodes}
    return found


def said_of_children(
    measures: Sequence[Measure], children: Sequence[Child], scope: Scope, kept: Kept
) -> Said:
    """Give the measures and children of which something was said while they were ones."""
    by_days: dict[Interval, set[int | None]] = defaultdict(set)
    for child in children:
        by_days[child.days].add(child.node)
    found: Said = set()
    for days, nodes in by_days.items():
        found |= said_at(measures, nodes, scope.over(days), kept)
    return found


def claim_of(
    body: int, window_from: date, window_to: date, kind: str
) -> rules.Claim[int]:
    return rules.Claim(body, _window(window_from, window_to), rules.ClaimKind(kind))


@lru_cache(maxsize=1000)
def _window(start: date, end: date) -> Interval:
    """The same few windows come back with thousands of claims."""
    return Interval(start, end)


def live_claims(measures: Iterable[Measure], scope: Scope) -> QuerySet[Claim]:
    claims = Claim.objects.filter(measure__in=list(measures), closed_at=None)
    return (
        claims if scope.programme is None else claims.filter(programme=scope.programme)
    )


def _speaking(
    measures: Sequence[Measure], scope: Scope, *, but: Collection[int] = ()
) -> list[Measure]:
    """Give the measures, of one kind of law, of which any body speaks in the interval."""
    if not measures:
        return []
    told = Claim.objects.filter(measure=OuterRef("pk"), closed_at=None)
    told = told.exclude(kind=ClaimKind.NOT_APPLICABLE).exclude(organisation__in=but)
    if scope.programme is not None:
        told = told.filter(programme=scope.programme)
    if measures[0].law == Law.STOCK:
        told = told.filter(_holds(scope.interval.last))
    else:
        told = told.filter(
            window_to__gt=scope.interval.start, window_to__lte=scope.interval.end
        )
    asked = Measure.objects.filter(Exists(told), pk__in=[m.pk for m in measures])
    heard = set(asked.values_list("pk", flat=True))
    return [measure for measure in measures if measure.pk in heard]


def _holds(observed: date) -> Q:
    return Q(window_to__lte=observed + DAY, holds_until__gt=observed)


def heard_from(nodes: Collection[int | None], tree_id: int) -> frozenset[int]:
    """Give the bodies whose word may ever be heard at one of the nodes.

    They stood below it at some time, or are bound by succession to such a body, however
    far: `carry` follows successors, predecessors and last superiors, nothing else.
    """
    return _heard_from(frozenset(node for node in nodes if node is not None), tree_id)


@remembered
def _heard_from(nodes: frozenset[int], tree_id: int) -> frozenset[int]:
    ties = _ties()
    found: set[int] = set()
    waiting = set(nodes)
    while waiting:
        found |= waiting
        below = Source(tree_id).reach().filter(superior__in=waiting, depth__gt=0)
        near = set(below.values_list("inferior_id", flat=True))
        near |= {other for body in waiting for other in ties.get(body, ())}
        waiting = near - found
    return frozenset(found)


@remembered
def _ties() -> dict[int, set[int]]:
    """Each body with those it came from and those it became."""
    ties: dict[int, set[int]] = defaultdict(set)
    for before, after in Lineage.objects.values_list("predecessor", "successor"):
        ties[before].add(after)
        ties[after].add(before)
    return dict(ties)


def _loners(tree_id: int, scope: Scope) -> frozenset[int]:
    """Give the bodies that may be absent on a day that matters; the rules look at them."""
    found = absent_through(
        tree_id, Interval.of_days(scope.interval.start, scope.interval.end)
    )
    if isinstance(scope.structure, date):
        found |= absent_through(
            tree_id, Interval.of_days(scope.structure, scope.structure)
        )
    return found


def _above(
    measures: Sequence[Measure],
    nodes: Collection[int | None],
    tree_id: int,
    scope: Scope,
    loners: Collection[int],
) -> Said:
    """Give the measures, of one kind of law, and nodes below which a body speaks.

    One question for all; of each pair the database stops at the first body found.
    """
    bodies = [node for node in nodes if node is not None]
    if not measures or not bodies:
        return set()
    last, start, end = scope.interval.last, scope.interval.start, scope.interval.end
    if measures[0].law == Law.STOCK:
        heard, times = "c.window_to <= %s AND c.holds_until > %s", [end, last]
        here = "NOT c.window_to > %s AND c.holds_until > %s"
        day = last
    else:
        heard, times = "c.window_to <= %s AND c.window_to > %s", [end, start]
        here = "NOT c.window_to > %s AND NOT c.window_to <= %s"
        day = None
    if isinstance(scope.structure, date):
        day = scope.structure
    # The last day of a window lies in [from, to) of a row of the closure.
    stood, days = "NOT c.window_to <= r.valid_from AND NOT c.window_to > r.valid_to", []
    if day is not None:
        stood, days = "r.valid_from <= %s AND r.valid_to > %s", [day, day]
    spoken = "c.measure_id = m.id AND c.closed_at IS NULL AND c.kind <> %s"
    told: list[Any] = [ClaimKind.NOT_APPLICABLE.value]
    if scope.programme is not None:
        spoken, told = f"{spoken} AND c.programme = %s", [*told, scope.programme]
    told += times
    # Of what nobody speaks, the first EXISTS knows without asking each body. In the
    # second, CROSS JOIN and NOT keep SQLite from reading a year of everybody's claims
    # by day, where those of the few bodies below will do.
    # Everything put into the text is one of these words; values go beside it.
    statement = f"""
        SELECT m.id, o.id FROM ledger_measure m CROSS JOIN organisations_organisation o
        WHERE m.id IN ({_marks(measures)}) AND o.id IN ({_marks(bodies)}) AND EXISTS (
            SELECT 1 FROM ledger_claim c WHERE {spoken} AND {heard}
        ) AND EXISTS (
            SELECT 1 FROM organisations_reach r CROSS JOIN ledger_claim c
            WHERE r.tree_id = %s AND r.superior_id = o.id
            AND c.organisation_id = r.inferior_id AND {spoken} AND {here} AND {stood}
            AND r.inferior_id NOT IN ({_marks(loners)})
        )
    """  # noqa: S608
    values: list[Any] = [
        *(measure.pk for measure in measures),
        *bodies,
        *(*told, tree_id, *told),
        *(*days, *(loners or [0])),
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return set(cursor.fetchall())


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * (len(values) or 1))


def _heard_loners(
    measures: Sequence[Measure], loners: frozenset[int], scope: Scope, kept: Kept
) -> Iterator[tuple[Measure, date, int, Bearings]]:
    """What these bodies said of the measures, which are of one kind of law."""
    if not loners or not measures:
        return
    is_stock = measures[0].law == Law.STOCK
    near = Q(window_from__lt=scope.interval.end)
    if len(loners) <= FEW:  # said so, SQLite goes by these bodies, not by the days
        near &= ~Q(window_to__lte=scope.interval.start)
    else:
        near &= Q(window_to__gt=scope.interval.start)
    told = live_claims(measures, scope).filter(
        _holds(scope.interval.last) if is_stock else near, organisation__in=loners
    )
    told = told.exclude(kind=ClaimKind.NOT_APPLICABLE)
    columns = ("measure_id", "organisation_id", "window_from", "window_to", "kind")
    claims: dict[int, list[rules.Claim[int]]] = defaultdict(list)
    for measure_id, *row in told.values_list(*columns).distinct():
        claims[measure_id].append(claim_of(*row))
    bodies = {claim.body for some in claims.values() for claim in some}
    ground = Bearings(kept.tree_id, bodies, is_whole=len(bodies) > 50)
    for measure in measures:
        for claim in claims[measure.pk]:
            law = rules.Law(measure.law)
            heard = rules.heard_on(law, claim, scope.interval, ground)
            if heard is not None:
                fixed = scope.structure
                day = fixed if isinstance(fixed, date) else heard
                yield measure, day, claim.body, ground
