"""The small sample: one committee line of Tuyên Quang, lived through day by day.

Everything is made by the same services that people use; only the clock is ours.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from importlib import resources
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.accounts import services as accounts
from kheo.accounts.models import Site
from kheo.activities.services import settle
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict
from kheo.core.periods import DAY, OPEN_END, Interval
from kheo.ledger.services import reorganise
from kheo.organisations.models import Organisation
from kheo.organisations.services import apply_plan, define_tree, parse_plan
from kheo.programmes import services as programmes
from kheo.programmes.pack import load_pack
from kheo.sample import charges, days, prepared
from kheo.sample.calendar import moment, months
from kheo.sample.cast import DATA, Cast, make_people
from kheo.sample.reports import report

Say = Callable[[str], None]

SEED = 8
PREPARED = "small.jsonl.gz"
FOUNDED = date(2021, 9, 1)
BEGAN = date(2021, 10, 1)
SPRING_2025 = date(2025, 3, 1)
JULY_2025 = date(2025, 7, 1)
CONTINUED = date(2026, 1, 1)
S0, CONTINUATION = "s0", "s0-continued"
SETTLES_ON = (1, 25)
"""The first days of a month and of a month's window."""


def load_small(*, until: date, at: datetime, say: Say, seed: int = SEED) -> None:
    """Load the prepared sample into an empty database and live on up to `until`."""
    with shipped() as path:
        prepared.read(path, say=say)
    Site.objects.filter(pk=1).update(created_at=at)
    extend(until=until, say=say, seed=seed)


def shipped() -> AbstractContextManager[Path]:
    """The prepared file that comes with the package, as a path while it is needed."""
    return resources.as_file(DATA / PREPARED)


def live_small(*, until: date, at: datetime, say: Say, seed: int = SEED) -> None:
    """Make the sample in an empty database and live it up to `until` (exclusive).

    Raises `Conflict` where the database holds anything already.
    """
    if Organisation.objects.exists():
        raise Conflict(_("The sample needs an empty database."))
    with transaction.atomic():
        accounts.open_site(is_sample=True, at=at)
        _found()
    _live(BEGAN, until, say=say, seed=seed)


def extend(*, until: date, say: Say, seed: int = SEED) -> None:
    """Live on from where the sample stands up to `until`; nothing to do is fine."""
    lived = Site.objects.get(pk=1).sample_until
    if lived is not None and lived < until:
        _live(lived, until, say=say, seed=seed)


def _found() -> None:
    at = moment(FOUNDED)
    define_tree("party", "Hệ thống Đảng", actor=SYSTEM, at=at)
    define_tree("front", "Hệ thống Mặt trận", actor=SYSTEM, at=at)
    apply_plan(parse_plan(_text("1-founding.yaml")), actor=SYSTEM, at=at)
    home = Organisation.objects.get(code="tu-tuyen-quang")
    packs = resources.files("kheo.programmes") / "packs"
    for name in ("s0.yaml", "s0-2025.yaml", "s0-continued.yaml"):
        pack = load_pack((packs / name).read_text("utf-8"), name)
        programmes.load(pack, actor=SYSTEM, at=at, home=home)
    make_people(since=FOUNDED, at=at)
    charges.put_in_charge(
        charges.FROM_2021,
        S0,
        since=BEGAN,
        basis="Danh sách phân công (mẫu)",
        at=moment(date(2021, 9, 29)),
    )
    charges.give_codes(S0, on=BEGAN, cast=Cast(at))


def _live(start: date, until: date, *, say: Say, seed: int) -> None:
    """Month by month, each in one transaction: changes, days, what is owed."""
    cast = Cast(moment(FOUNDED))
    for year, month in months(start, until):
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        stretch = Interval(max(first, start), min(following, until))
        with transaction.atomic():
            if stretch.start == first:
                _turn(first, cast)
                programme = S0 if first < CONTINUED else CONTINUATION
                days.live(days.Month(year, month, until, seed), programme, cast)
            else:
                days.catch_up(stretch, cast)
            _account(stretch, until=until, seed=seed, cast=cast)
            Site.objects.filter(pk=1).update(sample_until=stretch.end)
        if following.month == 1 or following >= until:
            say(f"  {year}")


def _turn(first: date, cast: Cast) -> None:
    """What changes on the first of a month: the structure, and with it the charges."""
    if first == SPRING_2025:
        reorganise(
            parse_plan(_text("2-spring-2025.yaml")), actor=SYSTEM, at=moment(first)
        )
    if first == JULY_2025:
        charges.end_charges(S0, on=first, at=moment(first))
        reorganise(
            parse_plan(_text("3-july-2025.yaml")), actor=SYSTEM, at=moment(first)
        )
        _charge_anew(S0, first, until=CONTINUED, cast=cast)
    if first == CONTINUED:
        _charge_anew(CONTINUATION, first, until=OPEN_END, cast=cast)


def _charge_anew(programme: str, first: date, *, until: date, cast: Cast) -> None:
    charges.put_in_charge(
        charges.SINCE_JULY_2025,
        programme,
        since=first,
        until=until,
        basis="Danh sách phân công (giả định)",
        at=moment(first),
    )
    charges.give_codes(programme, on=first, cast=cast)


def _account(stretch: Interval, *, until: date, seed: int, cast: Cast) -> None:
    """What was met in windows that ended, and the reports that fell due."""
    day = stretch.start
    while day < stretch.end:
        if day.day in SETTLES_ON:
            settle(day, at=moment(day, 1))
        day += DAY
    report(stretch, until=until, seed=seed, cast=cast)


def _text(name: str) -> str:
    return (DATA / name).read_text("utf-8")
