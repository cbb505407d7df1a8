"""People, grants and invitations: every change, each in one transaction."""

from kheo.accounts.services.grants import end_grant, grant_role
from kheo.accounts.services.importing import (
    Added,
    NewPerson,
    RowError,
    RowsRefused,
    add_all,
    try_all,
)
from kheo.accounts.services.invitations import (
    INVITATION_DAYS,
    accept_invitation,
    invitation_ends,
    invitation_for,
    invite,
    invite_again,
)
from kheo.accounts.services.joining import Joined, add_person
from kheo.accounts.services.people import (
    add_user,
    change_password,
    change_person,
    deactivate,
    reactivate,
    sign_out_everywhere,
    unlock,
)
from kheo.accounts.services.site import First, invite_first_administrator, open_site

__all__ = [
    "INVITATION_DAYS",
    "Added",
    "First",
    "Joined",
    "NewPerson",
    "RowError",
    "RowsRefused",
    "accept_invitation",
    "add_all",
    "add_person",
    "add_user",
    "change_password",
    "change_person",
    "deactivate",
    "end_grant",
    "grant_role",
    "invitation_ends",
    "invitation_for",
    "invite",
    "invite_again",
    "invite_first_administrator",
    "open_site",
    "reactivate",
    "sign_out_everywhere",
    "try_all",
    "unlock",
]
