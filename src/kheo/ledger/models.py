"""Measures, entries, credits, claims, and the totals that are kept of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kheo.organisations.models import Organisation
from kheo.places.models import Place


class Law(models.TextChoices):
    """How a measure adds up over bodies and over time (architecture, "Totals")."""

    FLOW = "flow", _("flow")
    STOCK = "stock", _("stock")
    DISTINCT = "distinct", _("distinct count")
    RATIO = "ratio", _("ratio")


class Standing(models.TextChoices):
    ACTUAL = "actual", _("actual")
    ESTIMATED = "estimated", _("estimated")


class ClaimKind(models.TextChoices):
    """What a body said of a measure in a window; nothing said is missing."""

    FIGURE = "figure", _("figure")
    ZERO = "zero", _("zero")
    NIL = "nil", _("nothing to report")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class Measure(models.Model):
    """What is counted, in whole numbers of its smallest unit."""

    code = models.SlugField(max_length=60, unique=True)
    law = models.CharField(max_length=10, choices=Law.choices)
    name_vi = models.CharField(max_length=255)
    name_en = models.CharField(max_length=255)
    unit_vi = models.CharField(max_length=60)
    unit_en = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(default=0)
    numerator = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+"
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(law__in=Law.values), name="ledger_measure_known_law"
            ),
            models.CheckConstraint(
                condition=Q(
                    law=Law.RATIO,
                    numerator__isnull=False,
                    denominator__isnull=False,
                )
                | (~Q(law=Law.RATIO) & Q(numerator=None, denominator=None)),
                name="ledger_measure_only_ratios_have_parts",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """One quantity, entered once, with its source; closed, never edited.

    `amount` is in the measure's smallest unit. A flow has one day, `on`; a stock holds
    in `[on, until)`; a distinct count has a `subject` and the amount 1. `dimensions` is
    the canonical text `dim=value;dim=value`, sorted, the finest known.
    """

    key = models.CharField(max_length=64, unique=True)
    programme = models.CharField(max_length=60)
    measure = models.ForeignKey(Measure, models.PROTECT)
    on = models.DateField()
    until = models.DateField(null=True)
    amount = models.BigIntegerField()
    dimensions = models.CharField(max_length=400, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=64, blank=True)
    standing = models.CharField(
        max_length=10, choices=Standing.choices, default=Standing.ACTUAL
    )
    source = models.CharField(max_length=120)
    line = models.CharField(max_length=120)
    revision = models.PositiveIntegerField()
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "line"],
                condition=Q(closed_at=None),
                name="ledger_entry_one_live_line",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("on")),
                name="ledger_entry_runs_forward",
            ),
        ]
        indexes = [
            models.Index(
                fields=["measure", "on"],
                condition=Q(closed_at=None),
                name="ledger_entry_live_by_day",
            ),
            models.Index(fields=["source"], name="ledger_entry_by_source"),
        ]


class Credit(models.Model):
    """A body that takes part in an entry; several when the work was joint."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="credits")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "organisation"], name="ledger_credit_once"
            )
        ]


class Claim(models.Model):
    """What a body's report says of a measure in a window: figure, zero, nil or n/a."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+"
    )
    programme = models.CharField(max_length=60)
    measure = models.ForeignKey(Measure, models.PROTECT)
    window_from = models.DateField()
    window_to = models.DateField()
    kind = models.CharField(max_length=20, choices=ClaimKind.choices)
    source = models.CharField(max_length=120)
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "programme", "measure", "window_from", "source"],
                condition=Q(closed_at=None),
                name="ledger_claim_one_live",
            ),
            models.CheckConstraint(
                condition=Q(window_to__gt=F("window_from")),
                name="ledger_claim_window_runs_forward",
            ),
        ]
