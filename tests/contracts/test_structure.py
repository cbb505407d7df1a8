"""Promises of the schema and of the templates."""

import pytest
from django.core.management import call_command
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.utils.translation import override

from tests.contracts.test_access import SOURCE

TEMPLATES = sorted(
    path.relative_to(path.parents[len(path.relative_to(SOURCE).parts) - 3])
    for path in SOURCE.glob("*/templates/**/*.html")
)


@pytest.mark.django_db
def test_the_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_every_template_parses(name):
    try:
        with override("vi"):
            get_template(str(name))
    except TemplateSyntaxError as error:
        pytest.fail(str(error))
