"""People in the browser: for administrators alone; links once; the closed are out at once."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kheo.accounts import services
from kheo.accounts.models import Grant, Invitation, User
from kheo.audit.models import AuditEntry
from kheo.core.access import SYSTEM, Role
from tests.accounts.make import SINCE, WORDS, administrator, filled, table
from tests.village import make_user, make_village

pytestmark = pytest.mark.django_db
PEOPLE = "/accounts/people/"
ADD = "/accounts/people/add/"
TABLE = "/accounts/people/table/"
LAN = ("Nông Thị Lan", "Cán bộ", "", "Cán bộ tổng hợp", "Chi bộ A", "", "")


@pytest.fixture
def village():
    return make_village()


@pytest.fixture
def keeper(village, client):
    user = administrator()
    client.force_login(user)
    return user


def page(client, user, name="person", **said):
    return client.get(reverse(f"accounts:{name}", args=[user.pk, *said.values()]))


def press(client, user, page, /, **said):
    return client.post(reverse(f"accounts:{page}", args=[user.pk]), said)


def link_in(answer):
    return re.search(r"/accounts/invitation/[\w-]+/", answer.content.decode())[0]


def with_password(user):
    user.set_password(WORDS)
    user.save()
    return user


def at_the_door(username="an", password=WORDS):
    browser = Client()
    said = {"username": username, "password": password}
    assert browser.post("/accounts/sign-in/", said).status_code == 302
    return browser


def is_in(browser):
    return browser.get("/me/").status_code == 200


def upload(client, content, name="bang.xlsx", **said):
    file = SimpleUploadedFile(name, content)
    return client.post(TABLE, {"file": file, **said})


# For administrators alone


@pytest.mark.parametrize("role", ["clerk", "leader", "host", "observer"])
def test_these_pages_are_no_pages_for_who_looks_after_nobody(client, village, role):
    user, other = make_user(), make_user("khac")
    given = services.grant_role(
        user,
        Role(role),
        organisation=village["tu"],
        actor=SYSTEM,
        at=timezone.now(),
        valid_from=SINCE,
    )
    client.force_login(user)
    addresses = [PEOPLE, ADD, TABLE, f"{TABLE}template/", f"{PEOPLE}bodies/"]
    addresses += [f"{PEOPLE}units/"]
    addresses += [f"{PEOPLE}{other.pk}/{rest}" for rest in ("", "change/", "close/")]
    addresses += [f"{PEOPLE}{other.pk}/roles/add/"]
    addresses += [f"{PEOPLE}{user.pk}/roles/{given.pk}/end/"]

    found = {address: client.get(address).status_code for address in addresses}

    assert set(found.values()) == {404}, found
    assert press(client, other, "person_close").status_code == 404
    assert press(client, other, "person_link").status_code == 404
    other.refresh_from_db()
    assert other.is_active
    assert "/accounts/people/" not in client.get("/").content.decode()


def test_the_menu_and_the_first_page_lead_an_administrator_there(client, keeper):
    text = client.get("/").content.decode()

    assert text.count(f'href="{PEOPLE}"') >= 2
    assert ADD in text
    assert TABLE in text


# Somebody new


def test_a_new_person_gets_a_link_that_is_shown_once(client, keeper):
    form = filled()

    answer = client.post(ADD, form)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    user = User.objects.get(username="lannt")
    assert page(client, user).content.decode().count("invitation/") == 0
    assert Client().get(link_in(answer)).status_code == 200
    again = client.post(ADD, form)
    assert again.status_code == 302
    assert User.objects.count() == 2


def test_the_text_to_send_names_nobody_and_no_body(client, keeper):
    answer = client.post(ADD, filled())

    text = re.search(
        r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.DOTALL
    )[1]
    assert "http" in text
    for told in ("Lan", "lannt", "Chi bộ", "Cán bộ"):
        assert told not in text


def test_where_several_bodies_fit_one_is_chosen(client, keeper, village):
    form = filled(organisation="chi bo")

    asked = client.post(ADD, form)

    assert asked.status_code == 422
    assert not User.objects.filter(username="lannt").exists()
    text = asked.content.decode()
    assert text.count('name="body"') == 3
    assert "Hãy chọn bên dưới" in text
    chosen = client.post(ADD, form | {"body": "cell-b"})
    assert chosen.status_code == 200
    assert Grant.objects.get(role="clerk").organisation == village["cell-b"]


def test_a_choice_that_was_not_offered_is_none(client, keeper):
    answer = client.post(ADD, filled(organisation="chi bo", body="tu"))

    assert answer.status_code == 422
    assert not Grant.objects.filter(role="clerk").exists()


def test_bodies_are_offered_while_typing(client, keeper):
    found = client.get(f"{PEOPLE}bodies/", {"organisation": "chi bo"})

    assert found.content.decode().count('type="radio"') == 3
    assert (
        "radio"
        not in client.get(f"{PEOPLE}bodies/", {"organisation": "c"}).content.decode()
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "bắt buộc"),
        ({"organisation": ""}, "Hãy chọn tổ chức"),
        ({"organisation": "không có"}, "Không có tổ chức nào"),
        ({"username": "có dấu"}, "chữ không dấu"),
        ({"username": "quan-tri"}, "đã có người dùng"),
        ({"valid_to": "01/01/2020"}, "Ngày cuối cùng"),
        ({"tree": "front"}, "không thuộc hệ thống"),
        ({"role": "administrator"}, "toàn hệ thống"),
        ({"role": "king"}, "king"),
        ({"name": "x" * 201}, "200"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_is_made(
    client, keeper, said, sentence
):
    answer = client.post(ADD, filled(**said))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "Cán bộ tổng hợp" in text, "what was typed stays"
    assert User.objects.count() == 1


def test_on_a_sample_site_the_new_are_sample_people_without_one_click(client, keeper):
    services.open_site(is_sample=False, at=timezone.now())
    from kheo.accounts.models import Site

    Site.objects.update(is_sample=True)

    answer = client.post(ADD, filled())

    user = User.objects.get(username="lannt")
    assert user.is_sample
    assert "lannt" not in Client().get("/accounts/sign-in/").content.decode()
    one_click = reverse("accounts:sign_in_sample", args=["lannt"])
    assert Client().post(one_click).status_code == 404
    said = {"password": WORDS, "again": WORDS}
    assert Client().post(link_in(answer), said).status_code == 302
    assert is_in(at_the_door("lannt"))


# One person


def test_a_page_of_a_person_tells_roles_and_history_in_words(client, keeper, village):
    user = make_user("lan", name="Nông Thị Lan")
    press(
        client,
        user,
        "grant_add",
        role="specialist",
        organisation="ban",
        own_only="below",
        tree="party",
        valid_from="01/07/2025",
    )

    text = page(client, user).content.decode()

    assert "Chuyên viên tại Ban Dân vận, cùng các cấp dưới, từ 01/07/2025." in text
    assert "quan-tri · giao vai trò" in re.sub(r"\s+", " ", text).replace("đã ", "")


def test_a_role_ends_on_the_day_that_is_said(client, keeper, village):
    user = make_user()
    given = services.grant_role(
        user,
        Role.CLERK,
        organisation=village["cell-a"],
        actor=SYSTEM,
        at=timezone.now(),
        valid_from=SINCE,
    )
    address = reverse("accounts:grant_end", args=[user.pk, given.pk])
    assert client.get(address).status_code == 200

    assert client.post(address, {"on": "31/02/2030"}).status_code == 422
    assert client.post(address, {"on": "01/02/2030"}).status_code == 302

    given.refresh_from_db()
    assert given.valid_to.isoformat() == "2030-02-01"
    other = reverse("accounts:grant_end", args=[keeper.pk, given.pk])
    assert client.get(other).status_code == 404, "another person's role"


def test_who_is_closed_is_out_at_once_and_stays_out_when_reopened(client, keeper):
    user = with_password(make_user())
    browser = at_the_door()
    assert is_in(browser)

    press(client, user, "person_close")

    assert not is_in(browser)
    said = {"username": "an", "password": WORDS}
    assert Client().post("/accounts/sign-in/", said).status_code == 422
    press(client, user, "person_reopen")
    assert not is_in(browser), "the old session is dead for good"
    assert is_in(at_the_door())


def test_the_last_administrator_reads_why_he_cannot_close_himself(client, keeper):
    text = page(client, keeper, "person_close").content.decode()

    assert "cuối cùng" in text
    assert press(client, keeper, "person_close").status_code == 409
    keeper.refresh_from_db()
    assert keeper.is_active
    assert is_in(client)


def test_an_administrator_who_wants_content_is_sent_to_the_other(client, keeper):
    administrator("thu-hai")

    answer = press(
        client,
        keeper,
        "grant_add",
        role="specialist",
        organisation="tu",
        own_only="below",
        tree="party",
        valid_from="01/01/2024",
    )

    assert answer.status_code == 422
    assert "tự giao" in answer.content.decode()
    assert keeper.grants.count() == 1


def test_a_locked_person_is_let_in_again(client, keeper):
    user = with_password(make_user())
    door = Client()
    for spelling in ("an", "An", "AN", " an") * 3:
        door.post("/accounts/sign-in/", {"username": spelling, "password": "sai"})
    said = {"username": "an", "password": WORDS}
    assert door.post("/accounts/sign-in/", said).status_code == 429
    assert "tạm khóa" in page(client, user).content.decode()

    press(client, user, "person_unlock")

    assert door.post("/accounts/sign-in/", said).status_code == 302


def test_a_new_link_is_shown_and_the_old_one_dies(client, keeper):
    user = make_user()
    old = link_in(press(client, user, "person_link"))

    new = link_in(press(client, user, "person_link"))

    assert Client().get(old).status_code == 409
    assert Client().get(new).status_code == 200


def test_a_link_of_a_closed_account_opens_nothing(client, keeper):
    user = make_user()
    link = link_in(press(client, user, "person_link"))

    press(client, user, "person_close")

    said = {"password": WORDS, "again": WORDS}
    assert Client().post(link, said).status_code == 409
    user.refresh_from_db()
    assert not user.has_usable_password() or user.password == ""


def test_a_name_is_corrected(client, keeper):
    user = make_user()

    assert press(client, user, "person_change", name="", title="x").status_code == 422
    assert (
        press(client, user, "person_change", name="An Mới", title="").status_code == 302
    )

    user.refresh_from_db()
    assert user.name == "An Mới"


def test_the_list_narrows_and_says_what_to_do_when_nobody_fits(client, keeper):
    make_user("lan", name="Nông Thị Lan", folded="nong thi lan lan")

    found = client.get(PEOPLE, {"q": "nong"}).content.decode()
    nobody = client.get(PEOPLE, {"q": "không ai cả"}).content.decode()

    assert "Nông Thị Lan" in found
    assert "Không có ai phù hợp" in nobody
    assert client.get(PEOPLE, {"state": "x"}).status_code == 422


# Many by a table


def test_a_table_is_tried_then_taken_over_then_its_links_come_in_one_file(
    client, keeper, village
):
    tried = upload(client, table(LAN))
    assert tried.status_code == 200
    assert User.objects.count() == 1
    rows = re.search(r'name="rows" value="([^"]+)"', tried.content.decode())[1]

    done = client.post(f"{TABLE}apply/", {"rows": rows})

    assert done["Cache-Control"] == "no-store"
    user = User.objects.get(username="lannt")
    assert user.grants.get().organisation == village["cell-a"]
    sealed = re.search(r'name="links" value="([^"]+)"', done.content.decode())[1]
    file = client.post(f"{TABLE}links/", {"links": sealed})
    sheet = openpyxl.load_workbook(BytesIO(file.content)).worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    [link] = [cell for cell in cells if "/invitation/" in cell]
    path = "/" + link.split("/", 3)[3]
    assert Client().get(path).status_code == 200
    again = client.post(f"{TABLE}apply/", {"rows": rows})
    assert "invitation/" not in again.content.decode()
    assert User.objects.count() == 2


def test_a_wrong_table_lists_its_cells_or_comes_back_marked(client, keeper):
    wrong = table(LAN, ("An", "", "", "Vua", "Chi bộ A", "", ""))

    listed = upload(client, wrong)
    marked = upload(client, wrong, give_back="1")

    assert listed.status_code == marked.status_code == 422
    assert "<strong>D3</strong>" in listed.content.decode()
    sheet = openpyxl.load_workbook(BytesIO(marked.content)).worksheets[0]
    assert sheet["D3"].comment is not None
    assert User.objects.count() == 1


def test_a_file_that_is_no_table_says_so_beside_the_field(client, keeper):
    answer = upload(client, b"\x89PNG\x00", name="anh.xlsx")

    assert answer.status_code == 422
    assert "không phải" in answer.content.decode()


def test_rows_of_somebody_else_or_from_yesterday_are_refused(client, keeper, village):
    tried = upload(client, table(LAN)).content.decode()
    rows = re.search(r'name="rows" value="([^"]+)"', tried)[1]
    other = Client()
    other.force_login(administrator("thu-hai"))

    assert other.post(f"{TABLE}apply/", {"rows": rows}).status_code == 409
    assert client.post(f"{TABLE}apply/", {"rows": rows + "x"}).status_code == 409
    assert client.post(f"{TABLE}apply/").status_code == 409
    assert not User.objects.filter(username="lannt").exists()


def test_the_template_comes_as_a_workbook(client, keeper):
    answer = client.get(f"{TABLE}template/")

    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert [cell.value for cell in book.worksheets[0][1]][:2] == [
        *("Họ và tên", "Chức danh")
    ]


# The first administrator


def test_a_real_site_begins_with_a_link_and_no_second_one_once_it_is_used():
    now = timezone.now()
    first = services.invite_first_administrator(at=now)
    second = services.invite_first_administrator(at=now)

    assert first.user == second.user
    assert User.objects.count() == 1
    old = reverse("accounts:invitation", args=[first.token])
    new = reverse("accounts:invitation", args=[second.token])
    said = {"password": WORDS, "again": WORDS}
    browser = Client()
    assert browser.post(old, said).status_code == 409
    assert browser.post(new, said).status_code == 302
    assert browser.get(PEOPLE).status_code == 200
    assert services.invite_first_administrator(at=timezone.now()) is None


def test_a_sample_asks_for_no_first_administrator():
    services.open_site(is_sample=True, at=timezone.now())

    assert services.invite_first_administrator(at=timezone.now()) is None
    assert not User.objects.exists()


# New links for several people at once

AGAIN = "/accounts/people/links/"


def waiting(*usernames):
    people = [make_user(name, name=f"Người {name}") for name in usernames]
    for user in people:
        user.set_unusable_password()
        user.save()
        services.invite(user, actor=SYSTEM, at=timezone.now())
    return people


def test_the_marked_get_fresh_links_and_slips_and_the_old_links_die(client, keeper):
    lan, mai, hoa = waiting("lan", "mai", "hoa")
    old = services.invite(lan, actor=SYSTEM, at=timezone.now())
    kept = services.invite(hoa, actor=SYSTEM, at=timezone.now())

    answer = client.post(AGAIN, {"person": [lan.pk, mai.pk]})

    shown = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert shown.count('class="link-slip"') == 2
    assert "Người hoa" not in shown
    assert Client().get(f"/accounts/invitation/{old}/").status_code == 409
    assert Client().get(f"/accounts/invitation/{kept}/").status_code == 200
    fresh = set(re.findall(r"/accounts/invitation/[\w-]+/", shown))
    assert len(fresh) == 2
    assert all(Client().get(link).status_code == 200 for link in fresh)
    made = AuditEntry.objects.filter(verb="user.invite", actor=keeper)
    assert {entry.subject_id for entry in made} == {str(lan.pk), str(mai.pk)}


def test_the_links_can_be_taken_as_a_workbook(client, keeper):
    waiting("lan", "mai")
    people = User.objects.filter(username__in=["lan", "mai"])
    shown = client.post(AGAIN, {"person": [one.pk for one in people]})
    sealed = re.search(r'name="links" value="([^"]+)"', shown.content.decode())[1]

    file = client.post(reverse("accounts:table_links"), {"links": sealed})

    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(BytesIO(file.content)).worksheets[0].rows
        for cell in row
    ]
    assert {"lan", "mai"} <= set(cells)


def test_whoever_has_a_password_or_a_closed_account_is_left_out_and_untouched(
    client, keeper
):
    [lan, gone] = waiting("lan", "gone")
    able = with_password(make_user("able", name="Người able"))
    services.deactivate(gone, actor=SYSTEM, at=timezone.now())
    before = Invitation.objects.exclude(user=lan).count()

    answer = client.post(AGAIN, {"person": [lan.pk, able.pk, gone.pk, 999999]})

    shown = answer.content.decode()
    assert shown.count('class="link-slip"') == 1
    assert "Người able" in shown
    assert "Người gone" in shown
    assert Invitation.objects.exclude(user=lan).count() == before
    assert is_in(at_the_door("able"))


def test_nobody_marked_makes_no_link(client, keeper):
    waiting("lan")
    before = Invitation.objects.count()

    answer = client.post(AGAIN, {"person": ["x"]})

    assert answer.status_code == 302
    assert Invitation.objects.count() == before


def test_only_who_needs_a_link_can_be_marked_and_all_at_once(client, keeper):
    [lan] = waiting("lan")
    able = with_password(make_user("able"))

    shown = client.get(PEOPLE).content.decode()
    marked = client.get(f"{PEOPLE}?mark=all").content.decode()

    assert f'value="{lan.pk}"' in shown
    assert f'value="{able.pk}"' not in shown
    assert "checked" not in shown
    assert "checked" in marked


@pytest.mark.parametrize("role", ["clerk", "leader", "observer"])
def test_nobody_else_makes_links_for_many(client, village, role):
    [lan] = waiting("lan")
    user = make_user()
    services.grant_role(
        user,
        Role(role),
        organisation=village["khoi"],
        actor=SYSTEM,
        at=timezone.now(),
        valid_from=SINCE,
    )
    client.force_login(user)
    before = Invitation.objects.count()

    assert client.post(AGAIN, {"person": [lan.pk]}).status_code == 404

    assert Invitation.objects.count() == before
