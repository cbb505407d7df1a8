"""Borders from files: read, refused, simplified with shared edges, packed, stored."""

import gzip
import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Actor
from kheo.core.errors import NotAllowed, RuleBroken
from kheo.places import geometry
from kheo.places.geometry import (
    BadBordersError,
    Problem,
    pack,
    read_borders,
    simplified,
    unpack,
)
from kheo.places.models import Border, BorderSet
from kheo.places.queries import borders_on, outlines_of
from kheo.places.services import import_borders

from .make import NOON, make_country

DAY = date(2021, 1, 1)
REAL = Path(__file__).resolve().parents[3] / "shared" / "geo" / "communes.geojson.gz"


def square(x, y, *, step=0.1):
    corners = [(x, y), (x + step, y), (x + step, y + step), (x, y + step), (x, y)]
    return {"type": "Polygon", "coordinates": [[list(c) for c in corners]]}


def feature(code, shape, *, name="code"):
    return {"type": "Feature", "properties": {name: code}, "geometry": shape}


def collection(*features):
    return json.dumps(
        {"type": "FeatureCollection", "features": list(features)}
    ).encode()


FOUR = [
    feature("00001", square(105.0, 22.0)),
    feature("00002", square(105.1, 22.0)),
    feature("00003", square(105.0, 22.1)),
    feature("00004", square(105.1, 22.1)),
]


def bring(content, **others):
    words = {"on": DAY, "origin": "Sở A", "licence": "nội bộ"} | others
    return import_borders(content, actor=SYSTEM, at=NOON, **words)


def test_plain_and_gzipped_files_are_read_alike():
    content = collection(*FOUR)

    assert read_borders(content, "code") == read_borders(gzip.compress(content), "code")
    assert read_borders(content, "code")["00001"][0][0][0] == (10500000, 2200000)


def test_a_features_own_id_can_be_the_code():
    own = {"type": "Feature", "id": "00001", "geometry": square(105, 22)}

    assert list(read_borders(collection(own), "id")) == ["00001"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"not json", Problem.NOT_JSON),
        (b"\x1f\x8bnot gzip", Problem.NOT_JSON),
        (b"[]", Problem.NOT_A_COLLECTION),
        (b'{"type": "Feature"}', Problem.NOT_A_COLLECTION),
        (collection(feature(None, square(1, 1))), Problem.NO_CODE),
        (collection(FOUR[0], FOUR[0]), Problem.CODE_TWICE),
        (
            collection(feature("1", {"type": "Point", "coordinates": [1, 1]})),
            Problem.NOT_A_POLYGON,
        ),
        (collection(feature("1", None)), Problem.NOT_A_POLYGON),
        (
            collection(
                feature("1", {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]})
            ),
            Problem.BAD_RING,
        ),
        (
            collection(feature("1", {"type": "Polygon", "coordinates": "x"})),
            Problem.BAD_RING,
        ),
        (
            collection(
                feature(
                    "1",
                    {
                        "type": "Polygon",
                        "coordinates": [[[1, 1], ["2", 2], [2, 1], [1, 1]]],
                    },
                )
            ),
            Problem.BAD_RING,
        ),
        (collection(feature("1", square(22.0, 105.0))), Problem.NOT_WGS84),
        (collection(feature("1", square(540000, 2400000))), Problem.NOT_WGS84),
    ],
)
def test_a_bad_file_is_refused_for_its_reason(content, problem):
    with pytest.raises(BadBordersError) as refusal:
        read_borders(content, "code")

    assert refusal.value.problem is problem


def test_what_unpacks_into_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(geometry, "BYTES_AT_MOST", 1000)

    with pytest.raises(BadBordersError) as refusal:
        read_borders(gzip.compress(b" " * 100_000), "code")

    assert refusal.value.problem is Problem.TOO_LARGE


def wavy(x_from, x_to, y, *, wave):
    """A line of many points from west to east."""
    return [
        (x_from + (x_to - x_from) * n // 40, y + (wave if n % 2 else 0))
        for n in range(41)
    ]


def test_a_border_that_two_share_stays_shared_when_simplified():
    shared = wavy(0, 4000, 1000, wave=3)
    north = ((*shared, (4000, 3000), (0, 3000)),)
    south = ((*reversed(shared), (0, 0), (4000, 0)),)

    found = simplified({"n": (north,), "s": (south,)}, 10)

    upper, lower = found["n"][0][0], found["s"][0][0]
    assert len(upper) < 10
    assert {p for p in upper if p[1] <= 1003} == {p for p in lower if p[1] >= 1000}


def test_an_enclave_and_its_hole_stay_alike():
    ring = tuple(
        [(1000 + n * 50, 1000 + (n % 2) * 2) for n in range(20)]
        + [(2000 - n * 50, 2000 + (n % 2) * 2) for n in range(20)]
    )
    outer = ((0, 0), (5000, 0), (5000, 5000), (0, 5000))
    found = simplified({"out": ((outer, ring[::-1]),), "in": ((ring,),)}, 10)

    hole, island = found["out"][0][1], found["in"][0][0]
    assert set(hole) == set(island)
    assert len(island) < len(ring)


def test_no_point_moves_further_than_the_tolerance_and_small_rings_stay():
    tiny = ((0, 0), (2, 0), (2, 2), (0, 2))
    line = wavy(0, 4000, 0, wave=30)
    big = ((*line, (4000, 4000), (0, 4000)),)

    found = simplified({"tiny": ((tiny,),), "big": (big,)}, 10)

    assert found["tiny"][0][0] == tiny
    assert len(found["big"][0][0]) == len(big[0])


def test_a_packed_shape_unpacks_to_itself():
    shape = read_borders(collection(FOUR[0]), "code")["00001"]
    hole = ((shape[0][0], ((10502000, 2202000), (10503000, 2202000), (10503000, -5))),)

    assert unpack(pack(shape)) == shape
    assert unpack(pack(hole)) == hole


@pytest.mark.django_db
def test_borders_are_stored_by_official_code_and_dated():
    country = make_country()

    done = bring(collection(*FOUR))

    assert (done.count, done.missing) == (4, 0)
    assert borders_on(date(2020, 12, 31)) is None
    borders = borders_on(DAY)
    outlines = outlines_of(borders, [country["vn-1"].pk])
    west, south, _east, _north = geometry.bounds_of(map(unpack, outlines.values()))
    assert (west, south) == (10500000, 2200000)
    assert AuditEntry.objects.filter(verb="place.borders").count() == 1


@pytest.mark.django_db
def test_the_same_day_again_replaces_and_another_day_adds():
    make_country()
    bring(collection(*FOUR))

    bring(collection(*FOUR[:2]), origin="Sở B")
    bring(collection(*FOUR), on=date(2022, 1, 1), origin="Sở C")

    assert BorderSet.objects.count() == 2
    assert str(borders_on(DAY).origin) == "Sở B"
    assert borders_on(DAY).borders.count() == 2
    assert str(borders_on(date(2023, 1, 1)).origin) == "Sở C"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "others",
    [
        {"content": collection(*FOUR, feature("99999", square(106, 22)))},
        {"content": collection(FOUR[0], feature("2", square(540000, 0)))},
        {"content": collection()},
        {"licence": "  "},
        {"origin": ""},
        {"on": date(2019, 1, 1)},
    ],
)
def test_a_refused_import_changes_nothing(others):
    make_country()
    bring(collection(*FOUR))
    words = {"content": collection(*FOUR)} | others

    with pytest.raises(RuleBroken):
        bring(words.pop("content"), **words)

    assert list(BorderSet.objects.values_list("origin", flat=True)) == ["Sở A"]
    assert Border.objects.count() == 4


@pytest.mark.django_db
def test_unknown_codes_are_named_or_left_out():
    make_country()
    content = collection(*FOUR, feature("99999", square(106, 22)))

    with pytest.raises(RuleBroken, match="99999"):
        bring(content)
    done = bring(content, skip_unknown=True)

    assert done.skipped == ("99999",)
    assert done.count == 4


@pytest.mark.django_db
def test_only_keepers_of_places_import_borders():
    nobody = Actor(user_id=None, name="x", roots={}, writable={}, readable={})

    with pytest.raises(NotAllowed):
        import_borders(
            collection(*FOUR),
            on=DAY,
            origin="x",
            licence="x",
            actor=nobody,
            at=NOON,
        )
    assert not BorderSet.objects.exists()


def run(path, *words):
    out = StringIO()
    call_command("places", "geometry", str(path), *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_imports_and_says_what_it_did(tmp_path):
    make_country()
    path = tmp_path / "borders.geojson"
    path.write_bytes(
        collection(*(feature(f"0000{n}", square(105, 22 + n)) for n in (1, 2)))
    )
    terms = ("--source", "Sở A", "--licence", "nội bộ", "--on", "2021-01-01")

    said = run(path, *terms)

    assert "2 communes" in said
    assert "without a border: 2" in said
    with pytest.raises(CommandError):
        run(tmp_path / "none.geojson", *terms)
    with pytest.raises(CommandError, match="code"):
        run(path, *terms, "--code-property", "ma_xa")
    with pytest.raises(CommandError):
        run(path, "--source", "Sở A")


@pytest.mark.skipif(not REAL.exists(), reason="real borders are not at hand")
def test_real_borders_of_the_country_are_read_and_simplified():
    shapes = read_borders(REAL.read_bytes(), "id")
    some = {code: shapes[code] for code in sorted(shapes)[:150]}

    found = simplified(some, 200)

    def points(of):
        return sum(len(ring) for s in of.values() for part in s for ring in part)

    assert len(shapes) == 3321
    assert points(found) < points(some)
    assert {code: unpack(pack(shape)) for code, shape in found.items()} == found
