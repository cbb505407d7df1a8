"""A form sent after signing in again is refused with a sentence, not a bare page."""

from django.test import Client


def test_a_stale_form_is_refused_in_the_readers_language(db):
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "vi"})
    answer = browser.post("/accounts/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Chưa có gì được lưu" in answer.content.decode()
    assert "CSRF verification" not in answer.content.decode()
