"""Whose figures an actor may ask for, and which entries behind them may be listed.

A dated record may be read if its body is below a root of the actor now, by succession,
or was on the record's date (architecture, "Access"). An entry of joint work is one
line: whoever may see one of its partners sees it.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from kheo.core.access import Actor, Capability
from kheo.core.periods import OPEN_END, Interval
from kheo.core.scoping import reach_of
from kheo.ledger.models import Claim, Credit, Entry
from kheo.ledger.rules import Structure
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import PARTY, scope_of

SEE = Capability.VIEW_REPORTS


def sees_everything(actor: Actor, capability: Capability = SEE) -> bool:
    """Whether no body at all is out of the actor's sight: one query."""
    if actor.is_system:
        return True
    bodies = actor.bodies(capability)
    return bool(bodies) and not Organisation.objects.exclude(pk__in=bodies).exists()


def bodies_readable(
    actor: Actor, capability: Capability = SEE
) -> frozenset[int] | None:
    """The bodies the actor may see today, `None` for all of them."""
    return None if actor.is_system else actor.bodies(capability)


def entries_visible_to(
    actor: Actor, capability: Capability = SEE
) -> "QuerySet[Entry, Entry]":
    """The live entries that credit a body the actor may see, now or on their day."""
    live = Entry.objects.filter(closed_at=None)
    if actor.is_system:
        return live
    if not actor.bodies(capability):
        return live.none()
    if sees_everything(actor, capability):
        return live
    credited = Credit.objects.filter(entry=OuterRef("pk"))
    mine = credited.filter(
        _seen(actor, capability, "organisation_id", OuterRef("entry__on"))
    )
    return live.filter(Exists(mine))


def claims_visible_to(
    actor: Actor, capability: Capability = SEE
) -> "QuerySet[Claim, Claim]":
    """The live claims of bodies the actor may see, now or on the window's last day."""
    live = Claim.objects.filter(closed_at=None)
    if actor.is_system:
        return live
    if not actor.bodies(capability):
        return live.none()
    # A window's end is its first day no longer: what held until it held on its last.
    then = Reach.objects.filter(
        _below(actor, capability),
        inferior=OuterRef("organisation_id"),
        valid_from__lt=OuterRef("window_to"),
        valid_to__gte=OuterRef("window_to"),
    )
    return live.filter(Q(organisation__in=actor.bodies(capability)) | Exists(then))


def _seen(actor: Actor, capability: Capability, body: str, day: Any) -> Q:
    now = Q(**{f"{body}__in": actor.bodies(capability)})
    lines = actor.reaches(capability)
    if not lines:
        return now
    return now | Q(Exists(reach_of(lines, OuterRef(body), day)))


def _below(actor: Actor, capability: Capability = SEE) -> Q:
    """Rows of the closure that lie below a root of the actor, each in its own tree."""
    below = Q(pk__in=[])
    for tree, root in actor.reaches(capability):
        below |= Q(tree__code=tree, superior=root)
    return below


def may_ask(actor: Actor, body: Organisation, interval: Interval) -> bool:
    """Whether the body's figures of these days are the actor's to see.

    They are where the body may be seen today, or stood below a root of the actor
    throughout the days.
    """
    if actor.can(SEE, body):
        return True
    reach = Reach.objects.filter(_below(actor), inferior=body)
    spans = reach.filter(valid_from__lt=interval.end, valid_to__gt=interval.start)
    reached = interval.start
    for since, until in spans.order_by("valid_from").values_list(
        "valid_from", "valid_to"
    ):
        if since > reached:
            return False
        reached = max(reached, until)
    return reached >= interval.end


def may_restate(
    actor: Actor, body: Organisation, structure: Structure, *, tree: str = PARTY
) -> bool:
    """Whether the actor may have the body's figures computed for another day's tree.

    On that day all that then counts below the body must be bodies the actor may see:
    a body that left since must not be summed up through its old superior.
    """
    if not isinstance(structure, date) or sees_everything(actor):
        return True
    below = scope_of({body.pk}, day=structure, tree=tree)
    return below.readable <= actor.bodies(SEE)


def children_visible_to(
    actor: Actor, children: Collection[int], interval: Interval
) -> frozenset[int]:
    """Of a body's children those the actor may see by name, now or in these days."""
    if actor.is_system:
        return frozenset(children)
    bodies = actor.bodies(SEE)
    others = set(children) - bodies
    if not others:
        return frozenset(children)
    then = Reach.objects.filter(
        _below(actor),
        inferior__in=others,
        valid_from__lt=interval.end,
        valid_to__gt=interval.start,
    )
    found: Iterable[int] = then.values_list("inferior", flat=True)
    return frozenset(children) & (bodies | frozenset(found))


def homes_of(actor: Actor) -> list[int]:
    """Where the actor's figures begin: the roots, or the bodies granted one by one.

    The highest come first, so that someone with grants in two lines begins at the top.
    """
    roots = actor.roots.get(SEE, frozenset())
    alone = actor.writable.get(SEE, frozenset())
    bodies = Organisation.objects.filter(pk__in=roots or alone)
    depth = Reach.objects.filter(
        tree__code=PARTY, inferior=OuterRef("pk"), valid_to=OPEN_END
    ).order_by("-depth")
    ordered = bodies.annotate(depth=Subquery(depth.values("depth")[:1]))
    return list(ordered.order_by("depth", "pk").values_list("pk", flat=True))
