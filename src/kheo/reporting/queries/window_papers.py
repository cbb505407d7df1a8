"""A receiver's own paper on a window, from the content of its summary.

General situation, results by field in sentences and a table, a chart, the words of the
office, the bodies in an annex. Without approval the paper says that nothing is frozen.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kheo.core.periods import Frequency
from kheo.organisations.models import Organisation
from kheo.organisations.queries import version_on
from kheo.programmes.periods import period_name
from kheo.reporting.models import Summary
from kheo.reporting.queries.consolidation import (
    Consolidation,
    ConsolidationRow,
    RowKind,
)
from kheo.reporting.queries.obligations import FormCell
from kheo.reporting.queries.papers import (
    REPORT_CODE,
    REPORT_NAME,
    annex_of,
    letterhead_of,
    number_in,
    subject_of,
)
from kheo.reporting.queries.statements import thawed_cell
from kheo.reporting.sentences import BEFORE, amount_of, sentences, unbroken
from kheo.stationery.charts import Bar, Chart, png_of
from kheo.stationery.paper import (
    Align,
    Block,
    Column,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Recipient,
    Row,
    SignOff,
    Table,
)

CHART_MM = (160.0, 62.0)
REFORM = date(2025, 7, 1)
"""The day from which bodies and communes are others: a trend across it says so."""
GENERAL = "Tình hình chung"
MOST_NAMES = 12
"""So many bodies are named in a sentence; beyond that their number is said."""


def window_paper(
    receiver: Organisation,
    content: Mapping[str, Any],
    *,
    summary: Summary | None = None,
    on: date,
) -> Paper:
    """The receiver's report on a window in its own letterhead, Vietnamese as papers are.

    `content` is the frozen one where the figures are approved, else what it would be.
    """
    issued_on = summary.issued_on if summary else None
    day = issued_on or on
    # A body that has ended since issues its old papers under its own name.
    is_alive = version_on(receiver, day) is not None
    head = letterhead_of(
        receiver, day if is_alive else date.fromisoformat(content["to"])
    )
    subject = subject_of(content)
    digest = summary.digest if summary else ""
    unsettled = () if digest else (f"Số liệu tính đến ngày {_day(on)}, chưa duyệt",)
    label = content["label"]
    return Paper(
        family=head.family,
        superior=head.superior,
        issuer=head.issuer,
        symbol=head.symbol,
        type_code=REPORT_CODE,
        type_name=REPORT_NAME,
        place=head.place,
        on=day,
        is_day_open=issued_on is None,
        number=number_in(summary.number) if summary and summary.number else None,
        subject=subject,
        blocks=tuple(_blocks(content)),
        sign_off=_sign_off(summary),
        recipients=(Recipient(f"Thường trực {head.superior}", "báo cáo"),),
        archive=f"Lưu {head.symbol}",
        annexes=(
            annex_of(
                table_in(content),
                subject=f"Số liệu theo đơn vị, {period_name(content['period']).vi}",
                estimated=content["estimated_below"],
            ),
        ),
        is_sample=content["is_sample"],
        digest=digest,
        notes=(*((label["vi"],) if label else ()), *unsettled),
    )


def table_in(content: Mapping[str, Any]) -> Consolidation:
    """The table of a summary's content."""
    rows = [
        ConsolidationRow(
            row["key"], row["label"], RowKind(row["kind"]), tuple(row["values"])
        )
        for row in content["below"]
    ]
    cells: tuple[FormCell, ...] = tuple(map(thawed_cell, content["figures"]))
    return Consolidation(cells, tuple(rows[:-1]), rows[-1])


def _blocks(content: Mapping[str, Any]) -> Iterator[Block]:
    words = list(content["words"])
    first = words[0] if words and not words[0]["measures"] else None
    yield Heading(GENERAL)
    for sentence in reporting_sentences(content):
        yield Paragraph(unbroken(sentence))
    yield from _paragraphs(first)
    trend = content["trend"]
    for word in words[1:] if first else words:
        yield Heading(word["title"]["vi"], level=word["level"])
        yield from _figures_said(content, word["measures"])
        yield from _paragraphs(word, is_alone=not word["measures"])
        if trend is not None and trend["measure"] in word["measures"]:
            yield from _chart(content)
    yield Heading("Biểu số liệu tổng hợp")
    yield _totals(content)


def reporting_sentences(content: Mapping[str, Any]) -> list[str]:
    """Who reported: in time, late, on paper, not at all, and which are missing."""
    tally, standings = content["tally"], content["standings"]
    start, end = (date.fromisoformat(content[name]) for name in ("from", "to"))
    window = f"Kỳ số liệu từ ngày {_day(start)} đến hết ngày {_day(end)}."
    # A summary frozen by an older version does not say it.
    on_paper = tally.get("on_paper", 0)
    if not tally["expected"] and on_paper:
        return [f"{window} Cả {on_paper} báo cáo của kỳ này còn lập trên giấy."]
    if not tally["expected"]:
        return [f"{window} Trong kỳ không có đơn vị nào phải gửi báo cáo."]
    found = [
        (
            f"{window} Có {tally['sent']}/{tally['expected']} báo cáo đã gửi, trong đó đúng "
            f"hạn {tally['in_time']}, muộn {tally['late']}; đã tiếp nhận "
            f"{tally['accepted']} báo cáo."
        )
    ]
    if on_paper:
        found.append(
            f"Ngoài ra có {on_paper} báo cáo của kỳ này còn lập trên giấy, không tính "
            "vào số phải gửi."
        )
    missing = [one["name"] for one in standings if one["is_missing"]]
    if missing and len(missing) <= MOST_NAMES:
        found.append(
            f"Chưa gửi báo cáo ({len(missing)}): {'; '.join(missing)}. Số liệu của các "
            "đơn vị này chỉ gồm phần đã ghi nhận từ hoạt động."
        )
    elif missing:
        found.append(
            f"Còn {len(missing)} đơn vị chưa gửi báo cáo; số liệu của các đơn vị này "
            "chỉ gồm phần đã ghi nhận từ hoạt động."
        )
    estimated = sum(
        1 for one in content["figures"] if one.get("estimated_part") is not None
    )
    if estimated:
        found.append(
            f"Có {estimated} chỉ tiêu trong đó một phần là số liệu ước thực hiện, ghi rõ "
            "ở từng chỉ tiêu."
        )
    return found


def _figures_said(
    content: Mapping[str, Any], measures: Sequence[str]
) -> Iterator[Block]:
    """The figures of a paragraph in sentences, by field of work where they have one."""
    if not measures:
        return
    frequency = content["frequency"]
    figures = [
        one
        for one in content["figures"]
        if one["measure"] in measures and not one["where"]
    ]
    for area in content["fields"]:
        mine = [one for one in figures if one["field"] == area["code"]]
        for sentence in sentences(mine, frequency, lead=f"{area['name']['vi']}: "):
            yield Paragraph(unbroken(f"- {sentence}"))
    general = [one for one in figures if not one["field"]]
    for sentence in sentences(general, frequency, lead="Kết quả: "):
        yield Paragraph(unbroken(sentence))


def _paragraphs(
    word: Mapping[str, Any] | None, *, is_alone: bool = False
) -> Iterator[Block]:
    lines = [line.strip() for line in word["text"].splitlines()] if word else []
    told = [line for line in lines if line]
    for line in told:
        yield Paragraph(line)
    if is_alone and not told:
        yield Paragraph("…")


def _chart(content: Mapping[str, Any]) -> Iterator[Block]:
    trend = content["trend"]
    if trend is None or not any(value for _code, value in trend["points"]):
        return
    bars = tuple(
        Bar(
            _month(code),
            value,
            "…" if value is None else amount_of(value, trend["decimals"]),
        )
        for code, value in trend["points"]
    )
    place = _break_in([code for code, _value in trend["points"]])
    label = "từ 1/7/2025: tổ chức mới" if place is not None else ""
    picture = png_of(
        Chart(bars, place, label), width_mm=CHART_MM[0], height_mm=CHART_MM[1]
    )
    name, unit = trend["name"]["vi"], trend["unit"]["vi"]
    told = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars)
    caption = f"Biểu đồ: {name} ({unit}) theo tháng báo cáo"
    yield Picture(picture, CHART_MM[0], caption, f"{name}: {told}")


def _break_in(codes: Sequence[str]) -> int | None:
    """Before which bar the new structure begins; `None` where all lie on one side."""
    days = [date(int(code[:4]), int(code[5:7]), 1) for code in codes]
    after = [order for order, day in enumerate(days) if day >= REFORM]
    return after[0] if after and after[0] > 0 else None


def _totals(content: Mapping[str, Any]) -> Table:
    past = [name for name in ("previous", "last_year") if name in content["past"]]
    is_year = content["frequency"] == Frequency.YEAR
    heads = {
        "previous": BEFORE[content["frequency"]].capitalize(),
        "last_year": "Năm trước" if is_year else "Cùng kỳ năm trước",
    }
    columns = (
        Column("TT", 7, align=Align.CENTRE),
        Column("Chỉ tiêu", 29, align=Align.LEFT),
        Column("Đơn vị tính", 11, align=Align.CENTRE),
        Column("Kết quả", 21, align=Align.RIGHT),
        *(Column(heads[name], 21, align=Align.RIGHT) for name in past),
        Column("Ghi chú", 12, align=Align.LEFT),
    )
    rows = [
        Row(
            (
                order,
                one["name"]["vi"],
                one["unit"]["vi"],
                _shown(one["value"], one),
                *(_shown(one.get(name), one) for name in past),
                _note(one),
            )
        )
        for order, one in enumerate(content["figures"], start=1)
    ]
    return Table(columns, tuple(rows))


def _shown(value: int | None, one: Mapping[str, Any]) -> str | None:
    return None if value is None else amount_of(value, one["decimals"])


def _note(one: Mapping[str, Any]) -> str:
    if one["value"] is None:
        return "chưa có số liệu"
    part = one.get("estimated_part")
    if part is None:
        return ""
    if part == one["value"]:
        return "ước thực hiện"
    return f"ước thực hiện {amount_of(part, one['decimals'])}"


def _sign_off(summary: Summary | None) -> SignOff:
    person = summary.approved_by if summary else None
    if person is None:
        return SignOff(title="Trưởng ban", name="")
    return SignOff(title=person.title or "Trưởng ban", name=person.name)


def _month(code: str) -> str:
    return f"{int(code[5:7])}/{code[:4]}"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
