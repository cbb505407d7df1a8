"""The history of one thing."""

from django.db import models
from django.db.models import QuerySet

from kheo.audit.models import AuditEntry


def history_of(subject: models.Model) -> QuerySet[AuditEntry]:
    """What was done to `subject`, oldest first."""
    entries = AuditEntry.objects.filter(
        subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)
    )
    return entries.select_related("actor").order_by("pk")
