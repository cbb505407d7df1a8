"""What people may type about a report, and what it becomes."""

from kheo.reporting.forms.reports import (
    DraftForm,
    ExtendForm,
    IssueForm,
    MarkedForm,
    NoteForm,
    NumberForm,
    ReturnForm,
    SettleForm,
    SummaryForm,
    SummaryNumberForm,
)

__all__ = [
    "DraftForm",
    "ExtendForm",
    "IssueForm",
    "MarkedForm",
    "NoteForm",
    "NumberForm",
    "ReturnForm",
    "SettleForm",
    "SummaryForm",
    "SummaryNumberForm",
]
