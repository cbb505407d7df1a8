"""Writing to the trail, sealing it, and checking that nothing was touched."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Past:
    """What another database had recorded: an entry without salt, digest and number."""

    at: datetime
    verb: str
    actor_id: int | None
    subject_kind: str
    subject_id: str
    organisation_id: int | None
    data: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What makes an entry a link of this database's chain."""

    salt: str
    digest: str
    number: int


@transaction.atomic
def reseal(entries: Iterable[Past], *, at: datetime) -> list[Seal]:
    """Chain what another database had recorded: a seal for each entry, in their order.

    The blocks are written; the caller stores entries and seals in the same transaction.
    For a prepared sample only: what happens here is recorded when it happens.
    """
    while seal(at=at):
        pass
    seals = []
    for number, entry in enumerate(entries, start=_next_number()):
        salt = secrets.token_hex(16)
        seals.append(Seal(salt, payload_digest(salt, _payload(entry)), number))
    for start in range(0, len(seals), SEAL_BATCH):
        some = seals[start : start + SEAL_BATCH]
        _add_block([(one.number, one.digest) for one in some], at=at)
    return seals


@transaction.atomic
def seal(*, at: datetime) -> int:
    """Number and chain what is not sealed yet; return how many entries that was.

    Two sealers at once: the unique number of the block lets one of them through.
    """
    waiting = AuditEntry.objects.filter(number=None).order_by("pk")
    entries = list(waiting.select_for_update()[:SEAL_BATCH])
    if not entries:
        return 0
    for number, entry in enumerate(entries, start=_next_number()):
        entry.number = number
    _add_block(list(_numbered(entries)), at=at)
    AuditEntry.objects.bulk_update(entries, ["number"])
    return len(entries)


def _next_number() -> int:
    last = Block.objects.order_by("-number").values_list("last_entry", flat=True)
    return (last.first() or 0) + 1


def _add_block(numbered: Sequence[tuple[int, str]], *, at: datetime) -> None:
    """Close a block over numbers and digests that go on from the last block's."""
    last = Block.objects.order_by("-number").first()
    previous = last.digest if last else GENESIS
    Block.objects.create(
        number=last.number + 1 if last else 1,
        sealed_at=at,
        first_entry=numbered[0][0],
        last_entry=numbered[-1][0],
        previous_digest=previous,
        digest=block_digest(previous, numbered),
    )


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


def _numbered(entries: Iterable[AuditEntry]) -> Iterator[tuple[int, str]]:
    return ((entry.number or 0, entry.digest) for entry in entries)


def _fits(entry: AuditEntry) -> bool:
    return payload_digest(entry.salt, _payload(entry)) == entry.digest


def _payload(entry: AuditEntry | Past) -> dict[str, Any]:
    return {
        "at": _moment(entry.at),
        "verb": entry.verb,
        "actor": entry.actor_id,
        "subject": [entry.subject_kind, entry.subject_id],
        "organisation": entry.organisation_id,
        "data": entry.data,
    }
