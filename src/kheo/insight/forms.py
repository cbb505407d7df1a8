"""How a page is asked to look: filters in the address, offered only as far as visible."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.core.forms import DayField
from kheo.core.periods import Interval
from kheo.insight.queries.frames import RECORDED_WORD, TODAY_WORD

ON_DAY = "day"
STRUCTURES = [
    (RECORDED_WORD, _("as it was")),
    (TODAY_WORD, _("as it is today")),
    (ON_DAY, _("as on the day:")),
]
Choices = Sequence[tuple[str, Any]]
TWENTY_YEARS = timedelta(days=20 * 366)
"""Who should report is reckoned for each window; two centuries of them take minutes."""


def _date(label: Any, *, required: bool = True) -> forms.DateField:
    return DayField(label=label, required=required)


class LookForm(forms.Form):
    """Whose structure: as it was, as it is, or as on a day; all pages have it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["structure"] = forms.ChoiceField(
            label=_("Structure"), choices=STRUCTURES
        )
        self.fields["on"] = _date(_("Day"), required=False)

    def clean(self) -> dict[str, Any]:
        """Join the two into one word, `look`, as frames carry it."""
        data = super().clean() or {}
        look = data.get("structure", RECORDED_WORD)
        if look == ON_DAY:
            if data.get("on") is None and "on" not in self.errors:
                self.add_error("on", _("Choose the day whose structure is meant."))
            look = data["on"].isoformat() if data.get("on") else RECORDED_WORD
        return data | {"look": look}


class BoardForm(LookForm):
    """The board: programme, body, year and period."""

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        programmes: Choices,
        bodies: Choices,
        years: Choices,
        periods: Choices,
    ) -> None:
        super().__init__(data)
        own = {
            "programme": forms.ChoiceField(label=_("Programme"), choices=programmes),
            "at": forms.ChoiceField(label=_("Body"), choices=bodies),
            "year": forms.ChoiceField(label=_("Year"), choices=years),
            "period": forms.ChoiceField(label=_("Period"), choices=periods),
        }
        self.fields = own | self.fields


class DaysForm(LookForm):
    """Pages of one measure or place: the days, both included."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields = {"from": _date(_("From")), "to": _date(_("To"))} | self.fields

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("from"), data.get("to")
        if first and last and last < first:
            self.add_error("to", _("The last day lies before the first."))
        elif first and last and last - first > TWENTY_YEARS:
            self.add_error("to", _("Choose twenty years at most."))
        elif first and last:
            data["interval"] = Interval.of_days(first, last)
        return data


class MapForm(BoardForm):
    """The map: the board's choices without a body, a measure and a province instead."""

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        programmes: Choices,
        years: Choices,
        periods: Choices,
        measures: Choices,
        provinces: Choices,
    ) -> None:
        super().__init__(
            data, programmes=programmes, bodies=(), years=years, periods=periods
        )
        own = {
            "measure": forms.ChoiceField(label=_("Measure"), choices=measures),
            "province": forms.ChoiceField(label=_("Province"), choices=provinces),
        }
        del self.fields["at"]
        self.fields = own | self.fields
