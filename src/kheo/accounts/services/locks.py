"""The count of wrong passwords, which another package keeps."""

from axes.utils import reset

from kheo.accounts.models import User


def forget_attempts(user: User) -> bool:
    """Let the person try again at once; whether any wrong attempt had been counted."""
    return bool(reset(username=user.username))
