"""Files of every kind give the same reading; bad files give a sentence."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from PIL import Image

from kheo.directives.reading import read
from kheo.directives.reading.extract import Unreadable, limits, load

HEAD = (
    "TỈNH ỦY LÂM SƠN\nBAN DÂN VẬN\n*\nSố 12-KH/BDVTU",
    "ĐẢNG CỘNG SẢN VIỆT NAM\n\nLâm Sơn, ngày 03 tháng 4 năm 2023",
)
FOOT = (
    "Nơi nhận:\n- Thường trực Tỉnh ủy (b/c),\n- Các huyện ủy,\n- Lưu.",
    "K/T TRƯỞNG BAN\nPHÓ TRƯỞNG BAN\n\nĐinh Văn Phúc",
)
BODY = (
    "KẾ HOẠCH",
    "tổ chức hội thi năm 2023",
    "Thực hiện Kế hoạch số 05-KH/TU, ngày 10/01/2023 của Ban Thường vụ Tỉnh ủy, Ban Dân vận xây dựng kế hoạch như sau:",
)
ITEMS = (
    "Mục đích chung.",
    "Các huyện ủy gửi danh sách về Ban Dân vận Tỉnh ủy trước ngày 20/5/2023.",
)
ROWS = (
    ("TT", "Nội dung", "Đơn vị thực hiện", "Thời gian"),
    ("1", "Tập huấn", "Phòng Đoàn thể", "Tháng 5/2023"),
)


def needs(program):
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"{program} is not on this machine"
    )


@pytest.fixture
def word(tmp_path):
    """A plan in Word: head and foot in tables, automatic numbers, a table of tasks."""
    document = docx.Document()
    _table(document, [HEAD])
    for words in BODY:
        document.add_paragraph(words)
    for words in ITEMS:
        document.add_paragraph(words, style="List Number")
    _table(document, ROWS)
    document.add_paragraph()
    _table(document, [FOOT])
    document.add_paragraph()
    path = tmp_path / "plan.docx"
    document.save(str(path))
    return path


def _table(document, rows):
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text


def _converted(path, form):
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(path.parent),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return path.with_suffix(f".{form}")


def _assert_is_the_plan(text):
    (document,) = read(text).documents
    head = (
        document.family,
        document.number,
        document.symbol,
        document.issued_on,
        document.place,
        document.kind,
    )
    assert head == ("party", "12", "KH/BDVTU", "2023-04-03", "Lâm Sơn", "KH")
    assert [s.name for s in document.signatures] == ["Đinh Văn Phúc"]
    assert [r.name for r in document.recipients] == [
        "Thường trực Tỉnh ủy",
        "Các huyện ủy",
        "Lưu",
    ]
    dues = [o.due for o in document.obligations if o.due]
    assert dues == [{"on": "2023-05-20", "strict": True}, {"within": "2023-05"}]
    return document


def test_a_word_file_keeps_numbers_columns_and_rows(word):
    document = _assert_is_the_plan(load(word))

    assert [s.label for s in document.outline] == ["1", "2"]
    assert next(
        o for o in document.obligations if o.due == {"within": "2023-05"}
    ).actors == ("Phòng Đoàn thể",)


@needs("soffice")
@pytest.mark.parametrize("form", ["pdf", "doc", "html", "rtf"])
def test_the_same_plan_in_other_forms(word, form):
    _assert_is_the_plan(load(_converted(word, form)))


@needs("soffice")
@needs("tesseract")
@needs("pdftoppm")
def test_a_scanned_plan_is_recognised(word):
    pdf = _converted(word, "pdf")
    picture = pdf.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-singlefile", str(pdf), str(picture)],
        check=True,
        timeout=60,
    )
    with Image.open(f"{picture}.png") as page:
        page.convert("L").save(pdf.with_name("scan.pdf"))

    document = read(load(pdf.with_name("scan.pdf"))).documents[0]

    assert (document.number, document.symbol, document.issued_on) == (
        "12",
        "KH/BDVTU",
        "2023-04-03",
    )


def test_a_web_page_with_menus_is_read_and_named(tmp_path):
    path = tmp_path / "page.html"
    rows = "".join(
        f"<p>{line}</p>"
        for part in (HEAD[0], HEAD[1], *BODY, *ITEMS, FOOT[0], FOOT[1])
        for line in part.split("\n")
    )
    path.write_text(
        f"<html><body><nav>Trang chủ</nav><script>x()</script>{rows}<p>Các tin khác</p></body></html>",
        encoding="utf-8",
    )

    (document,) = read(load(path)).documents

    assert (document.number, document.symbol) == ("12", "KH/BDVTU")
    assert [a.code for a in document.anomalies] == ["web_page_noise"]


def test_lists_of_a_web_page_keep_their_numbers(tmp_path):
    path = tmp_path / "list.html"
    path.write_text(
        '<html><body><ol type="I" start="2"><li><p>Một</p></li><li>Hai</li></ol><ul><li>Ba</li></ul></body></html>',
        encoding="utf-8",
    )

    assert [line for line in load(path).split("\n") if line.strip()] == [
        "II. Một",
        "III. Hai",
        "- Ba",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_plain_text_in_unicode_encodings(tmp_path, encoding):
    path = tmp_path / "plan.txt"
    path.write_bytes("Số 12-KH/TU của Đảng ủy".encode(encoding))

    assert load(path) == "Số 12-KH/TU của Đảng ủy"


def test_an_empty_file(tmp_path):
    assert _refused(_file(tmp_path, b"")) == "empty"


def test_blank_pages_are_no_text(tmp_path):
    assert _refused(_file(tmp_path, b" \n \n")) == "no_text"


def test_a_file_that_is_not_there(tmp_path):
    assert _refused(tmp_path / "none.txt") == "not_found"


def test_a_huge_file_is_not_opened(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(300_000_000)

    assert _refused(path) == "too_large"


def test_a_locked_pdf(tmp_path):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    path = tmp_path / "locked.pdf"
    writer.write(path)

    assert _refused(path) == "locked"


def test_a_broken_pdf(tmp_path):
    assert _refused(_file(tmp_path, b"%PDF-1.7\nnothing else")) == "damaged"


def test_a_broken_archive(tmp_path):
    assert _refused(_file(tmp_path, b"PK\x03\x04nothing else")) == "damaged"


def test_an_archive_that_is_no_word_file(tmp_path):
    path = tmp_path / "other.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "x")

    assert _refused(path) == "unknown_kind"


def test_an_archive_that_unpacks_to_too_much(tmp_path):
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\x00" * (limits.MAX_PART + 1))

    assert path.stat().st_size < 1_000_000
    assert _refused(path) == "bomb"


def test_entities_of_a_word_file_are_not_resolved(word, tmp_path):
    secret = _file(tmp_path, b"secret words")
    path = tmp_path / "entity.docx"
    with zipfile.ZipFile(word) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            raw = source.read(member)
            if member == "word/document.xml":
                declared = (
                    f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()
                )
                raw = raw.replace(b"?>", b"?>" + declared, 1).replace(
                    "Mục đích chung".encode(), b"&e;"
                )
            target.writestr(member, raw)

    assert "secret" not in load(path)


def test_unknown_bytes(tmp_path):
    assert _refused(_file(tmp_path, bytes(range(256)) * 20)) == "unknown_kind"


@pytest.mark.parametrize(
    ("name", "content", "program", "key"),
    [
        (
            "old.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "soffice",
            "needs_libreoffice",
        ),
        (
            "scan.pdf",
            b"\x89PNG\r\n\x1a\n" + b"\0" * 600,
            "tesseract",
            "needs_tesseract",
        ),
    ],
)
def test_a_missing_program_is_asked_for(
    tmp_path, monkeypatch, name, content, program, key
):
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / name
    path.write_bytes(content)

    assert shutil.which(program) is None
    assert _refused(path) == key


def test_a_program_that_does_not_end_is_ended(tmp_path, monkeypatch):
    program = tmp_path / "sleeper"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(limits, "SECONDS", 0.2)

    with pytest.raises(Unreadable) as error:
        limits.run("sleeper", [], missing="needs_tesseract")
    assert error.value.key == "too_slow"


def _file(folder: Path, content):
    path = folder / "file.bin"
    path.write_bytes(content)
    return path


def _refused(path):
    with pytest.raises(Unreadable) as error:
        load(path)
    return error.value.key
