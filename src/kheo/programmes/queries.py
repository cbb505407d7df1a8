"""Reads of programmes: the pack in force, who belongs to a group, what a body owes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kheo.core.calendar import VIETNAM
from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.core.remembering import remembered
from kheo.organisations.models import Organisation, OrganisationVersion, Reach
from kheo.organisations.queries import named_on, names_on, superiors_on
from kheo.places.queries import versions_on as places_on
from kheo.programmes.models import (
    FocalDay,
    KeptSince,
    Programme,
    ProgrammeVersion,
)
from kheo.programmes.pack import Group, Pack, Report, Text, load_pack
from kheo.programmes.regime import (
    Duty,
    duties_through,
    governing,
    is_on_paper,
    late_days,
    with_earlier_day,
    with_paper,
)

PACKS_KEPT = 200
SPANS_KEPT = 200


@dataclass(frozen=True, slots=True)
class InForce:
    """A programme with the pack that holds on the day asked."""

    programme: Programme
    pack: Pack


@dataclass(frozen=True, slots=True)
class Owed:
    """What one body owes: the duty with its own earlier day, and who receives it.

    Nobody waits for one that is `is_on_paper`; where its report stands here after all, it
    counts as it is.
    """

    programme: str
    organisation: Organisation
    receiver: Organisation | None
    duty: Duty
    is_on_paper: bool = False


# Packs


def has_tables() -> bool:
    """Whether the database is set up: shipped packs are answered without one too."""
    tables = connection.introspection.table_names()
    return ProgrammeVersion._meta.db_table in tables


def pack_of(version: ProgrammeVersion) -> Pack:
    """The pack of a version, parsed once per process."""
    return _parsed(version.digest, version.pk)


@lru_cache(maxsize=PACKS_KEPT)
def _parsed(digest: str, pk: int) -> Pack:
    version = ProgrammeVersion.objects.get(pk=pk, digest=digest)
    return load_pack(version.text, f"{version}.yaml")


@remembered
def _versions() -> dict[str, list[ProgrammeVersion]]:
    """All versions by programme, each the oldest first; without texts, packs are kept."""
    rows = ProgrammeVersion.objects.defer("text").select_related("programme__home")
    found: dict[str, list[ProgrammeVersion]] = defaultdict(list)
    for version in rows.order_by("programme__code", "valid_from"):
        found[version.programme.code].append(version)
    return dict(found)


def _in_force(
    versions: Iterable[ProgrammeVersion], day: date
) -> ProgrammeVersion | None:
    """The version that began last by that day, unless it has ended."""
    begun = [version for version in versions if version.valid_from <= day]
    if not begun:
        return None
    until = begun[-1].valid_until
    return begun[-1] if until is None or until > day else None


def programmes_on(day: date) -> list[InForce]:
    """The programmes in force that day, by code."""
    found = [_in_force(versions, day) for versions in _versions().values()]
    return [InForce(one.programme, pack_of(one)) for one in found if one is not None]


def pack_on(code: str, day: date) -> Pack:
    """The pack in force; raises `RuleBroken` where the programme does not run then."""
    version = _in_force(_versions().get(code, ()), day)
    if version is None:
        message = _("The programme “%(code)s” is not in force on %(day)s.")
        raise RuleBroken(message % {"code": code, "day": day.isoformat()})
    return pack_of(version)


def packs_of(code: str) -> list[Pack]:
    """All versions of one programme, the oldest first."""
    return [pack_of(version) for version in _versions().get(code, ())]


def edition_of(code: str) -> tuple[tuple[str, date | None], ...]:
    """What every version says and until when: something else once anything changes."""
    return tuple((one.digest, one.valid_until) for one in _versions().get(code, ()))


def predecessor_of(code: str) -> str | None:
    """The programme that this one carries on, where it was loaded too."""
    packs = packs_of(code)
    before = packs[0].continues if packs else None
    return before if before in _versions() else None


def line_of(code: str) -> tuple[str, ...]:
    """The programme and, after it, the one that it carries on, if any."""
    before = predecessor_of(code)
    return (code,) if before is None else (code, before)


def duties_in(code: str, span: Interval) -> list[Duty]:
    """The duties of a programme due in `span`, through its versions, by groups.

    Reckoned once per process for the versions that the programme has.
    """
    return list(_duties(code, edition_of(code), span))


@lru_cache(maxsize=SPANS_KEPT)
def _duties(
    code: str, _edition: tuple[tuple[str, date | None], ...], span: Interval
) -> tuple[Duty, ...]:
    return tuple(duties_through(packs_of(code), span, VIETNAM))


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty with the report and the groups as its own version names them."""

    duty: Duty
    report: Report
    reporter: Group
    receiver: Group


def deadlines_in(code: str, span: Interval) -> list[Deadline]:
    """The duties due in `span` to show, each in the words of its version."""
    packs, since = packs_of(code), kept_since(code)
    shown = []
    for duty in duties_in(code, span):
        pack = governing(packs, duty)
        reporter, receiver = pack.group(duty.reporter), pack.group(duty.receiver)
        shown.append(
            Deadline(
                with_paper(duty, since), pack.report(duty.report), reporter, receiver
            )
        )
    return shown


# Since when reports are kept here


@remembered
def kept_since(code: str) -> dict[str, date]:
    """The first day of reports kept here, by the groups of a programme that have one."""
    rows = KeptSince.objects.filter(programme__code=code)
    return {row.reporter: row.since for row in rows if row.since}


def reporters_of(code: str) -> dict[str, Group]:
    """The groups that report under any version, as the last one names them."""
    found: dict[str, Group] = {}
    for pack in packs_of(code):
        for report in pack.reports:
            found[report.reporter] = pack.group(report.reporter)
    return found


@dataclass(frozen=True, slots=True)
class Keeping:
    """A group that reports, with the day set for it, if one was ever."""

    code: str
    name: Text
    row: KeptSince | None


def keepings_of(programme: Programme) -> list[Keeping]:
    """Every group that reports, in the pack's order."""
    rows = KeptSince.objects.filter(programme=programme).select_related("set_by")
    known = {row.reporter: row for row in rows}
    return [
        Keeping(code, group.name, known.get(code))
        for code, group in reporters_of(programme.code).items()
    ]


# Groups


def members(group: Group, day: date, *, programme: Programme) -> QuerySet[Organisation]:
    """The bodies of a group on that day, named, in Vietnamese order."""
    if group.persons:
        return named_on(day).none()
    versions = OrganisationVersion.objects.in_force(day)
    if group.kinds:
        versions = versions.filter(kind__in=group.kinds)
    if group.tiers:
        versions = versions.filter(tier__in=group.tiers)
    if group.symbols:
        versions = versions.filter(symbol__in=group.symbols)
    if group.codes:
        versions = versions.filter(organisation__code__in=group.codes)
    if group.without_exempt:
        versions = versions.filter(is_exempt=False)
    if group.place_kinds:
        places = places_on(day).filter(kind__in=group.place_kinds)
        versions = versions.filter(place__in=places.values("place"))
    found = named_on(day).filter(pk__in=versions.values("organisation"))
    found = found.filter(pk__in=_placed(group, day, programme).values("inferior"))
    return found.order_by("versions__sort_name", "pk")


@remembered
def member_ids(group: Group, day: date, *, programme: Programme) -> tuple[int, ...]:
    """The keys of `members`, in the same order."""
    found = members(group, day, programme=programme)
    return tuple(found.values_list("pk", flat=True))


def _placed(group: Group, day: date, programme: Programme) -> QuerySet[Reach]:
    placed = _reach(group.tree, day)
    depth = Q(depth=1) if group.direct else Q(depth__gt=0)
    below = Q(superior__code=group.below) if group.below else Q()
    if not group.below and programme.home_id is not None:
        below = Q(superior=programme.home_id)
    if group.below_kinds:
        above = OrganisationVersion.objects.in_force(day)
        superiors = above.filter(kind__in=group.below_kinds).values("organisation")
        inside = _reach(group.tree, day).filter(depth, superior__in=superiors)
        placed = placed.filter(inferior__in=inside.values("inferior"))
        depth = Q(depth__gt=0)
    return placed.filter(below, depth) if below else placed


def _reach(tree: str, day: date) -> QuerySet[Reach]:
    return Reach.objects.filter(tree__code=tree, valid_from__lte=day, valid_to__gt=day)


def receiver_of(
    report: Report,
    organisation: Organisation,
    day: date,
    *,
    pack: Pack,
    programme: Programme,
) -> Organisation | None:
    """Who receives this body's report: the nearest of the receiving group.

    Nearest is the superior itself, or else the one that stands alone closest below the
    lowest superior that has one (a board beside the line). None where nobody does, or
    where several stand equally near.
    """
    group = pack.group(report.receiver)
    wanted = frozenset(member_ids(group, day, programme=programme))
    for superior in superiors_on(organisation, day, tree=group.tree)[1:]:
        if superior.pk in wanted:
            return superior
        below = _reach(group.tree, day).filter(superior=superior, inferior__in=wanted)
        near = list(below.order_by("depth").values_list("depth", "inferior")[:2])
        if near:
            is_alone = len(near) == 1 or near[0][0] < near[1][0]
            return Organisation.objects.get(pk=near[0][1]) if is_alone else None
    return None


# Duties of bodies


def duties_of(organisation: Organisation, span: Interval) -> list[Owed]:
    """What the body owes with a due day in `span`, over all programmes.

    It owes what its group owes on the window's last day; the earlier day set by its
    receiver's focal point is applied.
    """
    owed = [
        found
        for programme in Programme.objects.select_related("home").order_by("code")
        for found in _owed_in(programme, organisation, span)
    ]
    return sorted(owed, key=lambda one: (one.duty.last_day, one.programme))


def _owed_in(
    programme: Programme, organisation: Organisation, span: Interval
) -> Iterator[Owed]:
    packs = packs_of(programme.code)
    for duty in duties_in(programme.code, span):
        pack = governing(packs, duty)
        day = duty.window.last
        group = pack.group(duty.reporter)
        if organisation.pk not in member_ids(group, day, programme=programme):
            continue
        report = pack.report(duty.report)
        receiver = receiver_of(
            report, organisation, day, pack=pack, programme=programme
        )
        own = own_duty(duty, receiver, pack=pack, programme=programme)
        on_paper = is_on_paper(duty, kept_since(programme.code))
        yield Owed(programme.code, organisation, receiver, own, on_paper)


def own_duty(
    duty: Duty, receiver: Organisation | None, *, pack: Pack, programme: Programme
) -> Duty:
    """The duty with the earlier day that the receiver's focal point set, if any."""
    due = pack.report(duty.report).due
    if receiver is None or due is None or due.earlier is None:
        return duty
    row = focal_day_on(programme, receiver, duty.report, duty.last_day)
    if row is None or row.day is None:
        return duty
    name = names_on([receiver.pk], duty.last_day).get(receiver.pk, receiver.code)
    return with_earlier_day(
        duty,
        row.day,
        lock_days=late_days(pack, duty.report),
        who=Text(vi=f"Đầu mối của {name}", en=f"The focal point of {name}"),
    )


def focal_day_on(
    programme: Programme, organisation: Organisation, report: str, day: date
) -> FocalDay | None:
    """The earlier day that holds on `day`; its own `day` may be empty: none any more."""
    rows = FocalDay.objects.filter(
        programme=programme,
        organisation=organisation,
        report=report,
        valid_from__lte=day,
    )
    return rows.order_by("-valid_from").first()


@dataclass(frozen=True, slots=True)
class SetDay:
    """An earlier day as a row to show: the receiving body by name, report by name."""

    row: FocalDay
    body: str
    report: Text | None


def focal_days_by(
    programme: Programme, bodies: QuerySet[Organisation], day: date
) -> list[SetDay]:
    """All earlier days that these bodies ever set, the newest first."""
    rows = FocalDay.objects.filter(
        programme=programme, organisation__in=bodies.values("pk")
    )
    found = list(rows.select_related("set_by").order_by("-valid_from", "-pk"))
    names = names_on([row.organisation_id for row in found], day)
    reports = {
        report.code: report.name
        for pack in packs_of(programme.code)
        for report in pack.reports
    }
    return [
        SetDay(row, names[row.organisation_id], reports.get(row.report))
        for row in found
    ]
