"""Putting units in charge of communes, and ending it; the ledger counts the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.assignments.models import CommuneAssignment
from kheo.assignments.rules import Charge, stretches
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import RuleBroken
from kheo.core.periods import OPEN_END, Interval
from kheo.ledger import services as ledger
from kheo.organisations.models import Organisation
from kheo.places.models import Place
from kheo.programmes.pack import Origin
from kheo.programmes.queries import programmes_on


@transaction.atomic
def put_in_charge(
    organisation: Organisation,
    place: Place,
    *,
    programme: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
    valid_to: date = OPEN_END,
    basis: str = "",
    client_id: UUID | None = None,
) -> CommuneAssignment:
    """Put a unit in charge of a commune; where it is already, that row is returned.

    Needs MANAGE_ASSIGNMENTS at the unit: its committee's focal point has it.
    """
    require(actor, Capability.MANAGE_ASSIGNMENTS, organisation)
    if valid_to < valid_from:
        raise RuleBroken(_("The end lies before the start."), field="valid_to")
    same = CommuneAssignment.objects.filter(
        programme=programme, organisation=organisation, place=place
    )
    existing = same.filter(valid_from__lt=valid_to, valid_to__gt=valid_from).first()
    if existing:
        return existing
    row = CommuneAssignment.objects.create(
        client_id=client_id or uuid4(),
        programme=programme,
        organisation=organisation,
        place=place,
        valid_from=valid_from,
        valid_to=valid_to,
        basis=basis,
        created_by_id=actor.user_id,
        created_at=at,
    )
    _count(programme, place, at=at)
    _recorded(row, "assignment.start", actor=actor, at=at)
    return row


@transaction.atomic
def end_charge(
    row: CommuneAssignment, *, valid_to: date, actor: Actor, at: datetime
) -> CommuneAssignment:
    """End a charge on a day; what was done under it stays."""
    require(actor, Capability.MANAGE_ASSIGNMENTS, row.organisation)
    if valid_to < row.valid_from:
        raise RuleBroken(_("The end lies before the start."), field="valid_to")
    row.valid_to = valid_to
    row.save(update_fields=["valid_to"])
    _count(row.programme, row.place, at=at)
    _recorded(row, "assignment.end", actor=actor, at=at)
    return row


@dataclass(frozen=True, slots=True)
class NewCharge:
    """One row of an imported table, already looked up."""

    organisation: Organisation
    place: Place
    valid_from: date
    basis: str = ""


@transaction.atomic
def put_all_in_charge(
    rows: Sequence[NewCharge], *, programme: str, actor: Actor, at: datetime
) -> int:
    """Take over a whole list; the same list again changes nothing. Return the new ones."""
    before = CommuneAssignment.objects.filter(programme=programme).count()
    for row in rows:
        put_in_charge(
            row.organisation,
            row.place,
            programme=programme,
            valid_from=row.valid_from,
            basis=row.basis,
            actor=actor,
            at=at,
        )
    return CommuneAssignment.objects.filter(programme=programme).count() - before


def _count(programme: str, place: Place, *, at: datetime) -> None:
    """Post the commune's stretches: one stock of 1 that credits the units in charge."""
    rows = CommuneAssignment.objects.filter(programme=programme, place=place)
    charges = [
        Charge(row.organisation_id, Interval(row.valid_from, row.valid_to))
        for row in rows
    ]
    postings = [
        ledger.Posting(
            line=f"{measure}|{stretch.interval.start}",
            measure=measure,
            on=stretch.interval.start,
            until=None if stretch.interval.end == OPEN_END else stretch.interval.end,
            amount=1,
            credits=stretch.units,
            place_id=place.pk,
        )
        for stretch in stretches(charges)
        for measure in _measures(programme, stretch.interval.start)
    ]
    ledger.post(f"charge:{programme}:{place.code}", programme, postings, at=at)


def _measures(programme: str, day: date) -> list[str]:
    """The stocks of the programme that count communes in charge, if it runs that day."""
    packs = [p.pack for p in programmes_on(day) if p.programme.code == programme]
    measures = packs[0].measures if packs else ()
    return [m.code for m in measures if m.origin is Origin.COMMUNES_IN_CHARGE]


def _recorded(row: CommuneAssignment, verb: str, *, actor: Actor, at: datetime) -> None:
    record(
        row,
        verb,
        actor=actor,
        at=at,
        data={
            "unit": row.organisation.code,
            "commune": row.place.code,
            "from": str(row.valid_from),
            "to": None if row.valid_to == OPEN_END else str(row.valid_to),
        },
        organisation_id=row.organisation_id,
    )
