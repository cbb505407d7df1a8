"""Pages of charges: who is in charge of what, and since when."""

import pytest
import time_machine
from django.urls import reverse

from kheo.assignments.models import CommuneAssignment
from tests.activities.make import sign_in
from tests.village import NOON, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    with time_machine.travel(NOON, tick=False):
        yield make_village()


def test_the_page_that_ends_a_charge_says_whose_it_is_and_where(client, village):
    sign_in(client, village, "focal_point", "cell-a", language="vi")
    row = CommuneAssignment.objects.filter(organisation__code="cell-a").get()

    page = client.get(reverse("assignments:end", args=[row.pk])).content.decode()

    assert "Chi bộ A" in page
    assert "Xã Hùng Lợi" in page
    assert "01/10/2021" in page


def test_a_charge_of_another_body_is_no_page(client, village):
    sign_in(client, village, "focal_point", "cell-b", language="vi")
    row = CommuneAssignment.objects.filter(organisation__code="cell-a").get()

    assert client.get(reverse("assignments:end", args=[row.pk])).status_code == 404
