"""A month of slips on one sheet: a row for each plan, blank rows for other days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kheo.activities.forms.logs import AmountField
from kheo.activities.forms.sheet import Sheet, by_name
from kheo.activities.models import Activity
from kheo.activities.queries import Slot
from kheo.activities.rules import Done, NotADay, parse_day
from kheo.activities.services import TypedSlip, Where
from kheo.core.text import fold, normalise
from kheo.organisations.models import OrganisationVersion
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import hamlets_on

COLUMNS = {"on": "day", "title": "wide", "unit": "name", "commune": "name"}
COLUMNS |= {"hamlet": "name", "reason": "name"}
"""How wide the inputs of a column are."""

INPUT = '<input id="{0}" name="{0}" value="{1}" autocomplete="off"{2}{3}>'
SELECT = '<select id="{0}" name="{0}"{1}>{2}</select>'
WRONG = ' aria-invalid="true" aria-describedby="{}-error"'
SELECTED = mark_safe(" selected")
ATTRIBUTES = {
    "number": mark_safe(' class="number" inputmode="decimal"'),
    "unit": mark_safe(' list="units"'),
    "commune": mark_safe(' list="communes"'),
    "hamlet": mark_safe(' list="hamlets"'),
    "on": "",
    "title": "",
    "reason": "",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One input of a row, or fixed text; with what is wrong with it."""

    name: str
    label: str
    kind: str
    value: str = ""
    errors: Sequence[str] = ()
    choices: Sequence[tuple[str, str]] = ()

    @property
    def css(self) -> str:
        wrong = " wrong" if self.errors else ""
        return COLUMNS.get(self.kind, self.kind) + wrong

    @property
    def html(self) -> SafeString:
        """Label and input. A sheet has thousands of them: no template each."""
        if self.kind == "fixed":
            label = '<span class="entry-label">{}</span>{}'
            return format_html(label, self.label, self.value)
        label = format_html(
            '<label class="entry-label" for="{}">{}</label>', self.name, self.label
        )
        return label + self._input()

    def _input(self) -> SafeString:
        wrong = format_html(WRONG, self.name) if self.errors else ""
        if self.choices:
            options = format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                (
                    (code, SELECTED if code == self.value else "", name)
                    for code, name in self.choices
                ),
            )
            return format_html(SELECT, self.name, wrong, options)
        return format_html(INPUT, self.name, self.value, ATTRIBUTES[self.kind], wrong)


class SlipRow(forms.Form):
    """One slip. Its day, commune and unit are fixed where a plan says them already.

    A partner's row has only its own people. `is_only_kept` shows what was typed and
    judges nothing, as when more rows are asked for.
    """

    def __init__(
        self,
        *args: Any,
        sheet: Sheet,
        client_id: UUID,
        activity: Activity | None = None,
        partner: OrganisationVersion | None = None,
        is_only_kept: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.client_id = sheet, client_id
        self.activity, self.partner = activity, partner
        self.is_only_kept = is_only_kept
        self._slots: dict[str, int] = {}
        self.is_open = activity is None or self.add_prefix("on") in self.data
        if self.is_open:
            for name in ("on", "unit", "commune", "field", "reason"):
                self._text(name)
        if partner is None:
            self._text("hamlet")
            self._text("title")
        for number, slot in enumerate(sheet.columns):
            if slot.is_own or partner is None:
                self._add(slot, number)

    def _text(self, name: str) -> None:
        self.fields[name] = forms.CharField(required=False, max_length=255)

    def _add(self, slot: Slot, number: int) -> None:
        self._slots[slot.code] = number
        self.fields[slot.code] = AmountField(measure=slot.measure)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; a plan as it was has not come back yet."""
        asked = self.fields if self.is_open else self._slots
        words = () if self.is_open else ("hamlet", "title")
        return not any(self.typed(name).strip() for name in asked) and not any(
            self.typed(name).strip() != self.initial.get(name, "").strip()
            for name in words
            if self.add_prefix(name) in self.data
        )

    def typed(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), ""))

    def clean(self) -> dict[str, Any]:
        """Names become bodies and places; every cell that is wrong says so."""
        data = super().clean() or {}
        if self.is_blank:
            return data
        if self.is_open:
            self._clean_open(data)
        else:
            self._clean_planned(data)
        if not self.errors and all(data.get(name) is None for name in self._slots):
            self.add_error(next(iter(self._slots)), _("Write at least one figure."))
        return data

    def _clean_open(self, data: dict[str, Any]) -> None:
        on = data["on"] = self._day(data.get("on", ""))
        unit = data["unit"] = self._unit(data.get("unit", ""))
        commune = self._commune(data.get("commune", ""), unit)
        data["place"] = commune.place if commune else None
        if not data.get("title"):
            self.add_error("title", _("Say in one line what was done."))
        if data.get("field") not in {"", *(code for code, _name in self.sheet.works)}:
            data["field"] = ""
        weekdays = self.sheet.weekdays
        if on and weekdays and on.weekday() not in weekdays and not data.get("reason"):
            text = _(
                "The programme's days are Saturday and Sunday: say why another day."
            )
            self.add_error("reason", text)
        if on and commune:
            data["hamlet"] = self._hamlet(data.get("hamlet", ""), commune.place, on)

    def _clean_planned(self, data: dict[str, Any]) -> None:
        activity = self.activity
        assert activity is not None
        data |= {"on": activity.on, "place": activity.place, "unit": self.partner}
        data["title"] = data.get("title") or activity.title
        typed = data.get("hamlet", "")
        data["hamlet"] = (
            self._hamlet(typed, activity.place, activity.on)
            if typed and self.partner is None
            else activity.hamlet
        )

    def _day(self, text: str) -> date | None:
        month = self.sheet.month
        try:
            return parse_day(text.strip(), month.year, month.number)
        except NotADay:
            said_month = {"month": month.number, "year": month.year}
            message = _("Write a day of %(month)d/%(year)d, such as 6 or 6/%(month)d.")
            self.add_error("on", message % said_month)
            return None

    def _unit(self, text: str) -> OrganisationVersion | None:
        units = self.sheet.units
        found = self.sheet.unit_named.get(fold(text), []) if text else list(units)
        if len(found) == 1:
            return found[0]
        self.add_error("unit", _("Choose one of the units of the list."))
        return None

    def _commune(
        self, text: str, unit: OrganisationVersion | None
    ) -> PlaceVersion | None:
        """By name, with or without marks; blank means the unit's only commune."""
        own = self.sheet.own_communes.get(unit.organisation_id, ()) if unit else ()
        found = self.sheet.commune_named.get(fold(text), [])
        if not text:
            found = [c for c in self.sheet.communes if c.place_id in own]
        first = [c for c in found if c.place_id in own] or found
        if len(first) == 1:
            return first[0]
        self.add_error("commune", _("Choose one of the communes of the list."))
        return None

    def _hamlet(self, text: str, commune: Place, day: date) -> Place | None:
        if not text:
            return None
        known = hamlets_on(commune, day).select_related("place")
        found = by_name(list(known)).get(fold(normalise(text)), [])
        if len(found) == 1:
            return found[0].place
        self.add_error("hamlet", _("This commune has no such hamlet on the list."))
        return None

    def slip(self) -> TypedSlip:
        """What the row says; call it on a valid row that is not blank."""
        data, activity = self.cleaned_data, self.activity
        version = data["unit"]
        body = version.organisation if version else activity.organisation  # type: ignore[union-attr]  # a plan otherwise
        tier = version.tier if version else self._tier_of(body.pk)
        slots = self.sheet.slots[tier]
        mine = {name: slots[number] for name, number in self._slots.items()}
        return TypedSlip(
            client_id=self.client_id,
            programme=self.sheet.programme.programme.code,
            organisation=body,
            on=data["on"],
            where=Where(data["place"], data.get("hamlet")),
            title=data["title"],
            field=data.get("field", ""),
            reason=data.get("reason", ""),
            done=[
                Done(
                    measure=slot.measure.code,
                    amount=amount,
                    organisation=body.pk if slot.is_own else None,
                    dimensions=slot.dimensions,
                )
                for name, slot in mine.items()
                if (amount := data.get(name))
            ],
            asked=frozenset(
                slot.key
                for name, slot in mine.items()
                if self.add_prefix(name) in self.data
            ),
        )

    def _tier_of(self, body: int) -> str:
        return next(u.tier for u in self.sheet.units if u.organisation_id == body)

    def cells(self) -> Iterator[Cell]:
        """The row as the sheet shows it, one cell for each column."""
        activity = self.activity
        if len(self.sheet.units) > 1:
            yield self._cell("unit", _("Unit"), "unit")
        yield self._cell("on", _("Day"), "on")
        yield self._cell("commune", _("Commune"), "commune")
        if self.sheet.hamlets:
            hamlet = self.initial.get("hamlet", "")
            yield self._cell("hamlet", _("Hamlet"), "hamlet", hamlet)
        title = activity.title if activity else ""
        yield self._cell("title", _("Work"), "title", title)
        yield self._cell("field", _("Field of work"), "field")
        names = {number: name for name, number in self._slots.items()}
        for number, slot in enumerate(self.sheet.columns):
            label = f"{slot.name} ({slot.unit})"
            yield self._cell(names.get(number, ""), label, "number")

    @property
    def why(self) -> Cell | None:
        """Asked only where the day is none of the programme's."""
        if self.is_open and (self.typed("reason") or self._errors_at("reason")):
            return self._cell("reason", _("Why not at the weekend"), "reason")
        return None

    @property
    def problems(self) -> Sequence[str]:
        if self.is_only_kept or not self.is_bound:
            return ()
        return [str(message) for message in self.non_field_errors()]

    def _cell(self, name: str, label: str, kind: str, value: str = "") -> Cell:
        if name not in self.fields:
            return Cell("", label, "fixed", self.initial.get(name, "–"))
        if self.is_bound:
            value = self.typed(name)
        choices = [("", "—"), *self.sheet.works] if kind == "field" else ()
        errors = self._errors_at(name)
        return Cell(self.add_prefix(name), label, kind, value, errors, choices)

    def _errors_at(self, name: str) -> Sequence[str]:
        if self.is_only_kept or not self.is_bound:
            return ()
        return [str(message) for message in self.errors.get(name, ())]
