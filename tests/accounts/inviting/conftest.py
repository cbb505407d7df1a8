"""A focal point, and people below, beside, and of both."""

import pytest
import time_machine

from kheo.core.access import Role
from tests.accounts.inviting.make import grant, holder
from tests.village import NOON, make_user, make_village


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


@pytest.fixture
def focal(village):
    """Who receives the reports of the cells a and b, and writes the committee's own."""
    user = make_user("dau-moi", name="Ma Thị Đầu")
    grant(user, Role.FOCAL_POINT, village["khoi"])
    grant(user, Role.CLERK, village["khoi"], own_only=True)
    return user


@pytest.fixture
def below(village, focal):
    """A clerk of cell a, with a password."""
    return holder(village, "cell-a", name="Lan Dưới")


@pytest.fixture
def beside(village):
    """A clerk of another committee's cell."""
    return holder(village, "cell-h", name="Hoa Bên")


@pytest.fixture
def shared(village):
    """A clerk of cell a who has a role in another committee too."""
    user = holder(village, "cell-a", name="Mai Chung")
    grant(user, Role.CLERK, village["cell-h"], own_only=True)
    return user
