"""Which nodes have a word of their bodies: figure, zero or nil, heard in time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet

from kheo.core.periods import DAY, Interval
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings, Source
from kheo.ledger.models import Claim, ClaimKind, Law, Measure
from kheo.ledger.queries.answers import Kept, Scope
from kheo.organisations.models import Organisation

Said: TypeAlias = set[tuple[int, int | None]]
"""Measures and nodes."""


def said_at(
    measures: Sequence[Measure], nodes: Collection[int | None], scope: Scope, kept: Kept
) -> Said:
    """Give the measures and nodes of which something was said; places say nothing."""
    if kept.tree_id is None or not nodes:
        return set()
    told = live_claims(measures, scope)
    if not told.filter(window_from__lt=scope.interval.end).exists():
        return set()
    source = Source(kept.tree_id)
    found: Said = set()
    loners = _loners(source, scope)
    for measure in measures:
        spoken = _in_time(measure, scope)
        if not spoken.exists():
            continue
        found |= {
            (measure.pk, n)
            for n in _above(spoken, measure, nodes, source, scope, loners)
        }
    for measure, day, body, ground in _heard_loners(measures, loners, scope, kept):
        for piece in ground.on(body, day):
            found |= {(measure.pk, node) for node in piece.chain if node in nodes}
    return found


def children_said(
    measure: Measure, node: int | None, scope: Scope, kept: Kept
) -> set[int]:
    """Give the children of `node` of which something was said while they were its."""
    if kept.tree_id is None:
        return set()
    claims = list(_claims(measure, scope))
    ground = Bearings(kept.tree_id, {c.body for c in claims}, is_whole=len(claims) > 50)
    law = rules.Law(measure.law)
    found: set[int] = set()
    for claim in claims:
        day = rules.heard_on(law, claim, scope.interval, ground)
        if day is not None:
            borne = scope.structure if isinstance(scope.structure, date) else day
            found |= rules.children_in([ground.on(claim.body, borne)], node)
    return found


def claim_of(
    body: int, window_from: date, window_to: date, kind: str
) -> rules.Claim[int]:
    return rules.Claim(body, Interval(window_from, window_to), rules.ClaimKind(kind))


def live_claims(measures: Iterable[Measure], scope: Scope) -> QuerySet[Claim]:
    claims = Claim.objects.filter(measure__in=list(measures), closed_at=None)
    return (
        claims if scope.programme is None else claims.filter(programme=scope.programme)
    )


def _claims(measure: Measure, scope: Scope) -> Iterator[rules.Claim[int]]:
    """Read what might be heard; the rules decide what is."""
    claims = live_claims([measure], scope).exclude(kind=ClaimKind.NOT_APPLICABLE)
    if measure.law == Law.STOCK:
        claims = claims.filter(_holds(scope.interval.last))
    else:
        claims = claims.filter(
            window_from__lt=scope.interval.end, window_to__gt=scope.interval.start
        )
    columns = ("organisation_id", "window_from", "window_to", "kind")
    for row in claims.values_list(*columns).distinct():
        yield claim_of(*row)


def _in_time(measure: Measure, scope: Scope) -> QuerySet[Claim]:
    """Give the claims that speak in the interval, if their bodies lived all along."""
    claims = live_claims([measure], scope).exclude(kind=ClaimKind.NOT_APPLICABLE)
    if measure.law == Law.STOCK:
        return claims.filter(_holds(scope.interval.last))
    return claims.filter(
        window_to__gt=scope.interval.start, window_to__lte=scope.interval.end
    )


def _holds(observed: date) -> Q:
    return Q(window_to__lte=observed + DAY, holds_until__gt=observed)


def _loners(source: Source, scope: Scope) -> set[int]:
    """Give the bodies that may be absent on a day that matters; the rules look at them."""
    days = [Interval.of_days(scope.interval.start, scope.interval.end)]
    if isinstance(scope.structure, date):
        days.append(Interval.of_days(scope.structure, scope.structure))
    found: set[int] = set()
    for time in days:
        present = source.reach().filter(
            superior=OuterRef("pk"),
            inferior=OuterRef("pk"),
            valid_from__lte=time.start,
            valid_to__gte=time.end,
        )
        absent = Organisation.objects.filter(~Exists(present))
        found |= set(absent.values_list("pk", flat=True))
    return found


def _above(
    spoken: QuerySet[Claim],
    measure: Measure,
    nodes: Collection[int | None],
    source: Source,
    scope: Scope,
    loners: set[int],
) -> Iterator[int | None]:
    """Give those of `nodes` that have a body below them which speaks."""
    if None in nodes and spoken.exclude(organisation__in=loners).exists():
        yield None
    wanted = source.reach().filter(superior__in=[n for n in nodes if n is not None])
    by_body = spoken.filter(organisation=OuterRef("inferior"))
    if isinstance(scope.structure, date):
        day = scope.structure
    elif measure.law == Law.STOCK:
        day = scope.interval.last
    else:
        # The last day of a window lies in [from, to) of a row of the closure.
        by_body = by_body.filter(
            window_to__gt=OuterRef("valid_from"), window_to__lte=OuterRef("valid_to")
        )
        day = None
    if day is not None:
        wanted = wanted.filter(valid_from__lte=day, valid_to__gt=day)
    wanted = wanted.exclude(inferior__in=loners).filter(Exists(by_body))
    yield from wanted.values_list("superior_id", flat=True).distinct()


def _heard_loners(
    measures: Sequence[Measure], loners: set[int], scope: Scope, kept: Kept
) -> Iterator[tuple[Measure, date, int, Bearings]]:
    if not loners:
        return
    told = live_claims(measures, scope).filter(
        organisation__in=loners, window_from__lt=scope.interval.end
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
