"""Taking files in, and taking them back."""

import hashlib
from datetime import date, datetime
from uuid import UUID

import filetype
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.documents.models import FileKind, StoredFile
from kheo.documents.rules import (
    IMAGE_TYPES,
    JPEG,
    LARGEST_IMAGE,
    LARGEST_PAPER,
    PDF,
    PHOTO_SIDE,
    SCAN_SIDE,
    THUMBNAIL_SIDE,
    Clean,
    Refusal,
    Variant,
    refuse,
    safe_name,
)
from kheo.documents.sandbox import inspect_pdf, remade_image
from kheo.organisations.models import Organisation
from kheo.organisations.queries import hands_of

HEIC_TYPES = frozenset({"image/heic", "image/heif", "image/avif"})

RECORDS_PAPERS = (Capability.EDIT_REPORTS, Capability.APPROVE_REPORTS)


def store_image(
    *,
    id: UUID,  # noqa: A002  the client's own id of the file
    content: bytes,
    name: str,
    organisation: Organisation,
    actor: Actor,
    at: datetime,
    on: date | None = None,
    capability: Capability = Capability.EDIT_ACTIVITIES,
) -> StoredFile:
    """Keep a photo, made anew without EXIF; the same id and photo again is one file.

    Decoding runs before the transaction, so call this outside one. `capability` is what
    the caller's page asks of the person at the body.
    """
    require(actor, capability, organisation)
    earlier = _earlier(id, content, organisation)
    if earlier is not None:
        return earlier
    clean = clean_image(content, name)
    return _keep(
        clean,
        FileKind.IMAGE,
        id=id,
        organisation=organisation,
        actor=actor,
        at=at,
        on=on,
    )


def store_paper(
    *,
    id: UUID,  # noqa: A002  the client's own id of the file
    content: bytes,
    name: str,
    organisation: Organisation,
    actor: Actor,
    at: datetime,
    on: date | None = None,
) -> StoredFile:
    """Keep a signed paper: a PDF byte by byte, a scan made anew like a photo.

    Whoever writes or approves the reports of a body records its papers. Where the
    body has ended, those that took over from it do.
    """
    hands = hands_of(organisation.pk, timezone.localdate(at))
    own = frozenset[int]().union(*(actor.bodies(one) for one in RECORDS_PAPERS))
    if not actor.is_system and not hands & own:
        raise NotAllowed("")
    earlier = _earlier(id, content, organisation)
    if earlier is not None:
        return earlier
    clean = clean_paper(content, name)
    return _keep(
        clean,
        FileKind.PAPER,
        id=id,
        organisation=organisation,
        actor=actor,
        at=at,
        on=on,
    )


@transaction.atomic
def withdraw(
    file: StoredFile,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    capability: Capability = Capability.EDIT_ACTIVITIES,
) -> StoredFile:
    """Take a file back: nobody sees it from now on, and its bytes go after the commit.

    Withdrawing twice is once. Should the process die in between, `erase_withdrawn`
    finds the rest.
    """
    require(actor, capability, file.organisation)
    if not reason.strip():
        raise RuleBroken(_("Say why the file is withdrawn."), field="reason")
    changed = StoredFile.objects.filter(pk=file.pk, withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_reason=reason.strip()[:500]
    )
    file.refresh_from_db()
    if changed:
        record(
            file,
            "file.withdraw",
            actor=actor,
            at=at,
            data={"kind": file.kind},
            organisation_id=file.organisation_id,
        )
        transaction.on_commit(lambda: _erase(file, at=at))
    return file


def erase_withdrawn(*, at: datetime) -> int:
    """Remove the bytes of withdrawn files that still have some; how many those were."""
    waiting = StoredFile.objects.filter(withdrawn_at__isnull=False, erased_at=None)
    files = list(waiting.order_by("withdrawn_at", "pk"))
    for file in files:
        _erase(file, at=at)
    return len(files)


def clean_image(content: bytes, name: str) -> Clean:
    """The photo upright, bounded and bare. Raises `RuleBroken` with the reason."""
    media_type = _type_of(content, LARGEST_IMAGE)
    if media_type in HEIC_TYPES:
        raise refuse(Refusal.PHONE_FORMAT)
    if media_type not in IMAGE_TYPES:
        raise refuse(Refusal.NOT_AN_IMAGE)
    return _remade(content, name, PHOTO_SIDE)


def clean_paper(content: bytes, name: str) -> Clean:
    """The PDF as it is, or the scan made anew. Raises `RuleBroken` with the reason."""
    media_type = _type_of(content, LARGEST_PAPER)
    if media_type in IMAGE_TYPES:
        return _remade(content, name, SCAN_SIDE)
    if media_type != PDF:
        raise refuse(Refusal.NOT_A_PAPER)
    inspect_pdf(content)
    digest = hashlib.sha256(content).hexdigest()
    return Clean(
        content=content,
        thumbnail=b"",
        media_type=PDF,
        sha256=digest,
        source_sha256=digest,
        name=safe_name(name, PDF),
    )


def _type_of(content: bytes, largest: int) -> str:
    if not content:
        raise refuse(Refusal.EMPTY)
    if len(content) > largest:
        raise refuse(Refusal.TOO_LARGE)
    kind = filetype.guess(content[:8192])
    return kind.mime if kind else ""


def _remade(content: bytes, name: str, side: int) -> Clean:
    if name.lower().endswith(".pdf"):
        raise refuse(Refusal.MISNAMED)
    answer, picture, thumbnail = remade_image(content, side, THUMBNAIL_SIDE)
    return Clean(
        content=picture,
        thumbnail=thumbnail,
        media_type=JPEG,
        sha256=hashlib.sha256(picture).hexdigest(),
        source_sha256=hashlib.sha256(content).hexdigest(),
        name=safe_name(name, JPEG),
        width=answer["width"],
        height=answer["height"],
    )


def _earlier(
    file_id: UUID, content: bytes, organisation: Organisation
) -> StoredFile | None:
    """The file kept under this id, if it is this very file of this body."""
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        return None
    digest = hashlib.sha256(content).hexdigest()
    if file.organisation_id != organisation.pk or file.source_sha256 != digest:
        raise Conflict(_("Another file was already sent under this id. Send it anew."))
    return file


def _keep(
    clean: Clean,
    kind: FileKind,
    *,
    id: UUID,  # noqa: A002  as above
    organisation: Organisation,
    actor: Actor,
    at: datetime,
    on: date | None,
) -> StoredFile:
    """Bytes first, then the row; a row without bytes is worse than bytes without one."""
    file = StoredFile(
        id=id,
        organisation=organisation,
        on=on or timezone.localdate(at),
        kind=kind,
        media_type=clean.media_type,
        name=clean.name,
        size=len(clean.content),
        width=clean.width,
        height=clean.height,
        sha256=clean.sha256,
        source_sha256=clean.source_sha256,
        uploaded_by_id=actor.user_id,
        created_at=at,
    )
    written = _write(file, clean)
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            record(
                file,
                "file.store",
                actor=actor,
                at=at,
                data={"kind": kind, "sha256": clean.sha256},
                organisation_id=organisation.pk,
            )
    except IntegrityError:
        kept = StoredFile.objects.get(pk=id)
        if (kept.organisation_id, kept.source_sha256) != (
            organisation.pk,
            clean.source_sha256,
        ):
            _delete(written)
            raise Conflict(
                _("Another file was already sent under this id. Send it anew.")
            ) from None
        return kept
    return file


def _write(file: StoredFile, clean: Clean) -> list[str]:
    """Put the bytes where the id and digest say; the same bytes there already stay."""
    parts = [(Variant.MAIN, clean.content)]
    if clean.thumbnail:
        parts.append((Variant.THUMBNAIL, clean.thumbnail))
    written = []
    for variant, content in parts:
        path = file.path(variant)
        if default_storage.exists(path):
            continue
        taken = default_storage.save(path, ContentFile(content))
        if taken != path:
            default_storage.delete(taken)
            continue
        written.append(path)
    return written


def _erase(file: StoredFile, *, at: datetime) -> None:
    _delete([file.path(variant) for variant in Variant])
    StoredFile.objects.filter(pk=file.pk).update(erased_at=at)


def _delete(paths: list[str]) -> None:
    for path in paths:
        default_storage.delete(path)
