"""The samples of Tuyên Quang: small and whole, lived through day by day.

Everything is made by the same services that people use; only the clock is ours.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from importlib import resources
from itertools import chain
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.accounts import services as accounts
from kheo.accounts.models import Site
from kheo.activities.services import settle
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict
from kheo.core.periods import DAY, OPEN_END, Interval
from kheo.core.remembering import forget, remembering
from kheo.ledger.services import reorganise
from kheo.organisations.models import Organisation, Plan
from kheo.organisations.services import apply_plan, define_tree, parse_plan
from kheo.programmes import services as programmes
from kheo.programmes.models import KeptSince, Programme
from kheo.programmes.pack import load_pack
from kheo.programmes.queries import reporters_of
from kheo.sample import charges, days, hamlets, prepared, small
from kheo.sample.calendar import moment, months
from kheo.sample.cast import DATA, Cast, make_people
from kheo.sample.province import story as province
from kheo.sample.reports import COMMITTEES, Telling, report
from kheo.sample.stories import (
    BEGAN,
    CONTINUED,
    FOUNDED,
    JULY_2025,
    SPRING_2025,
    Story,
    file_of,
)

Say = Callable[[str], None]

SEED = 8
STORIES: dict[str, Callable[[], Story]] = {
    "small": small.story,
    "province": province.story,
}
PROVINCE_PLAN = "mau-tinh-thanh-lap"
S0, CONTINUATION = "s0", "s0-continued"


def load(name: str, *, until: date, at: datetime, say: Say, seed: int = SEED) -> None:
    """Load a prepared sample into an empty database and live on up to `until`."""
    with shipped(name) as path:
        prepared.read(path, at=at, say=say)
    Site.objects.filter(pk=1).update(created_at=at)
    extend(until=until, say=say, seed=seed)


def shipped(name: str) -> AbstractContextManager[Path]:
    """A prepared file that comes with the package, as a path while it is needed."""
    return resources.as_file(DATA / file_of(name))


def live(name: str, *, until: date, at: datetime, say: Say, seed: int = SEED) -> None:
    """Make a sample in an empty database and live it up to `until` (exclusive).

    Raises `Conflict` where the database holds anything already.
    """
    if Organisation.objects.exists():
        raise Conflict(_("The sample needs an empty database."))
    story = STORIES[name]()
    with transaction.atomic():
        accounts.open_site(is_sample=True, at=at)
        _found(story)
        Site.objects.filter(pk=1).update(sample_until=BEGAN)
    _Life(story, seed, say).live(BEGAN, until)


def extend(*, until: date, say: Say, seed: int = SEED) -> None:
    """Live on from where the sample stands up to `until`; nothing to do is fine."""
    lived = Site.objects.get(pk=1).sample_until
    if lived is None:
        return
    story = STORIES[told_here()]()
    begin_keeping(story, lived)
    if lived < until:
        _Life(story, seed, say).live(lived, until)


def told_here() -> str:
    """The name of the sample in this database."""
    is_province = Plan.objects.filter(code=PROVINCE_PLAN).exists()
    return "province" if is_province else "small"


def _found(story: Story) -> None:
    at = moment(FOUNDED)
    define_tree("party", "Hệ thống Đảng", actor=SYSTEM, at=at)
    define_tree("front", "Hệ thống Mặt trận", actor=SYSTEM, at=at)
    apply_plan(parse_plan(story.founding), actor=SYSTEM, at=at)
    home = Organisation.objects.get(code="tu-tuyen-quang")
    packs = resources.files("kheo.programmes") / "packs"
    for name in ("s0.yaml", "s0-2025.yaml", "s0-continued.yaml"):
        pack = load_pack((packs / name).read_text("utf-8"), name)
        programmes.load(pack, actor=SYSTEM, at=at, home=home)
    make_people(since=FOUNDED, at=at)
    charges.put_in_charge(
        story.charges,
        S0,
        since=BEGAN,
        basis="Danh sách phân công (mẫu)",
        at=moment(date(2021, 9, 29)),
    )
    each = story.habits.codes_each
    charges.give_codes(S0, each=each, on=BEGAN, cast=Cast(at))


def begin_keeping(story: Story, today: date) -> None:
    """Say, once that day has come, since when all bodies report through Khéo.

    Once in a database; a file written before this could be said holds no such day.
    """
    since, programme = story.habits.reports_since, Programme.objects.get(code=S0)
    known = KeptSince.objects.filter(programme=programme)
    if not BEGAN < since <= today or known.exists():
        return
    later = sorted(reporters_of(S0).keys() - {COMMITTEES})
    programmes.keep_since(
        programme, dict.fromkeys(later, since), actor=SYSTEM, at=moment(since)
    )
    forget()


class _Life:
    """One sample as it is lived: month by month, each in one transaction."""

    def __init__(self, story: Story, seed: int, say: Say) -> None:
        self.story, self.seed, self.say = story, seed, say
        self.cast = Cast(moment(FOUNDED))

    def live(self, start: date, until: date) -> None:
        """Changes of structure, days in the villages, then what is owed."""
        with remembering():
            self._live(start, until)

    def _live(self, start: date, until: date) -> None:
        for year, month in months(start, until):
            began, worked = time.monotonic(), time.process_time()
            first = date(year, month, 1)
            following = date(year + month // 12, month % 12 + 1, 1)
            stretch = Interval(max(first, start), min(following, until))
            with transaction.atomic():
                count = self._month(stretch, first, until)
                Site.objects.filter(pk=1).update(sample_until=stretch.end)
            wall, work = time.monotonic() - began, time.process_time() - worked
            self.say(f"  {year}-{month:02}: {count}, {wall:.0f} s ({work:.0f} s)")

    def _month(self, stretch: Interval, first: date, until: date) -> int:
        habits = self.story.habits
        count = 0
        forget()
        if stretch.start == first:
            self._turn(first)
            programme = S0 if first < CONTINUED else CONTINUATION
            month = days.Month(first.year, first.month, until, self.seed, habits)
            count = days.live(month, programme, self.cast)
        else:
            days.catch_up(stretch, habits=habits, cast=self.cast)
        return count + self._account(stretch, until)

    def _turn(self, first: date) -> None:
        """What changes on the first of a month: the structure, and with it the charges."""
        begin_keeping(self.story, first)
        if first == SPRING_2025:
            plan = parse_plan(self.story.spring)
            reorganise(plan, actor=SYSTEM, at=moment(first))
            forget()
        if first == JULY_2025:
            charges.end_charges(S0, on=first, at=moment(first))
            plan = parse_plan(self.story.july)
            reorganise(plan, actor=SYSTEM, at=moment(first))
            communes = chain(*self.story.charges_since_july.values())
            hamlets.add(hamlets.invented(communes, first), at=moment(first))
            forget()
            self._charge_anew(S0, first, until=CONTINUED)
        if first == CONTINUED:
            self._charge_anew(CONTINUATION, first, until=OPEN_END)

    def _charge_anew(self, programme: str, first: date, *, until: date) -> None:
        charges.put_in_charge(
            self.story.charges_since_july,
            programme,
            since=first,
            until=until,
            basis="Danh sách phân công (giả định)",
            at=moment(first),
        )
        each = self.story.habits.codes_each
        charges.give_codes(programme, each=each, on=first, cast=self.cast)

    def _account(self, stretch: Interval, until: date) -> int:
        """What was met in windows that ended, and the reports that fell due."""
        day = stretch.start
        while day < stretch.end:
            habits = self.story.habits
            if day.day in habits.settles_on:
                settle(day, at=moment(day, 1))
            day += DAY
        telling = Telling(until, self.seed, self.story.habits, self.cast)
        return report(stretch, telling)
