"""Which unit is in charge of which commune, from when to when."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability
from kheo.core.periods import OPEN_END
from kheo.core.scoping import ScopedQuerySet
from kheo.organisations.models import Organisation
from kheo.places.models import Place


class CommuneAssignmentQuerySet(ScopedQuerySet["CommuneAssignment"]):
    day_field = "valid_from"
    view_capability: ClassVar[Capability] = Capability.VIEW_ACTIVITIES


class CommuneAssignment(models.Model):
    """In `[valid_from, valid_to)` the unit is in charge of the commune (S0, I.2)."""

    client_id = models.UUIDField(unique=True)
    programme = models.CharField(max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("commune")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), default=OPEN_END)
    basis = models.CharField(_("basis"), max_length=255, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = CommuneAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "place", "valid_from"],
                name="assignments_communeassignment_once",
                violation_error_message=_("This unit is already in charge there."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="assignments_communeassignment_runs_forward",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place", "valid_from", "valid_to"],
                name="assignments_by_place",
            ),
            models.Index(
                fields=["organisation", "valid_from", "valid_to"],
                name="assignments_by_unit",
            ),
        ]
