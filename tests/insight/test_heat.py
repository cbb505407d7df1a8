"""Who sent: on time, late, missing, not yet due, not expected; by body and window."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from kheo.insight.rules.sending import Mark, Sendings, Shade, mark_of
from tests.insight.test_views import client_of, world  # noqa: F401  fixtures
from tests.organisations.make import make_body
from tests.reporting.make import (
    APRIL,
    IN_TIME,
    LATE,
    MARCH,
    keep_since,
    make_report,
    sent,
)

DAY = date(2024, 3, 24)
WORDS = {"programme": "s0", "at": "tu", "year": "2024", "period": "m3"}


@pytest.mark.parametrize(
    ("sent_on", "today", "mark"),
    [
        (DAY, date(2024, 5, 1), Mark.IN_TIME),
        (date(2024, 3, 25), date(2024, 5, 1), Mark.LATE),
        (None, DAY, Mark.NOT_DUE),
        (None, date(2024, 3, 25), Mark.MISSING),
    ],
)
def test_the_last_day_itself_is_in_time(sent_on, today, mark):
    assert mark_of(sent_on, last_day=DAY, today=today) is mark


@pytest.mark.parametrize(
    ("counted", "shade"),
    [
        (Sendings(), Shade.NOT_EXPECTED),
        (Sendings(in_time=3), Shade.GOOD),
        (Sendings(in_time=2, late=1), Shade.LATE),
        (Sendings(in_time=2, late=1, missing=1), Shade.PARTLY),
        (Sendings(missing=2), Shade.NONE),
        (Sendings(in_time=2, not_due=1), Shade.NOT_DUE),
        (Sendings(on_paper=3), Shade.ON_PAPER),
        (Sendings(in_time=1, on_paper=3), Shade.GOOD),
        (Sendings(missing=1, on_paper=3), Shade.NONE),
    ],
)
def test_missing_weighs_more_than_late_and_late_more_than_waiting(counted, shade):
    assert counted.shade is shade


def overview(client, **words):
    return client.get(reverse("insight:overview"), WORDS | words)


def rows_of(response):
    heat = response.context["heat"]
    return {line.label: line for line in heat.lines}


@pytest.mark.django_db
def test_each_cell_counts_its_own_body_and_all_below(client_of, world):  # noqa: F811
    sent(world, "a1")
    sent(world, "a2", at=LATE)
    sent(world, "a1", window=APRIL, at=IN_TIME)

    rows = rows_of(overview(client_of()))

    march, april = rows["a"].cells[2], rows["a"].cells[3]
    assert (march.counted.in_time, march.counted.late) == (1, 1)
    assert march.counted.missing == march.counted.expected - 2 > 0
    assert (april.counted.in_time, april.counted.late) == (1, 0)
    assert rows["b"].cells[2].counted.sent == 0


@pytest.mark.django_db
def test_rows_add_up_to_the_whole(client_of, world):  # noqa: F811
    sent(world, "a1")
    sent(world, "b1", at=LATE)

    heat = overview(client_of()).context["heat"]

    for number, cell in enumerate(heat.whole.cells):
        parts = [line.cells[number].counted for line in heat.lines]
        assert sum(parts, Sendings()) == cell.counted
    assert heat.whole.cells[2].counted.sent == 2


@pytest.mark.django_db
def test_a_window_to_come_is_not_yet_due_and_never_missing(client_of, world):  # noqa: F811
    year = date.today().year

    response = overview(client_of(), programme="s0", year="2025", period="m12")

    assert response.status_code == 200
    assert year >= 2025
    cells = response.context["heat"].whole.cells
    assert all(c.counted.not_due == 0 for c in cells)


@pytest.mark.django_db
def test_a_cell_opens_the_list_by_name_filtered_alike(client_of, world):  # noqa: F811
    report = sent(world, "a1")
    client = client_of()
    cell = rows_of(overview(client))["a"].cells[2]

    listed = client.get(cell.href)
    late = client.get(f"{cell.href}&show=missing")

    assert listed.status_code == 200
    assert len(listed.context["rows"]) == cell.counted.expected
    assert report.get_absolute_url() in listed.content.decode()
    assert len(late.context["rows"]) == cell.counted.missing
    assert all(row.sending.sent_on is None for row in late.context["rows"])


@pytest.mark.django_db
def test_only_reports_of_one_kind_where_asked(client_of, world):  # noqa: F811
    client = client_of()

    everything = overview(client).context["heat"].whole.cells[2].counted
    units = overview(client, report="unit-month").context["heat"].whole.cells[2].counted

    assert 0 < units.expected < everything.expected


@pytest.mark.django_db
def test_many_children_of_one_kind_stand_in_one_row_that_opens(
    client_of,  # noqa: F811
    world,  # noqa: F811
):
    for number in range(14):
        make_body(f"h{number}", world["tu"], kind="district_committee")
    client = client_of()

    row = next(line for line in overview(client).context["heat"].lines if line.href)
    opened = client.get(reverse("insight:overview") + row.href)

    assert "(14)" in row.label
    names = [line.label for line in opened.context["heat"].lines]
    assert names == sorted(f"h{n}" for n in range(14)) or len(names) == 14
    whole = opened.context["heat"].whole.cells[2].counted
    assert whole == row.cells[2].counted


@pytest.mark.django_db
def test_bodies_out_of_sight_are_counted_without_their_names(client_of, world):  # noqa: F811
    client = client_of("clerk", "a", own=True)

    rows = rows_of(overview(client, at="a"))

    assert not {"a1", "a2"} & set(rows)
    assert "Đơn vị khác" in rows
    listed = client.get(reverse("insight:sent"), WORDS | {"at": "a"})
    assert {row.name for row in listed.context["rows"]} == {"a"}
    assert listed.context["hidden"] == 2


@pytest.mark.django_db
def test_a_body_out_of_sight_has_no_list(client_of, world):  # noqa: F811
    client = client_of("focal_point", "b")

    for name, args in (("sent", []), ("sent_file", ["csv"]), ("overview", [])):
        address = reverse(f"insight:{name}", args=args)
        assert client.get(address, WORDS | {"at": "a"}).status_code == 404


@pytest.mark.django_db
def test_the_heat_table_goes_into_files_with_its_six_numbers(client_of, world):  # noqa: F811
    sent(world, "a1")
    client = client_of()

    book = client.get(reverse("insight:overview_file", args=["xlsx"]), WORDS)
    text = client.get(
        reverse("insight:overview_file", args=["csv"]), WORDS | {"table": "heat"}
    )

    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert len(sheets) == 2
    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    by_label = {row[0]: row for row in table[1:]}
    assert by_label["a"][1 + 6 * 2 + 1] == "1"
    assert len(table[0]) == 1 + 6 * 12
    unknown = client.get(reverse("insight:overview_file", args=["csv"]), WORDS)
    assert unknown.status_code == 404


@pytest.mark.django_db
def test_the_list_as_a_file_is_filtered_as_on_screen(client_of, world):  # noqa: F811
    sent(world, "a1")

    text = client_of().get(
        reverse("insight:sent_file", args=["csv"]),
        WORDS | {"at": "a", "show": "in_time"},
    )

    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert [row[0] for row in table[1:]] == ["a1"]
    assert table[1][3] == "2024-03-22"
    assert MARCH.start == date(2024, 2, 25)


# Kept on paper


@pytest.mark.django_db
def test_what_was_kept_on_paper_is_never_missing_and_what_was_sent_counts(
    client_of,  # noqa: F811
    world,  # noqa: F811
):
    sent(world, "a1", at=LATE)
    keep_since({"units": MARCH.end})
    client = client_of()

    rows = rows_of(overview(client, report="unit-month"))

    first, march, april = rows["a"].cells[0], rows["a"].cells[2], rows["a"].cells[3]
    assert first.counted == Sendings(on_paper=2)
    assert march.counted == Sendings(late=1, on_paper=1)
    assert (april.counted.missing, april.counted.on_paper) == (2, 0)
    assert (first.shade, march.shade) == (Shade.ON_PAPER, Shade.LATE)
    listed = client.get(first.href)
    assert [row.sending.mark for row in listed.context["rows"]] == [Mark.ON_PAPER] * 2
    assert reverse("programmes:detail", args=["s0"]) in listed.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said", "legend"),
    [
        (
            "vi",
            "khi đó báo cáo trên giấy, không lưu tại đây: 2<",
            "khi đó báo cáo trên giấy, không lưu tại đây<",
        ),
        ("en", "kept on paper then, not here: 2<", "kept on paper then, not here<"),
    ],
    ids=["vi", "en"],
)
def test_paper_is_said_to_who_hears_it_and_in_the_legend(
    client_of,  # noqa: F811
    world,  # noqa: F811
    language,
    said,
    legend,
):
    client = client_of()
    client.cookies["django_language"] = language

    before = overview(client, report="unit-month").content.decode()
    keep_since({"units": MARCH.end})
    after = overview(client, report="unit-month").content.decode()

    assert legend not in before
    assert legend in after
    assert said in after
    assert "heat-on_paper heat-paper" in after


@pytest.mark.django_db
def test_the_table_by_body_owes_no_report_that_was_kept_on_paper(client_of, world):  # noqa: F811
    sent(world, "a1")
    make_report(world, "a2")
    keep_since({"units": MARCH.end})

    board = client_of().get(reverse("insight:board"), WORDS).context["page"]

    rows = {row.label: (row.sent, row.owed) for row in board.rows}
    assert rows["a"] == (1, 3)
    assert rows["b"] == (0, 1)
