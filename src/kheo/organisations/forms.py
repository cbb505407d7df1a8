"""What people type about bodies and what it becomes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.organisations.models import Kind


class FindForm(forms.Form):
    """A search over names; everything may stay empty."""

    q = forms.CharField(label=_("Name, symbol or code"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("every kind")), *Kind.choices],
    )
    on = forms.DateField(
        label=_("On the day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


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
