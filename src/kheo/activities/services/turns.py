"""Teams that go out in turn: named by their own body, never standing for a person."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kheo.activities.models import Party, RosterLine, Team, Turn
from kheo.activities.rules import TEAM_LEAST
from kheo.activities.workflow import HAPPENED
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.core.text import normalise
from kheo.organisations.models import Organisation


@transaction.atomic
def name_teams(
    organisation: Organisation,
    teams: Sequence[tuple[str, int]],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Say which teams of a body go out in turn, with their sizes; the list is whole.

    A team left out leaves the rotation and keeps its past; named again, it returns.
    Raises `RuleBroken` for fewer than three people or the name of somebody who stands
    on a list of the body: a team is no person.
    """
    require(actor, Capability.EDIT_ACTIVITIES, organisation)
    named = {normalise(name): size for name, size in teams}
    _check_teams(organisation, named)
    rows = Team.objects.filter(organisation=organisation)
    rows.exclude(name__in=named).update(is_in_turn=False)
    for name, size in named.items():
        Team.objects.update_or_create(
            organisation=organisation,
            name=name,
            defaults={"size": size, "is_in_turn": True},
        )
    rows.filter(is_in_turn=False, turns=None).delete()
    record(organisation, "team.name", actor=actor, at=at, data={"teams": len(named)})


def send_teams(party: Party, teams: Iterable[Team]) -> None:
    """Say which teams of the party's own body go along; replaces what was said before.

    Call it from a service that has asked for the right to write for the party.
    """
    chosen = {team.pk for team in teams}
    own = Team.objects.filter(pk__in=chosen, organisation=party.organisation_id)
    if own.count() != len(chosen):
        raise RuleBroken(_("Only your own unit's teams go along."), field="teams")
    party.turns.exclude(team__in=chosen).delete()
    kept = set(party.turns.values_list("team_id", flat=True))
    Turn.objects.bulk_create(
        Turn(party=party, team_id=team) for team in sorted(chosen - kept)
    )


def forget_turns(organisation: Organisation, window: Interval) -> int:
    """Delete the turns of a window but each team's last one; returns how many.

    The rotation needs nothing else, and nothing else is kept.
    """
    turns = Turn.objects.filter(
        team__organisation=organisation, party__activity__state__in=HAPPENED
    )
    last = dict(turns.values_list("team").annotate(Max("party__activity__on")))
    in_window = turns.filter(
        party__activity__on__gte=window.start, party__activity__on__lt=window.end
    ).select_related("party__activity")
    gone = [
        turn.pk for turn in in_window if turn.party.activity.on < last[turn.team_id]
    ]
    Turn.objects.filter(pk__in=gone).delete()
    return len(gone)


def _check_teams(organisation: Organisation, named: dict[str, int]) -> None:
    small = [name for name, size in named.items() if size < TEAM_LEAST]
    if small:
        text = _("A team has at least %(least)d people, so not: %(names)s.")
        message = text % {"least": TEAM_LEAST, "names": ", ".join(small)}
        raise RuleBroken(message, field="teams")
    people = RosterLine.objects.filter(
        party__organisation=organisation, name__in=list(named)
    )
    if people.exists():
        message = _("A person's name is no team: write the name of a group or section.")
        raise RuleBroken(message, field="teams")
