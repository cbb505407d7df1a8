"""Reports with their cells and words, rounds, frozen statements, papers, extensions."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Actor, Capability
from kheo.core.periods import Frequency, Interval
from kheo.core.scoping import ScopedQuerySet
from kheo.documents.models import StoredFile
from kheo.ledger.models import ClaimKind
from kheo.organisations.models import Organisation
from kheo.reporting.workflow import OPEN, STATED, ReportState, SummaryState

PERSON = settings.AUTH_USER_MODEL
SAID = (ClaimKind.ZERO, ClaimKind.NIL, ClaimKind.NOT_APPLICABLE)
"""What a clerk can say of a cell that has no figure."""


class ReportQuerySet(ScopedQuerySet["Report"]):
    view_capability: ClassVar[Capability] = Capability.VIEW_REPORTS

    def visible_to(self, actor: Actor, capability: Capability | None = None) -> Self:
        """As everywhere, and whatever is sent to a body where the actor reviews."""
        own = super().visible_to(actor, capability)
        receivers = actor.bodies(Capability.REVIEW_REPORTS)
        if (
            actor.is_system
            or not receivers
            or capability not in (None, self.view_capability)
        ):
            return own
        return own | self.filter(receiver__in=receivers)

    def stated(self) -> Self:
        return self.filter(state__in=STATED)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def of_window(self, window: Interval) -> Self:
        return self.filter(window_from=window.start, window_to=window.end)

    def overlapping(self, window: Interval) -> Self:
        return self.filter(window_from__lt=window.end, window_to__gt=window.start)

    def with_bodies(self) -> Self:
        return self.select_related("organisation", "receiver")

    def with_extensions(self) -> Self:
        """Annotate `extended_until`, the last day given to send it, if any was."""
        given = Extension.objects.filter(report=models.OuterRef("pk")).order_by()
        latest = given.values("report").annotate(last=models.Max("until"))
        return self.annotate(extended_until=models.Subquery(latest.values("last")))


class Report(models.Model):
    """What one body says about one window, under one definition of a programme.

    `version` counts what was sent: a return or a correction begins the next one. `on`
    is the day the report is dated: the window's last, or the body's last if earlier.
    The days and `why` are kept as they were computed when it was opened. `revision`
    tells two browsers apart that edit the same draft. `note` is what the leader said
    when handing the draft back; the receiver's words stand in the rounds.
    """

    programme = models.CharField(max_length=60)
    definition = models.CharField(max_length=60)
    frequency = models.CharField(max_length=10, choices=[(f, f) for f in Frequency])
    period = models.CharField(max_length=20)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("body")
    )
    receiver = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+"
    )
    window_from = models.DateField()
    window_to = models.DateField()
    on = models.DateField()
    due_on = models.DateField(_("due"))
    last_day = models.DateField()
    lock_on = models.DateField(null=True)
    why = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=ReportState.choices,
        default=ReportState.DRAFT,
        editable=False,
    )
    revision = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    is_same_person = models.BooleanField(default=False, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "programme",
                    "definition",
                    "organisation",
                    "window_from",
                    "window_to",
                ],
                name="reporting_report_one_per_window",
                violation_error_message=_("This report has already been started."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values),
                name="reporting_report_known_state",
            ),
            models.CheckConstraint(
                condition=Q(window_to__gt=F("window_from")),
                name="reporting_report_window_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReportState.DRAFT, ReportState.RETURNED])
                | Q(submitted_at__isnull=False),
                name="reporting_report_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in STATED])
                | Q(approved_at__isnull=False, sent_at__isnull=False),
                name="reporting_report_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.ACCEPTED) | Q(accepted_at__isnull=False),
                name="reporting_report_accepted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None)
                | (
                    ~Q(accepted_by=F("approved_by")) & ~Q(accepted_by=F("submitted_by"))
                ),
                name="reporting_report_accepted_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "window_from", "definition"],
                name="reporting_by_receiver",
            ),
            models.Index(
                fields=["organisation", "window_to"], name="reporting_by_body"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("reporting:detail", args=[self.pk])

    @property
    def window(self) -> Interval:
        return Interval(self.window_from, self.window_to)

    @property
    def is_set_earlier(self) -> bool:
        """Whether the receiver's focal point moved the last day forward."""
        return any(reason.get("set_by") for reason in self.why)

    @property
    def source(self) -> str:
        """Under which name the ledger keeps this report's own entries and claims."""
        return f"report:{self.pk}"


class Cell(models.Model):
    """What the body itself says of one figure; the logged part is never stored here.

    `declared` is in the measure's smallest unit and comes on top of what was logged.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="cells")
    key = models.CharField(max_length=60)
    measure = models.CharField(max_length=60)
    dimensions = models.CharField(max_length=400, blank=True)
    declared = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    said = models.CharField(
        max_length=20, blank=True, choices=[(c.value, c.label) for c in SAID]
    )
    is_estimated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "key"], name="reporting_cell_once"
            ),
            models.CheckConstraint(
                condition=Q(declared=None) | Q(declared__gte=0) | ~Q(reason=""),
                name="reporting_cell_less_needs_reason",
                violation_error_message=_("Say why the figure is corrected downwards."),
            ),
            models.CheckConstraint(
                condition=Q(said__in=["", *(c.value for c in SAID)]),
                name="reporting_cell_known_word",
            ),
            models.CheckConstraint(
                condition=Q(said="") | Q(declared=None),
                name="reporting_cell_figure_or_word",
            ),
        ]


class Paragraph(models.Model):
    """The words of one place in the outline."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="paragraphs")
    key = models.CharField(max_length=60)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "key"], name="reporting_paragraph_once"
            )
        ]


class Quotation(models.Model):
    """A paragraph that took over words of a report from below, with its credit."""

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="quotations")
    source = models.ForeignKey(Report, models.PROTECT, related_name="+")
    source_version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paragraph", "source"], name="reporting_quotation_once"
            )
        ]


class RoundKind(models.TextChoices):
    RETURN = "return", _("returned")
    REOPEN = "reopen", _("reopened")


class Round(models.Model):
    """One time the receiver gave the report back; numbered and kept."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RoundKind.choices)
    version = models.PositiveIntegerField()
    note = models.TextField()
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"], name="reporting_round_once"
            ),
            models.CheckConstraint(
                condition=~Q(note=""), name="reporting_round_has_note"
            ),
        ]


class Remark(models.Model):
    """What is to be changed: on a cell, on a paragraph, or on the whole report."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="remarks")
    cell_key = models.CharField(max_length=60, blank=True)
    paragraph_key = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cell_key="") | Q(paragraph_key=""),
                name="reporting_remark_one_place",
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="reporting_remark_has_text"
            ),
        ]


class Statement(models.Model):
    """Figures and words as the leader approved them, frozen with their digest.

    `digest` is SHA-256 over the canonical text of `content`, which holds the head of
    the sealed audit trail as well (`rules.canonical`).
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="statements")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    audit_head = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    is_same_person = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "version"], name="reporting_statement_once"
            )
        ]


class DigestCheck(models.TextChoices):
    """What the file that came back says of the approved figures."""

    MATCHES = "matches", _("carries the digest of the approved figures")
    DIFFERS = "differs", _("carries another digest, or none")
    UNREADABLE = "unreadable", _("has no text to read: compare by eye")


class IssuedPaper(models.Model):
    """The paper made of a statement, as it was signed, numbered and issued.

    `signatures` is what the file's electronic signatures said when it came back: for
    each the signer, the moment and a state (`documents.signatures`).
    """

    statement = models.OneToOneField(Statement, models.PROTECT, related_name="paper")
    number = models.CharField(_("number and symbol"), max_length=60)
    issued_on = models.DateField(_("date of issue"))
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    check_result = models.CharField(
        max_length=12, blank=True, choices=DigestCheck.choices
    )
    signatures = models.JSONField(default=list)
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(number=""), name="reporting_issuedpaper_has_number"
            ),
            models.CheckConstraint(
                condition=Q(check_result__in=["", *DigestCheck.values]),
                name="reporting_issuedpaper_known_check",
            ),
        ]


class Extension(models.Model):
    """The receiver lets a report be sent until `until`, last day included."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="extensions")
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)
    granted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "until"], name="reporting_extension_once"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="reporting_extension_has_reason"
            ),
        ]


class Settlement(models.TextChoices):
    """What became of a flag."""

    RESTATED = "restated", _("restated")
    CARRIED = "carried", _("carried over to the next report")
    GONE = "gone", _("no longer differs")


class Flag(models.Model):
    """A stated report whose figures changed since: by how much, and because of what.

    `changes` maps measures to the difference in their smallest unit; `None` where a
    figure appeared or went missing.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="flags")
    cause = models.ForeignKey(Report, models.CASCADE, related_name="+")
    changes = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settlement = models.CharField(max_length=10, blank=True, choices=Settlement.choices)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "cause"],
                condition=Q(settled_at=None),
                name="reporting_flag_one_open",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(settlement__in=Settlement.values),
                name="reporting_flag_settled_somehow",
            ),
        ]


class SummaryQuerySet(ScopedQuerySet["Summary"]):
    view_capability: ClassVar[Capability] = Capability.VIEW_REPORTS


class Summary(models.Model):
    """A receiver's own report on a window, made of what it received.

    The Board owes nobody a report on a day, yet reports to the Standing Board (S0,
    V.1). `words` are texts by paragraph of the outline; `taken` names the reports whose
    words a paragraph took over. Approving freezes `content` with its `digest`; number
    and day are those of the office's register.
    """

    programme = models.CharField(max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("body")
    )
    frequency = models.CharField(max_length=10, choices=[(f, f) for f in Frequency])
    period = models.CharField(max_length=20)
    on = models.DateField()
    words = models.JSONField(default=dict)
    taken = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=SummaryState.choices,
        default=SummaryState.DRAFT,
        editable=False,
    )
    content = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    written_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    number = models.CharField(_("number and symbol"), max_length=60, blank=True)
    issued_on = models.DateField(_("date of issue"), null=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of the receiver")
        verbose_name_plural = _("reports of the receiver")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "organisation", "frequency", "period"],
                name="reporting_summary_one_per_window",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SummaryState.values),
                name="reporting_summary_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state=SummaryState.DRAFT)
                | (~Q(digest="") & Q(content__isnull=False, approved_at__isnull=False)),
                name="reporting_summary_approved_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(number="") | Q(issued_on__isnull=False),
                name="reporting_summary_number_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.period} {self.organisation}"

    def get_absolute_url(self) -> str:
        query = {
            "receiver": str(self.organisation_id),
            "programme": self.programme,
            "year": str(self.on.year),
            "window": self.period,
        }
        return f"{reverse('reporting:summary')}?{urlencode(query)}"
