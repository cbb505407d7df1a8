"""The one service that moves a report, and what each move brings with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kheo.activities.services import forget_rosters
from kheo.core.access import Actor, Capability
from kheo.core.errors import Conflict, NotAllowed, Outdated, RuleBroken
from kheo.ledger.services import retried
from kheo.reporting.models import Remark, Report, Round, RoundKind, Statement
from kheo.reporting.queries.beside import Beside, beside_statement, with_beside
from kheo.reporting.queries.people import has_other_approver, may
from kheo.reporting.queries.statements import Content, content_of, in_snapshot
from kheo.reporting.rules import (
    Separation,
    digest_of,
    is_of_revision,
    may_send,
    separation_of,
    stamp_of,
)
from kheo.reporting.services import flags, posting
from kheo.reporting.services.drafts import recorded
from kheo.reporting.workflow import WORKFLOW, ReportAction, ReportState


@dataclass(frozen=True, slots=True)
class RemarkAt:
    """What is to be changed; without a key it is about the whole report."""

    text: str
    cell_key: str = ""
    paragraph_key: str = ""


def move_report(
    report: Report,
    action: ReportAction,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    remarks: Iterable[RemarkAt] = (),
    seen: str = "",
) -> Report:
    """Carry out one step of the lifecycle, and record who did it, when and why.

    `seen` is the stamp of the page on which the person decided: where the report has
    moved on since, or the figures to approve are others, `Outdated` is raised.

    Approving freezes the figures and words in a statement and posts what the body
    declared; returning or reopening takes both back at once and flags the superiors'
    reports. Raises `NotAllowed`, `RuleBroken` or `Conflict`; nothing has then changed.
    """
    before = ReportState(report.state)
    move = WORKFLOW.find(before, action)
    if not may(actor, move.capability, report, localdate(at)):
        raise NotAllowed(_not_yours(move.capability))
    if move.needs_note and not note.strip():
        raise RuleBroken(_("Say why."), field="note")
    if seen and not is_of_revision(seen, report.revision):
        raise Outdated(look_again())
    content, beside = None, Beside()
    if action is ReportAction.APPROVE:
        # Read in one snapshot, before the writing transaction; the revision tells
        # whether the draft changed in between.
        with in_snapshot():
            content = content_of(report, actor=actor, at=at)
            beside = beside_statement(report, content)
        values = [(figure.key, figure.value) for figure in content.figures]
        if "-" in seen and seen != stamp_of(report.revision, values):
            raise Outdated(look_again())
    step = _Step(
        report=report,
        action=action,
        revision=report.revision,
        actor=actor,
        at=at,
        note=note.strip(),
        remarks=tuple(remarks),
        content=content,
        beside=beside,
    )
    return _carry_out(step, before, move.target)


@retried
@transaction.atomic
def _carry_out(step: "_Step", before: ReportState, target: ReportState) -> Report:
    report = step.report
    if report.revision != step.revision:
        report.refresh_from_db()  # a retry: what the first attempt wrote is undone
    step.check()
    untouched = Report.objects.filter(
        pk=report.pk, state=before, revision=step.revision
    )
    if not untouched.update(
        state=target,
        changed_at=step.at,
        revision=F("revision") + 1,
        **step.changes(),
    ):
        raise Conflict(_("Somebody else has just changed this report."))
    report.refresh_from_db()
    step.follow()
    data = {"from": before, "to": target, "version": report.version}
    if step.note:
        data["note"] = step.note
    recorded(report, f"report.{step.action}", actor=step.actor, at=step.at, data=data)
    return report


def move_reports(
    reports: Iterable[Report],
    action: ReportAction,
    *,
    actor: Actor,
    at: datetime,
    seen: Mapping[int, str] = MappingProxyType({}),
) -> list[tuple[Report, str]]:
    """Take the same step with several reports; return those refused, each with why.

    `seen` holds by report the stamp of what the page showed of it.
    """
    refused = []
    for report in reports:
        try:
            stamp = seen.get(report.pk, "")
            move_report(report, action, actor=actor, at=at, seen=stamp)
        except (NotAllowed, RuleBroken, Conflict) as error:
            refused.append((report, error.message))
    return refused


@dataclass(frozen=True, slots=True)
class _Step:
    """One move with everything it needs; the parts differ by action."""

    report: Report
    action: ReportAction
    revision: int
    actor: Actor
    at: datetime
    note: str
    remarks: tuple[RemarkAt, ...]
    content: Content | None
    beside: Beside

    def check(self) -> None:
        """Raise where the lock or the separation of duties stands against it."""
        if self.action in {ReportAction.SUBMIT, ReportAction.APPROVE}:
            self._check_lock()
        if self.action is ReportAction.APPROVE:
            self._check_approver()
        if self.action is ReportAction.ACCEPT:
            taken = {self.report.submitted_by_id, self.report.approved_by_id}
            if self.actor.user_id is not None and self.actor.user_id in taken:
                message = _("Nobody accepts a report that they submitted or approved.")
                raise NotAllowed(message)

    def changes(self) -> dict[str, object]:
        person = self.actor.user_id
        match self.action:
            case ReportAction.SUBMIT:
                return {"submitted_at": self.at, "submitted_by": person, "note": ""}
            case ReportAction.HAND_BACK:
                return {"note": self.note}
            case ReportAction.APPROVE:
                return {
                    "approved_at": self.at,
                    "approved_by": person,
                    "sent_at": self.report.sent_at or self.at,
                    "is_same_person": self._is_same_person(),
                    "on": posting.day_of(self.report),
                }
            case ReportAction.ACCEPT:
                return {"accepted_at": self.at, "accepted_by": person}
            case ReportAction.RETURN | ReportAction.REOPEN:
                return {
                    "version": F("version") + 1,
                    "approved_at": None,
                    "approved_by": None,
                    "accepted_at": None,
                    "accepted_by": None,
                    "is_same_person": False,
                }
        return {}

    def follow(self) -> None:
        """What the new state brings: statement, postings, round, flags."""
        match self.action:
            case ReportAction.APPROVE:
                assert self.content is not None  # made for this action
                self._freeze(self.content)
                posting.post(self.report, self.content.figures, at=self.at)
                flags.raise_above(self.report, at=self.at)
            case ReportAction.ACCEPT:
                open_ones = Remark.objects.filter(round__report=self.report)
                open_ones.filter(closed_at=None).update(closed_at=self.at)
                forget_rosters(
                    self.report.organisation,
                    self.report.window,
                    actor=self.actor,
                    at=self.at,
                )
            case ReportAction.RETURN | ReportAction.REOPEN:
                self._open_round()
                posting.withdraw(self.report, at=self.at)
                flags.raise_above(self.report, at=self.at)

    def _check_lock(self) -> None:
        report = self.report
        until = report.extensions.aggregate(last=Max("until"))["last"]
        if may_send(
            localdate(self.at),
            lock_on=report.lock_on,
            until=until,
            is_first=report.sent_at is None,
        ):
            return
        raise Conflict(
            _(
                "This report is locked since its time is over. Ask its receiver for an "
                "extension."
            )
        )

    def _check_approver(self) -> None:
        if self._separation() is Separation.REFUSED:
            raise NotAllowed(
                _("You submitted this report: another leader approves its figures.")
            )

    def _is_same_person(self) -> bool:
        return self._separation() is Separation.SAME_PERSON

    def _separation(self) -> Separation:
        person = self.actor.user_id
        before = {self.report.submitted_by_id}
        if person not in before:
            return Separation.SEPARATE
        others = has_other_approver(self.report, person, self.at)
        return separation_of(person, before=before, others=others)

    def _freeze(self, made: Content) -> None:
        content = with_beside(made.as_dict(), self.beside)
        Statement.objects.create(
            report=self.report,
            version=self.report.version,
            content=content,
            digest=digest_of(content),
            audit_head=made.audit_head,
            approved_at=self.at,
            approved_by_id=self.actor.user_id,
            is_same_person=self.report.is_same_person,
        )

    def _open_round(self) -> None:
        last = self.report.rounds.aggregate(last=Max("number"))["last"] or 0
        is_return = self.action is ReportAction.RETURN
        made = Round.objects.create(
            report=self.report,
            number=last + 1,
            kind=RoundKind.RETURN if is_return else RoundKind.REOPEN,
            version=self.report.version - 1,
            note=self.note,
            by_id=self.actor.user_id,
            at=self.at,
        )
        Remark.objects.bulk_create(
            Remark(
                round=made,
                cell_key=remark.cell_key,
                paragraph_key=remark.paragraph_key,
                text=remark.text.strip(),
            )
            for remark in self.remarks
            if remark.text.strip()
        )


def look_again() -> str:
    return _(
        "The report has changed since this page showed it: look at it again, then "
        "decide."
    )


def _not_yours(capability: Capability) -> str:
    sentences = {
        Capability.EDIT_REPORTS: _("Only the body's own clerk does this."),
        Capability.APPROVE_REPORTS: _(
            "Only a leader of the body approves its figures."
        ),
        Capability.REVIEW_REPORTS: _("Only the receiver of the report does this."),
    }
    return sentences[capability]
