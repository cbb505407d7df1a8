"""Single bodies: created, amended, placed, aliased, grouped."""

import pytest
from tests.organisations.make import AFTER, NOON, REFORM, START, make_body, make_manager

from kheo.audit.queries import history_of
from kheo.core.access import SYSTEM, Capability
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.core.text import sort_key
from kheo.organisations.models import Alias, Kind, NamedGroup, Organisation, Tree
from kheo.organisations.queries import parent_on, subtree_ids, version_on
from kheo.organisations.rules import Details, Trouble
from kheo.organisations.services import (
    PlanRefused,
    add_alias,
    amend_organisation,
    create_organisation,
    define_group,
    define_tree,
    place_organisation,
)
from kheo.organisations.services.sentences import _TROUBLES
from kheo.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def tinh():
    return make_body("tinh", kind="provincial_committee", name="Tỉnh ủy")


def test_a_body_begins_with_a_version_and_a_place_in_each_tree(tinh):
    front = make_body("mttq", tree="front")
    place = Place.objects.create(code="p-1")
    body = create_organisation(
        "doan",
        Details(
            name="  Tỉnh   đoàn ",
            kind="mass_organisation",
            tier="province",
            place="p-1",
            headcount=21,
        ),
        on=REFORM,
        below={"party": tinh, "front": front},
        basis="31-HD/BTCTW",
        actor=SYSTEM,
        at=NOON,
    )

    version = version_on(body, AFTER)
    assert (version.name, version.place, version.headcount) == ("Tỉnh đoàn", place, 21)
    assert (version.sort_name, version.basis) == (sort_key("Tỉnh đoàn"), "31-HD/BTCTW")
    assert parent_on(body, AFTER) == tinh
    assert parent_on(body, AFTER, tree="front") == front
    assert [entry.verb for entry in history_of(body)] == ["organisation.create"]


@pytest.mark.parametrize(
    ("code", "said", "says"),
    [
        ("Tỉnh", {"name": "A", "kind": "board", "tier": "province"}, "body: mã chỉ"),
        ("a", {"kind": "board", "tier": "province"}, "name: còn thiếu"),
        ("a", {"name": "A", "kind": "x", "tier": "province"}, "không có loại hình"),
        ("a", {"name": "A", "kind": "board", "tier": "x"}, "không có cấp"),
        (
            "a",
            {"name": "A", "kind": "armed_forces", "tier": "province", "headcount": 1},
            "không lưu quân số",
        ),
        ("tinh", {"name": "A", "kind": "board", "tier": "province"}, "đã thuộc về"),
    ],
)
def test_a_body_that_cannot_be_is_refused(tinh, code, said, says):
    with pytest.raises(PlanRefused, match=says):
        create_organisation(
            code, Details(**said), on=START, below={}, actor=SYSTEM, at=NOON
        )
    assert list(Organisation.objects.all()) == [tinh]


def test_an_amendment_is_a_new_version_from_its_day(tinh):
    version = amend_organisation(
        tinh, Details(officer="Bà A"), on=REFORM, actor=SYSTEM, at=NOON
    )

    assert (version.officer, version.name) == ("Bà A", "Tỉnh ủy")
    assert tinh.versions.count() == 2
    assert [entry.verb for entry in history_of(tinh)][-1] == "organisation.amend"


def test_amending_nothing_is_refused(tinh):
    with pytest.raises(PlanRefused, match="không có nội dung"):
        amend_organisation(tinh, Details(), on=REFORM, actor=SYSTEM, at=NOON)


def test_a_correction_of_the_same_day_replaces_the_version(tinh):
    for officer in ("Bà A", "Bà B"):
        amend_organisation(
            tinh, Details(officer=officer), on=START, actor=SYSTEM, at=NOON
        )

    assert [version.officer for version in tinh.versions.all()] == ["Bà B"]


def test_a_placement_takes_all_below_along(tinh):
    committee = make_body("du", tinh)
    cell = make_body("cb", committee)
    other = make_body("khac", tinh)

    place_organisation(committee, other, on=REFORM, actor=SYSTEM, at=NOON)

    assert subtree_ids([other.pk], AFTER) == {other.pk, committee.pk, cell.pk}
    with pytest.raises(PlanRefused, match="trực thuộc chính mình"):
        place_organisation(other, cell, on=REFORM, actor=SYSTEM, at=NOON)


@pytest.mark.parametrize("act", ["amend", "place", "alias", "group", "create"])
def test_each_change_needs_the_right_at_the_body(tinh, act):
    mine = make_body("mine", tinh)
    theirs = make_body("theirs", tinh)
    details = Details(name="A", kind="board", tier="province")
    actor = make_manager(mine)
    acts = {
        "amend": lambda: amend_organisation(
            theirs, Details(officer="x"), on=AFTER, actor=actor, at=NOON
        ),
        "place": lambda: place_organisation(
            mine, theirs, on=AFTER, actor=actor, at=NOON
        ),
        "alias": lambda: add_alias(theirs, "x", actor=actor, at=NOON),
        "group": lambda: define_group("g", "G", below=theirs, actor=actor, at=NOON),
        "create": lambda: create_organisation(
            "n", details, on=AFTER, below={"party": theirs}, actor=actor, at=NOON
        ),
    }

    with pytest.raises(NotAllowed):
        acts[act]()
    assert not Alias.objects.exists()
    assert not NamedGroup.objects.exists()
    assert Organisation.objects.count() == 3


def test_a_reader_may_change_nothing(tinh):
    actor = make_manager(tinh, capabilities=(Capability.VIEW_ORGANISATIONS,))

    with pytest.raises(NotAllowed):
        amend_organisation(tinh, Details(officer="x"), on=AFTER, actor=actor, at=NOON)


def test_an_alias_is_kept_once_whatever_its_marks(tinh):
    first = add_alias(tinh, " Tỉnh  uỷ ", actor=SYSTEM, at=NOON)
    second = add_alias(tinh, "tinh uy", actor=SYSTEM, at=NOON)

    assert first == second
    assert first.name == "Tỉnh uỷ"
    assert [e.verb for e in history_of(tinh)].count("organisation.alias") == 1
    with pytest.raises(RuleBroken):
        add_alias(tinh, "  ", actor=SYSTEM, at=NOON)


def test_trees_are_defined_by_operators(tinh):
    define_tree("cum", "Cụm thi đua", actor=SYSTEM, at=NOON)
    tree = define_tree("cum", "Cụm  thi đua số 1", actor=SYSTEM, at=NOON)

    assert Tree.objects.get(code="cum") == tree
    assert tree.name == "Cụm thi đua số 1"
    with pytest.raises(NotAllowed):
        define_tree("x", "X", actor=make_manager(tinh), at=NOON)


def test_a_group_is_changed_by_defining_it_again(tinh):
    define_group("ban", "Các ban", kinds=["board"], actor=SYSTEM, at=NOON)
    group = define_group("ban", "Các ban", kinds=[Kind.CELL], actor=SYSTEM, at=NOON)

    assert group.kinds == ["cell"]
    assert NamedGroup.objects.count() == 1
    with pytest.raises(NotAllowed):
        define_group("x", "X", actor=make_manager(tinh), at=NOON)


@pytest.mark.parametrize("said", [{"kinds": ["x"]}, {"tiers": ["x"]}, {"tree": "x"}])
def test_a_group_of_unknown_things_is_refused(tinh, said):
    with pytest.raises(RuleBroken, match="x"):
        define_group("g", "G", actor=SYSTEM, at=NOON, **said)


def test_every_trouble_has_its_sentence():
    assert set(_TROUBLES) | {Trouble.ABSENT} == set(Trouble)
