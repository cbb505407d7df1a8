"""Places as identities; names, kinds, parents and codes as dated versions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kheo.core.periods import OPEN_END
from kheo.places import rules


class PlaceKind(models.TextChoices):
    """`rules.PlaceKind` with its names for people."""

    TINH = rules.PlaceKind.TINH.value, _("province")
    THANH_PHO_TW = rules.PlaceKind.THANH_PHO_TW.value, _("city under the centre")
    HUYEN = rules.PlaceKind.HUYEN.value, _("rural district")
    QUAN = rules.PlaceKind.QUAN.value, _("urban district")
    THI_XA = rules.PlaceKind.THI_XA.value, _("district-level town")
    THANH_PHO = rules.PlaceKind.THANH_PHO.value, _("provincial city")
    XA = rules.PlaceKind.XA.value, _("rural commune")
    PHUONG = rules.PlaceKind.PHUONG.value, _("ward")
    THI_TRAN = rules.PlaceKind.THI_TRAN.value, _("township")
    DAC_KHU = rules.PlaceKind.DAC_KHU.value, _("special zone")
    THON = rules.PlaceKind.THON.value, _("village")
    BAN = rules.PlaceKind.BAN.value, _("highland village")
    AP = rules.PlaceKind.AP.value, _("southern hamlet")
    BUON = rules.PlaceKind.BUON.value, _("village of the Central Highlands")
    KHU_PHO = rules.PlaceKind.KHU_PHO.value, _("neighbourhood")
    TO_DAN_PHO = rules.PlaceKind.TO_DAN_PHO.value, _("residential group")

    @property
    def tier(self) -> rules.Tier:
        return rules.PlaceKind(self.value).tier


class TransferKind(models.TextChoices):
    """`rules.TransferKind` with its names for people."""

    UNCHANGED = rules.TransferKind.UNCHANGED.value, _("unchanged")
    MERGE = rules.TransferKind.MERGE.value, _("merged whole")
    SPLIT = rules.TransferKind.SPLIT.value, _("split off")
    ABSORB_PART = rules.TransferKind.ABSORB_PART.value, _("part absorbed")


class NewRuralStatus(models.TextChoices):
    """`rules.NewRuralStatus` with its names for people."""

    UNKNOWN = rules.NewRuralStatus.UNKNOWN.value, _("not known")
    NOT_YET = rules.NewRuralStatus.NOT_YET.value, _("not yet recognised")
    MET = rules.NewRuralStatus.MET.value, _("meets the new-rural standard")
    ADVANCED = rules.NewRuralStatus.ADVANCED.value, _("advanced new-rural commune")
    EXEMPLARY = rules.NewRuralStatus.EXEMPLARY.value, _("exemplary new-rural commune")


class Source(models.TextChoices):
    """Who wrote a row: loading again replaces only what the shipped data wrote."""

    SHIPPED = "shipped", _("shipped data")
    OWN = "own", _("entered here")


class Place(models.Model):
    """A province, district, commune or hamlet through all its names.

    `code` is our own identity and never changes; official codes are used again.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return self.code


class PlaceVersionQuerySet(models.QuerySet["PlaceVersion"]):
    def in_force(self, day: object) -> "PlaceVersionQuerySet":
        """Keep the versions that hold on `day` (a date, or an expression of one)."""
        newer = PlaceVersion.objects.filter(
            place=models.OuterRef("place"),
            valid_from__gt=models.OuterRef("valid_from"),
            valid_from__lte=day,
        )
        started = self.filter(valid_from__lte=day, is_end=False)
        return started.filter(~models.Exists(newer))


class PlaceVersion(models.Model):
    """What a place was from a day on, until its next version; an end is a version too.

    `note` holds codes about the row (`dataset.Version`); `folded` is for search and
    `sort_name` for lists in Vietnamese order.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="versions")
    valid_from = models.DateField(_("valid from"))
    is_end = models.BooleanField(_("has ended"), default=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind.choices)
    official_code = models.CharField(_("official code"), max_length=10, blank=True)
    parent = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    area_ha = models.PositiveIntegerField(_("area (ha)"), null=True)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    is_doubtful = models.BooleanField(_("doubtful"), default=False)
    note = models.CharField(max_length=200, blank=True)
    basis = models.CharField(_("legal basis"), max_length=255, blank=True)
    source = models.CharField(
        max_length=10, choices=Source.choices, default=Source.OWN, editable=False
    )
    folded = models.CharField(max_length=120, editable=False)
    sort_name = models.CharField(max_length=400, editable=False)

    objects = PlaceVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a place")
        verbose_name_plural = _("versions of places")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "valid_from"],
                name="places_placeversion_one_a_day",
                violation_error_message=_("This place already changes on that day."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values),
                name="places_placeversion_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("place")),
                name="places_placeversion_not_below_itself",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="places_placeversion_on_the_globe",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "valid_from"], name="places_version_parent"),
            models.Index(fields=["official_code"], name="places_version_official"),
            models.Index(fields=["folded"], name="places_version_folded"),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceLineage(models.Model):
    """On a day all, a share or a part of one place became another.

    `is_default` marks the successor of what nobody can divide by hand. A doubtful row
    is kept for a person to confirm and takes no part in carrying figures.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=TransferKind.choices)
    predecessor = models.ForeignKey(Place, models.PROTECT, related_name="heirs")
    successor = models.ForeignKey(Place, models.PROTECT, related_name="origins")
    on = models.DateField(_("effective on"))
    share_ppm = models.PositiveIntegerField(_("share (millionths)"), null=True)
    is_default = models.BooleanField(_("default successor"), default=True)
    basis = models.CharField(_("legal basis"), max_length=255, blank=True)
    is_doubtful = models.BooleanField(_("doubtful"), default=False)
    source = models.CharField(
        max_length=10, choices=Source.choices, default=Source.OWN, editable=False
    )

    class Meta:
        verbose_name = _("lineage of places")
        verbose_name_plural = _("lineage of places")
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "on"],
                name="places_placelineage_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TransferKind.values),
                name="places_placelineage_known_kind",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="places_placelineage_not_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(share_ppm=None) | Q(share_ppm__range=(1, 1_000_000)),
                name="places_placelineage_share_of_the_whole",
            ),
        ]


class PlaceReach(models.Model):
    """The closure of the parents: in `[valid_from, valid_to)` the inferior is `depth`
    below the superior, itself at depth 0. Kept by `services.reach` alone.
    """

    superior = models.ForeignKey(Place, models.CASCADE, related_name="+")
    inferior = models.ForeignKey(Place, models.CASCADE, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["superior", "inferior", "valid_from"],
                name="places_placereach_one_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")),
                name="places_placereach_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(depth=0, superior=F("inferior"))
                | Q(depth__gt=0) & ~Q(superior=F("inferior")),
                name="places_placereach_self_at_depth_zero",
            ),
        ]
        indexes = [
            models.Index(
                fields=["inferior", "superior", "valid_from", "valid_to"],
                name="places_reach_upward",
            )
        ]


class CommuneProfile(models.Model):
    """What programmes ask about a commune, from a day on, as decisions state it."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="profiles")
    valid_from = models.DateField(_("valid from"))
    is_extremely_difficult = models.BooleanField(_("extremely difficult"), null=True)
    new_rural_status = models.CharField(
        _("new-rural status"),
        max_length=20,
        choices=NewRuralStatus.choices,
        default=NewRuralStatus.UNKNOWN,
    )
    unmet_criteria = models.JSONField(_("unmet criteria"), default=list)
    basis = models.CharField(_("legal basis"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("profile of a commune")
        verbose_name_plural = _("profiles of communes")
        constraints = [
            models.UniqueConstraint(
                fields=["place", "valid_from"],
                name="places_communeprofile_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(new_rural_status__in=NewRuralStatus.values),
                name="places_communeprofile_known_status",
            ),
        ]


class BorderSet(models.Model):
    """Borders of communes imported from one file, as they hold from a day on.

    Whose data it is and on what terms it may be shown stand under every map.
    """

    valid_from = models.DateField(_("valid from"), unique=True)
    origin = models.CharField(_("source"), max_length=255)
    licence = models.CharField(_("licence"), max_length=255)
    digest = models.CharField(max_length=64, editable=False)
    imported_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("set of borders")
        verbose_name_plural = _("sets of borders")
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin="") & ~Q(licence=""),
                name="places_borderset_says_whose_it_is",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%d/%m/%Y}: {self.origin}"


class Border(models.Model):
    """The outline of one commune in a set, packed by `geometry.pack`."""

    border_set = models.ForeignKey(BorderSet, models.CASCADE, related_name="borders")
    place = models.ForeignKey(Place, models.CASCADE, related_name="borders")
    outline = models.BinaryField()

    class Meta:
        verbose_name = _("border")
        verbose_name_plural = _("borders")
        constraints = [
            models.UniqueConstraint(
                fields=["border_set", "place"], name="places_border_one_a_place"
            ),
        ]
