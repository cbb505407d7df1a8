"""Places of the actor's own province, before and since reforms."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.urls import reverse

from kheo.core.access import Actor, Capability
from kheo.core.text import fold
from kheo.organisations.models import Organisation, OrganisationVersion
from kheo.places.models import PlaceReach, PlaceVersion
from kheo.places.rules import Tier, kinds_of
from kheo.search.queries.answers import (
    FEW,
    MOST,
    Answer,
    Hit,
    Kind,
    best_names,
    cut,
    holding,
    page_of,
    rank,
)
from kheo.search.rules import Asked, alike


def places(asked: Asked, actor: Actor, page: str | None) -> Answer:
    if not asked.words or not actor.holds(Capability.VIEW_ACTIVITIES):
        return Answer(Kind.PLACES, 0, [])
    versions = at_home(actor).filter(holding(asked.words) | _official(asked))
    return _place_answer(versions, asked, page)


def resembling_places(asked: Asked, actor: Actor) -> Answer:
    if not actor.holds(Capability.VIEW_ACTIVITIES):
        return Answer(Kind.PLACES, 0, [])
    versions = at_home(actor)
    folded = dict(versions.values_list("pk", "folded"))
    keys = alike(" ".join(asked.words), folded, limit=FEW)
    return _place_answer(versions.filter(pk__in=keys), asked, None)


def _official(asked: Asked) -> Q:
    return Q(place__code=asked.text.lower()) | Q(official_code=asked.text)


def at_home(actor: Actor) -> QuerySet[PlaceVersion]:
    """Places of the provinces, old and new, in which the actor's bodies are."""
    bodies = Organisation.objects.visible_to(actor)
    seats = OrganisationVersion.objects.filter(organisation__in=bodies)
    provinces = PlaceVersion.objects.filter(kind__in=kinds_of(Tier.PROVINCE))
    above = PlaceReach.objects.filter(
        inferior__in=seats.exclude(place=None).values("place"),
        superior__in=provinces.values("place"),
    )
    homes = set(above.values_list("superior", flat=True))
    below = PlaceReach.objects.filter(superior__in=homes)
    return PlaceVersion.objects.filter(place__in=below.values("inferior"))


def _place_answer(
    versions: QuerySet[PlaceVersion], asked: Asked, page: str | None
) -> Answer:
    rows = versions.values_list("place_id", "name")[:MOST]
    called = best_names(rows, asked)
    latest = _latest_places(called)
    order = sorted(
        called,
        key=lambda pk: (
            *rank(asked, called[pk]),
            latest[pk].is_end,
            latest[pk].sort_name,
            pk,
        ),
    )
    shown = cut(order, page)
    above = _parents(latest[pk] for pk in shown)
    hits = [
        Hit(
            url=reverse("insight:place", args=[latest[pk].place.code]),
            name=latest[pk].name,
            note=above.get(latest[pk].parent_id or 0, ""),
            once=called[pk] if fold(called[pk]) != fold(latest[pk].name) else "",
            on=latest[pk].valid_from if latest[pk].is_end else None,
            ended=latest[pk].is_end,
        )
        for pk in shown
    ]
    return Answer(Kind.PLACES, len(order), hits, page_of(order, page))


def _latest_places(ids: Iterable[int]) -> dict[int, PlaceVersion]:
    rows = PlaceVersion.objects.filter(place__in=list(ids)).select_related("place")
    found: dict[int, PlaceVersion] = {}
    for row in rows.order_by("valid_from", "pk"):
        before = found.get(row.place_id)
        if row.is_end and before is not None:
            row.parent_id = before.parent_id
        found[row.place_id] = row
    return found


def _parents(versions: Iterable[PlaceVersion]) -> dict[int, str]:
    parents = {version.parent_id for version in versions if version.parent_id}
    rows = PlaceVersion.objects.filter(place__in=parents).order_by("valid_from", "pk")
    return dict(rows.values_list("place_id", "name"))
