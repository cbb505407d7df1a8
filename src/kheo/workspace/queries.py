"""What is mine today: what waits on me, what comes, what I wait for."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from kheo.activities.models import Activity, PartyRole
from kheo.activities.queries import Described, described
from kheo.activities.workflow import ActivityState
from kheo.core.access import Actor, Capability
from kheo.core.calendar import VIETNAM
from kheo.reporting.queries.lines import Waiting, waiting_for

SHOWN = 12
"""Lines of one list; the page of the list has the rest."""

CHANGED = "changed"
"""Reports whose figures moved since they were approved: after what has a date."""

SOON = timedelta(days=30)
LONG_AGO = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the first page, already cut to what it shows."""

    saturday: date
    reports: list[Waiting]
    more_reports: int
    to_log: list[Described] = field(default_factory=list)
    to_answer: list[Described] = field(default_factory=list)
    to_confirm: list[Described] = field(default_factory=list)
    coming: list[Described] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Nothing at all waits on the person."""
        return not (self.reports or self.to_log or self.to_answer or self.to_confirm)


def home_of(actor: Actor, on: date) -> Home:
    """The first page of one person on one day."""
    waiting = sorted(waiting_for(actor, on), key=lambda one: one.kind == CHANGED)
    edits = actor.bodies(Capability.EDIT_ACTIVITIES)
    hosts = actor.bodies(Capability.HOST_ACTIVITIES)
    planned = [ActivityState.PROPOSED, ActivityState.AGREED, ActivityState.COUNTERED]
    recent = Activity.objects.filter(on__gt=on - LONG_AGO, on__lt=on + SOON)
    led = recent.led_by(edits) if edits else recent.none()
    hosted = recent.filter(
        parties__organisation__in=hosts, parties__role=PartyRole.HOST
    )
    hosted = hosted if hosts else recent.none()
    return Home(
        saturday=VIETNAM.next_saturday(on),
        reports=waiting[:SHOWN],
        more_reports=max(0, len(waiting) - SHOWN),
        to_log=_shown(led.filter(state__in=planned, on__lt=on)),
        to_answer=_shown(hosted.filter(state=ActivityState.PROPOSED, on__gte=on))
        + _shown(led.filter(state=ActivityState.COUNTERED, on__gte=on)),
        to_confirm=_shown(hosted.filter(state=ActivityState.DONE)),
        coming=_shown(recent.visible_to(actor).filter(state__in=planned, on__gte=on)),
    )


def _shown(rows: QuerySet[Activity]) -> list[Described]:
    return described(list(rows.order_by("on", "pk")[:SHOWN]))
