"""Finding places by name, number and day."""

import pytest

from kheo.core.access import SYSTEM
from kheo.places.queries import by_official_code, find, heirs_of, origins_of
from kheo.places.rules import Found, PlaceKind, Tier
from kheo.places.services import merge_places

from .make import BIRTH, LAW, NOON, REFORM, make_country

pytestmark = pytest.mark.django_db


def names(text, day=BIRTH):
    return [version.name for version in find(text, day)]


def test_text_without_marks_finds_and_d_stands_for_dj():
    make_country()

    assert names("dong tho") == ["Xã Đông Thọ", "Xã Đồng Thọ"]
    assert names("HUNG  loi") == ["Xã Hùng Lợi"]


def test_what_is_spelt_exactly_so_comes_first():
    make_country()

    assert names("Đồng Thọ") == ["Xã Đồng Thọ", "Xã Đông Thọ"]


def test_every_word_must_be_there_and_the_kind_is_a_word():
    make_country()

    assert names("xa tho dong") == ["Xã Đông Thọ", "Xã Đồng Thọ"]
    assert names("huyen son") == ["Huyện Sơn Dương", "Huyện Yên Sơn"]
    assert names("huyen tho") == []
    assert names("  ") == []


def test_codes_find_ours_and_the_official_one():
    make_country()

    assert names("vn-076") == ["Huyện Sơn Dương"]
    assert names("00003") == ["Xã Đông Thọ"]


def test_an_ended_place_is_found_only_in_its_time():
    country = make_country()
    into = Found("vn25-1", "Trung Minh", PlaceKind.XA, "vn-075", "00001")
    pair = [country["vn-1"], country["vn-2"]]
    merge_places(pair, into, on=REFORM, basis=LAW, actor=SYSTEM, at=NOON)

    assert names("hung loi") == ["Xã Hùng Lợi"]
    assert names("hung loi", REFORM) == []
    assert find("trung minh", REFORM)[0].place.code == "vn25-1"


def test_an_official_code_means_another_place_after_a_merger():
    country = make_country()
    into = Found("vn25-1", "Trung Minh", PlaceKind.XA, "vn-075", "00001")
    pair = [country["vn-1"], country["vn-2"]]
    merge_places(pair, into, on=REFORM, basis=LAW, actor=SYSTEM, at=NOON)

    before = by_official_code("00001", tier=Tier.COMMUNE, day=BIRTH)
    since = by_official_code("00001", tier=Tier.COMMUNE, day=REFORM)

    assert (before.place.code, since.place.code) == ("vn-1", "vn25-1")
    assert by_official_code("00001", tier=Tier.PROVINCE, day=BIRTH) is None


def test_lineage_is_seen_from_both_ends():
    country = make_country()
    into = Found("vn25-1", "Trung Minh", PlaceKind.XA, "vn-075")
    pair = [country["vn-1"], country["vn-2"]]
    merge_places(pair, into, on=REFORM, basis=LAW, actor=SYSTEM, at=NOON)

    heirs = heirs_of(country["vn-1"])
    origins = origins_of(heirs[0].transfer.successor)

    assert [(b.code, b.name) for b in heirs] == [("vn25-1", "Xã Trung Minh")]
    assert {b.code: b.name for b in origins} == {
        "vn-1": "Xã Hùng Lợi",
        "vn-2": "Xã Trung Minh",
    }
