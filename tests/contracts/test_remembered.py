"""A ground that is put back is the ground that the services build."""

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import transaction

from kheo.organisations.models import Organisation, Tree
from tests.insight.make import make_history
from tests.remembered import remembered
from tests.reporting.make import make_world
from tests.village import make_user, make_village

pytestmark = pytest.mark.django_db


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def counted():
    return {model: model._base_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("ground", [make_village, make_world, make_history])
def test_what_is_put_back_is_as_much_as_was_built(ground):
    with undone():
        ground.__wrapped__()
        built = counted()
    with undone():
        ground()

    ground()

    assert counted() == built
    assert built[Organisation] > 5


def test_rows_come_back_with_their_keys_and_trees_with_new_stamps():
    with undone():
        make_village()
        keys = set(Organisation.objects.values_list("pk", "code"))
        stamps = set(Tree.objects.values_list("stamp", flat=True))

    village = make_village()

    assert set(Organisation.objects.values_list("pk", "code")) == keys
    assert {(body.pk, body.code) for body in village.bodies.values()} == keys
    assert stamps.isdisjoint(Tree.objects.values_list("stamp", flat=True))
    assert make_user().pk


def test_an_empty_database_is_what_a_ground_is_put_back_into():
    calls = []
    ground = remembered(lambda: calls.append("built"))
    with undone():
        ground()
        ground()
    make_user()

    ground()

    assert calls == ["built", "built"]
