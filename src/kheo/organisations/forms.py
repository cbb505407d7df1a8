"""What people type about bodies and what it becomes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.core.forms import DayField
from kheo.organisations.models import Kind


class FindForm(forms.Form):
    """A search over names; everything may stay empty."""

    q = forms.CharField(label=_("Name, symbol or code"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("every kind")), *Kind.choices],
    )
    on = DayField(
        label=_("On the day"),
        required=False,
    )
