"""Signing in: by password, by one click on a sample, never from outside."""

import pytest
from django.urls import reverse

from kheo.accounts import services
from kheo.core.access import SYSTEM
from tests.village import NOON, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"


def sample_user():
    services.open_site(is_sample=True, at=NOON)
    return services.add_user(
        username="mau", name="Mẫu", actor=SYSTEM, at=NOON, is_sample=True
    )


def test_signing_in_with_a_password(client):
    user = make_user()
    user.set_password("một câu của riêng tôi")
    user.save()

    said = {"username": "an", "password": "một câu của riêng tôi"}
    answer = client.post(SIGN_IN, said)

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_password_says_nothing_about_the_account(client):
    make_user()

    known = client.post(SIGN_IN, {"username": "an", "password": "sai"})
    unknown = client.post(SIGN_IN, {"username": "ba", "password": "sai"})

    assert known.status_code == unknown.status_code == 422
    sentence = "Tên đăng nhập hoặc mật khẩu không đúng."
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()


def test_many_wrong_passwords_lock_for_a_while(client):
    make_user()
    for _attempt in range(8):
        client.post(SIGN_IN, {"username": "an", "password": "sai"})

    answer = client.post(SIGN_IN, {"username": "an", "password": "sai"})

    assert answer.status_code == 429


def test_a_hundred_guessed_passwords_let_nobody_in(client):
    user = make_user()
    user.set_password("mot mat khau dai")
    user.save()
    statuses = [
        client.post(SIGN_IN, {"username": "an", "password": f"doan {n}"}).status_code
        for n in range(100)
    ]

    answer = client.post(SIGN_IN, {"username": "an", "password": "mot mat khau dai"})

    assert statuses[0] == 422
    assert set(statuses[8:]) == {429}
    assert answer.status_code == 429, "the right one comes too late as well"
    assert "_auth_user_id" not in client.session
    elsewhere = {"username": "an", "password": "mot mat khau dai"}
    assert client.post(SIGN_IN, elsewhere, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_one_click_on_a_sample_site(client):
    user = sample_user()

    page = client.get(SIGN_IN).content.decode()
    answer = client.post(reverse("accounts:sign_in_sample", args=["mau"]))

    assert "Mẫu" in page
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
    ],
)
def test_one_click_is_for_this_machine_alone(client, headers):
    sample_user()

    page = client.get(SIGN_IN, **headers).content.decode()
    answer = client.post(reverse("accounts:sign_in_sample", args=["mau"]), **headers)

    assert "Mẫu" not in page
    assert answer.status_code == 404


def test_no_one_click_on_a_real_site(client):
    make_user("mau", is_sample=True)
    services.open_site(is_sample=False, at=NOON)

    answer = client.post(reverse("accounts:sign_in_sample", args=["mau"]))

    assert answer.status_code == 404


def test_the_invitation_page_sets_the_password_once(client, django_user_model):
    user = make_user()
    token = services.invite(user, actor=SYSTEM, at=_now())
    path = reverse("accounts:invitation", args=[token])
    words = "một câu của riêng tôi"

    assert client.get(path).status_code == 200
    differing = client.post(path, {"password": words, "again": "khác"})
    assert differing.status_code == 422
    short = client.post(path, {"password": "1x", "again": "1x"})
    assert short.status_code == 422
    assert short.context["form"].errors == {"password": ["Mật khẩu này quá ngắn."]}
    assert client.post(path, {"password": words, "again": words}).status_code == 302
    assert client.get(path).status_code == 409
    assert django_user_model.objects.get().check_password(words)


def _now():
    from django.utils import timezone

    return timezone.now()
