"""The tables from which anyone recomputes every total, as plain rows of text.

`docs/reference/export.md` tells the columns. Rows come in one stream and in one order;
intervals are half-open, an empty end is open.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise
from typing import TypeAlias

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from kheo.core.access import Actor
from kheo.core.periods import OPEN_END
from kheo.insight.queries.scope import (
    bodies_readable,
    claims_visible_to,
    entries_visible_to,
)
from kheo.ledger.models import Credit, Measure
from kheo.organisations.models import (
    Lineage,
    Organisation,
    OrganisationVersion,
    Placement,
)
from kheo.places.models import PlaceLineage, PlaceVersion

CHUNK = 5000
MILLION = 1_000_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Row: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """One table: its columns, its rows as an actor may see them, how many at most."""

    columns: Row
    rows: Callable[[Actor], Iterator[Row]]
    size: Callable[[Actor], int]


def _day(day: date | None) -> str:
    return "" if day is None or day == OPEN_END else day.isoformat()


def _text(words: str) -> str:
    """Free text, safe where a table program would take it for a formula."""
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words


def _share(ppm: int | None) -> str:
    """A share as a decimal fraction; empty where nobody knows it."""
    return "" if ppm is None else f"{ppm // MILLION}.{ppm % MILLION:06d}"


def _by_bytes(name: str) -> F | Collate:
    """A column to sort by so that every database gives the same order."""
    return Collate(name, "C") if connection.vendor == "postgresql" else F(name)


# Facts, credits, claims, measures


def _facts(actor: Actor) -> Iterator[Row]:
    entries = entries_visible_to(actor).order_by("on", "key")
    columns = (
        *("key", "programme", "measure__code", "on", "until", "amount"),
        *("dimensions", "place__code", "subject", "standing", "source"),
    )
    for row in entries.values_list(*columns).iterator(chunk_size=CHUNK):
        key, programme, measure, on, until, amount, dimensions, *rest = row
        place, subject, standing, source = rest
        yield (
            *(key, programme, measure, _day(on), _day(until), str(amount)),
            *(_text(dimensions), place or "", _text(subject), standing, _text(source)),
        )


def _credits(actor: Actor) -> Iterator[Row]:
    """Partners too: who may see joint work may see with whom it was done."""
    rows = Credit.objects.filter(entry__closed_at=None)
    if not actor.is_system:
        rows = rows.filter(entry__in=entries_visible_to(actor))
    body = _by_bytes("organisation__code")
    ordered = rows.order_by("entry__on", "entry__key", body)
    columns = ("entry__key", "organisation__code")
    yield from ordered.values_list(*columns).iterator(chunk_size=CHUNK)


def _claims(actor: Actor) -> Iterator[Row]:
    """Each thing said once, whichever report said it."""
    columns = ("organisation__code", "measure__code")
    days = ("window_from", "window_to", "kind")
    ordered = claims_visible_to(actor).order_by(*map(_by_bytes, columns), *days)
    before = None
    for row in ordered.values_list(*columns, *days).iterator(chunk_size=CHUNK):
        body, measure, start, end, kind = row
        if row != before:
            yield body, measure, _day(start), _day(end), kind
        before = row


def _measures(actor: Actor) -> Iterator[Row]:
    del actor  # what may be counted is no secret
    rows = Measure.objects.select_related("numerator", "denominator")
    for measure in rows.order_by(_by_bytes("code")):
        parts = (measure.numerator, measure.denominator)
        yield (
            *(measure.code, measure.law, _text(measure.unit_vi)),
            *(str(measure.decimals), *(part.code if part else "" for part in parts)),
        )


# Bodies, places, lineage

Names: TypeAlias = list[tuple[date, str, str]]


def _bodies(actor: Actor) -> Iterator[Row]:
    """One line for each stretch in which name, kind and superior stay the same.

    A body that stands in no tree is listed without one.
    """
    seen = bodies_readable(actor)
    codes = dict(Organisation.objects.values_list("pk", "code"))
    versions = OrganisationVersion.objects.filter(is_end=False).order_by("valid_from")
    names: dict[int, Names] = defaultdict(list)
    for body, since, name, kind in versions.values_list(
        "organisation_id", "valid_from", "name", "kind"
    ):
        names[body].append((since, name, kind))
    placed: dict[tuple[str, int], list[tuple[date, int | None, bool]]]
    placed = defaultdict(list)
    rows = Placement.objects.order_by("valid_from")
    for tree, body, since, parent, is_end in rows.values_list(
        "tree__code", "organisation_id", "valid_from", "parent_id", "is_end"
    ):
        placed[tree, body].append((since, parent, is_end))
    inside = {body for _, body in placed}
    homeless = {("", body): _whole_life(body) for body in codes.keys() - inside}
    every = chain(homeless.items(), placed.items())
    for (tree, body), spans in sorted(every, key=lambda e: (e[0][0], codes[e[0][1]])):
        if seen is not None and body not in seen:
            continue
        for start, end, superior in _stretches(spans, names[body]):
            shown = superior is not None and (seen is None or superior in seen)
            above = codes[superior] if shown and superior is not None else ""
            name, kind = _named(names[body], start)
            span = (_day(start), _day(end))
            yield tree, codes[body], _text(name), kind, above, *span


def _whole_life(body: int) -> list[tuple[date, int | None, bool]]:
    rows = OrganisationVersion.objects.filter(organisation=body).order_by("valid_from")
    return [
        (since, None, is_end)
        for since, is_end in rows.values_list("valid_from", "is_end")
    ]


def _stretches(
    spans: list[tuple[date, int | None, bool]], names: Names
) -> Iterator[tuple[date, date, int | None]]:
    ends = [since for since, _, _ in spans[1:]] + [OPEN_END]
    for (start, parent, is_end), end in zip(spans, ends, strict=True):
        if is_end:
            continue
        cuts = [since for since, _, _ in names if start < since < end]
        for since, until in pairwise([start, *cuts, end]):
            yield since, until, parent


def _named(names: Names, day: date) -> tuple[str, str]:
    """The name and kind that day, or the first known."""
    if not names:
        return "", ""
    place = bisect_right(names, day, key=lambda row: row[0]) - 1
    return names[max(place, 0)][1:]


def _places(actor: Actor) -> Iterator[Row]:
    del actor  # the country's places are public
    ordered = PlaceVersion.objects.order_by(_by_bytes("place__code"), "valid_from")
    rows = ordered.values_list(
        *("place__code", "valid_from", "is_end", "name", "kind", "parent__code")
    )
    waiting: tuple[str, date, bool, str, str, str | None] | None = None
    for row in chain(rows.iterator(chunk_size=CHUNK), [None]):
        if waiting is not None and not waiting[2]:
            code, start, _, name, kind, parent = waiting
            follows = row is not None and row[0] == code
            end = row[1] if row is not None and follows else None
            yield code, _text(name), kind, parent or "", _day(start), _day(end)
        waiting = row


def _lineage(actor: Actor) -> Iterator[Row]:
    """Of bodies, then of places, each in the order in which shares are divided.

    Doubtful transfers of places carry nothing and are left out.
    """
    columns = (
        *("kind", "predecessor__code", "successor__code"),
        *("on", "share_ppm", "basis"),
    )
    bonds = _bonds_of(actor).order_by("on", "pk").values_list(*columns)
    sure = PlaceLineage.objects.filter(is_doubtful=False)
    moved = sure.order_by("on", "pk").values_list(*columns)
    for rows in (bonds, moved):
        for kind, old, new, on, ppm, basis in rows.iterator(chunk_size=CHUNK):
            yield kind, old, new, _day(on), _share(ppm), _text(basis)


def _bonds_of(actor: Actor) -> QuerySet[Lineage]:
    seen = bodies_readable(actor)
    if seen is None:
        return Lineage.objects.all()
    return Lineage.objects.filter(Q(predecessor__in=seen) | Q(successor__in=seen))


EXPORTS: Mapping[str, Export] = {
    "facts": Export(
        columns=(
            *("entry", "programme", "measure", "on", "until", "amount"),
            *("dimensions", "place", "subject", "standing", "source"),
        ),
        rows=_facts,
        size=lambda actor: entries_visible_to(actor).count(),
    ),
    "credits": Export(
        columns=("entry", "body"),
        rows=_credits,
        size=lambda actor: Credit.objects.filter(
            entry__in=entries_visible_to(actor)
        ).count(),
    ),
    "bodies": Export(
        columns=(
            *("tree", "code", "name", "kind", "parent"),
            *("valid_from", "valid_to"),
        ),
        rows=_bodies,
        size=lambda _: Placement.objects.filter(is_end=False).count(),
    ),
    "places": Export(
        columns=("code", "name", "kind", "parent", "valid_from", "valid_to"),
        rows=_places,
        size=lambda _: PlaceVersion.objects.filter(is_end=False).count(),
    ),
    "lineage": Export(
        columns=("kind", "predecessor", "successor", "on", "share", "basis"),
        rows=_lineage,
        size=lambda actor: (
            _bonds_of(actor).count()
            + PlaceLineage.objects.filter(is_doubtful=False).count()
        ),
    ),
    "measures": Export(
        columns=("code", "law", "unit", "decimals", "numerator", "denominator"),
        rows=_measures,
        size=lambda _: Measure.objects.count(),
    ),
    "claims": Export(
        columns=("body", "measure", "from", "to", "claim"),
        rows=_claims,
        size=lambda actor: claims_visible_to(actor).count(),
    ),
}
