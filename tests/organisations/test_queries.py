"""What bodies were on a day, where they stood, and what grants reach."""

from datetime import date, timedelta

import pytest
from tests.organisations.make import (
    AFTER,
    BEFORE,
    NOON,
    REFORM,
    START,
    SYSTEM,
    make_body,
    make_manager,
    reorganise,
)

from kheo.core.access import ROLE_CAPABILITIES, Actor, Capability, Role
from kheo.organisations.models import (
    Organisation,
    OrganisationVersion,
    Placement,
    Reach,
    Tree,
)
from kheo.organisations.queries import (
    SCOPES_KEPT,
    carry,
    children_on,
    display_names,
    explain_absence,
    heirs,
    members_of_group,
    named_on,
    names_on,
    parent_on,
    scope_of,
    search,
    subtree_ids,
    successors_of,
    superior_of_kind,
    superiors_on,
    version_on,
    versions_on,
)
from kheo.organisations.services import (
    add_alias,
    define_group,
    rebuild_reach,
)

pytestmark = pytest.mark.django_db

LATER = date(2026, 1, 1)


@pytest.fixture
def tinh():
    """The province: two boards, district yen with cells; merged and ended in 2025."""
    province = make_body("tinh", kind="provincial_committee", name="Tỉnh ủy")
    make_body("bdv", province, kind="board", name="Ban Dân vận", symbol="BDVTU")
    make_body("btg", province, kind="board", name="Ban Tuyên giáo")
    yen = make_body("yen", province, kind="district_committee", tier="district")
    make_body("c1", yen, kind="cell", name="Chi bộ Đầm", short_name="CB Đầm")
    make_body("c2", yen, kind="cell", name="Chi bộ Ân")
    return province


def body(code):
    return Organisation.objects.get(code=code)


def codes(bodies):
    return [b.code for b in bodies]


def merge_boards():
    reorganise(
        """
- {do: create, body: btgdv, name: Ban TGDV, kind: board, tier: province, below: tinh}
- {do: merge, bodies: [bdv, btg], into: btgdv}
"""
    )


def end_district():
    reorganise(
        "- {do: end, bodies: [yen]}\n- {do: move, bodies: [c1, c2], below: tinh}",
        code="district",
    )


# What a body was


def test_a_version_holds_from_its_day_until_the_next(tinh):
    reorganise("- {do: rename, body: bdv, name: Ban DV}")

    assert version_on(body("bdv"), date(2019, 12, 31)) is None
    assert version_on(body("bdv"), BEFORE).name == "Ban Dân vận"
    assert version_on(body("bdv"), AFTER).name == "Ban DV"


def test_many_versions_cost_one_query(tinh, django_assert_num_queries):
    merge_boards()
    ids = set(Organisation.objects.values_list("pk", flat=True))

    with django_assert_num_queries(1):
        found = versions_on(ids, AFTER)

    assert body("bdv").pk not in found
    assert {v.organisation.code for v in found.values()} == {
        "tinh",
        "btgdv",
        "yen",
        "c1",
        "c2",
    }


def test_a_name_is_known_before_and_after_the_life_of_a_body(tinh):
    merge_boards()
    bdv, btgdv = body("bdv").pk, body("btgdv").pk

    assert names_on([bdv, btgdv], LATER) == {bdv: "Ban Dân vận", btgdv: "Ban TGDV"}
    assert names_on([bdv, btgdv], START) == {bdv: "Ban Dân vận", btgdv: "Ban TGDV"}


def test_short_names_are_shown_where_there_are_any(tinh):
    ids = [body("c1").pk, body("c2").pk]

    assert set(display_names(ids, AFTER).values()) == {"CB Đầm", "Chi bộ Ân"}


def test_named_bodies_exist_that_day_and_carry_their_version(tinh):
    merge_boards()

    before = {b.code: (b.name, b.kind, b.symbol) for b in named_on(BEFORE)}
    assert before["bdv"] == ("Ban Dân vận", "board", "BDVTU")
    assert set(before) == {"tinh", "bdv", "btg", "yen", "c1", "c2"}
    assert set(codes(named_on(AFTER))) == {"tinh", "btgdv", "yen", "c1", "c2"}


def test_filters_after_naming_speak_of_the_same_version(tinh):
    reorganise("- {do: amend, body: bdv, kind: agency, name: Cơ quan}")

    assert codes(named_on(AFTER).filter(kind="board")) == ["btg"]
    assert codes(named_on(AFTER).filter(name__startswith="Cơ")) == ["bdv"]


# Where it stood


def test_superiors_children_and_subtree_are_those_of_the_day(tinh):
    end_district()

    assert parent_on(body("c1"), BEFORE) == body("yen")
    assert parent_on(body("c1"), AFTER) == tinh
    assert parent_on(tinh, AFTER) is None
    assert parent_on(body("yen"), AFTER) is None
    assert codes(superiors_on(body("c1"), BEFORE)) == ["c1", "yen", "tinh"]
    assert codes(children_on(None, BEFORE)) == ["tinh"]
    assert codes(children_on(body("yen"), BEFORE)) == ["c2", "c1"]
    assert subtree_ids([body("yen").pk], BEFORE) == {
        body(c).pk for c in ("yen", "c1", "c2")
    }
    assert subtree_ids([body("yen").pk], AFTER) == frozenset()


def test_the_nearest_superior_of_a_kind_may_be_the_body_itself(tinh):
    kinds = {"district_committee", "provincial_committee"}

    assert superior_of_kind(body("c1"), kinds, BEFORE) == body("yen")
    assert superior_of_kind(body("yen"), kinds, BEFORE) == body("yen")
    assert superior_of_kind(body("bdv"), kinds, BEFORE) == tinh
    assert superior_of_kind(body("bdv"), {"school"}, BEFORE) is None


def test_trees_do_not_mix(tinh):
    make_body("mttq", tree="front", name="MTTQ")

    assert codes(children_on(None, AFTER, tree="front")) == ["mttq"]
    assert codes(children_on(None, AFTER)) == ["tinh"]
    assert parent_on(body("mttq"), AFTER) is None


def test_a_group_has_the_members_of_the_day(tinh):
    define_group("ban", "Các ban", kinds=["board"], below=tinh, actor=SYSTEM, at=NOON)
    merge_boards()

    assert codes(members_of_group("ban", BEFORE)) == ["bdv", "btg"]
    assert codes(members_of_group("ban", AFTER)) == ["btgdv"]


def test_a_group_may_be_of_tiers_anywhere_in_the_tree(tinh):
    define_group("huyen", "Các huyện", tiers=["district"], actor=SYSTEM, at=NOON)
    end_district()

    assert codes(members_of_group("huyen", BEFORE)) == ["yen"]
    assert codes(members_of_group("huyen", AFTER)) == []


# Search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ban dan van", {"bdv"}),
        ("BAN", {"bdv", "btg"}),
        ("dam", {"c1"}),
        ("Đầm chi", {"c1"}),
        ("bdvtu", {"bdv"}),
        ("c2", {"c2"}),
        ("khối dân", {"bdv"}),
        ("  ", set()),
        ("không có", set()),
    ],
)
def test_search_finds_names_symbols_aliases_and_codes_without_marks(tinh, text, found):
    add_alias(body("bdv"), "Khối Dân vận cũ", actor=SYSTEM, at=NOON)

    assert {b.code for b in search(text)} == found


def test_search_finds_names_borne_before_unless_a_day_is_asked(tinh):
    merge_boards()

    assert codes(search("tuyen giao")) == ["btg"]
    assert codes(search("tuyen giao", BEFORE)) == ["btg"]
    assert codes(search("tuyen giao", AFTER)) == []


# Who followed


def test_successors_are_those_of_the_end(tinh):
    reorganise("- {do: extract, body: bdv, into: c1}", code="part", on="2024-01-01")
    assert successors_of(body("bdv")) == []

    merge_boards()

    assert codes(successors_of(body("bdv"))) == ["btgdv"]
    assert heirs(body("bdv"), AFTER) == [body("btgdv").pk]
    assert carry([tinh.pk], AFTER)[tinh.pk][0].bearer == tinh.pk


def test_an_absence_is_explained_with_what_followed(tinh):
    merge_boards()
    end_district()

    assert explain_absence(tinh, AFTER) == ""
    assert explain_absence(body("bdv"), AFTER) == (
        "“Ban Dân vận” đã kết thúc ngày 30/06/2025, kế thừa: Ban TGDV."
    )
    assert explain_absence(body("yen"), AFTER) == (
        "“yen” đã kết thúc ngày 30/06/2025, không có đơn vị kế thừa."
    )
    assert explain_absence(body("btgdv"), BEFORE) == (
        "“Ban TGDV” chưa được thành lập vào ngày 30/06/2025."
    )


# What grants reach


def test_a_grant_reaches_the_subtree_and_what_ended_in_it(tinh):
    end_district()
    scope = scope_of({tinh.pk}, day=AFTER)

    everyone = set(Organisation.objects.values_list("pk", flat=True))
    assert scope.roots == {tinh.pk}
    assert scope.readable == everyone
    assert scope.writable == everyone - {body("yen").pk}


def test_a_grant_follows_succession_and_never_climbs(tinh):
    merge_boards()
    end_district()

    merged = scope_of({body("bdv").pk}, day=AFTER)
    assert merged.roots == merged.writable == {body("btgdv").pk}
    assert merged.readable == {body(c).pk for c in ("bdv", "btg", "btgdv")}
    ended = scope_of({body("yen").pk}, day=AFTER)
    assert ended.roots == ended.writable == ended.readable == frozenset()


def test_a_grant_before_the_life_of_its_body_reaches_nothing(tinh):
    merge_boards()

    assert scope_of({body("btgdv").pk}, day=BEFORE).writable == frozenset()


def test_a_grant_in_a_tree_that_is_not_there_reaches_nothing(tinh):
    assert scope_of({tinh.pk}, day=AFTER, tree="front").readable == frozenset()


def test_a_scope_is_kept_until_the_structure_changes(tinh, django_assert_num_queries):
    scope_of({tinh.pk}, day=AFTER)

    with django_assert_num_queries(1):
        before = scope_of({tinh.pk}, day=AFTER)
    merge_boards()

    assert body("btgdv").pk in scope_of({tinh.pk}, day=AFTER).writable
    assert body("btg").pk in before.writable


def test_only_so_many_scopes_are_kept(tinh):
    first = scope_of({tinh.pk}, day=START)

    for number in range(SCOPES_KEPT):
        scope_of({tinh.pk}, day=AFTER + timedelta(number))

    assert scope_of({tinh.pk}, day=START) == first


@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("role", Role)
def test_what_is_listed_is_what_is_permitted(tinh, role, capability):
    merge_boards()
    end_district()
    make_body("tinh-2", name="Tỉnh khác")
    actor = make_manager(body("btgdv"), capabilities=tuple(ROLE_CAPABILITIES[role]))

    listed = set(Organisation.objects.visible_to(actor, capability))
    permitted = {b for b in Organisation.objects.all() if actor.can(capability, b)}

    expected = set()
    if capability in ROLE_CAPABILITIES[role]:
        expected = {body("btgdv")}
    if expected and capability.reads_only:
        expected |= {body("bdv"), body("btg")}
    assert listed == permitted == expected


def test_the_system_sees_all_and_a_stranger_nothing(tinh):
    assert Organisation.objects.visible_to(SYSTEM).count() == 6
    assert list(Organisation.objects.visible_to(Actor())) == []


# Size


def test_six_hundred_bodies_close(tinh):
    party = Tree.objects.get(code="party")
    made = Organisation.objects.bulk_create(
        Organisation(code=f"b-{n}") for n in range(600)
    )
    OrganisationVersion.objects.bulk_create(
        OrganisationVersion(
            organisation=b, valid_from=START, name=b.code, kind="cell", tier="province"
        )
        for b in made
    )
    Placement.objects.bulk_create(
        Placement(
            tree=party,
            organisation=b,
            valid_from=START,
            parent=made[n // 20] if n >= 20 else tinh,
        )
        for n, b in enumerate(made)
    )

    count = rebuild_reach("party")

    assert count == Reach.objects.count() > 1800
    assert len(subtree_ids([tinh.pk], REFORM)) == 606
