"""What may be typed on a programme: an earlier day, since when reports are kept here."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kheo.core.forms import DayField
from kheo.organisations.models import Organisation
from kheo.programmes.pack import Pack
from kheo.programmes.queries import Keeping
from kheo.programmes.templatetags.packs import say


class BodyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Bodies by the name they bear, not by code."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class FocalDayForm(forms.Form):
    """Offer the bodies one may set days for, and the reports that allow it."""

    report = forms.ChoiceField(label=_("Report"))
    day = forms.IntegerField(
        label=_("Last day of the month"),
        min_value=1,
        max_value=28,
        required=False,
        help_text=_("1 to 28. Leave empty to go back to the programme's own day."),
    )
    valid_from = DayField(
        label=_("For reports due from"),
    )

    def __init__(
        self,
        *args: Any,
        pack: Pack,
        bodies: QuerySet[Organisation],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = BodyField(
            bodies, label=_("Receiving body"), empty_label="—"
        )
        self.fields["report"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (report.code, say(report.name))
            for report in pack.reports
            if report.due is not None and report.due.earlier is not None
        ]
        self.fields["valid_from"].initial = today
        self.order_fields(["organisation", "report", "day", "valid_from"])


class KeptHereForm(forms.Form):
    """One day for each group that reports; empty is since the programme began."""

    def __init__(self, *args: Any, keepings: Iterable[Keeping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in keepings:
            self.fields[one.code] = DayField(
                label=say(one.name),
                required=False,
                initial=one.row and one.row.since,
            )
