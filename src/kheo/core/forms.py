"""Fields that every context's forms share: days and hours as people here write them."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kheo.core.text import normalise

REWORDED = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a number."),
    gettext_noop("The submitted file is empty."),
)
"""What Django says of bad input: our catalogue says it as people here would."""


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

    def format_value(self, value: Any) -> str | None:
        """As people type it, also where a link named the day the way machines do."""
        is_machine = isinstance(value, str) and _ISO_DAY.fullmatch(value)
        if is_machine and (day := day_in(value)):
            return super().format_value(day)
        return super().format_value(value)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
"""A day outside is a slip of the hand, and breaks what reckons days before and after."""


class DayField(forms.DateField):
    """A day as people write it; pasted spaces and invisible signs do no harm."""

    widget = DayInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "range": _("Write a day between 1900 and 2100.")
    }

    def to_python(self, value: Any) -> date | None:
        found: date | None = super().to_python(
            normalise(value) if isinstance(value, str) else value
        )
        if found is not None and not FIRST_DAY <= found <= LAST_DAY:
            raise ValidationError(self.error_messages["range"], code="range")
        return found


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class HourInput(forms.TimeInput):
    """An hour of the day typed as 7:30 or 14:30, whatever language the browser speaks.

    A native time field shows AM and PM wherever the browser is English; nobody here
    counts hours so.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        ours = {
            "class": "hour",
            "inputmode": "decimal",
            "autocomplete": "off",
            "maxlength": "12",
            "placeholder": "7:30",
        }
        super().__init__(ours | (attrs or {}), format="%H:%M")


class HourField(forms.TimeField):
    """Reads 7:30, 07:30, 7.30, 7h30, 7 giờ 30, 730, 7h and 7, on the 24-hour clock."""

    widget = HourInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write the hour as 7:30 or 14:30.")
    }

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values or isinstance(value, time):
            return super().to_python(value)
        found = _HOUR.fullmatch(str(value).strip().casefold())
        hour, minute = _parts(found) if found else (HOURS, 0)
        if hour >= HOURS or minute >= MINUTES:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return time(hour, minute)


HOURS, MINUTES = 24, 60
_HOUR = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*(?:[:.,hg]|giờ)\s*(?P<minute>\d{2})?\s*(?:p|phút|:00)?)?"
    r"|(?P<hours>\d{1,2})(?P<minutes>\d{2})"
)


def _parts(found: re.Match[str]) -> tuple[int, int]:
    hour = found["hour"] or found["hours"]
    return int(hour), int(found["minute"] or found["minutes"] or 0)


def bring_back(form: forms.BaseForm, name: str, value: object) -> None:
    """Let a bound form that is shown again bring back another value of one field."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # what a request brings
    data[form.add_prefix(name)] = str(value)
    form.data = data


def tell_saved(form: forms.BaseForm) -> None:
    """Beside each field in which something else was typed, say what is saved now.

    `form.initial` holds what is saved.
    """
    for bound in form.visible_fields():
        field, name = bound.field, bound.name
        saved = form.get_initial_for_field(field, name)
        if not field.has_changed(saved, bound.data):
            continue
        text = _("Saved now: %(value)s") % {"value": _shown(field, saved)}
        field.help_text = text
        bound.help_text = text


def _shown(field: forms.Field, value: Any) -> str:
    """A value as its field would show it; of choices, their names."""
    if value in (None, "", []):
        return "–"
    if isinstance(field, forms.ChoiceField):
        chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
        return ", ".join(name for key, name in _choices(field.choices) if key in chosen)
    return str(field.widget.format_value(value))


def _choices(choices: Any) -> Iterator[tuple[str, str]]:
    for key, name in choices:
        if isinstance(name, (list, tuple)):
            yield from _choices(name)
        else:
            yield str(key), str(name)


def day_in(text: str) -> date | None:
    """The day that a query string names, in any way a form would read; else nothing."""
    try:
        found: date = DayField().clean(text)
    except ValidationError:
        return None
    return found
