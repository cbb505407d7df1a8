"""Programmes, the versions of their packs, and what a site sets for them itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.organisations.models import Organisation


class Programme(models.Model):
    """A programme through all versions of its pack.

    `home` is the body whose line it runs in: groups look below it. Without one they
    look in the whole tree.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    home = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("home"),
    )

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:detail", args=[self.code])


class ProgrammeVersion(models.Model):
    """One pack as it was loaded, in its canonical text; never changed afterwards.

    It holds until the next version begins, or until `valid_until` (exclusive).
    """

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="versions", verbose_name=_("programme")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True)
    text = models.TextField(_("pack"))
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("version of a programme")
        verbose_name_plural = _("versions of programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "valid_from"],
                name="programmes_programmeversion_one_a_day",
                violation_error_message=_(
                    "This programme already has a version from that day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None)
                | Q(valid_until__gt=models.F("valid_from")),
                name="programmes_programmeversion_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.valid_from}"


class FocalDay(models.Model):
    """From a day on, reports of this kind reach this body by an earlier day of the month.

    Set by the focal point of the receiving body; an empty `day` goes back to the pack's.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="focal_days")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    report = models.CharField(_("report"), max_length=60)
    valid_from = models.DateField(_("valid from"))
    day = models.PositiveSmallIntegerField(_("last day of the month"), null=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("earlier day")
        verbose_name_plural = _("earlier days")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "report", "valid_from"],
                name="programmes_focalday_one_a_day",
            ),
            models.CheckConstraint(
                condition=Q(day=None) | Q(day__range=(1, 28)),
                name="programmes_focalday_in_every_month",
                violation_error_message=_("Choose a day from 1 to 28."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.organisation} {self.valid_from}: {self.day}"


class KeptSince(models.Model):
    """From which day on the reports of one group are kept here; before it, on paper.

    `reporter` is a group of the pack: cells may have come to Khéo years after their
    committees. An empty `since` goes back to the programme's own beginning.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="kept_since")
    reporter = models.CharField(_("who reports"), max_length=60)
    since = models.DateField(_("kept here since"), null=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("beginning of reports here")
        verbose_name_plural = _("beginnings of reports here")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "reporter"],
                name="programmes_keptsince_one_a_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.reporter}: {self.since}"
