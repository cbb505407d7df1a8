"""Which files are taken, under which names they are kept, and the sentence of each no."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kheo.core.errors import RuleBroken

MEGABYTE = 1024 * 1024
LARGEST_IMAGE = 20 * MEGABYTE
LARGEST_PAPER = 20 * MEGABYTE
LONGEST_NAME = 120

JPEG, PDF = "image/jpeg", "application/pdf"
IMAGE_TYPES = frozenset({JPEG, "image/png", "image/webp"})
EXTENSIONS = {JPEG: "jpg", PDF: "pdf"}

PHOTO_SIDE, SCAN_SIDE, THUMBNAIL_SIDE = 2048, 3508, 480
"""Longest side in pixels: a screen, A4 at 300 dots an inch, a list."""


class Variant(StrEnum):
    MAIN = "main"
    THUMBNAIL = "thumbnail"


class Refusal(StrEnum):
    """Why a file is not taken; the sandboxed readers answer with these codes."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    PHONE_FORMAT = "phone_format"
    NOT_A_PAPER = "not_a_paper"
    MISNAMED = "misnamed"
    TRUNCATED = "truncated"
    TOO_MANY_PIXELS = "too_many_pixels"
    LOCKED = "locked"
    ACTIVE = "active"
    UNREADABLE = "unreadable"


SENTENCES: dict[Refusal, Promise] = {
    Refusal.EMPTY: _("The file is empty (0 bytes). Choose it again."),
    Refusal.TOO_LARGE: _("The file is larger than 20 MB. Send a smaller one."),
    Refusal.NOT_AN_IMAGE: _(
        "The file is not a photo, whatever its name says. Send a JPEG, PNG or WebP."
    ),
    Refusal.PHONE_FORMAT: _(
        "The photo is in the HEIC format of some telephones. "
        "Set the camera to “most compatible”, or send a JPEG."
    ),
    Refusal.NOT_A_PAPER: _(
        "The file is neither a PDF nor a scan, whatever its name says. "
        "Send a PDF, JPEG, PNG or WebP."
    ),
    Refusal.MISNAMED: _(
        "The file is named .pdf but holds a picture. "
        "Give it its right name, or save it as a real PDF."
    ),
    Refusal.TRUNCATED: _(
        "The file broke off on its way and is not complete. Send it again."
    ),
    Refusal.TOO_MANY_PIXELS: _(
        "The picture has more than 50 million pixels. Send a smaller one."
    ),
    Refusal.LOCKED: _("The PDF is locked by a password. Send it unlocked."),
    Refusal.ACTIVE: _(
        "The PDF carries a program or an attached file. Print it to PDF anew."
    ),
    Refusal.UNREADABLE: _("The file could not be read. Save it anew and send that."),
}


def refuse(reason: Refusal) -> RuleBroken:
    """The exception that says no; services raise it, forms show it beside the file."""
    return RuleBroken(str(SENTENCES[reason]), field="file")


@dataclass(frozen=True, slots=True)
class Clean:
    """A file ready to be kept: checked, and for pictures made anew without traces.

    `source_sha256` is the digest of what was sent, so that the same file sent again is
    known; `sha256` that of what is kept.
    """

    content: bytes
    thumbnail: bytes
    media_type: str
    sha256: str
    source_sha256: str
    name: str
    width: int | None = None
    height: int | None = None


def safe_name(name: str, media_type: str) -> str:
    """The sender's name without folders, control signs or a false ending; never a path.

    It is only ever shown, and offered when the file is saved.
    """
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    stem = base.rsplit(".", 1)[0]
    plain = re.sub(r"[^\w\- ()]+", " ", stem)
    short = re.sub(r"\s+", " ", plain).strip(" .-_")[:LONGEST_NAME]
    return f"{short or 'file'}.{EXTENSIONS[media_type]}"


def path_of(file_id: UUID, sha256: str, media_type: str, variant: Variant) -> str:
    """Where a file lies: from its id and digest alone, never from what people typed."""
    ending = JPEG if variant is Variant.THUMBNAIL else media_type
    name = f"{sha256[:16]}-{variant}.{EXTENSIONS[ending]}"
    return f"stored/{file_id.hex[:2]}/{file_id.hex}/{name}"
