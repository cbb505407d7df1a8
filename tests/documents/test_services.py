import io
import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connections, transaction
from PIL import Image

from kheo.audit.models import AuditEntry
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.documents import rules, services
from kheo.documents.models import FileKind, StoredFile
from kheo.documents.rules import Variant
from kheo.documents.services import (
    erase_withdrawn,
    store_image,
    store_paper,
    withdraw,
)
from tests.documents.make import (
    NOON,
    make_actor,
    make_image,
    make_located_image,
    make_organisation,
    make_pdf,
)
from tests.real_database import on_disk

ID = UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
OTHER_ID = UUID("7f9619ff-8b86-d011-b42d-00cf4fc964ff")


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def send(body, content, *, name="ảnh.jpg", file_id=ID, actor=None, store=store_image):
    return store(
        id=file_id,
        content=content,
        name=name,
        organisation=body,
        actor=actor or make_actor(body),
        at=NOON,
    )


def bytes_of(file, variant=Variant.MAIN):
    with default_storage.open(file.path(variant)) as stream:
        return stream.read()


@pytest.mark.django_db
def test_a_photo_is_kept_upright_and_without_a_trace_of_the_camera():
    sent = make_located_image()
    assert b"SecretPhone" in sent

    file = send(make_organisation("a"), sent)

    kept = bytes_of(file)
    picture = Image.open(io.BytesIO(kept))
    assert (picture.format, picture.size) == ("JPEG", (300, 400))
    assert (file.width, file.height, file.size) == (300, 400, len(kept))
    assert dict(picture.getexif()) == {}
    assert "exif" not in picture.info
    assert b"SecretPhone" not in kept
    assert b"SecretPhone" not in bytes_of(file, Variant.THUMBNAIL)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_large_photos_are_bounded_and_get_a_thumbnail(kind):
    file = send(make_organisation("a"), make_image(3000, 1500, kind=kind))

    thumbnail = Image.open(io.BytesIO(bytes_of(file, Variant.THUMBNAIL)))
    assert (file.width, file.height) == (2048, 1024)
    assert thumbnail.size == (480, 240)
    assert file.media_type == "image/jpeg"


@pytest.mark.django_db
def test_a_file_of_several_pictures_gives_its_first():
    target = io.BytesIO()
    first, second = Image.new("RGB", (40, 20), "red"), Image.new("RGB", (20, 40))
    first.save(target, "MPO", save_all=True, append_images=[second])

    file = send(make_organisation("a"), target.getvalue())

    assert (file.width, file.height) == (40, 20)


@pytest.mark.django_db
def test_transparent_parts_become_white():
    clear = make_image(40, 40, kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))

    file = send(make_organisation("a"), clear)

    assert Image.open(io.BytesIO(bytes_of(file))).getpixel((5, 5)) == (255, 255, 255)


def _cut(content):
    return content[: len(content) // 2]


def _noise(width, height):
    pixels = random.Random(1).randbytes(width * height * 3)
    target = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(target, "JPEG")
    return target.getvalue()


def _huge_png():
    """60 megapixels in a few hundred bytes of header and nothing else."""
    header = struct.pack(">IIBBBBB", 10_000, 6_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    end = b"\x00\x00\x00\x00IEND\xaeB`\x82"
    return b"\x89PNG\r\n\x1a\n" + body + b"\x00\x00\x00\x00IDAT5\xaf\x06\x1e" + end


BAD_IMAGES = {
    "zero bytes": (b"", "a.jpg", "0 bytes"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 400, "a.jpg", "not a photo"),
    "a PDF": (b"%PDF-1.7\n" + b"x" * 100 + b"%%EOF", "a.jpg", "not a photo"),
    "words": (b"xin ch\xc3\xa0o", "a.png", "not a photo"),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "not a photo"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" * 4, "a.heic", "HEIC"),
    "named .pdf": (make_image(), "a.pdf", "named .pdf"),
    "cut JPEG": (_cut(_noise(200, 200)), "a.jpg", "not complete"),
    "cut PNG": (_cut(make_image(900, 900, kind="PNG")), "a.png", "not complete"),
    "60 megapixels": (_huge_png(), "a.png", "50 million"),
    "only a header": (b"\xff\xd8\xff" + b"\x00" * 50, "a.jpg", "could not be read"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD_IMAGES, ids=list(BAD_IMAGES))
def test_what_is_no_photo_is_refused_with_its_reason_and_nothing_is_kept(case):
    content, name, sentence = BAD_IMAGES[case]
    body = make_organisation("a")

    with pytest.raises(RuleBroken, match=sentence) as refused:
        send(body, content, name=name)

    assert refused.value.field == "file"
    assert not StoredFile.objects.exists()
    assert not default_storage.exists("stored")


@pytest.mark.django_db
def test_too_large_files_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(services, "LARGEST_IMAGE", 100)

    with pytest.raises(RuleBroken, match="larger than 20 MB"):
        send(make_organisation("a"), make_image())


@pytest.mark.django_db
def test_a_signed_pdf_is_kept_byte_by_byte():
    sent = make_pdf(pages=3)

    file = send(
        make_organisation("a"), sent, name="Báo cáo đã ký.pdf", store=store_paper
    )

    assert bytes_of(file) == sent
    assert (file.kind, file.media_type) == (FileKind.PAPER, "application/pdf")
    assert file.name == "Báo cáo đã ký.pdf"


@pytest.mark.django_db
def test_a_scan_is_made_anew_at_the_size_of_a_page():
    file = send(
        make_organisation("a"),
        make_image(5000, 4000),
        name="scan.jpg",
        store=store_paper,
    )

    assert (file.kind, file.media_type) == (FileKind.PAPER, "image/jpeg")
    assert file.width == 3508


BAD_PAPERS = {
    "zero bytes": (b"", "a.pdf", "0 bytes"),
    "a picture named .pdf": (make_image(), "a.PDF", "named .pdf"),
    "a program named .pdf": (b"MZ" + b"\x00" * 99, "a.pdf", "neither a PDF"),
    "cut": (make_pdf()[:-20], "a.pdf", "not complete"),
    "locked": (make_pdf(password="x"), "a.pdf", "password"),
    "with a program": (make_pdf(script="app.alert(1)"), "a.pdf", "program"),
    "with an attachment": (make_pdf(attachment=b"x"), "a.pdf", "attached"),
    "nonsense": (b"%PDF-1.7\n" + b"x" * 99 + b"%%EOF", "a.pdf", "could not be read"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD_PAPERS, ids=list(BAD_PAPERS))
def test_what_is_no_signed_paper_is_refused_with_its_reason(case):
    content, name, sentence = BAD_PAPERS[case]
    body = make_organisation("a")

    with pytest.raises(RuleBroken, match=sentence):
        send(body, content, name=name, store=store_paper)

    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_the_same_photo_sent_twice_is_one_file():
    body, content = make_organisation("a"), make_image()

    first, again = send(body, content), send(body, content)

    assert first == again
    assert StoredFile.objects.count() == 1
    assert AuditEntry.objects.filter(verb="file.store").count() == 1


@pytest.mark.django_db
def test_an_id_already_used_for_another_photo_or_body_is_refused():
    body, other = make_organisation("a"), make_organisation("b")
    kept = send(body, make_image())

    with pytest.raises(Conflict):
        send(body, make_image(colour="red"))
    with pytest.raises(Conflict):
        send(other, make_image())

    assert list(StoredFile.objects.all()) == [kept]
    assert bytes_of(kept)


@pytest.mark.django_db
def test_a_stranger_may_not_store_or_withdraw():
    body, other = make_organisation("a"), make_organisation("b")
    stranger = make_actor(other)
    kept = send(body, make_image())

    with pytest.raises(NotAllowed):
        send(body, make_image(), file_id=OTHER_ID, actor=stranger)
    with pytest.raises(NotAllowed):
        withdraw(kept, actor=stranger, at=NOON, reason="x")

    kept.refresh_from_db()
    assert kept.withdrawn_at is None
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawing_removes_the_bytes_and_keeps_the_reason():
    body = make_organisation("a")
    actor, file = make_actor(body), send(body, make_image())
    paths = [file.path(variant) for variant in Variant]
    assert all(default_storage.exists(path) for path in paths)

    withdraw(file, actor=actor, at=NOON, reason="Người trong ảnh rút đồng ý")
    withdraw(file, actor=actor, at=NOON, reason="lần hai")

    assert not any(default_storage.exists(path) for path in paths)
    file.refresh_from_db()
    assert file.withdrawn_reason == "Người trong ảnh rút đồng ý"
    assert file.erased_at == NOON
    assert AuditEntry.objects.filter(verb="file.withdraw").count() == 1


@pytest.mark.django_db
def test_withdrawing_needs_a_reason():
    body = make_organisation("a")
    file = send(body, make_image())

    with pytest.raises(RuleBroken, match="Say why"):
        withdraw(file, actor=make_actor(body), at=NOON, reason=" ")

    assert default_storage.exists(file.path())


@pytest.mark.django_db(transaction=True)
def test_bytes_left_behind_by_a_crash_are_found_and_erased():
    file = send(make_organisation("a"), make_image())
    StoredFile.objects.update(withdrawn_at=NOON, withdrawn_reason="x")
    assert default_storage.exists(file.path())

    assert erase_withdrawn(at=NOON) == 1
    assert erase_withdrawn(at=NOON) == 0
    assert not default_storage.exists(file.path())


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_rolled_back_keeps_the_bytes():
    body = make_organisation("a")
    file = send(body, make_image())

    with transaction.atomic():
        withdraw(file, actor=make_actor(body), at=NOON, reason="x")
        transaction.set_rollback(True)

    assert default_storage.exists(file.path())
    assert StoredFile.objects.kept().count() == 1


@pytest.fixture
def _on_disk(transactional_db, tmp_path):
    with on_disk(tmp_path):
        yield


@pytest.mark.usefixtures("_on_disk")
def test_four_clients_with_one_photo_and_id_make_one_file():
    body, content = make_organisation("a"), make_image()

    def one_client(_order):
        try:
            return send(body, content).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one_client, range(4)))

    assert answers == [ID] * 4
    assert StoredFile.objects.count() == 1
    assert bytes_of(StoredFile.objects.get())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ảnh làng.jpg", "ảnh làng.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\a\\x.exe", "x.jpg"),
        ("a\r\nSet-Cookie: b.jpg", "a Set-Cookie b.jpg"),
        ("<script>.jpg", "script.jpg"),
        ("....", "file.jpg"),
        ("", "file.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_names_keep_their_words_and_nothing_else(given, kept):
    assert rules.safe_name(given, "image/jpeg") == kept


def test_a_path_knows_nothing_of_the_name():
    path = rules.path_of(ID, "ab" * 32, "application/pdf", Variant.MAIN)

    assert path == f"stored/6f/{ID.hex}/abababababababab-main.pdf"
