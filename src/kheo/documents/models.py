"""What is kept of a file besides its bytes, which lie in the storage."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Actor, Capability
from kheo.core.scoping import ScopedQuerySet
from kheo.documents.rules import Variant, path_of
from kheo.organisations.models import Organisation


class FileKind(models.TextChoices):
    IMAGE = "image", _("photo")
    PAPER = "paper", _("signed paper")


class StoredFileQuerySet(ScopedQuerySet["StoredFile"]):
    view_capability: ClassVar[Capability] = Capability.VIEW_ACTIVITIES

    def visible_to(self, actor: Actor, capability: Capability | None = None) -> Self:
        """Photos for those who see the activities, signed papers who see the reports."""
        if capability is not None:
            return super().visible_to(actor, capability)
        images = super().visible_to(actor, Capability.VIEW_ACTIVITIES)
        papers = super().visible_to(actor, Capability.VIEW_REPORTS)
        photos = Q(pk__in=images.filter(kind=FileKind.IMAGE).values("pk"))
        signed = Q(pk__in=papers.filter(kind=FileKind.PAPER).values("pk"))
        return self.filter(photos | signed)

    def kept(self) -> Self:
        """Files that were not withdrawn."""
        return self.filter(withdrawn_at=None)


class StoredFile(models.Model):
    """One file of one body. Its id is made by the client, so twice sent is one file.

    `on` is the day that counts for access. Withdrawing removes the bytes and keeps the
    row: that there was a file, and why it went, stays known.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="files")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    media_type = models.CharField(max_length=40)
    name = models.CharField(max_length=140)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FileKind.values),
                name="documents_storedfile_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""),
                name="documents_storedfile_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(withdrawn_at__isnull=False),
                name="documents_storedfile_erased_after_withdrawal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False, erased_at=None),
                name="documents_storedfile_to_erase",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.width is not None

    def path(self, variant: Variant = Variant.MAIN) -> str:
        return path_of(self.id, self.sha256, self.media_type, variant)


class PassingFile(models.Model):
    """A file that waits for its sender to confirm what is to be taken from it.

    `about` names what it is for, such as `report:12`. One waits for each person and
    thing; the next replaces it. Its bytes go when it is taken over, a day later at the
    latest. It is never handed to anybody else, and never trusted: it is read anew.
    """

    id = models.UUIDField(primary_key=True)
    about = models.CharField(max_length=80)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("file on its way")
        verbose_name_plural = _("files on their way")
        constraints = [
            models.UniqueConstraint(
                fields=["about", "by"],
                condition=Q(taken_at=None),
                name="documents_passingfile_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(content=b""),
                name="documents_passingfile_taken_is_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="documents_passingfile_age")
        ]

    def __str__(self) -> str:
        return self.about
