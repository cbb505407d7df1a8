"""The live entries behind a total: which are of its time, and which are borne there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from kheo.core.periods import Interval
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings, Source
from kheo.ledger.models import Credit, Entry, EntryQuerySet, Law, Measure
from kheo.ledger.queries.answers import Kept, Scope, parts_of
from kheo.ledger.queries.presence import absent_through
from kheo.ledger.rules import RECORDED, Structure


def rows(
    measure: Measure,
    *,
    tree: str,
    node_id: int | None,
    interval: Interval,
    programme: str | None = None,
    dimensions: dict[str, str] | None = None,
    structure: Structure = RECORDED,
) -> QuerySet[Entry]:
    """Give the live entries that contribute to a total; of a ratio those of both parts.

    Unordered and unscoped: chain what the actor may see before showing it to anyone.
    """
    scope = Scope(tree, interval, programme, dimensions, structure)
    return rows_of([measure], node_id, scope)


def rows_of(
    measures: Iterable[Measure], node_id: int | None, scope: Scope
) -> QuerySet[Entry]:
    """Give the `rows` of several measures together, with one question for each law."""
    tree_id = Kept.of(scope).tree_id
    by_law: dict[str, list[Measure]] = defaultdict(list)
    for part in dict.fromkeys(p for measure in measures for p in parts_of(measure)):
        by_law[part.law].append(part)
    found = Entry.objects.none()
    for parts in by_law.values():
        in_time = entries_of(parts, scope)
        borne = borne_at(parts, in_time, tree_id, node_id, scope)
        declared = declared_of(parts, tree_id, node_id, scope)
        found |= Entry.objects.filter(Q(pk__in=borne.values("pk")) | declared)
    return found


def entries_of(measures: Sequence[Measure], scope: Scope) -> EntryQuerySet:
    """Give the live entries of the question's time and slice, wherever they are borne.

    The measures, here and below, are of one law.
    """
    law = measures[0].law
    entries: EntryQuerySet = Entry.objects.filter(measure__in=measures, closed_at=None)
    if scope.programme is not None:
        entries = entries.filter(programme=scope.programme)
    if scope.dimensions:
        wanted = scope.dimensions.items()
        texts = entries.values_list("dimensions", flat=True).distinct()
        fitting = [t for t in texts if wanted <= rules.dimensions_of(t).items()]
        entries = entries.filter(dimensions__in=fitting)
    if law == Law.STOCK:
        observed = scope.interval.last
        holds = Q(until=None) | Q(until__gt=observed)
        return entries.filter(holds, on__lte=observed)
    if law == Law.DISTINCT:
        entries = entries.exclude(subject="")
    return entries.filter(on__gte=scope.interval.start, on__lt=scope.interval.end)


def borne_at(
    measures: Sequence[Measure],
    entries: EntryQuerySet,
    tree_id: int | None,
    node_id: int | None,
    scope: Scope,
) -> EntryQuerySet:
    """Give those of the `entries_of` a question that count at its node."""
    return entries.filter(_is_borne(measures, entries, tree_id, node_id, scope))


def declared_of(
    measures: Sequence[Measure],
    tree_id: int | None,
    node_id: int | None,
    scope: Scope,
) -> Q:
    """Say which declared distinct counts answer: of just this body and this window."""
    nothing = Q(pk__in=[])
    if measures[0].law != Law.DISTINCT or tree_id is None or node_id is None:
        return nothing
    if scope.dimensions:
        return nothing
    declared = Q(
        measure__in=measures,
        closed_at=None,
        subject="",
        on=scope.interval.start,
        until=scope.interval.end,
        pk__in=Credit.objects.filter(organisation=node_id).values("entry"),
    )
    return (
        declared if scope.programme is None else declared & Q(programme=scope.programme)
    )


def _is_borne(
    measures: Sequence[Measure],
    entries: EntryQuerySet,
    tree_id: int | None,
    node_id: int | None,
    scope: Scope,
) -> Q:
    if node_id is None:
        return Q() if tree_id is not None else Q(place__isnull=False)
    fixed = _fixed_day(measures[0].law, scope)
    source = Source(tree_id)
    since = fixed or OuterRef("on" if tree_id is None else "entry__on")
    body = OuterRef("place" if tree_id is None else "organisation")
    inside = Exists(
        source.reach().filter(
            superior=node_id, inferior=body, valid_from__lte=since, valid_to__gt=since
        )
    )
    carried = Q(pk__in=_carried_to(node_id, entries, source, fixed, scope))
    if tree_id is None:
        return Q(inside) | carried
    taking_part = Credit.objects.filter(inside, entry=OuterRef("pk"))
    return Q(Exists(taking_part)) | carried


def _carried_to(
    node_id: int,
    entries: EntryQuerySet,
    source: Source,
    fixed: date | None,
    scope: Scope,
) -> list[int]:
    """Give the entries that the node bears for bodies which are not there themselves."""
    field = "place_id" if source.tree_id is None else "credits__organisation_id"
    days = Interval.of_days(fixed, fixed) if fixed else scope.interval
    if source.tree_id is not None and not absent_through(source.tree_id, days):
        return []
    since = fixed or OuterRef("on")
    # Its own superior at depth 0: so the index is sought by both.
    there = source.reach().filter(
        depth=0,
        superior=OuterRef(field),
        inferior=OuterRef(field),
        valid_from__lte=since,
        valid_to__gt=since,
    )
    # The absent ones are not named: SQLite would read all that they ever did.
    concerned = entries.filter(~Exists(there), **{f"{field}__isnull": False})
    rows = list(concerned.values_list("pk", field, "on"))
    bodies = {body for _, body, _ in rows}
    ground = Bearings(source.tree_id, bodies, is_whole=len(bodies) > 50)
    return [
        pk
        for pk, body, on in rows
        if any(node_id in piece.chain for piece in ground.on(body, fixed or on))
    ]


def _fixed_day(law: str, scope: Scope) -> date | None:
    """Give the one day on which all is borne, if the law or the structure fixes it."""
    if isinstance(scope.structure, date):
        return scope.structure
    return scope.interval.last if law == Law.STOCK else None
