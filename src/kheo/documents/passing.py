"""Files that wait for their sender: kept for a day at most, then gone."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.core.access import Actor
from kheo.core.errors import Conflict
from kheo.documents.models import PassingFile

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep_passing(
    *,
    id: UUID,  # noqa: A002  the client's own id of the file
    content: bytes,
    about: str,
    actor: Actor,
    at: datetime,
) -> PassingFile:
    """Keep a file until its sender confirms; it replaces the one before it.

    The caller asks whether the person may: only it knows what the file is about. The
    same bytes again are the file that waits already; an id that was used for something
    else is a `Conflict`.
    """
    forget_passing(at=at)
    sha256 = hashlib.sha256(content).hexdigest()
    waiting = PassingFile.objects.filter(about=about, by=actor.user_id, taken_at=None)
    if known := waiting.filter(sha256=sha256).first():
        return known
    waiting.delete()
    if PassingFile.objects.filter(pk=id).exists():
        raise Conflict(_("Another file was already sent under this id. Send it anew."))
    return PassingFile.objects.create(
        id=id,
        about=about,
        by_id=actor.user_id,
        content=content,
        sha256=sha256,
        received_at=at,
    )


def passing_file(
    id: UUID,  # noqa: A002  the client's own id of the file
    *,
    about: str,
    actor: Actor,
    at: datetime,
) -> PassingFile | None:
    """The file that this very person sent for this thing, while it is kept."""
    kept = PassingFile.objects.filter(received_at__gt=at - KEPT_FOR)
    return kept.filter(pk=id, about=about, by=actor.user_id).first()


def empty_passing(file: PassingFile, *, at: datetime) -> None:
    """Let the bytes go, since they were taken over; `Conflict` where they were before.

    Call it in the transaction that writes what was taken over.
    """
    waiting = PassingFile.objects.filter(pk=file.pk, taken_at=None)
    if not waiting.update(taken_at=at, content=b""):
        raise Conflict(_("This file was taken over already; nothing was changed."))


def drop_passing(file: PassingFile) -> None:
    """Forget a file that its sender does not want taken over."""
    file.delete()


def forget_passing(*, at: datetime) -> int:
    """Delete every file that is older than they are kept; safe to repeat."""
    old = PassingFile.objects.filter(received_at__lte=at - KEPT_FOR)
    gone, _tables = old.delete()
    return gone
