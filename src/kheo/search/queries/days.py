"""Days in the villages, by their work, where they were and who went."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q

from kheo.activities.models import Activity, Party
from kheo.activities.queries import described
from kheo.core.access import Actor
from kheo.organisations.models import OrganisationVersion
from kheo.places.models import PlaceVersion
from kheo.search.queries.answers import FEW, PER_PAGE, Answer, Hit, Kind, holding
from kheo.search.rules import Asked


def activities(asked: Asked, actor: Actor, page: str | None) -> Answer:
    rows = Activity.objects.visible_to(actor).filter(_in_period(asked))
    for word in asked.words:
        rows = rows.filter(_about(word))
    pages = Paginator(rows.order_by("-on", "-pk"), FEW if page is None else PER_PAGE)
    shown = pages.get_page(page or 1)
    hits = [
        Hit(
            url=one.activity.get_absolute_url(),
            name=one.activity.title,
            note=f"{one.lead} · {one.commune}",
            on=one.activity.on,
            state=one.activity.state,
            state_label=str(one.activity.get_state_display()),
        )
        for one in described(list(shown.object_list))
    ]
    return Answer(Kind.ACTIVITIES, pages.count, hits, shown if page else None)


def _about(word: str) -> Q:
    """The word is in the work's name, or names the commune, hamlet, lead or partner."""
    named = holding([word])
    places = PlaceVersion.objects.filter(named).values("place")
    bodies = OrganisationVersion.objects.filter(named).values("organisation")
    takes_part = Party.objects.filter(activity=OuterRef("pk"), organisation__in=bodies)
    return named | Q(place__in=places) | Q(hamlet__in=places) | Q(Exists(takes_part))


def _in_period(asked: Asked) -> Q:
    if covered := asked.covers():
        return Q(on__gte=covered.start, on__lt=covered.end)
    if months := asked.months():
        return Q(on__month__in=months)
    return Q()
