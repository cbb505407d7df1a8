from uuid import UUID

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from kheo.core.access import Capability
from kheo.documents.models import StoredFile
from kheo.documents.rules import Variant
from kheo.documents.services import store_image, store_paper, withdraw
from kheo.documents.views import file_detail, respond
from tests.documents.make import (
    NOON,
    make_actor,
    make_image,
    make_organisation,
    make_pdf,
)

PHOTO, PAPER = (UUID(int=order) for order in (1, 2))


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def body(db):
    body = make_organisation("a")
    told = {"organisation": body, "actor": make_actor(body), "at": NOON}
    store_image(id=PHOTO, content=make_image(900, 600), name="ảnh làng.jpg", **told)
    store_paper(id=PAPER, content=make_pdf(), name="Báo cáo.pdf", **told)
    return body


def ask(actor, pk=PHOTO, variant=Variant.MAIN, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.actor = actor
    answer = file_detail(request, pk, variant)
    if answer.streaming:
        with answer.file_to_stream:
            answer.body = b"".join(answer)
    return answer


def test_who_may_see_the_body_gets_the_photo_with_safe_headers(body):
    answer = ask(make_actor(body))

    assert answer.status_code == 200
    assert answer.body.startswith(b"\xff\xd8\xff")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_paper_is_offered_for_saving(body):
    answer = ask(make_actor(body), PAPER)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer.body == make_pdf()


def test_a_thumbnail_is_smaller_and_papers_have_none(body):
    whole = ask(make_actor(body)).body
    small = ask(make_actor(body), variant=Variant.THUMBNAIL).body

    assert len(small) < len(whole)
    for pk, variant in ((PAPER, Variant.THUMBNAIL), (PHOTO, "original")):
        with pytest.raises(Http404):
            ask(make_actor(body), pk, variant)


def test_a_stranger_gets_the_same_answer_as_for_no_file(body):
    stranger = make_actor(make_organisation("b"))

    for pk in (PHOTO, PAPER, UUID(int=9)):
        with pytest.raises(Http404):
            ask(stranger, pk)


def test_who_sees_activities_but_no_reports_sees_photos_but_no_papers(body):
    host = make_actor(body, capabilities=(Capability.VIEW_ACTIVITIES,))

    seen = StoredFile.objects.visible_to(host).values_list("pk", flat=True)

    assert list(seen) == [PHOTO]
    with pytest.raises(Http404):
        ask(host, PAPER)


@pytest.mark.django_db(transaction=True)
def test_after_withdrawal_nobody_gets_it_not_even_through_another_page(body):
    actor = make_actor(body)
    file = StoredFile.objects.get(pk=PHOTO)
    etag = ask(actor)["ETag"]

    withdraw(file, actor=actor, at=NOON, reason="x")

    with pytest.raises(Http404):
        ask(actor, **{"If-None-Match": etag})
    with pytest.raises(Http404):
        respond(file, Variant.MAIN)


def test_a_browser_that_has_it_is_told_so(body):
    actor = make_actor(body)
    etag = ask(actor)["ETag"]

    answer = ask(actor, **{"If-None-Match": etag})

    assert answer.status_code == 304
    assert answer["Cache-Control"] == "private, no-cache"


def test_the_day_of_a_file_is_that_of_vietnam(body):
    file = StoredFile.objects.get(pk=PHOTO)

    assert file.on == timezone.localdate(NOON)


def test_files_are_written_for_their_owner_only(body, settings):
    folder = settings.MEDIA_ROOT
    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*.jpg")}

    assert modes == {0o600}
