"""Pictures of a day: each with its caption."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.activities.models import Activity, Photo
from kheo.activities.services.plans import parties_of, recorded
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import RuleBroken
from kheo.documents.models import StoredFile


@transaction.atomic
def add_photo(
    activity: Activity,
    *,
    client_id: UUID,
    file: StoredFile,
    caption: str,
    actor: Actor,
    at: datetime,
) -> Photo:
    """Add a picture with its caption; sent twice, it is one picture."""
    parties_of(activity, Capability.EDIT_ACTIVITIES, actor)
    if not caption.strip():
        raise RuleBroken(_("A photo needs a caption."), field="caption")
    photo, created = Photo.objects.get_or_create(
        client_id=client_id,
        defaults={
            "activity": activity,
            "file": file,
            "caption": caption.strip(),
            "added_by_id": actor.user_id,
            "added_at": at,
        },
    )
    if created:
        recorded(activity, "activity.photo", actor=actor, at=at)
    return photo


@transaction.atomic
def remove_photo(photo: Photo, *, actor: Actor, at: datetime) -> None:
    """Take a picture away: its row here; the caller withdraws the stored file.

    It is for the body that added it, as the file is.
    """
    message = _("Only the unit that added the photo removes it.")
    body = photo.file.organisation
    require(actor, Capability.EDIT_ACTIVITIES, body, message=message)
    activity = photo.activity
    photo.delete()
    recorded(activity, "activity.photo_removed", actor=actor, at=at)
