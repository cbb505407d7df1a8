"""Pages not yet written keep these promises too."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kheo.core.scoping import ScopedQuerySet
from tests.activities.make import person
from tests.village import make_user, make_village

SOURCE = Path(__file__).resolve().parents[2] / "src" / "kheo"
PUBLIC = {
    "accounts:sign_in",
    "accounts:sign_in_sample",
    "accounts:invitation",
    "activities:feed",
    "set_language",
    "healthz",
    "readyz",
}
EXAMPLES = {
    "int": 1,
    "slug": "x",
    "str": "x",
    "uuid": "6f2c1c1e-0d0e-4a57-9a41-0f5f0d4f6a11",
    "path": "x",
}


def patterns(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry


def example_of(converter):
    for name, value in EXAMPLES.items():
        if type(converter).__name__.lower().startswith(name):
            return value
    first = converter.regex.split("|")[0]
    return converter.to_python(first)


def addresses():
    found = {}
    for name, entry in patterns():
        said = {k: example_of(c) for k, c in entry.pattern.converters.items()}
        found.setdefault(name, reverse(name, kwargs=said))
    return found


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in(client):
    for name, address in addresses().items():
        answer = client.get(address)
        sent = answer.status_code == 302 and "/sign-in/" in answer["Location"]
        assert sent != (name in PUBLIC), name


@pytest.mark.django_db
def test_a_person_without_grants_sees_nothing_of_others(client):
    client.force_login(make_user())
    for name, address in addresses().items():
        if name in PUBLIC:
            continue
        assert client.get(address).status_code in {200, 302, 404, 405, 409}, name


ASKED = (
    *("q", "name", "at", "by", "measure", "programme", "report", "state", "show"),
    *("frequency", "year", "month", "kind", "table", "where", "place", "province"),
    *("structure", "unit", "version", "on", "from", "to", "body", "person", "topic"),
    *("page", "copy", "period", "mark", "reading"),
)


@pytest.mark.django_db
def test_no_page_falls_over_a_nul(client):
    """PostgreSQL refuses any text that holds one; SQLite lets it through."""
    village = make_village()
    client.force_login(person(village, "specialist", "tu", own_only=False))
    questions = [dict.fromkeys(ASKED, "a\x00"), {"q": "\x00"}, {"measure": "roads\x00"}]
    for name, address in addresses().items():
        for question in questions:
            answer = client.get(address, question)
            assert answer.status_code < 500, name
    for address in ("/activities/feeds/%00.ics", "/accounts/invitation/%00/"):
        assert client.get(address).status_code == 404


def scoped_models():
    return {
        model.__name__
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), ScopedQuerySet)
        or hasattr(model._default_manager.all(), "visible_to")
    }


def starts(tree):
    """Each `Model.objects.first_call` in a syntax tree."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr == "objects"
            and isinstance(node.value.value, ast.Name)
        ):
            yield node.value.value.id, node.attr, node.lineno


def edges():
    for path in SOURCE.rglob("*.py"):
        inside = path.relative_to(SOURCE).parts
        if inside[-1] in {"views.py", "forms.py"} or "views" in inside[1:-1]:
            yield path


def test_views_and_forms_reach_scoped_tables_through_their_scope():
    scoped = scoped_models()
    assert {"Activity", "Report", "CommuneAssignment", "Organisation"} <= scoped

    found = [
        f"{path.relative_to(SOURCE)}:{line}: {model}.objects.{call}"
        for path in edges()
        for model, call, line in starts(ast.parse(path.read_text("utf-8")))
        if model in scoped and call != "visible_to"
    ]

    assert found == [], "start with .visible_to(actor)"
