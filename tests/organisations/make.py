"""Bodies for tests, made by the services that people use."""

from datetime import UTC, date, datetime

from kheo.core.access import SYSTEM, Actor, Capability
from kheo.organisations.queries import scope_of
from kheo.organisations.rules import Details
from kheo.organisations.services import apply_plan, create_organisation, parse_plan

NOON = datetime(2026, 8, 1, 5, 0, tzinfo=UTC)
START = date(2020, 1, 1)
REFORM = date(2025, 7, 1)
BEFORE, AFTER = date(2025, 6, 30), REFORM


def make_body(code, below=None, *, on=START, tree="party", **said):
    details = {"name": code, "kind": "agency", "tier": "province"} | said
    return create_organisation(
        code,
        Details(**details),
        on=on,
        below={tree: below},
        actor=SYSTEM,
        at=NOON,
    )


def make_manager(*roots, day=AFTER, capabilities=tuple(Capability)):
    """Someone who holds the capabilities at and below the bodies."""
    scope = scope_of({body.pk for body in roots}, day=day)
    return Actor(
        user_id=None,
        name="Cán bộ",
        roots=dict.fromkeys(capabilities, scope.roots),
        writable=dict.fromkeys(capabilities, scope.writable),
        readable=dict.fromkeys(capabilities, scope.readable),
    )


def plan_of(steps, *, code="plan", on="2025-07-01"):
    """A plan from its steps as people write them."""
    return parse_plan(
        f"code: {code}\ntitle: Sắp xếp\non: {on}\nbasis: 60-NQ/TW\nsteps:\n{steps}"
    )


def reorganise(steps, *, code="plan", on="2025-07-01", actor=SYSTEM):
    return apply_plan(plan_of(steps, code=code, on=on), actor=actor, at=NOON)
