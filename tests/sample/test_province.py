"""The province of the sample: real places, invented bodies, and the promises about them."""

from collections import Counter, defaultdict
from datetime import date

import pytest
from django.utils import timezone

from kheo.activities.models import Activity
from kheo.assignments.queries import communes_in_scope, gaps_on
from kheo.audit.services import verify as verify_trail
from kheo.core.text import fold
from kheo.ledger.services import verify as verify_ledger
from kheo.organisations.models import Kind, OrganisationVersion
from kheo.places.models import PlaceVersion
from kheo.places.rules import PlaceKind
from kheo.programmes.queries import programmes_on
from kheo.sample import prepared, services
from kheo.sample.bulk import EPOCH, MICROSECOND
from kheo.sample.calendar import VIETNAM
from kheo.sample.province import story as province
from kheo.sample.province.ground import read_ground, real_names
from kheo.sample.province.structure import ARMED, build
from tests.places.make import load_country

BEFORE, JULY_2025, AFTER = date(2025, 6, 1), date(2025, 7, 1), date(2026, 6, 1)


@pytest.fixture(scope="module")
def rows():
    """Tables of the shipped file, as plain values: no database is needed."""
    wanted = {
        *("organisations.organisation", "organisations.organisationversion"),
        *("activities.activity", "activities.party", "reporting.report"),
        *("organisations.placement", "activities.quantity"),
    }
    found = defaultdict(list)
    with services.shipped("province") as path:
        for label, some in prepared.rows_in(path):
            if label in wanted:
                found[label] += some
    return found


@pytest.fixture(scope="module")
def bodies(rows):
    """Every version of a body, with the body's code."""
    codes = {row["id"]: row["code"] for row in rows["organisations.organisation"]}
    return [
        row | {"code": codes[row["organisation_id"]]}
        for row in rows["organisations.organisationversion"]
    ]


def test_the_file_holds_a_province_at_its_full_size(rows, bodies):
    created = Counter(
        (row["kind"], row["tier"])
        for row in bodies
        if row["valid_from"] == date(2020, 1, 1).toordinal()
    )

    assert created[Kind.COMMUNE_COMMITTEE, "commune"] == 137
    assert created[Kind.DISTRICT_COMMITTEE, "district"] == 7
    assert created[Kind.DIRECT_COMMITTEE, "province"] == 3
    assert 280 <= created[Kind.CELL, "district"] <= 320
    provincial = (
        created[Kind.CELL, "province"] + created[Kind.BASE_COMMITTEE, "province"]
    )
    assert 120 <= provincial <= 160
    assert len(rows["activities.activity"]) >= 15_000
    assert len({row["frequency"] for row in rows["reporting.report"]}) == 4


def test_lateness_stands_on_invented_bodies_only(rows, bodies):
    invented = {
        row["organisation_id"]
        for row in bodies
        if row["kind"] in {Kind.CELL, Kind.BASE_COMMITTEE}
    }
    late, returned = [], []
    for row in rows["reporting.report"]:
        if row["sent_at"] is None:
            continue
        moment = EPOCH + row["sent_at"] * MICROSECOND
        if moment.astimezone(VIETNAM).date().toordinal() > row["last_day"]:
            late.append(row["organisation_id"])
        if row["version"] > 1:
            returned.append(row["organisation_id"])

    assert len(late) > 100
    assert set(late) <= invented
    assert len(returned) > 100
    assert set(returned) <= invented


def test_armed_units_have_no_headcount_and_are_never_late(rows, bodies):
    codes = {row["id"]: row["code"] for row in rows["organisations.organisation"]}
    armed = {
        row["organisation_id"]
        for row in rows["organisations.placement"]
        if codes.get(row["parent_id"]) in ARMED
    }
    versions = [row for row in bodies if row["organisation_id"] in armed]

    assert len(armed) >= 30
    assert {row["headcount"] for row in versions} == {None}
    exempt = {row["organisation_id"] for row in versions if row["is_exempt"]}
    assert exempt
    led = {row["organisation_id"] for row in rows["activities.activity"]}
    assert not exempt & led


def test_there_is_a_very_long_name_and_a_body_that_never_went(rows, bodies):
    units = {
        row["organisation_id"]
        for row in bodies
        if row["kind"] in {Kind.CELL, Kind.BASE_COMMITTEE} and not row["is_exempt"]
    }
    went = {
        row["organisation_id"]
        for row in rows["activities.party"]
        if row["role"] in {"lead", "partner"}
    }

    assert max(len(row["name"]) for row in bodies) >= 150
    assert units - went


@pytest.mark.django_db
def test_the_story_is_told_on_the_real_ground():
    load_country()
    ground = read_ground()
    structure = build(ground, province.SEED)
    story = province.story()
    rural = {spot.code for spot in ground.before if spot.kind == "xa"}
    rural_since = {spot.code for spot in ground.after if spot.kind == "xa"}

    assert (len(ground.before), len(rural)) == (137, 121)
    assert (len(ground.after), len(rural_since)) == (124, 117)
    assert {p for places in story.charges.values() for p in places} == rural
    since = story.charges_since_july
    assert {p for places in since.values() for p in places} == rural_since
    assert {unit.code for unit in structure.units()} == story.charges.keys()
    borne = {" ".join(fold(unit.name).split()[-2:]) for unit in structure.bodies}
    assert not borne & real_names() - {*("tan phong", "tan linh", "hoa le", "lo giang")}
    assert build(ground, province.SEED) == structure


@pytest.mark.django_db(transaction=True)
def test_the_province_loads_and_all_its_totals_and_digests_hold():
    load_country()
    with services.shipped("province") as path:
        prepared.read(path, at=timezone.now(), say=str)

    assert Activity.objects.count() >= 15_000
    for day, count in ((BEFORE, 121), (AFTER, 117)):
        (programme,) = programmes_on(day)
        assert len(communes_in_scope(programme, day)) == count
        gaps = gaps_on(programme, day)
        assert gaps.communes_without_unit == []
        assert gaps.units_without_commune == []
    today = OrganisationVersion.objects.in_force(AFTER)
    assert today.filter(kind=Kind.COMMUNE_COMMITTEE).count() == 124
    assert today.filter(kind=Kind.DIRECT_COMMITTEE).count() == 4
    assert not today.filter(tier="district").exists()
    since = Activity.objects.filter(on__gte=JULY_2025)
    named = since.exclude(hamlet=None)
    assert named.count() > since.count() * 0.75
    hamlets = PlaceVersion.objects.filter(kind=PlaceKind.THON)
    parents = dict(hamlets.values_list("place", "parent"))
    assert all(
        parents[hamlet] == commune
        for hamlet, commune in named.values_list("hamlet", "place")
    )
    assert set(parents.values()) == {
        commune.place_id for commune in communes_in_scope(programme, AFTER)
    }
    assert verify_ledger() == []
    assert verify_trail()[1] == []
