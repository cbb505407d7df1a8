"""Papers as values, for tests and the benchmark."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kheo.stationery.paper import (
    Align,
    Annex,
    Authority,
    AuthorityLine,
    Column,
    Family,
    Heading,
    Paper,
    Paragraph,
    Recipient,
    Row,
    RowKind,
    SignOff,
    Span,
    Table,
)

OPENING = "Trong tháng, các đảng bộ đã tổ chức hoạt động với Nhân dân tại cơ sở."
COLUMNS = (
    Column("STT", 4, align=Align.CENTRE),
    Column("Đơn vị", 24),
    Column("Lượt người", 10),
    Column("Đường bê tông (m)", 10, decimals=1),
    Column("Kinh phí (đồng)", 12),
)


def make_rows(count):
    rows = [
        Row(
            (
                order,
                f"Đảng ủy xã Thử nghiệm {order}",
                1000 + order,
                Decimal(order) + Decimal("0.5"),
                None if order % 10 == 3 else 2_500_000 * order,
            )
        )
        for order in range(1, count + 1)
    ]
    shared = Row(("", "Trùng do phối hợp", -430, Decimal(0), 0), RowKind.CORRECTION)
    total = Row(("", "Cộng", 1_234_567, Decimal("890.25"), None), RowKind.TOTAL)
    return (*rows, shared, total)


def make_paper(**changes):
    paper = Paper(
        family=Family.PARTY,
        superior="Tỉnh ủy Tuyên Quang",
        issuer="Ban Tuyên giáo và Dân vận",
        symbol="BTGDVTU",
        type_code="BC",
        type_name="Báo cáo",
        number=2,
        place="Tuyên Quang",
        on=date(2025, 2, 5),
        subject="kết quả hoạt động với Nhân dân tại cơ sở tháng 01 năm 2025",
        blocks=(
            Heading("Kết quả"),
            Heading("Lãnh đạo, chỉ đạo", 2),
            Paragraph(OPENING),
            Heading("Cụ thể", 2),
            *(Heading(f"Mục {order}", 3) for order in range(1, 6)),
            Table(COLUMNS, make_rows(3), "Bảng 1. Kết quả", "Đơn vị tính: như cột"),
            Paragraph((Span("Trên đây là ", is_bold=True), Span("báo cáo."))),
        ),
        sign_off=SignOff(
            "Phó Trưởng Ban",
            "Nguyễn Thị Mẫu",
            (AuthorityLine(Authority.FOR_HEAD, "Trưởng Ban"),),
        ),
        recipients=(
            Recipient("Thường trực Tỉnh ủy", "báo cáo"),
            Recipient("Các đảng ủy trực thuộc"),
        ),
        archive="Lưu Văn phòng",
    )
    return replace(paper, **changes)


def make_long_paper():
    annex = Annex(
        "Phụ lục",
        "Kết quả theo từng xã, phường",
        (Table(COLUMNS, make_rows(124)),),
        is_landscape=True,
    )
    return make_paper(
        superior="Đảng bộ tỉnh Tuyên Quang",
        issuer="Ban Thường vụ Đảng ủy các cơ quan Đảng, đoàn thể và tư pháp tỉnh",
        subject=f"{OPENING} {OPENING} {OPENING}",
        blocks=(Heading("Kết quả"), *(Paragraph(OPENING * 4) for __ in range(12))),
        annexes=(annex,),
        is_sample=True,
        digest="9f86d081884c7d65",
        notes=("Giả định, chưa có văn bản",),
    )
