"""The paper that was signed and numbered comes back to its statement."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, RuleBroken
from kheo.core.text import normalise
from kheo.directives.services import take_number
from kheo.documents.models import StoredFile
from kheo.documents.sandbox import signatures_of
from kheo.reporting.models import DigestCheck, IssuedPaper, Report, Statement
from kheo.reporting.pdf_text import text_of
from kheo.reporting.queries.papers import REPORT_CODE, symbol_of
from kheo.reporting.queries.people import may
from kheo.reporting.rules import found_in
from kheo.reporting.services.drafts import recorded
from kheo.stationery.paper import Family
from kheo.stationery.wording import format_number

PDF = "application/pdf"


def issue_report(
    report: Report,
    *,
    number: str,
    issued_on: date,
    actor: Actor,
    at: datetime,
    file: StoredFile | None = None,
) -> IssuedPaper:
    """Record number, date and signed file of the paper made of the last statement.

    The number is the one of the office's own register. The file is read for the digest
    of the approved figures; one that cannot be read is to be compared by eye. Recording
    again replaces what was recorded, until the report is accepted. Raises `Conflict`
    where no figures stand approved.
    """
    statement = _statement(report, actor=actor, at=at)
    if not number.strip():
        raise RuleBroken(
            _("Enter the number given by the office's register."), field="number"
        )
    if issued_on < localdate(statement.approved_at):
        message = _("The paper cannot be older than the approval of its figures.")
        raise RuleBroken(message, field="issued_on")
    if issued_on > localdate(at):
        raise RuleBroken(_("This day has not come yet."), field="issued_on")
    return _kept(
        statement,
        number=normalise(number),
        issued_on=issued_on,
        file=file,
        said=said_of(statement, file),
        actor=actor,
        at=at,
    )


def number_report(
    report: Report,
    *,
    client_id: UUID,
    on: date,
    actor: Actor,
    at: datetime,
) -> IssuedPaper:
    """Take the next number of the body's sequence in Khéo, where the body chose that."""
    statement = _statement(report, actor=actor, at=at)
    taken = take_number(
        id=client_id,
        organisation=report.organisation,
        type_code=REPORT_CODE,
        on=on,
        subject=f"{report.definition} {report.period}",
        actor=actor,
        at=at,
    )
    symbol = symbol_of(report.organisation, on)
    number = format_number(Family.PARTY, taken.number, REPORT_CODE, symbol)
    return _kept(
        statement,
        number=number,
        issued_on=on,
        file=None,
        said=Said(),
        actor=actor,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a file that came back says of the approved figures, and who signed it."""

    check: DigestCheck | str = ""
    signatures: list[dict[str, str]] = field(default_factory=list)


def said_of(statement: Statement, file: StoredFile | None) -> Said:
    """Whether the file carries the digest of the statement; its electronic signatures.

    Only text can be read: a scan is compared by eye, and has no signature but ink.
    """
    if file is None:
        return Said()
    if file.media_type != PDF:
        return Said(DigestCheck.UNREADABLE)
    with default_storage.open(file.path()) as stored:
        content = stored.read()
    signed_by = signatures_of(content, settings.TRUST_ROOTS)
    text = text_of(content)
    if not text.strip():
        return Said(DigestCheck.UNREADABLE, signed_by)
    is_there = found_in(statement.digest, text)
    return Said(DigestCheck.MATCHES if is_there else DigestCheck.DIFFERS, signed_by)


def _statement(report: Report, *, actor: Actor, at: datetime) -> Statement:
    may_record = (Capability.EDIT_REPORTS, Capability.APPROVE_REPORTS)
    if not any(may(actor, one, report, localdate(at)) for one in may_record):
        raise NotAllowed(_("Only the body itself records its papers."))
    statement = report.statements.filter(version=report.version).first()
    if statement is None:
        raise Conflict(_("Approve the figures first: the paper is made of them."))
    return statement


@transaction.atomic
def _kept(
    statement: Statement,
    *,
    number: str,
    issued_on: date,
    file: StoredFile | None,
    said: Said,
    actor: Actor,
    at: datetime,
) -> IssuedPaper:
    report = statement.report
    paper, _created = IssuedPaper.objects.update_or_create(
        statement=statement,
        defaults={
            "number": number,
            "issued_on": issued_on,
            "file": file,
            "check_result": said.check,
            "signatures": said.signatures,
            "recorded_by_id": actor.user_id,
            "recorded_at": at,
        },
    )
    data: dict[str, object] = {
        "number": number,
        "on": issued_on.isoformat(),
        "check": str(said.check),
    }
    data["signatures"] = [one["state"] for one in said.signatures]
    recorded(report, "report.issue", actor=actor, at=at, data=data)
    return paper
