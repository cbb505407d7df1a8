import gzip

import pytest
from django.http import Http404, HttpResponse, StreamingHttpResponse

from kheo.core.middleware import CompressPagesMiddleware, WithoutNulMiddleware
from tests.village import make_user

LONG = b"<p>" + "Nhân dân ".encode() * 400


def passed(rf, answer):
    request = rf.get("/", headers={"accept-encoding": "gzip"})
    return CompressPagesMiddleware(lambda _request: answer)(request)


def test_a_page_travels_compressed_and_whole(rf):
    answer = passed(rf, HttpResponse(LONG))

    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == LONG
    assert len(answer.content) < len(LONG) / 5


@pytest.mark.parametrize("kind", ["image/jpeg", "application/pdf"])
def test_what_is_compressed_already_stays_as_it_is(rf, kind):
    answer = passed(rf, StreamingHttpResponse([LONG], content_type=kind))

    assert "Content-Encoding" not in answer


def cleaned(request):
    middleware = WithoutNulMiddleware(lambda _request: HttpResponse())
    middleware(request)
    middleware.process_view(request, None, (), {})
    return request


@pytest.mark.parametrize("query", ["q=a%00b&year=2024", "q=a\x00b&year=2024"])
def test_a_nul_in_a_question_is_taken_away_and_nothing_else(rf, query):
    request = rf.get("/")
    request.META["QUERY_STRING"] = query

    assert cleaned(request).GET.dict() == {"q": "ab", "year": "2024"}
    assert "%00" not in request.get_full_path()


def test_a_nul_hidden_in_another_is_taken_away_too(rf):
    request = rf.get("/")
    request.META["QUERY_STRING"] = "q=%0%000"

    assert "\x00" not in cleaned(request).GET["q"]


def test_what_was_typed_keeps_all_but_the_nul(rf):
    sent = {"note": "Nhân\x00 dân", "pick": ["1", "2\x00"], "whole": " như cũ "}

    typed = cleaned(rf.post("/", sent)).POST

    assert typed["note"] == "Nhân dân"
    assert typed.getlist("pick") == ["1", "2"]
    assert typed["whole"] == " như cũ "


def test_an_address_with_a_nul_is_no_page(rf):
    with pytest.raises(Http404):
        cleaned(rf.get("/calendar/a%00b/"))


@pytest.mark.django_db
def test_an_address_that_takes_a_step_says_so_when_it_is_opened(client):
    client.force_login(make_user())
    client.cookies["django_language"] = "en"

    answer = client.get("/reports/desk/accept/")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "only carries out a step" in answer.content.decode()
    assert 'href="/"' in answer.content.decode()
