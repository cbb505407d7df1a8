"""What a receiver's own report on a window holds, as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from kheo.accounts.queries import is_sample
from kheo.core.access import Actor
from kheo.core.periods import Frequency
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.programmes.models import Programme
from kheo.programmes.pack import Law, Pack, Text
from kheo.programmes.queries import line_of, pack_on
from kheo.reporting.models import Report, Summary
from kheo.reporting.queries.amounts import Asked, amounts_of
from kheo.reporting.queries.beside import estimates_by_row
from kheo.reporting.queries.consolidation import (
    Consolidation,
    Excerpt,
    Question,
    consolidation_of,
    excerpts_for,
)
from kheo.reporting.queries.desk import (
    Row,
    Standing,
    Window,
    node_of,
    rows_of,
    tally_of,
    windows_of,
)
from kheo.reporting.queries.estimates import estimates_in
from kheo.reporting.queries.obligations import FormCell, cells_of
from kheo.reporting.queries.papers import without_silent
from kheo.reporting.rules import Difference, differences, stamp_of

FORMAT = 1
TREND_LENGTH = 12


@dataclass
class Ground:
    """Whose report, on what: the window of a desk with everything that is owed there."""

    receiver: Organisation
    programme: Programme
    window: Window
    rows: Sequence[Row]
    pack: Pack = field(init=False)
    node: Organisation = field(init=False)

    def __post_init__(self) -> None:
        self.pack = pack_on(self.programme.code, self.window.last_day)
        self.node = node_of(self.receiver, self.programme, self.window)

    @classmethod
    def of(
        cls, receiver: Organisation, programme: Programme, window: Window, on: date
    ) -> "Ground":
        return cls(
            receiver, programme, window, rows_of(receiver, programme, window, on)
        )

    @property
    def definition(self) -> str:
        """The report that comes from below: its form and outline are the summary's."""
        for row in self.rows:
            if row.line.report is not None:
                return row.line.report.definition
            if row.line.owed is not None:
                return row.line.owed.duty.report
        return self.window.duties[0].report

    @property
    def cells(self) -> list[FormCell]:
        """The figures to print: what only serves a ratio stays with it."""
        return [one for one in cells_of(self.pack, self.definition) if one.is_shown]

    @property
    def question(self) -> Question:
        return Question(self.programme.code, self.node.pk, self.window.interval)

    def table(self) -> Consolidation:
        names = names_on([self.node.pk], self.window.interval.last)
        label = names.get(self.node.pk, self.node.code)
        table = consolidation_of(self.question, self.cells, label=label)
        return without_silent(table, {row.line.organisation_id for row in self.rows})

    def past(self) -> dict[str, Window]:
        """The period before, and the same one a year ago, where they are windows."""
        found: dict[str, Window] = {}
        for one in self._two_years():
            if one.frequency is not self.window.frequency:
                continue
            is_before = one.period.next() == self.window.period
            if is_before and one.frequency is not Frequency.YEAR:
                found["previous"] = one
            if one.period.a_year_on() == self.window.period:
                found["last_year"] = one
        return found

    def months(self) -> list[Window]:
        """The last twelve months up to the window's end, for the trend."""
        months = [
            one
            for one in self._two_years()
            if one.frequency is Frequency.MONTH
            and one.interval.start < self.window.interval.end
        ]
        return months[-TREND_LENGTH:]

    def _two_years(self) -> list[Window]:
        """The windows of last year and this one, the programme carried on before its own."""
        year = self.window.last_day.year
        return [
            window
            for code in reversed(line_of(self.programme.code))
            for due in (year - 1, year)
            for window in windows_of(code, due)
        ]


def summary_content(ground: Ground, texts: Mapping[str, str]) -> dict[str, Any]:
    """Everything that a summary says, as it stands now; frozen when approved."""
    table, window, pack = ground.table(), ground.window, ground.pack
    cells = list(table.cells)
    past = ground.past()
    estimates = estimates_in(
        ground.programme.code, window.interval, {cell.measure for cell in cells}
    )
    parts = estimates_by_row(table, estimates, ground.node.pk)
    names = names_on([ground.receiver.pk], window.interval.last)
    return {
        "format": FORMAT,
        "is_sample": is_sample(),
        "programme": ground.programme.code,
        "programme_name": _said(pack.name),
        "label": _said(pack.label),
        "frequency": str(window.frequency),
        "period": window.code,
        "from": window.interval.start.isoformat(),
        "to": window.interval.last.isoformat(),
        "body": ground.receiver.code,
        "body_name": names.get(ground.receiver.pk, ground.receiver.code),
        "whole_name": table.total.label,
        "tally": _tally(ground.rows),
        "standings": [_standing(row) for row in ground.rows],
        "past": {
            name: [one.interval.start.isoformat(), one.interval.last.isoformat()]
            for name, one in past.items()
        },
        "fields": [{"code": one.code, "name": _said(one.name)} for one in pack.fields],
        "figures": list(_figures(ground, table, past, parts.get("=total", {}))),
        "below": [
            {
                "key": row.key,
                "label": row.label,
                "kind": str(row.kind),
                "values": list(row.values),
            }
            for row in (*table.rows, table.total)
        ],
        "estimated_below": parts,
        "trend": _trend(ground, cells),
        "words": list(_words(ground, texts)),
    }


def summary_stamp(revision: int, content: Mapping[str, Any]) -> str:
    """What the page has shown: the words' revision and the figures."""
    values = [(one["key"], one["value"]) for one in content["figures"]]
    return stamp_of(revision, values)


def since_approved(ground: Ground, content: Mapping[str, Any]) -> dict[str, Difference]:
    """By key, the figures that are others in the ledger today than in the content."""
    asked = {
        one["key"]: Asked(
            ground.programme.code,
            one["measure"],
            one["where"],
            ground.node.pk,
            ground.window.interval,
        )
        for one in content["figures"]
    }
    found = amounts_of(asked.values())
    then = {one["key"]: one["value"] or 0 for one in content["figures"]}
    now = {key: found[question] or 0 for key, question in asked.items()}
    return {one.key: one for one in differences(then, now)}


def excerpts_below(ground: Ground) -> dict[str, list[Excerpt]]:
    """What the received reports say, by paragraph, ready to be taken over."""
    reports = [row.report for row in ground.rows if row.report is not None]
    if not reports:
        return {}
    first = reports[0]
    names = {row.line.organisation_id: row.line.name for row in ground.rows}
    definitions = sorted({report.definition for report in reports})
    # Any report to the receiver will do: only its window and its receiver are read.
    asked = Report(
        programme=first.programme,
        organisation=ground.receiver,
        window_from=ground.window.interval.start,
        window_to=ground.window.interval.end,
    )
    return excerpts_for(asked, definitions, names)


def summary_of(ground: Ground, actor: Actor) -> Summary | None:
    """The receiver's summary of this window, if it was begun and may be seen."""
    return (
        Summary.objects.visible_to(actor)
        .filter(
            programme=ground.programme.code,
            organisation=ground.receiver,
            frequency=ground.window.frequency,
            period=ground.window.code,
        )
        .select_related("organisation", "approved_by")
        .first()
    )


def _figures(
    ground: Ground,
    table: Consolidation,
    past: Mapping[str, Window],
    parts: Mapping[str, int],
) -> Iterator[dict[str, Any]]:
    asked = {
        (cell.key, name): Asked(
            window.programme,
            cell.measure,
            cell.dimensions,
            ground.node.pk,
            window.interval,
        )
        for cell in table.cells
        for name, window in past.items()
    }
    found = amounts_of(asked.values())
    for cell, value in zip(table.cells, table.total.values, strict=True):
        yield {
            "form": cell.form,
            "key": cell.key,
            "measure": cell.measure,
            "where": cell.dimensions,
            "law": str(cell.law),
            "field": ground.pack.measure(cell.measure).field or "",
            "name": _said(cell.name),
            "unit": _said(cell.unit),
            "decimals": cell.decimals,
            "value": value,
            "estimated_part": parts.get(cell.key),
            **{name: found[asked[cell.key, name]] for name in past},
        }


def _trend(ground: Ground, cells: Sequence[FormCell]) -> dict[str, Any] | None:
    """The first flow of the form over the last months; it needs two to be one."""
    flows = (one for one in cells if one.law is Law.FLOW and not one.dimensions)
    cell, months = next(flows, None), ground.months()
    if cell is None or len(months) < 2:
        return None
    asked = {
        one.code: Asked(one.programme, cell.measure, "", ground.node.pk, one.interval)
        for one in months
    }
    found = amounts_of(asked.values())
    return {
        "measure": cell.measure,
        "name": _said(cell.name),
        "unit": _said(cell.unit),
        "decimals": cell.decimals,
        "points": [[code, found[one]] for code, one in asked.items()],
    }


def _words(ground: Ground, texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    pack = ground.pack
    for rule in pack.outline_of(pack.report(ground.definition)).paragraphs:
        yield {
            "key": rule.key,
            "level": rule.level,
            "title": _said(rule.title),
            "measures": list(rule.measures),
            "text": texts.get(rule.key, ""),
        }


def _tally(rows: Sequence[Row]) -> dict[str, int]:
    tally = tally_of(row.line for row in rows)
    return {
        "expected": tally.expected,
        "sent": tally.sent,
        "accepted": tally.accepted,
        "in_time": tally.in_time,
        "late": tally.late,
        "missing": tally.missing,
        "on_paper": tally.on_paper,
    }


def _standing(row: Row) -> dict[str, Any]:
    sent_at = row.report.sent_at if row.report else None
    return {
        "organisation": row.line.organisation_id,
        "name": row.line.name,
        "title": _said(row.line.title),
        "standing": str(row.standing),
        "sent_on": localdate(sent_at).isoformat() if sent_at else None,
        "last_day": row.line.last_day.isoformat(),
        "days_late": row.line.days_late if row.line.is_late else 0,
        "is_missing": row.standing is Standing.MISSING,
    }


def _said(text: Text | None) -> dict[str, str] | None:
    return {"vi": text.vi, "en": text.en} if text else None
