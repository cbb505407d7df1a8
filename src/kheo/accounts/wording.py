"""Roles, and what they allow, in the words of the pages."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability, Role

ROLE_NAMES: Mapping[Role, Promise] = MappingProxyType(
    {
        Role.CLERK: _("Clerk"),
        Role.LEADER: _("Leader who approves"),
        Role.FOCAL_POINT: _("Focal point"),
        Role.HOST: _("Host in the commune"),
        Role.SPECIALIST: _("Specialist"),
        Role.OBSERVER: _("Observer"),
        Role.ADMINISTRATOR: _("Administrator of accounts"),
    }
)

C = Capability
ALLOWS: Mapping[Capability, Promise] = MappingProxyType(
    {
        C.VIEW_ACTIVITIES: _("read days in the villages"),
        C.EDIT_ACTIVITIES: _("plan and log days in the villages"),
        C.TYPE_ACTIVITIES: _("type in days on behalf of units, marked so"),
        C.HOST_ACTIVITIES: _("agree visits and confirm them for the commune"),
        C.VIEW_ROSTERS: _("read and keep the lists of people who go along"),
        C.VIEW_REPORTS: _("read reports and figures"),
        C.EDIT_REPORTS: _("write reports"),
        C.APPROVE_REPORTS: _("approve the figures of reports"),
        C.REVIEW_REPORTS: _("accept or return reports, consolidate them"),
        C.VIEW_ORGANISATIONS: _("look up bodies and programmes"),
        C.MANAGE_ORGANISATIONS: _("enter and reorganise bodies"),
        C.MANAGE_PROGRAMMES: _("load programmes and set their days"),
        C.MANAGE_ASSIGNMENTS: _("put units in charge of communes"),
        C.NUMBER_PAPERS: _("take numbers for papers"),
        C.INVITE_PEOPLE: _("invite people of the bodies below, give them roles there"),
        C.MANAGE_PEOPLE: _("make accounts, give and end roles"),
        C.VIEW_AUDIT: _("read the trail of who did what"),
    }
)
"""Each capability as one clause after “may”."""
