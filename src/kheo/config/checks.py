"""What must not be true of a site that others can reach."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


@register(Tags.security)
def site_is_safe_to_reach(**_kwargs: Any) -> list[CheckMessage]:
    """Errors for a site with public hosts; a local one may do as it likes."""
    if set(settings.ALLOWED_HOSTS) <= LOCAL:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("KHEO_DEBUG is on.", hint="Unset it.", id="kheo.E001"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts of this site in KHEO_HOSTS."
        found.append(Error("Any host is allowed.", hint=hint, id="kheo.E002"))
    if not settings.HTTPS:
        hint = "Serve it behind TLS and set KHEO_HTTPS=1."
        found.append(Error("Cookies would travel in clear.", hint=hint, id="kheo.E003"))
    return found
