"""Promises of the schema and of the templates."""

import re

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


INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|\shx-on|href\s*=\s*["']javascript:"""
    r"""|<script\b(?![^>]*\ssrc=)"""
)


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_no_template_carries_a_style_or_a_script_of_its_own(name):
    path = next(SOURCE.glob(f"*/templates/{name}"))
    text = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text("utf-8"), flags=re.DOTALL)

    assert INLINE.findall(text) == []


@pytest.mark.parametrize(
    "text",
    ['<p style="x">', "<a onclick='x'>", "<script>x", '<a href="javascript:x">'],
)
def test_an_inline_style_or_script_would_be_found(text):
    assert INLINE.search(text)


def test_a_script_from_a_file_is_no_inline_script():
    assert not INLINE.search('<script src="a.js" defer></script>')


BARE_KEY = re.compile(
    r"{{\s*[\w.]*(?:\.pk|\.id|(?<!client)(?<!auto)_id|page_number)\s*}}"
)


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_no_template_groups_the_digits_of_a_key(name):
    text = next(SOURCE.glob(f"*/templates/{name}")).read_text("utf-8")

    assert BARE_KEY.findall(text) == [], 'write {{ ….pk|stringformat:"d" }}'


@pytest.mark.parametrize(
    "text", ["{{ one.pk }}", "{{ row.report.receiver_id }}", "{{ a.next_page_number }}"]
)
def test_a_key_whose_digits_would_be_grouped_is_found(text):
    assert BARE_KEY.search(text)


@pytest.mark.parametrize(
    "text", ['{{ one.pk|stringformat:"d" }}', "{{ row.client_id }}", "{{ f.auto_id }}"]
)
def test_a_key_written_plainly_is_let_pass(text):
    assert not BARE_KEY.search(text)
