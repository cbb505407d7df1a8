"""What may be told in a messenger: work, place, day, counts; nothing about persons."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kheo.activities.models import Activity, Party, PartyRole, Quantity, RosterLine
from kheo.activities.queries.names import Described, described, shown_amount
from kheo.activities.queries.parties import lines_for, parties_for
from kheo.activities.workflow import HAPPENED, ActivityState
from kheo.core.access import Actor
from kheo.core.language import said
from kheo.core.periods import Interval
from kheo.organisations.models import Organisation
from kheo.places.queries import version_on
from kheo.programmes.pack import Pack
from kheo.programmes.queries import pack_on

SHORTEST_USER_NAME = 5
"""A shorter user name is a word of the language, and tells nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """One count: what, how many, in which unit."""

    name: str
    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class DayText:
    """What may be told of one day."""

    named: Described
    title: str
    hamlet: str
    partners: list[str]
    results: list[Told]

    @property
    def has_happened(self) -> bool:
        return ActivityState(self.named.activity.state) in HAPPENED


def day_text(activity: Activity, actor: Actor) -> DayText:
    """One day as this actor may tell it: its own lines and what was done together."""
    views = parties_for(activity, actor)
    pack = pack_on(activity.programme, activity.on)
    hamlet = version_on(activity.hamlet, activity.on) if activity.hamlet else None
    return DayText(
        named=described([activity])[0],
        title=_safe_title(activity, pack),
        hamlet=hamlet.name if hamlet else "",
        partners=[v.name for v in views if v.party.role == PartyRole.PARTNER],
        results=_told(lines_for(activity, views), pack),
    )


@dataclass(frozen=True, slots=True)
class MonthText:
    """What may be told of one body's month."""

    days: int
    communes: list[str]
    results: list[Told]


def month_text(body: Organisation, window: Interval, actor: Actor) -> MonthText:
    """The days of a body that took place in a window, in counts.

    Raises `RuleBroken` where no programme runs on the window's first day of work.
    """
    going = Party.objects.visible_to(actor).filter(
        organisation=body, role__in=[PartyRole.LEAD, PartyRole.PARTNER]
    )
    rows = Activity.objects.visible_to(actor).happened()
    days = list(
        rows.filter(
            pk__in=going.values("activity"), on__gte=window.start, on__lt=window.end
        ).order_by("on", "pk")
    )
    lines = Quantity.objects.filter(activity__in=days).order_by("pk")
    own = [q for q in lines.select_related("party") if _is_of(q, body)]
    packs = {a.programme: pack_on(a.programme, a.on) for a in days}
    names = sorted({row.commune for row in described(days)})
    results = [told for pack in packs.values() for told in _told(own, pack)]
    return MonthText(len(days), names, list(dict.fromkeys(results)))


def _is_of(row: Quantity, body: Organisation) -> bool:
    return row.party is None or row.party.organisation_id == body.pk


def _told(rows: Iterable[Quantity], pack: Pack) -> list[Told]:
    """Sums by measure, in the pack's order; codes only as how many there are."""
    sums: Counter[str] = Counter()
    subjects: set[tuple[str, str]] = set()
    for row in rows:
        if row.subject and (row.measure, row.subject) in subjects:
            continue
        subjects.add((row.measure, row.subject))
        sums[row.measure] += row.amount
    return [
        Told(said(m.name), shown_amount(sums[m.code], m.decimals), said(m.unit))
        for m in pack.measures
        if sums[m.code]
    ]


def _safe_title(activity: Activity, pack: Pack) -> str:
    """The work as it was written, unless it names somebody the site knows."""
    if not _names_somebody(activity.title, _known_names(activity)):
        return activity.title
    fields = {f.code: said(f.name) for f in pack.fields}
    return fields.get(activity.field) or said(pack.name)


def _known_names(activity: Activity) -> list[str]:
    roster = RosterLine.objects.filter(party__activity=activity)
    names = [*roster.values_list("name", flat=True)]
    names += activity.quantities.exclude(subject="").values_list("subject", flat=True)
    writer = activity.created_by
    if writer:
        names += [writer.name, writer.get_username()]
    return [name for name in names if len(name) >= SHORTEST_USER_NAME]


def _names_somebody(text: str, names: Sequence[str]) -> bool:
    return any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        for name in names
    )
