"""What answers a question: bodies, places, activities, reports, each in its scope."""

from dataclasses import replace
from datetime import date

from kheo.activities.models import Activity
from kheo.core.access import Actor, Capability
from kheo.organisations.models import Organisation, OrganisationVersion
from kheo.search.queries.answers import Answer, Found, Kind
from kheo.search.queries.bodies import bodies, resembling_bodies
from kheo.search.queries.days import activities
from kheo.search.queries.places import at_home, places, resembling_places
from kheo.search.queries.reports import reports
from kheo.search.rules import Asked, corrected, vocabulary_of

__all__ = ["Answer", "Found", "Kind", "find", "find_one"]


def find(asked: Asked, actor: Actor, *, on: date) -> Found:
    """The first lines of every kind; slips are forgiven where nothing else is found."""
    if asked.is_empty:
        return Found([])
    answers = _few(asked, actor, on)
    if answers or not asked.words:
        return Found(answers)
    meant = replace(asked, words=corrected(asked.words, _vocabulary(actor)))
    if meant.words != asked.words and (answers := _few(meant, actor, on)):
        return Found(answers, " ".join(meant.words))
    resembling = [
        resembling_bodies(asked, actor),
        resembling_places(asked, actor),
    ]
    return Found([answer for answer in resembling if answer.count])


def find_one(asked: Asked, kind: Kind, actor: Actor, *, on: date, page: str) -> Answer:
    """A page of all that is found of one kind."""
    return _answer(kind, asked, actor, on=on, page=page)


def _few(asked: Asked, actor: Actor, on: date) -> list[Answer]:
    found = (_answer(kind, asked, actor, on=on) for kind in Kind)
    return [answer for answer in found if answer.count]


def _answer(
    kind: Kind, asked: Asked, actor: Actor, *, on: date, page: str | None = None
) -> Answer:
    match kind:
        case Kind.BODIES:
            return bodies(asked, actor, page)
        case Kind.PLACES:
            return places(asked, actor, page)
        case Kind.ACTIVITIES:
            return activities(asked, actor, page)
        case Kind.REPORTS:
            return reports(asked, actor, on, page)


def _vocabulary(actor: Actor) -> set[str]:
    """Every word that the actor could have meant: only of what the actor may see."""
    seen = Organisation.objects.visible_to(actor)
    versions = OrganisationVersion.objects.filter(organisation__in=seen)
    texts = [*versions.values_list("folded", flat=True)]
    if actor.holds(Capability.VIEW_ACTIVITIES):
        texts += at_home(actor).values_list("folded", flat=True)
    titles = Activity.objects.visible_to(actor).values_list("folded", flat=True)
    return vocabulary_of([*texts, *titles.distinct()])
