"""Opening a report and writing its draft."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.audit.services import record
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed
from kheo.ledger.models import ClaimKind
from kheo.programmes.queries import Owed
from kheo.programmes.regime import Duty
from kheo.reporting.models import Cell, Paragraph, Quotation, Remark, Report
from kheo.reporting.queries.obligations import FormCell, cells_of, rules_of
from kheo.reporting.queries.people import may
from kheo.reporting.queries.typed import Typed, check_cell
from kheo.reporting.workflow import EDITABLE, ReportState


@transaction.atomic
def open_report(owed: Owed, *, actor: Actor, at: datetime) -> Report:
    """Begin the report that is owed, or return the one that was begun.

    The people of the body begin it; its receiver may, to grant an extension.
    """
    report, created = Report.objects.get_or_create(
        programme=owed.programme,
        definition=owed.duty.report,
        organisation=owed.organisation,
        window_from=owed.duty.window.start,
        window_to=owed.duty.window.end,
        defaults={
            "frequency": str(owed.duty.frequency),
            "period": owed.duty.code,
            "receiver": owed.receiver,
            "on": owed.duty.window.last,
            "due_on": owed.duty.due_on,
            "last_day": owed.duty.last_day,
            "lock_on": owed.duty.lock_on,
            "why": _reasons(owed.duty),
            "opened_at": at,
            "changed_at": at,
        },
    )
    day = localdate(at)
    opens = (Capability.EDIT_REPORTS, Capability.REVIEW_REPORTS)
    if not any(may(actor, capability, report, day) for capability in opens):
        raise NotAllowed(_("Only the body's own clerk begins its report."))
    if created:
        recorded(report, "report.open", actor=actor, at=at)
    return report


@transaction.atomic
def save_report(
    report: Report,
    *,
    cells: Mapping[str, Typed],
    paragraphs: Mapping[str, str],
    actor: Actor,
    at: datetime,
    revision: int | None = None,
    is_nil: bool = False,
    answers: Mapping[int, str] | None = None,
) -> Report:
    """Write what the clerk typed; keys that are not given stay as they are.

    With `is_nil` every cell about which nothing is typed says "nothing to report";
    what Khéo counts by itself is left alone.
    `revision` is that of the form: when somebody saved in between, `Conflict` is raised
    and nothing has changed. `answers` close the remarks of a round. Raises `RuleBroken`
    with `field` naming the cell.
    """
    if not may(actor, Capability.EDIT_REPORTS, report, localdate(at)):
        raise NotAllowed(_("Only the body's own clerk writes its report."))
    cells_now = cells_of(rules_of(report), report.definition, report.window)
    form = {cell.key: cell for cell in cells_now}
    typed = dict(cells)
    if is_nil:
        nil = Typed(said=ClaimKind.NIL)
        blank = {key for key, cell in form.items() if cell.is_typed}
        typed |= {key: _or(typed.get(key), nil) for key in blank}
    for key, one in typed.items():
        check_cell(form.get(key), one)
    _claim_revision(report, revision, at=at)
    _write_cells(report, form, typed)
    _write_paragraphs(report, paragraphs)
    for pk, answer in (answers or {}).items():
        remarks = Remark.objects.filter(pk=pk, round__report=report, closed_at=None)
        remarks.update(answer=answer, closed_at=at)
    recorded(report, "report.save", actor=actor, at=at)
    report.refresh_from_db()
    return report


@transaction.atomic
def pull_paragraph(
    report: Report,
    key: str,
    sources: Mapping[Report, str],
    *,
    actor: Actor,
    at: datetime,
) -> Paragraph:
    """Take words of reports from below into one's own paragraph, with their credit.

    `sources` maps each report to the text to take, already with its credit; taking the
    same report twice into one paragraph adds nothing.
    """
    if not may(actor, Capability.EDIT_REPORTS, report, localdate(at)):
        raise NotAllowed(_("Only the body's own clerk writes its report."))
    _claim_revision(report, None, at=at)
    paragraph, _created = Paragraph.objects.get_or_create(report=report, key=key)
    known = set(paragraph.quotations.values_list("source", flat=True))
    fresh = {source: text for source, text in sources.items() if source.pk not in known}
    Quotation.objects.bulk_create(
        Quotation(paragraph=paragraph, source=source, source_version=source.version)
        for source in fresh
    )
    paragraph.text = "\n".join(
        part for part in (paragraph.text, *fresh.values()) if part
    )
    paragraph.save(update_fields=["text"])
    data = {"paragraph": key, "from": [source.pk for source in fresh]}
    recorded(report, "report.pull", actor=actor, at=at, data=data)
    report.refresh_from_db()
    return paragraph


def recorded(
    report: Report,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, object] | None = None,
) -> None:
    """Write to the audit trail under the reporting body."""
    record(
        report,
        verb,
        actor=actor,
        at=at,
        data=data,
        organisation_id=report.organisation_id,
    )


def _reasons(duty: Duty) -> list[dict[str, str]]:
    """Why that day, as kept with the report; a focal point's own reason is the last."""
    reasons = [{"vi": text.vi, "en": text.en} for text in duty.why]
    if duty.is_set_earlier:
        reasons[-1]["set_by"] = "focal_point"
    return reasons


def _or(typed: Typed | None, nil: Typed) -> Typed:
    return nil if typed is None or typed.is_empty else typed


def _claim_revision(report: Report, revision: int | None, *, at: datetime) -> None:
    drafts = Report.objects.filter(pk=report.pk, state__in=EDITABLE)
    if revision is not None:
        drafts = drafts.filter(revision=revision)
    if drafts.update(revision=F("revision") + 1, changed_at=at):
        return
    state = Report.objects.values_list("state", flat=True).get(pk=report.pk)
    if ReportState(state) not in EDITABLE:
        raise Conflict(_("This report is no longer a draft: it cannot be changed now."))
    raise Conflict(
        _(
            "Somebody else saved this report meanwhile. What you typed is still here: "
            "compare, then save again."
        )
    )


def _write_cells(
    report: Report, form: Mapping[str, FormCell], typed: Mapping[str, Typed]
) -> None:
    Cell.objects.filter(report=report, key__in=typed).delete()
    Cell.objects.bulk_create(
        Cell(
            report=report,
            key=key,
            measure=form[key].measure,
            dimensions=form[key].dimensions,
            declared=one.declared,
            said=one.said or "",
            reason=one.reason.strip(),
            is_estimated=one.is_estimated,
        )
        for key, one in typed.items()
        if not one.is_empty
    )


def _write_paragraphs(report: Report, texts: Mapping[str, str]) -> None:
    kept = dict(report.paragraphs.filter(key__in=texts).values_list("key", "text"))
    Paragraph.objects.bulk_create(
        [
            Paragraph(report=report, key=key, text=text.strip())
            for key, text in texts.items()
            if text.strip() != kept.get(key, "")
        ],
        update_conflicts=True,
        unique_fields=["report", "key"],
        update_fields=["text"],
    )
