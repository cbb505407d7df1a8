"""Tables as pages and files show them: columns, rows of figures, corrections, totals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from kheo.insight.queries.boards import EMPTY, Board, Line
from kheo.insight.queries.frames import RECORDED_WORD, Frame
from kheo.insight.queries.labels import name_of, said, unit_of
from kheo.insight.rules.figures import Kind
from kheo.insight.wording import Scribe, Shown
from kheo.ledger.models import Measure
from kheo.ledger.queries import Total
from kheo.stationery.paper import Cell as PaperCell
from kheo.stationery.paper import Column, Row, RowKind
from kheo.stationery.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Heading:
    """A measure over its column."""

    name: str
    unit: str
    decimals: int
    href: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a page; `sent` and `owed` where reports were owed."""

    label: str
    cells: tuple[Shown, ...]
    href: str = ""
    kind: RowKind = RowKind.BODY
    sent: int = 0
    owed: int = 0


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The whole table of the board."""

    headings: tuple[Heading, ...]
    rows: tuple[TableRow, ...]
    corrections: tuple[TableRow, ...]
    whole: TableRow

    @property
    def every_row(self) -> Iterator[TableRow]:
        yield from self.rows
        yield from self.corrections
        yield self.whole


def board_page(
    frame: Frame, board: Board, period: Mapping[str, str] | None = None
) -> BoardPage:
    """The board; with its links where `period` says how the page's address names it."""
    scribe = Scribe()

    def row(line: Line, kind: RowKind) -> TableRow:
        is_open = period and (line.body is not None or kind is RowKind.TOTAL)
        at = line.body.code if line.body else frame.at.code
        cells = tuple(
            scribe.shown(
                line.cells.get(measure.code, EMPTY),
                _cell_href(frame, at, measure.code, period) if is_open else "",
            )
            for measure in board.measures
        )
        words = {"at": at, "from": "", "to": "", **(period or {})}
        href = f"?{frame.query(**words)}" if line.body else ""
        return TableRow(line.label, cells, href, kind, line.sent, line.owed)

    return BoardPage(
        headings=tuple(_headings(frame, board.measures)),
        rows=tuple(row(line, RowKind.BODY) for line in board.children),
        corrections=tuple(row(one, RowKind.CORRECTION) for one in board.corrections),
        whole=row(board.whole, RowKind.TOTAL),
    )


def _cell_href(
    frame: Frame, at: str, measure: str, period: Mapping[str, str] | None
) -> str:
    """A short address, from the board's own: a table of a province has two thousand."""
    words = period or {}
    asked = "" if frame.structure == RECORDED_WORD else f"?structure={frame.structure}"
    path = (frame.programme or "", words["year"], words["period"], at, measure)
    return f"c/{'/'.join(path)}/{asked}"


def _headings(frame: Frame, measures: Sequence[Measure]) -> Iterator[Heading]:
    for measure in measures:
        query = frame.query(measure=measure.code)
        yield Heading(
            name=name_of(measure),
            unit=unit_of(measure),
            decimals=measure.decimals,
            href=f"{reverse('insight:measure')}?{query}",
        )


# The same as a file


def number_of(total: Total) -> Decimal | None:
    """A real number for a cell; `None` where it is missing."""
    return None if total.value is None else Decimal(total.value).scaleb(-total.decimals)


def sheet_of(frame: Frame, page: BoardPage) -> Sheet:
    """The board as one sheet: numbers stay numbers, words say why there is none."""
    columns = [
        Column(_("Body"), width=34),
        Column(_("Sent"), width=9),
        Column(_("Owed"), width=9),
        *(
            Column(f"{one.name} ({one.unit})", width=14, decimals=one.decimals)
            for one in page.headings
        ),
    ]
    return Sheet(
        name=frame.at_name,
        columns=tuple(columns),
        rows=tuple(
            Row((row.label, *_counts(row), *map(cell_of, row.cells)), row.kind)
            for row in page.every_row
        ),
        title=tuple(filter(None, (frame.at_name, days_of(frame), label_of(frame)))),
        notes=tuple(filter(None, (notes_of(page), unallocated_words(page)))),
        is_landscape=True,
    )


def _counts(row: TableRow) -> tuple[PaperCell, PaperCell]:
    return (row.sent, row.owed) if row.kind is not RowKind.CORRECTION else (None, None)


def cell_of(cell: Shown) -> PaperCell:
    if cell.kind is Kind.NOT_APPLICABLE:
        return _("not applicable")
    return number_of(cell.cell.total)


def notes_of(page: BoardPage) -> str:
    cells = (cell for row in page.every_row for cell in row.cells)
    empty = _("An empty cell is missing, not zero.")
    if any(cell.kind is Kind.ESTIMATED for cell in cells):
        return f"{empty} {_('Some figures are estimated.')}"
    return empty


def unallocated_words(page: BoardPage) -> str:
    """What stands in the unallocated row and why, where it holds any figure."""
    cells = [cell for row in page.corrections[2:] for cell in row.cells]
    return why_unallocated() if any(cell.cell.total.value for cell in cells) else ""


def why_unallocated() -> str:
    return _(
        "“Not allocated” holds what was reported by bodies that were split, or that "
        "ended without a successor, where no rule says which of today's bodies bears "
        "how much of it. It counts in the total and in no single body."
    )


def days_of(frame: Frame) -> str:
    words = _("From %(first)s to %(last)s")
    first, last = frame.interval.start, frame.interval.last
    return words % {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}


def label_of(frame: Frame) -> str:
    """The programme's mark for these days, such as "assumed, no document yet"."""
    return said(frame.pack.label) if frame.pack and frame.pack.label else ""
