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
from kheo.reporting.forms.workbooks import ChoiceRow, FormChoices, FormUpload

__all__ = [
    "ChoiceRow",
    "DraftForm",
    "ExtendForm",
    "FormChoices",
    "FormUpload",
    "IssueForm",
    "MarkedForm",
    "NoteForm",
    "NumberForm",
    "ReturnForm",
    "SettleForm",
    "SummaryForm",
    "SummaryNumberForm",
]
