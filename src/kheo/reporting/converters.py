"""Steps of the lifecycle in addresses: an unknown one is no page."""

from kheo.reporting.workflow import ReportAction


class ActionConverter:
    regex = "|".join(ReportAction.values)

    def to_python(self, value: str) -> ReportAction:
        return ReportAction(value)

    def to_url(self, value: ReportAction) -> str:
        return str(value)
