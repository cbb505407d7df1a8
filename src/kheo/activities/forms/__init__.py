"""What people may type about a day in the village, and what it becomes."""

from kheo.activities.forms.finding import FindActivitiesForm
from kheo.activities.forms.logs import (
    AmountField,
    LogForm,
)
from kheo.activities.forms.month import SlipRow
from kheo.activities.forms.people import (
    CodesForm,
    PhotoForm,
    RosterForm,
)
from kheo.activities.forms.plans import (
    MoveForm,
    PlanForm,
)
from kheo.activities.forms.sheet import Sheet, make_sheet
from kheo.activities.forms.teams import TeamsForm

__all__ = [
    "AmountField",
    "CodesForm",
    "FindActivitiesForm",
    "LogForm",
    "MoveForm",
    "PhotoForm",
    "PlanForm",
    "RosterForm",
    "Sheet",
    "SlipRow",
    "TeamsForm",
    "make_sheet",
]
