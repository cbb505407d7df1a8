"""What stands beside the figures of a report: periods past, and what is estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kheo.core.periods import Frequency, Interval
from kheo.reporting.models import Report
from kheo.reporting.queries.amounts import Asked, amounts_of
from kheo.reporting.queries.consolidation import Consolidation
from kheo.reporting.queries.estimates import Estimates, estimates_in
from kheo.reporting.queries.figures import Figure, Past, past_windows
from kheo.reporting.queries.obligations import FormCell
from kheo.reporting.queries.statements import Content

FORMAT = 2
"""Of frozen content. In 1 neither the past nor what is estimated stands beside it."""
PAST = ("previous", "last_year")


@dataclass(frozen=True, slots=True)
class Beside:
    """By key of the figure: its past values, and how much of it is estimated.

    `below` says the latter of a consolidated table: by row, then by key.
    """

    windows: Mapping[str, Interval] = field(default_factory=dict)
    past: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    estimated: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def beside_statement(report: Report, content: Content) -> Beside:
    """What is frozen beside the figures of a statement; read in the same snapshot."""
    figures = content.figures
    past = _shown(report)
    windows = {name: then.window for name, then in past.items()}
    cells = [figure.cell for figure in figures]
    asked = {
        (cell.key, name): _asked(report, cell, then)
        for cell in cells
        for name, then in past.items()
    }
    found = amounts_of(asked.values())
    return Beside(
        windows=windows,
        past={
            cell.key: {name: found[asked[cell.key, name]] for name in windows}
            for cell in cells
        },
        estimated=estimated_parts(report, figures),
        below=table_estimates(report, content.table),
    )


def shown_windows(report: Report) -> dict[str, Interval]:
    """The past windows to show; a year's period before is its last year, shown once."""
    return {name: then.window for name, then in _shown(report).items()}


def _shown(report: Report) -> dict[str, Past]:
    past = past_windows(report)
    if report.frequency == Frequency.YEAR:
        past.pop("previous", None)
    return past


def estimated_parts(report: Report, figures: Sequence[Figure]) -> dict[str, int]:
    """How much of each figure is estimated: by this report, and by those below it."""
    codes = {figure.cell.measure for figure in figures}
    below = estimates_in(report.programme, report.window, codes, without=report)
    found: dict[str, int] = {}
    for figure in figures:
        parts = [below.at(figure.cell, report.organisation_id)]
        if figure.is_estimated:
            parts.append(figure.declared)
        parts += [
            other.declared
            for other in figures
            if other.is_estimated and figure.cell.holds(other.cell)
        ]
        known = [part for part in parts if part is not None]
        if known:
            found[figure.key] = sum(known)
    return found


def with_beside(content: dict[str, Any], beside: Beside) -> dict[str, Any]:
    """The content of a statement with what stands beside its figures."""
    windows = {
        name: [window.start.isoformat(), window.last.isoformat()]
        for name, window in beside.windows.items()
    }
    figures = [
        {
            **one,
            **{name: beside.past.get(one["key"], {}).get(name) for name in PAST},
            "estimated_part": beside.estimated.get(one["key"]),
        }
        for one in content["figures"]
    ]
    return {
        **content,
        "format": FORMAT,
        "past": windows,
        "figures": figures,
        "estimated_below": {row: dict(parts) for row, parts in beside.below.items()},
    }


def table_estimates(
    report: Report, table: Consolidation | None
) -> dict[str, dict[str, int]]:
    """How much of each cell of the table is estimated: by row, then by figure."""
    if table is None:
        return {}
    found = estimates_in(
        report.programme, report.window, {cell.measure for cell in table.cells}
    )
    return estimates_by_row(table, found, report.organisation_id)


def estimates_by_row(
    table: Consolidation, found: Estimates, body: int
) -> dict[str, dict[str, int]]:
    """The same of estimates that are known already; rows without any are left out."""
    nodes = {row.key: row.body for row in table.rows if row.body is not None}
    nodes[table.total.key] = body
    by_row = {
        key: {
            cell.key: part
            for cell in table.cells
            if (part := found.at(cell, node)) is not None
        }
        for key, node in nodes.items()
    }
    return {key: parts for key, parts in by_row.items() if parts}


def _asked(report: Report, cell: FormCell, then: Past) -> Asked:
    return Asked(
        then.programme,
        cell.measure,
        cell.dimensions,
        report.organisation_id,
        then.window,
    )
