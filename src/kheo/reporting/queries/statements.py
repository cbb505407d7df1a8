"""What a statement holds, how it is verified, and what changed since."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localtime

from kheo.accounts.queries import is_sample
from kheo.audit.services import head_digest
from kheo.core.access import Actor
from kheo.organisations.queries import names_on
from kheo.programmes.pack import Law, Pack, Text
from kheo.reporting.models import Report, Statement
from kheo.reporting.queries.consolidation import (
    Consolidation,
    ConsolidationRow,
    Question,
    RowKind,
    consolidation_of,
    with_own_word,
)
from kheo.reporting.queries.figures import Figure, figures_of
from kheo.reporting.queries.obligations import FormCell, cells_of, rules_of
from kheo.reporting.rules import Difference, differences, digest_of

FORMAT = 1
"""Of the frozen content; a later format is read beside this one, never instead."""


@contextmanager
def in_snapshot() -> Iterator[None]:
    """Read everything inside as of one moment (architecture, "Concurrency")."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@dataclass(frozen=True, slots=True)
class Content:
    """A statement before it is frozen."""

    report: Report
    figures: list[Figure]
    words: list[dict[str, Any]]
    table: Consolidation | None
    names: Mapping[int, str]
    title: Text
    programme_name: Text
    label: Text | None
    approver: str
    at: datetime
    audit_head: str
    is_sample: bool

    def as_dict(self) -> dict[str, Any]:
        report = self.report
        receiver = report.receiver
        return {
            "format": FORMAT,
            "is_sample": self.is_sample,
            "programme": report.programme,
            "programme_name": _said(self.programme_name),
            "label": _said(self.label),
            "report": report.definition,
            "title": _said(self.title),
            "period": report.period,
            "frequency": report.frequency,
            "version": report.version,
            "body": report.organisation.code,
            "body_name": self.names.get(report.organisation_id, ""),
            "receiver": receiver.code if receiver else "",
            "receiver_name": self.names.get(receiver.pk, "") if receiver else "",
            "from": report.window_from.isoformat(),
            "to": report.window.last.isoformat(),
            "figures": [frozen(figure) for figure in self.figures],
            "words": self.words,
            "below": _frozen_table(self.table),
            "approved_at": localtime(self.at).isoformat(timespec="seconds"),
            "approved_by": self.approver,
            "audit_head": self.audit_head,
        }


def content_of(report: Report, *, actor: Actor, at: datetime) -> Content:
    """Everything that approving freezes, as it stands now."""
    pack = rules_of(report)
    ids = [report.organisation_id]
    if report.receiver_id is not None:
        ids.append(report.receiver_id)
    names = names_on(ids, report.window.last)
    figures = figures_of(report, pack)
    label = names.get(report.organisation_id, "")
    return Content(
        report=report,
        figures=figures,
        words=list(_words(report)),
        table=table_of(report, pack, figures, label=label),
        names=names,
        title=pack.report(report.definition).name,
        programme_name=pack.name,
        label=pack.label,
        approver=actor.name,
        at=at,
        audit_head=head_digest(),
        is_sample=is_sample(),
    )


def table_of(
    report: Report, pack: Pack, figures: Sequence[Figure], *, label: str
) -> Consolidation | None:
    """The bodies below side by side, for a report that consolidates theirs.

    Its last row is what the report says in `figures`: what the body declares itself
    stands in its own row before it is in the ledger too.
    """
    if not pack.report(report.definition).consolidates:
        return None
    table = consolidation_of(
        Question(report.programme, report.organisation_id, report.window),
        cells_of(pack, report.definition),
        label=label,
    )
    return with_own_word(table, {figure.key: figure.value for figure in figures})


def thawed_table(content: Mapping[str, Any]) -> Consolidation | None:
    """The table as it was frozen; its cells are those of the figures."""
    below = content["below"]
    if below is None:
        return None
    rows = [
        ConsolidationRow(
            row["key"], row["label"], RowKind(row["kind"]), tuple(row["values"])
        )
        for row in below
    ]
    cells = tuple(thawed_cell(figure) for figure in content["figures"])
    return Consolidation(cells, tuple(rows[:-1]), rows[-1])


def _frozen_table(table: Consolidation | None) -> list[dict[str, Any]] | None:
    if table is None:
        return None
    return [
        {
            "key": row.key,
            "label": row.label,
            "kind": str(row.kind),
            "values": list(row.values),
        }
        for row in (*table.rows, table.total)
    ]


def thawed_cell(figure: Mapping[str, Any]) -> FormCell:
    return FormCell(
        form=figure["form"],
        key=figure["key"],
        measure=figure["measure"],
        dimensions=figure["where"],
        law=Law(figure["law"]),
        decimals=figure["decimals"],
        name=Text(**figure["name"]),
        unit=Text(**figure["unit"]),
    )


def frozen(figure: Figure) -> dict[str, Any]:
    """One figure as plain values; amounts stay whole numbers of the smallest unit."""
    claim = figure.claim
    return {
        "form": figure.cell.form,
        "key": figure.key,
        "measure": figure.cell.measure,
        "where": figure.cell.dimensions,
        "law": str(figure.cell.law),
        "name": _said(figure.cell.name),
        "unit": _said(figure.cell.unit),
        "decimals": figure.cell.decimals,
        "logged": figure.logged,
        "declared": figure.declared,
        "value": figure.value,
        "claim": str(claim) if claim else "",
        "reason": figure.reason,
        "estimated": figure.is_estimated,
    }


def statement_of(report: Report, version: int | None = None) -> Statement | None:
    """The statement of a version, or the last there is."""
    found = report.statements.select_related("approved_by").order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    return found.first()


def is_intact(statement: Statement) -> bool:
    """Whether the content still gives the digest that was printed."""
    return digest_of(statement.content) == statement.digest


def values_of(content: Mapping[str, Any]) -> dict[str, int | None]:
    return {figure["key"]: figure["value"] for figure in content["figures"]}


def texts_of(content: Mapping[str, Any]) -> dict[str, str]:
    return {word["key"]: word["text"] for word in content["words"]}


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two versions: figures by cell, words by paragraph."""

    figures: list[Difference]
    words: list[Difference]

    def __bool__(self) -> bool:
        return bool(self.figures or self.words)


def changes_between(before: Statement, after: Statement) -> Changes:
    """What changed since the last round: the receiver reads only this again."""
    old, new = before.content, after.content
    return Changes(
        list(differences(values_of(old), values_of(new))),
        list(differences(texts_of(old), texts_of(new))),
    )


def since_signed(statement: Statement, figures: list[Figure]) -> list[Difference]:
    """By how much the ledger differs today from what was approved."""
    now = {figure.key: figure.value for figure in figures}
    then = {key: v for key, v in values_of(statement.content).items() if key in now}
    return list(differences(then, now))


def _words(report: Report) -> Iterator[dict[str, Any]]:
    pack = rules_of(report)
    written = {
        paragraph.key: paragraph
        for paragraph in report.paragraphs.prefetch_related(
            "quotations__source__organisation"
        )
    }
    for rule in pack.outline_of(pack.report(report.definition)).paragraphs:
        paragraph = written.get(rule.key)
        quotations = paragraph.quotations.all() if paragraph else []
        yield {
            "key": rule.key,
            "level": rule.level,
            "title": _said(rule.title),
            "text": paragraph.text if paragraph else "",
            "from": sorted(q.source.organisation.code for q in quotations),
        }


def _said(text: Text | None) -> dict[str, str] | None:
    return {"vi": text.vi, "en": text.en} if text else None
