"""One account at a time; the count of wrong passwords, which another package keeps."""

from axes.utils import reset

from kheo.accounts.models import User


def hold(user: User) -> None:
    """Let links and roles of one person change one after the other, to the commit.

    A link is made for who holds no role beyond; a role beyond kills such links.
    """
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))


def forget_attempts(user: User) -> bool:
    """Let the person try again at once; whether any wrong attempt had been counted."""
    return bool(reset(username=user.username))
