"""Days in the villages, by their work, where they were and who went."""

from django.core.paginator import Paginator
from django.db.models import Q

from kheo.activities.models import Activity, Party
from kheo.activities.queries import described
from kheo.core.access import Actor
from kheo.organisations.models import OrganisationVersion
from kheo.places.models import PlaceVersion
from kheo.search.queries.answers import FEW, PER_PAGE, Answer, Hit, Kind, holding
from kheo.search.rules import Asked


def activities(asked: Asked, actor: Actor, page: str | None) -> Answer:
    """One question finds and counts them; another reads the few that are shown."""
    rows = Activity.objects.filter(_in_period(asked))
    for word in asked.words:
        rows = rows.filter(_about(word))
    found = rows.visible_to(actor).order_by("-on", "-pk").values_list("pk", flat=True)
    pages = Paginator(list(found), FEW if page is None else PER_PAGE)
    shown = pages.get_page(page or 1)
    few = Activity.objects.filter(pk__in=list(shown.object_list))
    hits = [
        Hit(
            url=one.activity.get_absolute_url(),
            name=one.activity.title,
            note=f"{one.lead} · {one.commune}",
            on=one.activity.on,
            state=one.activity.state,
            state_label=str(one.activity.get_state_display()),
        )
        for one in described(list(few.order_by("-on", "-pk")))
    ]
    return Answer(Kind.ACTIVITIES, pages.count, hits, shown if page else None)


def _about(word: str) -> Q:
    """The word is in the work's name, or names the commune, hamlet, lead or partner."""
    named = holding([word])
    places = set(PlaceVersion.objects.filter(named).values_list("place", flat=True))
    versions = OrganisationVersion.objects.filter(named)
    bodies = set(versions.values_list("organisation", flat=True))
    about = named
    if places:
        about |= Q(place__in=places) | Q(hamlet__in=places)
    if bodies:
        with_them = Party.objects.filter(organisation__in=bodies).values("activity")
        about |= Q(organisation__in=bodies) | Q(pk__in=with_them)
    return about


def _in_period(asked: Asked) -> Q:
    if covered := asked.covers():
        return Q(on__gte=covered.start, on__lt=covered.end)
    if months := asked.months():
        return Q(on__month__in=months)
    return Q()
