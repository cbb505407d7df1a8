"""What every test has: plain static files, a cheap hasher, no lock-out left over."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

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
