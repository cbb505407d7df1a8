"""Consolidated tables, the Word report, the workbook, the paper that comes back."""

import hashlib
import io
from datetime import date, timedelta
from uuid import UUID

import openpyxl
import pytest
from docx import Document

from kheo.accounts.models import Site
from kheo.core.access import SYSTEM
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.directives.models import NumberScope, NumberSource
from kheo.directives.services import choose_numbering
from kheo.documents.models import FileKind, StoredFile
from kheo.documents.services import store_paper
from kheo.ledger.models import ClaimKind
from kheo.organisations.models import Organisation
from kheo.places.rules import End, Transfer, TransferKind
from kheo.reporting.models import DigestCheck
from kheo.reporting.pdf_text import text_of
from kheo.reporting.queries.consolidation import Question, RowKind, consolidation_of
from kheo.reporting.queries.obligations import cells_of, rules_of
from kheo.reporting.queries.papers import (
    annex_of,
    body_sheet,
    letterhead_of,
    paper_of,
    summary_sheet,
)
from kheo.reporting.queries.statements import thawed_table
from kheo.reporting.services.drafts import Typed, pull_paragraph, save_report
from kheo.reporting.services.papers import issue_report, number_report, said_of
from kheo.stationery.word import word
from kheo.stationery.workbook import workbook
from tests.documents.make import make_pdf
from tests.organisations.make import make_body, reorganise
from tests.places.make import change, make_country
from tests.reporting.make import (
    IN_TIME,
    LATE,
    MARCH,
    NEXT_DAY,
    START,
    make_report,
    make_world,
    send,
    sent,
    work,
)

pytestmark = pytest.mark.django_db
ON = IN_TIME.date()


def table_of(world, code):
    report = make_report(world, "a", definition="committee-month")
    cells = cells_of(rules_of(report), "committee-month")
    return consolidation_of(Question("s0", world[code].pk, MARCH), cells, label="cộng")


def column(table, key):
    place = [cell.key for cell in table.cells].index(key)
    rows = {
        row.label if row.kind is RowKind.CHILD else row.key: row.values[place]
        for row in table.rows
    }
    return rows, table.total.values[place]


def words_of(content):
    document = Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    ]
    for section in document.sections:
        for part in (
            section.footer,
            section.first_page_footer,
            section.header,
            section.first_page_header,
        ):
            parts += [paragraph.text for paragraph in part.paragraphs]
    return "\n".join(parts)


# Consolidation


def test_children_and_corrections_add_up_with_joint_work():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"], world["b1"])
    work("activity:2", "2024-03-09", 100, world["a1"], world["a2"])
    work("activity:3", "2024-03-09", 7, world["a"])
    sent(world, "a2", roads=20)

    rows, total = column(table_of(world, "a"), "roads")

    assert rows["a1"] == 530
    assert rows["a2"] == 120
    assert (rows["=own"], rows["=shared"], rows["=unallocated"]) == (7, -100, 0)
    assert total == 557 == sum(rows.values())
    province, whole = column(table_of(world, "tu"), "roads")
    assert (province["a"], province["b"], province["=shared"]) == (557, 430, -430)
    assert whole == 557 == sum(value or 0 for value in province.values())


def test_a_ratio_prints_no_correction():
    world = make_world()
    for number, body in enumerate(("a1", "a2")):
        work(f"r:{number}", "2024-03-24", 1, world[body], measure="units_due")
    work("r:9", "2024-03-24", 1, world["a1"], measure="units_met")

    rows, total = column(table_of(world, "a"), "units-met-rate")

    assert total == 500
    assert rows["a1"] == 1000
    assert rows["=shared"] is None


def test_a_consolidated_report_freezes_its_table():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"])
    report = sent(world, "a", definition="committee-month")
    statement = report.statements.get()
    work("activity:2", "2024-03-03", 5, world["a2"])

    rows, total = column(thawed_table(statement.content), "roads")

    assert (rows["a1"], total) == (430, 430)
    assert thawed_table(sent(world, "a1").statements.get().content) is None


def test_the_annex_ends_in_what_the_committee_reports_its_own_word_included():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"], world["a2"])
    sent(world, "a1", initiatives_running=3)
    report = make_report(
        world, "a", definition="committee-month", roads=70, initiatives_running=2
    )

    content = send(report).statements.get().content

    figures = {one["key"]: one["value"] for one in content["figures"]}
    for key, own, value in (("roads", 70, 500), ("initiatives-running", 2, 5)):
        rows, total = column(thawed_table(content), key)
        assert (rows["=own"], total, figures[key]) == (own, value, value)
        assert sum(row or 0 for row in rows.values()) == total
    cells = cells_of(rules_of(report), "committee-month")
    asked = Question("s0", world["a"].pk, MARCH)
    live, now = column(consolidation_of(asked, cells, label="cộng"), "roads")
    assert (live["=own"], now) == (70, 500)


def test_words_from_below_are_taken_over_with_credit_once():
    world = make_world()
    child = make_report(world)
    save_report(
        child,
        cells={},
        paragraphs={"results": "Làm 430 m đường."},
        actor=SYSTEM,
        at=IN_TIME,
    )
    send(child)
    above = make_report(world, "a", definition="committee-month")

    for _time in range(2):
        pull_paragraph(
            above,
            "results",
            {child: "Làm 430 m đường. (a1)"},
            actor=SYSTEM,
            at=IN_TIME,
        )
    send(above)

    content = above.statements.get().content
    found = {one["key"]: one for one in content["words"]}["results"]
    assert found["text"] == "Làm 430 m đường. (a1)"
    assert found["from"] == ["a1"]


# Word


def full_report(world):
    work("activity:1", "2024-03-02", 1234, world["a1"])
    report = make_report(
        world,
        roads=66,
        waste=Typed(said=ClaimKind.NIL),
        work_days=Typed(declared=125, is_estimated=True),
    )
    save_report(
        report,
        cells={},
        paragraphs={"results": "Đơn vị cùng Nhân dân thôn 3 làm đường."},
        actor=SYSTEM,
        at=IN_TIME,
    )
    return send(report, actor=SYSTEM)


def test_the_word_report_reads_back_with_figures_words_and_digest():
    world = make_world()
    report = full_report(world)
    statement = report.statements.get()

    text = words_of(word(paper_of(statement)))

    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in text
    assert "BÁO CÁO" in text
    assert "tháng 3 năm 2024" in text
    assert "Đơn vị cùng Nhân dân thôn 3 làm đường." in text
    assert "1.300" in text
    assert "12,5" in text
    assert "ước thực hiện" in text
    assert "không phát sinh" in text
    assert "trong đó khai thêm 66" in text
    assert statement.digest in text
    assert "-BC/CB" in text
    assert "Dữ liệu mẫu" not in text


def test_a_sample_site_marks_its_papers():
    world = make_world()
    Site.objects.update_or_create(
        pk=1, defaults={"is_sample": True, "created_at": IN_TIME}
    )

    statement = full_report(world).statements.get()

    assert "Dữ liệu mẫu" in words_of(word(paper_of(statement)))


def test_the_issued_number_and_day_stand_on_the_paper():
    world = make_world()
    report = full_report(world)
    issued = issue_report(
        report, number="15-BC/CB", issued_on=ON, actor=SYSTEM, at=NEXT_DAY
    )

    paper = paper_of(report.statements.get(), issued=issued)

    assert (paper.number, paper.on, paper.is_day_open) == (15, ON, False)
    assert "15-BC/CB" in words_of(word(paper))


def test_a_consolidated_report_brings_its_bodies_as_an_annex():
    world = make_world()
    work("activity:1", "2024-03-02", 430, world["a1"], world["a2"])
    statement = sent(world, "a", definition="committee-month").statements.get()
    annex = annex_of(thawed_table(statement.content), subject="Số liệu")

    text = words_of(word(paper_of(statement, annexes=(annex,))))

    assert "Hiệu chỉnh việc làm chung" in text
    assert "-430" in text


def test_a_paper_names_the_place_of_a_superior_where_its_own_has_ended():
    make_country()
    above = make_body("above", place="vn-08")
    below = make_body("below", above, place="vn-2")
    change(End("vn-2"), Transfer("vn-2", "vn-1", TransferKind.MERGE))

    assert letterhead_of(below, date(2025, 6, 30)).place == "Trung Minh"
    assert letterhead_of(below, date(2025, 7, 31)).place == "Tuyên Quang"


# Excel


def test_the_workbook_holds_real_numbers_that_add_up():
    world = make_world()
    work("activity:9", "2024-03-02", 430, world["a1"], world["a2"])
    statement = full_report(world).statements.get()
    table = table_of(world, "a")

    content = workbook(
        [summary_sheet(table, title="tháng 3"), body_sheet(statement)],
        author="Khéo",
        on=ON,
        is_sample=True,
    )
    book = openpyxl.load_workbook(io.BytesIO(content))

    summary = book.worksheets[0]
    grid = [list(row) for row in summary.iter_rows(values_only=True)]
    head = next(line for line, row in enumerate(grid) if row[0] == "Đơn vị")
    place = next(
        i for i, name in enumerate(grid[head]) if name.startswith("Đường giao")
    )
    by_name = {row[0]: row[place] for row in grid[head + 1 :] if row[0]}
    assert by_name["cộng"] == 1730
    assert by_name["a1"] == 1730
    assert by_name["a2"] == 430
    assert by_name["Hiệu chỉnh việc làm chung"] == -430
    assert (
        by_name["a1"] + by_name["a2"] + by_name["Hiệu chỉnh việc làm chung"]
        == by_name["cộng"]
    )
    own = book.worksheets[1]
    cells = {row[0].value: row for row in own.iter_rows()}
    roads = cells["Đường giao thông làm mới, sửa chữa"][2:5]
    assert [cell.value for cell in roads] == [1664, 66, 1730]
    assert {cell.number_format for cell in roads} == {"#,##0"}
    assert cells["Số ngày công"][4].number_format == "#,##0.0"
    assert any("Dữ liệu mẫu" in str(row[0]) for row in grid)


# The signed paper


def stored(world, tmp_path, settings, content, media_type="application/pdf"):
    settings.MEDIA_ROOT = tmp_path
    digest = hashlib.sha256(content).hexdigest()
    file = StoredFile.objects.create(
        id=UUID(int=7),
        organisation=world["a1"],
        on=ON,
        kind=FileKind.PAPER,
        media_type=media_type,
        name="bao-cao.pdf",
        size=len(content),
        sha256=digest,
        source_sha256=digest,
        created_at=IN_TIME,
    )
    path = tmp_path / file.path()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return file


PAGE = b"/MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>"


def pdf_saying(text):
    """A PDF of one page with a line of text, written by hand."""
    stream = f"BT /F1 10 Tf 20 700 Td ({text}) Tj ET".encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s >>" % PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    )


def test_a_signed_pdf_is_checked_against_the_digest(tmp_path, settings):
    world = make_world()
    report = full_report(world)
    statement = report.statements.get()
    file = stored(world, tmp_path, settings, pdf_saying(statement.digest))

    issued = issue_report(
        report,
        number=" 15-BC/CB ",
        issued_on=ON,
        file=file,
        actor=world.actor("clerk", "a1"),
        at=NEXT_DAY,
    )

    assert issued.check_result == DigestCheck.MATCHES
    assert issued.signatures == []
    assert (issued.number, issued.file) == ("15-BC/CB", file)


def test_another_paper_and_a_scan_are_told_apart(tmp_path, settings):
    world = make_world()
    statement = full_report(world).statements.get()
    file = stored(world, tmp_path, settings, pdf_saying("some other paper"))

    assert said_of(statement, file).check == DigestCheck.DIFFERS
    file.media_type = "image/jpeg"
    assert said_of(statement, file).check == DigestCheck.UNREADABLE
    assert text_of(b"%PDF-1.4 broken") == ""


@pytest.mark.parametrize(
    ("number", "on"),
    [
        ("", ON),
        ("15-BC/CB", ON - timedelta(days=1)),
        ("15-BC/CB", ON + timedelta(days=9)),
    ],
)
def test_a_paper_needs_a_number_and_a_day_that_can_be(number, on):
    world = make_world()
    report = full_report(world)

    with pytest.raises(RuleBroken):
        issue_report(report, number=number, issued_on=on, actor=SYSTEM, at=NEXT_DAY)


def test_without_approved_figures_there_is_no_paper():
    world = make_world()
    report = make_report(world)

    with pytest.raises(Conflict):
        issue_report(report, number="1", issued_on=ON, actor=SYSTEM, at=NEXT_DAY)


def test_only_the_body_itself_records_its_papers():
    world = make_world()
    report = full_report(world)

    with pytest.raises(NotAllowed):
        issue_report(
            report,
            number="1",
            issued_on=ON,
            actor=world.actor("focal_point", "a"),
            at=NEXT_DAY,
        )


def test_who_took_over_from_a_body_records_its_papers(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    report = full_report(world)
    make_body("a9", world["a"], kind="cell", on=START)
    reorganise("  - {do: merge, bodies: [a1], into: a9}", on="2024-03-26", code="gop")
    world.bodies["a9"] = Organisation.objects.get(code="a9")
    paper = {
        "id": UUID(int=9),
        "content": make_pdf(),
        "name": "bao-cao.pdf",
        "organisation": world["a1"],
        "at": LATE,
    }
    clerk = world.actor("clerk", "a9", day=LATE.date())
    other = world.actor("clerk", "a2", day=LATE.date())

    with pytest.raises(NotAllowed):
        store_paper(**paper, actor=other)
    assert not StoredFile.objects.exists()
    file = store_paper(**paper, actor=clerk)
    issued = issue_report(
        report, number="1", issued_on=ON, file=file, actor=clerk, at=LATE
    )

    assert issued.file == file


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_the_signed_file_comes_with_the_number_from_either_of_the_body(
    role, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    report = full_report(world)
    actor = world.actor(role, "a1", day=NEXT_DAY.date())

    file = store_paper(
        id=UUID(int=9),
        content=make_pdf(),
        name="bao-cao.pdf",
        organisation=world["a1"],
        actor=actor,
        at=NEXT_DAY,
    )
    issued = issue_report(
        report, number="1", issued_on=ON, file=file, actor=actor, at=NEXT_DAY
    )

    assert issued.file == file


def test_a_body_that_numbers_here_takes_the_next_number():
    world = make_world()
    report = full_report(world)
    choose_numbering(
        world["a1"],
        source=NumberSource.KHEO,
        scope=NumberScope.YEAR,
        actor=SYSTEM,
        at=IN_TIME,
    )

    issued = number_report(
        report, client_id=UUID(int=1), on=ON, actor=SYSTEM, at=NEXT_DAY
    )

    assert issued.number == "01-BC/CB"
    assert issued.issued_on == date(2024, 3, 22)


def test_the_signatures_of_the_file_stand_beside_the_paper(client):
    world = make_world()
    report = full_report(world)
    issued = issue_report(
        report,
        number="15-BC/CB",
        issued_on=ON,
        actor=world.actor("clerk", "a1"),
        at=NEXT_DAY,
    )
    issued.signatures = [
        {"signer": "Hà Văn Mẫu", "at": "2024-03-23T02:00:00+00:00", "state": "trusted"},
        {"signer": "<b>", "at": "", "state": "altered"},
    ]
    issued.save()
    client.force_login(world.person("clerk", "a1"))

    page = client.get(report.get_absolute_url()).content.decode()

    assert "Hà Văn Mẫu" in page
    assert "09:00 23/03/2024" in page
    assert "tệp đã bị sửa sau khi ký" in page
    assert "&lt;b&gt;" in page
