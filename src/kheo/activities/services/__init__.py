"""Every change to a day in the village, one function for each thing people can do."""

from kheo.activities.services.logs import log_activity, log_unplanned
from kheo.activities.services.people import forget_rosters, issue_codes, set_roster
from kheo.activities.services.photos import add_photo, remove_photo
from kheo.activities.services.plans import (
    Where,
    change_plan,
    move_activity,
    parties_written,
    plan_activity,
    source_of,
)
from kheo.activities.services.rhythms import settle
from kheo.activities.services.slips import TypedSlip, enter_slip
from kheo.activities.services.turns import name_teams

__all__ = [
    "TypedSlip",
    "Where",
    "add_photo",
    "change_plan",
    "enter_slip",
    "forget_rosters",
    "issue_codes",
    "log_activity",
    "log_unplanned",
    "move_activity",
    "name_teams",
    "parties_written",
    "plan_activity",
    "remove_photo",
    "set_roster",
    "settle",
    "source_of",
]
