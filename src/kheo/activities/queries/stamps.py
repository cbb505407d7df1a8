"""What a form has shown of a day, as a short word that it brings back.

Two browsers that edit the same day are told apart by it: the second brings back the
stamp of what the first has changed since.
"""

import hashlib
from collections.abc import Collection

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.queries.defaults import as_planned
from kheo.activities.queries.parties import done_of
from kheo.activities.rules import Done

LENGTH = 16


def written_by(activity: Activity, mine: Collection[Party]) -> list[Done]:
    """The lines that stand for these parties: their own, for the lead the joint ones."""
    bodies = {party.organisation_id for party in mine}
    leads = any(party.role == PartyRole.LEAD for party in mine)
    return [
        one
        for one in done_of(activity)
        if (leads if one.organisation is None else one.organisation in bodies)
    ]


def log_stamp(activity: Activity, mine: Collection[Party]) -> str:
    """Stands for the day, its work and the lines that these parties write."""
    lines = sorted(map(repr, written_by(activity, mine)))
    return _stamp([activity.on.isoformat(), activity.title, *lines])


def plan_stamp(activity: Activity) -> str:
    """Stands for everything that a plan says, and for the commune's answer to it."""
    said = as_planned(activity)
    words = [f"{name}={_plain(said[name])}" for name in sorted(said)]
    return _stamp([activity.state, str(activity.offered_on), *words])


def state_stamp(activity: Activity) -> str:
    """Stands for whose turn it is, and for the log that the commune speaks about."""
    days = (activity.on, activity.offered_on, activity.logged_at)
    said = (activity.objection, activity.note)
    return _stamp([activity.state, *map(str, days), *said])


def _plain(value: object) -> object:
    """Lists come in no order."""
    return sorted(value) if isinstance(value, list) else value


def _stamp(words: Collection[str]) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:LENGTH]
