"""What every test has: a data folder of its own, plain static files, a cheap hasher."""

import os
import tempfile

os.environ.setdefault("KHEO_DATA_DIR", tempfile.mkdtemp(prefix="kheo-tests-"))
os.environ.setdefault("KHEO_SECRET_KEY", "only for tests")


def pytest_configure():
    from django.conf import settings

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
