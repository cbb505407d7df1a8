"""What a password must be, said in the reader's language."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's own rule; its refusal has no Vietnamese there."""

    def get_error_message(self) -> str:
        return _("This password is too short.")
