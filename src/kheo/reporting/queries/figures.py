"""The figures of a report: logged, declared, and what they make together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kheo.core.periods import DAY, Interval
from kheo.ledger.models import ClaimKind
from kheo.ledger.rules import percent
from kheo.programmes.pack import Law, Pack
from kheo.programmes.queries import duties_in, line_of
from kheo.reporting.models import Cell, Report
from kheo.reporting.queries.amounts import Asked, amounts_of
from kheo.reporting.queries.obligations import FormCell, cells_of, rules_of
from kheo.reporting.rules import result_of
from kheo.reporting.workflow import STATED

EMPTY_WORDS = frozenset({ClaimKind.ZERO, ClaimKind.NIL})
TWO_YEARS = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Past:
    """A window that has passed, and the programme whose it is."""

    programme: str
    window: Interval


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the form; amounts are in the measure's smallest unit.

    `declared_below` is what the body declared in the broken-down figures of the same
    measure: a total holds its parts. `offered` is what the body declared for the window
    before: shown, never counted.
    """

    cell: FormCell
    logged: int | None = None
    declared: int | None = None
    declared_below: int | None = None
    said: str = ""
    reason: str = ""
    is_estimated: bool = False
    value: int | None = None
    offered: int | None = None
    previous: int | None = None
    last_year: int | None = None

    @property
    def key(self) -> str:
        return self.cell.key

    @property
    def is_missing(self) -> bool:
        return self.claim is None

    @property
    def claim(self) -> ClaimKind | None:
        """What the report claims of it; a figure goes before any word."""
        known = (self.logged, self.declared, self.declared_below)
        if self.said and all(one is None for one in known):
            return ClaimKind(self.said)
        return ClaimKind.FIGURE if self.value is not None else None


def figures_of(
    report: Report, pack: Pack | None = None, *, with_past: bool = False
) -> list[Figure]:
    """Every figure of the report as it stands now, in the order of its forms."""
    cells = cells_of(pack or rules_of(report), report.definition, report.window)
    past = past_windows(report) if with_past else {}
    asked = _Asking(report, cells, past)
    found = amounts_of(asked.all())
    typed = {cell.key: cell for cell in report.cells.all()}
    held = held_before(report)
    holding = _still_holding(held, report, typed)
    posted = _posted(report, typed)
    below = parts_below(cells)
    figures = [
        _figure(
            cell,
            typed.get(cell.key),
            logged=_logged(
                found[asked.now(cell)],
                _own_in(cell, below, holding if cell.law is Law.STOCK else {})
                + _own_in(cell, below, posted),
            ),
            declared_below=_declared_below(below.get(cell.key, ()), typed),
            offered=held.get(cell.key) if cell.law is Law.STOCK else None,
            past={name: found[asked.at(cell, past[name])] for name in past},
        )
        for cell in cells
    ]
    now = {
        (one.measure, one.dimensions): value
        for one, value in found.items()
        if one.window == report.window
    }
    ratios = _Ratios(figures, now)
    return [ratios.filled(figure) for figure in figures]


def held_before(report: Report) -> dict[str, int]:
    """What the body declared in the window before, where that report stands.

    A declared stock still holds in this window until this report says its own word, so
    it is taken out of what was logged (architecture, "Declared figures").
    """
    before = Cell.objects.filter(
        report__programme=report.programme,
        report__definition=report.definition,
        report__organisation=report.organisation_id,
        report__window_to=report.window_from,
        report__state__in=STATED,
        declared__isnull=False,
    )
    rows = before.values_list("key", "declared")
    return {key: declared for key, declared in rows if declared is not None}


def _still_holding(
    held: Mapping[str, int], report: Report, typed: Mapping[str, Cell]
) -> dict[str, int]:
    """What of the window before still stands in the ledger for this one.

    A figure that this report states has ended the one before it when it was posted.
    """
    if report.state not in STATED:
        return dict(held)
    spoken = {key for key, cell in typed.items() if cell.declared is not None}
    return {key: amount for key, amount in held.items() if key not in spoken}


def past_windows(report: Report) -> dict[str, Past]:
    """The windows of the period before and of the same period a year ago.

    What the programme has not is looked for in the one that it carries on.
    """
    days = Interval(report.due_on - TWO_YEARS, report.due_on + DAY)
    found: dict[str, Past] = {}
    for programme in reversed(line_of(report.programme)):
        for duty in duties_in(programme, days):
            if duty.report != report.definition or duty.period is None:
                continue
            if duty.period.next().code == report.period:
                found["previous"] = Past(programme, duty.window)
            if duty.period.a_year_on().code == report.period:
                found["last_year"] = Past(programme, duty.window)
    return found


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the ledger is asked for one report."""

    report: Report
    cells: Sequence[FormCell]
    past: Mapping[str, Past]

    def all(self) -> list[Asked]:
        return list(dict.fromkeys(self._all()))

    def now(self, cell: FormCell) -> Asked:
        return self.at(cell, self._present())

    def at(self, cell: FormCell, then: Past) -> Asked:
        return self._of(cell.measure, cell.dimensions, then)

    def _present(self) -> Past:
        return Past(self.report.programme, self.report.window)

    def _of(self, measure: str, dimensions: str, then: Past) -> Asked:
        body = self.report.organisation_id
        return Asked(then.programme, measure, dimensions, body, then.window)

    def _all(self) -> Iterator[Asked]:
        for cell in self.cells:
            yield self.now(cell)
            for window in self.past.values():
                yield self.at(cell, window)
            for part in cell.parts or ():
                yield self._of(part, cell.dimensions, self._present())


def _posted(report: Report, typed: Mapping[str, Cell]) -> dict[str, int]:
    """What of the totals is this report's own addition, once it is in the ledger."""
    if report.state not in STATED:
        return {}
    return {
        key: cell.declared for key, cell in typed.items() if cell.declared is not None
    }


def parts_below(cells: Sequence[FormCell]) -> dict[str, list[str]]:
    """By key, the figures of the same measure that break a figure down."""
    together: dict[str, list[FormCell]] = defaultdict(list)
    for cell in cells:
        together[cell.measure].append(cell)
    return {
        cell.key: [one.key for one in some if cell.holds(one)]
        for some in together.values()
        if len(some) > 1
        for cell in some
    }


def _own_in(
    cell: FormCell, below: Mapping[str, Sequence[str]], declared: Mapping[str, int]
) -> int:
    """How much of a cell's total the body declared itself.

    A declared distinct count answers only where nothing is broken down.
    """
    if not declared or (cell.law is Law.DISTINCT and cell.dimensions):
        return 0
    keys = (cell.key, *below.get(cell.key, ()))
    return sum(declared.get(key, 0) for key in keys)


def _logged(total: int | None, own: int) -> int | None:
    """The total without the body's own words; nothing but those is nothing logged."""
    if total is None or not own:
        return total
    return total - own or None


def _declared_below(keys: Iterable[str], typed: Mapping[str, Cell]) -> int | None:
    parts = [typed[key].declared for key in keys if key in typed]
    amounts = [part for part in parts if part is not None]
    return sum(amounts) if amounts else None


def _figure(
    cell: FormCell,
    typed: Cell | None,
    *,
    logged: int | None,
    declared_below: int | None,
    offered: int | None,
    past: Mapping[str, int | None],
) -> Figure:
    declared = typed.declared if typed else None
    said = typed.said if typed else ""
    whole = result_of(logged, declared_below)
    return Figure(
        cell=cell,
        logged=logged,
        declared=declared,
        declared_below=declared_below,
        said=said,
        reason=typed.reason if typed else "",
        is_estimated=bool(typed and typed.is_estimated),
        value=result_of(whole, declared, says_empty=said in EMPTY_WORDS),
        offered=offered,
        previous=past.get("previous"),
        last_year=past.get("last_year"),
    )


class _Ratios:
    """Ratios from the parts as this report has them, declared additions included."""

    def __init__(
        self, figures: Sequence[Figure], totals: Mapping[tuple[str, str], int | None]
    ) -> None:
        self.figures = {(f.cell.measure, f.cell.dimensions): f for f in figures}
        self.totals = totals

    def filled(self, figure: Figure) -> Figure:
        if figure.cell.parts is None:
            return figure
        numerator, denominator = (
            self._part(part, figure.cell.dimensions) for part in figure.cell.parts
        )
        value = percent(
            numerator,
            denominator,
            decimals=figure.cell.decimals,
            scale=figure.cell.scale,
        )
        return replace(figure, value=value)

    def _part(self, measure: str, dimensions: str) -> int | None:
        figure = self.figures.get((measure, dimensions))
        if figure is not None:
            return figure.value
        return self.totals.get((measure, dimensions))
