"""An empty document in the form of a rule set: page, type, numbering, properties."""

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor

from kheo.stationery.formats import Format
from kheo.stationery.paper import Paper
from kheo.stationery.word.parts import element, put, set_font

A4_MM = (210, 297)
HEADER_MM = 8
LANGUAGE = "vi-VN"
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
LEVELS = 3
NUMBERED_STYLES = frozenset({"Heading 1", "Heading 2"})
"""Bold in the style and not only in the words, so that the number is bold too."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the parts of a paper are written on."""

    paper: Paper
    form: Format
    document: Document

    @property
    def text_mm(self) -> float:
        """The width between the margins of the newest section."""
        is_landscape = self.document.sections[-1].orientation is WD_ORIENT.LANDSCAPE
        __, __, left, right = margins_of(self.form, is_landscape=is_landscape)
        return A4_MM[1 if is_landscape else 0] - left - right


def blank_canvas(paper: Paper, form: Format) -> Canvas:
    document = docx.Document()
    _strip_template(document)
    _set_type(document, form)
    _set_settings(document)
    _set_properties(document, paper)
    set_page(document.sections[0], form, is_landscape=False)
    document.sections[0].different_first_page_header_footer = True
    return Canvas(paper, form, document)


def margins_of(
    form: Format, *, is_landscape: bool
) -> tuple[float, float, float, float]:
    """Top, bottom, left, right."""
    return form.landscape_margins_mm if is_landscape else form.margins_mm


def set_page(section: Section, form: Format, *, is_landscape: bool) -> None:
    """A4 with the margins of the rule set; a turned page keeps its bound edge on top."""
    short, tall = A4_MM
    width, height = (tall, short) if is_landscape else (short, tall)
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margins = margins_of(form, is_landscape=is_landscape)
    section.top_margin, section.bottom_margin = Mm(margins[0]), Mm(margins[1])
    section.left_margin, section.right_margin = Mm(margins[2]), Mm(margins[3])
    section.header_distance = section.footer_distance = Mm(HEADER_MM)


def add_section(canvas: Canvas, *, is_landscape: bool) -> None:
    """Begin a page for an annex; its pages are all numbered."""
    section = canvas.document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    set_page(section, canvas.form, is_landscape=is_landscape)


def new_outline(canvas: Canvas) -> int:
    """A numbering of its own for a body or an annex: I, 1 (the third level is typed).

    Word knows no list a, b, c, d, đ, e, so letters are written as text.
    """
    numbering = canvas.document.part.numbering_part.element
    abstract_id = str(len(numbering.findall(qn("w:abstractNum"))))
    abstract = element("w:abstractNum", abstractNumId=abstract_id)
    abstract.append(element("w:multiLevelType", val="multilevel"))
    kinds = ("upperRoman", "decimal")
    for level, (kind, mark) in enumerate(
        zip(kinds, canvas.form.heading_marks, strict=False)
    ):
        abstract.append(_level(level, kind, mark, canvas.form))
    first_number = numbering.find(qn("w:num"))
    if first_number is None:
        numbering.append(abstract)
    else:
        first_number.addprevious(abstract)
    number = numbering.add_num(int(abstract_id))
    return int(number.numId)


def finish(canvas: Canvas) -> bytes:
    """The file's bytes: equal papers make equal files, whenever they are made."""
    raw, packed = io.BytesIO(), io.BytesIO()
    canvas.document.save(raw)
    with (
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()


def _level(level: int, kind: str, mark: str, form: Format) -> Any:
    made = element("w:lvl", ilvl=str(level))
    made.append(element("w:start", val="1"))
    made.append(element("w:numFmt", val=kind))
    made.append(element("w:suff", val="space"))
    made.append(element("w:lvlText", val=mark))
    made.append(element("w:lvlJc", val="left"))
    properties = element("w:pPr")
    indent = str(round(Mm(form.first_line_mm).twips))
    properties.append(element("w:ind", left="0", firstLine=indent))
    made.append(properties)
    return made


def _strip_template(document: Document) -> None:
    """Drop what python-docx's template brings along: numberings and a thumbnail."""
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]


def _set_type(document: Document, form: Format) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for properties in defaults.iter(qn("w:rPr")):
        set_font(properties, form.font)
        for language in properties.findall(qn("w:lang")):
            for slot in ("w:val", "w:eastAsia"):
                language.set(qn(slot), LANGUAGE)
    names = ["Normal", "Header", "Footer"]
    names += [f"Heading {level}" for level in range(1, LEVELS + 1)]
    for name in names:
        style = document.styles[name]
        set_font(style.element.get_or_add_rPr(), form.font)
        style.font.size = Pt(form.body_pt)
        style.font.bold = name in NUMBERED_STYLES
        style.font.color.rgb = RGBColor(0, 0, 0)
    normal = document.styles["Normal"]
    normal.paragraph_format.space_after = Pt(0)
    put(normal, element("w:widowControl", val="1"))


def _set_settings(document: Document) -> None:
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    if compat is not None:
        for old in compat.findall(qn("w:compatSetting")):
            compat.remove(old)
        modern = element("w:compatSetting", name="compatibilityMode", val="15")
        modern.set(qn("w:uri"), "http://schemas.microsoft.com/office/word")
        compat.append(modern)


def _set_properties(document: Document, paper: Paper) -> None:
    """The issuing body as author, the paper's own day; nothing of this machine."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = paper.issuer
    properties.title = paper.subject[:255]
    properties.comments = ""
    properties.language = LANGUAGE
    day = paper.on
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    properties.created = properties.modified = moment
    properties.revision = 1
