"""A body's days as entries of a calendar file: no persons, no rosters."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.accounts.queries import is_sample
from kheo.activities.models import Activity, Feed
from kheo.activities.queries.calendars import Body, Marks, activities_of
from kheo.activities.queries.names import Described, described, place_names
from kheo.activities.workflow import ActivityState
from kheo.audit.models import AuditEntry
from kheo.core.access import Actor
from kheo.core.ical import Event
from kheo.core.periods import Interval

LOOK_BACK = timedelta(days=400)
LOOK_AHEAD = timedelta(days=800)
SAMPLE = "[Dữ liệu mẫu]"
"""Stays Vietnamese in every language, as the mark on the pages does."""

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Changed = tuple[int, datetime]
Address = Callable[[Activity], str]


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(token: str) -> Feed | None:
    """The feed in use with this token, and none for anything else."""
    rows = Feed.objects.in_use().filter(token_digest=digest_of(token))
    return rows.select_related("user", "organisation").first()


def feeds_in_use(actor: Actor) -> list[Feed]:
    rows = Feed.objects.visible_to(actor).in_use().select_related("organisation")
    return list(rows.order_by("-created_at", "pk"))


def feed_name(body: Body) -> str:
    """What the calendar program calls it."""
    return f"{SAMPLE} {body.name}" if is_sample() else body.name


def events_of(
    body: Body, today: date, *, actor: Actor, address: Address
) -> list[Event]:
    """The days of the last year and all to come: a committee's in counts, day by day."""
    span = Interval(today - LOOK_BACK, today + LOOK_AHEAD)
    rows = list(
        activities_of(body, span, actor=actor)
        .select_related("hamlet")
        .order_by("on", "pk")
    )
    mark = f"{SAMPLE} " if is_sample() else ""
    changes = _changes(rows)
    if body.is_committee:
        return _days(body, rows, changes, mark)
    hamlets = place_names({row.hamlet_id for row in rows if row.hamlet_id}, today)
    return [
        _visit(
            named,
            changes.get(named.activity.pk, (0, named.activity.created_at)),
            mark=mark,
            hamlet=hamlets.get(named.activity.hamlet_id or 0, ""),
            url=address(named.activity),
        )
        for named in described(rows)
    ]


def _visit(
    named: Described, changed: Changed, *, mark: str, hamlet: str, url: str
) -> Event:
    activity = named.activity
    state = ActivityState(activity.state)
    return Event(
        uid=f"{activity.client_id}@kheo",
        on=activity.on,
        starts_at=activity.starts_at,
        summary=f"{mark}{activity.title}",
        location=", ".join(part for part in (hamlet, named.commune) if part),
        description=f"{named.lead}\n{state.label}",
        url=url,
        is_settled=state not in {ActivityState.PROPOSED, ActivityState.COUNTERED},
        sequence=changed[0],
        changed_at=changed[1],
    )


def _days(
    body: Body, rows: Sequence[Activity], changes: dict[int, Changed], mark: str
) -> list[Event]:
    marks: dict[date, Marks] = {}
    for row in rows:
        marks.setdefault(row.on, Marks()).add(row.state, 1)
    last = max((changed for _count, changed in changes.values()), default=EPOCH)
    # One number for all: what left a day must not make its entry look older.
    sequence = int((last - EPOCH).total_seconds()) // 60
    return [
        Event(
            uid=f"{body.code}-{day:%Y%m%d}@kheo",
            on=day,
            summary=mark + _counted(marks[day].total),
            description=_parts(marks[day]),
            is_settled=not marks[day].planned,
            sequence=sequence,
            changed_at=last,
        )
        for day in sorted(marks)
    ]


def _counted(total: int) -> str:
    text = ngettext("%(n)d visit to villages", "%(n)d visits to villages", total)
    return text % {"n": total}


def _parts(marks: Marks) -> str:
    return _("planned %(planned)d, done %(done)d, confirmed %(confirmed)d") % {
        "planned": marks.planned,
        "done": marks.done,
        "confirmed": marks.confirmed,
    }


def _changes(rows: Sequence[Activity]) -> dict[int, Changed]:
    """How often each activity was changed, and when last, from the trail."""
    if not rows:
        return {}
    entries = AuditEntry.objects.filter(
        subject_kind=Activity._meta.label_lower,
        subject_id__in=[str(row.pk) for row in rows],
    )
    counted = entries.order_by().values_list("subject_id")
    found = counted.annotate(count=Count("pk"), last=Max("at"))
    return {int(pk): (count, last) for pk, count, last in found}
