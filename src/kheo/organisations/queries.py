"""Reads of bodies: what they were on a day, where they stood, who followed whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kheo.core.lineage import DatedTree, Part, Placement, Succession
from kheo.core.periods import DAY
from kheo.core.remembering import remembered
from kheo.core.text import fold
from kheo.organisations import models
from kheo.organisations.models import (
    Alias,
    Lineage,
    NamedGroup,
    Organisation,
    OrganisationVersion,
    Reach,
    Tree,
)

PARTY = "party"
MILLION = 1_000_000
SCOPES_KEPT = 1000


# What a body was


def version_on(organisation: Organisation, day: date) -> OrganisationVersion | None:
    """What the body was that day; `None` before its first version and after an end."""
    past = OrganisationVersion.objects.filter(
        organisation=organisation, valid_from__lte=day
    )
    last = past.order_by("-valid_from").first()
    return None if last is None or last.is_end else last


def versions_on(ids: Iterable[int], day: date) -> dict[int, OrganisationVersion]:
    """What each of the bodies was that day, in one query; absent ones are left out."""
    versions = OrganisationVersion.objects.in_force(day)
    found = versions.filter(organisation__in=set(ids)).select_related("organisation")
    return {version.organisation_id: version for version in found}


def names_on(ids: Iterable[int], day: date) -> dict[int, str]:
    """The name of each body that day, or its last before, or else its first after."""
    return dict(_names_on(frozenset(ids), day))


@remembered
def _names_on(ids: frozenset[int], day: date) -> dict[int, str]:
    rows = OrganisationVersion.objects.filter(organisation__in=ids)
    names: dict[int, str] = {}
    ordered = rows.order_by("valid_from")
    for body, since, name in ordered.values_list("organisation", "valid_from", "name"):
        if body not in names or since <= day:
            names[body] = name
    return names


def named_on(day: date) -> QuerySet[Organisation]:
    """Bodies that exist that day, as `.name .short_name .kind .tier .symbol .sort_name`.

    Further filters may use these names; order by `F("sort_name"), "pk"` for people.
    """
    latest = (
        OrganisationVersion.objects.filter(
            organisation=OuterRef("pk"), valid_from__lte=day
        )
        .order_by("-valid_from")
        .values("pk")[:1]
    )
    present = Organisation.objects.filter(
        versions__pk=Subquery(latest), versions__is_end=False
    )
    return present.annotate(
        name=F("versions__name"),
        short_name=F("versions__short_name"),
        kind=F("versions__kind"),
        tier=F("versions__tier"),
        symbol=F("versions__symbol"),
        sort_name=F("versions__sort_name"),
    )


def search(text: str, day: date | None = None) -> QuerySet[Organisation]:
    """Bodies one of whose names, ever borne or alias, holds every word of `text`.

    Marks and case do not matter. With `day` only bodies that exist on it. Unordered
    and unscoped: chain `visible_to` before showing it to anyone.
    """
    words = fold(text).split()
    if not words:
        return Organisation.objects.none()
    named = Q()
    for word in words:
        named &= Q(folded__contains=word)
    borne = OrganisationVersion.objects.filter(named).values("organisation")
    called = Alias.objects.filter(named).values("organisation")
    found = Organisation.objects.filter(
        Q(pk__in=borne) | Q(pk__in=called) | Q(code=text.strip().lower())
    )
    if day is None:
        return found
    present = OrganisationVersion.objects.in_force(day).values("organisation")
    return found.filter(pk__in=present)


def members_of_group(code: str, day: date) -> QuerySet[Organisation]:
    """The bodies that a named group means on that day, in Vietnamese order.

    Raises `NamedGroup.DoesNotExist`.
    """
    group = NamedGroup.objects.get(code=code)
    versions = OrganisationVersion.objects.in_force(day)
    if group.kinds:
        versions = versions.filter(kind__in=group.kinds)
    if group.tiers:
        versions = versions.filter(tier__in=group.tiers)
    placed = _reach(day).filter(tree=group.tree_id)
    if group.below_id is not None:
        placed = placed.filter(superior=group.below_id, depth=1)
    members = named_on(day).filter(
        Q(pk__in=versions.values("organisation")), Q(pk__in=placed.values("inferior"))
    )
    return members.order_by(F("sort_name"), "pk")


# Where a body stood


def parent_on(
    organisation: Organisation, day: date, *, tree: str = PARTY
) -> Organisation | None:
    """The direct superior that day; `None` for a root and for what is not there."""
    above = _reach(day).filter(tree__code=tree, inferior=organisation, depth=1)
    return Organisation.objects.filter(pk__in=above.values("superior")).first()


def parent_names_on(
    ids: Iterable[int], day: date, *, tree: str = PARTY
) -> dict[int, str]:
    """The names of the direct superiors that day; a root has none."""
    above = _reach(day).filter(tree__code=tree, inferior__in=list(ids), depth=1)
    pairs = dict(above.values_list("inferior", "superior"))
    names = names_on(set(pairs.values()), day)
    return {body: names[parent] for body, parent in pairs.items() if parent in names}


def children_on(
    organisation: Organisation | None, day: date, *, tree: str = PARTY
) -> QuerySet[Organisation]:
    """What stood directly below, named and in Vietnamese order; `None`: the roots."""
    rows = _reach(day).filter(tree__code=tree)
    if organisation is None:
        below = Q(pk__in=rows.filter(depth=0).values("inferior"))
        below &= ~Q(pk__in=rows.filter(depth__gt=0).values("inferior"))
    else:
        direct = rows.filter(superior=organisation, depth=1)
        below = Q(pk__in=direct.values("inferior"))
    return named_on(day).filter(below).order_by(F("sort_name"), "pk")


def superiors_on(
    organisation: Organisation, day: date, *, tree: str = PARTY
) -> list[Organisation]:
    """The body itself, its superior, and so on up to the root, on that day."""
    above = _reach(day).filter(tree__code=tree, inferior=organisation)
    rows = above.select_related("superior").order_by("depth")
    return [row.superior for row in rows]


def subtree_ids(
    root_ids: Collection[int], day: date, *, tree: str = PARTY
) -> frozenset[int]:
    """The bodies and all below them on that day: one indexed query."""
    below = _reach(day).filter(tree__code=tree, superior__in=root_ids)
    return frozenset(below.values_list("inferior", flat=True))


def superior_of_kind(
    organisation: Organisation,
    kinds: Collection[str],
    day: date,
    *,
    tree: str = PARTY,
) -> Organisation | None:
    """The nearest body of one of the kinds, from the body itself upwards."""
    above = superiors_on(organisation, day, tree=tree)
    versions = versions_on([body.pk for body in above], day)
    for body in above:
        if body.pk in versions and versions[body.pk].kind in kinds:
            return body
    return None


def _reach(day: date) -> QuerySet[Reach]:
    return Reach.objects.filter(valid_from__lte=day, valid_to__gt=day)


# Who followed whom


def dated_tree(tree: str = PARTY) -> DatedTree[int]:
    """One tree over all its time, by the keys of its bodies, loaded afresh."""
    placements = models.Placement.objects.filter(tree__code=tree)
    rows = placements.values_list("organisation", "valid_from", "parent", "is_end")
    lineage = Lineage.objects.values_list(
        "predecessor", "successor", "on", "share_ppm"
    ).order_by("pk")
    return DatedTree(
        [Placement(*row) for row in rows.order_by("pk")],
        [
            Succession(before, after, on, Fraction(ppm, MILLION) if ppm else None)
            for before, after, on, ppm in lineage
        ],
    )


def carry(
    ids: Iterable[int], day: date, *, tree: str = PARTY
) -> dict[int, tuple[Part[int], ...]]:
    """Who bears what was each body's, among the bodies that exist that day."""
    dated = dated_tree(tree)
    return {body: dated.carry(body, day) for body in ids}


def heirs(organisation: Organisation, day: date, *, tree: str = PARTY) -> list[int]:
    """The body, or every existing one that took over from it since it ended."""
    return sorted(dated_tree(tree).heirs(organisation.pk, day))


def successors_of(organisation: Organisation) -> list[Organisation]:
    """What the body became at its last end, in the order in which it was said."""
    bonds = organisation.heirs.select_related("successor").order_by("-on", "pk")
    ends = organisation.versions.filter(is_end=True).values("valid_from")
    last = bonds.filter(on__gte=ends.order_by("-valid_from")[:1])
    return [bond.successor for bond in last]


@dataclass(frozen=True, slots=True)
class Tie:
    """One line of a body's lineage, seen from that body."""

    lineage: Lineage
    other: Organisation
    name: str
    is_origin: bool


def bonds_of(organisation: Organisation) -> list[Tie]:
    """What the body came from and what it became, in the order of days."""
    both = Q(predecessor=organisation) | Q(successor=organisation)
    rows = list(
        Lineage.objects.filter(both)
        .select_related("predecessor", "successor")
        .order_by("on", "pk")
    )
    ties = []
    for row in rows:
        is_origin = row.successor_id == organisation.pk
        other = row.predecessor if is_origin else row.successor
        day = row.on - DAY if is_origin else row.on
        name = names_on([other.pk], day).get(other.pk, other.code)
        ties.append(Tie(row, other, name, is_origin))
    return ties


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a body stood in a tree, from a day up to, not including, another."""

    tree: Tree
    start: date
    end: date | None
    superior: Organisation | None
    name: str


def stays_of(organisation: Organisation) -> list[Stay]:
    """Every stretch of the body's time in its trees, newest first in each."""
    rows = list(
        organisation.placements.select_related("tree", "parent").order_by(
            "tree__code", "-valid_from"
        )
    )
    stays: list[Stay] = []
    last: models.Placement | None = None
    for row in rows:
        until = last.valid_from if last and last.tree_id == row.tree_id else None
        last = row
        if row.is_end:
            continue
        above = row.parent
        name = names_on([above.pk], row.valid_from)[above.pk] if above else ""
        stays.append(Stay(row.tree, row.valid_from, until, above, name))
    return stays


def absent_on(
    bodies: QuerySet[Organisation], day: date
) -> list[tuple[Organisation, str]]:
    """Those of the bodies that do not exist that day, with the name they bore last."""
    present = OrganisationVersion.objects.in_force(day).values("organisation")
    absent = list(bodies.exclude(pk__in=present).order_by("code"))
    names = names_on([body.pk for body in absent], day)
    return [(body, names.get(body.pk, body.code)) for body in absent]


@remembered
def explain_absence(organisation: Organisation, day: date) -> str:
    """A sentence on why the body is not there that day, with what followed it.

    Empty where it is there.
    """
    if version_on(organisation, day):
        return ""
    name = names_on([organisation.pk], day).get(organisation.pk, organisation.code)
    ended = organisation.versions.filter(is_end=True, valid_from__lte=day)
    end = ended.order_by("-valid_from").values_list("valid_from", flat=True).first()
    if end is None:
        return _("“%(name)s” did not exist yet on %(day)s.") % {
            "name": name,
            "day": date_format(day, "SHORT_DATE_FORMAT"),
        }
    last_day = date_format(end - DAY, "SHORT_DATE_FORMAT")
    followers = [body.pk for body in successors_of(organisation)]
    if not followers:
        return _("“%(name)s” ended on %(day)s, without a successor.") % {
            "name": name,
            "day": last_day,
        }
    names = names_on(followers, end)
    return _("“%(name)s” ended on %(day)s, succeeded by: %(successors)s.") % {
        "name": name,
        "day": last_day,
        "successors": "; ".join(names.get(body, "") for body in followers),
    }


# What a grant reaches


@dataclass(frozen=True, slots=True)
class Scope:
    """Where grants hold on a day: their bodies, what they may write, what read."""

    roots: frozenset[int]
    writable: frozenset[int]
    readable: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: UUID
    tree: DatedTree[int]
    scopes: dict[tuple[frozenset[int], date, bool], Scope] = field(default_factory=dict)


_kept: dict[str, _Kept] = {}


def scope_of(
    root_ids: Collection[int], *, day: date, tree: str = PARTY, below: bool = True
) -> Scope:
    """What grants at these bodies reach on that day, in one tree.

    A root that has ended is carried to its successors, never to a superior. Writable
    is the subtree that day (the bodies alone without `below`); readable is also what it
    succeeded and what ended in it.
    The tree is read again whenever its stamp has changed, so most calls cost one query.
    """
    return _scope_in(_kept_tree(tree), (frozenset(root_ids), day, below))


@remembered
def hands_of(body: int, day: date) -> frozenset[int]:
    """The body itself, or those that took over from it: their people carry it on.

    Of a body that ended without a successor its last superior does (architecture,
    `carry`): else nobody could finish what was open.
    """
    heirs = scope_of({body}, day=day, below=False).roots
    kept = _kept_tree(PARTY)
    if heirs or kept is None or kept.tree.ends_on(body, day) is None:
        return heirs or frozenset({body})
    bearers = {part.bearer for part in kept.tree.carry(body, day)}
    return frozenset(one for one in bearers if one is not None) or frozenset({body})


Seat = tuple[str, int, bool]
"""A tree, a body in it, and whether a grant there reaches what stands below."""


def scopes_of(seats: Collection[Seat], *, day: date) -> dict[Seat, Scope]:
    """What a grant at each of the seats reaches; one question for each tree."""
    kept = {code: _kept_tree(code) for code in sorted({seat[0] for seat in seats})}
    return {
        (code, body, below): _scope_in(kept[code], (frozenset({body}), day, below))
        for code, body, below in seats
    }


def _scope_in(kept: "_Kept | None", key: tuple[frozenset[int], date, bool]) -> Scope:
    if kept is None:
        return Scope(frozenset(), frozenset(), frozenset())
    if key not in kept.scopes:
        if len(kept.scopes) >= SCOPES_KEPT:
            kept.scopes.clear()
        kept.scopes[key] = _scope(kept.tree, *key)
    return kept.scopes[key]


def _scope(
    tree: DatedTree[int],
    roots: frozenset[int],
    day: date,
    below: bool,  # noqa: FBT001  a part of the key
) -> Scope:
    present = frozenset(heir for root in roots for heir in tree.heirs(root, day))
    writable = (
        {body for root in present for body in tree.subtree(root, day)}
        if below
        else set(present)
    )
    readable = writable | tree.carried_to(writable, day)
    return Scope(present, frozenset(writable), frozenset(readable))


def _kept_tree(code: str) -> _Kept | None:
    # The stamp is read before the rows: a change in between makes it look old, and
    # the next call reads again.
    stamp = Tree.objects.filter(code=code).values_list("stamp", flat=True).first()
    if stamp is None:
        return None
    kept = _kept.get(code)
    if kept is None or kept.stamp != stamp:
        kept = _kept[code] = _Kept(stamp, dated_tree(code))
    return kept


def display_names(ids: Iterable[int], day: date) -> Mapping[int, str]:
    """Short names where there are any, else names; for tables and buttons."""
    versions = versions_on(ids, day)
    names = names_on(ids, day)
    return {
        body: (versions[body].short_name if body in versions else "") or name
        for body, name in names.items()
    }
