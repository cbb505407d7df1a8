"""A receiver's own paper on a window: what came in, the totals, the bodies in an annex.

The Board owes nobody a periodic report in the pack, but reports to the Standing Board
(S0, V.1): its specialist starts from this draft. Nothing is frozen yet, and the paper
says so; the words are the office's to write.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from kheo.organisations.models import Organisation
from kheo.reporting.queries.consolidation import Consolidation
from kheo.reporting.queries.desk import Tally, Window
from kheo.reporting.queries.papers import (
    REPORT_CODE,
    REPORT_NAME,
    annex_of,
    letterhead_of,
)
from kheo.reporting.rules import period_name
from kheo.stationery.paper import (
    Align,
    Block,
    Column,
    Heading,
    Paper,
    Paragraph,
    Recipient,
    Row,
    RowKind,
    SignOff,
    Table,
)
from kheo.stationery.wording import figure


def window_paper(
    receiver: Organisation,
    window: Window,
    table: Consolidation,
    tally: Tally,
    *,
    programme: str,
    label: str,
    on: date | None = None,
    is_sample: bool,
) -> Paper:
    """The draft of the receiver's report on a window, in its own letterhead.

    `programme` and `label` are the pack's words, Vietnamese as the paper is.
    """
    day = on or localdate()
    head = letterhead_of(receiver, day)
    period = period_name(window.code).vi
    subject = f"{programme} {period}"
    computed = f"Số liệu tính đến ngày {day.day}/{day.month}/{day.year}, chưa duyệt"
    return Paper(
        family=head.family,
        superior=head.superior,
        issuer=head.issuer,
        symbol=head.symbol,
        type_code=REPORT_CODE,
        type_name=REPORT_NAME,
        place=head.place,
        on=day,
        is_day_open=True,
        subject=subject,
        blocks=tuple(_blocks(window, table, tally)),
        sign_off=SignOff(title="Trưởng ban", name=""),
        recipients=(Recipient(f"Thường trực {head.superior}", "báo cáo"),),
        archive=f"Lưu {head.symbol}",
        annexes=(annex_of(table, subject=subject),),
        is_sample=is_sample,
        notes=(*((label,) if label else ()), computed),
    )


def _blocks(window: Window, table: Consolidation, tally: Tally) -> Sequence[Block]:
    first, last = window.interval.start, window.interval.last
    return [
        Heading("Tình hình báo cáo"),
        Paragraph(
            f"Kỳ số liệu từ ngày {first.day}/{first.month}/{first.year} đến hết ngày "
            f"{last.day}/{last.month}/{last.year}. Phải gửi {tally.expected} báo cáo; "
            f"đã gửi {tally.sent}, trong đó đúng hạn {tally.in_time}, muộn {tally.late}; "
            f"đã tiếp nhận {tally.accepted}; chưa gửi {tally.missing}."
        ),
        Heading("Kết quả chung"),
        _totals(table),
        Heading("Đánh giá, kiến nghị"),
        Paragraph("…"),
    ]


def _totals(table: Consolidation) -> Table:
    columns = (
        Column("TT", 5, align=Align.CENTRE),
        Column("Chỉ tiêu", 44, align=Align.LEFT),
        Column("Đơn vị tính", 14, align=Align.CENTRE),
        Column("Kết quả", 16, align=Align.RIGHT),
    )
    rows = [
        Row((order, cell.name.vi, cell.unit.vi, _figure(value, cell.decimals)), BODY)
        for order, (cell, value) in enumerate(
            zip(table.cells, table.total.values, strict=True), start=1
        )
    ]
    return Table(columns, tuple(rows))


BODY = RowKind.BODY


def _figure(value: int | None, decimals: int) -> str:
    if value is None:
        return "chưa có số liệu"
    return figure(Decimal(value).scaleb(-decimals), decimals)
