"""The end of a paper: recipients, signature, and the marks on every page."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from docx.section import _Footer, _Header
from docx.shared import Mm
from docx.table import _Cell

from kheo.core.errors import RuleBroken
from kheo.stationery.paper import AuthorityLine, Recipient
from kheo.stationery.word.canvas import Canvas
from kheo.stationery.word.parts import (
    CENTRE,
    bare_table,
    fresh,
    keep_row_whole,
    page_field,
    space,
    write,
)
from kheo.stationery.wording import SAMPLE_MARK

LEFT_SHARE = 0.5
SIGNATURE_PT = 66
"""Room for a signature and a stamp: about 23 mm."""

MARK_PT = 10.0
MARK_GAP_PT = 5
DIGEST_LABEL = "Số liệu đã duyệt, mã kiểm tra"


def write_foot(canvas: Canvas) -> None:
    """Recipients on the left, the signature on the right, never parted by a page."""
    space(
        canvas.document.add_paragraph(), line=10
    ).paragraph_format.keep_with_next = True
    left = canvas.text_mm * LEFT_SHARE
    table = bare_table(canvas.document, 1, (left, canvas.text_mm - left))
    keep_row_whole(table.rows[0])
    _write_recipients(canvas, table.cell(0, 0))
    _write_signature(canvas, table.cell(0, 1))


def write_marks(canvas: Canvas) -> None:
    """Page number on top from page 2; sample, digest and notes on every page."""
    section = canvas.document.sections[0]
    number = fresh(section.header)
    number.alignment = CENTRE
    page_field(number, pt=canvas.form.page_number_pt)
    if canvas.paper.is_sample:
        _mark(section.first_page_header, SAMPLE_MARK, is_bold=True)
        _mark(section.header, SAMPLE_MARK, is_bold=True)
    lines = list(canvas.paper.notes)
    if canvas.paper.digest:
        lines.append(f"{DIGEST_LABEL}: {canvas.paper.digest}")
    for line in lines:
        _mark(section.first_page_footer, line)
        _mark(section.footer, line)


def _write_recipients(canvas: Canvas, cell: _Cell) -> None:
    form, paper = canvas.form, canvas.paper
    if not (paper.recipients or paper.archive):
        return
    is_underlined = form.recipients_label_style == "underline"
    label = space(fresh(cell))
    write(
        label,
        form.recipients_label,
        pt=form.recipients_label_pt,
        is_bold=not is_underlined,
        is_italic=not is_underlined,
        is_underlined=is_underlined,
    )
    lines = _recipient_lines(paper.recipients, paper.archive, form.recipient_end)
    for line in lines:
        paragraph = space(fresh(cell))
        paragraph.paragraph_format.left_indent = Mm(3)
        paragraph.paragraph_format.first_line_indent = Mm(-3)
        paragraph.paragraph_format.right_indent = Mm(4)
        write(paragraph, line, pt=form.recipients_pt)


def _recipient_lines(
    recipients: Sequence[Recipient], archive: str, end: str
) -> list[str]:
    lines = [
        f"- {to.name} ({to.purpose})" if to.purpose else f"- {to.name}"
        for to in recipients
    ]
    if archive:
        lines.append(f"- {archive}")
    return [f"{line}{end}" for line in lines[:-1]] + [
        f"{line.rstrip('.')}." for line in lines[-1:]
    ]


def _write_signature(canvas: Canvas, cell: _Cell) -> None:
    form, sign_off = canvas.form, canvas.paper.sign_off
    for line in sign_off.authority:
        _signed(cell, _authority(canvas, line), pt=form.sign_pt, is_bold=True)
    is_bold = form.title_is_bold if sign_off.authority else form.title_alone_is_bold
    for title in filter(None, sign_off.title.splitlines()):
        shown = title.upper().replace(" KIÊM ", " kiêm ").removeprefix("KIÊM ")
        shown = f"kiêm {shown}" if title.lower().startswith("kiêm ") else shown
        _signed(cell, shown, pt=form.sign_pt, is_bold=is_bold)
    gap = fresh(cell)
    space(gap, line=SIGNATURE_PT)
    _signed(cell, sign_off.name, pt=form.sign_pt, is_bold=True)


def _authority(canvas: Canvas, line: AuthorityLine) -> str:
    mark = canvas.form.authority.get(line.authority)
    if mark is None:
        raise RuleBroken(
            _("The rules of form of this day do not know this form of signing."),
            field="sign_off",
        )
    return f"{mark} {line.body.upper()}"


def _signed(cell: _Cell, text: str, *, pt: float, is_bold: bool) -> None:
    paragraph = fresh(cell)
    paragraph.alignment = CENTRE
    space(paragraph)
    write(paragraph, text, pt=pt, is_bold=is_bold)


def _mark(host: _Header | _Footer, text: str, *, is_bold: bool = False) -> None:
    paragraph = fresh(host)
    paragraph.alignment = CENTRE
    space(paragraph, after=MARK_GAP_PT if is_bold else 0)
    write(paragraph, text, pt=MARK_PT, is_bold=is_bold, is_italic=not is_bold)
