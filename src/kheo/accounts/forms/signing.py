"""Signing in, and setting a password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Django's own form with our words; the refusal names no account."""

    error_messages = {
        "invalid_login": _("The user name or the password is not right."),
        "inactive": _("This account is closed."),
    }

    def clean_username(self) -> str:
        """Wrong passwords are counted by user name: one name has one spelling."""
        username: str = self.cleaned_data["username"]
        return username.lower()


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; a sentence of your own is good."),
    )
    again = forms.CharField(
        label=_("The same again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") != data.pop("again", None):
            self.add_error("again", _("The two are not the same."))
        return data
