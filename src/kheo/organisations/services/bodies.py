"""Single bodies: created, amended, placed, called by other names, grouped."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.text import fold, normalise
from kheo.organisations.models import (
    Alias,
    Kind,
    NamedGroup,
    Organisation,
    OrganisationVersion,
    Placement,
    Tier,
    Tree,
)
from kheo.organisations.queries import PARTY
from kheo.organisations.rules import (
    Amend,
    Create,
    Details,
    Move,
    PlanText,
    Step,
    flaws_of,
)
from kheo.organisations.services.ground import foresee
from kheo.organisations.services.plans import PlanRefused, lock_trees, require_all
from kheo.organisations.services.sentences import sentence_of_flaw, sentences_of
from kheo.organisations.services.writing import write


@transaction.atomic
def create_organisation(
    code: str,
    details: Details,
    *,
    on: date,
    below: Mapping[str, Organisation | None],
    basis: str = "",
    actor: Actor,
    at: datetime,
) -> Organisation:
    """A new body from a day on, with its first version and its place in each tree.

    `below` maps a tree's code to the superior there, or to `None` for a root.
    """
    superiors = {tree: body.code if body else None for tree, body in below.items()}
    said = {"do": "create", "body": code, "below": superiors, **details.details}
    try:
        step = Create.model_validate(said)
    except ValidationError as error:
        raise PlanRefused(map(sentence_of_flaw, flaws_of(error))) from error
    _carry_out(step, on=on, basis=basis, actor=actor)
    body = Organisation.objects.get(code=code)
    _record(body, "organisation.create", actor=actor, at=at, on=on)
    return body


@transaction.atomic
def amend_organisation(
    organisation: Organisation,
    details: Details,
    *,
    on: date,
    basis: str = "",
    actor: Actor,
    at: datetime,
) -> OrganisationVersion:
    """A new version from a day on: what `details` does not say stays as it was."""
    try:
        step = Amend(do="amend", body=organisation.code, **details.details)
    except ValidationError as error:
        raise PlanRefused(map(sentence_of_flaw, flaws_of(error))) from error
    _carry_out(step, on=on, basis=basis, actor=actor)
    _record(organisation, "organisation.amend", actor=actor, at=at, on=on)
    return organisation.versions.get(valid_from=on)


@transaction.atomic
def place_organisation(
    organisation: Organisation,
    below: Organisation | None,
    *,
    on: date,
    tree: str = PARTY,
    actor: Actor,
    at: datetime,
) -> Placement:
    """From a day on the body stands below another in a tree; `None` makes a root."""
    superiors = {tree: below.code if below else None}
    step = Move(do="move", bodies=(organisation.code,), below=superiors)
    _carry_out(step, on=on, basis="", actor=actor)
    _record(organisation, "organisation.place", actor=actor, at=at, on=on)
    return organisation.placements.get(tree__code=tree, valid_from=on)


@transaction.atomic
def add_alias(
    organisation: Organisation, name: str, *, actor: Actor, at: datetime
) -> Alias:
    """Another name by which search finds the body; a known one is given back."""
    require(actor, Capability.MANAGE_ORGANISATIONS, organisation)
    cleaned = normalise(name)
    if not fold(cleaned):
        raise RuleBroken(_("Enter the other name."), field="name")
    alias, is_new = Alias.objects.get_or_create(
        organisation=organisation, folded=fold(cleaned), defaults={"name": cleaned}
    )
    if is_new:
        data = {"name": cleaned}
        record(
            organisation,
            "organisation.alias",
            actor=actor,
            at=at,
            data=data,
            organisation_id=organisation.pk,
        )
    return alias


@transaction.atomic
def define_tree(code: str, name: str, *, actor: Actor, at: datetime) -> Tree:
    """A line of subordination, made or renamed; an operator's work."""
    _require_system(actor)
    tree, _new = Tree.objects.update_or_create(
        code=code, defaults={"name": normalise(name)}
    )
    record(tree, "tree.define", actor=actor, at=at, data={"code": code})
    return tree


@transaction.atomic
def define_group(
    code: str,
    name: str,
    *,
    kinds: Collection[str] = (),
    tiers: Collection[str] = (),
    below: Organisation | None = None,
    tree: str = PARTY,
    actor: Actor,
    at: datetime,
) -> NamedGroup:
    """A group as documents name it, made or changed; its members follow by date."""
    if below is None:
        _require_system(actor)
    else:
        require(actor, Capability.MANAGE_ORGANISATIONS, below)
    unknown = sorted({*kinds} - {*Kind.values} | {*tiers} - {*Tier.values})
    if unknown:
        message = _("These kinds or tiers are not known: %(values)s.")
        raise RuleBroken(message % {"values": ", ".join(unknown)})
    line = Tree.objects.filter(code=tree).first()
    if line is None:
        raise RuleBroken(_("There is no tree “%(tree)s”.") % {"tree": tree})
    group, _new = NamedGroup.objects.update_or_create(
        code=code,
        defaults={
            "name": normalise(name),
            "tree": line,
            "kinds": sorted(kinds),
            "tiers": sorted(tiers),
            "below": below,
        },
    )
    record(group, "group.define", actor=actor, at=at, data={"code": code})
    return group


def _carry_out(step: Step, *, on: date, basis: str, actor: Actor) -> None:
    """One step of its own: the same way as a plan, without keeping a plan."""
    lock_trees()
    plan = PlanText.model_construct(
        code="", title="", on=on, basis=basis, tree=PARTY, steps=(step,)
    )
    outcome = foresee(plan)
    require_all(actor, plan, outcome)
    if outcome.problems:
        raise PlanRefused(sentences_of(outcome))
    write(outcome, basis=basis)


def _record(
    body: Organisation, verb: str, *, actor: Actor, at: datetime, on: date
) -> None:
    data = {"on": on.isoformat()}
    record(body, verb, actor=actor, at=at, data=data, organisation_id=body.pk)


def _require_system(actor: Actor) -> None:
    if not actor.is_system:
        raise NotAllowed(_("This is set by an operator on the command line."))
