import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english():
    """Sentences are compared in their English form; catalogues have their own test."""
    with translation.override("en"):
        yield
