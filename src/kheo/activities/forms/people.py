"""Pictures with captions, rosters, household codes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.activities.forms.plans import said_turn
from kheo.activities.models import Team
from kheo.activities.queries import TeamTurn


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

    teams = forms.TypedMultipleChoiceField(
        label=_("Teams that go"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    field_order = ("teams", "names")

    def __init__(self, *args: Any, turns: Sequence[TeamTurn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._teams = {one.team.pk: one.team for one in turns}
        choices = [(one.team.pk, said_turn(one)) for one in turns]
        self.fields["teams"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if not turns:
            del self.fields["teams"]

    def chosen(self) -> list[Team]:
        return [self._teams[pk] for pk in self.cleaned_data.get("teams", [])]

    def lines(self) -> list[tuple[str, str]]:
        rows = self.cleaned_data["names"].splitlines()
        parts = (row.partition(",") for row in rows if row.strip())
        return [(name.strip()[:120], duty.strip()[:200]) for name, _sep, duty in parts]


class CodesForm(forms.Form):
    """How many household codes a commune wants."""

    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=500)
