"""Taking a filled-in workbook in, and taking over what it says."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.documents.models import PassingFile
from kheo.documents.passing import empty_passing, keep_passing, passing_file
from kheo.reporting.models import Report
from kheo.reporting.queries.people import may
from kheo.reporting.queries.workbooks import plan_for
from kheo.reporting.services.drafts import recorded, save_report
from kheo.reporting.workbooks.comparing import Plan
from kheo.reporting.workflow import EDITABLE, ReportState


def check_fillable(report: Report, *, actor: Actor, at: datetime) -> None:
    """Raise where this person may not write the draft, or where it is none any more."""
    if not may(actor, Capability.EDIT_REPORTS, report, localdate(at)):
        raise NotAllowed(_("Only the body's own clerk writes its report."))
    if ReportState(report.state) not in EDITABLE:
        raise Conflict(_("This report is no longer a draft: it cannot be changed now."))


def keep_form(
    report: Report,
    *,
    id: UUID,  # noqa: A002  the client's own id of the file
    content: bytes,
    actor: Actor,
    at: datetime,
) -> PassingFile:
    """Keep a workbook until it is taken over; the same one again is the one kept.

    Only this report's own form is kept at all: `RuleBroken` for what is no form,
    `Conflict` for that of another report, round or version of the programme.
    """
    check_fillable(report, actor=actor, at=at)
    plan_for(report, content)
    return keep_passing(id=id, content=content, about=report.source, actor=actor, at=at)


def kept_form(
    report: Report,
    id: UUID,  # noqa: A002  as above
    *,
    actor: Actor,
    at: datetime,
) -> PassingFile | None:
    """The form that this person sent for this report, while it is kept."""
    return passing_file(id, about=report.source, actor=actor, at=at)


@transaction.atomic
def take_form_over(
    form: PassingFile,
    report: Report,
    *,
    revision: int,
    taken: Collection[str] = (),
    left: Collection[str] = (),
    only_right: bool = False,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Write what the form says into the draft; return what was compared.

    `revision` is that of the report when the changes were shown: if somebody saved
    since, `Conflict` is raised. `taken` and `left` name the rows changed on both sides:
    those to take from the form, those to leave; each needs a choice. With errors in the
    form nothing is written unless `only_right` says to write the rows without any.
    """
    check_fillable(report, actor=actor, at=at)
    empty_passing(form, at=at)
    plan = plan_for(report, bytes(form.content))
    if plan.errors and not only_right:
        raise RuleBroken(_("Nothing was written: the file still has wrong cells."))
    if {one.key for one in plan.conflicts} - {*taken, *left}:
        raise RuleBroken(_("Choose for each row that was changed on both sides."))
    cells, texts, replies = plan.cells(taken), plan.texts(taken), plan.replies()
    if not (cells or texts or replies):
        return plan
    save_report(
        report,
        cells=cells,
        paragraphs=texts,
        answers=replies,
        revision=revision,
        actor=actor,
        at=at,
    )
    data = {"cells": len(cells), "paragraphs": len(texts), "sha256": form.sha256}
    recorded(report, "report.fill", actor=actor, at=at, data=data)
    return plan
