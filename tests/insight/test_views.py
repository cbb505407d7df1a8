"""Pages of figures: what is shown, to whom, and that nothing else leaks."""

import csv
import io
import re
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from kheo.core.access import SYSTEM
from kheo.ledger import services as ledger
from kheo.places.models import Place
from kheo.places.services import add_hamlet, apply_plan
from tests.places.make import BIRTH, SMALL
from tests.remembered import remembered
from tests.reporting.make import IN_TIME, make_world, sent, work

pytestmark = pytest.mark.django_db
MARCH_WORDS = {"from": "2024-02-25", "to": "2024-03-24", "programme": "s0"}
BOARD = {"programme": "s0", "at": "tu", "year": "2024", "period": "m3"}


@remembered
def make_mapped_world():
    world = make_world()
    apply_plan(SMALL, on=BIRTH, basis="", actor=SYSTEM, at=IN_TIME)
    return world


@pytest.fixture
def world():
    return make_mapped_world()


@pytest.fixture
def client_of(client, world):
    def sign_in(role="observer", at="tu", *, own=False):
        client.force_login(world.person(role, at, own=own))
        return client

    return sign_in


def board(client, **words):
    return client.get(reverse("insight:board"), BOARD | words)


def measure(client, code="roads", at="tu", **words):
    words = MARCH_WORDS | {"measure": code, "at": at} | words
    return client.get(reverse("insight:measure"), words)


def rows(client, code="roads", at="tu", **words):
    words = MARCH_WORDS | {"measure": code, "at": at} | words
    return client.get(reverse("insight:rows"), words)


def cells_of(response, code):
    """The column of one measure, by the label of the row."""
    page = response.context["page"]
    names = [heading.href for heading in page.headings]
    place = next(i for i, href in enumerate(names) if f"measure={code}" in href)
    return {row.label: str(row.cells[place].text) for row in page.every_row}


def joint_work(world):
    work("x:1", "2024-03-02", 430, world["a1"], world["b1"])
    work("x:2", "2024-03-09", 1000, world["a2"])


def test_the_board_prints_children_corrections_and_the_total(client_of, world):
    joint_work(world)

    response = board(client_of())

    column = cells_of(response, "roads")
    assert response.status_code == 200
    assert (column["a"], column["b"], column["ban"]) == ("1.430", "430", "—")
    corrections = response.context["page"].corrections
    assert len(corrections) == 3
    assert column["Tổng"] == "1.430"
    assert "\u2212430" in {cell.text for row in corrections for cell in row.cells}


def test_zero_missing_and_not_applicable_are_three_things(client_of, world):
    sent(world, "a1", roads=0)
    from tests.reporting.make import Typed

    sent(world, "b1", roads=Typed(said="not_applicable"))
    client = client_of()

    below_a = board(client, at="a").content.decode()
    below_b = board(client, at="b")

    assert cells_of(board(client, at="a"), "roads")["a1"] == "0"
    assert "không áp dụng" in below_b.content.decode()
    with translation.override("vi"):
        word = translation.gettext("missing")
    assert f'class="visually-hidden">{word}' in below_a
    assert word != "missing"


def test_who_sent_is_counted_below_each_child(client_of, world):
    sent(world, "a1", roads=5)

    page = board(client_of()).context["page"]

    counts = {row.label: (row.sent, row.owed) for row in page.rows}
    assert counts["a"][0] == 1
    assert counts["b"][0] == 0
    assert counts["a"][1] > counts["a"][0]
    assert page.whole.sent == 1
    assert page.whole.owed >= counts["a"][1] + counts["b"][1]


def test_an_estimated_figure_is_marked(client_of, world):
    work("x:1", "2024-03-02", 430, world["a1"], standing="estimated")

    text = board(client_of()).content.decode()

    assert "ước" in text
    assert 'class="estimated"' in text


def test_the_measure_page_says_the_same_as_chart_and_table(client_of, world):
    joint_work(world)

    response = measure(client_of())

    text = response.content.decode()
    assert response.status_code == 200
    assert "1.430" in text
    assert text.count("<rect class=") == 1
    assert 'role="img"' in text
    assert "<title>3/24: 1.430</title>" in text
    months = {f.label: f.shown.text for f in response.context["months"]}
    assert [text for text in months.values() if text != "—"] == ["1.430"]
    assert " style=" not in text


def test_a_ratio_prints_its_parts_instead_of_corrections(client_of, world):
    work("x:1", "2024-03-02", 1, world["a1"], measure="units_met")
    work("x:2", "2024-03-02", 3, world["a1"], measure="units_due")

    response = measure(client_of(), "units_met_rate")

    assert response.context["total"].text == "33,3"
    assert not any(f.is_correction for f in response.context["children"])


def test_a_break_is_marked_where_bodies_were_reorganised(client_of, world):
    from tests.organisations.make import plan_of

    plan = plan_of("- {do: move, bodies: [a2], below: b}", on="2024-03-10")
    joint_work(world)
    ledger.reorganise(plan, actor=SYSTEM, at=IN_TIME)

    board_text = board(client_of()).content.decode()
    measure_text = measure(client_of()).content.decode()

    assert "10/03/2024" in board_text
    assert 'class="chart-break"' in measure_text


def test_the_structure_of_today_moves_old_figures(client_of, world):
    from tests.organisations.make import plan_of

    work("x:1", "2024-03-02", 1000, world["a2"])
    plan = plan_of("- {do: move, bodies: [a2], below: b}", on="2024-06-01")
    ledger.reorganise(plan, actor=SYSTEM, at=IN_TIME)
    client = client_of()

    as_it_was = cells_of(board(client), "roads")
    as_it_is = cells_of(board(client, structure="today"), "roads")
    on_a_day = cells_of(board(client, structure="day", on="2024-05-31"), "roads")

    assert (as_it_was["a"], as_it_was["b"]) == ("1.000", "—")
    assert (as_it_is["a"], as_it_is["b"]) == ("—", "1.000")
    assert on_a_day == as_it_was


def test_a_day_is_asked_for_when_the_structure_is_of_a_day(client_of):
    response = board(client_of(), structure="day")

    assert response.status_code == 422
    assert response.context["form"].errors["on"]


def test_days_that_run_backwards_are_refused_beside_the_field(client_of):
    response = measure(client_of(), to="2023-01-01")

    assert response.status_code == 422
    assert response.context["form"].errors["to"]


def test_rows_open_what_a_figure_is_made_of(client_of, world):
    joint_work(world)
    report = sent(world, "b1", roads=70)

    response = rows(client_of())

    lines = response.context["lines"]
    assert [(amount, line.bodies) for line, amount, _ in lines] == [
        ("70", ("b1",)),
        ("1.000", ("a2",)),
        ("430", ("a1", "b1")),
    ]
    assert report.get_absolute_url() in response.content.decode()


def test_rows_are_those_that_the_actor_may_see(client_of, world):
    joint_work(world)

    response = rows(client_of("focal_point", "b"), at="b")

    assert [amount for _, amount, _ in response.context["lines"]] == ["430"]
    assert response.context["count"] == 1


@pytest.mark.parametrize("at", ["a", "a1", "tu", "ban"])
def test_bodies_out_of_sight_do_not_exist(client_of, world, at):
    joint_work(world)
    client = client_of("focal_point", "b")

    for response in (
        board(client, at=at),
        board(client, at=at, structure="day"),
        board(client, at=at, year="2031"),
        measure(client, at=at),
        rows(client, at=at),
        client.get(
            reverse("insight:board_file", args=["csv"]), MARCH_WORDS | {"at": at}
        ),
        client.get(
            reverse("insight:measure_file", args=["xlsx"]),
            MARCH_WORDS | {"at": at, "measure": "roads"},
        ),
    ):
        assert response.status_code == 404


def test_drop_downs_hold_only_bodies_in_sight(client_of):
    form = board(client_of("focal_point", "b"), at="b").context["form"]

    assert {code for code, _ in form.fields["at"].choices} == {"b", "b1"}


def test_a_structure_that_would_sum_up_bodies_out_of_sight_does_not_exist(
    client_of, world
):
    from tests.organisations.make import plan_of

    plan = plan_of("- {do: move, bodies: [b1], below: a}", on="2024-03-01")
    ledger.reorganise(plan, actor=SYSTEM, at=IN_TIME)
    work("x:1", "2024-03-09", 99, world["b1"])
    client = client_of("focal_point", "b")

    assert board(client, at="b").status_code == 200
    response = board(client, at="b", structure="day", on="2024-02-01")
    assert response.status_code == 404


def test_who_holds_a_grant_at_one_body_alone_sees_no_names_below(client_of, world):
    joint_work(world)

    page = board(client_of("clerk", "a", own=True), at="a").context["page"]

    labels = {row.label for row in page.rows}
    assert not labels & {"a1", "a2"}
    assert (
        cells_of(board(client_of("clerk", "a", own=True), at="a"), "roads")[
            "Đơn vị khác"
        ]
        == "1.430"
    )


def test_a_stranger_is_sent_to_sign_in_and_a_host_finds_no_board(client, client_of):
    for name in ("board", "measure", "rows"):
        assert client.get(reverse(f"insight:{name}")).status_code == 302
    assert board(client_of("host", "a1")).status_code == 404


def test_the_board_as_excel_holds_real_numbers(client_of, world):
    joint_work(world)

    response = client_of().get(
        reverse("insight:board_file", args=["xlsx"]), MARCH_WORDS | {"at": "tu"}
    )

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert 1430 in values
    assert -430 in values


def test_the_board_as_csv_keeps_missing_empty(client_of, world):
    joint_work(world)

    response = client_of().get(
        reverse("insight:board_file", args=["csv"]), MARCH_WORDS | {"at": "tu"}
    )

    text = response.content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    column = next(i for i, name in enumerate(table[0]) if "đường" in name.lower())
    by_label = {row[0]: row[column] for row in table[1:]}
    assert (by_label["a"], by_label["ban"]) == ("1430", "")


def test_tables_for_recomputing_are_scoped(client_of, world):
    joint_work(world)
    address = reverse("insight:table", args=["facts"])

    def amounts(response):
        text = b"".join(response.streaming_content).decode()
        return [row["amount"] for row in csv.DictReader(io.StringIO(text))]

    assert amounts(client_of().get(address)) == ["430", "1000"]
    assert amounts(client_of("focal_point", "b").get(address)) == ["430"]


def test_a_place_shows_only_what_the_reader_may_see(client_of, world):
    from kheo.places.models import Place

    place = Place.objects.get(code="vn-1")
    work("x:1", "2024-03-02", 430, world["a1"], world["b1"], place_id=place.pk)
    work("x:2", "2024-03-09", 1000, world["a2"], place_id=place.pk)
    address = reverse("insight:place", args=["vn-08"])

    def roads(client):
        response = client.get(address, MARCH_WORDS)
        names = {name: figure.text for name, _, figure in response.context["figures"]}
        return next(text for name, text in names.items() if "đường" in name.lower())

    assert roads(client_of()) == "1.430"
    assert roads(client_of("focal_point", "b")) == "430"
    assert roads(client_of("host", "a2")) == "1.000"


def test_an_assumed_programme_says_so_on_the_days_it_is_assumed(client_of, world):
    client = client_of()

    before = board(client).content.decode()
    since = board(client, year="2025", period="m9").content.decode()

    assert "chưa có văn bản" not in before
    assert "chưa có văn bản" in since


def test_a_year_in_which_nothing_ran_is_refused_beside_the_field(client_of):
    response = board(client_of(), year="2031")

    assert response.status_code == 422
    assert response.context["form"].errors["year"]


def test_a_cell_leads_to_its_measure(client_of, world):
    joint_work(world)
    client = client_of()
    address = reverse("insight:board") + "c/s0/2024/m3/a/roads/"

    assert 'href="c/s0/2024/m3/a/roads/"' in board(client).content.decode()
    response = client.get(address, follow=True)
    assert response.context["total"].text == "1.430"
    assert client.get(address.replace("m3", "m13")).status_code == 404


def test_pages_speak_english_too(client_of, world):
    joint_work(world)
    client = client_of()
    client.cookies["django_language"] = "en"

    text = board(client).content.decode()

    assert "joint work, counted once" in text
    assert "1,430" in text


@pytest.mark.parametrize("page", ["board", "measure", "rows", "place"])
def test_a_longer_list_costs_no_more_queries(
    client_of, world, page, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.organisations.make import make_body

    client = client_of()
    asks = {
        "board": lambda: board(client, at="a"),
        "measure": lambda: measure(client, at="a"),
        "rows": lambda: rows(client, at="a"),
        "place": lambda: client.get(
            reverse("insight:place", args=["vn-08"]), MARCH_WORDS
        ),
    }
    work("x:1", "2024-03-02", 1, world["a1"])

    def cost():
        asks[page]()  # what is kept per process is warm
        with CaptureQueriesContext(connection) as queries:
            assert asks[page]().status_code == 200
        return len(queries)

    with_one = cost()
    for number in (3, 4):
        body = make_body(f"a{number}", world["a"], kind="cell", on=date(2020, 1, 1))
        work(f"x:{number}", "2024-03-03", 7, body)
        work(f"y:{number}", "2024-03-03", 7, body)

    assert cost() == with_one


def rows_file(client, kind, **words):
    words = MARCH_WORDS | {"measure": "roads", "at": "tu"} | words
    return client.get(reverse("insight:rows_file", args=[kind]), words)


def test_the_csv_of_rows_holds_every_row_in_the_pages_language(
    client_of, world, monkeypatch
):
    joint_work(world)
    monkeypatch.setattr("kheo.insight.views.rows.ROWS_AT_MOST", 1)
    monkeypatch.setattr("kheo.insight.views.rows.CHUNK", 1)
    client = client_of()
    client.cookies["django_language"] = "en"

    response = rows_file(client, "csv")
    with translation.override("vi"):
        text = b"".join(response.streaming_content).decode("utf-8-sig")

    table = list(csv.reader(io.StringIO(text)))
    assert table[0][0] == "Day"
    assert [line[5] for line in table[1:]] == ["1000", "430"]


def test_an_excel_file_that_leaves_rows_out_says_so_in_the_file_and_on_the_page(
    client_of, world, monkeypatch
):
    joint_work(world)
    client = client_of()
    client.cookies["django_language"] = "en"

    def said():
        book = openpyxl.load_workbook(io.BytesIO(rows_file(client, "xlsx").content))
        cells = (cell.value for row in book.active.iter_rows() for cell in row)
        in_file = any("holds them all" in str(value) for value in cells)
        return in_file, "holds them all" in rows(client).content.decode()

    assert said() == (False, False)
    monkeypatch.setattr("kheo.insight.views.rows.ROWS_AT_MOST", 1)
    assert said() == (True, True)


def test_a_row_names_the_hamlet_with_its_commune_and_no_breakdown_without_one(
    client_of, world
):
    commune = Place.objects.get(code="vn-1")
    commune.versions.update(name="Xã Hùng Lợi")
    hamlet = add_hamlet(commune, name="Thôn 2", on=BIRTH, actor=SYSTEM, at=IN_TIME)
    work("x:1", "2024-03-02", 430, world["a1"], place_id=hamlet.pk)
    client = client_of()
    client.cookies["django_language"] = "en"

    page = rows(client).content.decode()

    assert "Thôn 2, xã Hùng Lợi" in page
    assert "Breakdown" not in page
    work("x:2", "2024-03-03", 5, world["a1"], dimensions={"road-work": "new"})
    assert "Breakdown" in rows(client).content.decode()


def test_the_rows_of_a_sample_say_so(client_of, world, monkeypatch):
    joint_work(world)
    monkeypatch.setattr("kheo.insight.views.files.is_sample", lambda: True)

    response = rows_file(client_of(), "csv")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.startswith("dữ liệu mẫu\r\n")
    assert "du-lieu-mau-" in response["Content-Disposition"]


def test_a_table_of_figures_has_no_head_without_a_word(client_of, world):
    work("x:1", "2024-03-02", 430, world["a1"], dimensions={"road-work": "new"})

    page = measure(client_of()).content.decode()

    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page, re.DOTALL)
    assert heads
    assert all(re.sub(r"<[^>]+>", "", head).strip() for head in heads)


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [("2010-01-01", "2029-12-31", 200), ("1990-01-01", "2100-12-31", 422)],
)
def test_two_centuries_are_not_asked_at_once(client_of, first, last, status):
    answer = measure(client_of(), **{"from": first, "to": last})

    assert answer.status_code == status
    assert ("to" in answer.context["form"].errors) == (status == 422)
