import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from kheo.core.middleware import CompressPagesMiddleware

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
