"""What stands on the field slip of a plan: everything the clerk needs on paper."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kheo.activities.models import Activity, Party, PartyRole
from kheo.activities.queries.names import Described, described
from kheo.activities.queries.slots import Slot, slots_of
from kheo.core.language import said
from kheo.organisations.queries import names_on, versions_on
from kheo.places.models import PlaceVersion
from kheo.programmes.pack import Origin, Pack
from kheo.programmes.queries import pack_on


@dataclass(frozen=True, slots=True)
class Slip:
    """One sheet for one day and one body that goes: the lead's, or a partner's own.

    The lead writes what is done together and its own people; a partner, on its own
    sheet, only its own people.
    """

    named: Described
    of: str
    hamlet: str
    partners: list[str]
    hosts: list[str]
    boxes: list[Slot]
    households: list[str]


def slips_of(activities: Sequence[Activity], bodies: frozenset[int]) -> list[Slip]:
    """A sheet for each day, for the one of `bodies` that goes, else for the lead.

    A handful of queries however many days there are.
    """
    by_activity: dict[int, list[Party]] = defaultdict(list)
    for party in Party.objects.filter(activity__in=activities).order_by("pk"):
        by_activity[party.activity_id].append(party)
    everyone = {p.organisation_id for ps in by_activity.values() for p in ps}
    last = max((activity.on for activity in activities), default=date.min)
    names, versions = names_on(everyone, last), versions_on(everyone, last)
    hamlets = _hamlet_names(activities)
    packs = {key: pack_on(*key) for key in {(a.programme, a.on) for a in activities}}
    found = []
    for row in described(activities):
        activity, parties = row.activity, by_activity[row.activity.pk]
        body = _going(activity, parties, bodies)
        leads = body == activity.organisation_id
        pack = packs[activity.programme, activity.on]
        tier = versions[body].tier if body in versions else ""
        slip = Slip(
            named=row,
            of=names[body],
            hamlet=hamlets.get(activity.hamlet_id or 0, ""),
            partners=_names(parties, PartyRole.PARTNER, names),
            hosts=_names(parties, PartyRole.HOST, names),
            boxes=[s for s in slots_of(pack, tier) if leads or s.is_own],
            households=_households(pack) if leads else [],
        )
        found.append(slip)
    return found


def _going(activity: Activity, parties: Sequence[Party], bodies: frozenset[int]) -> int:
    lead = activity.organisation_id
    if lead in bodies:
        return lead
    own = [
        party.organisation_id
        for party in parties
        if party.role == PartyRole.PARTNER and party.organisation_id in bodies
    ]
    return own[0] if own else lead


def _names(
    parties: Sequence[Party], role: PartyRole, names: Mapping[int, str]
) -> list[str]:
    return [names[p.organisation_id] for p in parties if p.role == role]


def _households(pack: Pack) -> list[str]:
    return [said(m.name) for m in pack.measures if m.origin is Origin.HOUSEHOLDS]


def _hamlet_names(activities: Sequence[Activity]) -> dict[int, str]:
    ids = {a.hamlet_id for a in activities if a.hamlet_id}
    versions = PlaceVersion.objects.filter(place__in=ids).order_by("valid_from")
    return dict(versions.values_list("place_id", "name"))
