"""The sample's days in the villages, month by month, through the public services."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from kheo.activities import services
from kheo.activities.models import Activity, HouseholdCode, PartyRole
from kheo.activities.queries import hosts_of
from kheo.activities.rules import Done
from kheo.activities.services import Where
from kheo.activities.workflow import ActivityAction
from kheo.assignments.models import CommuneAssignment
from kheo.core.access import Role
from kheo.core.errors import RuleBroken
from kheo.core.periods import Interval
from kheo.organisations.models import Organisation, OrganisationVersion, Reach
from kheo.organisations.queries import PARTY, versions_on
from kheo.places.models import Place
from kheo.programmes.queries import pack_on
from kheo.sample import hamlets
from kheo.sample.calendar import moment, weekends
from kheo.sample.cast import Cast
from kheo.sample.habits import Habits
from kheo.sample.works import WORKS, Work, people, together

NO_HAMLET = 0.15


@dataclass(frozen=True, slots=True)
class Month:
    """One month to be lived through, up to and without `until`."""

    year: int
    month: int
    until: date
    seed: int
    habits: Habits

    def random(self, *words: str) -> Random:
        return Random("|".join([str(self.seed), f"{self.year}-{self.month}", *words]))  # noqa: S311  a sample, no secret


def live(month: Month, programme: str, cast: Cast) -> int:
    """Every unit's days of the month; returns how many were logged or planned."""
    first = date(month.year, month.month, 1)
    charges = CommuneAssignment.objects.filter(
        programme=programme, valid_from__lte=first, valid_to__gt=first
    )
    rows = list(charges.select_related("organisation", "place").order_by("pk"))
    units = {row.organisation_id: row.organisation for row in rows}
    versions = versions_on(units, first)
    superiors = _superiors(units, first)
    parts = hamlets.by_commune(first)
    count = 0
    for unit in units.values():
        random = month.random(unit.code)
        own = [row for row in rows if row.organisation_id == unit.pk]
        superior = superiors.get(unit.pk, "")
        for _visit in range(month.habits.visits(unit.code, superior, first, random)):
            partners = [
                row.organisation
                for row in rows
                if row.place_id == own[0].place_id and row.organisation_id != unit.pk
            ]
            day = random.choice(weekends(month.year, month.month))
            charge = random.choice(own)
            scene = Scene(
                unit=unit,
                versions=versions,
                charge=charge,
                where=_where(charge.place, parts, random),
                partners=partners[:1] if random.random() < month.habits.joint else [],
                day=day,
            )
            count += _day(scene, programme, month, random, cast)
    return count


def _where(
    commune: Place, parts: Mapping[int, Sequence[Place]], random: Random
) -> Where:
    """Most days name their hamlet, where the commune has any."""
    if commune.pk not in parts or random.random() < NO_HAMLET:
        return Where(commune)
    return Where(commune, random.choice(parts[commune.pk]))


def _superiors(units: Iterable[int], day: date) -> dict[int, str]:
    rows = Reach.objects.filter(
        tree__code=PARTY,
        inferior__in=list(units),
        depth=1,
        valid_from__lte=day,
        valid_to__gt=day,
    )
    return dict(rows.values_list("inferior", "superior__code"))


@dataclass(frozen=True, slots=True)
class Scene:
    """One day of one unit, before it is played."""

    unit: Organisation
    versions: dict[int, OrganisationVersion]
    charge: CommuneAssignment
    where: Where
    partners: Sequence[Organisation]
    day: date


def _day(
    scene: Scene, programme: str, month: Month, random: Random, cast: Cast
) -> bool:
    """Plan one day; play it where it lies in the past. False where no rule runs."""
    planned_on = scene.day - timedelta(days=random.randint(5, 12))
    planned_on = min(planned_on, month.until - timedelta(days=1))  # nothing is future
    try:
        pack_on(programme, scene.day)
    except RuleBroken:
        return False
    work = random.choice(WORKS)
    if scene.day < month.habits.notebooks_until:
        return _from_notebook(scene, work, programme, random, cast)
    clerk = cast.play(scene.unit, Role.CLERK)
    activity = services.plan_activity(
        client_id=UUID(int=random.getrandbits(128), version=4),
        programme=programme,
        organisation=scene.unit,
        partners=scene.partners,
        where=scene.where,
        on=scene.day,
        title=work.title,
        field=work.field,
        means="Dao, cuốc, xẻng, găng tay" if work.field == "environment" else "",
        actor=clerk,
        at=moment(planned_on, 14, random.randint(0, 59)),
    )
    answered_on = planned_on + timedelta(days=random.randint(1, 3))
    if answered_on < month.until:
        _step(activity, ActivityAction.AGREE, answered_on, cast)
    if random.random() < month.habits.called_off and scene.day <= month.until:
        services.move_activity(
            activity,
            ActivityAction.CANCEL,
            actor=clerk,
            at=moment(scene.day - timedelta(days=1), 17),
            note="Mưa lớn, hoãn sang dịp khác.",
        )
        return True
    logged_on = scene.day + timedelta(days=random.choice((0, 1, 1, 2, 3)))
    if logged_on < month.until:
        done = _done(scene, work, random, programme)
        hour = random.randint(15, 20)
        services.log_activity(
            activity, done=done, actor=clerk, at=moment(logged_on, hour)
        )
        confirmed_on = logged_on + timedelta(days=random.randint(1, 9))
        if confirmed_on < month.until and random.random() < 0.85:
            _step(activity, ActivityAction.CONFIRM, confirmed_on, cast)
    return True


def _from_notebook(
    scene: Scene, work: Work, programme: str, random: Random, cast: Cast
) -> bool:
    """A day that was never planned here: typed in from the unit's notebook."""
    typed_on = scene.day + timedelta(days=random.randint(2, 9))
    activity = services.log_unplanned(
        client_id=UUID(int=random.getrandbits(128), version=4),
        programme=programme,
        organisation=scene.unit,
        partners=scene.partners,
        where=scene.where,
        on=scene.day,
        title=work.title,
        done=_done(scene, work, random, programme),
        field=work.field,
        actor=cast.play(scene.unit, Role.CLERK),
        at=moment(typed_on, random.randint(8, 16)),
    )
    if random.random() < 0.4:
        _step(activity, ActivityAction.CONFIRM, typed_on + timedelta(days=7), cast)
    return True


def _step(activity: Activity, action: ActivityAction, day: date, cast: Cast) -> None:
    for host in hosts_of(activity.place, activity.on)[:1]:
        actor = cast.play(host, Role.HOST)
        services.move_activity(activity, action, actor=actor, at=moment(day, 16))


def _done(scene: Scene, work: Work, random: Random, programme: str) -> list[Done]:
    done = [*together(random, work)]
    for body in (scene.unit, *scene.partners):
        version = scene.versions.get(body.pk)
        tier = version.tier if version else "province"
        headcount = (version.headcount if version else None) or 10
        done += people(random, unit=body.pk, tier=tier, headcount=headcount)
    if work.helps_households:
        done += _households(scene, random, programme)
    return done


def _households(scene: Scene, random: Random, programme: str) -> list[Done]:
    codes = HouseholdCode.objects.filter(
        programme=programme, place=scene.charge.place
    ).order_by("code")
    chosen = random.sample(list(codes), k=min(len(codes), random.randint(1, 3)))
    kinds = ("poor", "near-poor", "merit")
    return [
        Done(
            "households_helped",
            1,
            dimensions=f"household={kinds[int(code.code, 36) % 3]}",
            subject=code.code,
        )
        for code in chosen
    ]


def catch_up(stretch: Interval, *, habits: Habits, cast: Cast) -> None:
    """What was planned before and lies in `stretch` or before it now happens."""
    waiting = Activity.objects.filter(on__lt=stretch.end).coming()
    for activity in waiting.order_by("on", "pk"):
        year, number = activity.on.year, activity.on.month
        month = Month(year, number, stretch.end, SEED_LATER, habits)
        random = month.random(str(activity.client_id))
        unit = activity.organisation
        partners = [
            party.organisation
            for party in activity.parties.filter(role=PartyRole.PARTNER)
        ]
        charge = CommuneAssignment(organisation=unit, place=activity.place)
        scene = Scene(
            unit=unit,
            versions=versions_on([unit.pk, *(p.pk for p in partners)], activity.on),
            charge=charge,
            where=Where(activity.place, activity.hamlet),
            partners=partners,
            day=activity.on,
        )
        work = next((w for w in WORKS if w.title == activity.title), WORKS[0])
        logged_on = max(activity.on, stretch.start)
        services.log_activity(
            activity,
            done=_done(scene, work, random, activity.programme),
            actor=cast.play(unit, Role.CLERK),
            at=moment(logged_on, 18),
        )


SEED_LATER = 9
