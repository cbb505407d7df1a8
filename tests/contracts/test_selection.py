"""Which tests are repeated on a second database is read from the tests themselves."""

import pytest

from tests.selection import may_reach_database


def test_a_test_without_the_mark_is_not_repeated(request):
    assert not may_reach_database(request.node)


@pytest.mark.django_db
def test_a_test_with_the_mark_is_repeated(request):
    assert may_reach_database(request.node)


def test_a_test_that_opens_the_database_by_a_fixture_is_repeated(request, db):
    assert may_reach_database(request.node)
