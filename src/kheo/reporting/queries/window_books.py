"""The workbook of a window: a sheet for each committee, a summary that adds up.

Every total is a formula with the ledger's value kept beside it; where the printed rows
would not make it true, the number stands alone. So a reader can compute all again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from kheo.activities.rules import format_amount
from kheo.organisations.models import Reach
from kheo.organisations.queries import PARTY
from kheo.programmes.pack import Law
from kheo.programmes.periods import period_name
from kheo.reporting.models import Summary
from kheo.reporting.queries.beside import estimates_by_row
from kheo.reporting.queries.consolidation import (
    Consolidation,
    ConsolidationRow,
    Question,
    consolidation_of,
)
from kheo.reporting.queries.consolidation import RowKind as Kinds
from kheo.reporting.queries.estimates import Estimates, estimates_in
from kheo.reporting.queries.obligations import FormCell, cells_of, owed_for
from kheo.reporting.queries.papers import (
    CORRECTIONS,
    HOW_IT_ADDS_UP,
    STAR_MEANS,
    without_silent,
)
from kheo.reporting.queries.summaries import Ground, since_approved
from kheo.reporting.rules import Difference
from kheo.stationery.paper import (
    Align,
    Cell,
    Column,
    Computed,
    Estimated,
    Link,
    Percent,
    Row,
    RowKind,
    Sum,
)
from kheo.stationery.workbook import Sheet

SUMMARY, SENDERS, NOTES = "Tổng hợp", "Tình hình gửi", "Đọc bảng này"
STANDINGS: Mapping[str, str] = {
    "waiting": "đã gửi, chờ tiếp nhận",
    "accepted": "đã tiếp nhận",
    "returned": "đã trả lại, đang sửa",
    "missing": "chưa gửi",
    "on_paper": "báo cáo trên giấy",
}


@dataclass(frozen=True, slots=True)
class _Book:
    ground: Ground
    cells: tuple[FormCell, ...]
    estimates: Estimates
    owing: frozenset[int]
    period: str

    def table(self, body: int, label: str) -> Consolidation:
        ground = self.ground
        asked = Question(ground.programme.code, body, ground.window.interval)
        table = consolidation_of(asked, self.cells, label=label)
        return without_silent(table, self.owing)

    def parts(self, table: Consolidation, body: int) -> dict[str, dict[str, int]]:
        return estimates_by_row(table, self.estimates, body)


def window_sheets(
    ground: Ground, content: Mapping[str, Any], *, approved: Summary | None = None
) -> list[Sheet]:
    """Summary, a sheet for each committee with bodies below it, who sent, notes.

    The figures are today's: the notes say in what they differ from an `approved` paper.
    """
    cells = tuple(cells_of(ground.pack, ground.definition))
    found = estimates_in(
        ground.programme.code, ground.window.interval, {cell.measure for cell in cells}
    )
    owed = owed_for(ground.programme, ground.window.duties)
    book = _Book(
        ground=ground,
        cells=cells,
        estimates=found,
        owing=frozenset(one.organisation.pk for one in owed),
        period=period_name(ground.window.code).vi,
    )
    whole = book.table(ground.node.pk, content["whole_name"])
    parents = _with_bodies_below(whole, ground.window.interval.last)
    links: dict[str, Link] = {}
    committees: list[Sheet] = []
    for row in whole.rows:
        if row.body is None or row.body not in parents:
            continue
        table = book.table(row.body, row.label)
        committees.append(_sheet(book, table, row.body, name=row.label, links={}))
        links[row.key] = Link(len(committees), len(table.rows))
    summary = _sheet(book, whole, ground.node.pk, name=SUMMARY, links=links)
    return [
        summary,
        *committees,
        _senders(content, book.period),
        _notes(
            content,
            book.period,
            has_estimates=bool(found.parts),
            changes=_changes(ground, approved),
        ),
    ]


def _sheet(
    book: _Book,
    table: Consolidation,
    body: int,
    *,
    name: str,
    links: Mapping[str, Link],
) -> Sheet:
    parts = book.parts(table, body)
    columns = (
        Column("Đơn vị", 38),
        *(
            Column(f"{one.name.vi} ({one.unit.vi})", 13, one.decimals)
            for one in book.cells
        ),
    )
    rows = [
        Row(
            (
                CORRECTIONS.get(row.key, row.label),
                *_cells(book.cells, row, parts.get(row.key, {}), links.get(row.key)),
            ),
            RowKind.CORRECTION if row.kind is Kinds.CORRECTION else RowKind.BODY,
        )
        for row in table.rows
    ]
    total = Row(
        (
            table.total.label,
            *_totals(book.cells, table, parts.get(table.total.key, {})),
        ),
        RowKind.TOTAL,
    )
    label = book.ground.pack.label
    title = (
        f"{book.ground.pack.name.vi}, {book.period}",
        table.total.label,
        *((label.vi,) if label else ()),
    )
    notes = (HOW_IT_ADDS_UP, *((STAR_MEANS,) if parts else ()))
    return Sheet(name, columns, (*rows, total), title, notes, is_landscape=True)


def _cells(
    cells: Sequence[FormCell],
    row: ConsolidationRow,
    parts: Mapping[str, int],
    link: Link | None,
) -> Iterator[Cell]:
    for cell, value in zip(cells, row.values, strict=True):
        amount = _amount(value, cell)
        if amount is None:
            yield "" if row.kind is Kinds.CORRECTION else None
            continue
        made = Computed(amount, link) if link else amount
        yield Estimated(made) if cell.key in parts else made


def _totals(
    cells: Sequence[FormCell], table: Consolidation, parts: Mapping[str, int]
) -> Iterator[Cell]:
    places = {(cell.measure, cell.dimensions): at for at, cell in enumerate(cells)}
    for at, cell in enumerate(cells):
        amount = _amount(table.total.values[at], cell)
        if amount is None:
            yield None
            continue
        made: Decimal | Computed = amount
        if cell.law is Law.RATIO:
            made = _percent(cell, amount, places, table)
        elif _adds_up(table, at):
            made = Computed(amount, Sum(0, len(table.rows) - 1))
        yield Estimated(made) if cell.key in parts else made


def _adds_up(table: Consolidation, at: int) -> bool:
    """Whether the printed rows are the total; a formula never says otherwise."""
    known = [row.values[at] for row in table.rows]
    return bool(table.rows) and sum(v or 0 for v in known) == table.total.values[at]


def _percent(
    cell: FormCell,
    amount: Decimal,
    places: Mapping[tuple[str, str], int],
    table: Consolidation,
) -> Decimal | Computed:
    """A ratio from its parts, where both stand in the table."""
    found = [places.get((part, cell.dimensions)) for part in cell.parts or ()]
    known = [at for at in found if at is not None and table.total.values[at]]
    if len(known) != len(found) or not found:
        return amount
    above, below = known
    # The first column is the name of the body.
    return Computed(amount, Percent(above + 1, below + 1, cell.decimals))


def _with_bodies_below(table: Consolidation, day: date) -> set[int]:
    bodies = [row.body for row in table.rows if row.body is not None]
    found = Reach.objects.filter(
        tree__code=PARTY,
        superior__in=bodies,
        depth__gt=0,
        valid_from__lte=day,
        valid_to__gt=day,
    )
    return set(found.values_list("superior", flat=True))


def _senders(content: Mapping[str, Any], period: str) -> Sheet:
    columns = (
        Column("Đơn vị", 44),
        Column("Báo cáo", 40),
        Column("Tình trạng", 24),
        Column("Gửi lần đầu", 14),
        Column("Ngày cuối cùng", 14),
        Column("Muộn (ngày)", 12),
    )
    rows = [
        Row(
            (
                one["name"],
                one["title"]["vi"],
                STANDINGS[one["standing"]],
                date.fromisoformat(one["sent_on"]) if one["sent_on"] else "",
                date.fromisoformat(one["last_day"]),
                one["days_late"] or "",
            )
        )
        for one in content["standings"]
    ]
    tally = content["tally"]
    told = (
        f"Phải gửi {tally['expected']}; đã gửi {tally['sent']} (đúng hạn "
        f"{tally['in_time']}, muộn {tally['late']}); đã tiếp nhận {tally['accepted']}; "
        f"chưa gửi {tally['missing']}."
    )
    # A summary frozen by an older version does not say it.
    if on_paper := tally.get("on_paper", 0):
        told += f" Trên giấy, không lưu trong Khéo: {on_paper}."
    title = (f"Tình hình gửi báo cáo, {period}", content["body_name"])
    return Sheet(SENDERS, columns, tuple(rows), title, (told,), is_landscape=True)


def _changes(ground: Ground, approved: Summary | None) -> list[tuple[str, str]]:
    """What an approved paper says, and every figure that is another today."""
    if approved is None or approved.content is None or approved.approved_at is None:
        return []
    day = f"{localdate(approved.approved_at):%d/%m/%Y}"
    number = f" số {approved.number}" if approved.number else ""
    since = since_approved(ground, approved.content)
    if not since:
        said = f"Báo cáo{number} duyệt ngày {day}: số liệu chưa thay đổi từ đó"
        return [("Số đã duyệt", said)]
    said = f"Báo cáo{number} duyệt ngày {day} giữ số cũ; bảng này là số liệu hôm nay"
    changed = [
        (one, since[one["key"]])
        for one in approved.content["figures"]
        if one["key"] in since
    ]
    lines = [("Thay đổi từ khi duyệt", _changed(*pair)) for pair in changed]
    return [("Số đã duyệt", said), *lines]


def _changed(figure: Mapping[str, Any], change: Difference) -> str:
    then, now = (
        _plain(one, figure["decimals"]) for one in (change.before, change.after)
    )
    name = f"{figure['name']['vi']} ({figure['unit']['vi']})"
    return f"{name}: đã duyệt {then}, nay {now}"


def _plain(value: int, decimals: int) -> str:
    return ("-" if value < 0 else "") + format_amount(abs(value), decimals)


def _notes(
    content: Mapping[str, Any],
    period: str,
    *,
    has_estimates: bool,
    changes: Sequence[tuple[str, str]] = (),
) -> Sheet:
    start, end = (date.fromisoformat(content[name]) for name in ("from", "to"))
    label = content["label"]
    lines = [
        ("Nguồn", "Sổ số liệu của Khéo: hoạt động đã ghi nhận và số liệu khai thêm"),
        ("Chuyên đề", content["programme_name"]["vi"]),
        ("Kỳ báo cáo", period),
        ("Kỳ số liệu", f"{start:%d/%m/%Y} đến hết {end:%d/%m/%Y}"),
        ("Nơi nhận báo cáo", content["body_name"]),
        ("Cơ cấu tổ chức", "Đúng như tại ngày của từng việc (số chốt: ngày cuối kỳ)"),
        ("Cộng thế nào", HOW_IT_ADDS_UP),
        ("Ô trống", "Chưa có số liệu; không phải là số 0"),
        ("Công thức", "Dòng tổng là công thức, có thể tính lại trong Excel"),
    ]
    lines += changes
    if has_estimates:
        lines.append(("Dấu *", STAR_MEANS.removeprefix("* ")))
    if label:
        lines.append(("Lưu ý", label["vi"]))
    if content["is_sample"]:
        lines.append(("Dữ liệu mẫu", "Người và báo cáo là hư cấu; địa danh là thật"))
    columns = (Column("Mục", 24), Column("Nội dung", 90, align=Align.LEFT))
    rows = tuple(Row(line) for line in lines)
    return Sheet(NOTES, columns, rows, (f"Cách đọc bảng số liệu, {period}",))


def _amount(value: int | None, cell: FormCell) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-cell.decimals)
