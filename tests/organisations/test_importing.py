"""Bodies from a file: every error at once, all or nothing."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from tests.organisations.make import AFTER, NOON, SYSTEM, make_body, make_manager

from kheo.audit.models import AuditEntry
from kheo.core.errors import NotAllowed
from kheo.organisations.models import Organisation
from kheo.organisations.queries import parent_on, search, version_on
from kheo.organisations.rules import COLUMNS, UnreadableError, read_table
from kheo.organisations.services import (
    PlanRefused,
    import_organisations,
    parse_table,
)

HEAD = "code,name,kind,tier,from,parent,aliases\n"
GOOD = (
    HEAD + "c1,Chi bộ 1,cell,province,2021-01-01,khoi,CB1; Chi bộ một\n"
    "tinh,Tỉnh ủy,provincial_committee,province,2020-01-01,,\n"
    "khoi,Đảng ủy Khối,direct_committee,province,01/02/2020,tinh,\n"
)


def table(text, name="bodies.csv"):
    return parse_table(name, text.encode())


# Reading


def test_a_csv_file_is_read_line_by_line():
    rows = table("\ufeff" + GOOD.replace(",", ";").replace("CB1;", "CB1"))

    assert [(row.line, row.step.body, row.on) for row in rows] == [
        (2, "c1", date(2021, 1, 1)),
        (3, "tinh", date(2020, 1, 1)),
        (4, "khoi", date(2020, 2, 1)),
    ]
    assert rows[0].step.below == {"party": "khoi"}
    assert rows[1].step.below == {"party": None}


def test_a_workbook_is_read_with_real_dates_and_numbers():
    book = Workbook()
    book.active.append([*COLUMNS])
    values = ["a", "A", "", "cell", "commune", "", "front", "", date(2020, 1, 1)]
    book.active.append([*values, None, 12.0, "có", "", "", ""])
    book.active.append([None] * 15)
    file = BytesIO()
    book.save(file)

    (row,) = read_table("Bodies.XLSX", file.getvalue())

    assert (row.line, row.on, row.step.headcount) == (2, date(2020, 1, 1), 12)
    assert row.step.is_exempt
    assert row.step.below == {"front": None}


def test_a_hyphen_as_tree_leaves_the_body_outside_all_trees():
    (row,) = table("code,name,kind,tier,from,tree\na,A,cell,commune,2020-01-01,-\n")

    assert row.step.below is None


def test_every_flaw_of_every_line_is_named():
    with pytest.raises(PlanRefused) as error:
        table(
            "code,name,kind,tier,from,headcount,exempt\n"
            "A B,,cell,province,2020-01-01,,\n"
            "a,A,cell,province,31/02/2020,,\n"
            "b,B,cell,province,2020-01-01,many,\n"
            "c,C,cell,province,2020-01-01,,perhaps\n"
        )

    assert error.value.problems == (
        "2 name: còn thiếu.",
        "2 body: mã chỉ gồm chữ thường a đến z, chữ số và dấu gạch nối.",
        "3 from: không phải là ngày; hãy viết như 2025-07-01.",
        "4 headcount: phải là số nguyên.",
        "5 exempt: phải là có hoặc không.",
    )


@pytest.mark.parametrize(
    ("name", "content", "flaws"),
    [
        ("a.csv", b"", [("1", "no_lines")]),
        ("a.csv", HEAD.encode(), [("1", "no_lines")]),
        ("a.csv", b"\xff\xfe", [("", "not_utf8")]),
        ("a.csv", b'code\n"a"b\n', [("2", "not_csv")]),
        ("a.xlsx", b"no workbook", [("", "not_xlsx")]),
        ("a.csv", b"x" * 10_000_001, [("", "too_long")]),
        ("a.csv", b"code\n" + b"a\n" * 20_001, [("", "too_long")]),
        (
            "a.csv",
            b"code,name,kind,tier,colour\na,b,c,d,e\n",
            [("1 from", "missing"), ("1 colour", "extra_forbidden")],
        ),
    ],
)
def test_an_unreadable_file_is_refused(name, content, flaws):
    with pytest.raises(UnreadableError) as error:
        read_table(name, content)

    assert [(flaw.where, flaw.kind) for flaw in error.value.flaws] == flaws


# Taking over


@pytest.mark.django_db
def test_bodies_are_created_oldest_first_whatever_the_order_of_lines():
    made = import_organisations(table(GOOD), actor=SYSTEM, at=NOON)

    cell = Organisation.objects.get(code="c1")
    assert len(made) == 3
    assert parent_on(cell, AFTER).code == "khoi"
    assert version_on(cell, date(2020, 12, 31)) is None
    assert list(search("chi bo mot")) == [cell]
    verbs = AuditEntry.objects.values_list("verb", flat=True)
    assert sorted(verbs) == ["organisation.alias"] * 2 + ["organisation.create"] * 3


@pytest.mark.django_db
def test_every_error_is_named_with_its_line_and_nothing_is_kept():
    make_body("there")
    wrong = (
        "there,Có rồi,cell,province,2020-01-01,,\n"
        "x,X,planet,province,2020-01-01,,\n"
        "y,Y,cell,province,2021-01-01,nowhere,\n"
        "z,Z,cell,province,2021-01-01,x,\n"
    )

    with pytest.raises(PlanRefused) as error:
        import_organisations(table(HEAD + wrong), actor=SYSTEM, at=NOON)

    assert error.value.problems == (
        "Dòng 2: Mã “there” (there) đã thuộc về một đơn vị.",
        "Dòng 3: “X” (x): không có loại hình “planet”.",
        "Dòng 4: Không có đơn vị nowhere.",
    )
    assert [body.code for body in Organisation.objects.all()] == ["there"]


@pytest.mark.django_db
def test_a_superior_that_begins_later_is_an_error_of_its_own():
    late = HEAD + (
        "c,C,cell,province,2020-01-01,p,\np,P,base_committee,province,2021-01-01,,\n"
    )

    with pytest.raises(PlanRefused) as error:
        import_organisations(table(late), actor=SYSTEM, at=NOON)

    assert error.value.problems == ("Dòng 2: Không có đơn vị p.",)
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_one_imports_only_below_what_one_manages():
    province = make_body("tinh")
    other = make_body("khac")
    manager = make_manager(other)
    rows = table(HEAD + "c,C,cell,province,2020-01-01,tinh,\n")

    with pytest.raises(NotAllowed):
        import_organisations(rows, actor=manager, at=NOON)
    import_organisations(rows, actor=make_manager(province), at=NOON)
    assert Organisation.objects.filter(code="c").exists()
