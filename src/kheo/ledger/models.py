"""Measures, entries, credits, claims, and the totals that are kept of them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kheo.ledger import rules
from kheo.organisations.models import Organisation, Tree
from kheo.places.models import Place


class Law(models.TextChoices):
    """`rules.Law` with its names for people."""

    FLOW = rules.Law.FLOW.value, _("flow")
    STOCK = rules.Law.STOCK.value, _("stock")
    DISTINCT = rules.Law.DISTINCT.value, _("distinct count")
    RATIO = rules.Law.RATIO.value, _("ratio")


class Standing(models.TextChoices):
    """Whether an amount was counted, or stands for what is not yet over."""

    ACTUAL = "actual", _("actual")
    ESTIMATED = "estimated", _("estimated")


class ClaimKind(models.TextChoices):
    """`rules.ClaimKind` with its names for people."""

    FIGURE = rules.ClaimKind.FIGURE.value, _("figure")
    ZERO = rules.ClaimKind.ZERO.value, _("zero")
    NIL = rules.ClaimKind.NIL.value, _("nothing to report")
    NOT_APPLICABLE = rules.ClaimKind.NOT_APPLICABLE.value, _("not applicable")


class Measure(models.Model):
    """What is counted, in whole numbers of its smallest unit."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    law = models.CharField(_("law"), max_length=10, choices=Law.choices)
    name_vi = models.CharField(_("Vietnamese name"), max_length=255)
    name_en = models.CharField(_("English name"), max_length=255)
    unit_vi = models.CharField(_("Vietnamese unit"), max_length=60)
    unit_en = models.CharField(_("English unit"), max_length=60)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)
    numerator = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("numerator")
    )
    denominator = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("denominator"),
    )

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
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


class EntryQuerySet(models.QuerySet["Entry"]):
    def live(self) -> "EntryQuerySet":
        return self.filter(closed_at=None)


class Entry(models.Model):
    """One quantity, entered once, with its source; closed, never edited.

    `amount` is in the measure's smallest unit. A flow has one day, `on`; a stock holds
    in `[on, until)`; a distinct count has a `subject` and the amount 1, or, declared
    without one, the window `[on, until)`. `dimensions` is the canonical text
    `dim=value;dim=value`, the finest known.
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

    objects: ClassVar[models.Manager["Entry"]] = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "line"],
                condition=Q(closed_at=None),
                name="ledger_entry_one_live_line",
            ),
            models.UniqueConstraint(
                fields=["source", "line", "revision"],
                name="ledger_entry_one_of_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("on")),
                name="ledger_entry_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(standing__in=Standing.values),
                name="ledger_entry_known_standing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["measure", "on"],
                condition=Q(closed_at=None),
                name="ledger_entry_live_by_day",
            ),
            models.Index(
                fields=["subject", "measure"],
                condition=Q(closed_at=None),
                name="ledger_entry_live_subject",
            ),
            models.Index(
                fields=["standing", "programme", "on"],
                condition=Q(closed_at=None),
                name="ledger_entry_live_standing",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Credit(models.Model):
    """A body that takes part in an entry; several when the work was joint."""

    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="credits", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "organisation"], name="ledger_credit_once"
            )
        ]


class Claim(models.Model):
    """What a body's report says of a measure in a window: figure, zero, nil or n/a.

    Claims speak of what is counted, never of a ratio, which follows from its parts.
    `holds_until` follows from the window: so long it speaks of a stock.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False
    )
    programme = models.CharField(max_length=60)
    measure = models.ForeignKey(Measure, models.PROTECT, db_index=False)
    window_from = models.DateField()
    window_to = models.DateField()
    holds_until = models.DateField(editable=False)
    kind = models.CharField(max_length=20, choices=ClaimKind.choices)
    source = models.CharField(max_length=120)
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "programme",
                    "measure",
                    "window_from",
                    "source",
                ],
                condition=Q(closed_at=None),
                name="ledger_claim_one_live",
            ),
            models.CheckConstraint(
                condition=Q(window_to__gt=F("window_from")),
                name="ledger_claim_window_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ClaimKind.values), name="ledger_claim_known_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["measure", "window_to"],
                condition=Q(closed_at=None),
                name="ledger_claim_live_by_day",
            ),
            models.Index(
                fields=["programme", "measure", "window_to"],
                condition=Q(closed_at=None),
                name="ledger_claim_live_in_programme",
            ),
            models.Index(
                fields=["source"],
                condition=Q(closed_at=None),
                name="ledger_claim_live_by_source",
            ),
            models.Index(
                fields=["window_to"],
                condition=Q(closed_at=None, kind=ClaimKind.NOT_APPLICABLE),
                name="ledger_claim_live_excuses",
            ),
        ]


class Slice(models.Model):
    """A programme and a combination of dimensions, as one small number.

    `*` stands for all: distinct counts cannot be added up over programmes.
    """

    programme = models.CharField(max_length=60)
    dimensions = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "dimensions"], name="ledger_slice_once"
            )
        ]


class Projection(models.Model):
    """A sum kept over one tree; over the places where there is no `tree`.

    `shift` is what has to be added to `recorded` for the structure as it is now. A tree
    without projections has no stored totals yet: its totals come from the entries.
    """

    class Kind(models.TextChoices):
        RECORDED = "recorded", _("as recorded")
        SHIFT = "shift", _("moved by reorganisations since")

    tree = models.ForeignKey(Tree, models.CASCADE, null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "kind"],
                condition=Q(tree__isnull=False),
                name="ledger_projection_once_a_tree",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(tree=None),
                name="ledger_projection_once_of_places",
            ),
        ]


class DayTotal(models.Model):
    """What flows of a day, or changes of a stock on it, add to one node.

    A pure function of the live entries and the trees, written by upsert alone. `node`
    is a body or a place, 0 the virtual root; of `amount`, `own` is borne by the node
    itself and `unallocated` could not be given to one below it.
    """

    pk = models.CompositePrimaryKey(
        "projection_id", "measure_id", "node", "day", "slice_id"
    )
    projection = models.ForeignKey(
        Projection, models.CASCADE, db_constraint=False, db_index=False
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, db_constraint=False, db_index=False
    )
    node = models.BigIntegerField()
    day = models.DateField()
    slice = models.ForeignKey(
        Slice, models.PROTECT, db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField()
    own = models.BigIntegerField()
    unallocated = models.BigIntegerField()
    entries = models.IntegerField()


class Seen(models.Model):
    """How many subjects were seen at a node on a day and before that on another.

    Subjects in `[a, b)` are the sum of `subjects` with a day in it and `previous_day`
    before `a`. `slice` is a programme with all dimensions, or all programmes.
    """

    class Part(models.IntegerChoices):
        WHOLE = 0, _("in all")
        OWN = 1, _("borne by the node itself")
        UNALLOCATED = 2, _("unallocated")

    pk = models.CompositePrimaryKey(
        "projection_id",
        "measure_id",
        "node",
        "slice_id",
        "part",
        "day",
        "previous_day",
    )
    projection = models.ForeignKey(
        Projection, models.CASCADE, db_constraint=False, db_index=False
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, db_constraint=False, db_index=False
    )
    node = models.BigIntegerField()
    slice = models.ForeignKey(
        Slice, models.PROTECT, db_constraint=False, db_index=False
    )
    part = models.PositiveSmallIntegerField(choices=Part.choices)
    day = models.DateField()
    previous_day = models.DateField()
    subjects = models.IntegerField()
