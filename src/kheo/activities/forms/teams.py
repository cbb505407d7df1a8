"""The teams that a body sends out in turn, one a line."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST = 60
"""Teams that one body may name."""


class TeamsForm(forms.Form):
    """One team a line: its name, then how many people it has."""

    teams = forms.CharField(
        label=_("Teams, one a line, each with its number of people"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For instance “Tổ 1: 6”. A team has at least three people and bears no "
            "person's name; only your own unit sees it."
        ),
    )

    def clean_teams(self) -> list[tuple[str, int]]:
        rows = [row.strip() for row in self.cleaned_data["teams"].splitlines()]
        found = [_team(row) for row in rows if row]
        if len(found) > MOST:
            raise forms.ValidationError(gettext("Name at most %d teams.") % MOST)
        return found


def _team(row: str) -> tuple[str, int]:
    match = re.fullmatch(r"(.{1,80}?)\s*[:,;(–-]\s*([0-9]{1,4})\s*\)?", row)
    if match is None:
        text = gettext(
            "Write the name and the number of people, as in “Tổ 1: 6”: %(row)s."
        )
        raise forms.ValidationError(text % {"row": row})
    return match.group(1), int(match.group(2))
