"""A table by who invites: the bodies and the people below, and no others."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kheo.accounts import services
from kheo.accounts.queries import keeping_of
from kheo.accounts.tables import Scope, read_people
from tests.accounts.inviting.make import TODAY, refused, row, rows
from tests.accounts.make import acting, table
from tests.village import NOON

pytestmark = pytest.mark.django_db


def test_a_table_takes_over_the_people_below(focal, below, village):
    read = rows(focal, row("An Một", "cell-a"), row("Bình Hai", "Chi bộ B", "leader"))

    done = services.add_all(read.people, actor=acting(focal), at=NOON)
    again = services.add_all(read.people, actor=acting(focal), at=NOON)

    assert [one.is_new for one in done] == [True, True]
    assert all(one.token for one in done)
    assert all(one.is_unchanged for one in again)


def test_a_template_has_a_row_for_each_body_without_anybody(client, focal, below):
    client.force_login(focal)

    answer = client.get("/accounts/people/table/template/?lacking")

    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    [filled] = [row for row in sheet.iter_rows(min_row=2) if row[4].value]
    assert [filled[3].value, filled[4].value] == [
        *("Cán bộ tổng hợp", "Chi bộ B · cell-b")
    ]
    filled[0].value = "Nông Thị Lan"
    target = BytesIO()
    book.save(target)
    scope = Scope.of(keeping_of(acting(focal), TODAY))
    read = read_people(target.getvalue(), day=TODAY, scope=scope)
    assert [one.organisation.code for one in read.people] == ["cell-b"]
    assert read.errors == ()


def test_rows_without_a_person_are_left_out_and_counted(client, focal, village):
    empty = (None, "", "", "Cán bộ tổng hợp", "Chi bộ B · cell-b", "", "")
    wrong = (None, "", "", "Vua", "không có", "", "")
    client.force_login(focal)
    client.cookies["django_language"] = "en"

    def tried(*rows):
        file = SimpleUploadedFile("bang.xlsx", table(*rows))
        return client.post("/accounts/people/table/", {"file": file})

    one = tried(empty, row("An", "cell-a"), wrong).content.decode()
    none = tried(empty)

    assert "1 rows read: 1 new accounts" in " ".join(one.split())
    assert "2 rows without a person were left out" in " ".join(one.split())
    assert none.status_code == 422
    assert "names anybody yet" in none.content.decode()


def test_a_table_knows_no_body_and_no_role_beyond(focal, village):
    found = rows(
        focal,
        row("An", "cell-h"),
        row("An", "Chi bộ H"),
        row("An", "khoi"),
        row("An", "chi bo"),
        row("An", "cell-a", "specialist"),
    )

    said = {error.cell: error.message for error in found.errors}
    assert set(said) == {"E2", "E3", "E4", "E5", "D6"}
    assert "cell-h" not in said["E5"]
    assert "cell-a" in said["E5"]
    assert "Chuyên viên" not in said["D6"]


def test_rows_of_another_hand_are_refused_by_the_service_too(focal, village):
    everything = read_people(
        table(
            row("An", "cell-h"), row("Ba", "cell-a"), row("Cam", "cell-a", "specialist")
        ),
        day=TODAY,
    )

    refusal = refused(
        lambda: services.add_all(everything.people, actor=acting(focal), at=NOON),
        services.RowsRefused,
    )

    assert [(one.line, one.field) for one in refusal.errors] == [
        *((2, "organisation"), (4, "role"))
    ]


def test_a_table_tells_nothing_of_people_elsewhere(focal, beside, village):
    read = rows(focal, row("Ai Đó", "cell-a", username=beside.username))

    refusal = refused(
        lambda: services.add_all(read.people, actor=acting(focal), at=NOON),
        services.RowsRefused,
    )

    assert refusal.errors[0].message == "Tên đăng nhập này đã có người dùng."
    assert "Hoa Bên" not in refusal.errors[0].message


def test_a_table_gives_no_role_to_who_reaches_beyond(focal, shared, village):
    same = rows(focal, row("Mai Chung", "cell-a")).people
    more = rows(focal, row("Mai Chung", "cell-a", "leader")).people

    [one] = services.add_all(same, actor=acting(focal), at=NOON)
    assert one.is_unchanged
    refused(
        lambda: services.add_all(more, actor=acting(focal), at=NOON),
        services.RowsRefused,
    )


def test_somebody_of_the_same_name_elsewhere_stays_somebody_else(
    focal, village, beside
):
    read = rows(focal, row("Hoa Bên", "cell-a"))

    [one] = services.add_all(read.people, actor=acting(focal), at=NOON)

    assert one.is_new
    assert one.user != beside
