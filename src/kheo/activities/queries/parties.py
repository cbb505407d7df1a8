"""Who takes part in a day, and who sees which of its lines."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kheo.activities.models import Activity, Party, PartyRole, Quantity
from kheo.activities.queries.choices import charges_on
from kheo.activities.rules import Done, hidden_sum
from kheo.core.access import Actor, Capability
from kheo.core.errors import NotAllowed
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import versions_on


def is_in_charge(activity: Activity) -> bool:
    """Whether the lead was in charge of the commune on that day (else it is flagged)."""
    charges = charges_on([activity.organisation_id], activity.on)
    return charges.filter(place=activity.place_id).exists()


def done_of(activity: Activity) -> list[Done]:
    """What was logged, as the rules take it."""
    rows = activity.quantities.select_related("party").order_by("pk")
    return [
        Done(
            measure=row.measure,
            amount=row.amount,
            organisation=row.party.organisation_id if row.party else None,
            dimensions=row.dimensions,
            subject=row.subject,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PartyView:
    """A body that takes part, its name that day, and whether its lines are shown."""

    party: Party
    name: str
    sees_lines: bool
    is_mine: bool


def parties_for(activity: Activity, actor: Actor) -> list[PartyView]:
    """Everybody who takes part; partners see each other's names, not their lines."""
    parties = list(activity.parties.select_related("organisation").order_by("pk"))
    order = {PartyRole.LEAD: 0, PartyRole.PARTNER: 1, PartyRole.HOST: 2}
    parties.sort(key=lambda party: (order[PartyRole(party.role)], party.pk))
    names = versions_on([p.organisation_id for p in parties], activity.on)
    seen = Party.objects.visible_to(actor).filter(activity=activity)
    visible = set(seen.values_list("pk", flat=True))
    return [
        PartyView(
            party=party,
            name=_name(names, party),
            sees_lines=party.pk in visible,
            is_mine=actor.can(Capability.EDIT_ACTIVITIES, party.organisation),
        )
        for party in parties
    ]


def _name(names: dict[int, OrganisationVersion], party: Party) -> str:
    version = names.get(party.organisation_id)
    return version.name if version else party.organisation.code


def lines_for(activity: Activity, views: Iterable[PartyView]) -> list[Quantity]:
    """The joint lines, and the own lines of the bodies the actor may look into."""
    shown = {view.party.pk for view in views if view.sees_lines}
    rows = activity.quantities.order_by("pk")
    return [row for row in rows if row.party_id is None or row.party_id in shown]


def hidden_sums(
    activity: Activity, views: Iterable[PartyView]
) -> list[tuple[str, str, int]]:
    """Sums of the own people of bodies whose lines the actor may not see.

    By measure and dimensions; left out where a sum would give one body away.
    """
    hidden = [view.party.pk for view in views if not view.sees_lines]
    rows = activity.quantities.filter(party__in=hidden).order_by("pk")
    amounts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        amounts[row.measure, row.dimensions].append(row.amount)
    return [
        (measure, dimensions, total)
        for (measure, dimensions), found in amounts.items()
        if (total := hidden_sum(found)) is not None
    ]


def parties_with_people(activity: Activity) -> set[int]:
    """Which bodies have written their own people already."""
    rows = activity.quantities.filter(party__isnull=False)
    return set(rows.values_list("party_id", flat=True))


def partners_among(
    activities: Iterable[Activity], bodies: Iterable[int]
) -> dict[int, int]:
    """Which of the bodies is a partner in each activity; the first where several are."""
    parties = Party.objects.filter(
        activity__in=list(activities),
        organisation__in=list(bodies),
        role=PartyRole.PARTNER,
    )
    rows = parties.order_by("-pk").values_list("activity_id", "organisation_id")
    return dict(rows)


def days_without_people(bodies: Collection[int]) -> set[int]:
    """Days that others lead, without the people of one of these partner bodies yet."""
    parties = Party.objects.filter(
        organisation__in=bodies, role=PartyRole.PARTNER, own=None
    )
    joint = parties.exclude(activity__organisation__in=bodies)
    return set(joint.values_list("activity_id", flat=True))


def own_party(activity: Activity, actor: Actor) -> Party:
    """The first party the actor writes for; raises `NotAllowed` where there is none."""
    for party in activity.parties.select_related("organisation").order_by("pk"):
        if actor.can(Capability.EDIT_ACTIVITIES, party.organisation):
            return party
    raise NotAllowed(_("Only bodies that take part may do this."))
