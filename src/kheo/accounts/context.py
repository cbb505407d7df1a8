"""What every page shows of the site and of the person."""

from typing import Any

from django.http import HttpRequest  # noqa: TID251  a context processor is given one

from kheo.accounts.queries import is_sample
from kheo.core.access import Capability


def site(request: HttpRequest) -> dict[str, Any]:
    """The sample mark, and the menu entries that the actor's capabilities open."""
    actor = getattr(request, "actor", None)
    return {
        "is_sample_site": is_sample(),
        "can": {c.value: actor.holds(c) for c in Capability} if actor else {},
    }
