"""Steps of the lifecycle in addresses: an unknown one is no page."""

from kheo.activities.workflow import ActivityAction


class ActionConverter:
    regex = "|".join(ActivityAction.values)

    def to_python(self, value: str) -> ActivityAction:
        return ActivityAction(value)

    def to_url(self, value: ActivityAction) -> str:
        return str(value)
