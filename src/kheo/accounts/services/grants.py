"""Roles given and ended; what was done under them stays."""

from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.accounts.models import Grant, User
from kheo.accounts.queries.keeping import keeping_of
from kheo.accounts.queries.people import administrators_on
from kheo.accounts.services.invitations import stop_links_beyond
from kheo.accounts.services.locks import hold
from kheo.accounts.services.rights import (
    refuse_oneself,
    require_another_administrator,
    require_gift,
    require_keeper,
    require_kept,
)
from kheo.audit.services import record
from kheo.core.access import Actor, Role
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.periods import DAY, OPEN_END, Interval
from kheo.organisations.models import Organisation, Tree


@transaction.atomic
def grant_role(
    user: User,
    role: Role,
    *,
    organisation: Organisation | None,
    actor: Actor,
    at: datetime,
    valid_from: date,
    valid_to: date = OPEN_END,
    tree: str = "party",
    own_only: bool = False,
) -> Grant:
    """Give a role at a body (`own_only`: not below it) from a day up to, not including, another.

    Where a grant of the same kind covers the time already, it is the answer, and nothing
    is written. Raises `RuleBroken` for one that covers a part of it, and `NotAllowed` for
    a role over content that an administrator gives to himself while there is a second one,
    and for whatever reaches beyond the bodies below who invites.
    """
    hold(user)
    require_kept(actor, user, on=localdate(at))
    return give(
        user,
        role,
        organisation=organisation,
        actor=actor,
        at=at,
        valid_from=valid_from,
        valid_to=valid_to,
        tree=tree,
        own_only=own_only,
    )


def give(
    user: User,
    role: Role,
    *,
    organisation: Organisation | None,
    actor: Actor,
    at: datetime,
    valid_from: date,
    valid_to: date = OPEN_END,
    tree: str = "party",
    own_only: bool = False,
) -> Grant:
    """Give a role to somebody whose account the actor has just made, or looks after."""
    _check_place(role, organisation)
    require_gift(
        actor, role, organisation, tree=tree, own_only=own_only, on=localdate(at)
    )
    if valid_to <= valid_from:
        raise RuleBroken(_("The last day is before the first."), field="valid_to")
    is_self = actor.user_id == user.pk and role is not Role.ADMINISTRATOR
    if is_self and _others(user, localdate(at)):
        raise NotAllowed(
            _(
                "Nobody gives a role over content to himself while there is another"
                " administrator of accounts: ask that one."
            )
        )
    line = Tree.objects.get(code=tree) if organisation else None
    same = user.grants.filter(
        role=role, organisation=organisation, tree=line, is_own_only=own_only
    )
    existing = same.filter(valid_from__lt=valid_to, valid_to__gt=valid_from)
    if one := existing.order_by("valid_from", "pk").first():
        return _covering(one, Interval(valid_from, valid_to))
    grant = Grant.objects.create(
        user=user,
        role=role,
        organisation=organisation,
        tree=line,
        valid_from=valid_from,
        valid_to=valid_to,
        is_own_only=own_only,
    )
    record(user, "user.grant", actor=actor, at=at, data=_said(grant) | _mark(is_self))
    stop_links_beyond(user, at=at)
    return grant


@transaction.atomic
def end_grant(grant: Grant, *, on: date, actor: Actor, at: datetime) -> Grant:
    """Let a grant end, `on` being the first day without it; what was done under it stays.

    Who invites ends what reaches nothing beyond the bodies below, whoever gave it, also
    of a person with roles elsewhere. Raises `Conflict` where nobody would be left to
    administer accounts.
    """
    require_keeper(actor)
    refuse_oneself(actor, grant.user)
    keeping = keeping_of(actor, localdate(at))
    if not (keeping.is_whole or keeping.grants().filter(pk=grant.pk).exists()):
        raise NotAllowed(_("This role reaches beyond the bodies below yours."))
    if grant.role == Role.ADMINISTRATOR:
        require_another_administrator(grant.user, on=max(on, localdate(at)))
    grant.valid_to = max(on, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    data = _said(grant) | {"on": grant.valid_to.isoformat()}
    record(grant.user, "user.ungrant", actor=actor, at=at, data=data)
    return grant


def _check_place(role: Role, organisation: Organisation | None) -> None:
    if organisation is None and role is not Role.ADMINISTRATOR:
        raise RuleBroken(
            _("Choose the body where the role holds."), field="organisation"
        )
    if organisation is not None and role is Role.ADMINISTRATOR:
        raise RuleBroken(
            _("This role holds for the whole site: leave the body empty."),
            field="organisation",
        )


def _others(user: User, day: date) -> bool:
    return administrators_on(day).exclude(pk=user.pk).exists()


def _covering(grant: Grant, asked: Interval) -> Grant:
    held = Interval(grant.valid_from, grant.valid_to)
    if held.covers(asked):
        return grant
    first = date_format(held.start, "SHORT_DATE_FORMAT")
    if grant.valid_to == OPEN_END:
        message = _("This role is held there already, from %(first)s on.")
        raise RuleBroken(message % {"first": first}, field="valid_from")
    last = date_format(grant.valid_to - DAY, "SHORT_DATE_FORMAT")
    message = _(
        "This role is held there already, from %(first)s to %(last)s."
        " Choose days outside that time."
    )
    raise RuleBroken(message % {"first": first, "last": last}, field="valid_from")


def _said(grant: Grant) -> dict[str, object]:
    """A grant as the trail keeps it: codes and days, no names."""
    body = grant.organisation.code if grant.organisation else None
    return {"role": str(grant.role), "body": body, "own": grant.is_own_only}


def _mark(is_self: bool) -> dict[str, object]:  # noqa: FBT001  what the caller found
    return {"self": True} if is_self else {}
