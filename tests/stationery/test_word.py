import io
import shutil
import subprocess
import zipfile
from datetime import date

import docx
import pdfplumber
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from kheo.core.errors import RuleBroken
from kheo.stationery.paper import (
    Authority,
    AuthorityLine,
    Family,
    SignOff,
)
from kheo.stationery.word import word
from tests.stationery.make import OPENING, make_long_paper, make_paper

SAMPLE = "Dữ liệu mẫu"


def opened(paper):
    return docx.Document(io.BytesIO(word(paper)))


def lines_of(cell):
    return [paragraph.text for paragraph in cell.paragraphs if paragraph.text]


def body_lines(document):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


def test_head_of_a_party_paper():
    head = opened(make_paper()).tables[0]

    assert lines_of(head.cell(0, 0)) == [
        "TỈNH ỦY TUYÊN QUANG",
        "BAN TUYÊN GIÁO VÀ DÂN VẬN",
        "*",
    ]
    assert lines_of(head.cell(0, 1)) == ["ĐẢNG CỘNG SẢN VIỆT NAM"]
    assert lines_of(head.cell(1, 0)) == ["Số 02-BC/BTGDVTU"]
    assert lines_of(head.cell(1, 1)) == ["Tuyên Quang, ngày 05 tháng 02 năm 2025"]


def test_head_of_a_state_paper():
    head = opened(
        make_paper(
            family=Family.STATE,
            superior="UBND tỉnh Tuyên Quang",
            issuer="Sở Nội vụ",
            symbol="SNV",
            number=123,
        )
    ).tables[0]

    assert lines_of(head.cell(0, 0)) == ["UBND TỈNH TUYÊN QUANG", "SỞ NỘI VỤ"]
    assert lines_of(head.cell(0, 1)) == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]
    assert lines_of(head.cell(1, 0)) == ["Số: 123/BC-SNV"]


def test_a_letter_has_its_subject_under_the_number_and_no_title():
    document = opened(
        make_paper(
            type_name="",
            type_code="CV",
            subject="phối hợp tháng 3",
            addressees=("Đảng ủy các xã, phường",),
        )
    )

    left = lines_of(document.tables[0].cell(1, 0))
    assert left == ["Số 02-CV/BTGDVTU", "V/v phối hợp tháng 3"]
    assert body_lines(document)[0] == "Kính gửi: Đảng ủy các xã, phường"


def test_several_addressees_stand_below_each_other():
    names = ("Đảng ủy A", "Đảng ủy B")

    document = opened(make_paper(addressees=names))

    assert lines_of(document.tables[1].cell(0, 1)) == ["- Đảng ủy A,", "- Đảng ủy B."]


def test_the_form_follows_the_day_of_the_paper():
    last_old_day = opened(make_paper(on=date(2026, 5, 26)))
    first_new_day = opened(make_paper(on=date(2026, 5, 27)))

    assert body_lines(last_old_day)[-1] == "Trên đây là báo cáo./."
    assert body_lines(first_new_day)[-1] == "Trên đây là báo cáo."
    old_to = lines_of(last_old_day.tables[-1].cell(0, 0))
    new_to = lines_of(first_new_day.tables[-1].cell(0, 0))
    assert old_to == [
        "Nơi nhận:",
        "- Thường trực Tỉnh ủy (báo cáo),",
        "- Các đảng ủy trực thuộc,",
        "- Lưu Văn phòng.",
    ]
    assert new_to[1:3] == [
        "- Thường trực Tỉnh ủy (báo cáo);",
        "- Các đảng ủy trực thuộc;",
    ]


def test_before_the_oldest_known_rules_nothing_is_made():
    with pytest.raises(RuleBroken, match="03/04/2018"):
        word(make_paper(on=date(2018, 4, 2)))


def test_signature_marks_and_weights():
    party = opened(make_paper()).tables[-1].cell(0, 1)
    state = opened(make_paper(family=Family.STATE)).tables[-1].cell(0, 1)

    assert lines_of(party) == ["K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Nguyễn Thị Mẫu"]
    assert lines_of(state) == ["KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Nguyễn Thị Mẫu"]
    weights = [
        [bool(p.runs[0].bold) for p in cell.paragraphs if p.text]
        for cell in (party, state)
    ]
    assert weights == [[True, False, True], [True, True, True]]


def test_a_form_of_signing_unknown_to_the_rules_is_refused():
    delegated = SignOff(
        "Phó Trưởng Ban", "A", (AuthorityLine(Authority.BY_DELEGATION, "Ban"),)
    )

    with pytest.raises(RuleBroken, match="form of signing"):
        word(make_paper(on=date(2026, 6, 1), sign_off=delegated))


def test_two_capacities_keep_the_small_word_between():
    title = "Phó Trưởng Ban Dân vận\nkiêm Phó Trưởng Ban Chỉ đạo"
    sign_off = SignOff(title, "A")

    cell = opened(make_paper(sign_off=sign_off)).tables[-1].cell(0, 1)

    assert lines_of(cell)[:2] == [
        "PHÓ TRƯỞNG BAN DÂN VẬN",
        "kiêm PHÓ TRƯỞNG BAN CHỈ ĐẠO",
    ]


def test_a_table_prints_every_row_its_total_and_what_is_missing():
    table = opened(make_paper()).tables[1]

    cells = [[cell.text for cell in row.cells] for row in table.rows]

    assert cells[1] == ["1", "Đảng ủy xã Thử nghiệm 1", "1.001", "1,5", "2.500.000"]
    assert cells[3][-1] == "…"
    assert cells[4] == ["", "Trùng do phối hợp", "-430", "0,0", "0"]
    assert cells[5] == ["", "Cộng", "1.234.567", "890,3", "…"]
    total = table.rows[5].cells[1].paragraphs[0].runs[0]
    shared = table.rows[4].cells[1].paragraphs[0].runs[0]
    assert (total.bold, shared.italic) == (True, True)


def test_table_rows_stay_whole_and_the_header_is_repeated():
    table = opened(make_paper()).tables[1]

    whole = [row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows]
    headers = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert all(whole)
    assert headers == [True] + [False] * (len(headers) - 1)


def test_headings_number_themselves_and_points_are_lettered_as_in_vietnam():
    document = opened(make_paper())

    points = [p.text for p in document.paragraphs if p.style.name == "Heading 3"]
    first = [p for p in document.paragraphs if p.style.name == "Heading 1"]
    assert points == ["a) Mục 1", "b) Mục 2", "c) Mục 3", "d) Mục 4", "đ) Mục 5"]
    assert [p.text for p in first] == ["Kết quả"]
    assert first[0]._p.pPr.numPr.ilvl.val == 0
    numbering = document.part.numbering_part.element
    assert first[0].style.font.bold  # of the number, which is no text
    marks = [text.get(qn("w:val")) for text in numbering.iter(qn("w:lvlText"))]
    assert marks == ["%1-", "%2."]


def test_page_type_and_margins_are_those_of_the_rules():
    document = opened(make_long_paper())
    first, annex = document.sections

    margins = (
        first.top_margin,
        first.bottom_margin,
        first.left_margin,
        first.right_margin,
    )
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 15]
    turned = (round(annex.page_width.mm), round(annex.page_height.mm))
    assert turned == (297, 210)
    fonts = document.styles["Normal"].element.rPr.rFonts
    slots = {
        fonts.get(qn(f"w:{slot}")) for slot in ("ascii", "hAnsi", "cs", "eastAsia")
    }
    assert slots == {"Times New Roman"}
    assert document.styles["Normal"].font.size == Pt(14)
    text = next(p for p in document.paragraphs if p.text == OPENING * 4)
    assert text.paragraph_format.line_spacing == Pt(18)
    assert round(text.paragraph_format.first_line_indent.mm) == 10


def test_sample_digest_and_notes_stand_on_every_page():
    first, annex = opened(make_long_paper()).sections

    for header in (first.first_page_header, first.header, annex.header):
        assert SAMPLE in "".join(p.text for p in header.paragraphs)
    for footer in (first.first_page_footer, first.footer, annex.footer):
        text = "\n".join(p.text for p in footer.paragraphs)
        assert "Giả định, chưa có văn bản" in text
        assert "9f86d081884c7d65" in text


def test_a_real_paper_carries_no_sample_mark():
    content = word(make_paper())

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        texts = [
            package.read(name).decode("utf-8", "replace") for name in package.namelist()
        ]
    assert not any(SAMPLE in text for text in texts)


def test_the_first_page_has_no_number():
    section = opened(make_paper()).sections[0]

    assert section.different_first_page_header_footer
    first = section.first_page_header._element.xml
    assert ("PAGE" in first, "PAGE" in section.header._element.xml) == (False, True)


def test_the_file_says_nothing_of_the_machine_and_is_made_equal_twice():
    paper = make_paper()
    content = word(paper)

    properties = docx.Document(io.BytesIO(content)).core_properties
    assert properties.author == "Ban Tuyên giáo và Dân vận"
    assert properties.last_modified_by == "Ban Tuyên giáo và Dân vận"
    assert properties.comments == ""
    assert properties.created.date() == paper.on
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert not any("thumbnail" in name for name in package.namelist())
    assert content == word(paper)


def test_an_open_number_and_day_leave_room_for_the_pen():
    head = opened(make_paper(number=None, is_day_open=True)).tables[0]

    gap, day = "\u00a0" * 6, "\u00a0" * 4
    assert lines_of(head.cell(1, 0)) == [f"Số {gap}-BC/BTGDVTU"]
    assert lines_of(head.cell(1, 1)) == [f"Tuyên Quang, ngày{day}tháng 02 năm 2025"]


def test_an_annex_names_its_paper():
    lines = body_lines(opened(make_long_paper()))

    at = lines.index("PHỤ LỤC")
    assert lines[at + 2].startswith(
        "Kèm theo Báo cáo số 02-BC/BTGDVTU, ngày 05 tháng 02"
    )


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The long paper as LibreOffice prints it."""
    office = shutil.which("libreoffice") or shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: the printed pages are not looked at")
    folder = tmp_path_factory.mktemp("printed")
    (folder / "paper.docx").write_bytes(word(make_long_paper()))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, profile, "--headless", "--convert-to", "pdf", "paper.docx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    with pdfplumber.open(folder / "paper.pdf") as pdf:
        yield pdf.pages


def test_printed_pages_are_numbered_from_the_second_and_marked_on_all(printed):
    texts = [page.extract_text() for page in printed]

    numbers = [text.splitlines()[0] for text in texts]
    assert numbers[1:] == [str(order) for order in range(2, len(texts) + 1)]
    assert all(SAMPLE in text for text in texts)
    assert all("9f86d081884c7d65" in text for text in texts)


def test_the_printed_annex_repeats_its_header_and_ends_with_its_total(printed):
    turned = [page for page in printed if page.width > page.height]

    assert len(turned) >= 4
    texts = [page.extract_text() for page in turned]
    assert all("Lượt người" in text for text in texts)
    assert "1.234.567" in texts[-1]
    assert "Thử nghiệm 124" in texts[-1]


def test_the_printed_signature_is_not_parted_from_its_name_and_recipients(printed):
    upright = [page for page in printed if page.width < page.height]

    signed = upright[-1].extract_text()
    assert all(
        word in signed
        for word in ("Nơi nhận", "K/T TRƯỞNG BAN", "Nguyễn Thị Mẫu", "Lưu Văn phòng.")
    )
