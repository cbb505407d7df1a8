"""Secret addresses for calendar programs: made, replaced, revoked by their owner."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kheo.accounts.models import User
from kheo.activities.models import Feed
from kheo.activities.queries.feeds import digest_of
from kheo.audit.services import record
from kheo.core.access import Actor, Capability, require
from kheo.core.errors import NotAllowed
from kheo.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """A new address: its token is known now and never again."""

    feed: Feed
    token: str


@transaction.atomic
def make_feed(
    organisation: Organisation, *, user: User, actor: Actor, at: datetime
) -> MadeFeed:
    """Give the person an address for the body's calendar; an older one stops at once."""
    require(actor, Capability.VIEW_ACTIVITIES, organisation)
    older = Feed.objects.in_use().filter(user=user, organisation=organisation)
    older.update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(
        user=user,
        organisation=organisation,
        token_digest=digest_of(token),
        created_at=at,
    )
    _record(feed, "feed.make", actor=actor, at=at)
    return MadeFeed(feed, token)


@transaction.atomic
def revoke_feed(feed: Feed, *, actor: Actor, at: datetime) -> Feed:
    """Stop the address at once; stopped twice, it is stopped."""
    if feed.user_id != actor.user_id:
        raise NotAllowed("")
    if Feed.objects.in_use().filter(pk=feed.pk).update(revoked_at=at):
        _record(feed, "feed.revoke", actor=actor, at=at)
    feed.refresh_from_db()
    return feed


def note_reading(feed: Feed, *, on: date) -> None:
    """Keep the last day on which the address was read, and nothing else of the reader."""
    if feed.read_on != on:
        Feed.objects.filter(pk=feed.pk).update(read_on=on)


def _record(feed: Feed, verb: str, *, actor: Actor, at: datetime) -> None:
    record(
        feed,
        verb,
        actor=actor,
        at=at,
        data={"organisation": feed.organisation.code},
        organisation_id=feed.organisation_id,
    )
