"""What this site is, and the accounts that a sample offers."""

from django.db.models import QuerySet

from kheo.accounts.models import Site, User
from kheo.core.remembering import remembered


def site() -> Site | None:
    return Site.objects.filter(pk=1).first()


@remembered
def is_sample() -> bool:
    return Site.objects.filter(pk=1, is_sample=True).exists()


def sample_accounts() -> QuerySet[User]:
    """The accounts listed on the sign-in page of a sample site, each with its grants.

    Somebody who was given a one-time link is tried out as real people are: by it.
    """
    accounts = User.objects.filter(is_sample=True, is_active=True, invitations=None)
    return accounts.prefetch_related("grants__organisation").order_by("pk")
