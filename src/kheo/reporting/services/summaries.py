"""Writing, approving and numbering a receiver's own report."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.audit.services import head_digest, record
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, Outdated, RuleBroken
from kheo.core.text import normalise
from kheo.directives.services import take_number
from kheo.reporting.models import Summary
from kheo.reporting.queries.papers import REPORT_CODE, letterhead_of
from kheo.reporting.queries.people import may_at
from kheo.reporting.queries.statements import in_snapshot
from kheo.reporting.queries.summaries import (
    Ground,
    summary_content,
    summary_stamp,
)
from kheo.reporting.rules import digest_of
from kheo.reporting.services.moves import look_again
from kheo.reporting.workflow import SUMMARY_WORKFLOW, SummaryAction, SummaryState
from kheo.stationery.wording import format_number


@transaction.atomic
def save_summary(
    ground: Ground,
    *,
    words: Mapping[str, str],
    taken: Mapping[str, Mapping[int, str]],
    revision: int,
    actor: Actor,
    at: datetime,
) -> Summary:
    """Write the words; `taken` adds texts of received reports, each report once.

    A form sent again with what is stored changes nothing. Raises `Conflict` where
    somebody else saved in between, or the figures are approved.
    """
    _ask(actor, Capability.EDIT_REPORTS, ground.receiver.pk, at)
    summary, _created = Summary.objects.get_or_create(
        programme=ground.programme.code,
        organisation=ground.receiver,
        frequency=ground.window.frequency,
        period=ground.window.code,
        defaults={"on": ground.window.interval.last},
    )
    if summary.state != SummaryState.DRAFT:
        raise Conflict(_("These figures are approved: reopen the report first."))
    known = {key: list(pks) for key, pks in summary.taken.items()}
    texts = {key: text.strip() for key, text in words.items()}
    if _is_said(summary, texts, taken):
        return summary
    for key, some in taken.items():
        fresh = {pk: text for pk, text in some.items() if pk not in known.get(key, [])}
        known[key] = [*known.get(key, []), *fresh]
        texts[key] = "\n".join(
            part for part in (texts.get(key), *fresh.values()) if part
        )
    texts = {key: text for key, text in texts.items() if text}
    known = {key: pks for key, pks in known.items() if pks}
    if (texts, known) == (summary.words, summary.taken):
        return summary
    untouched = Summary.objects.filter(
        pk=summary.pk, revision=revision, state=SummaryState.DRAFT
    )
    if not untouched.update(
        words=texts, taken=known, written_by=actor.user_id, revision=F("revision") + 1
    ):
        raise Conflict(
            _(
                "Somebody else saved this report meanwhile. What you typed is still "
                "here: compare, then save again."
            )
        )
    summary.refresh_from_db()
    _record(summary, "summary.save", actor=actor, at=at)
    return summary


def _is_said(
    summary: Summary, texts: Mapping[str, str], taken: Mapping[str, Mapping[int, str]]
) -> bool:
    """Whether this very form was saved before: its words with those it takes over."""
    marked = {key: some for key, some in taken.items() if some}
    if any(set(some) - set(summary.taken.get(key, [])) for key, some in marked.items()):
        return False
    whole = {
        key: "\n".join([*filter(None, [text]), *marked.get(key, {}).values()])
        for key, text in texts.items()
    }
    said = {key: text for key, text in whole.items() if text}
    return bool(said == summary.words)


def approve_summary(
    summary: Summary, ground: Ground, *, actor: Actor, at: datetime, seen: str = ""
) -> Summary:
    """Freeze figures and words with a digest; nothing is signed by it.

    `seen` is the stamp of what the page showed; `Outdated` where it shows other words
    or figures now.
    """
    move = SUMMARY_WORKFLOW.find(SummaryState(summary.state), SummaryAction.APPROVE)
    _ask(actor, move.capability, summary.organisation_id, at)
    with in_snapshot():
        content = summary_content(ground, summary.words)
    if seen and seen != summary_stamp(summary.revision, content):
        raise Outdated(look_again())
    content |= {
        "approved_by": actor.name,
        "approved_at": at.isoformat(timespec="seconds"),
        "audit_head": head_digest(),
    }
    return _frozen(summary, content, actor=actor, at=at)


@transaction.atomic
def _frozen(
    summary: Summary, content: dict[str, Any], *, actor: Actor, at: datetime
) -> Summary:
    digest = digest_of(content)
    drafts = Summary.objects.filter(
        pk=summary.pk, state=SummaryState.DRAFT, revision=summary.revision
    )
    if not drafts.update(
        state=SummaryState.APPROVED,
        content=content,
        digest=digest,
        approved_at=at,
        approved_by=actor.user_id,
        revision=F("revision") + 1,
    ):
        raise Conflict(_("Somebody else has just changed this report."))
    summary.refresh_from_db()
    _record(summary, "summary.approve", actor=actor, at=at, data={"digest": digest})
    return summary


@transaction.atomic
def reopen_summary(
    summary: Summary, *, note: str, actor: Actor, at: datetime
) -> Summary:
    """Take the approval back, with a reason; the number stays in the trail."""
    move = SUMMARY_WORKFLOW.find(SummaryState(summary.state), SummaryAction.REOPEN)
    _ask(actor, move.capability, summary.organisation_id, at)
    if not note.strip():
        raise RuleBroken(_("Say why."), field="note")
    data = {"note": note.strip(), "digest": summary.digest, "number": summary.number}
    Summary.objects.filter(pk=summary.pk, state=SummaryState.APPROVED).update(
        state=SummaryState.DRAFT,
        content=None,
        digest="",
        approved_at=None,
        approved_by=None,
        number="",
        issued_on=None,
        revision=F("revision") + 1,
    )
    summary.refresh_from_db()
    _record(summary, "summary.reopen", actor=actor, at=at, data=data)
    return summary


@transaction.atomic
def issue_summary(
    summary: Summary, *, number: str, issued_on: date, actor: Actor, at: datetime
) -> Summary:
    """Record number and day from the office's own register."""
    _ask(actor, Capability.EDIT_REPORTS, summary.organisation_id, at)
    if summary.state != SummaryState.APPROVED or summary.approved_at is None:
        raise Conflict(_("Approve the figures first: the paper is made of them."))
    if not number.strip():
        raise RuleBroken(
            _("Enter the number given by the office's register."), field="number"
        )
    if issued_on < localdate(summary.approved_at):
        message = _("The paper cannot be older than the approval of its figures.")
        raise RuleBroken(message, field="issued_on")
    if issued_on > localdate(at):
        raise RuleBroken(_("This day has not come yet."), field="issued_on")
    summary.number, summary.issued_on = normalise(number), issued_on
    summary.save(update_fields=["number", "issued_on"])
    data = {"number": summary.number, "on": issued_on.isoformat()}
    _record(summary, "summary.issue", actor=actor, at=at, data=data)
    return summary


def number_summary(
    summary: Summary, *, client_id: Any, on: date, actor: Actor, at: datetime
) -> Summary:
    """Take the next number of the body's sequence in Khéo, where the body chose that."""
    if summary.state != SummaryState.APPROVED:
        raise Conflict(_("Approve the figures first: the paper is made of them."))
    taken = take_number(
        id=client_id,
        organisation=summary.organisation,
        type_code=REPORT_CODE,
        on=on,
        subject=f"{summary.programme} {summary.period}",
        actor=actor,
        at=at,
    )
    head = letterhead_of(summary.organisation, on)
    number = format_number(head.family, taken.number, REPORT_CODE, head.symbol)
    return issue_summary(summary, number=number, issued_on=on, actor=actor, at=at)


def _ask(actor: Actor, capability: Capability, body: int, at: datetime) -> None:
    if not may_at(actor, capability, body, localdate(at)):
        raise NotAllowed(_("Only the body's own people write and approve its report."))


def _record(
    summary: Summary,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, object] | None = None,
) -> None:
    record(
        summary,
        verb,
        actor=actor,
        at=at,
        data=data,
        organisation_id=summary.organisation_id,
    )
