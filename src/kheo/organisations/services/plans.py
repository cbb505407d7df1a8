"""Plans of reorganisation: previewed, applied in one transaction, undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.organisations.models import (
    Lineage,
    Organisation,
    OrganisationVersion,
    Placement,
    Plan,
    Tree,
)
from kheo.organisations.rules import Outcome, PlanText, UnreadableError, read_plan
from kheo.organisations.services.ground import foresee
from kheo.organisations.services.reach import rebuild_reach
from kheo.organisations.services.sentences import (
    say_outcome,
    sentence_of_flaw,
    sentences_of,
)
from kheo.organisations.services.writing import Trace, restore, write

_MANAGE = Capability.MANAGE_ORGANISATIONS


class PlanRefused(RuleBroken):
    """A plan that cannot be; `problems` are all the reasons, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Applied:
    """What a plan did: for the contexts above, which bodies changed from which day."""

    plan: Plan
    outcome: Outcome
    organisations: frozenset[int]
    since: date


def parse_plan(text: str) -> PlanText:
    """Read a plan from YAML or JSON; raise `PlanRefused` with every flaw."""
    try:
        return read_plan(text)
    except UnreadableError as error:
        raise PlanRefused(map(sentence_of_flaw, error.flaws)) from error


def preview_plan(plan: PlanText) -> Outcome:
    """Work the plan out and change nothing; its problems are part of the outcome."""
    return foresee(plan)


def check_plan(plan: PlanText, *, actor: Actor) -> list[str]:
    """Say in plain words what the plan would do; refuse as `apply_plan` would."""
    outcome = foresee(plan)
    require_all(actor, plan, outcome)
    if outcome.problems:
        raise PlanRefused(sentences_of(outcome))
    return say_outcome(outcome)


@transaction.atomic
def apply_plan(plan: PlanText, *, actor: Actor, at: datetime) -> Applied:
    """Carry a reorganisation out: all of it or, with every reason at once, nothing.

    Raises `PlanRefused`, `NotAllowed` or `Conflict`. Facts on or after the plan's day
    are borne anew by the ledger, which calls this and knows what changed from it.
    """
    lock_trees()
    if Plan.objects.filter(code=plan.code, undone_at=None).exists():
        raise Conflict(_("The plan “%(code)s” has been applied.") % {"code": plan.code})
    outcome = foresee(plan)
    require_all(actor, plan, outcome)
    if outcome.problems:
        raise PlanRefused(sentences_of(outcome))
    row = Plan.objects.create(
        code=plan.code,
        title=plan.title,
        on=plan.on,
        basis=plan.basis,
        steps=plan.model_dump(mode="json", exclude_unset=True, by_alias=True),
        applied_at=at,
    )
    trace = write(outcome, basis=plan.basis, plan=row)
    row.affected = sorted(trace.bodies)
    row.trace = trace.as_json()
    row.save(update_fields=["affected", "trace"])
    _record_all(row, outcome, actor=actor, at=at)
    return Applied(row, outcome, frozenset(trace.bodies), plan.on)


@transaction.atomic
def undo_plan(plan: Plan, *, actor: Actor, at: datetime) -> frozenset[int]:
    """Take a plan back as if it had not been; return the bodies that it had touched.

    Raises `Conflict` where something newer stands on it: later changes to its bodies,
    or whatever refers to a body that it created. Whether facts do is for the ledger.
    """
    lock_trees()
    affected = Organisation.objects.filter(pk__in=plan.affected)
    _require_bodies(actor, affected)
    if not Plan.objects.filter(pk=plan.pk, undone_at=None).update(undone_at=at):
        raise Conflict(_("This plan has already been undone."))
    trace = Trace.from_json(plan.trace)
    if _is_built_upon(plan, trace):
        raise Conflict(
            _("Later changes stand on “%(plan)s”: undo them first.")
            % {"plan": plan.title}
        )
    try:
        restore(plan, trace)
    except ProtectedError as error:
        raise Conflict(
            _("A body that “%(plan)s” created is in use: the plan stays.")
            % {"plan": plan.title}
        ) from error
    rebuild_reach()
    plan.refresh_from_db()
    record(plan, "plan.undo", actor=actor, at=at, data={"code": plan.code})
    remaining = affected.values_list("pk", flat=True)
    return frozenset(remaining)


def plan_in_force(code: str) -> Plan:
    """The applied plan of that code; raises `Conflict` where there is none."""
    plan = Plan.objects.filter(code=code, undone_at=None).first()
    if plan is None:
        raise Conflict(_("No plan “%(code)s” is in force.") % {"code": code})
    return plan


def lock_trees() -> None:
    """Let one change of structure happen at a time; SQLite does so by itself."""
    list(Tree.objects.select_for_update().order_by("pk"))


def require_all(actor: Actor, plan: PlanText, outcome: Outcome) -> None:
    """The actor must manage every body touched and every superior, and see the rest.

    What is created without a superior and without predecessor is the system's.
    """
    if actor.is_system:
        return
    changed = {*outcome.affected, *outcome.superiors}
    bodies = Organisation.objects.filter(code__in=plan.named | changed)
    _require_bodies(actor, bodies.filter(code__in=changed))
    _require_bodies(actor, bodies.exclude(code__in=changed), reading=True)
    held = {p.node for _tree, p in outcome.placements if p.parent is not None}
    held |= {bond.successor for bond in outcome.bonds}
    if loose := sorted(set(outcome.created) - held):
        raise NotAllowed(
            _("Only an operator creates a body without superior: %(bodies)s.")
            % {"bodies": "; ".join(loose)}
        )


def _require_bodies(
    actor: Actor, bodies: QuerySet[Organisation], *, reading: bool = False
) -> None:
    if actor.is_system:
        return
    needed = Capability.VIEW_ORGANISATIONS if reading else _MANAGE
    refused = [body.code for body in bodies if not actor.can(needed, body)]
    if refused:
        raise NotAllowed(
            _("You may not reorganise these bodies: %(bodies)s.")
            % {"bodies": "; ".join(sorted(refused))}
        )


def _record_all(plan: Plan, outcome: Outcome, *, actor: Actor, at: datetime) -> None:
    data = {"code": plan.code, "on": plan.on.isoformat(), "basis": plan.basis}
    record(plan, "plan.apply", actor=actor, at=at, data=data)
    named = outcome.affected - set(outcome.followers)
    for body in Organisation.objects.filter(code__in=named).order_by("pk"):
        record(
            body,
            "organisation.reorganise",
            actor=actor,
            at=at,
            data=data,
            organisation_id=body.pk,
        )


def _is_built_upon(plan: Plan, trace: Trace) -> bool:
    bodies = plan.affected
    versions = OrganisationVersion.objects.filter(organisation__in=bodies)
    placements = Placement.objects.filter(
        Q(organisation__in=bodies) | Q(parent__in=bodies)
    )
    lineage = Lineage.objects.filter(
        Q(predecessor__in=bodies) | Q(successor__in=bodies)
    )
    return (
        versions.filter(pk__gt=trace.last_version).exists()
        or placements.filter(pk__gt=trace.last_placement).exists()
        or lineage.filter(pk__gt=trace.last_bond).exists()
        or versions.filter(plan=plan).count() != trace.versions
        or placements.filter(plan=plan).count() != trace.placements
    )
