"""The trail: appended, sealed in order, and every tampering found."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kheo.audit.models import AuditEntry, Block
from kheo.audit.rules import GENESIS, block_digest, payload_digest
from kheo.audit.services import Past, head_digest, record, reseal, seal, verify
from kheo.core.access import SYSTEM
from tests.village import make_user

NOON = datetime(2024, 3, 31, 5, 0, tzinfo=UTC)


def test_a_digest_depends_on_every_part():
    payload = {"verb": "x", "data": {"a": 1}}

    digests = {
        payload_digest("s", payload),
        payload_digest("t", payload),
        payload_digest("s", payload | {"verb": "y"}),
        payload_digest("s", payload | {"data": {"a": 2}}),
    }

    assert len(digests) == 4


def test_a_block_depends_on_order_and_past():
    one, two = (1, "a"), (2, "b")

    assert block_digest(GENESIS, [one, two]) != block_digest(GENESIS, [two, one])
    assert block_digest(GENESIS, [one]) != block_digest("1" * 64, [one])


def chain(count=5):
    user = make_user()
    for number in range(count):
        record(user, "user.test", actor=SYSTEM, at=NOON, data={"n": number})
        if number % 2:
            seal(at=NOON)
    seal(at=NOON)


@pytest.mark.django_db
def test_what_was_recorded_verifies():
    chain()

    assert verify() == (3, [])
    assert head_digest() == Block.objects.order_by("-number").first().digest
    numbers = AuditEntry.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5]


@pytest.mark.django_db
def test_a_moment_counts_whatever_its_time_zone():
    there = datetime(2024, 3, 31, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    record(make_user(), "user.test", actor=SYSTEM, at=there, data={"n": 1})
    seal(at=NOON)

    assert verify() == (1, [])


@pytest.mark.django_db
def test_nothing_to_seal_makes_no_block():
    assert seal(at=NOON) == 0
    assert verify() == (0, [])
    assert head_digest() == GENESIS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tamper",
    [
        lambda: AuditEntry.objects.filter(number=2).update(data={"n": 99}),
        lambda: AuditEntry.objects.filter(number=2).update(verb="user.other"),
        lambda: AuditEntry.objects.filter(number=2).update(digest="0" * 64),
        lambda: AuditEntry.objects.filter(number=2).delete(),
        lambda: Block.objects.filter(number=2).update(digest="0" * 64),
        lambda: Block.objects.filter(number=2).update(previous_digest="0" * 64),
        lambda: Block.objects.filter(number=2).delete(),
    ],
)
def test_tampering_is_found(tamper):
    chain()
    tamper()

    _count, breaks = verify()

    assert breaks


@pytest.mark.django_db
def test_a_payload_may_be_erased_without_breaking_the_chain():
    chain()
    AuditEntry.objects.filter(number=2).update(data=None)

    assert verify() == (3, [])


@pytest.mark.django_db
def test_what_another_database_recorded_goes_on_in_this_chain():
    chain()
    past = [
        Past(NOON, "user.test", None, "accounts.user", "7", None, {"n": number})
        for number in range(1_500)
    ]

    seals = reseal(past, at=NOON)

    assert [one.number for one in seals] == list(range(6, 1_506))
    assert len({one.salt for one in seals}) == 1_500
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=entry.at,
            verb=entry.verb,
            subject_kind=entry.subject_kind,
            subject_id=entry.subject_id,
            data=entry.data,
            salt=one.salt,
            digest=one.digest,
            number=one.number,
        )
        for entry, one in zip(past, seals, strict=True)
    )
    assert verify() == (5, [])
    AuditEntry.objects.filter(number=700).update(data={"n": 0})
    assert len(verify()[1]) == 1
