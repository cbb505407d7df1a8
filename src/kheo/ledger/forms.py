"""What people type about a reorganisation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PlanForm(forms.Form):
    """A plan of reorganisation as text."""

    text = forms.CharField(
        label=_("Plan"),
        help_text=_("YAML; the reference page on organisations describes the steps."),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].strip = False  # type: ignore[attr-defined]  # a CharField
