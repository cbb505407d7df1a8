"""A form that was filled in while the session ended is carried through signing in."""

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse

from kheo.activities.models import Activity
from kheo.core.access import Role
from tests.activities.people import person
from tests.village import NOON, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def village():
    return make_village()


def test_a_plan_sent_after_the_session_ended_is_kept_through_signing_in(village):
    clerk = person(village, Role.CLERK, "cell-b")
    clerk.set_password("một câu của riêng tôi")
    clerk.save()
    form = {
        "client_id": "6f2c1c1e-0d0e-4a57-9a41-0f5f0d4f6a12",
        "organisation": str(village["cell-b"].pk),
        "place": str(village.places["vn-1"].pk),
        "on": "2024-04-13",
        "title": "Dọn vệ sinh <đường> thôn",
    }
    browser = Client()
    address = reverse("activities:plan")
    said = {"username": clerk.username, "password": "một câu của riêng tôi"}

    refused = browser.post(address, form)
    assert refused.status_code == 403
    kept = {"carried": refused.context["carried"]}
    wrong = browser.post("/accounts/sign-in/", said | kept | {"password": "sai"})
    assert wrong.context["carried"] == kept["carried"]
    waiting = browser.post("/accounts/sign-in/", said | kept)

    assert "Dọn vệ sinh &lt;đường&gt; thôn" in waiting.content.decode()
    assert not Activity.objects.filter(title=form["title"]).exists()
    carried = waiting.context["carried"]
    assert (carried.path, dict(carried.fields)) == (address, form)
    assert browser.post(carried.path, dict(carried.fields)).status_code == 302
    assert Activity.objects.filter(title=form["title"]).count() == 1


@pytest.mark.parametrize(
    "kept",
    ["", "x", signing.dumps({"path": "/"}, salt="another")],
    ids=["nothing", "not sealed", "sealed for something else"],
)
def test_fields_that_were_not_sealed_here_lead_nowhere(village, kept):
    clerk = person(village, Role.CLERK, "cell-b")
    clerk.set_password("một câu của riêng tôi")
    clerk.save()

    answer = Client().post(
        "/accounts/sign-in/",
        {
            "username": clerk.username,
            "password": "một câu của riêng tôi",
            "carried": kept,
        },
    )

    assert answer.status_code == 302


def test_a_password_is_never_carried():
    answer = Client().post(
        reverse("workspace:me"), {"old_password": "một câu của riêng tôi"}
    )

    assert answer.status_code == 302
