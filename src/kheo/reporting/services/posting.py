"""What a report brings into the ledger: its declared figures and its claims."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from kheo.core.periods import DAY, Interval
from kheo.ledger import services as ledger
from kheo.ledger.models import ClaimKind, Standing
from kheo.ledger.rules import dated_on, dimensions_of, held, holds_until
from kheo.organisations.models import OrganisationVersion
from kheo.programmes.pack import Law, Pack
from kheo.reporting.models import Cell, Report, ReportQuerySet
from kheo.reporting.queries.figures import Figure
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.rules import strongest
from kheo.reporting.workflow import STATED


def post(report: Report, figures: Iterable[Figure], *, at: datetime) -> None:
    """Post the declared additions and the claims of a report that was just approved.

    `figures` are those of the statement. Posting again replaces what stood. A stock
    that the body declared in the window before ends where this report speaks, so that
    report is posted again as well.
    """
    pack = rules_of(report)
    claims: dict[str, ClaimKind] = {}
    for figure in figures:
        claim, measure = figure.claim, figure.cell.measure
        if claim is not None and figure.cell.law is not Law.RATIO:
            claims[measure] = strongest(claims.get(measure), claim)
    _post_entries(report, pack, at=at)
    ledger.claim(
        report.source,
        report.programme,
        report.organisation_id,
        report.window,
        claims,
        at=at,
    )
    _post_neighbour(report, pack, at=at)


def withdraw(report: Report, *, at: datetime) -> None:
    """Take back at once what a returned or reopened report had brought."""
    ledger.withdraw(report.source, at=at)
    ledger.withdraw_claims(report.source, at=at)
    _post_neighbour(report, rules_of(report), at=at)


def day_of(report: Report) -> date:
    """The day the report is dated: its window's last, or its body's last if earlier."""
    ends = OrganisationVersion.objects.filter(
        organisation=report.organisation_id,
        is_end=True,
        valid_from__gt=report.window_from,
        valid_from__lt=report.window_to,
    )
    end = ends.order_by("valid_from").values_list("valid_from", flat=True).first()
    return dated_on(report.window, end - DAY if end else None)


def _post_entries(report: Report, pack: Pack, *, at: datetime) -> None:
    ledger.post(report.source, report.programme, list(_lines(report, pack)), at=at)


def _lines(report: Report, pack: Pack) -> Iterator[ledger.Posting]:
    cells = list(report.cells.exclude(declared=None).order_by("key"))
    laws = {cell.key: pack.measure(cell.measure).law for cell in cells}
    stocks = _stock_span(report) if Law.STOCK in laws.values() else None
    for cell in cells:
        law = laws[cell.key]
        span = stocks if law is Law.STOCK else None
        yield _line(report, cell, law, span)


def _line(
    report: Report, cell: Cell, law: Law, stock_span: Interval | None
) -> ledger.Posting:
    on, until = report.on, None
    if stock_span is not None:
        on, until = stock_span.start, stock_span.end
    elif law is Law.DISTINCT:
        # Declared without subjects: it answers for this body and window only.
        on, until = report.window_from, report.window_to
    assert cell.declared is not None  # only such cells are asked for
    return ledger.Posting(
        line=cell.key,
        measure=cell.measure,
        on=on,
        until=until,
        amount=cell.declared,
        credits=(report.organisation_id,),
        dimensions=dimensions_of(cell.dimensions),
        standing=Standing.ESTIMATED if cell.is_estimated else Standing.ACTUAL,
    )


def _stock_span(report: Report) -> Interval:
    """How long this report's declared stocks hold: until the next word, or one window."""
    following = _same_line(report).filter(window_from=report.window_to).first()
    next_window = (
        following.window
        if following
        else Interval(report.window_to, holds_until(report.window))
    )
    is_said = following is not None and following.state in STATED
    return held(report.window, next_window=next_window, is_said_next=is_said)


def _post_neighbour(report: Report, pack: Pack, *, at: datetime) -> None:
    """Post the report before this one again, where it declared a stock."""
    stocks = [one.code for one in pack.measures if one.law is Law.STOCK]
    before = (
        _same_line(report)
        .filter(
            window_to=report.window_from,
            state__in=STATED,
            cells__measure__in=stocks,
            cells__declared__isnull=False,
        )
        .distinct()
        .first()
    )
    if before is not None:
        _post_entries(before, rules_of(before), at=at)


def _same_line(report: Report) -> ReportQuerySet:
    """The reports of the same body under the same definition."""
    return Report.objects.filter(
        programme=report.programme,
        definition=report.definition,
        organisation=report.organisation_id,
    )
