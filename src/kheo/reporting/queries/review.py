"""One report beside last period's of the same body, and its place on the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kheo.core.access import Actor
from kheo.programmes.models import Programme
from kheo.reporting.models import Report, Statement
from kheo.reporting.queries.desk import Row, Standing, Window, rows_of, windows_of
from kheo.reporting.queries.figures import past_windows
from kheo.reporting.queries.statements import statement_of, texts_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report stands among the sent ones of its desk, in the desk's order."""

    number: int
    count: int
    before: Report | None
    after: Report | None
    next_waiting: Report | None


def window_of(report: Report) -> Window | None:
    """The window of the desk on which a report lies."""
    programme = Programme.objects.filter(code=report.programme).first()
    if programme is None:
        return None
    for year in {report.due_on.year, report.last_day.year}:
        for window in windows_of(programme.code, year):
            if (window.code, window.interval) == (report.period, report.window):
                return window
    return None


def place_of(report: Report, on: date) -> Place | None:
    """The neighbours of a report on its receiver's desk; `None` where it has none."""
    window, receiver = window_of(report), report.receiver
    if window is None or receiver is None:
        return None
    programme = Programme.objects.select_related("home").get(code=report.programme)
    return _place(report, rows_of(receiver, programme, window, on))


def _place(report: Report, rows: Sequence[Row]) -> Place | None:
    sent = [row.report for row in rows if row.standing is not Standing.MISSING]
    reports = [one for one in sent if one is not None]
    keys = [one.pk for one in reports]
    if report.pk not in keys:
        return None
    at = keys.index(report.pk)
    waiting = {
        row.report.pk for row in rows if row.report and row.standing is Standing.WAITING
    }
    later = [*reports[at + 1 :], *reports[:at]]
    return Place(
        number=at + 1,
        count=len(reports),
        before=reports[at - 1] if at else None,
        after=reports[at + 1] if at + 1 < len(reports) else None,
        next_waiting=next((one for one in later if one.pk in waiting), None),
    )


def before_of(report: Report, actor: Actor) -> Statement | None:
    """What the same body stated under the same definition for the window before."""
    past = past_windows(report).get("previous")
    if past is None:
        return None
    earlier = Report.objects.visible_to(actor).filter(
        programme=past.programme,
        definition=report.definition,
        organisation=report.organisation_id,
        window_to=past.window.end,
    )
    found = earlier.stated().first()
    return statement_of(found) if found else None


def words_beside(
    words: Sequence[Mapping[str, Any]], before: Statement | None
) -> list[dict[str, Any]]:
    """Each paragraph with the one of the period before."""
    texts = texts_of(before.content) if before else {}
    return [
        {**word, "before": texts.get(word["key"], "")}
        for word in words
        if word["text"] or texts.get(word["key"])
    ]
