"""Numbers and charts, without a database."""

from xml.etree import ElementTree as ET

import pytest

from kheo.insight.rules.charts import Point, Series, Ticks, chart
from kheo.insight.rules.figures import Kind, Writing, kind_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(series, **others):
    text = chart(series, **others).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )
    return ET.fromstring(text)


def series(*values, **others):
    points = [Point(f"{n}/24", v, str(v)) for n, v in enumerate(values, start=1)]
    return Series("Đường <m>", "Mô tả & chữ", points, **others)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (None, 0, "—"),
        (0, 0, "0"),
        (1234567, 0, "1.234.567"),
        (1234567, 2, "12.345,67"),
        (-5, 1, "\u22120,5"),
        (7, 3, "0,007"),
    ],
)
def test_numbers_are_grouped_with_exactly_their_decimals(value, decimals, text):
    assert Writing().text(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "is_excused", "is_estimated", "kind"),
    [
        (None, False, False, Kind.MISSING),
        (None, True, False, Kind.NOT_APPLICABLE),
        (0, True, False, Kind.VALUE),
        (0, False, True, Kind.ESTIMATED),
    ],
)
def test_a_cell_says_one_of_four_things(value, is_excused, is_estimated, kind):
    found = kind_of(value, is_excused=is_excused, is_estimated=is_estimated)
    assert found is kind


def test_what_adds_up_is_drawn_as_bars_and_a_gap_stays_a_gap():
    picture = drawn(series(10, None, 0, 30))

    bars = picture.findall(f"{SVG}rect")
    assert len(bars) == 3
    heights = [float(bar.get("height")) for bar in bars]
    assert heights[2] == pytest.approx(3 * heights[0], abs=0.5)


def test_what_does_not_add_up_is_a_line_broken_at_gaps_and_reorganisations():
    picture = drawn(
        series(1, 2, None, 4, 5, 6, is_summed=False, breaks={5: "1/7/2025"})
    )

    lines = [line.get("points").split() for line in picture.findall(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2, 1]
    assert picture.find(f"{SVG}line[@class='chart-break']") is not None
    assert "1/7/2025" in "".join(picture.itertext())


def test_a_chart_has_words_and_carries_no_style_or_script():
    text = chart(series(1, 2), mark="dữ liệu mẫu")

    assert "Đường &lt;m&gt;" in text
    assert "Mô tả &amp; chữ" in text
    assert "dữ liệu mẫu" in text
    assert "style=" not in text
    assert "<script" not in text


@pytest.mark.parametrize("values", [[], [None], [0], [-3, 4], [1e9, 2], [0.2]])
def test_the_scale_holds_every_value_in_few_round_steps(values):
    ticks = Ticks.of(values)

    known = [value for value in values if value is not None]
    assert all(ticks.low <= value <= ticks.high for value in known)
    assert 2 <= len(list(ticks.values())) <= 7


def test_large_numbers_on_the_axis_are_shortened():
    words = "".join(drawn(series(3e6, scales=((1e6, "tr"),))).itertext())

    assert "2 tr" in words
