"""From a report to the sheets of its form: which cells are open, and what they take."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal

from kheo.ledger.models import ClaimKind
from kheo.programmes.periods import period_name
from kheo.reporting.queries.figures import Figure, parts_below
from kheo.reporting.rules import LARGEST
from kheo.reporting.workbooks.contents import Contents, OpenRemark
from kheo.reporting.workbooks.guide import days_of, guide_sheet
from kheo.reporting.workbooks.words import (
    EVERYTHING_BLANK,
    FIGURES,
    REMARKS,
    SAID,
    WORDS,
    YES,
)
from kheo.stationery.fillable import (
    Cell,
    Fixed,
    FormColumn,
    FormRow,
    FormSheet,
    Kind,
    Open,
    Total,
)

BLANKS = "*"
"""The key of the row that speaks for every row left blank."""

LOGGED, DECLARED, SAYS, ESTIMATED, REASON = (
    *("logged", "declared", "said", "estimated", "reason"),
)
TEXT, ANSWER = "text", "answer"
LONGEST_REASON, LONGEST_ANSWER = 500, 1000
FIGURE_COLUMNS = (
    FormColumn("number", "STT", 5),
    FormColumn("name", "Chỉ tiêu", 40),
    FormColumn("unit", "Đơn vị tính", 11),
    FormColumn(LOGGED, "Ghi nhận từ hoạt động", 14),
    FormColumn(DECLARED, "Khai thêm", 14, is_open=True),
    FormColumn("value", "Số của báo cáo", 14),
    FormColumn(SAYS, "Không có số liệu?", 21, is_open=True),
    FormColumn(ESTIMATED, "Ước thực hiện", 9, is_open=True),
    FormColumn(REASON, "Lý do hoặc ghi chú", 26, is_open=True),
    FormColumn("previous", "Kỳ trước", 13),
)
REMARK_COLUMN = FormColumn("remark", "Ý kiến của nơi nhận", 30)
WORD_COLUMNS = (
    FormColumn("title", "Mục", 36),
    FormColumn(TEXT, "Nội dung", 96, is_open=True),
)
REMARK_COLUMNS = (
    FormColumn("place", "Về", 34),
    FormColumn("remark", "Ý kiến của nơi nhận", 50),
    FormColumn(ANSWER, "Đã xử lý thế nào", 50, is_open=True),
)


def sheets_of(contents: Contents, *, on: date) -> tuple[FormSheet, ...]:
    """Every sheet of the form, in order; that of remarks only where there are any."""
    answers = (remark_sheet(contents),) if contents.remarks else ()
    return (
        figure_sheet(contents),
        word_sheet(contents),
        *answers,
        guide_sheet(contents, on=on),
    )


def figure_sheet(contents: Contents) -> FormSheet:
    columns: tuple[FormColumn, ...] = FIGURE_COLUMNS
    if any(one.cell_key for one in contents.remarks):
        columns = (*columns, REMARK_COLUMN)
    below = parts_below([figure.cell for figure in contents.figures])
    typed = {one.key for one in contents.figures if one.cell.is_typed}
    rows = [
        _figure_row(
            figure,
            order,
            contents,
            [k for k in below.get(figure.key, ()) if k in typed],
        )
        for order, figure in enumerate(contents.figures, start=1)
    ]
    blanks = FormRow(
        BLANKS,
        EVERYTHING_BLANK,
        {
            "name": Fixed(EVERYTHING_BLANK),
            SAYS: Open(Kind.CHOICE, choices=(SAID[ClaimKind.NIL],)),
        },
    )
    return FormSheet(
        name=FIGURES,
        code="figures",
        columns=columns,
        rows=(*rows, blanks),
        title=_title("Biểu số liệu", contents),
        needs=(REASON, DECLARED),
        frozen=2,
    )


def word_sheet(contents: Contents, held: Collection[str] | None = None) -> FormSheet:
    """`held` are the texts that stay on the page; without it, those too long today."""
    if held is None:
        held = [one.key for one in contents.paragraphs if contents.is_held(one.key)]
    columns: tuple[FormColumn, ...] = WORD_COLUMNS
    if any(one.paragraph_key for one in contents.remarks):
        columns = (*columns, REMARK_COLUMN)
    return FormSheet(
        name=WORDS,
        code="words",
        columns=columns,
        rows=tuple(_word_rows(contents, held)),
        title=_title("Phần lời", contents),
    )


def remark_sheet(
    contents: Contents, remarks: Sequence[OpenRemark] | None = None
) -> FormSheet:
    rows = [
        FormRow(
            str(one.key),
            one.place,
            {
                "place": Fixed(one.place),
                "remark": Fixed(one.text),
                ANSWER: Open(Kind.TEXT, lines=2),
            },
        )
        for one in (contents.remarks if remarks is None else remarks)
    ]
    return FormSheet(
        name=REMARKS,
        code="remarks",
        columns=REMARK_COLUMNS,
        rows=tuple(rows),
        title=_title("Ý kiến của nơi nhận", contents),
    )


def _figure_row(
    figure: Figure, order: int, contents: Contents, parts: Sequence[str]
) -> FormRow:
    cell = figure.cell
    cells: dict[str, Cell] = {
        "number": Fixed(str(order)),
        "name": Fixed(cell.name.vi),
        "unit": Fixed(cell.unit.vi),
        LOGGED: Fixed(scaled(figure.logged, cell.decimals), cell.decimals),
        "value": Fixed(scaled(figure.value, cell.decimals), cell.decimals),
        "previous": Fixed(scaled(figure.previous, cell.decimals), cell.decimals),
        "remark": Fixed(
            "\n".join(r.text for r in contents.remarks if r.cell_key == figure.key)
        ),
    }
    if cell.is_typed:
        cells |= {
            DECLARED: Open(
                Kind.NUMBER,
                scaled(figure.declared, cell.decimals),
                cell.decimals,
                most=Decimal(LARGEST - 1).scaleb(-cell.decimals),
            ),
            "value": Total(
                scaled(figure.value, cell.decimals),
                (
                    (figure.key, LOGGED),
                    (figure.key, DECLARED),
                    *((key, DECLARED) for key in parts),
                ),
                cell.decimals,
            ),
            SAYS: Open(Kind.CHOICE, _said(figure), choices=tuple(SAID.values())),
            ESTIMATED: Open(
                Kind.CHOICE, YES if figure.is_estimated else None, choices=(YES,)
            ),
            REASON: Open(Kind.TEXT, figure.reason or None),
        }
    return FormRow(figure.key, cell.name.vi, cells)


def _word_rows(contents: Contents, held: Collection[str]) -> Iterator[FormRow]:
    for rule in contents.paragraphs:
        text = contents.text(rule.key)
        hint = f"\n{rule.hint.vi}" if rule.hint else ""
        cells: dict[str, Cell] = {
            "title": Fixed(f"{'   ' * (rule.level - 1)}{rule.title.vi}{hint}"),
            TEXT: Open(Kind.TEXT, text, lines=4),
            "remark": Fixed(
                "\n".join(
                    r.text for r in contents.remarks if r.paragraph_key == rule.key
                )
            ),
        }
        if rule.key in held:
            told = "(dài quá một ô Excel: chỉ sửa trên trang báo cáo)"
            cells[TEXT] = Fixed(f"{text[:500]}… {told}")
        yield FormRow(rule.key, rule.title.vi, cells)


def _title(what: str, contents: Contents) -> tuple[str, ...]:
    period = period_name(contents.period).vi
    return (
        f"{what}: {contents.title}, {period}",
        f"{contents.body_name}. Kỳ số liệu {days_of(contents)}",
        *((contents.label,) if contents.label else ()),
        "Chỉ điền vào ô nền vàng. Ô nền xám do Khéo tính; sửa ở đó không có tác dụng.",
    )


def scaled(value: int | None, decimals: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-decimals)


def _said(figure: Figure) -> str | None:
    return SAID[ClaimKind(figure.said)] if figure.said else None
