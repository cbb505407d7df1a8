"""Pages of reports: mine, the desk, one report, its statement and papers."""

from kheo.reporting.views.desk import desk, desk_accept, desk_extend
from kheo.reporting.views.desk_files import desk_paper, desk_workbook
from kheo.reporting.views.editing import begin, edit, pull
from kheo.reporting.views.papers import (
    issue,
    number,
    printed,
    statement,
    word_file,
    workbook_file,
)
from kheo.reporting.views.reports import (
    consolidation,
    detail,
    extend,
    give_back,
    move,
    report_list,
    settle,
)
from kheo.reporting.views.review import review
from kheo.reporting.views.summaries import summary, summary_do
from kheo.reporting.views.workbooks import fill, fill_check, fill_file, fill_marked

__all__ = [
    "begin",
    "consolidation",
    "desk",
    "desk_accept",
    "desk_extend",
    "desk_paper",
    "desk_workbook",
    "detail",
    "edit",
    "extend",
    "fill",
    "fill_check",
    "fill_file",
    "fill_marked",
    "give_back",
    "issue",
    "move",
    "number",
    "printed",
    "pull",
    "report_list",
    "review",
    "settle",
    "statement",
    "summary",
    "summary_do",
    "word_file",
    "workbook_file",
]
