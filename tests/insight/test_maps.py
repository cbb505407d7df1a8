"""The map of communes: tiles or borders, the table beside it, and who sees what."""

import csv
import io
import json
import re
from datetime import date

import pytest
from django.urls import reverse

from kheo.core.access import SYSTEM
from kheo.insight.rules.maps import Area, Steps, bordered, tiled
from kheo.insight.rules.tiles import split_far, tiles
from kheo.organisations.models import OrganisationVersion
from kheo.places.models import Place
from kheo.places.services import import_borders
from tests.insight.test_views import client_of, world  # noqa: F401  fixtures
from tests.places.make import NOON
from tests.places.test_geometry import FOUR, collection
from tests.reporting.make import work

WORDS = {"programme": "s0", "year": "2024", "period": "m3", "measure": "roads"}


def centres(count, *, seed=7):
    found, state = [], seed
    for number in range(count):
        state = (state * 48271) % 2147483647
        x = state % 1000 / 10
        state = (state * 48271) % 2147483647
        found.append((f"c{number}", x, state % 1500 / 10))
    return found


def test_no_two_communes_share_a_tile_and_the_order_of_input_is_nothing():
    some = centres(137)

    found = tiles(tuple(some))

    assert len(set(found.values())) == 137
    assert tiles(tuple(reversed(some))) == found
    assert min(row for row, _ in found.values()) in (0, 1)
    assert min(column for _, column in found.values()) == 0


def test_tiles_keep_the_sense_of_direction():
    some = centres(124)
    found = tiles(tuple(some))
    place = {key: (x, y) for key, x, y in some}

    right = wrong = 0
    for one in place:
        for other in place:
            if place[one][1] > place[other][1] + 25:
                right += found[one][0] < found[other][0]
                wrong += found[one][0] > found[other][0]

    assert wrong < (right + wrong) * 0.05


@pytest.mark.parametrize("some", [(), (("a", 1.0, 1.0),), (("a", 1.0, 1.0),) * 1])
def test_few_or_no_communes_are_tiled_too(some):
    assert len(tiles(tuple(some))) == len(some)


def test_communes_at_one_spot_get_tiles_of_their_own():
    same = tuple((f"c{n}", 5.0, 5.0) for n in range(5))

    assert len(set(tiles(same).values())) == 5


def test_islands_far_out_are_drawn_apart():
    main, far = split_far([*centres(60), ("isle", 900.0, -400.0)])

    assert [one[0] for one in far] == ["isle"]
    assert len(main) == 60


def test_shades_are_even_and_zero_and_missing_stand_apart():
    steps = Steps.of([None, 0, *range(1, 101)])

    assert steps.shade(None) == "shade-missing"
    assert steps.shade(0) == "shade-zero"
    counts = [
        sum(steps.shade(v) == f"shade-{n}" for v in range(1, 101)) for n in range(1, 6)
    ]
    assert counts == [20] * 5
    assert Steps.of([None, 0]).shade(0) == "shade-zero"
    assert Steps.of([4, 4, 4]).shade(4) == "shade-5"


def area(key, value=1.0, name="Xã <b>"):
    return Area(key, name, value, "1", f"/places/{key}/?a=1&b=2")


def test_a_drawing_escapes_names_and_has_no_inline_style():
    drawn = tiled([area("a"), area("b")], {"a": (0, 0)}, ["b"], label="x & y")

    assert "<b>" not in drawn
    assert drawn.count("<a href=") == 2
    assert " style=" not in drawn
    assert "x &amp; y" in drawn
    assert "&amp;b=2" in drawn


def test_a_number_in_a_name_is_not_left_alone_above_the_figure():
    here = Area("a", "Hà Giang 2", 3, "3", "")

    drawn = tiled([here], {"a": (0, 0)}, [], label="Bản đồ")

    assert re.findall(r"<text[^>]*>([^<]*)</text>", drawn) == [
        "Hà",
        "Giang\u00a02",
        "3",
    ]


def test_borders_are_whole_steps_and_a_far_island_has_its_own_box():
    shape = (((((10500000, 2200000), (10510000, 2200000), (10510000, 2210000))),),)
    isle = (((((11200000, 1600000), (11210000, 1600000), (11210000, 1610000))),),)

    drawn = bordered(
        [area("a"), area("i", None)], {"a": shape, "i": isle}, ["i"], label="x"
    )

    paths = re.findall(r' d="([^"]+)"', drawn)
    assert len(paths) == 2
    assert all(re.fullmatch(r"M\d+ \d+l[-\d ]+z", path) for path in paths)
    assert drawn.count("m-inset") == 1


# The page


@pytest.fixture
def mapped(world):  # noqa: F811
    province = Place.objects.get(code="vn-08")
    versions = OrganisationVersion.objects.filter(organisation=world["tu"])
    versions.update(place=province)
    first, second = Place.objects.get(code="vn-1"), Place.objects.get(code="vn-3")
    work("x:1", "2024-03-02", 430, world["a1"], world["b1"], place_id=first.pk)
    work("x:2", "2024-03-09", 1000, world["a2"], place_id=second.pk)
    return world


def draw(client, **words):
    return client.get(reverse("insight:map"), WORDS | words)


def table_of(response):
    return {row.name: row.shown.text for row in response.context["rows"]}


@pytest.mark.django_db
def test_without_borders_the_map_says_that_it_is_a_schematic(client_of, mapped):  # noqa: F811
    response = draw(client_of())

    text = response.content.decode()
    assert response.status_code == 200
    assert "Sơ đồ, không phải địa giới" in text
    assert text.count('class="m-tile') == 4
    assert table_of(response)["Xã Hùng Lợi"] == "430"
    assert table_of(response)["Xã Trung Minh"] == "—"
    assert response.context["whole"].text == "1.430"
    assert " style=" not in text


@pytest.mark.django_db
def test_with_borders_their_source_and_licence_stand_under_the_map(client_of, mapped):  # noqa: F811
    import_borders(
        collection(*FOUR[:3]),
        on=date(2020, 1, 1),
        origin="Sở Nội vụ <thử>",
        licence="dùng nội bộ",
        actor=SYSTEM,
        at=NOON,
    )

    response = draw(client_of())

    text = response.content.decode()
    assert "Sở Nội vụ &lt;thử&gt;" in text
    assert "dùng nội bộ" in text
    assert text.count('<path class="shade-') == 3
    assert response.context["without_border"] == ["Xã Đồng Thọ"]


@pytest.mark.django_db
def test_before_borders_begin_the_map_is_a_schematic(client_of, mapped):  # noqa: F811
    import_borders(
        collection(*FOUR),
        on=date(2025, 7, 1),
        origin="x",
        licence="y",
        actor=SYSTEM,
        at=NOON,
    )

    assert draw(client_of()).context["is_schematic"]
    assert not draw(client_of(), structure="today").context["is_schematic"]


@pytest.mark.django_db
def test_the_map_counts_only_what_the_reader_may_see(client_of, mapped):  # noqa: F811
    response = draw(client_of("focal_point", "b"))

    assert table_of(response)["Xã Hùng Lợi"] == "430"
    assert table_of(response)["Xã Đông Thọ"] == "—"
    assert response.context["whole"].text == "430"


@pytest.mark.django_db
def test_what_is_in_no_commune_stands_in_its_own_row(client_of, mapped):  # noqa: F811
    district = Place.objects.get(code="vn-075")
    work("x:3", "2024-03-16", 7, mapped["a2"], place_id=district.pk)

    response = draw(client_of())

    assert response.context["rest"].text == "7"
    assert response.context["whole"].text == "1.437"


@pytest.mark.django_db
def test_the_table_goes_into_a_file_with_its_rest_and_total(client_of, mapped):  # noqa: F811
    text = client_of().get(reverse("insight:map_file", args=["csv"]), WORDS)

    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    by_name = {row[1]: row[2] for row in table[1:]}
    assert by_name["Xã Hùng Lợi"] == "430"
    assert by_name["Xã Trung Minh"] == ""
    assert by_name["Tổng toàn tỉnh"] == "1430"
    assert by_name["Chưa phân bổ về xã nào"] == "0"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"measure": "nothing"}, 422),
        ({"province": "no-such"}, 404),
        ({"year": "2031"}, 422),
        ({"structure": "day", "on": ""}, 422),
    ],
)
def test_what_cannot_be_drawn_is_refused(client_of, mapped, words, status):  # noqa: F811
    assert draw(client_of(), **words).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "shown"),
    [(20_500_000, "20,5 tr"), (31_000_000, "31 tr"), (999_000, "999.000")],
    ids=["tenths", "whole", "room"],
)
def test_a_figure_too_long_for_its_tile_is_said_in_millions(
    client_of,  # noqa: F811
    mapped,
    amount,
    shown,
):
    commune = Place.objects.get(code="vn-1").pk
    work("m:1", "2024-03-02", amount, mapped["a1"], measure="money", place_id=commune)

    page = draw(client_of(), measure="money").content.decode()

    assert f">{shown}</text>" in page
    assert "map-long" in page
    assert f"{amount:,}".replace(",", ".") in page


@pytest.mark.django_db
def test_a_share_has_no_rest(client_of, mapped):  # noqa: F811
    response = draw(client_of(), measure="units_met_rate")

    assert response.status_code == 200
    assert response.context["rest"] is None


@pytest.mark.django_db
def test_more_communes_cost_no_more_queries(client_of, mapped):  # noqa: F811
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from kheo.places.rules import Found, PlaceKind
    from kheo.places.services import apply_plan

    client = client_of()

    def cost():
        draw(client)
        with CaptureQueriesContext(connection) as queries:
            assert draw(client).status_code == 200
        return len(queries)

    with_four = cost()
    more = [
        Found(f"vn-9{n}", f"Xã mới {n}", PlaceKind.XA, "vn-075", f"0009{n}")
        for n in range(4)
    ]
    apply_plan(more, on=date(2020, 2, 1), basis="", actor=SYSTEM, at=NOON)

    assert cost() == with_four
    assert json.dumps(len(table_of(draw(client)))) == "8"
