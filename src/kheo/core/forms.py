"""Fields that every context's forms share: a day as people here write it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    """A day typed as day/month/year, whatever language the browser speaks.

    A native date field shows the order of the browser's language, so an office with
    an English Windows reads 07/08 the wrong way round. Here the page decides; with
    script a button opens the native calendar beside it. An ISO date is read too.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        ours = {
            "data-day": _("Choose from the calendar"),
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": "10",
            "placeholder": _("dd/mm/yyyy"),
        }
        super().__init__(ours | (attrs or {}))


def day_in(text: str) -> date | None:
    """The day that a query string names, in any way a form would read; else nothing."""
    try:
        found: date = forms.DateField().clean(text)
    except ValidationError:
        return None
    return found
