"""The first page: figures beside last month's and last year's, trends, the default."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from kheo.core.access import SYSTEM
from kheo.core.periods import Frequency, Interval, Period
from kheo.insight.overview import grouped, short_name
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.trends import trends_of
from kheo.insight.queries.windows import (
    Window,
    latest,
    name_of_period,
    windows_of,
    windows_until,
)
from kheo.insight.rules.sparks import spark
from kheo.ledger import queries as ledger
from kheo.ledger import services as ledger_services
from kheo.ledger.models import Measure
from kheo.organisations.models import Organisation
from kheo.programmes.periods import period_name
from tests.insight import make
from tests.insight.test_views import client_of, world  # noqa: F401  fixtures
from tests.reporting.make import IN_TIME, work

WORDS = {"programme": "s0", "at": "tu", "year": "2024", "period": "m3"}


def months(year):
    return [
        Window(
            Period(year, Frequency.MONTH, number),
            Interval(date(year, number, 1), date(year, number, 25)),
        )
        for number in range(1, 13)
    ]


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2024, 3, 10), 2),
        (date(2024, 3, 16), 2),
        (date(2024, 3, 17), 3),
        (date(2024, 3, 24), 3),
        (date(2024, 3, 30), 3),
        (date(2024, 1, 2), 1),
    ],
)
def test_figures_open_on_the_month_that_closes_or_closed_last(today, month):
    assert latest(months(2024), today).period.number == month


def overview(client, **words):
    return client.get(reverse("insight:overview"), WORDS | words)


def figures_of(response):
    """Texts of the columns by measure."""
    return {
        line.name: [cell.text for cell in line.cells]
        for group in response.context["groups"]
        for line in group.lines
    }


def roads(response):
    figures = figures_of(response)
    return next(cells for name, cells in figures.items() if "đường" in name.lower())


@pytest.mark.django_db
def test_this_month_last_month_last_year_and_the_year_so_far(client_of, world):  # noqa: F811
    work("x:1", "2024-03-02", 40, world["a1"])
    work("x:2", "2024-02-03", 300, world["a1"])
    work("x:3", "2024-01-06", 1000, world["b1"])
    work("x:4", "2023-03-04", 7, world["a2"])
    work("x:5", "2024-04-06", 5, world["a2"])

    response = overview(client_of())

    assert roads(response) == ["40", "300", "7", "1.340"]
    assert '<svg class="spark"' in response.content.decode()


@pytest.mark.django_db
def test_half_year_and_year_have_their_own_columns(client_of, world):  # noqa: F811
    work("x:1", "2024-03-02", 40, world["a1"])
    work("x:4", "2023-03-04", 7, world["a2"])
    client = client_of()

    half = overview(client, period="h1")
    year = overview(client, period="y")

    assert roads(half) == ["40", "7", "40"]
    assert roads(year) == ["40", "7"]
    assert [name for name, _ in half.context["heat"].headings] == ["6 tháng đầu năm"]


@pytest.mark.django_db
def test_every_number_opens_its_measure_over_its_own_days(client_of, world):  # noqa: F811
    work("x:4", "2023-03-04", 7, world["a2"])
    client = client_of()
    groups = overview(client).context["groups"]
    line = next(
        line for group in groups for line in group.lines if "đường" in line.name.lower()
    )
    address = line.cells[2].html.split('href="')[1].split('"')[0].replace("&amp;", "&")

    opened = client.get(address)

    assert opened.context["total"].text == "7"
    rows = client.get(opened.context["rows_href"])
    assert rows.context["count"] == 1


@pytest.mark.django_db
def test_measures_stand_under_their_field_of_work(client_of, world):  # noqa: F811
    groups = overview(client_of()).context["groups"]

    under = {group.name: {line.name for line in group.lines} for group in groups}
    field = next(names for name, names in under.items() if "Hạ tầng" in name)
    assert any("đường" in name.lower() for name in field)
    assert groups[0].name == "Chung các lĩnh vực"


@pytest.mark.django_db
def test_a_break_is_marked_in_the_trend_and_explained(client_of, world):  # noqa: F811
    from tests.organisations.make import plan_of

    work("x:1", "2024-03-02", 40, world["a1"])
    plan = plan_of("- {do: move, bodies: [a2], below: b}", on="2024-03-10")
    ledger_services.reorganise(plan, actor=SYSTEM, at=IN_TIME)

    response = overview(client_of(), period="m4")

    assert "spark-break" in response.content.decode()
    assert "10/03/2024" in response.context["reorganised"]


@pytest.mark.django_db
def test_the_page_opens_on_a_period_that_has_closed(client_of, world):  # noqa: F811
    response = client_of().get(reverse("insight:overview"))

    window = response.context["window"]
    assert response.status_code == 200
    assert window.interval.start < timezone.localdate()


@pytest.mark.django_db
def test_a_month_with_no_report_at_all_says_missing_not_zero(client_of, world):  # noqa: F811
    response = overview(client_of())

    assert {text for cells in figures_of(response).values() for text in cells} == {"—"}
    whole = response.context["heat"].whole.cells[2].counted
    assert whole.sent == 0
    assert whole.missing == whole.expected


@pytest.mark.django_db
def test_a_body_that_never_worked_has_a_page_too(client_of, world):  # noqa: F811
    response = overview(client_of(), at="ban")

    assert response.status_code == 200
    assert "không đơn vị nào ở đây phải gửi" in response.content.decode()


@pytest.mark.django_db
def test_a_body_that_ended_names_what_followed_it(client_of, world):  # noqa: F811
    from tests.organisations.make import plan_of

    plan = plan_of(
        "- {do: create, body: k, name: K, kind: direct_committee, tier: province, "
        "below: tu}\n- {do: merge, bodies: [a, b], into: k}",
        on="2024-06-01",
    )
    ledger_services.reorganise(plan, actor=SYSTEM, at=IN_TIME)
    client = client_of()

    before = overview(client, at="a")
    since = overview(client, at="a", period="m9")

    assert before.context["absence"] is None
    assert since.status_code == 200
    heirs = since.context["absence"].heirs
    assert [name for _href, name in heirs] == ["K"]


@pytest.mark.django_db
def test_grants_in_two_lines_are_offered_side_by_side(client, world):  # noqa: F811
    user = world.person("focal_point", "a", own=False)
    world.grant(user, "focal_point", "b", own=False)
    client.force_login(user)

    response = client.get(
        reverse("insight:overview"), {"programme": "s0", "year": "2024", "period": "m3"}
    )

    assert {name for _href, name in response.context["homes"]} == {"a", "b"}
    codes = {code for code, _name in response.context["form"].fields["at"].choices}
    assert {"a", "b"} <= codes
    assert "tu" not in codes


@pytest.mark.django_db
def test_the_highest_own_body_comes_first(client, world):  # noqa: F811
    user = world.person("focal_point", "a1", own=False)
    world.grant(user, "focal_point", "b", own=False)
    client.force_login(user)

    response = client.get(
        reverse("insight:overview"), {"programme": "s0", "year": "2024", "period": "m3"}
    )

    assert response.context["frame"].at == world["b"]


@pytest.mark.django_db
def test_who_was_given_nothing_is_told_whom_to_ask(client):
    from tests.village import make_user

    client.force_login(make_user())

    response = client.get(reverse("insight:overview"))

    assert response.status_code == 404
    assert "người quản trị tài khoản" in response.content.decode()


@pytest.mark.django_db
def test_a_name_of_180_characters_is_shown_whole(client_of, world):  # noqa: F811
    from tests.organisations.make import make_body

    name = ("Đảng ủy " + "Cơ quan có tên dài " * 10)[:180].strip()
    make_body("dai", world["tu"], kind="direct_committee", name=name)

    response = overview(client_of())

    assert name in response.content.decode()
    book = client_of().get(reverse("insight:overview_file", args=["xlsx"]), WORDS)
    assert book.status_code == 200


@pytest.mark.django_db
def test_each_figure_in_excel_has_the_decimals_of_its_measure(client_of, world):  # noqa: F811
    work("x:1", "2024-03-02", 1430, world["a1"])
    work("x:2", "2024-03-02", 25, world["a1"], measure="work_days")

    file = client_of().get(reverse("insight:overview_file", args=["xlsx"]), WORDS)

    page = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
    rows = {row[1].value: row[3] for row in page.iter_rows() if row[1].value}
    shown = {name: (cell.value, cell.number_format) for name, cell in rows.items()}
    assert shown["Đường giao thông làm mới, sửa chữa"] == (1430, "#,##0")
    assert shown["Số ngày công"] == (2.5, "#,##0.0")


@pytest.mark.django_db
def test_the_figures_as_csv_hold_the_numbers_of_the_page(client_of, world):  # noqa: F811
    work("x:1", "2024-03-02", 1430, world["a1"])

    text = client_of().get(
        reverse("insight:overview_file", args=["csv"]), WORDS | {"table": "figures"}
    )

    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    row = next(row for row in table if "đường" in row[1].lower())
    assert row[3:7] == ["1430", "", "", "1430"]


@pytest.mark.django_db
def test_the_page_speaks_english_too(client_of, world):  # noqa: F811
    client = client_of()
    client.cookies["django_language"] = "en"

    text = overview(client).content.decode()

    assert "Figures by field of work" in text
    assert "Same period last year" in text
    assert "Cùng kỳ" not in text


def test_a_spark_is_cut_at_gaps_and_breaks():
    drawn = spark([1, 2, None, 3, 4, 5], "six periods", breaks={4})

    assert drawn.count("<polyline") == 3
    assert drawn.count("spark-break") == 1
    assert 'aria-label="six periods"' in drawn
    assert " style=" not in drawn


def test_a_spark_of_one_value_or_zeros_is_drawn():
    assert "<circle" in spark([None, 5], "x", breaks=())
    assert "nan" not in spark([0, 0, 0], "x", breaks=())


@pytest.mark.django_db
@pytest.mark.parametrize("structure", ["recorded", "today"])
@pytest.mark.parametrize("code", ["tu", "a", "b", "m", "x"])
def test_trends_give_what_the_ledger_gives_window_by_window(structure, code):
    make.make_history()
    windows = [Interval(date(2024, n, 25), date(2024, n + 1, 25)) for n in range(1, 12)]
    spans = [*windows, Interval(windows[-1].end, date(2025, 8, 25))]
    frame = Frame(
        SYSTEM,
        Organisation.objects.get(code=code),
        Interval(spans[0].start, spans[-1].end),
        make.TODAY,
        programme=make.P,
        structure=structure,
    )
    measures = list(
        Measure.objects.select_related("numerator", "denominator").order_by("code")
    )

    trends = trends_of(frame, measures, spans)

    for measure in measures:
        expected = tuple(
            ledger.total(
                measure,
                tree="party",
                node_id=frame.at.pk,
                interval=span,
                programme=make.P,
                structure=frame.known_structure,
            ).value
            for span in spans
        )
        assert trends[measure.code] == expected, measure.code


@pytest.mark.django_db
def test_a_programme_that_is_carried_on_lends_its_past():
    from tests.reporting.make import make_world

    make_world()
    from kheo.programmes.queries import predecessor_of
    from kheo.programmes.services import load
    from kheo.programmes.shipped import shipped_packs

    home = Organisation.objects.get(code="tu")
    for pack in shipped_packs("s0-continued"):
        load(pack, actor=SYSTEM, at=IN_TIME, home=home)

    window = windows_of("s0-continued", 2026)[0]
    past = windows_until(window, 3)

    assert predecessor_of("s0-continued") == "s0"
    assert predecessor_of("s0") is None
    assert [one.programme for one in past] == ["s0", "s0", "s0-continued"]


@pytest.mark.django_db
def test_more_bodies_and_measures_cost_no_more_queries(client_of, world):  # noqa: F811
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.organisations.make import make_body

    client = client_of()
    work("x:1", "2024-03-02", 1, world["a1"])

    def cost():
        overview(client, at="a")
        with CaptureQueriesContext(connection) as queries:
            assert overview(client, at="a").status_code == 200
        return len(queries)

    with_one = cost()
    for number in (3, 4):
        body = make_body(f"a{number}", world["a"], kind="cell", on=date(2020, 1, 1))
        work(f"x:{number}", "2024-03-03", 7, body)

    assert cost() == with_one


@pytest.mark.parametrize(("language", "shown"), [("vi", "1.204"), ("en", "1,204")])
def test_large_counts_are_grouped_as_the_language_does(language, shown):
    with translation.override(language):
        assert grouped(1204) == shown
        assert grouped(999) == "999"


@pytest.mark.parametrize(
    ("language", "month", "quarter"),
    [("vi", "T11", "Quý III"), ("en", "Nov", "Quarter 3")],
    ids=["vi", "en"],
)
def test_a_period_has_one_name_in_each_language(language, month, quarter):
    with translation.override(language):
        names = [
            name(Period(2026, Frequency.QUARTER, 3))
            for name in (short_name, name_of_period)
        ]
        assert short_name(Period(2026, Frequency.MONTH, 11)) == month

    assert names == [quarter, quarter]
    text = period_name("2026-Q3")
    assert (text.vi if language == "vi" else text.en).startswith(quarter.lower()[:3])
