"""What the trail may be narrowed to, and a new password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.core.forms import DayInput
from kheo.workspace.queries.trail import TOPICS


class TrailForm(forms.Form):
    """Everything may stay empty."""

    topic = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[("", _("everything")), *TOPICS.items()],
    )
    body = forms.CharField(label=_("Body"), required=False, max_length=200)
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To"), required=False, widget=DayInput())


class ChangePasswordForm(forms.Form):
    """The old password, and a new one twice."""

    old = forms.CharField(
        label=_("Old password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; a sentence of your own is good."),
    )
    again = forms.CharField(
        label=_("The same again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") != data.pop("again", None):
            self.add_error("again", _("The two are not the same."))
        return data
