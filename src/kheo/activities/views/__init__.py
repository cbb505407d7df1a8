"""Pages of the days in the villages."""

from kheo.activities.views.activities import (
    activity_change,
    activity_detail,
    activity_list,
    activity_log,
    activity_move,
    activity_plan,
    household_codes,
    roster,
)
from kheo.activities.views.month_entry import month_entry
from kheo.activities.views.photos import photo_add, photo_file, photo_remove
from kheo.activities.views.rotation import commune_rotation, rotation, teams
from kheo.activities.views.share import activity_share, month_share
from kheo.activities.views.slips import activity_slip, month_slips

__all__ = [
    "activity_change",
    "activity_detail",
    "activity_list",
    "activity_log",
    "activity_move",
    "activity_plan",
    "activity_share",
    "activity_slip",
    "commune_rotation",
    "household_codes",
    "month_entry",
    "month_share",
    "month_slips",
    "photo_add",
    "photo_file",
    "photo_remove",
    "roster",
    "rotation",
    "teams",
]
