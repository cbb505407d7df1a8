"""One's own account: roles in words, another password, signing out everywhere."""

import pytest
from django.test import Client

from kheo.accounts import services
from kheo.core.access import SYSTEM, Role
from tests.accounts.make import SINCE, WORDS
from tests.village import NOON, make_user, make_village

pytestmark = pytest.mark.django_db
NEW = "một câu khác hẳn của tôi"


@pytest.fixture
def user():
    one = make_user(name="Nông Thị Lan")
    one.set_password(WORDS)
    one.save()
    return one


def signed_in():
    browser = Client()
    said = {"username": "an", "password": WORDS}
    assert browser.post("/accounts/sign-in/", said).status_code == 302
    return browser


def is_in(browser):
    return browser.get("/me/").status_code == 200


def change(browser, old=WORDS, password=NEW, again=NEW):
    said = {"old": old, "password": password, "again": again}
    return browser.post("/me/password/", said)


def test_everybody_reads_what_he_may_do_where(user):
    village = make_village()
    services.grant_role(
        user,
        Role.CLERK,
        organisation=village["cell-a"],
        actor=SYSTEM,
        at=NOON,
        valid_from=SINCE,
        own_only=True,
    )

    text = signed_in().get("/me/").content.decode()

    assert "Cán bộ tổng hợp tại Chi bộ A, riêng cấp này, từ 01/01/2020." in text
    assert "soạn báo cáo" in text
    assert "duyệt số liệu báo cáo" not in text
    assert "/activities/calendar/feeds/" in text


def test_the_header_leads_there(user):
    assert 'href="/me/"' in signed_in().get("/").content.decode()


def test_another_password_ends_the_other_sessions_and_not_this_one(user):
    here, there = signed_in(), signed_in()

    assert change(here).status_code == 302

    assert is_in(here)
    assert not is_in(there)
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"old": "sai"}, "Mật khẩu cũ không đúng."),
        ({"again": "khác"}, "Hai lần nhập không giống nhau."),
        ({"password": "ngắn", "again": "ngắn"}, "10"),
        ({"password": "nong thi lan", "again": "nong thi lan"}, "giống"),
    ],
)
def test_a_refused_password_changes_nothing(user, said, sentence):
    here, there = signed_in(), signed_in()
    if "lan" in said.get("password", ""):
        user.name = "nong thi lan"
        user.save()

    answer = change(here, **said)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert is_in(there)
    user.refresh_from_db()
    assert user.check_password(WORDS)


def test_guessing_the_old_password_locks_as_at_the_door(user):
    browser = signed_in()
    statuses = [change(browser, old=f"đoán {n}").status_code for n in range(10)]

    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert change(browser).status_code == 429
    user.refresh_from_db()
    assert user.check_password(WORDS)


def test_signing_out_everywhere_ends_every_session(user):
    here, there = signed_in(), signed_in()

    assert here.post("/me/sign-out-everywhere/").status_code == 302

    assert not is_in(here)
    assert not is_in(there)
    assert is_in(signed_in())
