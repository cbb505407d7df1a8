"""Days in the villages: who, where, when, what was done, and pictures of it."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.activities.rules import TEAM_LEAST, short_code
from kheo.activities.workflow import COMING, HAPPENED, ActivityState, Objection
from kheo.core.access import Actor, Capability
from kheo.core.scoping import ScopedQuerySet
from kheo.documents.models import StoredFile
from kheo.organisations.models import Organisation
from kheo.places.models import Place

LONGEST_FOLDED = 400
"""Folding may lengthen a text: ß becomes ss. PostgreSQL refuses what is longer."""


class PartyRole(models.TextChoices):
    """How a body takes part; the host is the commune's committee."""

    LEAD = "lead", _("lead")
    PARTNER = "partner", _("partner")
    HOST = "host", _("commune")


class PartyQuerySet(ScopedQuerySet["Party"]):
    day_field = "activity__on"
    view_capability: ClassVar[Capability] = Capability.VIEW_ACTIVITIES


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Visible through any of its parties: lead, partners and commune alike."""

    def visible_to(self, actor: Actor, capability: Capability | None = None) -> Self:
        """Activities with a party that the actor may see now, or could on its day."""
        if actor.is_system:
            return self
        parties = Party.objects.visible_to(actor, capability)
        return self.filter(Exists(parties.filter(activity=OuterRef("pk"))))

    def written_by(self, actor: Actor) -> Self:
        """Those for a party of which the actor plans or logs, itself or on its behalf."""
        if actor.is_system:
            return self
        own = Q(organisation__in=actor.bodies(Capability.EDIT_ACTIVITIES))
        typed = Q(organisation__in=actor.bodies(Capability.TYPE_ACTIVITIES))
        parties = Party.objects.filter(own | (typed & ~Q(role=PartyRole.HOST)))
        return self.filter(Exists(parties.filter(activity=OuterRef("pk"))))

    def led_by(self, bodies: frozenset[int]) -> Self:
        return self.filter(organisation__in=bodies)

    def coming(self) -> Self:
        return self.filter(state__in=COMING)

    def happened(self) -> Self:
        return self.filter(state__in=HAPPENED)


class Activity(models.Model):
    """One day of work with the people of one commune, in one programme.

    `client_id` is made by the form that plans or logs it: sent twice, it is one thing.
    `offered_on` is the day that the commune proposes, or says the work took place on;
    `beyond` why the unit asks although the month is full, empty where it is not.
    """

    client_id = models.UUIDField(unique=True)
    programme = models.CharField(max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("lead")
    )
    on = models.DateField(_("day"))
    starts_at = models.TimeField(_("starts at"), null=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name=_("commune")
    )
    hamlet = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    field = models.CharField(_("field of work"), max_length=60, blank=True)
    title = models.CharField(_("work"), max_length=255)
    folded = models.CharField(max_length=LONGEST_FOLDED, default="", editable=False)
    means = models.TextField(_("means"), blank=True)
    safety = models.TextField(_("safety"), blank=True)
    state = models.CharField(
        max_length=20,
        choices=ActivityState.choices,
        default=ActivityState.PROPOSED,
        editable=False,
    )
    offered_on = models.DateField(null=True)
    beyond = models.CharField(max_length=300, blank=True)
    objection = models.CharField(max_length=20, blank=True, choices=Objection.choices)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    logged_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ActivityState.values),
                name="activities_activity_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in HAPPENED])
                | Q(logged_at__isnull=False),
                name="activities_activity_happened_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivityState.CONFIRMED)
                | Q(confirmed_at__isnull=False),
                name="activities_activity_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(objection="") | Q(state=ActivityState.DISPUTED),
                name="activities_activity_objection_is_disputed",
            ),
            models.CheckConstraint(
                condition=Q(hamlet=None) | ~Q(hamlet=F("place")),
                name="activities_activity_hamlet_is_below",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "on"], name="activities_by_lead"),
            models.Index(fields=["place", "on"], name="activities_by_place"),
            models.Index(fields=["programme", "on"], name="activities_by_programme"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("activities:detail", args=[self.pk])

    @property
    def code(self) -> str:
        """Short enough to write on paper; typing it finds the day again."""
        return short_code(self.pk)


class Party(models.Model):
    """A body that takes part, with its role."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=PartyRole.choices)

    objects = PartyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "organisation"], name="activities_party_once"
            ),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(role=PartyRole.LEAD),
                name="activities_party_one_lead",
            ),
        ]


class Quantity(models.Model):
    """What was done, by measure; `party` where it is that body's own people.

    `amount` is in the measure's smallest unit. A household helped has a `subject`, a
    code that only the commune can read, and the amount 1.
    """

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="quantities")
    party = models.ForeignKey(Party, models.CASCADE, null=True, related_name="own")
    measure = models.CharField(max_length=60)
    dimensions = models.CharField(max_length=400, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "party", "measure", "dimensions", "subject"],
                condition=Q(party__isnull=False),
                name="activities_quantity_once_a_party",
            ),
            models.UniqueConstraint(
                fields=["activity", "measure", "dimensions", "subject"],
                condition=Q(party=None),
                name="activities_quantity_once_together",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="activities_quantity_not_negative"
            ),
        ]


class Photo(models.Model):
    """A picture with its caption; seen inside only until a review publishes it."""

    client_id = models.UUIDField(unique=True)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=300)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(caption=""), name="activities_photo_has_caption"
            )
        ]


class RosterLine(models.Model):
    """Who of one body goes along: for planning and safety, seen by that body alone.

    Deleted when the report of the period is accepted; counts remain (mission).
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="roster")
    name = models.CharField(_("name"), max_length=120)
    duty = models.CharField(_("duty"), max_length=200, blank=True)


class TeamQuerySet(ScopedQuerySet["Team"]):
    day_field = None
    view_capability: ClassVar[Capability] = Capability.VIEW_ROSTERS

    def in_turn(self) -> Self:
        """The teams that a body still sends out, in the order it named them."""
        return self.filter(is_in_turn=True).order_by("pk")


class Team(models.Model):
    """A part of a body that goes out in turn: at least three people, never a person.

    Named by the body itself and seen by it alone; who belongs to it is not stored.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    size = models.PositiveSmallIntegerField(_("people"))
    is_in_turn = models.BooleanField(default=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="activities_team_named_once"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=TEAM_LEAST),
                name="activities_team_is_no_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """A team goes along on a day, for its own body; only the last one is kept."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="turns")
    team = models.ForeignKey(Team, models.PROTECT, related_name="turns")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "team"], name="activities_turn_once_a_day"
            )
        ]


class HouseholdCode(models.Model):
    """A random code that a commune gives a household in one programme.

    Whose it is stands on the commune's own paper, never here: the code lets one
    household count once, in this programme only, and is destroyed with its stage.
    """

    programme = models.CharField(max_length=60)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"], name="activities_householdcode_once"
            )
        ]


class HostLimit(models.Model):
    """How many visits a commune takes in a month, from a month on or in that one only.

    Without `most` it takes any number. A rule is replaced by a later one, never edited
    once its first month has begun.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    since = models.DateField()
    is_only = models.BooleanField(default=False)
    most = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "since", "is_only"],
                name="activities_hostlimit_one_a_month",
            ),
            models.CheckConstraint(
                condition=Q(since__day=1), name="activities_hostlimit_starts_a_month"
            ),
            models.CheckConstraint(
                condition=Q(most=None) | ~Q(reason=""),
                name="activities_hostlimit_has_reason",
            ),
        ]


class FeedQuerySet(models.QuerySet["Feed"]):
    """Addresses are personal: each person sees the own ones only."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(user=actor.user_id)

    def in_use(self) -> Self:
        return self.filter(revoked_at=None)


class Feed(models.Model):
    """A secret address from which one person's calendar reads the days of one body.

    Only the digest of its token is kept. It answers for as long as the person may see
    the body's activities, and not once it is revoked.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    read_on = models.DateField(null=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(revoked_at=None),
                name="activities_feed_one_in_use",
            )
        ]
