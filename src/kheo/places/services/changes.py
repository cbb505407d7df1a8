"""Plans of change: what becomes of places on a day, in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.text import fold, normalise, sort_key
from kheo.places.models import Place, PlaceLineage, PlaceVersion, Source
from kheo.places.queries import children_on, hamlets_on, version_on
from kheo.places.rules import (
    Amend,
    End,
    Found,
    PlaceKind,
    Step,
    Tier,
    Transfer,
    full_name,
    merger,
    next_hamlet_code,
    oversubscribed,
)
from kheo.places.services.reach import rebuild_reach


@dataclass
class _Course:
    """What the steps of one plan share, and which places they have touched."""

    on: date
    basis: str
    touched: dict[int, Place] = field(default_factory=dict)


@transaction.atomic
def apply_plan(
    steps: Sequence[Step], *, on: date, basis: str, actor: Actor, at: datetime
) -> list[Place]:
    """Carry out every step on one day, or none; return the places touched.

    Steps are taken in the order found, amend, end, transfer. A place that ends leaves
    nothing below it behind: its parts are amended or ended by the same plan. Raises
    `NotAllowed`, `RuleBroken` or `Conflict`.
    """
    require_keeper(actor)
    if oversubscribed(step for step in steps if isinstance(step, Transfer)):
        raise RuleBroken(_("The shares of a place add up to more than the whole."))
    course = _Course(on, basis)
    for step in sorted(steps, key=lambda s: _ORDER.index(type(s))):
        _take(step, course)
    rebuild_reach(course.touched)
    touched = list(course.touched.values())
    data = {"on": on.isoformat(), "basis": basis, "steps": [_told(s) for s in steps]}
    for place in touched:
        record(place, "place.change", actor=actor, at=at, data=data)
    return touched


def merge_places(
    predecessors: Sequence[Place],
    into: Found,
    *,
    on: date,
    basis: str,
    actor: Actor,
    at: datetime,
) -> list[Place]:
    """Make one new place of several, which end; what stood below them moves below it."""
    moves = [
        Amend(child.place.code, parent=into.code)
        for place in predecessors
        for child in children_on(place, on)
    ]
    steps = [*merger([place.code for place in predecessors], into), *moves]
    return apply_plan(steps, on=on, basis=basis, actor=actor, at=at)


@transaction.atomic
def add_hamlet(
    commune: Place,
    *,
    name: str,
    on: date,
    actor: Actor,
    at: datetime,
    kind: PlaceKind = PlaceKind.THON,
) -> Place:
    """Add a hamlet below a commune from a day on; the code is the commune's next one.

    Raises `RuleBroken` for a name the commune already has that day.
    """
    require_keeper(actor)
    above = version_on(commune, on)
    if above is None or PlaceKind(above.kind).tier is not Tier.COMMUNE:
        raise RuleBroken(_("Hamlets stand below a commune that exists on that day."))
    if kind.tier is not Tier.HAMLET or not name.strip():
        raise RuleBroken(_("Give the hamlet's name and kind."), field="name")
    full = full_name(normalise(name), kind)
    if hamlets_on(commune, on).filter(folded=fold(full)).exists():
        message = _("%(commune)s already has “%(name)s”.")
        values = {"commune": above.name, "name": full}
        raise RuleBroken(message % values, field="name")
    taken = Place.objects.filter(code__startswith=f"{commune.code}-h")
    code = next_hamlet_code(commune.code, taken.values_list("code", flat=True))
    step = Found(code=code, name=full, kind=kind, parent=commune.code)
    return apply_plan([step], on=on, basis="", actor=actor, at=at)[0]


def require_keeper(actor: Actor) -> None:
    """Let pass whoever may manage bodies anywhere: places are shared by all of them."""
    if not actor.is_system and not actor.holds(Capability.MANAGE_ORGANISATIONS):
        raise NotAllowed(_("You may not change places."))


_ORDER: list[type] = [Found, Amend, End, Transfer]


def _take(step: Step, course: _Course) -> None:
    match step:
        case Found():
            _found(step, course)
        case Amend():
            _amend(step, course)
        case End():
            _end(step, course)
        case Transfer():
            _transfer(step, course)


def _found(step: Found, course: _Course) -> None:
    place, is_new = Place.objects.get_or_create(code=step.code)
    if not is_new:
        message = _("The code %(code)s is already taken.")
        raise RuleBroken(message % {"code": step.code}, field="code")
    name = full_name(normalise(step.name), step.kind)
    version = PlaceVersion(
        place=place,
        valid_from=course.on,
        name=name,
        kind=step.kind.value,
        official_code=step.official_code,
        parent=_place(step.parent) if step.parent else None,
        basis=course.basis,
        folded=fold(name),
        sort_name=sort_key(name),
    )
    _keep(version, course)


def _amend(step: Amend, course: _Course) -> None:
    version = _changing(step.code, course)
    kind = step.kind or PlaceKind(version.kind)
    version.name = full_name(normalise(step.name), kind) if step.name else version.name
    version.kind = kind.value
    if step.official_code is not None:
        version.official_code = step.official_code
    if step.parent is not None:
        version.parent = _place(step.parent)
    version.folded, version.sort_name = fold(version.name), sort_key(version.name)
    _keep(version, course)


def _end(step: End, course: _Course) -> None:
    version = _changing(step.code, course)
    version.is_end, version.parent = True, None
    _keep(version, course)


def _transfer(step: Transfer, course: _Course) -> None:
    predecessor, successor = _place(step.predecessor), _place(step.successor)
    if version_on(successor, course.on) is None:
        message = _("%(code)s does not exist on that day, so nothing can go to it.")
        raise RuleBroken(message % {"code": successor.code})
    PlaceLineage.objects.create(
        kind=step.kind.value,
        predecessor=predecessor,
        successor=successor,
        on=course.on,
        share_ppm=step.share_ppm,
        is_default=step.is_default,
        basis=course.basis,
    )
    course.touched |= {predecessor.pk: predecessor, successor.pk: successor}


def _changing(code: str, course: _Course) -> PlaceVersion:
    """Give an unsaved copy of the version in force, to become the next one."""
    place = _place(code)
    if place.versions.filter(valid_from__gte=course.on).exists():
        message = _("%(code)s already changes on that day or later.")
        raise Conflict(message % {"code": code})
    version = version_on(place, course.on)
    if version is None:
        message = _("%(code)s does not exist on that day.")
        raise RuleBroken(message % {"code": code})
    version.pk = None
    version._state.adding = True
    version.valid_from, version.basis = course.on, course.basis
    version.source = Source.OWN
    return version


def _keep(version: PlaceVersion, course: _Course) -> None:
    version.save()
    course.touched[version.place_id] = version.place


def _place(code: str) -> Place:
    place = Place.objects.filter(code=code).first()
    if place is None:
        raise RuleBroken(_("There is no place %(code)s.") % {"code": code})
    return place


def _told(step: Step) -> dict[str, object]:
    return {"step": type(step).__name__.lower(), **asdict(step)}
