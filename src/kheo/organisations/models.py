"""Bodies as identities; their names, kinds and places in trees as dated versions."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Capability
from kheo.core.periods import OPEN_END
from kheo.core.scoping import ScopedQuerySet
from kheo.organisations import rules
from kheo.places.models import Place


class Kind(models.TextChoices):
    """What sort of body; the tier and the trees say where it stands."""

    PROVINCIAL_COMMITTEE = "provincial_committee", _("provincial Party committee")
    BOARD = "board", _("board of the Party committee")
    DIRECT_COMMITTEE = "direct_committee", _("committee directly under the province")
    DISTRICT_COMMITTEE = "district_committee", _("district Party committee")
    COMMUNE_COMMITTEE = "commune_committee", _("commune Party committee")
    BASE_COMMITTEE = "base_committee", _("base Party committee")
    CELL = "cell", _("Party cell")
    PEOPLES_COMMITTEE = "peoples_committee", _("People's Committee")
    AGENCY = "agency", _("agency")
    FRONT = "front", _("Fatherland Front committee")
    MASS_ORGANISATION = "mass_organisation", _("mass organisation")
    ARMED_FORCES = "armed_forces", _("armed forces unit")
    SCHOOL = "school", _("school")
    PRESS = "press", _("press")
    STEERING_COMMITTEE = "steering_committee", _("steering committee")
    OTHER = "other", _("other body")


class Tier(models.TextChoices):
    CENTRAL = "central", _("central tier")
    PROVINCE = "province", _("provincial tier")
    DISTRICT = "district", _("district tier (until 30/6/2025)")
    COMMUNE = "commune", _("commune tier")
    HAMLET = "hamlet", _("hamlet tier")


class TransferKind(models.TextChoices):
    """`rules.TransferKind` with its names for people."""

    MERGE = rules.TransferKind.MERGE.value, _("merge")
    SPLIT = rules.TransferKind.SPLIT.value, _("split")
    ABSORB = rules.TransferKind.ABSORB.value, _("absorb")
    EXTRACT = rules.TransferKind.EXTRACT.value, _("extract")
    SUCCEED = rules.TransferKind.SUCCEED.value, _("succeed")


class Tree(models.Model):
    """A line of subordination: the Party line, the Front line, a programme's own.

    `stamp` changes whenever a placement or a lineage does, so that what was computed
    from the tree can be kept for as long as it is true.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    stamp = models.UUIDField(default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return self.code


class OrganisationQuerySet(ScopedQuerySet["Organisation"]):
    body_field = "pk"
    day_field = None
    view_capability: ClassVar[Capability] = Capability.VIEW_ORGANISATIONS


class Organisation(models.Model):
    """A body through all its names; `code` is our own identity and never changes."""

    code = models.SlugField(max_length=80, unique=True)

    objects = OrganisationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("organisations:detail", args=[self.code])


class OrganisationVersionQuerySet(models.QuerySet["OrganisationVersion"]):
    def in_force(self, day: date) -> Self:
        """Keep what each existing body was that day; none of a body that has ended."""
        latest = (
            OrganisationVersion.objects.filter(
                organisation=OuterRef("organisation"), valid_from__lte=day
            )
            .order_by("-valid_from")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(latest), is_end=False)


class Plan(models.Model):
    """A reorganisation that was applied: its steps, its day, its legal basis.

    `affected` are the bodies it touched, `trace` what an undo needs: the rows that were
    written, what they replaced, and the last rows that there were at that moment.
    """

    code = models.SlugField(max_length=80)
    title = models.CharField(max_length=255)
    on = models.DateField()
    basis = models.CharField(max_length=255)
    steps = models.JSONField()
    affected = models.JSONField(default=list)
    trace = models.JSONField(default=dict)
    applied_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(undone_at=None),
                name="organisations_plan_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.code


class OrganisationVersion(models.Model):
    """What a body was called and how it stood, from a day on; an end is a version too.

    Staff are counted, never those of armed units; an exemption is a yes without reason
    (mission, "What it must never do").
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="versions"
    )
    valid_from = models.DateField()
    is_end = models.BooleanField(default=False)
    name = models.CharField(max_length=255)
    short_name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    symbol = models.CharField(max_length=30, blank=True)
    tier = models.CharField(max_length=20, choices=Tier.choices)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    headcount = models.PositiveIntegerField(null=True)
    is_exempt = models.BooleanField(default=False)
    focal_point = models.CharField(max_length=255, blank=True)
    officer = models.CharField(max_length=200, blank=True)
    basis = models.CharField(max_length=255, blank=True)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")
    sort_name = models.CharField(max_length=1600)
    folded = models.CharField(max_length=400)

    objects = OrganisationVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "valid_from"],
                name="organisations_organisationversion_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="organisations_organisationversion_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(tier__in=Tier.values),
                name="organisations_organisationversion_known_tier",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.ARMED_FORCES) | Q(headcount=None),
                name="organisations_organisationversion_no_armed_strength",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """From a day on the body stands below `parent` in a tree; an end leaves it."""

    tree = models.ForeignKey(Tree, models.PROTECT)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="placements"
    )
    valid_from = models.DateField()
    parent = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )
    is_end = models.BooleanField(default=False)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "organisation", "valid_from"],
                name="organisations_placement_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("organisation")),
                name="organisations_placement_not_below_itself",
            ),
            models.CheckConstraint(
                condition=Q(is_end=False) | Q(parent=None),
                name="organisations_placement_ends_without_parent",
            ),
        ]


class Reach(models.Model):
    """The closure of the placements: who is at or below whom, and when."""

    tree = models.ForeignKey(Tree, models.CASCADE, db_index=False)
    superior = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    inferior = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "superior", "inferior", "valid_from"],
                name="organisations_reach_one_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")),
                name="organisations_reach_runs_forward",
            ),
        ]
        indexes = [
            models.Index(
                fields=["inferior", "superior", "valid_from", "valid_to"],
                name="organisations_reach_upward",
            )
        ]


class Lineage(models.Model):
    """On a day all or a share of one body became another, by a plan or at the start."""

    kind = models.CharField(max_length=20, choices=TransferKind.choices)
    predecessor = models.ForeignKey(Organisation, models.PROTECT, related_name="heirs")
    successor = models.ForeignKey(Organisation, models.PROTECT, related_name="origins")
    on = models.DateField()
    share_ppm = models.PositiveIntegerField(null=True)
    basis = models.CharField(max_length=255, blank=True)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "on"],
                name="organisations_lineage_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(share_ppm=None) | Q(share_ppm__range=(1, 1_000_000)),
                name="organisations_lineage_share_of_the_whole",
            ),
        ]


class Alias(models.Model):
    """Another name people use for a body, found by search."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="aliases"
    )
    name = models.CharField(max_length=255)
    folded = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "folded"], name="organisations_alias_once"
            )
        ]


class NamedGroup(models.Model):
    """A group as documents name it ("các huyện ủy, thành ủy"), a rule asked by date.

    Its members on a day are the bodies of the given kinds and tiers, directly below
    `below` in `tree` where one is given.
    """

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=255)
    tree = models.ForeignKey(Tree, models.PROTECT)
    kinds = models.JSONField(default=list)
    tiers = models.JSONField(default=list)
    below = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.code
