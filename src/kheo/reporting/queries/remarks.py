"""What receivers want changed in a report."""

from kheo.reporting.models import Remark, Report


def open_remarks(report: Report) -> list[Remark]:
    """What the sender still has to do something about."""
    rows = Remark.objects.filter(round__report=report, closed_at=None)
    return list(rows.select_related("round").order_by("pk"))
