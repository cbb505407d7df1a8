from datetime import date

import pytest

from kheo.stationery.checks import named_abolished, type_codes, warnings
from kheo.stationery.paper import (
    Authority,
    AuthorityLine,
    Family,
    Paragraph,
    Recipient,
    Row,
    SignOff,
    Table,
)
from tests.stationery.make import COLUMNS, make_paper

AFTER, BEFORE = date(2025, 7, 1), date(2025, 6, 30)


def test_a_paper_in_order_draws_no_warning():
    assert warnings(make_paper(on=AFTER)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Các huyện ủy, thành ủy báo cáo.", "huyện ủy"),
        ("Các Huyện uỷ báo cáo.", "huyện ủy"),
        ("UBND huyện Na Hang", "UBND huyện"),
        ("Ban Dân vận Tỉnh ủy tham mưu", "Ban Dân vận"),
        ("thị trấn Vĩnh Lộc", "thị trấn"),
        ("Đảng ủy Khối các cơ quan", "Đảng ủy Khối"),
        ("Ban Tuyên giáo Tỉnh ủy", "Ban Tuyên giáo"),
    ],
)
def test_a_new_paper_is_warned_of_bodies_that_ended(text, name):
    assert [body.name for body in named_abolished(text, AFTER)] == [name]
    assert named_abolished(text, BEFORE) == []


@pytest.mark.parametrize(
    "text",
    [
        "Ban Tuyên giáo và Dân vận Tỉnh ủy",
        "Huyện ủy Na Hang (cũ) đã hoàn thành",
        "nguyên Ban Dân vận Tỉnh ủy",
        "Thực hiện Hướng dẫn số 02-HD/BDVTU",
        "Thành ủy Hà Nội",
        "ban cán sự đảng trước đây",
    ],
)
def test_living_and_former_bodies_and_cited_numbers_draw_no_warning(text):
    assert named_abolished(text, AFTER) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "Ban Dân vận"},
        {"subject": "kết quả của Ban Dân vận"},
        {"blocks": (Paragraph("Ban Dân vận báo cáo."),)},
        {"recipients": (Recipient("Ban Dân vận Trung ương"),)},
        {"addressees": ("Ban Dân vận",)},
        {"blocks": (Table(COLUMNS, (Row((1, "Ban Dân vận", 1, 1, 1)),)),)},
    ],
)
def test_every_part_of_the_paper_is_read(changes):
    (warning,) = warnings(make_paper(on=AFTER, **changes))

    assert "“Ban Dân vận” no longer exists on 01/07/2025" in warning
    assert "Ban Tuyên giáo và Dân vận" in warning


def test_bases_may_quote_the_past():
    bases = ("Căn cứ Hướng dẫn số 02-HD/BDVTU của Ban Dân vận Tỉnh ủy",)

    assert warnings(make_paper(on=AFTER, bases=bases)) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subject": " "}, "no subject"),
        ({"archive": ""}, "archive line"),
        ({"archive": "", "recipients": ()}, "Nơi nhận"),
        ({"sign_off": SignOff("Trưởng Ban", "")}, "signer's name"),
        ({"type_name": "", "type_code": "CV"}, "addressee"),
        ({"type_code": "KH"}, "“BC”, not “KH”"),
        ({"family": Family.STATE, "type_name": "Quy định", "type_code": "QĐ"}, "QyĐ"),
    ],
)
def test_missing_and_wrong_parts_are_named(changes, sentence):
    (warning,) = warnings(make_paper(on=AFTER, **changes))

    assert sentence in warning


def test_no_deputy_signs_for_the_head_of_a_collective_party_body():
    lines = (
        AuthorityLine(Authority.FOR_BODY, "Ban Thường vụ"),
        AuthorityLine(Authority.FOR_HEAD, "Bí thư"),
    )
    sign_off = SignOff("Phó Bí thư", "A", lines)

    (warning,) = warnings(make_paper(on=AFTER, sign_off=sign_off))
    assert "there is no K/T" in warning
    assert warnings(make_paper(on=AFTER, sign_off=sign_off, family=Family.STATE)) == []


def test_a_form_not_yet_checked_against_the_official_text_says_so():
    (warning,) = warnings(make_paper(on=date(2026, 6, 1)))

    assert "second-hand" in warning


def test_letters_have_a_code_in_the_party_only():
    assert type_codes(Family.PARTY)["Công văn"] == "CV"
    assert type_codes(Family.STATE)["Công văn"] == ""
