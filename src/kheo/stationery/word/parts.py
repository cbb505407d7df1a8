"""The few pieces of WordprocessingML that python-docx has no call for."""

from collections.abc import Sequence
from typing import Any

from docx.blkcntnr import BlockItemContainer
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT_SLOTS = ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia")
CENTRE = WD_ALIGN_PARAGRAPH.CENTER

PARAGRAPH_ORDER = (
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
)
"""The order of a paragraph's properties, as ISO/IEC 29500 has it."""


def element(tag: str, **attributes: str) -> Any:
    """`element("w:sz", val="28")`; attributes take the same name space."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def put(paragraph: Paragraph | ParagraphStyle, child: Any) -> None:
    """Add a property of a paragraph or of its style at the place the schema wants."""
    holder: Any = paragraph._element
    properties = holder.get_or_add_pPr()
    name = child.tag.split("}")[1]
    later = PARAGRAPH_ORDER[PARAGRAPH_ORDER.index(name) + 1 :]
    for old in properties.findall(child.tag):
        properties.remove(old)
    properties.insert_element_before(child, *(f"w:{tag}" for tag in later))


def set_font(run_properties: Any, font: str) -> None:
    """Name the font in all four slots, so that no letter falls back to another one."""
    fonts = run_properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for slot in FONT_SLOTS:
        fonts.set(qn(slot), font)


def write(
    paragraph: Paragraph,
    text: str,
    *,
    pt: float | None = None,
    is_bold: bool = False,
    is_italic: bool = False,
    is_underlined: bool = False,
) -> Run:
    """Add words; a line break in `text` stays one paragraph."""
    run = paragraph.add_run(text)
    if is_bold:
        run.bold = True
    if is_italic:
        run.italic = True
    if is_underlined:
        run.underline = True
    if pt is not None:
        run.font.size = Pt(pt)
    return run


def space(
    paragraph: Paragraph,
    *,
    before: float = 0,
    after: float = 0,
    line: float | None = None,
    first_mm: float = 0,
) -> Paragraph:
    """Set the distances in points; without `line` the height follows the type."""
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.first_line_indent = Mm(first_mm)
    if line is None:
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    else:
        form.line_spacing = Pt(line)
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    return paragraph


def rule(
    paragraph: Paragraph, *, width_mm: float, inside_mm: float, after: float = 0
) -> None:
    """Make the paragraph a line of its own: a centred border, `width_mm` long."""
    space(paragraph, before=2, after=after, line=3)
    side = Mm(max(inside_mm - width_mm, 0) / 2)
    paragraph.paragraph_format.left_indent = side
    paragraph.paragraph_format.right_indent = side
    borders = element("w:pBdr")
    borders.append(element("w:top", val="single", sz="6", space="1", color="000000"))
    put(paragraph, borders)


def bare_table(host: Any, rows: int, widths_mm: Sequence[float]) -> Table:
    """A table without borders or padding, for the head and the foot of a paper."""
    table: Table = host.add_table(rows, len(widths_mm))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    fix_widths(table, widths_mm)
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w="0", type="dxa"))
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)
    return table


def fix_widths(table: Table, widths_mm: Sequence[float]) -> None:
    """Widths that Word and LibreOffice both keep: fixed layout, grid and cells."""
    table.autofit = False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(width)


def keep_row_whole(row: Any, *, is_header: bool = False) -> None:
    """Never break the row over pages; a header is repeated on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    if is_header:
        properties.append(element("w:tblHeader"))


def fresh(cell: BlockItemContainer) -> Paragraph:
    """The next empty paragraph of a cell, header or footer, beginning with the one it is born with."""
    first: Paragraph = cell.paragraphs[0]
    is_untouched = len(cell.paragraphs) == 1 and not first.runs and first._p.pPr is None
    return first if is_untouched else cell.add_paragraph()


def page_field(paragraph: Paragraph, *, pt: float) -> None:
    """The page's own number."""
    for kind, text in (("begin", None), (None, " PAGE "), ("end", None)):
        run = write(paragraph, "", pt=pt)
        if kind:
            run._r.append(element("w:fldChar", fldCharType=kind))
        else:
            code = element("w:instrText")
            code.text = text
            run._r.append(code)
