"""Reports, by their body, their kind and the period they are for."""

from datetime import date

from django.core.paginator import Paginator
from django.db.models import Q

from kheo.core.access import Actor
from kheo.core.language import said
from kheo.core.text import fold
from kheo.organisations.models import OrganisationVersion
from kheo.organisations.queries import names_on
from kheo.programmes.periods import period_name
from kheo.reporting.models import Report
from kheo.reporting.queries.lines import Titles
from kheo.search.queries.answers import FEW, PER_PAGE, Answer, Hit, Kind, holding
from kheo.search.rules import Asked, holds


def reports(asked: Asked, actor: Actor, on: date, page: str | None) -> Answer:
    rows = Report.objects.visible_to(actor)
    if asked.has_period:
        codes = set(rows.values_list("period", flat=True).distinct())
        rows = rows.filter(period__in=[code for code in codes if asked.means(code)])
    kinds = set(rows.values_list("programme", "definition").distinct())
    titles = Titles()
    for word in asked.words:
        rows = rows.filter(_of(word, kinds, titles, on))
    order = rows.with_bodies().order_by(
        "-window_to", "organisation", "definition", "pk"
    )
    pages = Paginator(order, FEW if page is None else PER_PAGE)
    shown = pages.get_page(page or 1)
    listed = list(shown.object_list)
    names = names_on({report.organisation_id for report in listed}, on)
    hits = [_report_hit(report, titles, names) for report in listed]
    return Answer(Kind.REPORTS, pages.count, hits, shown if page else None)


def _of(word: str, kinds: set[tuple[str, str]], titles: Titles, on: date) -> Q:
    """The word is in the report's name, or in a name of its body."""
    named = holding([word])
    bodies = OrganisationVersion.objects.filter(named).values("organisation")
    found = Q(organisation__in=bodies)
    for programme, definition in sorted(kinds):
        title = titles.named(programme, definition, on)
        if holds(word, fold(f"{title.vi} {title.en}")):
            found |= Q(programme=programme, definition=definition)
    return found


def _report_hit(report: Report, titles: Titles, names: dict[int, str]) -> Hit:
    title = titles.of(report)
    period = period_name(report.period)
    return Hit(
        url=report.get_absolute_url(),
        name=f"{said(title)}, {said(period)}",
        note=names.get(report.organisation_id, report.organisation.code),
        on=report.last_day,
        state=report.state,
        state_label=str(report.get_state_display()),
    )
