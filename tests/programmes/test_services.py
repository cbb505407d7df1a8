"""Loading versions, membership by date, receivers, and the days focal points set."""

from datetime import UTC, date, datetime

import pytest

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import Interval
from kheo.ledger.models import Law as LedgerLaw
from kheo.ledger.models import Measure
from kheo.organisations.models import Kind, Tier
from kheo.organisations.queries import named_on
from kheo.organisations.services import define_tree
from kheo.places.models import Place
from kheo.programmes import services
from kheo.programmes.models import FocalDay, Programme, ProgrammeVersion
from kheo.programmes.pack import BodyKind, BodyTier, Law, dump_pack, load_pack
from kheo.programmes.queries import (
    duties_in,
    duties_of,
    focal_days_by,
    kept_since,
    members,
    pack_on,
    packs_of,
    programmes_on,
    receiver_of,
)
from kheo.programmes.shipped import shipped_pack
from tests.organisations.make import make_body
from tests.places.make import make_country

from .make import small

NOON = datetime(2026, 8, 1, 5, 0, tzinfo=UTC)
BEFORE = datetime(2024, 1, 1, 5, 0, tzinfo=UTC)
"""Noon of the day on which focal points set their days."""
YEAR = Interval(date(2024, 1, 1), date(2025, 1, 1))
DAY = date(2024, 5, 1)


def load(pack, **options):
    return services.load(pack, actor=SYSTEM, at=NOON, **options)


@pytest.fixture
def province(db):
    """A provincial committee, its boards, two committees with cells, two communes."""
    make_country()
    define_tree("party", "Đảng", actor=SYSTEM, at=NOON)
    place = {p.code: p.code for p in Place.objects.all()}
    tu = make_body("tu", kind="provincial_committee")
    bodies = {
        "tu": tu,
        "bdv": make_body("bdv", tu, kind="board", symbol="BDVTU"),
        "btc": make_body("btc", tu, kind="board", symbol="BTCTU"),
        "khoi": make_body("khoi", tu, kind="direct_committee"),
        "huyen": make_body("huyen", tu, kind="district_committee", tier="district"),
    }
    bodies["so"] = make_body("so", bodies["khoi"], kind="cell")
    bodies["dang-bo"] = make_body("dang-bo", bodies["khoi"], kind="base_committee")
    bodies["phong"] = make_body("phong", bodies["dang-bo"], kind="cell")
    bodies["truc"] = make_body("truc", bodies["khoi"], kind="cell", is_exempt=True)
    bodies["huyen-cell"] = make_body(
        "huyen-cell", bodies["huyen"], kind="cell", tier="district"
    )
    bodies["xa"] = make_body(
        "xa",
        bodies["huyen"],
        kind="commune_committee",
        tier="commune",
        place=place["vn-1"],
    )
    bodies["thi-tran"] = make_body(
        "thi-tran", bodies["huyen"], kind="commune_committee", tier="commune"
    )
    bodies["thon"] = make_body("thon", bodies["xa"], kind="cell", tier="hamlet")
    return bodies


def codes(group, day=DAY, code="s0"):
    programme = Programme.objects.get(code=code)
    found = members(pack_on(code, day).group(group), day, programme=programme)
    return {body.code for body in found}


# Loading


@pytest.mark.django_db
def test_loading_keeps_both_versions_and_each_holds_in_its_time():
    load(shipped_pack("s0"))
    load(shipped_pack("s0-2025"))

    assert pack_on("s0", date(2025, 6, 30)).label is None
    assert pack_on("s0", date(2025, 7, 1)).label is not None
    assert len(packs_of("s0")) == 2


@pytest.mark.django_db
def test_before_and_after_its_time_a_programme_is_not_in_force():
    load(shipped_pack("s0"))
    load(shipped_pack("s0-2025"))

    assert [p.pack.code for p in programmes_on(date(2021, 9, 10))] == ["s0"]
    assert programmes_on(date(2021, 9, 9)) == []
    assert programmes_on(date(2026, 1, 1)) == []
    with pytest.raises(RuleBroken, match="2026-01-01"):
        pack_on("s0", date(2026, 1, 1))


@pytest.mark.django_db
def test_loading_the_same_pack_again_changes_nothing():
    first = load(shipped_pack("s0"))
    entries = AuditEntry.objects.count()

    again = load(load_pack(dump_pack(shipped_pack("s0"))))

    assert again == first
    assert ProgrammeVersion.objects.count() == 1
    assert AuditEntry.objects.count() == entries


@pytest.mark.django_db
def test_another_text_from_the_same_day_is_refused():
    load(load_pack(small()))

    with pytest.raises(Conflict, match="small"):
        load(load_pack(small(("vi: Chuyên đề nhỏ", "vi: Chuyên đề khác"))))

    assert [pack.name.vi for pack in packs_of("small")] == ["Chuyên đề nhỏ"]


@pytest.mark.django_db
def test_a_measure_cannot_change_its_law():
    load(load_pack(small()))
    changed = small(
        ("from: 2024-01-01", "from: 2025-01-01"),
        ("law: stock, unit: {vi: cái", "law: flow, unit: {vi: cái"),
    )

    with pytest.raises(Conflict, match="living"):
        load(load_pack(changed))

    assert len(packs_of("small")) == 1
    assert Measure.objects.get(code="living").law == LedgerLaw.STOCK


@pytest.mark.django_db
def test_loading_defines_the_measures_in_the_ledger():
    load(shipped_pack("s0"))

    rate = Measure.objects.get(code="units_met_rate")
    assert (rate.law, rate.decimals) == (LedgerLaw.RATIO, 1)
    assert (rate.numerator.code, rate.denominator.code) == ("units_met", "units_due")
    assert Measure.objects.count() == len(shipped_pack("s0").measures)


@pytest.mark.django_db
def test_who_may_not_manage_programmes_loads_none():
    with pytest.raises(NotAllowed):
        services.load(load_pack(small()), actor=Actor(user_id=1), at=NOON)

    assert not Programme.objects.exists()


def test_the_packs_words_are_those_of_the_tables():
    assert [kind.value for kind in BodyKind] == Kind.values
    assert [tier.value for tier in BodyTier] == Tier.values
    assert [law.value for law in Law] == LedgerLaw.values


# Groups


def test_groups_follow_kind_tier_place_exemption_and_line(province):
    load(shipped_pack("s0"))

    assert codes("board") == {"bdv"}
    assert codes("committees") == {"khoi", "huyen"}
    assert codes("units") == {"so", "dang-bo", "huyen-cell"}
    assert codes("provincial-units") == {"so", "dang-bo"}
    assert codes("communes") == {"xa"}


def test_a_home_limits_groups_to_its_line(province):
    other = make_body("tu-khac", kind="provincial_committee")
    make_body("huyen-khac", other, kind="district_committee", tier="district")
    load(shipped_pack("s0"), home=province["tu"])

    assert codes("committees") == {"khoi", "huyen"}


def test_a_group_below_a_named_body_looks_only_there(province):
    text = small(("code: below, name", "code: below, below: khoi, direct: true, name"))
    load(load_pack(text))

    assert codes("below", code="small") == {"so", "truc"}


def test_persons_are_no_bodies(province):
    text = small(("code: below, name", "code: below, persons: true, name"))
    load(load_pack(text))

    assert codes("below", code="small") == set()


@pytest.mark.parametrize(
    ("report", "body", "receiver"),
    [
        ("committee-month", "huyen", "bdv"),
        ("committee-month", "khoi", "bdv"),
        ("unit-month", "so", "khoi"),
        ("unit-month", "huyen-cell", "huyen"),
        ("commune-month", "xa", "huyen"),
    ],
)
def test_the_nearest_body_of_the_receiving_group_receives(
    province, report, body, receiver
):
    load(shipped_pack("s0"))
    pack, programme = pack_on("s0", DAY), Programme.objects.get()

    found = receiver_of(
        pack.report(report), province[body], DAY, pack=pack, programme=programme
    )

    assert found == province[receiver]


def test_nobody_receives_where_two_stand_equally_near(province):
    make_body("bdv-2", province["tu"], kind="board", symbol="BDVTU")
    load(shipped_pack("s0"))
    pack, programme = pack_on("s0", DAY), Programme.objects.get()

    report = pack.report("committee-month")
    found = receiver_of(report, province["huyen"], DAY, pack=pack, programme=programme)

    assert found is None


# What a body owes


def test_a_committee_owes_its_eighteen_reports_to_the_board(province):
    load(shipped_pack("s0"))

    owed = duties_of(province["huyen"], YEAR)

    assert len(owed) == 18
    assert {one.receiver for one in owed} == {province["bdv"]}
    assert {one.duty.report.split("-")[0] for one in owed} == {"committee"}
    assert [one.duty.last_day for one in owed] == sorted(
        one.duty.last_day for one in owed
    )


def test_wards_townships_hamlets_and_exempt_units_owe_nothing(province):
    load(shipped_pack("s0"))

    for code in ("thi-tran", "thon", "truc", "phong", "btc"):
        assert duties_of(province[code], YEAR) == []


def test_the_focal_points_day_reaches_those_below_it_from_its_date(province):
    load(shipped_pack("s0"))
    programme = Programme.objects.get()
    services.set_focal_day(
        programme,
        province["huyen"],
        report="unit-month",
        day=20,
        valid_from=date(2024, 4, 1),
        actor=SYSTEM,
        at=BEFORE,
    )

    days = {
        one.duty.code: one.duty.last_day
        for one in duties_of(province["huyen-cell"], YEAR)
    }
    elsewhere = {
        one.duty.code: one.duty.last_day for one in duties_of(province["so"], YEAR)
    }

    assert days["2024-03"] == date(2024, 3, 24)
    assert days["2024-04"] == date(2024, 4, 20)
    assert days["2024-Q2"] == date(2024, 6, 24)
    assert elsewhere["2024-04"] == date(2024, 4, 24)


def test_a_focal_point_can_go_back_to_the_packs_day(province):
    load(shipped_pack("s0"))
    programme = Programme.objects.get()
    for day, since in ((20, date(2024, 1, 1)), (None, date(2024, 6, 1))):
        services.set_focal_day(
            programme,
            province["huyen"],
            report="unit-month",
            day=day,
            valid_from=since,
            actor=SYSTEM,
            at=BEFORE,
        )

    days = {
        one.duty.code: one.duty.last_day.day
        for one in duties_of(province["huyen-cell"], YEAR)
    }

    assert (days["2024-05"], days["2024-06"]) == (20, 24)
    mine = named_on(DAY).filter(code="huyen")
    kept = focal_days_by(programme, mine, DAY)
    assert [(one.row.day, one.body) for one in kept] == [(None, "huyen"), (20, "huyen")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"report": "nothing"}, "report"),
        ({"report": "committee-month"}, "report"),
        ({"day": 29}, "day"),
        ({"day": 0}, "day"),
    ],
)
def test_a_day_that_cannot_be_is_refused(province, changes, field):
    load(shipped_pack("s0"))
    wanted = {"report": "unit-month", "day": 20, "valid_from": DAY} | changes

    with pytest.raises(RuleBroken) as refusal:
        services.set_focal_day(
            Programme.objects.get(),
            province["huyen"],
            actor=SYSTEM,
            at=BEFORE,
            **wanted,
        )

    assert refusal.value.field == field
    assert not FocalDay.objects.exists()


def test_a_stranger_sets_no_day(province):
    load(shipped_pack("s0"))
    elsewhere = frozenset({province["khoi"].pk})
    stranger = Actor(user_id=1, writable={Capability.REVIEW_REPORTS: elsewhere})

    with pytest.raises(NotAllowed):
        services.set_focal_day(
            Programme.objects.get(),
            province["huyen"],
            report="unit-month",
            day=20,
            valid_from=DAY,
            actor=stranger,
            at=BEFORE,
        )

    assert not FocalDay.objects.exists()


@pytest.mark.django_db
def test_duties_run_through_the_versions_of_a_programme():
    load(shipped_pack("s0"))
    load(shipped_pack("s0-2025"))

    found = duties_in("s0", Interval(date(2025, 6, 1), date(2025, 8, 1)))

    months = {d.code: d.receiver for d in found if d.report == "commune-month"}
    assert months == {"2025-06": "district-committees", "2025-07": "board"}


def on_the(day, month=5):
    return datetime(2024, month, day, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "changes", "field"),
    [
        (on_the(2), {"valid_from": date(2024, 5, 1)}, "valid_from"),
        (on_the(1), {"day": 24}, "day"),
        (on_the(1), {"day": 27}, "day"),
        (on_the(21), {"valid_from": date(2024, 5, 21)}, "valid_from"),
    ],
)
def test_an_earlier_day_is_earlier_and_touches_nothing_that_passed(
    province, at, changes, field
):
    load(shipped_pack("s0"))
    wanted = {"report": "unit-month", "day": 20, "valid_from": DAY} | changes

    with pytest.raises(RuleBroken) as refusal:
        services.set_focal_day(
            Programme.objects.get(), province["huyen"], actor=SYSTEM, at=at, **wanted
        )

    assert refusal.value.field == field
    assert not FocalDay.objects.exists()


def test_who_was_late_by_the_set_day_does_not_become_in_time_afterwards(province):
    load(shipped_pack("s0"))
    programme = Programme.objects.get()
    common = {"report": "unit-month", "actor": SYSTEM}
    services.set_focal_day(
        programme, province["huyen"], day=20, valid_from=DAY, at=on_the(1), **common
    )

    with pytest.raises(RuleBroken):
        services.set_focal_day(
            programme,
            province["huyen"],
            day=None,
            valid_from=date(2024, 5, 22),
            at=on_the(22),
            **common,
        )
    assert FocalDay.objects.count() == 1
    services.set_focal_day(
        programme,
        province["huyen"],
        day=None,
        valid_from=date(2024, 5, 25),
        at=on_the(22),
        **common,
    )
    days = {
        one.duty.code: (one.duty.last_day.day, one.duty.is_set_earlier)
        for one in duties_of(province["huyen-cell"], YEAR)
    }
    assert (days["2024-05"], days["2024-06"]) == ((20, True), (24, False))


# Since when reports are kept here


def keep(days, **options):
    options = {"actor": SYSTEM, "at": NOON} | options
    services.keep_since(Programme.objects.get(), days, **options)


def entries():
    kept = AuditEntry.objects.filter(verb="programme.keep_since").order_by("pk")
    return [entry.data for entry in kept]


def test_each_group_has_its_own_day_and_each_change_leaves_a_trace(province):
    load(shipped_pack("s0"))

    keep({"units": DAY, "communes": None})
    keep({"units": DAY})
    keep({"units": date(2024, 6, 1), "committees": DAY})
    keep({"units": None})

    assert kept_since("s0") == {"committees": DAY}
    assert entries() == [
        {"reporter": "units", "since": "2024-05-01", "before": None},
        {"reporter": "units", "since": "2024-06-01", "before": "2024-05-01"},
        {"reporter": "committees", "since": "2024-05-01", "before": None},
        {"reporter": "units", "since": None, "before": "2024-06-01"},
    ]


def test_what_is_owed_before_the_day_is_on_paper(province):
    load(shipped_pack("s0"))
    keep({"units": DAY})

    owed = duties_of(province["huyen-cell"], YEAR)
    others = duties_of(province["huyen"], YEAR)

    paper = {one.duty.code for one in owed if one.is_on_paper}
    assert paper == {"2024-01", "2024-02", "2024-03", "2024-04", "2024-Q1"}
    assert not any(one.is_on_paper for one in others)


def test_groups_that_nobody_reports_in_are_refused(province):
    load(shipped_pack("s0"))

    for unknown in ("board", "nothing"):
        with pytest.raises(RuleBroken):
            keep({"units": DAY, unknown: DAY})

    assert kept_since("s0") == {}


def test_only_who_manages_programmes_says_since_when(province):
    load(shipped_pack("s0"), home=province["tu"])
    roots = frozenset({province["tu"].pk})
    reviewer = Actor(user_id=1, writable={Capability.REVIEW_REPORTS: roots})
    elsewhere = Actor(
        user_id=1,
        writable={Capability.MANAGE_PROGRAMMES: frozenset({province["khoi"].pk})},
    )

    for actor in (reviewer, elsewhere):
        assert not services.may_manage(Programme.objects.get(), actor)
        with pytest.raises(NotAllowed):
            keep({"units": DAY}, actor=actor)

    assert kept_since("s0") == {}
