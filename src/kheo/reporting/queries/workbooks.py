"""The form of a report as its workbook shows it, and the one that came back."""

from datetime import datetime

from django.utils.timezone import localdate

from kheo.accounts.queries import is_sample
from kheo.organisations.queries import names_on
from kheo.reporting.models import Remark, Report
from kheo.reporting.queries.figures import figures_of
from kheo.reporting.queries.lines import Titles, last_day_of
from kheo.reporting.queries.obligations import rules_of
from kheo.reporting.queries.remarks import open_remarks
from kheo.reporting.workbooks.comparing import Plan, plan_of
from kheo.reporting.workbooks.contents import (
    Contents,
    OpenRemark,
    check_stamp,
    stamp_from,
)
from kheo.reporting.workbooks.layout import sheets_of
from kheo.reporting.workbooks.reading import read_form
from kheo.stationery.fillable import form_workbook
from kheo.stationery.filled import FilledBook


def contents_of(report: Report) -> Contents:
    """Everything the form of the report shows, as it stands now."""
    pack = rules_of(report)
    rule = pack.report(report.definition)
    figures = tuple(figures_of(report, pack, with_past=True))
    paragraphs = pack.outline_of(rule).paragraphs
    ids = [one for one in (report.organisation_id, report.receiver_id) if one]
    names = names_on(ids, report.window.last)
    places = {one.key: one.cell.name.vi for one in figures}
    places |= {one.key: one.title.vi for one in paragraphs}
    return Contents(
        programme=report.programme,
        programme_name=pack.name.vi,
        definition=report.definition,
        title=Titles().of(report).vi,
        body=report.organisation.code,
        body_name=names.get(report.organisation_id, report.organisation.code),
        receiver_name=names.get(report.receiver_id or 0, ""),
        window=report.window,
        period=report.period,
        last_day=last_day_of(report),
        version=report.version,
        revision=report.revision,
        figures=figures,
        paragraphs=paragraphs,
        texts=dict(report.paragraphs.values_list("key", "text")),
        remarks=tuple(_open_remark(one, places) for one in open_remarks(report)),
        label=pack.label.vi if pack.label else "",
        lock_on=report.lock_on if report.sent_at is None else None,
        is_sample=is_sample(),
    )


def _open_remark(remark: Remark, places: dict[str, str]) -> OpenRemark:
    key = remark.cell_key or remark.paragraph_key
    return OpenRemark(
        key=remark.pk,
        place=places.get(key, "Toàn báo cáo"),
        text=remark.text,
        cell_key=remark.cell_key,
        paragraph_key=remark.paragraph_key,
    )


def form_of(report: Report, *, at: datetime) -> bytes:
    """The workbook to fill in: what is known, what is open, what it is for."""
    contents, on = contents_of(report), localdate(at)
    return form_workbook(
        sheets_of(contents, on=on),
        stamp=contents.stamp.model_dump(mode="json"),
        author="Khéo",
        on=on,
        is_sample=contents.is_sample,
    )


def plan_for(report: Report, content: bytes) -> Plan:
    """What taking a workbook over would change in the report as it stands now.

    Raises `RuleBroken` for what is no form of ours, `Conflict` for that of another
    report, round or version of the programme.
    """
    book = FilledBook(content)
    stamp = stamp_from(book.stamp)
    contents = contents_of(report)
    check_stamp(stamp, contents.stamp)
    return plan_of(read_form(book, contents, stamp), contents, stamp)
