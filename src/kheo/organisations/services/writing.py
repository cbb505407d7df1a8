"""An outcome written down, with a trace by which it can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Max, Model, Q

from kheo.core.text import fold, sort_key
from kheo.organisations.models import (
    Kind,
    Lineage,
    Organisation,
    OrganisationVersion,
    Placement,
    Plan,
    Tree,
)
from kheo.organisations.queries import versions_on
from kheo.organisations.rules import Outcome
from kheo.organisations.services.reach import refresh_reach, restamp_all
from kheo.places.models import Place

KEPT = (
    "name",
    "short_name",
    "kind",
    "symbol",
    "tier",
    "place_id",
    "headcount",
    "is_exempt",
    "focal_point",
    "officer",
)
"""What a new version takes over from the one before."""
EMPTY: Mapping[str, Any] = {
    "short_name": "",
    "symbol": "",
    "place_id": None,
    "headcount": None,
    "is_exempt": False,
    "focal_point": "",
    "officer": "",
}
TREE_NAMES = {"party": "Hệ thống tổ chức đảng", "front": "Hệ thống Mặt trận"}

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Trace:
    """What was written: how many rows, what they replaced, what was last then."""

    bodies: list[int] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    versions: int = 0
    placements: int = 0
    replaced_versions: list[dict[str, Any]] = field(default_factory=list)
    replaced_placements: list[dict[str, Any]] = field(default_factory=list)
    last_version: int = 0
    last_placement: int = 0
    last_bond: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Trace":
        return cls(**data)


def write(outcome: Outcome, *, basis: str = "", plan: Plan | None = None) -> Trace:
    """Store an outcome without problems, and bring the closure up to date."""
    created = Organisation.objects.bulk_create(
        [Organisation(code=code) for code in outcome.created]
    )
    codes = outcome.affected | outcome.superiors
    bodies = Organisation.objects.in_bulk(sorted(codes), field_name="code")
    trace = Trace(
        bodies=sorted(bodies[code].pk for code in outcome.affected),
        created=[body.pk for body in created],
    )
    _write_versions(outcome, bodies, trace, basis=basis, plan=plan)
    _write_placements(outcome, bodies, trace, plan=plan)
    _write_bonds(outcome, bodies, basis=basis, plan=plan)
    trace.last_version = _last(OrganisationVersion)
    trace.last_placement = _last(Placement)
    trace.last_bond = _last(Lineage)
    return trace


def restore(plan: Plan, trace: Trace) -> None:
    """Take back what the plan wrote; raises `ProtectedError` for a body in use."""
    Lineage.objects.filter(plan=plan).delete()
    Placement.objects.filter(plan=plan).delete()
    OrganisationVersion.objects.filter(plan=plan).delete()
    for values in trace.replaced_versions:
        OrganisationVersion(**values).save(force_insert=True)
    for values in trace.replaced_placements:
        Placement(**values).save(force_insert=True)
    Organisation.objects.filter(pk__in=trace.created).delete()


def _last(model: type[Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return last or 0


def _write_versions(
    outcome: Outcome,
    bodies: Mapping[str, Organisation],
    trace: Trace,
    *,
    basis: str,
    plan: Plan | None,
) -> None:
    changed = {*outcome.versions, *outcome.ended}
    before = versions_on([bodies[code].pk for code in changed], outcome.on)
    places = _places(outcome.versions.values())
    rows = []
    for code in sorted(changed):
        version = _version(before.get(bodies[code].pk), bodies[code], outcome.on)
        _amend(version, outcome.versions.get(code, {}), places)
        version.is_end = code in outcome.ended
        version.basis = basis
        version.plan = plan
        rows.append(version)
    old = [v for v in before.values() if v.valid_from == outcome.on]
    trace.replaced_versions = _replace(OrganisationVersion, old, rows)
    trace.versions = len(rows)


def _version(
    before: OrganisationVersion | None, body: Organisation, on: date
) -> OrganisationVersion:
    kept = {name: getattr(before, name) for name in KEPT} if before else dict(EMPTY)
    return OrganisationVersion(organisation=body, valid_from=on, **kept)


def _amend(
    version: OrganisationVersion, said: Mapping[str, Any], places: Mapping[str, Place]
) -> None:
    for name, value in said.items():
        if name == "place":
            version.place = places[value] if value else None
        else:
            setattr(version, name, EMPTY[name] if value is None else value)
    if version.kind == Kind.ARMED_FORCES:
        version.headcount = None
    searched = f"{version.name} {version.short_name} {version.symbol}"
    version.folded = fold(searched)[:400]
    version.sort_name = sort_key(version.name)


def _places(said: Iterable[Mapping[str, Any]]) -> Mapping[str, Place]:
    codes = sorted({values["place"] for values in said if values.get("place")})
    return Place.objects.in_bulk(codes, field_name="code")


def _write_placements(
    outcome: Outcome,
    bodies: Mapping[str, Organisation],
    trace: Trace,
    *,
    plan: Plan | None,
) -> None:
    trees = _trees({tree for tree, _placement in outcome.placements})
    rows = [
        Placement(
            tree=trees[tree],
            organisation=bodies[placement.node],
            valid_from=outcome.on,
            parent=bodies[placement.parent] if placement.parent else None,
            is_end=placement.is_end,
            plan=plan,
        )
        for tree, placement in outcome.placements
    ]
    same_day = Q(pk__in=[])
    for tree in trees.values():
        moved = [row.organisation_id for row in rows if row.tree_id == tree.pk]
        same_day |= Q(tree=tree, organisation__in=moved, valid_from=outcome.on)
    old = list(Placement.objects.filter(same_day)) if rows else []
    trace.replaced_placements = _replace(Placement, old, rows)
    trace.placements = len(rows)
    for tree in trees.values():
        refresh_reach(tree, [r.organisation_id for r in rows if r.tree_id == tree.pk])


def _write_bonds(
    outcome: Outcome,
    bodies: Mapping[str, Organisation],
    *,
    basis: str,
    plan: Plan | None,
) -> None:
    if not outcome.bonds:
        return
    Lineage.objects.bulk_create(
        Lineage(
            kind=bond.kind.value,
            predecessor=bodies[bond.predecessor],
            successor=bodies[bond.successor],
            on=outcome.on,
            share_ppm=bond.share_ppm,
            basis=basis,
            plan=plan,
        )
        for bond in outcome.bonds
    )
    restamp_all()


def _trees(codes: Iterable[str]) -> dict[str, Tree]:
    return {
        code: Tree.objects.get_or_create(
            code=code, defaults={"name": TREE_NAMES.get(code, code)}
        )[0]
        for code in sorted(codes)
    }


def _replace(
    model: type[M], old: Sequence[M], rows: Iterable[M]
) -> list[dict[str, Any]]:
    """Put the rows in the place of the old ones, whose values are given back."""
    replaced = [_values(row) for row in old]
    model._default_manager.filter(pk__in=[row.pk for row in old]).delete()
    model._default_manager.bulk_create(rows)
    return replaced


def _values(row: Model) -> dict[str, Any]:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
