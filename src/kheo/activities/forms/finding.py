"""What the list of activities may be narrowed to."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.activities.workflow import ActivityState
from kheo.core.forms import DayField


class FindActivitiesForm(forms.Form):
    """Everything may stay empty."""

    q = forms.CharField(
        label=_("Words or a slip's code"), required=False, max_length=200
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("all")), *ActivityState.choices],
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("To"), required=False)

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())
