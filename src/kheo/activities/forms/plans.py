"""Planning a day, and the steps of its life."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.activities.queries import (
    TeamTurn,
    communes_in_charge,
    last_days,
    leads_for,
    other_communes,
    partners_for,
    team_turns,
)
from kheo.activities.services import Where
from kheo.core.access import Actor
from kheo.core.forms import DayField, HourField, bring_back, tell_saved
from kheo.core.language import said
from kheo.core.text import counted_key
from kheo.organisations.queries import versions_on
from kheo.places.models import Place, PlaceVersion
from kheo.places.queries import hamlets_on
from kheo.places.queries import versions_on as versions_on_day
from kheo.programmes.queries import InForce

FEW_COMMUNES = 12


class PlanForm(forms.Form):
    """Plan a day: the actor's bodies, or those given, their communes, partners there."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    organisation = forms.TypedChoiceField(label=_("Unit"), coerce=int)
    on = DayField(
        label=_("Day"),
    )
    reason = forms.CharField(
        label=_("Why not at the weekend"),
        max_length=300,
        required=False,
        help_text=_("Only for a day from Monday to Friday."),
    )
    beyond = forms.CharField(
        label=_("Why one visit more than the commune takes"),
        max_length=300,
        required=False,
        help_text=_("Only for a full month: the commune reads it and decides."),
    )
    place = forms.TypedChoiceField(label=_("Commune"), coerce=int)
    hamlet = forms.TypedChoiceField(
        label=_("Hamlet"), coerce=int, required=False, empty_value=None
    )
    title = forms.CharField(
        label=_("Work to do"), max_length=255,
        help_text=_("One line, as you would tell the commune."),
    )  # fmt: skip
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    starts_at = HourField(label=_("Starts at"), required=False)
    teams = forms.TypedMultipleChoiceField(
        label=_("Teams that go"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The next in turn is chosen already."),
    )
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
        bodies: frozenset[int] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        bodies = bodies or leads_for(actor)
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
        self._set_hamlets(communes, others, actor)
        self._set_teams(bodies, actor)
        partners = partners_for(bodies, day)
        self._choices("partners", [(p.organisation_id, p.name) for p in partners])
        self._bodies = {v.organisation_id: v.organisation for v in [*named, *partners]}
        if not partners:
            del self.fields["partners"]
        fields = [(f.code, said(f.name)) for f in programme.pack.fields]
        self._choices("field", [("", "—"), *fields])
        if not (self.is_bound or self.initial.get("beyond")):
            del self.fields["beyond"]
        if "seen" not in self.initial:
            del self.fields["seen"]
        if len(named) == 1:
            self.initial.setdefault("organisation", named[0].organisation_id)

    def _choices(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def _set_hamlets(
        self,
        communes: Sequence[PlaceVersion],
        others: Sequence[PlaceVersion],
        actor: Actor,
    ) -> None:
        """The hamlets of one's own few communes, and of the one that is chosen.

        Those of a whole province are a thousand: choosing a commune brings its own.
        """
        chosen = str(self["place"].value() or "")
        own = communes if len(communes) <= FEW_COMMUNES else ()
        asked = [c for c in (*communes, *others) if str(c.place_id) == chosen]
        shown = list({c.place_id: c for c in (*own, *asked)}.values())
        self._choices(
            "hamlet", [("", "—"), *_hamlets_by_commune(shown, self.day, actor)]
        )
        if not _has_hamlets([*communes, *others], self.day):
            del self.fields["hamlet"]
            return
        self.fields["place"].widget.attrs |= {
            "hx-get": reverse("activities:plan"),
            "hx-trigger": "change",
            "hx-select": "#id_hamlet",
            "hx-target": "#id_hamlet",
            "hx-swap": "outerHTML",
        }

    def _set_teams(self, bodies: frozenset[int], actor: Actor) -> None:
        turns = [one for own in team_turns(bodies, actor).values() for one in own]
        self._teams = {one.team.pk: one.team for one in turns}
        self._choices("teams", [(one.team.pk, said_turn(one)) for one in turns])
        if not turns:
            del self.fields["teams"]

    def show_saved(self, saved: Mapping[str, Any]) -> None:
        """After somebody else changed the plan: what is saved now beside what was typed."""
        self.initial = {**self.initial, **saved}
        bring_back(self, "seen", saved["seen"])
        tell_saved(self)

    def clean(self) -> dict[str, Any]:
        """Replace the ids by what they name: the service takes objects."""
        data = super().clean() or {}
        if self.errors:
            return data
        data["organisation"] = self._bodies[data["organisation"]]
        data["partners"] = [self._bodies[pk] for pk in data.pop("partners", [])]
        place = Place.objects.get(pk=data.pop("place"))
        if "teams" in data:
            data["teams"] = [self._teams[pk] for pk in data["teams"]]
        hamlet = Place.objects.filter(pk=data.pop("hamlet", None)).first()
        if hamlet and not hamlets_on(place, self.day).filter(place=hamlet).exists():
            self.add_error("hamlet", _("This hamlet is in another commune."))
        data["where"] = Where(place, hamlet)
        if "seen" in data:
            data["seen"] = data["seen"] or None
        return data


class MoveForm(forms.Form):
    """A step of the lifecycle: the reason, and another day where one is proposed."""

    note = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    offered_on = DayField(
        label=_("Another day"),
        required=False,
    )


def said_turn(one: TeamTurn) -> str:
    """A team with the day it last went; whether it is next shows by being chosen."""
    if one.last is None:
        return gettext("%(team)s – has not gone yet") % {"team": one.team.name}
    day = date_format(one.last, "SHORT_DATE_FORMAT")
    return gettext("%(team)s – last on %(day)s") % {"team": one.team.name, "day": day}


def _has_hamlets(communes: Iterable[PlaceVersion], day: date) -> bool:
    below = versions_on_day(day).filter(parent__in=[c.place_id for c in communes])
    return below.exists()


def _hamlets_by_commune(
    communes: Iterable[PlaceVersion], day: date, actor: Actor
) -> list[tuple[str, list[tuple[int, str]]]]:
    """Grouped choices: without a script, the commune's name leads to its hamlets.

    Each with the day somebody was there last, as far as the actor sees.
    """
    below = versions_on_day(day).filter(parent__in=[c.place_id for c in communes])
    versions = sorted(below.order_by("pk"), key=lambda one: counted_key(one.name))
    last = last_days(actor, [version.place_id for version in versions])
    by_commune: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for version in versions:
        choice = (version.place_id, _said_hamlet(version, last.get(version.place_id)))
        by_commune[version.parent_id or 0].append(choice)
    return [
        (c.name, by_commune[c.place_id]) for c in communes if by_commune[c.place_id]
    ]


def _said_hamlet(version: PlaceVersion, last: date | None) -> str:
    if last is None:
        return version.name
    return f"{version.name} · {date_format(last, 'SHORT_DATE_FORMAT')}"
