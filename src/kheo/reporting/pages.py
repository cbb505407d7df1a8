"""What the page of one report shows, made from queries; no request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.utils.timezone import localdate

from kheo.audit.queries import history_of
from kheo.audit.wording import INTERNAL
from kheo.core.access import Actor, Capability
from kheo.directives.models import NumberSource
from kheo.directives.queries import numbering_of
from kheo.organisations.queries import names_on
from kheo.programmes.pack import Text
from kheo.reporting.forms import NoteForm
from kheo.reporting.models import IssuedPaper, Remark, Report, Statement
from kheo.reporting.queries.beside import estimated_parts, shown_windows
from kheo.reporting.queries.figures import Figure, figures_of
from kheo.reporting.queries.lines import Titles, last_day_of
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.queries.people import is_carried_on, is_own, may
from kheo.reporting.queries.remarks import open_remarks
from kheo.reporting.queries.statements import (
    changes_between,
    is_intact,
    since_signed,
    statement_of,
)
from kheo.reporting.rules import is_late, is_outlying, stamp_of
from kheo.reporting.services.flags import open_flags
from kheo.reporting.workflow import (
    EDITABLE,
    STATED,
    WORKFLOW,
    ReportAction,
    ReportState,
)

GIVES_BACK = frozenset({ReportAction.RETURN, ReportAction.REOPEN})
"""These have a page of their own, with a place for remarks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure as the page shows it: live for the body's own people, else frozen."""

    key: str
    measure: str
    where: str
    name: Text | Mapping[str, str]
    unit: Text | Mapping[str, str]
    decimals: int
    logged: int | None
    declared: int | None
    value: int | None
    claim: str
    reason: str
    estimated: bool
    estimated_part: int | None = None
    previous: int | None = None
    last_year: int | None = None
    is_outlying: bool = False
    is_live: bool = False
    now: int | None = None
    since: int | None = None
    has_changed: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass
class Seen:
    """What one person sees of one report."""

    report: Report
    actor: Actor
    on: date
    is_own: bool = False
    may_review: bool = False
    statement: Statement | None = None
    figures: list[Shown] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    @property
    def stamp(self) -> str:
        """Tells on the way back whether this is still what there is to see."""
        values = [(one.key, one.value) for one in self.figures]
        return stamp_of(self.report.revision, values)

    @property
    def is_open_to(self) -> bool:
        """Whether there is any content this person may read."""
        return self.is_own or self.statement is not None


def seen_by(report: Report, actor: Actor, on: date) -> Seen:
    """The content this person may read: the draft for its own body, else a statement."""
    seen = Seen(
        report=report,
        actor=actor,
        on=on,
        is_own=is_own(actor, report.organisation_id, on),
        may_review=may(actor, Capability.REVIEW_REPORTS, report, on),
        statement=statement_of(report),
    )
    state = ReportState(report.state)
    if seen.is_own and state not in STATED:
        _show_draft(seen)
    elif seen.statement is not None:
        _show_statement(seen, seen.statement)
    return seen


def detail_context(
    report: Report, actor: Actor, form: NoteForm, on: date
) -> dict[str, Any]:
    """Everything the page of one report says, for this person."""
    seen = seen_by(report, actor, on)
    state = ReportState(report.state)
    ids = [
        report.organisation_id,
        *([report.receiver_id] if report.receiver_id else []),
    ]
    names = names_on(ids, report.window.last)
    moves = WORKFLOW.available(state, lambda needed: may(actor, needed, report, on))
    pack = rules_of(report)
    rule = pack.report(report.definition)
    last_day = last_day_of(report)
    return {
        "report": report,
        "seen": seen,
        "title": Titles().of(report),
        "label": pack.label,
        "name": names.get(report.organisation_id, report.organisation.code),
        "receiver_name": names.get(report.receiver_id or 0, ""),
        "form": form,
        "stamp": seen.stamp,
        "moves": [move for move in moves if move.action not in GIVES_BACK],
        "give_backs": [move for move in moves if move.action in GIVES_BACK],
        "asks_note": any(m.needs_note and m.action not in GIVES_BACK for m in moves),
        "may_edit": state in EDITABLE
        and may(actor, Capability.EDIT_REPORTS, report, on),
        "may_extend": seen.may_review and report.sent_at is None,
        "may_issue": seen.is_own and state in STATED,
        "numbers_here": seen.is_own
        and state in STATED
        and numbering_of(report.organisation).source == NumberSource.KHEO,
        "consolidates": bool(rule.consolidates),
        "past": shown_windows(report),
        "is_carried_on": is_carried_on(report, on),
        **last_day_late(report, on),
        "is_locked": state in EDITABLE
        and report.sent_at is None
        and report.lock_on is not None
        and on >= max(report.lock_on, last_day),
        "rounds": report.rounds.prefetch_related("remarks").order_by("-number"),
        "extensions": report.extensions.order_by("until"),
        "flags": list(open_flags([report])) if seen.is_own or seen.may_review else [],
        "missing": [one for one in seen.figures if _is_missing(one)],
        "changes": _changes(seen),
        "paper": _paper(seen.statement),
        "is_intact": seen.statement is None or is_intact(seen.statement),
        "history": _history(report, seen),
    }


def _show_draft(seen: Seen) -> None:
    report = seen.report
    remarks = open_remarks(report)
    figures = figures_of(report, with_past=True)
    parts = estimated_parts(report, figures)
    seen.figures = [
        _live(
            figure,
            tuple(r for r in remarks if r.cell_key == figure.key),
            parts.get(figure.key),
        )
        for figure in figures
    ]
    texts = dict(report.paragraphs.values_list("key", "text"))
    pack = rules_of(report)
    outline = pack.outline_of(pack.report(report.definition))
    seen.words = [
        {
            "key": rule.key,
            "level": rule.level,
            "title": rule.title,
            "text": texts.get(rule.key, ""),
            "remarks": [r for r in remarks if r.paragraph_key == rule.key],
        }
        for rule in outline.paragraphs
    ]


def _show_statement(seen: Seen, statement: Statement) -> None:
    report = seen.report
    now: dict[str, Figure] = {}
    if ReportState(report.state) in STATED:
        with_past = "past" not in statement.content
        live = figures_of(report, with_past=with_past)
        now = {figure.key: figure for figure in live}
    since = {d.key: d for d in since_signed(statement, list(now.values()))}
    seen.figures = [
        _frozen(one, now.get(one["key"]), since.get(one["key"]))
        for one in statement.content["figures"]
    ]
    seen.words = list(statement.content["words"])


def _live(
    figure: Figure, remarks: tuple[Remark, ...], estimated_part: int | None
) -> Shown:
    cell = figure.cell
    return Shown(
        key=figure.key,
        measure=cell.measure,
        where=cell.dimensions,
        name=cell.name,
        unit=cell.unit,
        decimals=cell.decimals,
        logged=figure.logged,
        declared=figure.declared,
        value=figure.value,
        claim=str(figure.claim or ""),
        reason=figure.reason,
        estimated=figure.is_estimated,
        estimated_part=estimated_part,
        previous=figure.previous,
        last_year=figure.last_year,
        is_live=cell.is_typed,
        remarks=remarks,
    )


def _frozen(one: Mapping[str, Any], now: Figure | None, since: Any) -> Shown:
    return Shown(
        key=one["key"],
        measure=one["measure"],
        where=one["where"],
        name=one["name"],
        unit=one["unit"],
        decimals=one["decimals"],
        logged=one["logged"],
        declared=one["declared"],
        value=one["value"],
        claim=one["claim"],
        reason=one["reason"],
        estimated=one["estimated"],
        estimated_part=one.get("estimated_part"),
        previous=_then(one, now, "previous"),
        last_year=_then(one, now, "last_year"),
        is_outlying=is_outlying(
            one["value"], _then(one, now, "previous"), decimals=one["decimals"]
        ),
        now=since.after if since else None,
        since=since.change if since else None,
        has_changed=since is not None,
    )


def _then(one: Mapping[str, Any], now: Figure | None, name: str) -> int | None:
    """A past value as it was frozen; as it is today where nothing was frozen."""
    if name in one:
        return cast("int | None", one[name])
    return getattr(now, name) if now else None


def _is_missing(shown: Shown) -> bool:
    return shown.is_live and not shown.claim


def last_day_late(report: Report, on: date) -> dict[str, Any]:
    """The last day in time, whether it was missed, and by how many days."""
    last_day = last_day_of(report)
    sent_on = localdate(report.sent_at) if report.sent_at else None
    return {
        "last_day": last_day,
        "is_late": is_late(sent_on, last_day=last_day, on=on),
        "days_late": max(((sent_on or on) - last_day).days, 0),
    }


def _changes(seen: Seen) -> dict[str, Any] | None:
    """What changed between the last two statements, with the names of the places."""
    statement = seen.statement
    if statement is None or statement.version < 2 or not seen.figures:
        return None
    before = statement_of(seen.report, statement.version - 1)
    if before is None:
        return None
    changes = changes_between(before, statement)
    figures = {one["key"]: one for one in statement.content["figures"]}
    words = {one["key"]: one for one in statement.content["words"]}
    return {
        "figures": [(figures[d.key], d) for d in changes.figures if d.key in figures],
        "words": [(words[d.key], d) for d in changes.words if d.key in words],
        "nothing": not changes,
    }


def _paper(statement: Statement | None) -> IssuedPaper | None:
    if statement is None:
        return None
    found = IssuedPaper.objects.filter(statement=statement)
    return found.select_related("file").first()


def _history(report: Report, seen: Seen) -> list[Any]:
    entries = list(history_of(report))
    if seen.is_own:
        return entries
    return [entry for entry in entries if entry.verb not in INTERNAL]
