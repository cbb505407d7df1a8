"""The trail as auditors and specialists read it: who did what, where and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import User
from kheo.activities.models import Activity
from kheo.audit.models import AuditEntry
from kheo.audit.wording import INTERNAL
from kheo.core.access import Actor, Capability
from kheo.core.language import said
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on, search
from kheo.programmes.models import Programme
from kheo.programmes.periods import period_name
from kheo.reporting.models import Report
from kheo.reporting.queries.lines import Titles

TOPICS = {
    "activity": _("Activities"),
    "report": _("Reports"),
    "number": _("Numbers of papers"),
    "assignment": _("Units in charge"),
    "organisation": _("Bodies"),
    "programme": _("Programmes"),
    "file": _("Files"),
    "user": _("Accounts and roles"),
}
"""What verbs begin with, as people choose it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with the name of its body and, if one may open it, of its object."""

    entry: AuditEntry
    body: str
    thing: str = ""
    url: str = ""


def trail_of(actor: Actor) -> QuerySet[AuditEntry]:
    """The entries of the bodies whose trail the actor may read, newest first.

    An administrator of accounts reads what was done to accounts and roles, nothing
    else. What a body's own people do to a draft stays theirs.
    """
    rows = AuditEntry.objects.select_related("actor").order_by("-at", "-pk")
    if actor.is_system:
        return rows
    seen = Q(organisation_id__in=actor.bodies(Capability.VIEW_AUDIT))
    if actor.holds_everywhere(Capability.VIEW_AUDIT):
        seen |= Q(verb__startswith="user.")
    return rows.filter(seen).exclude(verb__in=INTERNAL)


def narrowed(
    rows: QuerySet[AuditEntry],
    *,
    topic: str = "",
    body: str = "",
    person: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[AuditEntry]:
    """Those of one topic, body, person and stretch of days, both included."""
    if topic:
        rows = rows.filter(verb__startswith=f"{topic}.")
    if body:
        rows = rows.filter(organisation_id__in=search(body).values("pk"))
    if person:
        rows = rows.filter(actor__name__icontains=person)
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
    return rows


def lines_of(entries: Sequence[AuditEntry], actor: Actor, on: date) -> list[Line]:
    """Entries with their names; a fixed number of queries however many there are."""
    bodies = {entry.organisation_id for entry in entries if entry.organisation_id}
    names = names_on(bodies, on)
    things = _things(entries, actor)
    lines = []
    for entry in entries:
        thing, url = things.get((entry.subject_kind, entry.subject_id), ("", ""))
        lines.append(Line(entry, names.get(entry.organisation_id or 0, ""), thing, url))
    return lines


Things = dict[tuple[str, str], tuple[str, str]]


def _things(entries: Sequence[AuditEntry], actor: Actor) -> Things:
    ids: dict[str, set[str]] = {}
    for entry in entries:
        ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    found: Things = {}
    for kind, named in _NAMING.items():
        if wanted := ids.get(kind):
            for pk, name, url in named(wanted, actor):
                found[kind, str(pk)] = (name, url)
    return found


Named = list[tuple[int, str, str]]
Naming = Callable[[set[str], Actor], Named]


def _activities(ids: set[str], actor: Actor) -> Named:
    rows = Activity.objects.visible_to(actor).filter(pk__in=ids)
    return [(row.pk, row.title, row.get_absolute_url()) for row in rows]


def _reports(ids: set[str], actor: Actor) -> Named:
    titles = Titles()
    return [
        (
            row.pk,
            f"{said(titles.of(row))}, {said(period_name(row.period))}",
            row.get_absolute_url(),
        )
        for row in Report.objects.visible_to(actor).filter(pk__in=ids)
    ]


def _bodies(ids: set[str], actor: Actor) -> Named:
    rows = Organisation.objects.visible_to(actor).filter(pk__in=ids)
    return [(row.pk, "", row.get_absolute_url()) for row in rows]


def _programmes(ids: set[str], actor: Actor) -> Named:
    if not actor.holds(Capability.VIEW_ORGANISATIONS):
        return []
    return [
        (row.pk, row.code, reverse("programmes:detail", args=[row.code]))
        for row in Programme.objects.filter(pk__in=ids)
    ]


def _people(ids: set[str], actor: Actor) -> Named:
    if not actor.holds_everywhere(Capability.MANAGE_PEOPLE):
        return []
    rows = User.objects.filter(pk__in=ids)
    return [(row.pk, row.name, row.get_absolute_url()) for row in rows]


_NAMING: Mapping[str, Naming] = {
    "accounts.user": _people,
    "activities.activity": _activities,
    "reporting.report": _reports,
    "organisations.organisation": _bodies,
    "programmes.programme": _programmes,
}


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
