"""Measures by children at a glance: totals, corrections, who sent, what is marked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.core.periods import Interval
from kheo.core.text import sort_key
from kheo.insight.queries.frames import Frame
from kheo.insight.queries.grids import tables_of
from kheo.insight.queries.scope import children_visible_to
from kheo.ledger import queries as ledger
from kheo.ledger.models import Claim, ClaimKind, Entry, Law, Measure, Standing
from kheo.ledger.queries import Row, Total
from kheo.ledger.queries.answers import parts_of
from kheo.organisations.models import Organisation, Reach
from kheo.organisations.queries import PARTY, names_on
from kheo.programmes.models import Programme
from kheo.programmes.queries import duties_in, kept_since, pack_on
from kheo.programmes.regime import is_on_paper
from kheo.reporting.models import Report
from kheo.reporting.queries.rolls import Rolls
from kheo.reporting.workflow import STATED

OTHERS = "=others"
NEAR = timedelta(days=62)
"""A report falls due so close to the end of its window, before or after."""
CORRECTIONS = ("=own", "=shared", "=unallocated")

Key = tuple[str, int, date, date]
"""Definition, body, window of one report."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the table, with what is known of it."""

    total: Total
    is_excused: bool = False
    is_estimated: bool = False


EMPTY = Cell(Total(None))


@dataclass(slots=True)
class Line:
    """One row: a child, a correction or the whole. `body` where it may be opened."""

    key: str
    label: str
    cells: dict[str, Cell] = field(default_factory=dict)
    body: Organisation | None = None
    sent: int = 0
    owed: int = 0

    @property
    def is_correction(self) -> bool:
        return self.key in CORRECTIONS


@dataclass(frozen=True, slots=True)
class Board:
    """The table: its columns, the children, the printed corrections, the whole."""

    measures: list[Measure]
    children: list[Line]
    corrections: list[Line]
    whole: Line


def board_of(frame: Frame, measures: list[Measure] | None = None) -> Board:
    """Some measures (or all shown ones) at the frame's body and its children.

    Children the actor may not see by name stand together in one row, so that the rows
    still add up.
    """
    measures = frame.measures if measures is None else measures
    totals = ledger.totals(
        measures,
        [frame.at.pk],
        frame.interval,
        tree=PARTY,
        programme=frame.programme,
        structure=frame.known_structure,
    )
    tables = tables_of(frame, measures)
    marks = _Marks.of(frame, measures, tables)
    lines = _lines(frame, measures, tables, marks)
    whole = Line("=whole", _("Total"))
    for measure in measures:
        whole.cells[measure.code] = marks.cell(
            measure, totals[measure.code, frame.at.pk], frame.at.pk
        )
    _count_reports(frame, lines, whole)
    return Board(
        measures=measures,
        children=[line for line in lines.values() if not line.is_correction],
        corrections=[lines[key] for key in CORRECTIONS],
        whole=whole,
    )


@dataclass(frozen=True, slots=True)
class _Marks:
    """What was excused and what is estimated, by measure and body."""

    excused: frozenset[tuple[int, int]]
    estimated: frozenset[tuple[int, int]]

    @classmethod
    def of(
        cls, frame: Frame, measures: list[Measure], tables: Mapping[str, list[Row]]
    ) -> "_Marks":
        nodes = {
            int(row.key)
            for rows in tables.values()
            for row in rows
            if not row.key.startswith("=")
        } | {frame.at.pk}
        return cls(_excused(frame, measures, nodes), _estimated(frame, measures, nodes))

    def cell(self, measure: Measure, total: Total, node: int) -> Cell:
        parts = [measure.numerator_id, measure.denominator_id, measure.pk]
        return Cell(
            total,
            is_excused=(measure.pk, node) in self.excused,
            is_estimated=any((part, node) in self.estimated for part in parts),
        )


def _excused(
    frame: Frame, measures: list[Measure], nodes: Collection[int]
) -> frozenset[tuple[int, int]]:
    """Bodies that said "not applicable" of the whole time asked."""
    # Asked by days alone: with measure or programme SQLite takes the index of all
    # claims of these days, where few say that they do not apply.
    told = Claim.objects.filter(
        closed_at=None,
        kind=ClaimKind.NOT_APPLICABLE,
        window_from__gte=frame.interval.start,
        window_to__gt=frame.interval.start,
        window_to__lte=frame.interval.end,
    )
    wanted = {measure.pk for measure in measures}
    return frozenset(
        (measure, body)
        for measure, body, programme in told.values_list(
            "measure_id", "organisation_id", "programme"
        )
        if measure in wanted
        and body in nodes
        and programme == (frame.programme or programme)
    )


def _estimated(
    frame: Frame, measures: list[Measure], nodes: Collection[int]
) -> frozenset[tuple[int, int]]:
    """Nodes below which an estimated entry counts, by the measure of the entry."""
    parts = {part for measure in measures for part in parts_of(measure)}
    stocks = [part.pk for part in parts if part.law == Law.STOCK]
    others = [part.pk for part in parts if part.law != Law.STOCK]
    last = frame.interval.last
    live = Entry.objects.filter(closed_at=None, standing=Standing.ESTIMATED)
    if frame.programme:
        live = live.filter(programme=frame.programme)
    # Two questions, so that each finds the index of live entries by measure and day.
    done = live.filter(measure__in=others, on__gte=frame.interval.start, on__lte=last)
    held = live.filter(measure__in=stocks, on__lte=last).filter(
        Q(until=None) | Q(until__gt=last)
    )
    marked = {
        row
        for entries in (done, held)
        for row in entries.values_list("measure_id", "credits__organisation_id")
    }
    if not marked:
        return frozenset()
    above = _superiors({body for _, body in marked}, nodes, frame.day)
    return frozenset(
        (measure, node) for measure, body in marked for node in above.get(body, ())
    )


def _superiors(
    bodies: Iterable[int], nodes: Collection[int], day: date
) -> dict[int, set[int]]:
    """Which of `nodes` stand at or above each body that day."""
    reach = Reach.objects.filter(
        tree__code=PARTY,
        inferior__in=set(bodies),
        superior__in=nodes,
        valid_from__lte=day,
        valid_to__gt=day,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for body, node in reach.values_list("inferior_id", "superior_id"):
        found[body].add(node)
    return found


def _lines(
    frame: Frame,
    measures: list[Measure],
    tables: Mapping[str, list[Row]],
    marks: _Marks,
) -> dict[str, Line]:
    """The rows of all measures made one table."""
    by_code = {measure.code: measure for measure in measures}
    nodes = {
        int(row.key) for rows in tables.values() for row in rows if row.key[0] != "="
    }
    seen = children_visible_to(frame.actor, nodes, frame.interval)
    lines = _empty_lines(frame, seen)
    hidden: dict[str, list[Row]] = defaultdict(list)
    for code, rows in tables.items():
        measure = by_code[code]
        for row in rows:
            if row.key[0] == "=":
                is_ratio = measure.law == Law.RATIO
                cell = EMPTY if is_ratio else Cell(row.total)
                lines[row.key].cells[code] = cell
            elif int(row.key) in seen:
                cell = marks.cell(measure, row.total, int(row.key))
                lines[row.key].cells[code] = cell
            else:
                hidden[code].append(row)
    if hidden:
        lines[OTHERS] = Line(OTHERS, _("Other bodies"))
        for code, rows in hidden.items():
            if by_code[code].law != Law.RATIO:
                lines[OTHERS].cells[code] = Cell(_summed(rows, by_code[code]))
    return lines


def _empty_lines(frame: Frame, nodes: Collection[int]) -> dict[str, Line]:
    """One row for each child, by name in Vietnamese order, then the corrections."""
    names = names_on(nodes, frame.day)
    bodies = Organisation.objects.in_bulk(names)
    order = sorted(names, key=lambda body: (sort_key(names[body]), body))
    lines = {str(pk): Line(str(pk), names[pk], body=bodies[pk]) for pk in order}
    words = (_("its own part"), _("joint work, counted once"), _("not allocated"))
    corrections = zip(CORRECTIONS, words, strict=True)
    return lines | {key: Line(key, label) for key, label in corrections}


def _summed(rows: Iterable[Row], measure: Measure) -> Total:
    known = [row.value for row in rows if row.value is not None]
    return Total(sum(known) if known else None, measure.decimals)


# Who sent


def _count_reports(frame: Frame, lines: Mapping[str, Line], whole: Line) -> None:
    """Count what was owed below each child for windows that end in these days."""
    if not frame.programme:
        return
    columns = ("definition", "organisation_id", "window_from", "window_to", "state")
    reports = Report.objects.filter(
        programme=frame.programme,
        window_to__gt=frame.interval.start,
        window_to__lte=frame.interval.end,
    ).values_list(*columns)
    begun: dict[Key, str] = {
        (definition, body, start, end): state
        for definition, body, start, end, state in reports
    }
    owed = _owed(frame, begun)
    owing = Counter(key[1] for key in owed)
    sending = Counter(key[1] for key in owed if begun.get(key) in STATED)
    nodes = {int(key) for key in lines if key[0] != "="}
    above = _superiors(owing, {*nodes, frame.at.pk}, frame.interval.last)
    for body, number in owing.items():
        over = above.get(body, set())
        shown = [lines[str(node)] for node in over & nodes]
        for line in [*shown, whole] if frame.at.pk in over else shown:
            line.owed += number
            line.sent += sending[body]


def _owed(frame: Frame, begun: Collection[Key]) -> set[Key]:
    """Definition, body, window of what is owed; only the window itself, if it is one.

    Of what was kept on paper only what was `begun` here.
    """
    programme = Programme.objects.select_related("home").get(code=frame.programme)
    span = Interval(frame.interval.start - NEAR, frame.interval.end + NEAR)
    ended = [
        duty
        for duty in duties_in(programme.code, span)
        if duty.window.last in frame.interval
    ]
    exact = [duty for duty in ended if duty.window == frame.interval]
    duties = exact or ended
    found: set[Key] = set()
    rolls, since = Rolls.now(), kept_since(programme.code)
    for duty in duties:
        pack = pack_on(programme.code, duty.last_day)
        day = duty.window.last
        keys = {
            (duty.report, body, duty.window.start, duty.window.end)
            for body in rolls.group(programme, pack, duty.reporter, day)
        }
        found |= keys.intersection(begun) if is_on_paper(duty, since) else keys
    return found
