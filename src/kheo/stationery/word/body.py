"""The middle of a paper: headings, paragraphs, tables, and annexes."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from kheo.stationery.paper import (
    Align,
    Annex,
    Block,
    Cell,
    Column,
    Computed,
    Estimated,
    Heading,
    Paragraph,
    Picture,
    Row,
    RowKind,
    Span,
    Table,
)
from kheo.stationery.word.canvas import Canvas, add_section, new_outline
from kheo.stationery.word.parts import (
    CENTRE,
    element,
    fix_widths,
    fresh,
    keep_row_whole,
    put,
    space,
    write,
)
from kheo.stationery.wording import (
    MISSING_FIGURE,
    date_line,
    figure,
    format_number,
)

LETTERS = "abcdđeghiklmnopqrstuvxy"
"""The alphabet as official papers letter their points."""

NARROW_COLUMNS, CROWDED_COLUMNS = 6, 9
SMALLEST_TABLE_PT = 10.0
ALIGNMENTS = {
    Align.JUSTIFY: WD_ALIGN_PARAGRAPH.JUSTIFY,
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: CENTRE,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}


def write_body(canvas: Canvas) -> None:
    form, paper = canvas.form, canvas.paper
    last_base = len(paper.bases) - 1
    for order, base in enumerate(paper.bases):
        end = form.last_base_end if order == last_base else form.base_end
        span = Span(f"{form.base_prefix}{base}{end}", is_italic=form.bases_are_italic)
        _write_paragraph(canvas, Paragraph((span,)))
    _write_blocks(canvas, paper.blocks, end_mark=form.end_mark)


def write_annexes(canvas: Canvas) -> None:
    for annex in canvas.paper.annexes:
        add_section(canvas, is_landscape=annex.is_landscape)
        _write_annex_head(canvas, annex)
        _write_blocks(canvas, annex.blocks, end_mark="")


def _write_annex_head(canvas: Canvas, annex: Annex) -> None:
    form = canvas.form
    _centred(canvas, annex.title.upper(), pt=form.body_pt, is_bold=True)
    _centred(canvas, annex.subject, pt=form.body_pt, is_bold=True)
    _centred(canvas, _reference(canvas), pt=form.body_pt, is_italic=True, after=8)


def _reference(canvas: Canvas) -> str:
    """“Kèm theo Báo cáo số …”: an annex names the paper it goes with."""
    paper = canvas.paper
    number = format_number(paper.family, paper.number, paper.type_code, paper.symbol)
    return canvas.form.annex_reference.format(
        type_name=paper.type_name.capitalize() or "Công văn",
        number=f"số {number}",
        date=date_line(paper.on, is_day_open=paper.is_day_open),
        issuer=paper.issuer,
    )


def _write_blocks(canvas: Canvas, blocks: Sequence[Block], *, end_mark: str) -> None:
    outline, letter = new_outline(canvas), 0
    last = len(blocks) - 1
    for order, block in enumerate(blocks):
        if isinstance(block, Heading):
            letter = letter + 1 if block.level > 2 else 0
            _write_heading(canvas, block, outline, letter)
        elif isinstance(block, Table):
            _write_table(canvas, block)
        elif isinstance(block, Picture):
            _write_picture(canvas, block)
        else:
            ending = end_mark if order == last else ""
            _write_paragraph(canvas, block, ending, is_last=order == last)


def _write_heading(canvas: Canvas, heading: Heading, outline: int, letter: int) -> None:
    form = canvas.form
    level = min(heading.level, 3)
    paragraph = canvas.document.add_paragraph(style=f"Heading {level}")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    gap = form.paragraph_gap_pt
    space(paragraph, before=gap, line=form.line_pt, first_mm=form.first_line_mm)
    if level < 3:
        numbered = element("w:numPr")
        numbered.append(element("w:ilvl", val=str(level - 1)))
        numbered.append(element("w:numId", val=str(outline)))
        put(paragraph, numbered)
        write(paragraph, heading.text, pt=form.body_pt, is_bold=True)
    else:
        mark = form.heading_marks[2].replace("%3", _letter(letter))
        write(paragraph, f"{mark} {heading.text}", pt=form.body_pt, is_italic=True)


def _letter(order: int) -> str:
    """a, b, c, d, đ, e …; after the last one aa, ab."""
    above, rest = divmod(order - 1, len(LETTERS))
    return (LETTERS[above - 1] if above else "") + LETTERS[rest]


def _write_paragraph(
    canvas: Canvas, block: Paragraph, ending: str = "", *, is_last: bool = False
) -> None:
    form = canvas.form
    paragraph = canvas.document.add_paragraph()
    paragraph.alignment = ALIGNMENTS[block.align]
    is_running = block.align in {Align.JUSTIFY, Align.LEFT}
    first = form.first_line_mm if is_running else 0
    gap = form.paragraph_gap_pt
    space(paragraph, before=gap, line=form.line_pt, first_mm=first)
    spans = (Span(block.text),) if isinstance(block.text, str) else block.text
    for order, span in enumerate(spans):
        text = span.text
        if ending and order == len(spans) - 1:
            text = f"{text.rstrip(' .;/')}{ending}"
        write(
            paragraph,
            text,
            pt=form.body_pt,
            is_bold=span.is_bold,
            is_italic=span.is_italic,
        )
    if is_last:
        put(paragraph, element("w:keepNext"))


def _write_table(canvas: Canvas, table: Table) -> None:
    form, document = canvas.form, canvas.document
    if table.caption:
        _centred(canvas, table.caption, pt=form.body_pt, is_bold=True, before=8)
    if table.unit:
        unit = document.add_paragraph()
        unit.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        space(unit, before=2)
        write(unit, table.unit, pt=form.table_pt, is_italic=True)
        put(unit, element("w:keepNext"))
    if not (table.caption or table.unit):
        space(document.add_paragraph(), line=6)
    word_table = document.add_table(1 + len(table.rows), len(table.columns))
    word_table.style = document.styles["Table Grid"]
    word_table.alignment = WD_TABLE_ALIGNMENT.CENTER
    total = sum(column.width for column in table.columns)
    widths = [canvas.text_mm * column.width / total for column in table.columns]
    fix_widths(word_table, widths)
    size = _table_size(form.table_pt, len(table.columns))
    _write_header(word_table, table.columns, size)
    kept = _kept_with_next(table.rows)
    for row, word_row, keep in zip(
        table.rows, list(word_table.rows)[1:], kept, strict=True
    ):
        keep_row_whole(word_row)
        _write_row(row, word_row.cells, table.columns, size, keep=keep)
    space(document.add_paragraph(), line=6)


def _write_picture(canvas: Canvas, picture: Picture) -> None:
    """The picture on a line of its own, kept with its caption, described for readers."""
    holder = canvas.document.add_paragraph()
    holder.alignment = CENTRE
    space(holder, before=8, after=2)
    put(holder, element("w:keepNext"))
    width = min(picture.width_mm, canvas.text_mm)
    shape = holder.add_run().add_picture(io.BytesIO(picture.png), width=Mm(width))
    shape._inline.docPr.set("descr", picture.description)
    caption = canvas.document.add_paragraph()
    caption.alignment = CENTRE
    space(caption, after=6)
    write(caption, picture.caption, pt=canvas.form.table_pt, is_italic=True)


def _kept_with_next(rows: Sequence[Row]) -> list[bool]:
    """A section stays with its first row, the closing rows with one row before them."""
    kinds = [row.kind for row in rows]
    closing = {RowKind.TOTAL, RowKind.CORRECTION}
    following = [*kinds[1:], RowKind.BODY]
    return [
        kind is RowKind.SECTION or after in closing
        for kind, after in zip(kinds, following, strict=True)
    ]


def _table_size(largest: float, columns: int) -> float:
    """Smaller type for wider tables, never below what a reader of paper can bear."""
    if columns <= NARROW_COLUMNS:
        return largest
    step = 1 if columns <= CROWDED_COLUMNS else 2
    return max(largest - step, SMALLEST_TABLE_PT)


def _write_header(
    word_table: WordTable, columns: Sequence[Column], size: float
) -> None:
    header = word_table.rows[0]
    keep_row_whole(header, is_header=True)
    for column, cell in zip(columns, header.cells, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        _write_cell(cell, column.heading, size, CENTRE, is_bold=True, keep=True)


def _write_row(
    row: Row,
    cells: Sequence[_Cell],
    columns: Sequence[Column],
    size: float,
    *,
    keep: bool,
) -> None:
    is_bold = row.kind in {RowKind.TOTAL, RowKind.SECTION}
    is_italic = row.kind is RowKind.CORRECTION
    if row.kind is RowKind.SECTION:
        merged = cells[0].merge(cells[-1])
        text = _text(row.cells[0], row.decimals_in(columns[0]))
        left = WD_ALIGN_PARAGRAPH.LEFT
        _write_cell(merged, text, size, left, is_bold=is_bold, keep=keep)
        return
    for value, cell, column in zip(row.cells, cells, columns, strict=True):
        default = Align.LEFT if isinstance(value, str) else Align.RIGHT
        _write_cell(
            cell,
            _text(value, row.decimals_in(column)),
            size,
            ALIGNMENTS[column.align or default],
            is_bold=is_bold,
            is_italic=is_italic,
            keep=keep,
        )


def _text(value: Cell, decimals: int) -> str:
    """A cell as printed; a missing figure shows as such and never as zero."""
    if isinstance(value, Estimated):
        return f"{_text(value.value, decimals)}*"
    if isinstance(value, Computed):
        return _text(value.value, decimals)
    if value is None:
        return MISSING_FIGURE
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int | Decimal):
        return figure(value, decimals)
    return value


def _write_cell(
    cell: _Cell,
    text: str,
    size: float,
    side: WD_ALIGN_PARAGRAPH,
    *,
    is_bold: bool = False,
    is_italic: bool = False,
    keep: bool = False,
) -> None:
    paragraph = fresh(cell)
    paragraph.alignment = side
    space(paragraph, before=1, after=1)
    paragraph.paragraph_format.keep_with_next = keep or None
    write(paragraph, text, pt=size, is_bold=is_bold, is_italic=is_italic)


def _centred(
    canvas: Canvas,
    text: str,
    *,
    pt: float,
    is_bold: bool = False,
    is_italic: bool = False,
    before: float = 0,
    after: float = 2,
) -> WordParagraph:
    paragraph = canvas.document.add_paragraph()
    paragraph.alignment = CENTRE
    space(paragraph, before=before, after=after)
    write(paragraph, text, pt=pt, is_bold=is_bold, is_italic=is_italic)
    paragraph.paragraph_format.line_spacing = Pt(pt + 4)
    put(paragraph, element("w:keepNext"))
    return paragraph
