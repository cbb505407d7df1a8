"""Rosters, which are forgotten, and household codes, which say nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.activities.models import HouseholdCode, Party, RosterLine, Team
from kheo.activities.rules import random_code
from kheo.activities.services.plans import recorded
from kheo.activities.services.turns import forget_turns, send_teams
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.organisations.models import Organisation
from kheo.places.models import Place

CODES_AT_ONCE = 500


@transaction.atomic
def set_roster(
    party: Party,
    names: Sequence[tuple[str, str]],
    *,
    actor: Actor,
    at: datetime,
    teams: Iterable[Team] | None = None,
) -> None:
    """Say who of one's own body goes along; the list replaces the one before.

    Without `teams`, what was said about them stays.
    """
    require(actor, Capability.EDIT_ACTIVITIES, party.organisation)
    if teams is not None:
        send_teams(party, teams)
    party.roster.all().delete()
    RosterLine.objects.bulk_create(
        RosterLine(party=party, name=name, duty=duty) for name, duty in names
    )
    recorded(party.activity, "activity.roster", actor=actor, at=at)


@transaction.atomic
def forget_rosters(
    organisation: Organisation, window: Interval, *, actor: Actor, at: datetime
) -> int:
    """Delete the names of a period whose report was accepted; counts remain.

    Of the teams that went, each one's last turn remains.

    Call it from the service that accepts: it asks for no right of its own.
    """
    lines = RosterLine.objects.filter(
        party__organisation=organisation,
        party__activity__on__gte=window.start,
        party__activity__on__lt=window.end,
    )
    count = lines.count()
    forget_turns(organisation, window)
    if count:
        lines.delete()
        data = {"from": str(window.start), "to": str(window.end), "lines": count}
        record(organisation, "roster.forget", actor=actor, at=at, data=data)
    return count


@transaction.atomic
def issue_codes(
    organisation: Organisation,
    *,
    programme: str,
    place: Place,
    count: int,
    actor: Actor,
    at: datetime,
) -> list[HouseholdCode]:
    """Make household codes for a commune to write beside names on its own paper."""
    require(actor, Capability.HOST_ACTIVITIES, organisation)
    if not 1 <= count <= CODES_AT_ONCE:
        message = _("Ask for 1 to %(most)d codes at once.") % {"most": CODES_AT_ONCE}
        raise RuleBroken(message, field="count")
    taken = set(
        HouseholdCode.objects.filter(programme=programme).values_list("code", flat=True)
    )
    codes: set[str] = set()
    while len(codes) < count:
        codes |= {random_code()} - taken
    made = HouseholdCode.objects.bulk_create(
        HouseholdCode(programme=programme, place=place, code=code, issued_at=at)
        for code in sorted(codes)
    )
    record(organisation, "household.codes", actor=actor, at=at, data={"count": count})
    return made
