"""Whose numbers are ours to give, the sequences, and every number ever taken."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability
from kheo.core.scoping import ScopedQuerySet
from kheo.organisations.models import Organisation


class NumberSource(models.TextChoices):
    """Where a body's numbers come from; by default from its office's own register."""

    OFFICE = "office", _("the office's own register")
    KHEO = "kheo", _("Khéo")


class NumberScope(models.TextChoices):
    """After what the numbers begin anew with 01."""

    TERM = "term", _("term of the committee")
    YEAR = "year", _("calendar year")


class NumberingChoiceQuerySet(ScopedQuerySet["NumberingChoice"]):
    day_field = None
    view_capability: ClassVar[Capability] = Capability.VIEW_REPORTS


class NumberingChoice(models.Model):
    """What a body chose; without a row it keeps its own register."""

    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="numbering"
    )
    source = models.CharField(max_length=10, choices=NumberSource.choices)
    scope = models.CharField(max_length=10, choices=NumberScope.choices)
    term = models.CharField(max_length=20, blank=True)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = NumberingChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=NumberSource.values),
                name="directives_numberingchoice_known_source",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=NumberScope.values),
                name="directives_numberingchoice_known_scope",
            ),
            models.CheckConstraint(
                condition=~Q(scope=NumberScope.TERM) | ~Q(term=""),
                name="directives_numberingchoice_term_is_named",
            ),
        ]


class NumberRegisterQuerySet(ScopedQuerySet["NumberRegister"]):
    day_field = None
    view_capability: ClassVar[Capability] = Capability.VIEW_REPORTS


class NumberRegister(models.Model):
    """One running sequence: of a body, a type of paper, a term or a year."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="number_registers"
    )
    type_code = models.CharField(max_length=10)
    scope = models.CharField(max_length=10, choices=NumberScope.choices)
    scope_key = models.CharField(max_length=20)
    first = models.PositiveIntegerField(default=1)
    next_number = models.PositiveIntegerField(default=1)

    objects = NumberRegisterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "type_code", "scope", "scope_key"],
                name="directives_numberregister_one_sequence",
            ),
            models.CheckConstraint(
                condition=Q(first__gte=1) & Q(next_number__gte=F("first")),
                name="directives_numberregister_runs_upward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.type_code} {self.scope_key}"


class PaperNumberQuerySet(ScopedQuerySet["PaperNumber"]):
    body_field = "register__organisation"
    day_field = "on"
    view_capability: ClassVar[Capability] = Capability.VIEW_REPORTS


class PaperNumber(models.Model):
    """A number that was taken; cancelled ones stay, so that the sequence has no hole.

    Its id is made by the client: the same request sent twice takes one number.
    """

    id = models.UUIDField(primary_key=True)
    register = models.ForeignKey(NumberRegister, models.PROTECT, related_name="numbers")
    number = models.PositiveIntegerField()
    on = models.DateField()
    subject = models.CharField(max_length=500)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=500, blank=True)

    objects = PaperNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "number"],
                name="directives_papernumber_once_in_its_register",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancelled_reason=""),
                name="directives_papernumber_cancelled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:02d}"
