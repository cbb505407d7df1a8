"""While a sample is lived lookups are remembered; before and after they are asked."""

from datetime import date

import pytest

from kheo.activities.services import plans
from kheo.core.errors import RuleBroken
from kheo.ledger.services import posting
from kheo.programmes.models import ProgrammeVersion
from kheo.sample.memory import forget, remembering
from tests.village import make_village

DAY = date(2025, 2, 1)


def _fail_inside():
    with remembering():
        raise ZeroDivisionError


@pytest.mark.django_db
def test_every_function_is_itself_again_whatever_happened_inside():
    before = plans.hosts_of, plans.pack_on, posting.grounds_for
    with remembering():
        inside = plans.hosts_of, plans.pack_on, posting.grounds_for

    with pytest.raises(ZeroDivisionError):
        _fail_inside()

    assert not set(inside) & set(before)
    assert (plans.hosts_of, plans.pack_on, posting.grounds_for) == before


@pytest.mark.django_db
def test_the_same_question_is_asked_once_until_it_is_forgotten(
    django_assert_num_queries,
):
    make_village()
    programme, day = _a_programme()
    with remembering():
        first = plans.pack_on(programme, day)
        with django_assert_num_queries(0):
            assert plans.pack_on(programme, day) is first
        ProgrammeVersion.objects.all().delete()
        assert plans.pack_on(programme, day) is first
        forget()
        with pytest.raises(RuleBroken):
            plans.pack_on(programme, day)


def _a_programme():
    version = ProgrammeVersion.objects.select_related("programme").first()
    return version.programme.code, version.valid_from
