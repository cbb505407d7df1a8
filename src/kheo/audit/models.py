"""Entries as they happened, and the blocks that chain them."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Block(models.Model):
    """A sealed run of entries; each block's digest covers the one before."""

    number = models.PositiveBigIntegerField(unique=True)
    sealed_at = models.DateTimeField()
    first_entry = models.PositiveBigIntegerField()
    last_entry = models.PositiveBigIntegerField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)


class AuditEntry(models.Model):
    """One thing that was done; appended, never edited. `data` may be erased later.

    `number` is given by the sealer, without gaps, in the order of the chain. The digest
    covers the salted payload, so erasing the payload does not break the chain.
    """

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField(null=True)
    data = models.JSONField(null=True)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    number = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(verb=""), name="audit_auditentry_says_what"
            )
        ]
        indexes = [
            models.Index(
                fields=["subject_kind", "subject_id", "id"],
                name="audit_auditentry_by_subject",
            ),
            models.Index(fields=["at", "id"], name="audit_auditentry_by_time"),
            models.Index(
                fields=["id"],
                condition=Q(number=None),
                name="audit_auditentry_unsealed",
            ),
        ]
