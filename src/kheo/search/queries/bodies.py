"""Bodies, by any name they ever had."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from kheo.core.access import Actor
from kheo.core.text import fold
from kheo.organisations.models import Alias, Organisation, OrganisationVersion
from kheo.search.queries.answers import (
    FEW,
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


def bodies(asked: Asked, actor: Actor, page: str | None) -> Answer:
    if not asked.words:
        return Answer(Kind.BODIES, 0, [])
    visible = Organisation.objects.visible_to(actor)
    named = holding(asked.words)
    rows = [
        *_names(OrganisationVersion.objects.filter(named, organisation__in=visible)),
        *_names(Alias.objects.filter(named, organisation__in=visible)),
        *_coded(visible, asked),
    ]
    return _body_answer(rows, asked, page)


def resembling_bodies(asked: Asked, actor: Actor) -> Answer:
    visible = Organisation.objects.visible_to(actor)
    versions = OrganisationVersion.objects.filter(organisation__in=visible)
    folded = dict(versions.values_list("pk", "folded"))
    keys = alike(" ".join(asked.words), folded, limit=FEW)
    return _body_answer(_names(versions.filter(pk__in=keys)), asked, None)


def _names(
    rows: "QuerySet[OrganisationVersion] | QuerySet[Alias]",
) -> list[tuple[int, str]]:
    return list(rows.values_list("organisation_id", "name"))


def _coded(visible: QuerySet[Organisation], asked: Asked) -> list[tuple[int, str]]:
    return list(visible.filter(code=asked.text.lower()).values_list("pk", "code"))


def _body_answer(
    rows: Iterable[tuple[int, str]], asked: Asked, page: str | None
) -> Answer:
    called = best_names(rows, asked)
    latest = _latest(called)
    order = sorted(
        called,
        key=lambda pk: (
            latest[pk].is_end,
            *rank(asked, called[pk]),
            latest[pk].sort_name,
            pk,
        ),
    )
    shown = cut(order, page)
    hits = [
        Hit(
            url=reverse("organisations:detail", args=[latest[pk].organisation.code]),
            name=latest[pk].name,
            note=str(latest[pk].get_kind_display()),
            once=called[pk] if fold(called[pk]) != fold(latest[pk].name) else "",
            on=latest[pk].valid_from if latest[pk].is_end else None,
            ended=latest[pk].is_end,
        )
        for pk in shown
    ]
    return Answer(Kind.BODIES, len(order), hits, page_of(order, page))


def _latest(ids: Iterable[int]) -> dict[int, OrganisationVersion]:
    """The last version of each body; an end keeps the name it had."""
    rows = OrganisationVersion.objects.filter(organisation__in=list(ids))
    ordered = rows.select_related("organisation").order_by("valid_from", "pk")
    return {row.organisation_id: row for row in ordered}
