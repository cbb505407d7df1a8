"""One month of two committees: every surface says what plain SQL counts.

The figures are added up from the tables of the activities and of the reports alone, by
the placements of the bodies; no line of the ledger's code takes part.
"""

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.db import connection
from docx import Document

from kheo.accounts.services import add_user, grant_role
from kheo.activities.models import Activity, HouseholdCode
from kheo.activities.rules import Done
from kheo.core.access import SYSTEM, Role
from kheo.reporting.models import Report
from tests.reporting.make import IN_TIME, LATE, MARCH, accept, make_report, send
from tests.village import cadres, charge, log, make_village, plan, roads

pytestmark = pytest.mark.django_db
DESK = "year=2024&window=2024-03"
HAPPENED = "('done', 'confirmed', 'disputed')"


# Plain SQL


def asked(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def superiors():
    """For each body all bodies above it, itself included; nobody moves in this story."""
    above = dict(
        asked(
            """SELECT b.code, p.code FROM organisations_placement
               JOIN organisations_organisation b ON b.id = organisation_id
               LEFT JOIN organisations_organisation p ON p.id = parent_id
               WHERE NOT is_end"""
        )
    )
    lines = {}
    for body in above:
        line, one = [], body
        while one:
            line.append(one)
            one = above.get(one)
        lines[body] = line
    return lines


def counted():
    """Per measure and body: joint work once wherever its bodies meet."""
    first, last = str(MARCH.start), str(MARCH.last)
    parties = defaultdict(list)
    for activity, body in asked(
        """SELECT activity_id, code FROM activities_party
           JOIN organisations_organisation o ON o.id = organisation_id"""
    ):
        parties[activity].append(body)
    lines = superiors()
    sums, seen = defaultdict(int), defaultdict(set)

    def add(measure, amount, bodies):
        for node in {node for body in bodies for node in lines[body]}:
            sums[measure, node] += amount

    in_march = f"""state IN {HAPPENED} AND a."on" BETWEEN %s AND %s"""
    for (activity,) in asked(
        f"SELECT a.id FROM activities_activity a WHERE {in_march}", first, last
    ):
        add("sessions", 1, parties[activity])
    for activity, measure, subject, amount, own in asked(
        f"""SELECT a.id, measure, subject, amount, o.code FROM activities_quantity q
            JOIN activities_activity a ON a.id = q.activity_id
            LEFT JOIN activities_party p ON p.id = q.party_id
            LEFT JOIN organisations_organisation o ON o.id = p.organisation_id
            WHERE {in_march}""",
        first,
        last,
    ):
        bodies = [own] if own else parties[activity]
        if subject:
            for node in {node for body in bodies for node in lines[body]}:
                seen[measure, node].add(subject)
        else:
            add(measure, amount, bodies)
    for measure, body, declared in asked(
        """SELECT measure, o.code, declared FROM reporting_cell
           JOIN reporting_report r ON r.id = report_id
           JOIN organisations_organisation o ON o.id = r.organisation_id
           WHERE declared IS NOT NULL AND state IN ('sent', 'accepted')"""
    ):
        add(measure, declared, [body])
    return dict(sums) | {key: len(subjects) for key, subjects in seen.items()}


# The story


TOTAL = "Tổng"
"""How the last row of a table beside is named; a paper names the body."""
MEASURES = {
    "sessions": "Số cuộc hoạt động tại cơ sở",
    "cadre_turns": "Lượt cán bộ, đảng viên tham gia",
    "work_days": "Số ngày công",
    "roads": "Đường giao thông làm mới, sửa chữa",
    "trees": "Cây xanh, cây hoa đã trồng",
    "households_helped": "Số hộ được giúp đỡ",
    "initiatives_running": "Số mô hình đang duy trì cuối kỳ",
}
TENTHS = {"work_days"}


@dataclass
class World:
    village: object
    reports: dict

    def __getitem__(self, code):
        return self.village[code]


def helped(code):
    return Done("households_helped", 1, dimensions="household=poor", subject=code)


@pytest.fixture
def story():
    """Cells of two committees work together; committees declare; one day is corrected."""
    with time_machine.travel(LATE, tick=False):
        village = make_village()
        charge(village, "cell-h", "vn-1")
        for code in ("AAA1111", "BBB2222"):
            HouseholdCode.objects.create(
                programme="s0", place=village.places["vn-1"], code=code, issued_at=LATE
            )
        day = MARCH.last.replace(day=23)
        joint = plan(village, partners=["cell-b", "cell-h"], on=day)
        log(
            joint,
            roads(430),
            cadres(village, "cell-a", 9),
            Done("work_days", 45, village["cell-a"].pk, "who=cadres"),
            helped("AAA1111"),
            at=LATE,
        )
        alone = plan(village, "cell-b", on=day.replace(day=16))
        log(alone, roads(70), helped("AAA1111"), helped("BBB2222"), at=LATE)
        reports = {}
        for code, said in (
            ("cell-a", {"trees": 120, "initiatives_running": 3}),
            ("cell-b", {"initiatives_running": 1}),
        ):
            reports[code] = accept(send(make_report(village, code, at=IN_TIME, **said)))
        for code in ("khoi", "huyen"):
            draft = make_report(
                village, code, definition="committee-month", cadre_turns=5, trees=7
            )
            reports[code] = accept(send(draft))
        yield World(village, reports)


# What the surfaces say


def amount(value, measure):
    """What a cell shows, in the measure's smallest unit; empty where nothing is known."""
    text = str("" if value is None else value).strip()
    if isinstance(value, str):
        text = re.split(r"[\s=+−]", text)[0].replace(".", "").replace(",", ".")
    if text in {"", "–", "…"}:
        return 0
    return int(Decimal(text).scaleb(1 if measure in TENTHS else 0))


def in_rows(rows, place, name=0):
    """The amounts of a list that has a row for each measure."""
    found = {}
    for row in rows:
        for measure, label in MEASURES.items():
            if len(row) > max(place, name) and str(row[name]).startswith(label):
                found.setdefault(measure, amount(row[place], measure))
    return found


def in_columns(rows, label):
    """Those of a table that has a column for each: its row, and the sum of those above."""
    rows = [list(row) for row in rows]
    start = next(n for n, row in enumerate(rows) if row[0] == "Đơn vị")
    end = next(n for n, row in enumerate(rows) if n > start and row[0] == label)
    found = {}
    for place, head in enumerate(rows[start]):
        for measure, name in MEASURES.items():
            if str(head or "").startswith(name):
                values = [amount(row[place], measure) for row in rows[start + 1 : end]]
                found[measure] = (amount(rows[end][place], measure), sum(values))
    return found


def html_rows(page):
    cells = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
    lines = re.findall(r"<tr\b.*?</tr>", page.content.decode(), re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in cells.findall(line)]
        for line in lines
    ]


def word_tables(file):
    tables = Document(io.BytesIO(file.content)).tables
    return [[[cell.text for cell in row.cells] for row in t.rows] for t in tables]


def plain_rows(file):
    """A CSV file's rows, its numbers read as programs read them."""
    rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    is_number = re.compile(r"-?\d+(\.\d+)?").fullmatch
    return [[Decimal(one) if is_number(one) else one for one in row] for row in rows]


def numbered(tables):
    """The list of figures of a paper, not the bodies beside each other in its annex."""
    return [row for table in tables for row in table if row[0].isdigit()]


def sheets_of(file):
    book = openpyxl.load_workbook(io.BytesIO(file.content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def by_measure(truth, body, known):
    return {measure: truth.get((measure, body), 0) for measure in known}


def twice(values):
    return {measure: (value, value) for measure, value in values.items()}


def person(village, name, *grants):
    user = add_user(username=name, name=name, actor=SYSTEM, at=IN_TIME)
    for role, code in grants:
        grant_role(
            user,
            Role(role),
            organisation=village[code],
            actor=SYSTEM,
            at=IN_TIME,
            valid_from=MARCH.start,
            own_only=role in {"clerk", "leader"},
        )
    return user


def signed_in(client, user):
    client.force_login(user)
    client.cookies["django_language"] = "vi"
    return client


def test_the_reports_of_a_unit_and_of_a_committee_say_what_the_days_say(client, story):
    truth = counted()
    assert truth["roads", "khoi"] == 500
    assert truth["households_helped", "khoi"] == 2
    assert truth["cadre_turns", "khoi"] == 9 + 5
    for code in ("cell-a", "khoi", "huyen"):
        signed_in(client, person(story.village, f"clerk-{code}", ("clerk", code)))
        address = f"/reports/{story.reports[code].pk}/"
        expected = by_measure(truth, code, MEASURES)

        assert in_rows(html_rows(client.get(address)), 3) == expected
        tables = word_tables(client.get(f"{address}report.docx"))
        assert in_rows(numbered(tables), 3, 1) == expected
        sheets = sheets_of(client.get(f"{address}report.xlsx"))
        assert in_rows(next(iter(sheets.values())), 4) == expected
        if code == "cell-a":
            continue
        name = story.reports[code].statements.get().content["body_name"]
        beside = in_columns(html_rows(client.get(f"{address}side-by-side/")), TOTAL)
        assert beside == twice(expected)
        assert in_columns(sheets["Tổng hợp"], name) == twice(expected)
        annex = [table for table in tables if table[0][0] == "Đơn vị"]
        printed = [in_columns(table, name) for table in annex]
        assert {k: v for one in printed for k, v in one.items()} == twice(expected)


def test_the_board_says_it_on_screen_in_word_in_excel_and_in_csv(client, story):
    truth = counted()
    shown = by_measure(truth, "tu", MEASURES)
    assert shown["roads"] == 500
    assert shown["sessions"] == 2
    both = ("focal_point", "ban"), ("clerk", "ban"), ("specialist", "tu")
    signed_in(client, person(story.village, "board", *both))

    page = client.get(f"/reports/desk/summary/?{DESK}")
    tables = word_tables(client.get(f"/reports/desk/paper/?{DESK}"))
    sheets = sheets_of(client.get(f"/reports/desk/workbook/?{DESK}"))
    days = f"from={MARCH.start}&to={MARCH.last}"
    table = client.get(f"/insight/board.csv?at=tu&programme=s0&{days}")

    assert in_rows(html_rows(page), 1) == shown
    assert in_rows(numbered(tables), 3, 1) == shown
    assert in_columns(sheets["Tổng hợp"], "Tỉnh ủy") == twice(shown)
    for body, name in (("khoi", "Đảng ủy Khối"), ("huyen", "Huyện ủy")):
        below = by_measure(truth, body, MEASURES)
        assert in_columns(sheets[name], name) == twice(below)
    assert in_columns(plain_rows(table), "Tổng") == twice(shown)


def test_a_late_correction_shows_beside_what_was_approved(client, story):
    before = counted()
    log(Activity.objects.order_by("pk")[0], roads(400), at=LATE)
    after = counted()
    assert before["roads", "khoi"] - after["roads", "khoi"] == 30

    signed_in(client, person(story.village, "clerk-khoi", ("clerk", "khoi")))
    report = story.reports["khoi"]
    page = client.get(f"/reports/{report.pk}/")
    beside = client.get(f"/reports/{report.pk}/side-by-side/")

    assert in_rows(html_rows(page), 3)["roads"] == before["roads", "khoi"]
    assert "−30" in page.content.decode()
    assert in_columns(html_rows(beside), TOTAL)["roads"] == (470, 470)
    assert Report.objects.get(pk=report.pk).state == "accepted"
