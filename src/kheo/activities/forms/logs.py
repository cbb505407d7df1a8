"""What one day achieved: an input per measure, made from the pack."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.activities.models import Activity, Party
from kheo.activities.queries import ALWAYS, typed_measures, values_of
from kheo.activities.queries.stamps import log_stamp
from kheo.activities.rules import (
    OWN_PEOPLE,
    Done,
    NotANumber,
    format_amount,
    parse_amount,
    split_codes,
)
from kheo.core.forms import bring_back, tell_saved
from kheo.core.language import said
from kheo.organisations.queries import versions_on
from kheo.programmes.pack import Measure, Origin, Pack

HOUSEHOLDS = "households"
NUMBER = {"autocomplete": "off", "class": "number"}


class AmountField(forms.CharField):
    """A number of one measure, typed the Vietnamese way; becomes smallest units."""

    def __init__(self, *, measure: Measure, **kwargs: Any) -> None:
        attrs = NUMBER | {"inputmode": "decimal" if measure.decimals else "numeric"}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.decimals = measure.decimals
        self.plausible = measure.plausible

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            amount = parse_amount(text, self.decimals)
        except NotANumber as error:
            raise forms.ValidationError(self._sentence()) from error
        most = self.plausible.max if self.plausible else None
        if most is not None and amount > most.scaleb(self.decimals):
            said_most = format_amount(int(most), 0)
            text = gettext(
                "More than %(most)s in one day is not plausible: check the number and "
                "its unit. If it is right, declare it in the report, with the reason."
            )
            raise forms.ValidationError(text % {"most": said_most})
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the numbers differ, however they are written."""
        try:
            return bool(self.to_python(initial or "") != self.to_python(data or ""))
        except forms.ValidationError:
            return True

    def _sentence(self) -> str:
        if self.decimals:
            return str(_("Write a number such as 1.234,5."))
        return str(_("Write a whole number such as 1.234."))


def _with_unit(name: str, unit: str) -> str:
    """The unit in brackets, where the name does not end with it already."""
    is_said = f" {name.casefold()}".endswith(f" {unit.casefold()}")
    return name if is_said else f"{name} ({unit})"


class LogForm(forms.Form):
    """What one day achieved: an input per measure and value, made from the pack.

    The lead fills the joint work and its own people; a partner only its own people.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Work done"), max_length=255)

    def __init__(
        self,
        *args: Any,
        activity: Activity,
        pack: Pack,
        mine: Sequence[Party],
        leads: bool,
        names: dict[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.activity = activity
        self.pack = pack
        self._lines: dict[str, tuple[str, int | None, str]] = {}
        self._households: dict[str, tuple[str, str]] = {}
        versions = versions_on([p.organisation_id for p in mine], activity.on)
        self._tiers = {pk: version.tier for pk, version in versions.items()}
        if not leads:
            del self.fields["title"]
        for measure in sorted(typed_measures(pack), key=self._order):
            if measure.origin in OWN_PEOPLE:
                for party in mine:
                    note = names[party.organisation_id] if len(mine) > 1 else ""
                    self._add_values(measure, note=note, party=party)
            elif leads:
                self._add_values(measure, note="")
        for measure in pack.measures:
            if leads and measure.origin is Origin.HOUSEHOLDS:
                self._add_households(measure)
        self._mine = list(mine)
        self._fill()

    def show_saved(self) -> None:
        """After somebody else saved: what is saved now beside what was typed."""
        self.activity.refresh_from_db()
        self.initial = {}
        self._fill()
        bring_back(self, "seen", self.initial["seen"])
        tell_saved(self)

    def _order(self, measure: Measure) -> int:
        """People first, then what belongs to the day's field of work, then the rest."""
        if measure.origin in ALWAYS:
            return 0
        return 1 if measure.field and measure.field == self.activity.field else 2

    def done(self) -> list[Done]:
        """The lines that were typed; call it on a valid form."""
        lines = [
            Done(measure, amount, owner, dimensions)
            for name, (measure, owner, dimensions) in self._lines.items()
            if (amount := self.cleaned_data.get(name))
        ]
        for name, (measure, dimensions) in self._households.items():
            codes = split_codes(self.cleaned_data.get(name, ""))
            lines += [
                Done(measure, 1, dimensions=dimensions, subject=code) for code in codes
            ]
        return lines

    def _add_values(
        self, measure: Measure, *, note: str, party: Party | None = None
    ) -> None:
        """One input, or one for each value of the measure's first dimension.

        The dimension `tier` is the body's own and is not asked.
        """
        owner = party.organisation_id if party else None
        for value, dimensions in self._values(measure, party):
            notes = " · ".join(part for part in (note, value) if part)
            self._add(measure, owner=owner, note=notes, dimensions=dimensions)

    def _values(
        self, measure: Measure, party: Party | None = None
    ) -> list[tuple[str, str]]:
        tier = self._tiers[party.organisation_id] if party else None
        return values_of(self.pack, measure, tier)

    def _add_households(self, measure: Measure) -> None:
        for number, (value, dimensions) in enumerate(self._values(measure)):
            name = f"{HOUSEHOLDS}{number}" if number else HOUSEHOLDS
            label = said(measure.name)
            self._households[name] = (measure.code, dimensions)
            self.fields[name] = forms.CharField(
                label=f"{label}: {value}" if value else label,
                required=False,
                widget=forms.Textarea(
                    attrs={"rows": 1, "autocapitalize": "characters"}
                ),
                help_text=_("The codes on the commune's paper, never names."),
            )

    def _add(
        self, measure: Measure, *, owner: int | None, note: str, dimensions: str = ""
    ) -> None:
        name = f"m{len(self._lines)}"
        label = _with_unit(str(said(measure.name)), str(said(measure.unit)))
        self._lines[name] = (measure.code, owner, dimensions)
        self.fields[name] = AmountField(
            measure=measure, label=f"{label}: {note}" if note else label
        )

    def _fill(self) -> None:
        self.initial["seen"] = log_stamp(self.activity, self._mine)
        self.initial.setdefault("title", self.activity.title)
        known: dict[tuple[str, int | None, str], int] = {}
        codes: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in self.activity.quantities.select_related("party"):
            owner = row.party.organisation_id if row.party else None
            known[row.measure, owner, row.dimensions] = row.amount
            if row.subject:
                codes[row.measure, row.dimensions].append(row.subject)
        for name, key in self._lines.items():
            if key in known:
                decimals = self.fields[name].decimals  # type: ignore[attr-defined]  # AmountField
                self.initial[name] = format_amount(known[key], decimals)
        for name, house in self._households.items():
            self.initial.setdefault(name, " ".join(codes[house]))
