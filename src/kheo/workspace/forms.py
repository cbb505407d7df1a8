"""What the trail may be narrowed to, and a new password."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.accounts.forms.signing import PasswordForm
from kheo.core.forms import DayField
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
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)


class ChangePasswordForm(PasswordForm):
    """The old password, and a new one twice."""

    field_order = ("old", "password", "again")
    old = forms.CharField(
        label=_("Old password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
