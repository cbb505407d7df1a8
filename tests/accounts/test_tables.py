"""People by a table: every wrong cell at once, tried first, twice is once, links once."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from kheo.accounts import services
from kheo.accounts.models import Grant, User
from kheo.accounts.tables import (
    Handout,
    as_workbook,
    links_file,
    people_again,
    plain_rows,
    read_people,
    template_file,
)
from kheo.core.access import SYSTEM, Role
from kheo.core.errors import NotAllowed, RuleBroken
from tests.accounts.make import HEADINGS, acting, administrator, table
from tests.village import NOON, make_user, make_village

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
LAN = ("Nông Thị Lan", "Cán bộ", "", "Cán bộ tổng hợp", "Chi bộ A", "", "01/02/2024")


def read(*rows, **said):
    return read_people(table(*rows, **said), day=TODAY)


def errors(*rows):
    return {error.cell: error.message for error in read(*rows).errors}


def test_a_row_says_person_role_body_reach_and_day():
    village = make_village()

    [clerk, focal] = read(
        LAN, ("Ma Văn Hai", None, "HAI", "focal_point", "khoi", None, None)
    ).people

    assert (clerk.role, clerk.organisation) == (Role.CLERK, village["cell-a"])
    assert (clerk.own_only, clerk.valid_from) == (True, date(2024, 2, 1))
    assert (focal.username, focal.own_only) == ("hai", False)
    assert (focal.role, focal.valid_from) == (Role.FOCAL_POINT, TODAY)


def test_how_far_a_role_reaches_may_be_said():
    make_village()

    [far] = read((*LAN[:5], "Không", None)).people

    assert far.own_only is False


def test_headings_may_be_english():
    make_village()
    headings = (
        *("Full name", "Title", "User name", "Role", "Body", "This body alone", "From"),
    )

    assert len(read(LAN, headings=headings).people) == 1


def test_every_wrong_cell_is_named_at_once():
    make_village()

    found = errors(
        (None, "x", "", "Cán bộ tổng hợp", "cell-a", "", ""),
        ("An", "", "có dấu", "Cán bộ tổng hợp", "Chi bộ", "", ""),
        ("Ba", "", "", "Vua", "không có", "có lẽ", "31/02/2024"),
        ("x" * 201, "", "", "clerk", "trống", "", ""),
    )

    assert set(found) == {*("A2", "C3", "E3", "D4", "E4", "F4", "G4", "A5", "E5")}
    assert "cell-a" in found["E3"]
    assert "cell-b" in found["E3"]


def test_administrators_do_not_come_by_a_table():
    make_village()

    assert set(errors(("An", "", "", "Quản trị tài khoản", "tu", "", ""))) == {"D2"}


def test_csv_is_read_like_excel():
    make_village()
    text = ";".join(HEADINGS) + "\nNông Thị Lan;;;Cán bộ tổng hợp;cell-a;;01/02/2024\n"

    [row] = read_people(text.encode("utf-8-sig"), day=TODAY).people

    assert (row.name, row.valid_from) == ("Nông Thị Lan", date(2024, 2, 1))


def test_a_formula_in_csv_stays_text():
    content = as_workbook(b'Ho ten\n"=HYPERLINK(1)"\n')

    cell = openpyxl.load_workbook(BytesIO(content)).worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", "=HYPERLINK(1)")


def test_signs_that_excel_does_not_hold_are_taken_out_of_csv():
    content = as_workbook(b"Ho ten\nNong\x01 Thi\x0b Lan\n")

    cell = openpyxl.load_workbook(BytesIO(content)).worksheets[0]["A2"]
    assert cell.value == "Nong Thi Lan"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        "đơn".encode("cp1258"),
        b"PK\x03\x04 no zip",
        table(),
        b"x" * 300_000,
        (";".join(HEADINGS) + "\nA" * 1_048_577).encode(),
    ],
    ids=["empty", "nul", "cp1258", "no zip", "no row", "one long field", "too many"],
)
def test_what_is_no_table_of_people_is_refused_with_a_sentence(content):
    make_village()

    with pytest.raises(RuleBroken) as refusal:
        read_people(content, day=TODAY)

    assert refusal.value.message.endswith(".")


def test_a_trial_changes_nothing_and_says_what_would_be():
    make_village()
    people = read(LAN).people

    [done] = services.try_all(people, actor=SYSTEM, at=NOON)

    assert (done.is_new, done.user.username, done.token) == (True, "lannt", "")
    assert not User.objects.exists()
    assert not Grant.objects.exists()


def test_a_table_twice_changes_nothing_the_second_time():
    make_village()
    people = read(
        LAN, ("Ma Văn Hai", "", "", "Lãnh đạo duyệt", "cell-a", "", "")
    ).people
    first = services.add_all(people, actor=SYSTEM, at=NOON)

    again = services.add_all(people, actor=SYSTEM, at=NOON)

    assert [one.is_new for one in first] == [True, True]
    assert all(one.token for one in first)
    assert [one.is_unchanged for one in again] == [True, True]
    assert [one.token for one in again] == ["", ""]
    assert (User.objects.count(), Grant.objects.count()) == (2, 2)


def test_two_rows_of_one_name_at_one_body_are_one_person_with_two_roles():
    make_village()
    people = read(LAN, (*LAN[:3], "Cán bộ xã tiếp nhận hoạt động", *LAN[4:])).people

    first, second = services.add_all(people, actor=SYSTEM, at=NOON)

    assert first.user == second.user
    assert (second.is_new, second.has_new_role) == (False, True)


def test_one_name_at_two_bodies_is_two_people_unless_the_user_name_says_one():
    make_village()
    apart = read(LAN, (*LAN[:4], "cell-b", "", "")).people
    services.add_all(apart, actor=SYSTEM, at=NOON)
    assert User.objects.count() == 2

    one = ("Ma Văn Hai", "", "hai", "clerk")
    together = read((*one, "cell-a", "", ""), (*one, "cell-b", "", "")).people
    services.add_all(together, actor=SYSTEM, at=NOON)

    assert User.objects.get(username="hai").grants.count() == 2


def test_what_the_rules_refuse_comes_back_with_its_cell_and_nothing_is_taken_over():
    make_village()
    make_user("lan", name="Người khác")
    closed = services.add_all(read(LAN).people, actor=SYSTEM, at=NOON)[0].user
    services.deactivate(closed, actor=SYSTEM, at=NOON)
    before = (User.objects.count(), Grant.objects.count())
    held = read(
        ("Nông Thị Lan", "", "lan", "clerk", "cell-b", "", ""),
        LAN,
        ("Ma Văn Hai", "", "", "clerk", "cell-b", "", ""),
    )

    with pytest.raises(services.RowsRefused) as refusal:
        services.add_all(held.people, actor=SYSTEM, at=NOON)

    found = {one.cell: one.message for one in held.errors_of(refusal.value.errors)}
    assert set(found) == {"C2", "A3"}
    assert "Người khác" in found["C2"]
    assert (User.objects.count(), Grant.objects.count()) == before


def test_an_administrator_does_not_come_by_content_through_a_table():
    make_village()
    first = administrator(name="Ma Văn Hai")
    administrator("thu-hai")
    row = ("Ma Văn Hai", "", "quan-tri", "specialist", "tu", "", "")

    with pytest.raises(services.RowsRefused):
        services.add_all(read(row).people, actor=acting(first), at=NOON)

    assert not Grant.objects.filter(role=Role.SPECIALIST).exists()


def test_nobody_else_tries_a_table():
    make_village()

    with pytest.raises(NotAllowed):
        services.try_all(read(LAN).people, actor=acting(make_user()), at=NOON)


def test_rows_survive_the_page_between_trial_and_taking_over():
    make_village()
    people = list(read(LAN).people)

    assert people_again(plain_rows(people)) == people


def test_the_template_can_be_filled_in_and_read():
    make_village()
    book = openpyxl.load_workbook(
        BytesIO(template_file(on=TODAY, is_sample=True)), data_only=True
    )
    sheet = book.worksheets[0]
    for place, value in enumerate(LAN, start=1):
        sheet.cell(3, place, value)
    content = BytesIO()
    book.save(content)

    table_read = read_people(content.getvalue(), day=TODAY)

    assert (len(table_read.people), table_read.errors) == (1, ())
    codes = [row[0].value for row in book.worksheets[2].iter_rows()]
    assert "cell-a" in codes
    assert "Dữ liệu mẫu" in str(sheet["A1"].value).capitalize()


def test_the_links_come_as_text_in_one_file():
    one = Handout("=Lan", "Cán bộ", "lan", "https://x/accounts/invitation/abc/")

    content = links_file([one], until=NOON, on=TODAY, is_sample=False)

    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert {"=Lan", "lan", "https://x/accounts/invitation/abc/"} <= set(values)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
