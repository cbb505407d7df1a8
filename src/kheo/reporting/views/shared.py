"""How the pages of reports fetch their report: always through the scope."""

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from kheo.core.http import Request
from kheo.core.periods import Interval
from kheo.organisations.models import Organisation
from kheo.programmes.models import Programme
from kheo.programmes.queries import Owed, duties_in
from kheo.reporting.models import Report
from kheo.reporting.queries.obligations import owed_for

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_or_404(request: Request, pk: int) -> Report:
    """One report this person may see, with its bodies and its extended last day."""
    reports = Report.objects.visible_to(request.actor).with_bodies()
    return get_object_or_404(reports.with_extensions(), pk=pk)


def owed_or_404(programme: str, definition: str, body: str, period: str) -> Owed:
    """What one body owes under one definition for one period."""
    run = get_object_or_404(Programme.objects.select_related("home"), code=programme)
    organisation = get_object_or_404(Organisation, code=body)
    for duty in duties_in(programme, _around(period)):
        if (duty.report, duty.code) == (definition, period):
            for owed in owed_for(run, [duty], bodies=[organisation.pk]):
                return owed
    raise Http404


def _around(period: str) -> Interval:
    """The due days that a period's code can have: its year and the one after."""
    digits = period[:4]
    if not digits.isdigit() or not 1900 <= int(digits) <= 9000:
        return Interval(date(1900, 1, 1), date(9000, 1, 1))
    year = int(digits)
    return Interval(date(year, 1, 1), date(year + 2, 1, 1))
