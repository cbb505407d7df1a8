"""Forms as workbooks for tests: made without a database, filled in as people do."""

import io
from dataclasses import replace
from datetime import date
from importlib import resources

import openpyxl

from kheo.core.periods import Interval
from kheo.ledger.models import ClaimKind
from kheo.programmes.pack import load_pack
from kheo.reporting.queries.figures import Figure
from kheo.reporting.queries.obligations import cells_of
from kheo.reporting.rules import result_of
from kheo.reporting.workbooks.comparing import plan_of
from kheo.reporting.workbooks.contents import (
    Contents,
    OpenRemark,
    check_stamp,
    stamp_from,
)
from kheo.reporting.workbooks.layout import sheets_of
from kheo.reporting.workbooks.reading import read_form
from kheo.stationery.fillable import form_workbook
from kheo.stationery.filled import FilledBook

ON = date(2024, 3, 20)
MARCH = Interval(date(2024, 2, 25), date(2024, 3, 25))
COLUMNS = {"declared": "F", "said": "H", "estimated": "I", "reason": "J"}
FIGURES, WORDS, REMARKS = "Số liệu", "Lời văn", "Ý kiến"


def pack():
    text = (resources.files("kheo.programmes") / "packs" / "s0.yaml").read_text("utf-8")
    return load_pack(text, "s0.yaml")


PACK = pack()


def figure(cell, *, logged=None, declared=None, said="", **others):
    value = result_of(logged, declared, says_empty=said in ("zero", "nil"))
    return Figure(
        cell, logged=logged, declared=declared, said=said, value=value, **others
    )


def contents(known=None, texts=None, remarks=(), definition="unit-month", **others):
    """The form of one cell's month; `known` are parts of figures by key."""
    known = known or {}
    values = {
        "programme": "s0",
        "programme_name": PACK.name.vi,
        "definition": definition,
        "title": "Báo cáo tháng",
        "body": "a1",
        "body_name": "Chi bộ A",
        "receiver_name": "Đảng ủy Khối",
        "window": MARCH,
        "period": "2024-03",
        "last_day": date(2024, 3, 22),
        "version": 1,
        "revision": 3,
        "figures": tuple(
            figure(cell, **known.get(cell.key, {}))
            for cell in cells_of(PACK, definition, MARCH)
        ),
        "paragraphs": PACK.outline_of(PACK.report(definition)).paragraphs,
        "texts": texts or {},
        "remarks": tuple(remarks),
    }
    return Contents(**values | others)


def remark(key=7, **others):
    return OpenRemark(key, "Toàn báo cáo", "Xem lại.", **others)


def made(form):
    return form_workbook(
        sheets_of(form, on=ON),
        stamp=form.stamp.model_dump(mode="json"),
        author="Khéo",
        on=ON,
        is_sample=form.is_sample,
    )


class Excel:
    """Somebody with the form open in Excel."""

    def __init__(self, content):
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    @property
    def figures(self):
        return self.book[FIGURES]

    @property
    def words(self):
        return self.book[WORDS]

    def line(self, key, sheet=FIGURES):
        page = self.book[sheet]
        rows = page.iter_rows(min_col=1, max_col=1)
        return next(row[0].row for row in rows if row[0].value == key)

    def header(self, sheet=FIGURES):
        marks = {FIGURES: "kheo:figures", WORDS: "kheo:words", REMARKS: "kheo:remarks"}
        return self.line(marks[sheet], sheet)

    def at(self, key, column="declared"):
        return f"{COLUMNS[column]}{self.line(key)}"

    def put(self, key, value, column="declared"):
        self.figures[self.at(key, column)] = value
        return self

    def write(self, key, text):
        self.words[f"C{self.line(key, WORDS)}"] = text
        return self

    def answer(self, key, text):
        self.book[REMARKS][f"D{self.line(str(key), REMARKS)}"] = text
        return self

    def save(self):
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()


def filled(form, **figures):
    """The form with some declared figures typed in."""
    excel = Excel(made(form))
    for key, value in figures.items():
        excel.put(key.replace("_", "-"), value)
    return excel


def read(content, now):
    book = FilledBook(content)
    stamp = stamp_from(book.stamp)
    check_stamp(stamp, now.stamp)
    return read_form(book, now, stamp)


def planned(content, now):
    book = FilledBook(content)
    stamp = stamp_from(book.stamp)
    check_stamp(stamp, now.stamp)
    return plan_of(read_form(book, now, stamp), now, stamp)


def moved(form, key, **changes):
    """The same report after somebody else saved one figure."""
    figures = tuple(
        replace(one, **changes) if one.key == key else one for one in form.figures
    )
    return replace(form, figures=figures, revision=form.revision + 1)


NIL, ZERO, NONE = ClaimKind.NIL, ClaimKind.ZERO, ClaimKind.NOT_APPLICABLE
