"""Writing to the trail, sealing it, and checking that nothing was touched."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from kheo.audit.models import AuditEntry, Block
from kheo.audit.rules import GENESIS, block_digest, payload_digest
from kheo.core.access import Actor

SEAL_BATCH = 1000


def record(
    subject: models.Model,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    organisation_id: int | None = None,
) -> AuditEntry:
    """Append who did what to `subject`, in the caller's transaction.

    `verb` is a permanent code such as `report.submit`. `data` holds codes, states and
    notes, never personal data of residents.
    """
    salt = secrets.token_hex(16)
    payload = {
        "at": _moment(at),
        "verb": verb,
        "actor": actor.user_id,
        "subject": [subject._meta.label_lower, str(subject.pk)],
        "organisation": organisation_id,
        "data": dict(data) if data else None,
    }
    return AuditEntry.objects.create(
        at=at,
        verb=verb,
        actor_id=actor.user_id,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        organisation_id=organisation_id,
        data=payload["data"],
        salt=salt,
        digest=payload_digest(salt, payload),
    )


@transaction.atomic
def seal(*, at: datetime) -> int:
    """Number and chain what is not sealed yet; return how many entries that was.

    Two sealers at once: the unique number of the block lets one of them through.
    """
    waiting = AuditEntry.objects.filter(number=None).order_by("pk")
    entries = list(waiting.select_for_update()[:SEAL_BATCH])
    if not entries:
        return 0
    last = Block.objects.order_by("-number").first()
    number = last.last_entry if last else 0
    for entry in entries:
        number += 1
        entry.number = number
    previous = last.digest if last else GENESIS
    Block.objects.create(
        number=last.number + 1 if last else 1,
        sealed_at=at,
        first_entry=number - len(entries) + 1,
        last_entry=number,
        previous_digest=previous,
        digest=block_digest(previous, _numbered(entries)),
    )
    AuditEntry.objects.bulk_update(entries, ["number"])
    return len(entries)


@dataclass(frozen=True, slots=True)
class Break:
    """A block whose digest no longer fits its entries, or the block before it."""

    block: int
    reason: str


def verify() -> tuple[int, list[Break]]:
    """Recompute every digest: how many blocks there are, and which of them broke."""
    breaks: list[Break] = []
    count, previous, next_entry = 0, GENESIS, 1
    for block in Block.objects.order_by("number").iterator():
        count += 1
        run = AuditEntry.objects.filter(
            number__gte=block.first_entry, number__lte=block.last_entry
        )
        entries = list(run.order_by("number"))
        if block.first_entry != next_entry or block.number != count:
            breaks.append(Break(block.number, "gap"))
        if len(entries) != block.last_entry - block.first_entry + 1:
            breaks.append(Break(block.number, "missing"))
        if block.previous_digest != previous:
            breaks.append(Break(block.number, "chain"))
        if block.digest != block_digest(block.previous_digest, _numbered(entries)):
            breaks.append(Break(block.number, "digest"))
        breaks.extend(
            Break(block.number, f"entry {entry.number}")
            for entry in entries
            if entry.data is not None and not _fits(entry)
        )
        previous, next_entry = block.digest, block.last_entry + 1
    return count, breaks


def head_digest() -> str:
    """The digest of the newest block: printed in every signed report."""
    last = Block.objects.order_by("-number").values_list("digest", flat=True).first()
    return last or GENESIS


def _moment(at: datetime) -> str:
    """One way to write a moment, whatever the time zone it was given in."""
    return at.astimezone(UTC).isoformat()


def _numbered(entries: list[AuditEntry]) -> Iterator[tuple[int, str]]:
    return ((entry.number or 0, entry.digest) for entry in entries)


def _fits(entry: AuditEntry) -> bool:
    payload = {
        "at": _moment(entry.at),
        "verb": entry.verb,
        "actor": entry.actor_id,
        "subject": [entry.subject_kind, entry.subject_id],
        "organisation": entry.organisation_id,
        "data": entry.data,
    }
    return payload_digest(entry.salt, payload) == entry.digest
