"""Children side by side: one row for each, and the rows that make the sums true."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kheo.core.periods import Interval
from kheo.core.text import sort_key
from kheo.ledger.queries import (
    OWN,
    Row,
    children_of_slices,
    corrections,
    measures_of,
)
from kheo.organisations.queries import PARTY, names_on
from kheo.programmes.pack import Law
from kheo.reporting.models import Paragraph, Report, ReportQuerySet
from kheo.reporting.queries.amounts import Asked, amounts_of
from kheo.reporting.queries.obligations import FormCell
from kheo.reporting.workflow import STATED


class RowKind(StrEnum):
    """What a row is: a body below, a correction, or the whole."""

    CHILD = "child"
    CORRECTION = "correction"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class ConsolidationRow:
    """Values stand in the order of the cells; a ratio has none in a correction."""

    key: str
    label: str
    kind: RowKind
    values: tuple[int | None, ...]

    @property
    def body(self) -> int | None:
        return int(self.key) if self.kind is RowKind.CHILD else None


@dataclass(frozen=True, slots=True)
class Consolidation:
    """A table whose children and corrections add up to its last row.

    That holds for what adds up: a ratio's row is its own parts' quotient, and prints no
    correction.
    """

    cells: tuple[FormCell, ...]
    rows: tuple[ConsolidationRow, ...]
    total: ConsolidationRow


@dataclass(frozen=True, slots=True)
class Question:
    """Where and when: a body in a tree, a window, a programme."""

    programme: str
    body: int
    window: Interval
    tree: str = PARTY


def consolidation_of(
    asked: Question, cells: Sequence[FormCell], *, label: str
) -> Consolidation:
    """Compute the table of one body; `label` names its last row."""
    table = _Table(asked, tuple(cells))
    whole = amounts_of(table.questions())
    return Consolidation(
        cells=tuple(cells),
        rows=tuple(table.rows()),
        total=ConsolidationRow(
            key="=total",
            label=label,
            kind=RowKind.TOTAL,
            values=tuple(whole[one] for one in table.questions()),
        ),
    )


def with_own_word(
    table: Consolidation, said: Mapping[str, int | None]
) -> Consolidation:
    """The table that ends in what a report says by key, the difference its body's own.

    A declared figure is in the ledger once its report is approved; until then it is
    missing there, and the one of the window before may still hold.
    """
    own = [0] * len(table.cells)
    total = list(table.total.values)
    for place, cell in enumerate(table.cells):
        value = said.get(cell.key)
        if value is not None:
            own[place] = 0 if cell.law is Law.RATIO else value - (total[place] or 0)
            total[place] = value
    rows = list(table.rows)
    for number, row in enumerate(rows):
        if row.key == OWN:
            values = tuple(
                known if not more else (known or 0) + more
                for known, more in zip(row.values, own, strict=True)
            )
            rows[number] = replace(row, values=values)
    return replace(
        table, rows=tuple(rows), total=replace(table.total, values=tuple(total))
    )


@dataclass
class _Table:
    asked: Question
    cells: tuple[FormCell, ...]
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, int], int | None] = field(default_factory=dict)

    def questions(self) -> list[Asked]:
        asked = self.asked
        return [
            Asked(
                asked.programme,
                cell.measure,
                cell.dimensions,
                asked.body,
                asked.window,
                asked.tree,
            )
            for cell in self.cells
        ]

    def rows(self) -> Iterator[ConsolidationRow]:
        self._ask()
        children = [key for key in self.labels if not key.startswith("=")]
        corrections = [key for key in self.labels if key.startswith("=")]
        for key in children:
            yield self._row(key, RowKind.CHILD)
        for key in corrections:
            yield self._row(key, RowKind.CORRECTION)

    def _ask(self) -> None:
        """Ask once for all figures of the same breakdown; name the rows once."""
        measures = {one.code: one for one in measures_of(c.measure for c in self.cells)}
        by_where: dict[str, list[tuple[int, FormCell]]] = defaultdict(list)
        for place, cell in enumerate(self.cells):
            if cell.measure in measures:
                by_where[cell.dimensions].append((place, cell))
        tables = children_of_slices(
            {
                where: [measures[m] for m in dict.fromkeys(c.measure for _, c in some)]
                for where, some in by_where.items()
            },
            tree=self.asked.tree,
            node_id=self.asked.body,
            interval=self.asked.window,
            programme=self.asked.programme,
        )
        for where, some in by_where.items():
            for place, cell in some:
                self._take(place, cell, tables[where][cell.measure])
        self._name_rows()

    def _take(self, place: int, cell: FormCell, rows: Iterable[Row]) -> None:
        for row in rows:
            is_correction = row.key.startswith("=")
            self.labels.setdefault(row.key, row.label)
            if not (is_correction and cell.law is Law.RATIO):
                self.values[row.key, place] = row.value

    def _name_rows(self) -> None:
        """Children by name, then the corrections, as in a breakdown of one figure."""
        bodies = [int(key) for key in self.labels if not key.startswith("=")]
        found = names_on(bodies, self.asked.window.last)
        names = {body: found.get(body, str(body)) for body in bodies}
        ordered = sorted(names, key=lambda body: (sort_key(names[body]), body))
        self.labels = {str(body): names[body] for body in ordered} | {
            key: label for key, label in corrections().items() if key in self.labels
        }

    def _row(self, key: str, kind: RowKind) -> ConsolidationRow:
        values = tuple(
            self.values.get((key, place)) for place in range(len(self.cells))
        )
        return ConsolidationRow(key, self.labels[key], kind, values)


# Words from below


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A paragraph of a report from below that was sent, ready to be taken over."""

    report: Report
    name: str
    text: str


def reports_below(report: Report, consolidates: Iterable[str]) -> ReportQuerySet:
    """The sent reports from which this one is made: same window, sent to its body."""
    return Report.objects.filter(
        programme=report.programme,
        definition__in=list(consolidates),
        receiver=report.organisation_id,
        window_from=report.window_from,
        window_to=report.window_to,
        state__in=STATED,
    )


def excerpts_for(
    report: Report, consolidates: Iterable[str], names: dict[int, str]
) -> dict[str, list[Excerpt]]:
    """What those reports say, by paragraph of the outline."""
    below = reports_below(report, consolidates)
    rows = Paragraph.objects.filter(report__in=below).exclude(text="")
    found: dict[str, list[Excerpt]] = {}
    for row in rows.select_related("report__organisation").order_by("report_id"):
        source = row.report
        name = names.get(source.organisation_id, source.organisation.code)
        found.setdefault(row.key, []).append(Excerpt(source, name, row.text))
    return found
