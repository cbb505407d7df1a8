"""The upper part of a paper: bodies, number, place and day, type and subject."""

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from kheo.stationery.word.canvas import Canvas
from kheo.stationery.word.parts import (
    CENTRE,
    bare_table,
    element,
    fresh,
    keep_row_whole,
    put,
    rule,
    space,
    write,
)
from kheo.stationery.wording import BLANK_NUMBER, date_line, format_number

SUBJECT_SIDE_MM = 12
ADDRESSEE_MM = 45
PETITION_CODE = "TTr"


def write_head(canvas: Canvas) -> None:
    """Everything above the first sentence."""
    left = canvas.form.head_left_mm
    table = bare_table(canvas.document, 2, (left, canvas.text_mm - left))
    for row in table.rows:
        keep_row_whole(row)
    _write_bodies(canvas, table)
    _write_national(canvas, table)
    _write_number(canvas, table)
    _write_place_and_day(canvas, table)
    if not canvas.paper.is_letter:
        _write_title(canvas)
    _write_addressees(canvas)


def _write_bodies(canvas: Canvas, table: Table) -> None:
    form, paper, cell = canvas.form, canvas.paper, table.cell(0, 0)
    if paper.superior:
        _centred(cell, paper.superior.upper(), pt=form.superior_pt)
    _centred(cell, paper.issuer.upper(), pt=form.issuer_pt, is_bold=True)
    if form.issuer_mark == "star":
        _centred(cell, "*", pt=form.issuer_pt)
    else:
        width = form.issuer_rule_mm
        rule(fresh(cell), width_mm=width, inside_mm=form.head_left_mm, after=4)


def _write_national(canvas: Canvas, table: Table) -> None:
    form, cell = canvas.form, table.cell(0, 1)
    _centred(cell, form.national, pt=form.national_pt, is_bold=True)
    if form.motto:
        _centred(cell, form.motto, pt=form.motto_pt, is_bold=True)
    inside = canvas.text_mm - form.head_left_mm
    rule(fresh(cell), width_mm=form.national_rule_mm, inside_mm=inside, after=4)


def _write_number(canvas: Canvas, table: Table) -> None:
    form, paper, cell = canvas.form, canvas.paper, table.cell(1, 0)
    number = format_number(paper.family, paper.number, paper.type_code, paper.symbol)
    _centred(cell, f"{form.number_label}{number}", pt=form.number_pt)
    if paper.is_letter:
        paragraph = _centred(
            cell,
            f"{form.letter_subject_prefix}{paper.subject}",
            pt=form.letter_subject_pt,
            is_italic=form.letter_subject_is_italic,
        )
        paragraph.paragraph_format.left_indent = Mm(4)
        paragraph.paragraph_format.right_indent = Mm(4)
    if paper.draft:
        _centred(cell, form.draft_label.format(draft=paper.draft), is_italic=True)


def _write_place_and_day(canvas: Canvas, table: Table) -> None:
    paper, cell = canvas.paper, table.cell(1, 1)
    day = date_line(paper.on, is_day_open=paper.is_day_open)
    _centred(cell, f"{paper.place}, {day}", pt=canvas.form.date_pt, is_italic=True)


def _write_title(canvas: Canvas) -> None:
    form, paper, document = canvas.form, canvas.paper, canvas.document
    title = document.add_paragraph()
    title.alignment = CENTRE
    space(title, before=18, after=2)
    write(title, paper.type_name.upper(), pt=form.type_pt, is_bold=True)
    subject = document.add_paragraph()
    subject.alignment = CENTRE
    space(subject)
    subject.paragraph_format.left_indent = Mm(SUBJECT_SIDE_MM)
    subject.paragraph_format.right_indent = Mm(SUBJECT_SIDE_MM)
    write(subject, paper.subject, pt=form.subject_pt, is_bold=True)
    for line in (title, subject):
        put(line, element("w:keepNext"))
    mark = document.add_paragraph()
    if form.subject_mark == "dashes":
        mark.alignment = CENTRE
        space(mark, after=6)
        write(mark, "-----", pt=form.subject_pt)
    else:
        width, inside = form.subject_rule_mm, canvas.text_mm
        rule(mark, width_mm=width, inside_mm=inside, after=12)


def _write_addressees(canvas: Canvas) -> None:
    form, paper = canvas.form, canvas.paper
    if not paper.addressees:
        return
    is_petition = paper.type_code == PETITION_CODE
    label = form.petition_label if is_petition else form.addressee_label
    if len(paper.addressees) == 1:
        line = canvas.document.add_paragraph()
        line.alignment = CENTRE
        space(line, before=14, after=10)
        write(line, f"{label} {paper.addressees[0]}", pt=form.body_pt)
        return
    gap = canvas.document.add_paragraph()
    space(gap, line=8)
    table = bare_table(
        canvas.document, 1, (ADDRESSEE_MM, canvas.text_mm - ADDRESSEE_MM)
    )
    write(fresh(table.cell(0, 0)), f"{label}{BLANK_NUMBER[:2]}", pt=form.body_pt)
    table.cell(0, 0).paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    last = len(paper.addressees) - 1
    for order, name in enumerate(paper.addressees):
        end = "." if order == last else form.recipient_end
        write(fresh(table.cell(0, 1)), f"- {name}{end}", pt=form.body_pt)
    after = canvas.document.add_paragraph()
    space(after, line=8)


def _centred(
    cell: _Cell,
    text: str,
    *,
    pt: float | None = None,
    is_bold: bool = False,
    is_italic: bool = False,
) -> Paragraph:
    paragraph = fresh(cell)
    paragraph.alignment = CENTRE
    space(paragraph)
    write(paragraph, text, pt=pt, is_bold=is_bold, is_italic=is_italic)
    return paragraph
