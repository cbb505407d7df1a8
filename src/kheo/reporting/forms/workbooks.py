"""A form that comes back as a workbook: the file, and what is chosen of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from kheo.reporting.workbooks.comparing import FigureChange, Plan, WordChange

HERE, THERE = "here", "there"


class FormUpload(forms.Form):
    """The filled-in workbook."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    file = forms.FileField(
        label=_("The filled-in form (.xlsx)"),
        help_text=_(
            "The file that you downloaded here and filled in. Before anything is "
            "written you see what it changes."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A row that was changed on both sides, with its choice."""

    change: FigureChange | WordChange
    choice: BoundField

    @property
    def is_word(self) -> bool:
        return isinstance(self.change, WordChange)


class FormChoices(forms.Form):
    """Taking a form over: the revision that was shown, a choice for each conflict."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        for one in plan.conflicts:
            self.fields[f"choice-{one.key}"] = forms.ChoiceField(
                label=_("Which one counts?"),
                choices=[
                    (HERE, _("keep what is in Khéo")),
                    (THERE, _("take what is in the file")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the two.")},
            )

    def rows(self) -> Iterator[ChoiceRow]:
        for one in self.plan.conflicts:
            yield ChoiceRow(one, self[f"choice-{one.key}"])

    def taken(self) -> list[str]:
        """The rows to take from the file; call it on a valid form."""
        return self._chosen(THERE)

    def left(self) -> list[str]:
        return self._chosen(HERE)

    def _chosen(self, side: str) -> list[str]:
        return [
            one.key
            for one in self.plan.conflicts
            if self.cleaned_data[f"choice-{one.key}"] == side
        ]
