"""Every change to bodies, their trees and their lineage."""

from kheo.organisations.services.bodies import (
    add_alias,
    amend_organisation,
    create_organisation,
    define_group,
    define_tree,
    place_organisation,
)
from kheo.organisations.services.importing import import_organisations, parse_table
from kheo.organisations.services.plans import (
    Applied,
    PlanRefused,
    apply_plan,
    check_plan,
    parse_plan,
    plan_in_force,
    preview_plan,
    undo_plan,
)
from kheo.organisations.services.reach import rebuild_reach
from kheo.organisations.services.sentences import sentences_of

__all__ = [
    "Applied",
    "PlanRefused",
    "add_alias",
    "amend_organisation",
    "apply_plan",
    "check_plan",
    "create_organisation",
    "define_group",
    "define_tree",
    "import_organisations",
    "parse_plan",
    "parse_table",
    "place_organisation",
    "plan_in_force",
    "preview_plan",
    "rebuild_reach",
    "sentences_of",
    "undo_plan",
]
