"""How the pages of reports fetch their report: always through the scope."""

from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from kheo.core.http import Request
from kheo.core.periods import Frequency, Interval
from kheo.core.text import number_in
from kheo.organisations.models import Organisation
from kheo.organisations.queries import names_on
from kheo.programmes.models import Programme
from kheo.programmes.queries import Owed, duties_in, packs_of
from kheo.programmes.regime import YEARS_RECKONED, Duty
from kheo.reporting.models import Report
from kheo.reporting.queries.lines import Titles
from kheo.reporting.queries.obligations import owed_for

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_or_404(request: Request, pk: int) -> Report:
    """One report this person may see, with its bodies and its extended last day."""
    reports = Report.objects.visible_to(request.actor).with_bodies()
    return get_object_or_404(reports.with_extensions(), pk=pk)


def about(report: Report) -> dict[str, Any]:
    """What every page on one report is headed by: its title, its body, its period."""
    names = names_on([report.organisation_id], report.window.last)
    return {
        "report": report,
        "title": Titles().of(report),
        "name": names.get(report.organisation_id, report.organisation.code),
        "period": report.period,
    }


def owed_or_404(programme: str, definition: str, body: str, period: str) -> Owed:
    """What one body owes under one definition for one period."""
    run = get_object_or_404(Programme.objects.select_related("home"), code=programme)
    organisation = get_object_or_404(Organisation, code=body)
    for duty in _duties_around(programme, period):
        if (duty.report, duty.code) == (definition, period):
            for owed in owed_for(run, [duty], bodies=[organisation.pk]):
                return owed
    raise Http404


def _duties_around(programme: str, period: str) -> list[Duty]:
    """The duties whose due day the period's code can have; none for no such period."""
    if period == Frequency.STAGE:
        days = _stages_end(programme)
        return duties_in(programme, Interval.of_days(days[0], days[-1])) if days else []
    year = number_in(period[:4])
    if year is None or year not in YEARS_RECKONED:
        return []
    return duties_in(programme, Interval(date(year, 1, 1), date(year + 2, 1, 1)))


def _stages_end(programme: str) -> list[date]:
    """The days on which a report on a whole stage is due, in order."""
    reports = [one for pack in packs_of(programme) for one in pack.reports]
    stages = [one.due for one in reports if one.frequency is Frequency.STAGE]
    return sorted(due.rule.date_ for due in stages if due and due.rule.date_)
