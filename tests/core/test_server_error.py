"""What is shown when the system itself fails: in the house's look, in both languages."""

from django.test import RequestFactory
from django.views.defaults import server_error


def test_the_page_of_a_failure_has_the_look_and_both_languages():
    answer = server_error(RequestFactory().get("/"))

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "kheo/kheo" in page
    assert "Hệ thống gặp lỗi" in page
    assert "Something went wrong on our side" in page
    assert 'lang="en"' in page
