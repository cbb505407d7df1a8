"""Saying what a day achieved: the ledger counts it at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.formats import number_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.activities.models import (
    LONGEST_FOLDED,
    Activity,
    HouseholdCode,
    Party,
    PartyRole,
    Quantity,
)
from kheo.activities.queries import done_of, measures_of
from kheo.activities.queries.behalf import has_spoken
from kheo.activities.queries.stamps import log_stamp, written_by
from kheo.activities.rules import Done, lines_of
from kheo.activities.services.plans import (
    Where,
    changed_meanwhile,
    parties_written,
    plan_activity,
    recorded,
    source_of,
    spoken_for,
    write,
)
from kheo.activities.services.rhythms import settle_again
from kheo.activities.workflow import HAPPENED, WORKFLOW, ActivityAction, ActivityState
from kheo.core.access import Actor
from kheo.core.errors import Conflict, Outdated, RuleBroken
from kheo.core.language import said
from kheo.core.text import fold
from kheo.ledger import services as ledger
from kheo.organisations.models import Organisation
from kheo.programmes.pack import Measure


@transaction.atomic
def log_activity(
    activity: Activity,
    *,
    done: Iterable[Done],
    actor: Actor,
    at: datetime,
    title: str | None = None,
    seen: str | None = None,
) -> Activity:
    """Say what was done; saying it again replaces what was said before.

    The same again changes nothing, not even the commune's confirmation. `seen` is the
    stamp of what the form showed: where somebody saved something else in between,
    `Outdated` is raised and nothing has changed.

    The lead writes the joint work and its own people, a partner only its own people.
    Who types on behalf leaves alone what a unit has logged itself, and is named so.
    Everything is posted to the ledger on the day of the work, whatever the day of the
    typing. Raises `RuleBroken` for a measure the programme does not know, an amount
    beyond what is plausible, a household code of another commune.
    """
    before = ActivityState(activity.state)
    move = WORKFLOW.find(before, ActivityAction.LOG)
    if activity.on > localdate(at):
        raise RuleBroken(_("This day has not come yet."), field="on")
    now = Activity.objects.select_for_update().get(pk=activity.pk)
    mine = parties_written(activity, actor)
    lines = [one for one in done if one.amount]
    _check_done(activity, lines)
    leads = any(party.role == PartyRole.LEAD for party in mine)
    if not leads and before not in HAPPENED:
        raise Conflict(_("The leading body logs the day first."))
    if _says_the_same(now, lines, title, mine=mine, actor=actor):
        return activity
    if seen is not None and seen != log_stamp(now, mine):
        raise Outdated(changed_meanwhile())
    _replace_quantities(activity, lines, mine=mine, leads=leads)
    changes: dict[str, object] = {"logged_at": at}
    if leads:
        named = title or activity.title
        folded = fold(named)[:LONGEST_FOLDED]
        changes |= {"state": move.target, "title": named, "folded": folded}
    write(activity, before, changes)
    post_day(activity, at=at)
    settle_again(activity, at=at)
    spoken = spoken_for(actor, mine)
    recorded(activity, "activity.log", actor=actor, at=at, spoken=spoken)
    return activity


@transaction.atomic
def log_unplanned(
    *,
    client_id: UUID,
    programme: str,
    organisation: Organisation,
    partners: Sequence[Organisation],
    where: Where,
    on: date,
    title: str,
    done: Iterable[Done],
    actor: Actor,
    at: datetime,
    field: str = "",
    reason: str = "",
) -> Activity:
    """Log a day that was never planned here; twice the same `client_id` is one day."""
    activity = plan_activity(
        client_id=client_id,
        programme=programme,
        organisation=organisation,
        partners=partners,
        where=where,
        on=on,
        title=title,
        field=field,
        reason=reason,
        has_happened=True,
        actor=actor,
        at=at,
    )
    if ActivityState(activity.state) in HAPPENED:
        return activity
    return log_activity(activity, done=done, actor=actor, at=at)


def post_day(activity: Activity, *, at: datetime) -> None:
    """Post what the day achieved, on the day it now bears, in place of what was posted."""
    parties = tuple(
        activity.parties.order_by("pk").values_list("organisation_id", flat=True)
    )
    lines = lines_of(
        done_of(activity),
        measures_of(activity),
        parties=parties,
        hamlet=activity.hamlet.code if activity.hamlet else "",
    )
    ledger.post(
        source_of(activity),
        activity.programme,
        [
            ledger.Posting(
                line=line.key,
                measure=line.measure,
                on=activity.on,
                amount=line.amount,
                credits=line.credits,
                dimensions=line.dimensions,
                place_id=activity.hamlet_id or activity.place_id,
                subject=line.subject,
            )
            for line in lines
        ],
        at=at,
    )


def _says_the_same(
    activity: Activity,
    lines: list[Done],
    title: str | None,
    *,
    mine: list[Party],
    actor: Actor,
) -> bool:
    """Whether the same side has said just this, and the commune has not questioned it."""
    if activity.state not in {ActivityState.DONE, ActivityState.CONFIRMED}:
        return False
    if (title or activity.title) != activity.title:
        return False
    others = {one.organisation for one in lines if one.organisation}
    parties = activity.parties.filter(organisation__in=others)
    stands = written_by(activity, list({*mine, *parties}))
    return set(lines) == set(stands) and has_spoken(activity, mine, actor)


def _replace_quantities(
    activity: Activity, lines: list[Done], *, mine: list[Party], leads: bool
) -> None:
    owners = {party.organisation_id: party for party in mine}
    known = {p.organisation_id: p for p in activity.parties.all()}
    for line in lines:
        if line.organisation is None and not leads:
            raise RuleBroken(_("Only the leading body writes what was done together."))
        if line.organisation is not None and line.organisation not in known:
            raise RuleBroken(_("Only bodies that take part have people here."))
        if line.organisation not in owners and line.organisation and not leads:
            raise RuleBroken(_("Each body writes its own people."))
    written = {line.organisation for line in lines if line.organisation}
    old = activity.quantities.all()
    replaced = [known[body] for body in written] + list(owners.values())
    old.filter(party__in=replaced).delete()
    if leads:
        old.filter(party=None).delete()
    Quantity.objects.bulk_create(
        Quantity(
            activity=activity,
            party=known[line.organisation] if line.organisation else None,
            measure=line.measure,
            dimensions=line.dimensions,
            subject=line.subject,
            amount=line.amount,
        )
        for line in lines
    )


def _check_done(activity: Activity, lines: list[Done]) -> None:
    measures = {measure.code: measure for measure in measures_of(activity)}
    codes = {line.subject for line in lines if line.subject}
    known = HouseholdCode.objects.filter(
        programme=activity.programme, place=activity.place, code__in=codes
    )
    unknown = codes - set(known.values_list("code", flat=True))
    if unknown:
        text = _("The commune has not given these household codes: %(codes)s.")
        message = text % {"codes": ", ".join(sorted(unknown))}
        raise RuleBroken(message, field="households")
    for line in lines:
        measure = measures.get(line.measure)
        if measure is None:
            text = _("The programme has no measure %(code)s.")
            raise RuleBroken(text % {"code": line.measure})
        _check_plausible(measure, line)


def _check_plausible(measure: Measure, line: Done) -> None:
    """Refuse what no day brings, with the range that the programme gives."""
    limits = measure.plausible
    if limits is None:
        return
    amount = Decimal(line.amount).scaleb(-measure.decimals)
    if limits.min <= amount <= limits.max:
        return
    message = _(
        "%(name)s: %(amount)s %(unit)s in one day is not plausible. From %(least)s to"
        " %(most)s %(unit)s is; please check the number and its unit."
    )
    numbers = {"amount": amount, "least": limits.min, "most": limits.max}
    written = {
        key: number_format(number.normalize() + 0, force_grouping=True)
        for key, number in numbers.items()
    }
    names = {"name": said(measure.name), "unit": said(measure.unit)}
    raise RuleBroken(message % (written | names), field=line.measure)
