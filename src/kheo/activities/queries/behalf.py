"""Typing in on behalf of a unit: who may, what was typed so, what the unit wrote itself.

What was written on behalf, and for which bodies, is read from the trail of the day: an
entry names the bodies it speaks for (`of`) and says `behalf` where others typed it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.queries.choices import hosts_of
from kheo.activities.workflow import HAPPENED, ActivityAction, ActivityState
from kheo.audit.models import AuditEntry
from kheo.audit.queries import history_of
from kheo.core.access import Actor, Capability, HasKey
from kheo.core.periods import Interval
from kheo.core.workflow import Move
from kheo.organisations.queries import names_on

EDIT, TYPE = Capability.EDIT_ACTIVITIES, Capability.TYPE_ACTIVITIES
LOGGED = frozenset({"activity.log"})
PLANNED = frozenset({"activity.plan", "activity.change"})
UNDOES: Mapping[ActivityAction, frozenset[str]] = MappingProxyType(
    {ActivityAction.WITHDRAW: LOGGED, ActivityAction.CANCEL: PLANNED}
)
"""Steps that take back what was typed on behalf, with what must have been typed so."""


def may_write(actor: Actor, body: HasKey) -> bool:
    """Whether the actor plans and logs for the body, as its own or on its behalf."""
    return actor.can(EDIT, body) or actor.can(TYPE, body)


def is_on_behalf(actor: Actor, bodies: Collection[HasKey]) -> bool:
    """Whether none of the bodies is the actor's own."""
    return not any(actor.can(EDIT, body) for body in bodies)


def writing_parties(activity: Activity, actor: Actor) -> list[Party]:
    """The parties for which the actor logs this day.

    The own ones; who has none, those typed for, but none that has logged its part itself.
    """
    parties = list(activity.parties.select_related("organisation").order_by("pk"))
    if own := [party for party in parties if actor.can(EDIT, party.organisation)]:
        return own
    typed = [
        party
        for party in parties
        if party.role != PartyRole.HOST and actor.can(TYPE, party.organisation)
    ]
    if not typed:
        return []
    entries = list(history_of(activity))
    return [
        party
        for party in typed
        if not _is_own_word(entries, LOGGED, party.organisation.code)
    ]


def has_typed(activity: Activity, actor: Actor) -> bool:
    """Whether this very person typed a log of the day on behalf of a unit."""
    if not actor.holds(TYPE):
        return False
    logs = history_of(activity).filter(verb__in=LOGGED, actor=actor.user_id)
    return logs.exists()


def takes_step(
    activity: Activity, move: Move[ActivityState, ActivityAction], actor: Actor
) -> bool:
    """Whether the step is the actor's own: the leading body's, or the commune's.

    A partner or the commune, whose own clerks have the same capability, takes back
    neither plan nor log of another; logging asks for each party by itself.
    """
    if move.action is ActivityAction.LOG:
        return bool(writing_parties(activity, actor))
    if move.capability is EDIT:
        return actor.can(EDIT, activity.organisation)
    hosts = {host.pk for host in hosts_of(activity.place, activity.on)}
    return any(
        actor.can(move.capability, party.organisation)
        for party in activity.parties.select_related("organisation")
        if party.role == PartyRole.HOST or party.organisation_id in hosts
    )


def has_spoken(activity: Activity, parties: Collection[Party], actor: Actor) -> bool:
    """Whether the actor's side, own or on behalf, wrote the last log of each party."""
    bodies = [party.organisation for party in parties]
    is_own = not is_on_behalf(actor, bodies)
    logs = [entry for entry in history_of(activity) if entry.verb in LOGGED]
    told = {code for one in logs for code in (one.data or {}).get("of", [])}
    return all(
        body.code in told and _is_own_word(logs, LOGGED, body.code) == is_own
        for body in bodies
    )


def last_logged_by(activity: Activity, body: str) -> AuditEntry | None:
    """The last log that spoke for the body, with who wrote it."""
    logs = history_of(activity).filter(verb__in=LOGGED).select_related("actor")
    told = [entry for entry in logs if body in (entry.data or {}).get("of", [])]
    return told[-1] if told else None


def typed_among(days: Collection[int], actor: Actor) -> set[int]:
    """Those of the days of which this very person typed a log, as `has_typed` asks."""
    if not days or not actor.holds(TYPE):
        return set()
    logs = AuditEntry.objects.filter(
        subject_kind=Activity._meta.label_lower,
        subject_id__in=[str(day) for day in days],
        verb__in=LOGGED,
        actor=actor.user_id,
    )
    return {int(day) for day in logs.values_list("subject_id", flat=True)}


def may_undo(activity: Activity, action: ActivityAction, actor: Actor) -> bool:
    """Whether the step takes back what the actor's side typed on behalf of the lead."""
    verbs = UNDOES.get(action)
    if verbs is None or not actor.can(TYPE, activity.organisation):
        return False
    entries = list(history_of(activity))
    return not _is_own_word(entries, verbs, activity.organisation.code)


def _is_own_word(
    entries: Collection[AuditEntry], verbs: Collection[str], body: str
) -> bool:
    """Whether the last of these steps that spoke for the body was its own."""
    for entry in reversed(list(entries)):
        data = entry.data or {}
        if entry.verb in verbs and body in data.get("of", [body]):
            return not data.get("behalf")
    return False


@dataclass(frozen=True, slots=True)
class TypedIn:
    """Who typed in what stands on a day now, for which bodies, and when."""

    by: str
    bodies: str
    at: datetime


def typed_in(activity: Activity, entries: Collection[AuditEntry]) -> TypedIn | None:
    """Who typed in the last log (of a plan, its last wording); none where a unit did."""
    verbs = LOGGED if ActivityState(activity.state) in HAPPENED else PLANNED
    said = [entry for entry in entries if entry.verb in verbs]
    if not said or not (said[-1].data or {}).get("behalf"):
        return None
    entry = said[-1]
    codes = set((entry.data or {}).get("of", []))
    doers = activity.parties.exclude(role=PartyRole.HOST)
    keys = doers.filter(organisation__code__in=codes).order_by("pk")
    bodies = list(keys.values_list("organisation_id", flat=True))
    names = names_on(bodies, activity.on)
    return TypedIn(
        by=entry.actor.name if entry.actor else "",
        bodies=", ".join(names[body] for body in bodies),
        at=entry.at,
    )


@dataclass(frozen=True, slots=True)
class ForUs:
    """A day that others typed in for one's own body and the body has left so."""

    activity: Activity
    by: str
    at: datetime


def typed_for(actor: Actor, span: Interval) -> list[ForUs]:
    """The days of `span` typed in for the actor's own bodies, the last typed first.

    What a body has logged or changed itself since is its own word, and not among them.
    """
    own = actor.bodies(EDIT)
    if not own:
        return []
    parts = Party.objects.filter(
        organisation__in=own,
        activity__on__gte=span.start,
        activity__on__lt=span.end,
    ).exclude(role=PartyRole.HOST)
    days = {
        part.activity_id: part.activity
        for part in parts.exclude(activity__state=ActivityState.CANCELLED)
        .select_related("activity")
        .order_by("pk")
    }
    ours: dict[int, set[str]] = defaultdict(set)
    for day, code in parts.values_list("activity", "organisation__code"):
        ours[day].add(code)
    found = [
        ForUs(days[day], entry.actor.name if entry.actor else "", entry.at)
        for day, entry in _last_words(days, ours).items()
        if (entry.data or {}).get("behalf")
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _last_words(
    days: Mapping[int, Activity], ours: Mapping[int, Collection[str]]
) -> dict[int, AuditEntry]:
    """The last step for one of these bodies that says what stands on each day."""
    entries = AuditEntry.objects.filter(
        subject_kind=Activity._meta.label_lower,
        subject_id__in=[str(day) for day in days],
        verb__in=LOGGED | PLANNED,
    )
    words: dict[int, AuditEntry] = {}
    for entry in entries.select_related("actor").order_by("pk"):
        day = int(entry.subject_id)
        happened = ActivityState(days[day].state) in HAPPENED
        verbs = LOGGED if happened else PLANNED
        spoken = set((entry.data or {}).get("of", ours[day]))
        if entry.verb in verbs and spoken & set(ours[day]):
            words[day] = entry
    return words
