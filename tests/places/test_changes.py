"""Plans of change: what is written, what is refused, and that refusal changes nothing."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.periods import OPEN_END
from kheo.places.models import Place, PlaceLineage, PlaceReach, PlaceVersion
from kheo.places.queries import (
    children_on,
    hamlets_on,
    place_tree,
    profile_on,
    subtree_on,
    superiors_on,
    version_on,
)
from kheo.places.rules import (
    Amend,
    End,
    Found,
    NewRuralStatus,
    PlaceKind,
    Transfer,
    TransferKind,
)
from kheo.places.services import add_hamlet, merge_places, set_profile

from .make import BIRTH, LAW, NOON, REFORM, change, make_country

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def codes(versions):
    return {version.place.code for version in versions}


def counts():
    tables = (Place, PlaceVersion, PlaceLineage, PlaceReach, AuditEntry)
    return [table.objects.count() for table in tables]


def reform():
    """End the districts: the communes move up, two of them merge."""
    return change(
        Amend("vn-3", parent="vn-08"),
        Amend("vn-4", parent="vn-08", name="Đồng Quý"),
        Found("vn25-1", "Hùng Lợi", PlaceKind.XA, "vn-08", "00001"),
        End("vn-1"),
        End("vn-2"),
        End("vn-075"),
        End("vn-076"),
        Transfer("vn-1", "vn25-1", TransferKind.MERGE),
        Transfer("vn-2", "vn25-1", TransferKind.MERGE),
    )


def test_names_begin_with_their_kind_and_fold_for_search():
    country = make_country()

    version = version_on(country["vn-3"], BIRTH)

    assert (version.name, version.folded) == ("Xã Đông Thọ", "xa dong tho")


def test_nothing_exists_the_day_before_its_first_version():
    country = make_country()

    assert version_on(country["vn-3"], BIRTH - DAY) is None
    assert not children_on(None, BIRTH - DAY).exists()


def test_children_stand_in_vietnamese_order():
    country = make_country()

    names = [v.name for v in children_on(country["vn-076"], BIRTH)]

    assert names == ["Xã Đông Thọ", "Xã Đồng Thọ"]


def test_the_structure_is_as_it_was_on_each_side_of_a_change():
    country = make_country()
    reform()
    province = country["vn-08"]

    assert codes(children_on(province, REFORM - DAY)) == {"vn-075", "vn-076"}
    assert codes(children_on(province, REFORM)) == {"vn-3", "vn-4", "vn25-1"}
    assert len(subtree_on(province, REFORM - DAY)) == 7
    assert len(subtree_on(province, REFORM)) == 4
    assert version_on(country["vn-1"], REFORM) is None
    assert version_on(country["vn-4"], REFORM - DAY).name == "Xã Đồng Thọ"
    assert version_on(country["vn-4"], REFORM).name == "Xã Đồng Quý"


def test_superiors_run_from_the_place_to_its_province():
    country = make_country()
    reform()

    before = [v.place.code for v in superiors_on(country["vn-3"], REFORM - DAY)]
    since = [v.place.code for v in superiors_on(country["vn-3"], REFORM)]

    assert before == ["vn-3", "vn-076", "vn-08"]
    assert since == ["vn-3", "vn-08"]


def test_reach_is_the_closure_with_half_open_stretches():
    country = make_country()
    reform()

    rows = PlaceReach.objects.filter(inferior=country["vn-3"])
    found = set(rows.values_list("superior__code", "depth", "valid_from", "valid_to"))

    assert found == {
        ("vn-3", 0, BIRTH, OPEN_END),
        ("vn-076", 1, BIRTH, REFORM),
        ("vn-08", 2, BIRTH, REFORM),
        ("vn-08", 1, REFORM, OPEN_END),
    }


def test_a_partial_rebuild_equals_a_full_one():
    make_country()
    reform()
    columns = ("superior", "inferior", "valid_from", "valid_to", "depth")
    stored = set(PlaceReach.objects.values_list(*columns))

    full = {
        (row.superior, row.inferior, row.start, row.end, row.depth)
        for row in place_tree().closure()
    }

    assert stored == full


def test_figures_of_merged_communes_are_carried_to_the_new_one():
    country = make_country()
    reform()
    tree = place_tree()
    new = Place.objects.get(code="vn25-1")

    borne = [tree.carry(country[c].pk, REFORM)[0].bearer for c in ("vn-1", "vn-2")]

    assert borne == [new.pk, new.pk]


def test_a_doubtful_transfer_carries_nothing():
    country = make_country()
    reform()
    PlaceLineage.objects.create(
        kind="absorb_part",
        predecessor=country["vn-2"],
        successor=country["vn-3"],
        on=REFORM,
        is_doubtful=True,
    )

    parts = place_tree().carry(country["vn-2"].pk, REFORM)

    assert [(p.bearer, p.is_open) for p in parts] == [
        (Place.objects.get(code="vn25-1").pk, False)
    ]


def test_a_merger_takes_the_hamlets_along():
    country = make_country()
    hamlet = add_hamlet(country["vn-1"], name="Toạt", on=BIRTH, actor=SYSTEM, at=NOON)

    merge_places(
        [country["vn-1"], country["vn-2"]],
        Found("vn25-1", "Hùng Lợi", PlaceKind.XA, "vn-075"),
        on=REFORM,
        basis=LAW,
        actor=SYSTEM,
        at=NOON,
    )

    new = Place.objects.get(code="vn25-1")
    assert codes(hamlets_on(country["vn-1"], REFORM - DAY)) == {hamlet.code}
    assert codes(hamlets_on(new, REFORM)) == {hamlet.code}
    assert {t.kind for t in new.origins.all()} == {"merge"}
    assert {t.basis for t in new.origins.all()} == {LAW}


def test_a_change_of_kind_keeps_the_identity():
    country = make_country()
    on = date(2026, 4, 30)

    change(
        Amend(
            "vn-08",
            kind=PlaceKind.THANH_PHO_TW,
            name="Tuyên Quang",
            official_code="99",
        ),
        on=on,
    )

    assert version_on(country["vn-08"], on).name == "Thành phố Tuyên Quang"
    assert version_on(country["vn-08"], on).official_code == "99"
    assert version_on(country["vn-08"], on - DAY).name == "Tỉnh Tuyên Quang"
    assert len(subtree_on(country["vn-08"], on)) == 7


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([End("vn-075")], "below one that has ended"),
        ([Amend("vn-08", parent="vn-1")], "below itself"),
        ([End("vn-99")], "no place vn-99"),
        ([Amend("vn-1", parent="vn-99")], "no place vn-99"),
        ([Found("vn-1", "X", PlaceKind.XA, "vn-075")], "already taken"),
        (
            [End("vn-1"), Transfer("vn-1", "vn-1x", TransferKind.MERGE)],
            "no place vn-1x",
        ),
        (
            [End("vn-1"), End("vn-2"), Transfer("vn-1", "vn-2", TransferKind.MERGE)],
            "does not exist on that day",
        ),
        (
            [
                Transfer("vn-1", "vn-3", TransferKind.SPLIT, 600_000),
                Transfer("vn-1", "vn-4", TransferKind.SPLIT, 600_000),
            ],
            "more than the whole",
        ),
    ],
)
def test_an_unsound_plan_is_refused_and_changes_nothing(steps, reason):
    make_country()
    before = counts()

    with pytest.raises(RuleBroken, match=reason):
        change(*steps)

    assert counts() == before


def test_a_change_before_a_later_one_is_refused():
    make_country()
    reform()
    before = counts()

    with pytest.raises(Conflict, match="vn-4 already changes"):
        change(Amend("vn-4", name="Khác"), on=REFORM - DAY)
    with pytest.raises(Conflict, match="vn-1 already changes"):
        change(End("vn-1"))
    with pytest.raises(RuleBroken, match="vn-1 does not exist"):
        change(End("vn-1"), on=REFORM + DAY)

    assert counts() == before


def test_only_who_manages_bodies_may_change_places():
    make_country()
    reader = Actor(user_id=None, name="Người đọc")
    before = counts()

    with pytest.raises(NotAllowed):
        merge_places(
            [],
            Found("vn-9", "X", PlaceKind.XA, "vn-075"),
            on=REFORM,
            basis="",
            actor=reader,
            at=NOON,
        )

    assert counts() == before


def test_a_specialist_may_add_a_hamlet_and_the_trail_says_so():
    country = make_country()
    managing = {Capability.MANAGE_ORGANISATIONS: frozenset({1})}
    specialist = Actor(name="Chuyên viên", writable=managing)
    before = AuditEntry.objects.count()

    hamlet = add_hamlet(
        country["vn-1"],
        name="Nà  Mộ",
        kind=PlaceKind.BAN,
        on=REFORM,
        actor=specialist,
        at=NOON,
    )

    entry = AuditEntry.objects.order_by("-pk")[0]
    assert hamlet.code == "vn-1-h01"
    assert version_on(hamlet, REFORM).name == "Bản Nà Mộ"
    assert AuditEntry.objects.count() == before + 1
    assert (entry.verb, entry.subject_id) == ("place.change", str(hamlet.pk))


def test_a_commune_has_no_two_hamlets_of_one_name():
    country = make_country()
    add_hamlet(country["vn-1"], name="Toạt", on=BIRTH, actor=SYSTEM, at=NOON)

    with pytest.raises(RuleBroken, match="already has"):
        add_hamlet(country["vn-1"], name="thôn Toạt", on=REFORM, actor=SYSTEM, at=NOON)
    twin = add_hamlet(country["vn-2"], name="Toạt", on=REFORM, actor=SYSTEM, at=NOON)

    assert twin.code == "vn-2-h01"


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ("vn-075", PlaceKind.THON, "Toạt"),
        ("vn-1", PlaceKind.XA, "Toạt"),
        ("vn-1", PlaceKind.THON, "  "),
    ],
)
def test_a_hamlet_needs_a_commune_a_name_and_a_hamlets_kind(code, kind, name):
    country = make_country()
    before = counts()

    with pytest.raises(RuleBroken):
        add_hamlet(country[code], name=name, kind=kind, on=BIRTH, actor=SYSTEM, at=NOON)

    assert counts() == before


def test_a_profile_holds_until_the_next_one():
    commune = make_country()["vn-1"]
    set_profile(
        commune,
        on=date(2021, 6, 1),
        is_extremely_difficult=True,
        new_rural_status=NewRuralStatus.NOT_YET,
        unmet_criteria=[17, 2, 2],
        basis="861/QĐ-TTg",
        actor=SYSTEM,
        at=NOON,
    )
    set_profile(
        commune,
        on=date(2024, 1, 1),
        is_extremely_difficult=False,
        new_rural_status=NewRuralStatus.MET,
        actor=SYSTEM,
        at=NOON,
    )

    assert profile_on(commune, date(2021, 5, 31)) is None
    assert profile_on(commune, date(2023, 12, 31)).unmet_criteria == [2, 17]
    assert profile_on(commune, date(2024, 1, 1)).new_rural_status == "met"


def test_the_same_day_again_corrects_a_profile():
    commune = make_country()["vn-1"]
    for difficult in (True, None):
        set_profile(
            commune, on=REFORM, is_extremely_difficult=difficult, actor=SYSTEM, at=NOON
        )

    assert commune.profiles.count() == 1
    assert profile_on(commune, REFORM).is_extremely_difficult is None


@pytest.mark.parametrize(("code", "criteria"), [("vn-1", [0, 20]), ("vn-075", [])])
def test_a_profile_is_a_communes_and_names_known_criteria(code, criteria):
    place = make_country()[code]

    with pytest.raises(RuleBroken):
        set_profile(place, on=REFORM, unmet_criteria=criteria, actor=SYSTEM, at=NOON)

    assert place.profiles.count() == 0


def test_the_database_refuses_two_versions_on_one_day_and_a_place_below_itself():
    country = make_country()
    version = version_on(country["vn-1"], BIRTH)

    for changes in ({"valid_from": BIRTH}, {"parent": country["vn-1"]}):
        twin = PlaceVersion(
            place=country["vn-1"],
            valid_from=REFORM,
            name=version.name,
            kind=version.kind,
        )
        for field, value in changes.items():
            setattr(twin, field, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()
