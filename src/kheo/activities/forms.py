"""What people may type about a day in the village, and what it becomes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.activities.models import Activity, Party
from kheo.activities.queries import (
    communes_in_charge,
    leads_for,
    other_communes,
    partners_for,
    typed_measures,
)
from kheo.activities.rules import (
    OWN_PEOPLE,
    Done,
    NotANumber,
    format_amount,
    parse_amount,
    split_codes,
)
from kheo.activities.services import Where
from kheo.core.access import Actor
from kheo.core.language import said
from kheo.organisations.queries import versions_on
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import hamlets_on
from kheo.places.queries import versions_on as versions_on_day
from kheo.programmes.pack import Measure, Origin, Pack
from kheo.programmes.queries import InForce

OF_THE_BODY = "tier"
"""The dimension that a body's own version answers."""

HOUSEHOLDS = "households"
NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "number"}


class PlanForm(forms.Form):
    """Plan a day: only the actor's own bodies, their communes and partners there."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    organisation = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    place = forms.TypedChoiceField(label=_("Commune"), coerce=int)
    hamlet = forms.TypedChoiceField(
        label=_("Hamlet"), coerce=int, required=False, empty_value=None
    )
    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_at = forms.TimeField(
        label=_("Starts at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    reason = forms.CharField(
        label=_("Why not at the weekend"),
        max_length=300,
        required=False,
        help_text=_("Only for a day from Monday to Friday."),
    )
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    title = forms.CharField(
        label=_("Work to do"), max_length=255,
        help_text=_("One line, as you would tell the commune."),
    )  # fmt: skip
    partners = forms.TypedMultipleChoiceField(
        label=_("Together with"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    means = forms.CharField(
        label=_("Means and tools"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    safety = forms.CharField(
        label=_("Safety"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        programme: InForce,
        day: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        bodies = leads_for(actor)
        named = sorted(
            versions_on(bodies, day).values(), key=lambda v: (v.sort_name, v.pk)
        )
        self._choices("organisation", [(v.organisation_id, v.name) for v in named])
        communes = communes_in_charge(bodies, day)
        others = other_communes(programme, bodies, day)
        self._choices(
            "place",
            [
                (_("In your charge"), [(c.place_id, c.name) for c in communes]),
                (_("Other communes"), [(c.place_id, c.name) for c in others]),
            ],
        )
        self.has_communes = bool(communes or others)
        self._choices(
            "hamlet", [("", "—"), *_hamlets_by_commune([*communes, *others], day)]
        )
        partners = partners_for(bodies, day)
        self._choices("partners", [(p.organisation_id, p.name) for p in partners])
        self._bodies = {v.organisation_id: v.organisation for v in [*named, *partners]}
        if not partners:
            del self.fields["partners"]
        fields = [(f.code, said(f.name)) for f in programme.pack.fields]
        self._choices("field", [("", "—"), *fields])
        if len(named) == 1:
            self.initial.setdefault("organisation", named[0].organisation_id)

    def _choices(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Replace the ids by what they name: the service takes objects."""
        data = super().clean() or {}
        if self.errors:
            return data
        data["organisation"] = self._bodies[data["organisation"]]
        data["partners"] = [self._bodies[pk] for pk in data.pop("partners", [])]
        place = Place.objects.get(pk=data.pop("place"))
        hamlet = Place.objects.filter(pk=data.pop("hamlet")).first()
        if hamlet and not hamlets_on(place, self.day).filter(place=hamlet).exists():
            self.add_error("hamlet", _("This hamlet is in another commune."))
        data["where"] = Where(place, hamlet)
        return data


class MoveForm(forms.Form):
    """A step of the lifecycle: the reason, and another day where one is proposed."""

    note = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    offered_on = forms.DateField(
        label=_("Another day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AmountField(forms.CharField):
    """A number of one measure, typed the Vietnamese way; becomes smallest units."""

    def __init__(self, *, decimals: int, **kwargs: Any) -> None:
        super().__init__(
            required=False, widget=forms.TextInput(attrs=dict(NUMBER)), **kwargs
        )
        self.decimals = decimals

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_amount(text, self.decimals)
        except NotANumber as error:
            raise forms.ValidationError(self._sentence()) from error

    def _sentence(self) -> str:
        if self.decimals:
            return str(_("Write a number such as 1.234,5."))
        return str(_("Write a whole number such as 1.234."))


class LogForm(forms.Form):
    """What one day achieved: an input per measure and value, made from the pack.

    The lead fills the joint work and its own people; a partner only its own people.
    """

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
        for measure in typed_measures(pack):
            if measure.origin in OWN_PEOPLE:
                for party in mine:
                    note = names[party.organisation_id] if len(mine) > 1 else ""
                    self._add_values(measure, note=note, party=party)
            elif leads:
                self._add_values(measure, note="")
        for measure in pack.measures:
            if leads and measure.origin is Origin.HOUSEHOLDS:
                self._add_households(measure)
        self._fill()

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
        if not measure.dimensions:
            return [("", "")]
        dimension = self.pack.dimension(measure.dimensions[0])
        if dimension.code == OF_THE_BODY and party is not None:
            return [("", f"{OF_THE_BODY}={self._tiers[party.organisation_id]}")]
        return [(said(v.name), f"{dimension.code}={v.code}") for v in dimension.values]

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
        label = f"{said(measure.name)} ({said(measure.unit)})"
        self._lines[name] = (measure.code, owner, dimensions)
        self.fields[name] = AmountField(
            decimals=measure.decimals, label=f"{label}: {note}" if note else label
        )

    def _fill(self) -> None:
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


class PhotoForm(forms.Form):
    """One picture with its caption."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    picture = forms.FileField(
        label=_("Photo"), widget=forms.FileInput(attrs={"accept": "image/*"})
    )
    caption = forms.CharField(
        label=_("Caption"), max_length=300,
        help_text=_("Who does what, where and when; no names of residents."),
    )  # fmt: skip


class RosterForm(forms.Form):
    """Who of one's own body goes along, one a line."""

    names = forms.CharField(
        label=_("People, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For planning and safety only: your own unit sees it, and it is deleted "
            "when the month's report is accepted."
        ),
    )

    def lines(self) -> list[tuple[str, str]]:
        rows = self.cleaned_data["names"].splitlines()
        parts = (row.partition(",") for row in rows if row.strip())
        return [(name.strip()[:120], duty.strip()[:200]) for name, _sep, duty in parts]


class CodesForm(forms.Form):
    """How many household codes a commune wants."""

    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=500)


def _hamlets_by_commune(
    communes: Iterable[PlaceVersion], day: date
) -> list[tuple[str, list[tuple[int, str]]]]:
    """Grouped choices: without a script, the commune's name leads to its hamlets."""
    below = versions_on_day(day).filter(parent__in=[c.place_id for c in communes])
    by_commune: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for version in below.order_by("sort_name", "pk"):
        by_commune[version.parent_id or 0].append((version.place_id, version.name))
    return [
        (c.name, by_commune[c.place_id]) for c in communes if by_commune[c.place_id]
    ]
