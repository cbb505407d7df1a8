"""Changes of the trees, with everything that is borne otherwise since."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.core.access import Actor
from kheo.core.errors import Conflict
from kheo.ledger import rules
from kheo.ledger.bearings import Bearings
from kheo.ledger.lines import Line, everyone, read_lines
from kheo.ledger.models import Entry, EntryQuerySet
from kheo.ledger.projections import known_projections, trees_without
from kheo.ledger.services.locking import hold_trees, retried
from kheo.ledger.services.storing import Slices, Sums
from kheo.ledger.services.upkeep import build
from kheo.organisations import services as organisations
from kheo.organisations.models import Plan
from kheo.organisations.rules import PlanText
from kheo.organisations.services import Applied

KEYS_AT_ONCE = 100_000
AT_ONCE = 500


@retried
@transaction.atomic
def reorganise(plan: PlanText, *, actor: Actor, at: datetime) -> Applied:
    """Apply a plan, late or early, and bear every fact anew that it concerns.

    Entries stay as they are. Raises what `organisations.services.apply_plan` raises;
    nothing has then changed.
    """
    with rebearing():
        return organisations.apply_plan(plan, actor=actor, at=at)


@retried
@transaction.atomic
def undo_reorganisation(plan: Plan, *, actor: Actor, at: datetime) -> frozenset[int]:
    """Take a plan back; return the bodies that it had touched.

    Raises `Conflict` once a fact on or after its day has been entered since, or where
    later changes of the trees stand on it.
    """
    with rebearing():
        if _facts_since(plan).exists():
            message = _(
                "Facts have been entered since “%(plan)s”: it can no longer be undone."
            )
            raise Conflict(message % {"plan": plan.title})
        return organisations.undo_plan(plan, actor=actor, at=at)


@contextmanager
def rebearing(*, are_places: bool = False) -> Iterator[None]:
    """Change the trees of bodies (or of places) inside; the totals follow at the end.

    Nobody else posts meanwhile. What is entered before a change and borne otherwise
    after it is found by comparing the trees, so the order of plans does not matter.
    """
    with transaction.atomic():
        hold_trees()
        trees = [t for t in known_projections() if (t is None) is are_places]
        before = {tree: Bearings(tree, everyone(tree), is_whole=True) for tree in trees}
        for ground in before.values():
            ground.settle()
        yield
        for tree, ground in before.items():
            _rebear(tree, ground)
        if missing := trees_without(known_projections()):
            build(missing)


def _rebear(tree_id: int | None, before: Bearings) -> None:
    after = Bearings(tree_id, before.nodes, is_whole=True)
    after.settle()
    sums = Sums(known_projections(), Slices())
    concerned = _entries_of(tree_id, after.changed_since(before))
    for lines in _groups(concerned):
        for sign, ground in ((-1, before), (1, after)):
            if lines[0].law is rules.Law.DISTINCT:
                sums.add_subject(lines, tree_id, ground, sign=sign)
            else:
                sums.add(lines[0], tree_id, ground, sign=sign)
        if len(sums.totals) + len(sums.seen) > KEYS_AT_ONCE:
            sums.write()
    sums.write()


def _groups(entries: Iterable[int]) -> Iterator[list[Line]]:
    """Give each flow and stock alone, and each subject with all its sightings."""
    subjects: set[tuple[int, str]] = set()
    for some in _chunks(entries):
        for _number, line in read_lines(Entry.objects.filter(pk__in=some)):
            if line.law is not rules.Law.DISTINCT:
                yield [line]
            elif line.subject:
                subjects.add((line.measure_id, line.subject))
    for measure_id, subject in sorted(subjects):
        entries_of = Entry.objects.filter(
            measure=measure_id, subject=subject, closed_at=None
        )
        yield [line for _number, line in read_lines(entries_of)]


def _entries_of(tree_id: int | None, nodes: Iterable[int]) -> set[int]:
    field = "place__in" if tree_id is None else "credits__organisation__in"
    found: set[int] = set()
    for some in _chunks(nodes):
        live = Entry.objects.filter(closed_at=None, **{field: some})
        found.update(live.values_list("pk", flat=True))
    return found


def _chunks(numbers: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _facts_since(plan: Plan) -> EntryQuerySet:
    reaches = Q(on__gte=plan.on) | Q(measure__law="stock", until=None)
    reaches |= Q(measure__law="stock", until__gt=plan.on)
    facts: EntryQuerySet = Entry.objects.filter(
        reaches,
        closed_at=None,
        posted_at__gt=plan.applied_at,
        credits__organisation__in=plan.affected,
    )
    return facts
