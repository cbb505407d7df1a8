"""Entering who is in charge of which commune: one pair, or a table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.assignments.queries import communes_in_scope
from kheo.core.access import Actor, Capability
from kheo.core.forms import DayField
from kheo.organisations.queries import versions_on
from kheo.places.models import Place
from kheo.programmes.queries import InForce


class ChargeForm(forms.Form):
    """One pair: only units below the actor, only communes in the programme's scope."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    organisation = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    place = forms.TypedChoiceField(label=_("Commune"), coerce=int)
    valid_from = DayField(label=_("From"))
    basis = forms.CharField(
        label=_("Basis"),
        max_length=255,
        required=False,
        help_text=_("Number and date of the decision or list."),
    )

    def __init__(
        self, *args: Any, actor: Actor, programme: InForce, day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        bodies = actor.bodies(Capability.MANAGE_ASSIGNMENTS)
        units = sorted(
            versions_on(bodies, day).values(), key=lambda v: (v.sort_name, v.pk)
        )
        self._choices("organisation", [(u.organisation_id, u.name) for u in units])
        self._units = {u.organisation_id: u.organisation for u in units}
        communes = communes_in_scope(programme, day)
        self._choices("place", [(c.place_id, c.name) for c in communes])
        self.initial.setdefault("valid_from", day)

    def _choices(self, name: str, choices: Sequence[tuple[int, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            data["organisation"] = self._units[data["organisation"]]
            data["place"] = Place.objects.get(pk=data["place"])
        return data


class EndForm(forms.Form):
    """From which day on a unit is no longer in charge."""

    valid_to = DayField(
        label=_("No longer from"),
    )


class TableForm(forms.Form):
    """A workbook with the columns unit, commune, from, basis."""

    file = forms.FileField(
        label=_("Excel table"),
        help_text=_("Columns: unit, commune, from, basis; one pair a row."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
