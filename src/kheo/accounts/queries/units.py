"""Bodies with their people: who can report there, and where nobody can yet."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from kheo.accounts.models import Grant
from kheo.accounts.queries.keeping import INVITE, Keeping, keeping_of
from kheo.accounts.wording import ROLE_NAMES
from kheo.core.access import ROLE_CAPABILITIES, Actor, Capability, Role
from kheo.organisations.models import Organisation
from kheo.organisations.queries import named_on, scopes_of, search

REPORTERS = frozenset(
    role for role in Role if Capability.EDIT_REPORTS in ROLE_CAPABILITIES[role]
)
"""Roles by which somebody writes the reports of a body."""


@dataclass(frozen=True, slots=True)
class Present:
    """A role that somebody holds at a body, or will."""

    grant: Grant
    role: str
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A body with those who hold a role there."""

    organisation: Organisation
    name: str
    people: list[Present]
    has_reporter: bool


def bodies_kept(keeping: Keeping) -> QuerySet[Organisation]:
    """The bodies of that day where roles may be given, named."""
    present = named_on(keeping.day)
    return present if keeping.bodies is None else present.filter(pk__in=keeping.bodies)


def found_units(
    keeping: Keeping, *, q: str = "", lacking: Collection[int] | None = None
) -> QuerySet[Organisation]:
    """The bodies that bear the name, in Vietnamese order; with `lacking` these alone."""
    found = bodies_kept(keeping)
    if lacking is not None:
        found = found.filter(pk__in=lacking)
    if q.strip():
        found = found.filter(pk__in=search(q))
    return found.order_by(F("sort_name"), "pk")


def without_reporter(keeping: Keeping) -> frozenset[int]:
    """The bodies where nobody with an open account can write reports, now or later."""
    roles = _unended(keeping, Grant.objects.filter(role__in=REPORTERS))
    having = {body for _grant, bodies in _placed(roles, keeping.day) for body in bodies}
    kept = bodies_kept(keeping).values_list("pk", flat=True)
    return frozenset(kept) - having


def lacking_among(actor: Actor, bodies: Collection[int], day: date) -> frozenset[int]:
    """Those of the bodies where nobody can report and the actor may invite somebody."""
    asked = actor.bodies(INVITE).intersection(bodies)
    return asked & without_reporter(keeping_of(actor, day)) if asked else asked


def units_on_page(bodies: Sequence[Organisation], keeping: Keeping) -> list[Unit]:
    """The lines of one page; as many questions for one body as for fifty."""
    shown = {body.pk for body in bodies}
    people: dict[int, list[Present]] = defaultdict(list)
    grants = _unended(keeping, keeping.grants())
    for grant, where in _placed(grants.select_related("user"), keeping.day):
        for body in where & shown:
            people[body].append(
                Present(
                    grant,
                    str(ROLE_NAMES[Role(grant.role)]),
                    grant.valid_from > keeping.day,
                )
            )
    return [
        Unit(
            organisation=body,
            name=body.name,  # type: ignore[attr-defined]  # annotated
            people=people[body.pk],
            has_reporter=any(one.grant.role in REPORTERS for one in people[body.pk]),
        )
        for body in bodies
    ]


def _unended(keeping: Keeping, grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Those of open accounts that are held or to come, at bodies or what they succeeded."""
    rows = grants.filter(
        valid_to__gt=keeping.day, user__is_active=True, organisation__isnull=False
    )
    if keeping.near is not None:
        rows = rows.filter(organisation__in=keeping.near)
    return rows.select_related("tree").order_by("user__sort_name", "pk")


def _placed(
    grants: QuerySet[Grant], day: date
) -> Iterator[tuple[Grant, frozenset[int]]]:
    """Each grant with the bodies where it holds: itself, or what took over from it."""
    rows = list(grants)
    seats = {
        (row.tree.code, row.organisation_id, False)
        for row in rows
        if row.tree and row.organisation_id
    }
    scopes = scopes_of(seats, day=day)
    for row in rows:
        if row.tree and row.organisation_id:
            yield row, scopes[row.tree.code, row.organisation_id, False].roots
