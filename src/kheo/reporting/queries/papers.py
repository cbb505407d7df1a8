"""The paper and the workbook made of reports, as plain values for `stationery`.

In Vietnamese whatever the language of the page: they go to offices.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from kheo.ledger.models import ClaimKind
from kheo.organisations.models import Kind, Organisation
from kheo.organisations.queries import parent_on, superiors_on, version_on, versions_on
from kheo.places.queries import version_on as place_on
from kheo.places.rules import PlaceKind, short_name
from kheo.programmes.periods import period_name
from kheo.reporting.models import IssuedPaper, Statement
from kheo.reporting.queries.consolidation import (
    Consolidation,
    ConsolidationRow,
)
from kheo.reporting.queries.consolidation import RowKind as Kinds
from kheo.reporting.queries.obligations import FormCell
from kheo.stationery.paper import (
    Align,
    Annex,
    Authority,
    AuthorityLine,
    Block,
    Column,
    Family,
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
from kheo.stationery.workbook import Sheet

NO_BREAK = "\u00a0"
REPORT_CODE = "BC"
REPORT_NAME = "Báo cáo"
MOST_COLUMNS = 9
"""More columns than this nobody reads on one page of paper."""
STAR_MEANS = "* Trong đó có số liệu ước thực hiện."

FAMILIES: Mapping[str, Family] = {
    Kind.FRONT: Family.FRONT,
    Kind.MASS_ORGANISATION: Family.FRONT,
    Kind.PEOPLES_COMMITTEE: Family.STATE,
    Kind.AGENCY: Family.STATE,
    Kind.SCHOOL: Family.STATE,
}
SIGNS_FOR: Mapping[str, str] = {
    Kind.PROVINCIAL_COMMITTEE: "Ban Thường vụ",
    Kind.DIRECT_COMMITTEE: "Ban Thường vụ",
    Kind.DISTRICT_COMMITTEE: "Ban Thường vụ",
    Kind.COMMUNE_COMMITTEE: "Ban Thường vụ",
    Kind.BASE_COMMITTEE: "Đảng ủy",
    Kind.CELL: "Chi bộ",
    Kind.FRONT: "Ban Thường trực",
}
SYMBOLS: Mapping[str, str] = {Kind.CELL: "CB"}
WORDS: Mapping[str, str] = {
    ClaimKind.NIL: "không phát sinh",
    ClaimKind.NOT_APPLICABLE: "không thuộc phạm vi",
    "": "chưa có số liệu",
}
HOW_IT_ADDS_UP = (
    "Tổng = các đơn vị + phần của chính cấp ủy + hiệu chỉnh việc làm chung (tính một "
    "lần) + chưa phân bổ. Tỷ lệ tính từ tử số và mẫu số, không cộng."
)
CORRECTIONS: Mapping[str, str] = {
    "=own": "Phần của chính cấp ủy",
    "=shared": "Hiệu chỉnh việc làm chung",
    "=unallocated": "Chưa phân bổ",
}
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues, below whom, where, in which family of rules of form."""

    family: Family
    superior: str
    issuer: str
    symbol: str
    place: str
    signs_for: str


def letterhead_of(organisation: Organisation, day: date) -> Letterhead:
    """The head of a body's papers on a day; what is not known stays blank."""
    version = version_on(organisation, day)
    superior = parent_on(organisation, day)
    above = version_on(superior, day) if superior else None
    kind = version.kind if version else ""
    return Letterhead(
        family=FAMILIES.get(kind, Family.PARTY),
        superior=above.name if above else "",
        issuer=version.name if version else organisation.code,
        symbol=(version.symbol if version else "") or SYMBOLS.get(kind, "ĐU"),
        place=_place_name(organisation, day),
        signs_for=SIGNS_FOR.get(kind, ""),
    )


def symbol_of(organisation: Organisation, day: date) -> str:
    return letterhead_of(organisation, day).symbol


def paper_of(
    statement: Statement,
    *,
    issued: IssuedPaper | None = None,
    annexes: tuple[Annex, ...] = (),
) -> Paper:
    """The report as an official paper, made of the frozen statement alone.

    Without an issued number its place and the day stay blank for the records clerk.
    """
    content, report = statement.content, statement.report
    on = issued.issued_on if issued else localdate(statement.approved_at)
    head = letterhead_of(report.organisation, report.window.last)
    return Paper(
        family=head.family,
        superior=head.superior,
        issuer=head.issuer,
        symbol=head.symbol,
        type_code=REPORT_CODE,
        type_name=REPORT_NAME,
        place=head.place,
        on=on,
        is_day_open=issued is None,
        number=number_in(issued.number) if issued else None,
        subject=subject_of(content),
        blocks=tuple(_blocks(content)),
        sign_off=_sign_off(statement, head),
        recipients=tuple(_recipients(content)),
        archive=f"Lưu {head.symbol}",
        annexes=annexes,
        is_sample=content["is_sample"],
        digest=statement.digest,
        notes=_notes(content),
    )


def subject_of(content: Mapping[str, Any]) -> str:
    """What the report is about: `Kết quả hoạt động … quý III năm 2026`."""
    name = content["programme_name"]["vi"]
    begins = name[:2]
    is_word = begins == begins.capitalize()  # not an abbreviation
    inside = name[:1].lower() + name[1:] if is_word else name
    period = period_name(content["period"]).vi.replace(" ", NO_BREAK)
    return f"Kết quả {inside} {period}"


def annex_of(
    consolidation: Consolidation,
    *,
    subject: str,
    estimated: Mapping[str, Mapping[str, int]] | None = None,
) -> Annex:
    """The bodies side by side, in landscape; as many tables as the figures need.

    No figure is left out: a page holds `MOST_COLUMNS`, the next ones follow in a table
    of their own. An estimated figure carries a star.
    """
    parts = estimated or {}
    places = list(range(len(consolidation.cells)))
    several = len(places) > MOST_COLUMNS
    size = -(-len(places) // -(-len(places) // MOST_COLUMNS)) if places else 1
    tables = [
        _annex_table(
            consolidation,
            places[start : start + size],
            parts,
            caption=f"Biểu {start // size + 1}" if several else "",
        )
        for start in range(0, len(places), size)
    ]
    notes = [Paragraph(HOW_IT_ADDS_UP, Align.LEFT)]
    if parts:
        notes.append(Paragraph(STAR_MEANS, Align.LEFT))
    return Annex("Phụ lục", subject, (*tables, *notes), is_landscape=True)


def _annex_table(
    consolidation: Consolidation,
    places: Sequence[int],
    parts: Mapping[str, Mapping[str, int]],
    *,
    caption: str,
) -> Table:
    cells = [consolidation.cells[place] for place in places]
    columns = (
        Column("Đơn vị", 26, align=Align.LEFT),
        *(
            Column(_heading(cell), 11, cell.decimals, align=Align.RIGHT)
            for cell in cells
        ),
    )
    rows = [
        Row(
            (
                _label(row),
                *(
                    _starred(
                        _printed(row, consolidation, place),
                        consolidation.cells[place],
                        parts.get(row.key, {}),
                    )
                    for place in places
                ),
            ),
            kind,
        )
        for row, kind in _with_kinds(consolidation)
    ]
    return Table(columns, tuple(rows), caption=caption)


def _starred(
    printed: Decimal | str | None, cell: FormCell, parts: Mapping[str, int]
) -> Decimal | str | None:
    if not isinstance(printed, Decimal) or cell.key not in parts:
        return printed
    return f"{figure(printed, cell.decimals)}*"


# The workbook


def summary_sheet(consolidation: Consolidation, *, title: str, note: str = "") -> Sheet:
    """Every figure of every body; the correction rows make the sums true."""
    columns = (
        Column("Đơn vị", 38),
        *(Column(_heading(cell), 13, cell.decimals) for cell in consolidation.cells),
    )
    rows = [
        Row(
            (
                _label(row),
                *(
                    _printed(row, consolidation, place)
                    for place in range(len(consolidation.cells))
                ),
            ),
            kind,
        )
        for row, kind in _with_kinds(consolidation)
    ]
    notes = (
        HOW_IT_ADDS_UP,
        *((note,) if note else ()),
    )
    return Sheet("Tổng hợp", columns, tuple(rows), (title,), notes, is_landscape=True)


def body_sheet(statement: Statement) -> Sheet:
    """One body's approved figures on a sheet of its own."""
    content = statement.content
    figures = content["figures"]
    columns = (
        Column("Chỉ tiêu", 48),
        Column("Đơn vị tính", 14),
        Column("Ghi nhận", 14),
        Column("Khai thêm", 14),
        Column("Kết quả", 14),
        Column("Ghi chú", 32),
    )
    rows = [
        Row(
            (
                one["name"]["vi"],
                one["unit"]["vi"],
                _amount(one["logged"], one["decimals"]),
                _amount(one["declared"], one["decimals"]),
                _amount(one["value"], one["decimals"]),
                "; ".join(_remarks(one)),
            ),
            decimals=one["decimals"],
        )
        for one in figures
    ]
    period = period_name(content["period"]).vi
    title = (content["body_name"], f"{content['title']['vi']}, {period}")
    notes = (f"Mã kiểm tra số liệu đã duyệt: {statement.digest}", *_notes(content))
    return Sheet(content["body_name"], columns, tuple(rows), title, notes)


# Parts


def _blocks(content: Mapping[str, Any]) -> Iterator[Block]:
    start, end = (date.fromisoformat(content[name]) for name in ("from", "to"))
    yield Paragraph(
        f"Số liệu từ ngày {start.day}/{start.month}/{start.year} đến hết ngày "
        f"{end.day}/{end.month}/{end.year}."
    )
    for word in content["words"]:
        if word["text"]:
            yield Heading(word["title"]["vi"], level=word["level"])
            for line in word["text"].splitlines():
                if line.strip():
                    yield Paragraph(line.strip())
    yield Heading("Biểu số liệu")
    yield _figures_table(content["figures"])


def _figures_table(figures: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("TT", 7, align=Align.CENTRE),
        Column("Chỉ tiêu", 33, align=Align.LEFT),
        Column("Đơn vị tính", 12, align=Align.CENTRE),
        Column("Kết quả", 18, align=Align.RIGHT),
        Column("Ghi chú", 17, align=Align.LEFT),
    )
    rows = [
        Row(
            (
                order,
                one["name"]["vi"],
                one["unit"]["vi"],
                _in_words(one),
                "; ".join(_remarks(one)),
            )
        )
        for order, one in enumerate(figures, start=1)
    ]
    return Table(columns, tuple(rows))


def _in_words(one: Mapping[str, Any]) -> str | None:
    if one["value"] is None:
        return None
    return figure(Decimal(one["value"]).scaleb(-one["decimals"]), one["decimals"])


def _remarks(one: Mapping[str, Any]) -> Iterator[str]:
    """What stands beside a figure: its word, what was declared, why, estimated."""
    if one["claim"] in WORDS:
        yield WORDS[one["claim"]]
    if one["declared"] is not None and one["logged"] is not None:
        exponent = one["decimals"]
        added = figure(Decimal(one["declared"]).scaleb(-exponent), exponent)
        yield f"trong đó khai thêm {added}"
    if one["reason"]:
        yield one["reason"]
    part = one.get("estimated_part")
    if part is not None and part != one["value"]:
        shown = figure(Decimal(part).scaleb(-one["decimals"]), one["decimals"])
        yield f"trong đó ước thực hiện {shown}"
    elif part is not None or one["estimated"]:
        yield "ước thực hiện"


def _sign_off(statement: Statement, head: Letterhead) -> SignOff:
    person = statement.approved_by
    authority = (
        (AuthorityLine(Authority.FOR_BODY, head.signs_for),) if head.signs_for else ()
    )
    return SignOff(
        title=person.title if person else "",
        name=statement.content["approved_by"],
        authority=authority,
    )


def _recipients(content: Mapping[str, Any]) -> Iterator[Recipient]:
    if content["receiver_name"]:
        yield Recipient(content["receiver_name"], "báo cáo")


def _notes(content: Mapping[str, Any]) -> tuple[str, ...]:
    label = content["label"]
    return (label["vi"],) if label else ()


def number_in(text: str) -> int | None:
    found = _NUMBER.search(text)
    return int(found[0]) if found else None


def _place_name(organisation: Organisation, day: date) -> str:
    """Where the body sits: its own place, or that of the nearest superior with one.

    A place that ended before `day` counts for none.
    """
    above = superiors_on(organisation, day) or [organisation]
    versions = versions_on([body.pk for body in above], day)
    for body in above:
        version = versions.get(body.pk)
        if version is not None and version.place is not None:
            place = place_on(version.place, day)
            if place is not None:
                return short_name(place.name, PlaceKind(place.kind))
    return ""


def _heading(cell: FormCell) -> str:
    return f"{cell.name.vi} ({cell.unit.vi})"


def _with_kinds(
    consolidation: Consolidation,
) -> Iterable[tuple[ConsolidationRow, RowKind]]:
    kinds = {Kinds.CHILD: RowKind.BODY, Kinds.CORRECTION: RowKind.CORRECTION}
    for row in consolidation.rows:
        yield row, kinds[row.kind]
    yield consolidation.total, RowKind.TOTAL


def _label(row: ConsolidationRow) -> str:
    return CORRECTIONS.get(row.key, row.label)


def _printed(
    row: ConsolidationRow, consolidation: Consolidation, place: int
) -> Decimal | str | None:
    cell, value = consolidation.cells[place], row.values[place]
    if value is None and row.kind is Kinds.CORRECTION:
        return ""
    return _amount(value, cell.decimals)


def _amount(value: int | None, decimals: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-decimals)


def without_silent(table: Consolidation, owing: Collection[int]) -> Consolidation:
    """The table without bodies of which nothing is known and nothing is expected."""
    rows = tuple(
        row
        for row in table.rows
        if row.body is None
        or row.body in owing
        or any(value is not None for value in row.values)
    )
    return replace(table, rows=rows)
