"""What a plan meets, read from the database."""

from collections import defaultdict
from datetime import date

from kheo.core.lineage import Placement as Stay
from kheo.organisations.models import (
    Kind,
    Lineage,
    OrganisationVersion,
    Placement,
    Tier,
    Tree,
)
from kheo.organisations.queries import PARTY
from kheo.organisations.rules import Amend, Create, Ground, Outcome, PlanText, work_out
from kheo.places.models import Place

FRONT = "front"
KNOWN_TREES = (PARTY, FRONT)
"""Trees that every province has; others are defined (`define_tree`)."""


def foresee(plan: PlanText) -> Outcome:
    """Work a plan out against what is stored now."""
    return work_out(plan, _ground(plan))


def _ground(plan: PlanText) -> Ground:
    return Ground(
        versions=_versions(),
        placements=_placements(),
        kinds=frozenset(Kind.values),
        tiers=frozenset(Tier.values),
        places=_places(plan),
        linked=frozenset(
            Lineage.objects.filter(on=plan.on).values_list(
                "predecessor__code", "successor__code"
            )
        ),
        armed=frozenset(
            OrganisationVersion.objects.in_force(plan.on)
            .filter(kind=Kind.ARMED_FORCES)
            .values_list("organisation__code", flat=True)
        ),
    )


def _versions() -> dict[str, list[tuple[date, bool]]]:
    versions: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    rows = OrganisationVersion.objects.order_by("valid_from")
    for code, since, is_end in rows.values_list(
        "organisation__code", "valid_from", "is_end"
    ):
        versions[code].append((since, is_end))
    return versions


def _placements() -> dict[str, list[Stay[str]]]:
    placements: dict[str, list[Stay[str]]] = {code: [] for code in KNOWN_TREES}
    for code in Tree.objects.values_list("code", flat=True):
        placements.setdefault(code, [])
    rows = Placement.objects.order_by("pk").values_list(
        "tree__code", "organisation__code", "valid_from", "parent__code", "is_end"
    )
    for tree, body, since, parent, is_end in rows:
        placements[tree].append(Stay(body, since, parent, is_end))
    return placements


def _places(plan: PlanText) -> frozenset[str]:
    named = {
        step.place
        for step in plan.steps
        if isinstance(step, (Create, Amend)) and step.place
    }
    found = Place.objects.filter(code__in=named)
    return frozenset(found.values_list("code", flat=True))
