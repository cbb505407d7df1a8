"""Choosing whose numbers are used, taking one, cancelling one."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import Conflict, RuleBroken
from kheo.directives.models import (
    NumberingChoice,
    NumberRegister,
    NumberScope,
    NumberSource,
    PaperNumber,
)
from kheo.directives.queries import numbering_of
from kheo.directives.rules import scope_key
from kheo.organisations.models import Organisation


@transaction.atomic
def choose_numbering(
    organisation: Organisation,
    *,
    source: NumberSource,
    scope: NumberScope = NumberScope.YEAR,
    term: str = "",
    actor: Actor,
    at: datetime,
) -> NumberingChoice:
    """Say where a body's numbers come from; numbers already taken stay as they are.

    `term` names the committee's term, such as “2025-2030”, where numbers run by term.
    """
    require(actor, Capability.NUMBER_PAPERS, organisation)
    if scope == NumberScope.TERM and not term.strip():
        raise RuleBroken(_("Name the term, such as 2025-2030."), field="term")
    choice, __ = NumberingChoice.objects.update_or_create(
        organisation=organisation,
        defaults={
            "source": source,
            "scope": scope,
            "term": term.strip(),
            "chosen_at": at,
            "chosen_by_id": actor.user_id,
        },
    )
    data = {"source": str(source), "scope": str(scope), "term": term.strip()}
    record(
        choice,
        "numbering.choose",
        actor=actor,
        at=at,
        data=data,
        organisation_id=organisation.pk,
    )
    return choice


@transaction.atomic
def open_register(
    organisation: Organisation,
    *,
    type_code: str,
    on: date,
    first: int,
    actor: Actor,
    at: datetime,
) -> NumberRegister:
    """Begin a sequence at another number than 01: the office has given some by hand.

    Raises `Conflict` once a number of the sequence is taken.
    """
    require(actor, Capability.NUMBER_PAPERS, organisation)
    if first < 1:
        raise RuleBroken(_("Numbers of papers begin with 01."), field="first")
    register = _register(organisation, type_code, on)
    untouched = NumberRegister.objects.filter(
        pk=register.pk, next_number=F("first"), numbers=None
    )
    if not untouched.update(first=first, next_number=first):
        raise Conflict(_("Numbers of this sequence have already been taken."))
    register.refresh_from_db()
    record(
        register,
        "numbering.open",
        actor=actor,
        at=at,
        data={"type": type_code, "scope": register.scope_key, "first": first},
        organisation_id=organisation.pk,
    )
    return register


def take_number(
    *,
    id: UUID,  # noqa: A002  the client's own id of the paper's number
    organisation: Organisation,
    type_code: str,
    on: date,
    subject: str,
    actor: Actor,
    at: datetime,
) -> PaperNumber:
    """The next number of the body's sequence for this type and day.

    The same id again answers with the number it took. Two at once get two numbers and a
    failed one gives its number back: the row of the register is counted up inside the
    transaction, which is what holds the others back until it ends.
    """
    require(actor, Capability.NUMBER_PAPERS, organisation)
    if numbering_of(organisation).source != NumberSource.KHEO:
        raise Conflict(
            _("This body numbers its papers in its own register. Enter that number.")
        )
    try:
        return _take(
            id,
            _register(organisation, type_code, on),
            on=on,
            subject=subject,
            actor=actor,
            at=at,
        )
    except IntegrityError:
        taken = PaperNumber.objects.select_related("register").get(pk=id)
    if (taken.register.organisation_id, taken.register.type_code) != (
        organisation.pk,
        type_code,
    ):
        raise Conflict(_("Another paper has already been numbered under this id."))
    return taken


@transaction.atomic
def cancel_number(
    number: PaperNumber, *, reason: str, actor: Actor, at: datetime
) -> PaperNumber:
    """Mark a number as not used. It is never given again; cancelling twice is once."""
    organisation = number.register.organisation
    require(actor, Capability.NUMBER_PAPERS, organisation)
    if not reason.strip():
        raise RuleBroken(_("Say why the number is cancelled."), field="reason")
    changed = PaperNumber.objects.filter(pk=number.pk, cancelled_at=None).update(
        cancelled_at=at, cancelled_reason=reason.strip()[:500]
    )
    number.refresh_from_db()
    if changed:
        record(
            number,
            "number.cancel",
            actor=actor,
            at=at,
            data={"number": number.number, "reason": number.cancelled_reason},
            organisation_id=organisation.pk,
        )
    return number


def _register(organisation: Organisation, type_code: str, on: date) -> NumberRegister:
    """The sequence of this type on this day, begun when first asked for."""
    chosen = numbering_of(organisation)
    register, __ = NumberRegister.objects.get_or_create(
        organisation=organisation,
        type_code=type_code,
        scope=chosen.scope,
        scope_key=scope_key(chosen.scope, on, chosen.term),
    )
    return register


@transaction.atomic
def _take(
    number_id: UUID,
    register: NumberRegister,
    *,
    on: date,
    subject: str,
    actor: Actor,
    at: datetime,
) -> PaperNumber:
    NumberRegister.objects.filter(pk=register.pk).update(
        next_number=F("next_number") + 1
    )
    register.refresh_from_db()
    taken = PaperNumber.objects.create(
        id=number_id,
        register=register,
        number=register.next_number - 1,
        on=on,
        subject=subject[:500],
        taken_at=at,
        taken_by_id=actor.user_id,
    )
    record(
        taken,
        "number.take",
        actor=actor,
        at=at,
        data={
            "type": register.type_code,
            "scope": register.scope_key,
            "number": taken.number,
        },
        organisation_id=register.organisation_id,
    )
    return taken
