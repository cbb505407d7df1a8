"""What every test has: plain static files, a cheap hasher, no lock-out left over."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

# A machine at its limit makes examples slowly; that is no fault of the code.
property_settings.register_profile(
    "kheo", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
property_settings.load_profile("kheo")

settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_memory_between_tests():
    translation.activate("vi")
    yield
    cache.clear()
