"""What an administrator types about people, and what it becomes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.accounts.queries.bodies import Bodies, Body, bodies_named, stands_in
from kheo.accounts.queries.keeping import Keeping
from kheo.accounts.queries.people import Wanted
from kheo.accounts.rules import INVITED_ROLES, LONGEST_USERNAME, USERNAME
from kheo.accounts.wording import ROLE_NAMES
from kheo.core.access import PARTY, Role
from kheo.core.forms import DayField
from kheo.core.periods import DAY, OPEN_END
from kheo.organisations.models import Tree

ROLES = [(str(role), name) for role, name in ROLE_NAMES.items()]
OWN, BELOW = "own", "below"
ALL = "all"
STATES = [
    (Wanted.OPEN, gettext_lazy("open accounts")),
    (Wanted.NEVER, gettext_lazy("never signed in")),
    (Wanted.WAITING, gettext_lazy("link not used yet")),
    (Wanted.EXPIRED, gettext_lazy("no password and no valid link")),
    (Wanted.ROLELESS, gettext_lazy("without a role today")),
    (Wanted.CLOSED, gettext_lazy("closed accounts")),
    (Wanted.ALL, gettext_lazy("all accounts")),
]

LINES = {PARTY: gettext_lazy("Party line"), "front": gettext_lazy("Front line")}
"""The lines of bodies that every site has, in the language of the page."""


def _is_own(reach: str) -> bool:
    return reach == OWN


class FindPeopleForm(forms.Form):
    """What the list is narrowed to; everything may stay empty."""

    def __init__(self, *args: Any, keeping: Keeping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not keeping.is_whole:
            kept = {str(role) for role in INVITED_ROLES}
            self.fields["role"].choices = [  # type: ignore[attr-defined]  # a choice field
                ("", gettext_lazy("every role")),
                *(one for one in ROLES if one[0] in kept),
            ]

    q = forms.CharField(
        label=gettext_lazy("Name, user name or body"), required=False, max_length=200
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        required=False,
        choices=[("", gettext_lazy("every role")), *ROLES],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Account"), required=False, choices=STATES
    )


class NameForm(forms.Form):
    """What a person is called."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=200)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Position and body, as it stands on papers."),
    )


class GrantForm(forms.Form):
    """A role at a body, how far it reaches, from when to when.

    The body is typed: a code, a name, or a part of a name. Where several fit, `body`
    says which of those that were offered is meant.
    """

    role = forms.TypedChoiceField(
        label=gettext_lazy("Role"), choices=[("", "–"), *ROLES], coerce=Role
    )
    organisation = forms.CharField(
        label=gettext_lazy("Body where the role holds"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "A part of the name, without marks too, or the code."
            " Empty only for the administrator of accounts."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    own_only = forms.TypedChoiceField(
        label=gettext_lazy("It holds"),
        choices=[
            (OWN, gettext_lazy("at this body alone")),
            (BELOW, gettext_lazy("at this body and all below it")),
        ],
        coerce=_is_own,
        initial=OWN,
        help_text=gettext_lazy(
            "Alone for clerks, leaders and hosts; with all below for focal points,"
            " specialists and observers."
        ),
    )
    tree = forms.ChoiceField(label=gettext_lazy("Line of bodies"), initial=PARTY)
    valid_from = DayField(label=gettext_lazy("From"))
    valid_to = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until it is ended."),
    )

    def __init__(self, *args: Any, keeping: Keeping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = keeping.day
        self.offered: Bodies | None = None
        self._among = keeping.near
        self.initial.setdefault("valid_from", self.day)
        lines = Tree.objects.order_by("pk")
        if keeping.lines is not None:
            self._narrow()
            lines = lines.filter(code__in=keeping.lines)
        self._lines = {line.code: line for line in lines}
        choices = [
            (code, LINES.get(code, line.name)) for code, line in self._lines.items()
        ]
        field = self.fields["tree"]
        field.choices = choices  # type: ignore[attr-defined]  # a choice field
        if len(choices) < 2:
            field.required, field.widget = False, forms.HiddenInput()

    def _narrow(self) -> None:
        """Offer what somebody who invites can give: roles of bodies below."""
        roles = [("", "–"), *((str(one), ROLE_NAMES[one]) for one in INVITED_ROLES)]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # a choice field
        body = self.fields["organisation"]
        body.required = True
        body.help_text = _(
            "One of the bodies below yours: a part of the name, without marks too, or"
            " the code."
        )
        self.fields["own_only"].help_text = _(
            "Alone for clerks, leaders and hosts; with all below for focal points and"
            " observers."
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        last = data.get("valid_to")
        data["valid_to"] = last + DAY if last else OPEN_END
        data["tree"] = data.get("tree") or PARTY
        data["organisation"] = self._body(data)
        return data

    def _body(self, data: dict[str, Any]) -> Any:
        chosen, text = data.pop("body", ""), data.get("organisation", "")
        if not text:
            return None
        since = max(self.day, data.get("valid_from", self.day))
        self.offered = bodies_named(text, since, among=self._among)
        body = self.offered.the_one or _offered(self.offered, chosen)
        if body is None:
            self.add_error("organisation", self._why_none(self.offered))
            return None
        line = self._lines.get(data["tree"])
        if line and not stands_in(body.organisation, line):
            message = _("“%(body)s” does not stand in this line of bodies.")
            self.add_error("tree", message % {"body": body.name})
        return body.organisation

    def _why_none(self, offered: Bodies) -> str:
        if offered.found:
            return _("Several bodies fit. Choose one of them below, or write more.")
        if self._among is not None:
            return offered.absent or _("No body below yours has this name or code.")
        return offered.absent or _("No body has this name or code.")


def _offered(offered: Bodies, code: str) -> Body | None:
    return next((b for b in offered.found if b.organisation.code == code), None)


class AddPersonForm(GrantForm):
    """Somebody new with the first role."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = NameForm.base_fields["name"]
    title = NameForm.base_fields["title"]
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=LONGEST_USERNAME,
        required=False,
        help_text=gettext_lazy(
            "Empty: made from the name (Nông Thị Lan: lannt). It never changes."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order: Sequence[str] = ("client_id", "name", "title", "username")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].lower()
        if username and not USERNAME.fullmatch(username):
            raise forms.ValidationError(
                _("Use letters without marks, digits and hyphens only.")
            )
        return username


class FindUnitsForm(forms.Form):
    """Which bodies are listed; the ones without anybody where nothing is said."""

    q = forms.CharField(
        label=gettext_lazy("Name of the body"), required=False, max_length=200
    )
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("bodies with nobody who can report")),
            (ALL, gettext_lazy("all bodies")),
        ],
    )


class EndGrantForm(forms.Form):
    """The first day without the role."""

    on = DayField(
        label=gettext_lazy("First day without the role"),
        help_text=gettext_lazy("Today: it ends at once."),
    )


class PeopleTableForm(forms.Form):
    """A table of people, one role a row."""

    file = forms.FileField(
        label=gettext_lazy("Excel or CSV table"),
        help_text=gettext_lazy("One person and one role a row; .xlsx or .csv (UTF-8)."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
