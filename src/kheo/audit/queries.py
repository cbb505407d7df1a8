"""The history of one thing, and when something was last done to many."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import models
from django.db.models import Max, QuerySet

from kheo.audit.models import AuditEntry


def history_of(subject: models.Model) -> QuerySet[AuditEntry]:
    """What was done to `subject`, oldest first."""
    entries = AuditEntry.objects.filter(
        subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)
    )
    return entries.select_related("actor").order_by("pk")


def last_done(
    model: type[models.Model], keys: Iterable[int], verbs: Collection[str]
) -> dict[int, datetime]:
    """When one of the verbs was last done to each thing; nothing where never."""
    rows = AuditEntry.objects.filter(
        subject_kind=model._meta.label_lower,
        subject_id__in=[str(key) for key in keys],
        verb__in=verbs,
    )
    last = rows.values("subject_id").annotate(last=Max("at")).order_by("subject_id")
    return {int(row["subject_id"]): row["last"] for row in last}
